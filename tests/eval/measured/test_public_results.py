"""The tables of the results page, on small sets in the shape of the public ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from llm_grader.errors import UsageError
from llm_grader.eval.judge.report import verdicts_from_labels
from llm_grader.eval.labels.units import Unit
from llm_grader.eval.measured.public_results import (
    Wanted,
    ask_set,
    decide,
    decide_left_out,
    load_part,
    published_verdicts,
)
from llm_grader.eval.measured.result_tables import Judged, mean_kappa, render_set
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.bodies import Message
from llm_grader.local.by_choice import ChoiceAsker

GOLD = Path(__file__).parents[3].parent / "shared" / "gold"


def write_set(folder: Path, name: str, transcripts: list[dict[str, object]], labels: list[dict[str, object]]) -> Path:
    place = folder / name / "dev"
    place.mkdir(parents=True)
    for file, rows in (("transcripts", transcripts), ("labels", labels)):
        (place / f"{file}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def message(number: int, text: str) -> dict[str, object]:
    return {
        "id": f"m{number}",
        "channel": "email",
        "language": "hu",
        "turns": [{"speaker": "agent", "text": text}],
    }


def polite(folder: Path) -> Path:
    """Four requests, each politer than the one before, by the mean of several people."""
    texts = ["Csináld!", "Csináld meg.", "Megcsinálnád?", "Légy szíves, megcsinálnád?"]
    labels: list[dict[str, object]] = [
        {"transcript_id": f"m{n}", "item_id": "politeness_z", "annotator": "normalised_mean", "label": n - 1.5}
        for n in range(4)
    ]
    return write_set(folder, "politeness_hu", [message(n, text) for n, text in enumerate(texts)], labels)


async def by_length(messages: Sequence[Message], options: Sequence[str]) -> Choice:
    """The longer the request, the politer; 5 for the longest of `polite`."""
    prompt = messages[0]["content"]
    levels = {"Csináld!": 0, "Csináld meg.": 1, "Megcsinálnád?": 3, "Légy szíves, megcsinálnád?": 4}
    chosen = options[next(level for text, level in reversed(levels.items()) if text in prompt)]
    return Choice(answer=chosen, logprobs={option: 0.0 if option == chosen else -9.0 for option in options})


def test_what_is_known_as_a_mean_is_compared_in_order(tmp_path: Path) -> None:
    read, labelled = load_part(Wanted("politeness_hu", None), polite(tmp_path))
    asker = ChoiceAsker(by_length)
    verdicts = decide(labelled, asyncio.run(ask_set(asker, labelled)))
    assert {unit.transcript_id: verdict.label for unit, verdict in verdicts.items()} == {
        "m0": "1",
        "m1": "2",
        "m2": "4",
        "m3": "5",
    }
    text = render_set(read, labelled, [Judged("by length", verdicts)])
    assert "### politeness_hu" in text
    assert "**by length**, `politeness`: ρ with the mean of people 1.00 (1.00 to 1.00), n = 4." in text


def test_a_part_of_a_set_is_always_the_same_one(tmp_path: Path) -> None:
    folder = polite(tmp_path)
    two = load_part(Wanted("politeness_hu", 2), folder)[1]
    three = load_part(Wanted("politeness_hu", 3), folder)[1]
    assert len(two.transcripts) == 2
    assert set(two.transcripts) < set(three.transcripts)
    assert load_part(Wanted("politeness_hu", 2), folder)[1].transcripts == two.transcripts


@pytest.mark.parametrize("order", [1, -1])
def test_a_part_is_chosen_by_the_hash_of_the_ids_wherever_they_stand(order: int, tmp_path: Path) -> None:
    # SHA-256 of m0 … m9 begins with e4, ca, 29, 15, 23, b5, e3, 01, 59, b3.
    talks = [message(n, "Csináld!") for n in range(10)][::order]
    labels: list[dict[str, object]] = [
        {"transcript_id": f"m{n}", "item_id": "politeness_z", "annotator": "normalised_mean", "label": 0}
        for n in range(10)
    ]
    folder = write_set(tmp_path, "politeness_hu", talks, labels)
    assert set(load_part(Wanted("politeness_hu", 3), folder)[1].transcripts) == {"m7", "m3", "m4"}


def test_a_set_without_labels_has_no_results(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="hvb_mini has no labels"):
        load_part(Wanted("hvb_mini", None), write_set(tmp_path, "hvb_mini", [], []))


def chats(folder: Path) -> Path:
    talks: list[dict[str, object]] = [{**message(n, "I hear you."), "channel": "chat"} for n in range(4)]
    labels: list[dict[str, object]] = [
        {"transcript_id": f"m{n}", "item_id": item, "annotator": who, "label": label}
        for n in range(4)
        for item in ("validating_emotions", "advice_giving")
        for who, label in (("expert1", 1 + n % 2 * 4), ("crowd-1", 3))
    ]
    return write_set(folder, "lend_an_ear", talks, labels)


def test_only_experts_are_gold_where_the_set_has_them(tmp_path: Path) -> None:
    labelled = load_part(Wanted("lend_an_ear", None), chats(tmp_path))[1]
    assert {label.annotator for label in labelled.labels} == {"expert1"}


def test_the_mean_over_items_by_hand(tmp_path: Path) -> None:
    labelled = load_part(Wanted("lend_an_ear", None), chats(tmp_path))[1]
    # Gold is 1 5 1 5 for both items. Always right is κ = 1; always 1 is κ = 0: what is expected is what is observed.
    right = {Unit(f"m{n}", "validating_emotions"): str(1 + n % 2 * 4) for n in range(4)}
    constant = {Unit(f"m{n}", "advice_giving"): "1" for n in range(4)}
    items = [labelled.rubric.item("validating_emotions"), labelled.rubric.item("advice_giving")]
    found = mean_kappa(labelled.labels, verdicts_from_labels({**right, **constant}), items)
    assert found.estimate == pytest.approx(0.5)
    assert found.n == 4


@pytest.mark.skipif(not GOLD.exists(), reason="the public sets are not here")
def test_published_judges_have_the_mean_that_was_published() -> None:
    read, labelled = load_part(Wanted("lend_an_ear", None), GOLD)
    judges = published_verdicts(GOLD, labelled)
    items = list(labelled.rubric.items())
    means = {judge.judge: mean_kappa(labelled.labels, judge.verdicts, items).estimate for judge in judges}
    assert means == {
        "claude-3.7-sonnet": pytest.approx(0.516, abs=5e-4),
        "gemini-2.5-pro": pytest.approx(0.617, abs=5e-4),
        "gpt-4o": pytest.approx(0.554, abs=5e-4),
    }
    text = render_set(read, labelled, judges)
    assert "**gpt-4o**, mean κ .55 (.43 to .62) over 6 items, 21 conversations:" in text
    assert "−.00" not in text


def test_offsets_of_other_conversations_move_where_yes_begins(tmp_path: Path) -> None:
    """A model that always leans to Yes, more so where people said so: as it is it says nothing but Yes."""
    talks: list[dict[str, object]] = [{**message(n, f"Case {n}."), "channel": "chat"} for n in range(20)]
    labels: list[dict[str, object]] = [
        {"transcript_id": f"m{n}", "item_id": "greeting", "annotator": "customer_survey", "label": n % 2 == 0}
        for n in range(20)
    ]
    labelled = load_part(Wanted("star", None), write_set(tmp_path, "star", talks, labels))[1]

    async def leaning(messages: Sequence[Message], options: Sequence[str]) -> Choice:
        number = int(messages[0]["content"].split("Case ")[1].split(".")[0])
        yes = 5.0 if number % 2 == 0 else 3.0
        return Choice(answer=options[0], logprobs={"Yes": yes, "No": 0.0})

    asker = ChoiceAsker(leaning)
    choices = asyncio.run(ask_set(asker, labelled))
    items = [labelled.rubric.item("greeting")]
    assert mean_kappa(labelled.labels, decide(labelled, choices), items).estimate == pytest.approx(0)
    assert mean_kappa(labelled.labels, decide_left_out(labelled, choices), items).estimate == pytest.approx(1)
