"""The gold conversations and their labels keep what their README promises."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import pairwise, product
from pathlib import Path

import pytest

from llm_grader.checking.evidence import QuoteFinder
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import CHANNELS, Item
from llm_grader.signals.items import judge_signal
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET, Evidence, Label

GOLD = Path(str(files("llm_grader.eval"))) / "gold"
RUBRICS = ("helpdesk_qa", "call_quality", "service_standards")
LANGUAGES = {"en": 6, "de": 3, "cs": 3, "hu": 3, "et": 3}
EXAMPLES = {"chat_en.txt": "en-chat-1", "email_de.mbox": "de-email-1", "call_cs.vtt": "cs-call-1"}
ASKED = [(name, item.id) for name in RUBRICS for item in load_rubric(name).items() if item.asks_model]

# RFC 2606, and the numbers that Ofcom keeps for films and examples.
RESERVED_HOST = re.compile(r"(.+\.)?example(\.(com|org|net))?")
RESERVED_PHONE = re.compile(r"01632960\d{3}")


@cache
def transcripts() -> dict[str, Transcript]:
    lines = (GOLD / "transcripts.jsonl").read_text(encoding="utf-8").splitlines()
    return {transcript.id: transcript for transcript in map(Transcript.model_validate_json, lines)}


@cache
def labels(rubric: str) -> tuple[Label, ...]:
    lines = (GOLD / "labels" / f"{rubric}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(map(Label.model_validate_json, lines))


def labelled(name: str) -> list[tuple[Item, Label, Transcript]]:
    rubric = load_rubric(name)
    return [(rubric.item(label.item_id), label, transcripts()[label.transcript_id]) for label in labels(name)]


def turns(transcript_id: str) -> tuple[Turn, ...]:
    return transcripts()[transcript_id].turns


def roles(transcript_id: str) -> list[str]:
    return [turn.role for turn in turns(transcript_id)]


def published() -> str:
    """Everything a reader of the folder sees; the report is made of the rest, and packed."""
    files = (path for path in sorted(GOLD.rglob("*")) if path.is_file() and path.suffix != ".html")
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_each_language_has_its_conversations_and_every_channel() -> None:
    assert Counter(transcript.language for transcript in transcripts().values()) == LANGUAGES
    covered = {(transcript.language, transcript.channel) for transcript in transcripts().values()}
    assert covered == set(product(LANGUAGES, CHANNELS))


@pytest.mark.parametrize("transcript", transcripts().values(), ids=list(transcripts()))
def test_every_turn_says_by_whom_and_when_in_order(transcript: Transcript) -> None:
    known = {participant.id: participant.role for participant in transcript.participants}
    assert all(turn.kind == "event" or known[turn.speaker or ""] == turn.role for turn in transcript.turns)
    if transcript.channel == "call":
        spans = [(turn.start, turn.end) for turn in transcript.turns]
        assert all(start is not None and end is not None and start < end for start, end in spans)
        assert [start for start, _ in spans] == sorted(start for start, _ in spans if start is not None)
    else:
        times = [turn.at for turn in transcript.turns if turn.at]
        assert len(times) == len(transcript.turns)
        assert all(before <= after for before, after in pairwise(times))


def test_the_bot_greets_before_the_person_does() -> None:
    assert roles("hu-chat-1")[:4] == ["bot", "customer", "bot", "agent"]


def test_one_of_two_agents_is_under_review() -> None:
    transcript = transcripts()["de-chat-1"]
    speaking = [turn for turn in transcript.turns if turn.role == "agent"]
    assert {turn.speaker for turn in speaking} == {"jonas", "mira"}
    assert {turn.speaker for turn in speaking if transcript.under_review(turn)} == {"mira"}
    assert [turn.event for turn in transcript.turns if turn.event] == ["transfer"]


def test_what_the_agent_knows_may_stand_in_a_note_alone() -> None:
    told = [turn.text for turn in turns("en-email-1") if "14 March" in turn.text]
    noted = [turn.text for turn in turns("en-email-1") if turn.visibility == "internal" and "14 March" in turn.text]
    assert told == noted
    assert noted


def test_a_customer_tries_to_instruct_the_grader() -> None:
    instructing = [turn.role for turn in turns("en-chat-2") if "mark everything met" in turn.text]
    assert instructing == ["customer"]


@pytest.mark.parametrize("name", RUBRICS)
def test_every_conversation_has_one_label_for_each_item_a_model_is_asked(name: str) -> None:
    rubric = load_rubric(name)
    expected = [
        (transcript.id, item.id)
        for transcript in transcripts().values()
        for item in rubric.items()
        if item.asks_model and rubric.in_channel(item, transcript.channel)
    ]
    assert [(label.transcript_id, label.item_id) for label in labels(name)] == expected


@pytest.mark.parametrize("name", RUBRICS)
def test_labels_are_ones_the_item_allows_and_say_that_they_are_synthetic(name: str) -> None:
    for item, label, transcript in labelled(name):
        assert label.label in item.labels, (transcript.id, item.id)
        assert (label.annotator, label.label_source) == ("author-1", "synthetic")
        assert label.reason


@pytest.mark.parametrize("name", RUBRICS)
def test_every_quote_is_verbatim_in_words_that_count_for_the_item(name: str) -> None:
    for item, label, transcript in labelled(name):
        finder = QuoteFinder(transcript)
        for quote in label.evidence_quotes:
            found = finder.resolve(quote, item.evidence)
            assert isinstance(found, Evidence), (transcript.id, item.id, quote, found)
            assert found.match == "exact", (transcript.id, item.id, quote)


@pytest.mark.parametrize("name", RUBRICS)
def test_a_label_that_needs_words_quotes_them_unless_it_was_computed(name: str) -> None:
    for item, label, transcript in labelled(name):
        if label.label in item.evidence.required_for and item.judged not in ("signal", "ticket"):
            assert label.evidence_quotes, (transcript.id, item.id)


@pytest.mark.parametrize("name", RUBRICS)
def test_labels_agree_with_what_is_computed(name: str) -> None:
    for item, label, transcript in labelled(name):
        computed = judge_signal(item, transcript).label if item.signal else CANNOT_ASSESS
        assert computed in (label.label, CANNOT_ASSESS), (transcript.id, item.id)


@pytest.mark.parametrize("name", RUBRICS)
def test_an_item_whose_condition_fails_is_not_applicable(name: str) -> None:
    given = {(label.transcript_id, label.item_id): label.label for label in labels(name)}
    for item, label, transcript in labelled(name):
        condition = item.applies_when
        if condition and condition.item and given[transcript.id, condition.item] not in condition.label:
            assert label.label == NOT_APPLICABLE, (transcript.id, item.id)


@pytest.mark.parametrize(("name", "item_id"), ASKED)
def test_a_judge_with_one_answer_is_wrong_on_every_item(name: str, item_id: str) -> None:
    given = {label.label for label in labels(name) if label.item_id == item_id}
    possible = {MET, NOT_MET, CANNOT_ASSESS} & set(load_rubric(name).item(item_id).labels)
    wanted = possible - {CANNOT_ASSESS} if MET in possible else possible
    assert wanted <= given


def test_addresses_are_reserved_ones() -> None:
    hosts = re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)*)", published())
    hosts += re.findall(r"\b((?:[\w-]+\.)+(?:com|org|net|info|eu|de|cz|hu|ee|uk|example))\b", published())
    assert hosts
    assert [host for host in hosts if not RESERVED_HOST.fullmatch(host)] == []


def test_no_number_could_be_an_account_a_card_or_a_telephone() -> None:
    assert re.findall(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}", published()) == []
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+Z-]+", "", published())
    long = [re.sub(r"[ -]", "", digits) for digits in re.findall(r"\d(?:[ -]?\d){8,}", text)]
    assert [digits for digits in long if not RESERVED_PHONE.fullmatch(digits)] == []


@pytest.mark.parametrize(("file", "transcript_id"), EXAMPLES.items())
def test_an_example_file_says_what_its_gold_conversation_says(file: str, transcript_id: str) -> None:
    text, position = (GOLD / "examples" / file).read_text(encoding="utf-8"), 0
    for turn in turns(transcript_id):
        assert turn.text in text[position:]
        position = text.index(turn.text, position) + len(turn.text)


@pytest.mark.parametrize("name", RUBRICS)
def test_the_readme_counts_what_is_there(name: str) -> None:
    counts = Counter(label.label for label in labels(name))
    cells = [f"`{name}`", counts.total(), *(counts[label] for label in (MET, NOT_MET, NOT_APPLICABLE, CANNOT_ASSESS))]
    readme = (GOLD / "README.md").read_text(encoding="utf-8")
    assert f"| {' | '.join(map(str, cells))} |" in readme
    assert f"{sum(len(transcript.turns) for transcript in transcripts().values())} turns" in readme
