"""Translations: what every language of a text has to share with the English, and which were left behind by an edit."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from llm_grader.authoring.lint import LintFinding, lint_rubric
from llm_grader.authoring.translations import RECORD, load_record, record_of, render_record
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import Rubric
from llm_grader.rubric.texts import texts_of
from tests.support.scripted import item, rubric

SEE = {"en": "see", "de": "siehe", "cs": "viz", "hu": "lásd", "et": "vt"}
LABELS = re.compile(r"\b(?:not_met|not_applicable|cannot_assess)\b")  # `met` alone is an English word too
QUOTED = {"en": r"(?<!\w)'(?=\w).+?'(?!\w)", "de": "„[^„“”]+“", "cs": "„[^„“”]+“", "hu": "„[^„“”]+”", "et": "„[^„“”]+“"}


def references(words: str, language: str, ids: set[str]) -> list[str]:
    return sorted(set(re.findall(rf"\b{SEE[language]} (\w+)", words, re.IGNORECASE)) & ids)


def quoted(words: str, language: str) -> int:
    return len(re.findall(QUOTED[language], words))


def shared(place: str, words: str, language: str, ids: set[str]) -> dict[str, object]:
    """What the wording of a text has in common with those in other languages; examples have local prices and idioms."""
    always: dict[str, object] = {"see": references(words, language, ids), "labels": Counter(LABELS.findall(words))}
    if ".examples." in place:
        return always
    return {**always, "numbers": Counter(re.findall(r"\d+", words)), "quoted": quoted(words, language)}


@pytest.mark.parametrize("name", packaged_rubrics())
def test_every_language_of_a_text_has_the_same_references_labels_numbers_and_count_of_quotes(name: str) -> None:
    found = load_rubric(name)
    ids = {graded.id for graded in found.items()}
    odd: dict[str, object] = {}
    for place, text in texts_of(found):
        english = shared(place, text["en"], "en", ids)
        odd |= {f"{place}.{code}": english for code in text if shared(place, text[code], code, ids) != english}
    assert odd == {}


@pytest.mark.parametrize(
    ("words", "language", "count"),
    [
        ("dodged ('we'll see'), or put off", "en", 1),
        ("'that's not our fault' or 'you should have'", "en", 2),
        ("the customer's time and the agents' turns", "en", 0),
        ("umgangen („mal sehen“)", "de", 1),
        ("„majd meglátjuk”, „értem”", "hu", 2),
        ("„majd meglátjuk“", "hu", 0),  # closed by the mark of another language
    ],
)
def test_quotes_are_counted_past_apostrophes_and_in_the_marks_of_the_language(
    words: str, language: str, count: int
) -> None:
    assert quoted(words, language) == count


def greeted(english: str) -> Rubric:
    return rubric(item("greeting", question={"en": english, "de": "Hat jemand gegrüßt?"}))


def stale(found: Rubric, record: dict[str, str]) -> list[LintFinding]:
    return [finding for finding in lint_rubric(found, translated_from=record) if finding.rule == "stale_translation"]


def test_a_translation_is_stale_when_its_english_has_changed_and_only_then() -> None:
    record = record_of(greeted("Did anyone greet?"))
    assert list(record) == ["items.greeting.question"]  # the other texts are in English alone
    assert stale(greeted("Did anyone greet?"), record) == []
    (finding,) = stale(greeted("Did anyone say hello?"), record)
    assert (finding.item, finding.severity) == ("greeting", "warning")
    assert "items.greeting.question has changed" in finding.message
    assert "bring de up to date" in finding.message


def test_nothing_is_said_about_a_rubric_without_a_record(tmp_path: Path) -> None:
    assert load_record("helpdesk_qa")
    assert load_record("./helpdesk_qa.yaml") == load_record(tmp_path / "helpdesk_qa.yaml") == {}
    assert stale(greeted("Did anyone say hello?"), {}) == []


def test_the_record_of_the_packaged_rubrics_is_that_of_their_english() -> None:
    advice = "bring the translations up to date, then run: python -m llm_grader.authoring.translations"
    assert RECORD.read_text("utf-8") == render_record(), advice
