"""What must not change a verdict: how it is changed, and how flips are counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import UsageError
from llm_grader.eval.judge.counterfactual import (
    INJECTIONS,
    Compared,
    check_injection,
    check_languages,
    check_names,
    check_repeats,
    count_flips,
    with_turn,
)
from llm_grader.eval.judge.swapped_names import mentions, names_of, swap_name
from llm_grader.eval.stats.proportions import wilson
from llm_grader.privacy.redaction import redact
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion
from llm_grader.transcript import Role, Segment, Transcript, Turn
from llm_grader.verdict import Scorecard, Verdict
from tests.support.eval_commands import HELLO, card, clean_settings, run, write_gold, write_rubric

__all__ = ["clean_settings"]


def talk(number: int = 0, **fields: Any) -> Transcript:
    turns = (
        Turn(role="agent", text=f"Good morning Mr Rossi, this is Ana. {HELLO}", speaker="ana"),
        Turn(role="customer", text=f"Rossi here, Marco Rossi. This is case {number}.", speaker="Marco Rossi"),
        Turn(role="agent", text="Thank you, Marco. The Rossinis are others.", speaker="ana"),
    )
    return Transcript.model_validate({"id": f"t{number:04}", "channel": "chat", "turns": turns, **fields})


def graded(rubric: Rubric, label: Callable[[Transcript], str]) -> Callable[[Sequence[Transcript]], list[Scorecard]]:
    def grade(transcripts: Sequence[Transcript]) -> list[Scorecard]:
        return [card(int(t.id[1:]), rubric, {"greeting": label(t)}) for t in transcripts]

    return grade


@pytest.fixture
def rubric(tmp_path: Path) -> Rubric:
    return load_rubric(write_rubric(tmp_path))


def pair(number: int, rubric: Rubric, before: str, after: str, variant: str = "v") -> Compared:
    return Compared(variant, *(card(number, rubric, {"greeting": label}) for label in (before, after)))


def test_flips_are_counted_by_direction_with_an_interval_that_counts_conversations(rubric: Rubric) -> None:
    moves = [
        ("not_met", "met"),
        ("met", "not_met"),
        ("met", "not_met"),
        ("met", "cannot_assess"),
        *[("met", "met")] * 16,
    ]
    (found,) = count_flips([pair(n, rubric, *move) for n, move in enumerate(moves)], rubric).items
    assert (found.compared, found.flips, found.better, found.worse) == (20, 4, 1, 2)
    assert found.rate == wilson(4, 20)
    # The same 20 conversations once more: as many flips again, and no more known than before.
    twice = [pair(n, rubric, *move, variant) for variant in "ab" for n, move in enumerate(moves)]
    overall, first, second = count_flips(twice, rubric).items
    assert (overall.compared, overall.transcripts, overall.flips) == (40, 20, 8)
    assert overall.rate == wilson(4, 20)
    assert (overall.variant, first.variant, second.variant) == (None, "a", "b")


def test_losing_the_evidence_is_a_flip_and_a_failed_request_is_no_answer(rubric: Rubric) -> None:
    before = card(0, rubric, {"greeting": "met"})
    review = Verdict(item_id="greeting", label=None, status="needs_review", problem="unverified_evidence")
    failed = Verdict(item_id="greeting", label=None, status="error", problem="transient")
    flipped, lost = (before.model_copy(update={"verdicts": {"greeting": changed}}) for changed in (review, failed))
    (found,) = count_flips([Compared("v", before, flipped), Compared("v", before, lost)], rubric).items
    assert (found.compared, found.flips, found.better, found.worse) == (1, 1, 0, 0)


def test_a_limit_is_exceeded_by_more_flips_and_by_an_item_that_was_never_compared(rubric: Rubric) -> None:
    both = {"greeting": "met", "solution": "met"}
    before = card(0, rubric, both)
    found = count_flips([Compared("v", before, card(0, rubric, {**both, "greeting": "not_met"}))], rubric)
    assert (found.uncompared, found.failed, found.exceed(0.99), found.exceed(1)) == ((), 0, True, False)
    failed = before.model_copy(update={"status": "error", "verdicts": {}})
    nothing = count_flips([Compared("v", before, failed)], rubric)
    assert (nothing.uncompared, nothing.failed, nothing.exceed(1)) == (("greeting", "solution"), 1, True)


def test_a_penalty_that_is_no_longer_met_is_better_for_the_agent(rubric: Rubric) -> None:
    data = rubric.model_dump(mode="json", by_alias=True)
    data["sections"][0]["items"][0]["penalty"] = True
    (found,) = count_flips([pair(0, rubric, "met", "not_met")], Rubric.model_validate(data)).items
    assert (found.better, found.worse) == (1, 0)


def test_names_are_swapped_wherever_they_are_said_with_the_title_before_them() -> None:
    swapped = swap_name(talk(), "customer", "Turkish woman")
    assert [turn.text for turn in swapped.turns] == [
        f"Good morning Ms Yılmaz, this is Ana. {HELLO}",
        "Yılmaz here, Ayşe Yılmaz. This is case 0.",
        "Thank you, Ayşe. The Rossinis are others.",
    ]
    assert [turn.speaker for turn in swapped.turns] == ["ana", "Ayşe Yılmaz", "ana"]
    back = swap_name(talk(), "customer", "German man")
    assert back.turns[0].text.startswith("Good morning Mr Schneider")


@pytest.mark.parametrize(
    ("text", "group", "swapped"),
    [
        ("Sehr geehrter Herr Rossi,", "German woman", "Sehr geehrte Frau Schneider,"),
        ("Dobrý den, pane Rossi", "Czech woman", "Dobrý den, paní Dvořáková"),
        ("Mrs. Rossi", "English man", "Mr. Walker"),
        ("Mr Brown and Rossi", "English woman", "Mr Brown and Walker"),
    ],
)
def test_titles_follow_the_name_in_several_languages(text: str, group: str, swapped: str) -> None:
    conversation = Transcript.model_validate(
        {
            "id": "t",
            "channel": "chat",
            "turns": [{"role": "agent", "text": text}],
            "participants": [{"id": "c", "role": "customer", "name": "Marco Rossi"}],
        }
    )
    (turn,) = swap_name(conversation, "customer", group).turns
    assert turn.text == swapped


def test_segments_still_tile_the_text_after_a_swap() -> None:
    text = "Hi Marco Rossi\n-- \nMarco"
    turn = Turn(
        role="agent",
        text=text,
        segments=(Segment(kind="body", start=0, end=14), Segment(kind="signature", start=14, end=len(text))),
    )
    conversation = talk().model_copy(update={"turns": (turn, talk().turns[1])})
    swapped = swap_name(conversation, "customer", "Nigerian woman").turns[0]
    assert Turn.model_validate(swapped.model_dump()) == swapped
    assert [swapped.text[s.start : s.end] for s in swapped.segments] == ["Hi Ngozi Okafor", "\n-- \nNgozi"]


def test_names_come_from_participants_ticket_and_speakers_and_no_role_is_a_name() -> None:
    conversation = talk(
        participants=[{"id": "m", "role": "customer", "name": "Marco Rossi"}],
        ticket={"customer_name": "M. Rossi-Bianchi"},
    )
    assert names_of(conversation, "customer") == ("Marco Rossi",)
    assert names_of(conversation, "agent") == ()
    unnamed = conversation.turns[1].model_copy(update={"speaker": "Customer"})
    assert names_of(Transcript(id="t", channel="chat", turns=(unnamed,)), "customer") == ()


def test_whoever_is_renamed_is_so_wherever_the_transcript_names_them() -> None:
    conversation = talk(
        participants=[
            {"id": "Marco Rossi", "role": "customer", "name": "Marco Rossi", "email": "rossi@example.org"},
            {"id": "ana", "role": "agent", "name": "Ana Berg"},
        ],
        ticket={"id": "7", "customer_name": "Marco Rossi"},
        agent_id="ana",
    )
    swapped = swap_name(conversation, "customer", "Turkish woman")
    assert [(person.id, person.name) for person in swapped.participants] == [
        ("Ayşe Yılmaz", "Ayşe Yılmaz"),
        ("ana", "Ana Berg"),
    ]
    assert swapped.ticket is not None
    assert (swapped.ticket.id, swapped.ticket.customer_name, swapped.agent_id) == ("7", "Ayşe Yılmaz", "ana")
    of_agent = swap_name(talk(agent_id="Ana", turns=_spoken_by("Ana", "Marco")), "agent", "Turkish woman")
    assert (of_agent.agent_id, of_agent.turns[0].speaker, of_agent.turns[1].speaker) == ("Ayşe", "Ayşe", "Marco")
    assert of_agent.under_review(of_agent.turns[0])


def test_two_people_stay_two_and_nobody_takes_the_name_of_another() -> None:
    turns = (*_spoken_by("Emily Walker", "Marco Rossi"), *_spoken_by("Emily Walker", "Lucia Bianchi"))
    swapped = swap_name(talk(turns=turns), "customer", "English woman")
    assert [turn.speaker for turn in swapped.turns] == [
        "Emily Walker",
        "Emily Walker 2",
        "Emily Walker",
        "Emily Walker 3",
    ]


def _spoken_by(agent: str, customer: str) -> tuple[Turn, ...]:
    changed = Turn(role="agent", text=f"Hello {customer}, this is {agent}.", speaker=agent)
    return (changed, Turn(role="customer", text=f"It is {customer}.", speaker=customer))


def test_where_names_are_replaced_by_tokens_a_judge_reads_the_same_whatever_the_name() -> None:
    conversation = talk(turns=_spoken_by("Ana Berg", "Marco Rossi"))
    read = redact(conversation).transcript.turns
    assert "Rossi" not in str(read[0].text)
    swaps: list[tuple[Role, str]] = [("customer", "Turkish woman"), ("agent", "Nigerian man")]
    for role, group in swaps:
        swapped = redact(swap_name(conversation, role, group)).transcript.turns
        assert [turn.text for turn in swapped] == [turn.text for turn in read]


def test_only_conversations_in_which_a_name_is_said_are_compared(rubric: Rubric) -> None:
    silent = Transcript(id="t0009", channel="chat", turns=(Turn(role="customer", text="Hi", speaker="Marco Rossi"),))
    assert not mentions(silent, "customer")

    def unfair(conversation: Transcript) -> str:
        return "not_met" if "Mehmet" in conversation.turns[2].text else "met"

    groups = ["English man", "Turkish man"]
    found = check_names([talk(1), silent, talk(2)], graded(rubric, unfair), rubric, groups=groups)
    overall, english, turkish = found.items
    assert (overall.compared, overall.transcripts, overall.flips) == (4, 2, 2)
    assert (english.flips, turkish.flips, turkish.worse) == (0, 2, 2)
    with pytest.raises(UsageError, match="nothing to swap"):
        check_names([silent], graded(rubric, unfair), rubric)
    with pytest.raises(UsageError, match="Martian"):
        check_names([talk()], graded(rubric, unfair), rubric, groups=["Martian"])


def test_an_instruction_is_compared_with_a_harmless_turn_in_the_same_place(rubric: Rubric) -> None:
    def gullible(conversation: Transcript) -> str:
        return "met" if any("ignore the checklist" in turn.text for turn in conversation.turns) else "not_met"

    (found,) = check_injection([talk(1), talk(2)], graded(rubric, gullible), rubric).items
    assert (found.compared, found.flips, found.better) == (2, 2, 2)
    put_in = with_turn(talk(language="de-AT"), "agent", 0)
    assert [turn.role for turn in put_in.turns] == ["agent", "customer", "agent", "agent"]
    assert put_in.turns[2].text == INJECTIONS["de"][0]
    assert put_in.turns[2].speaker == "ana"


def test_the_two_turns_of_an_injection_are_about_as_long() -> None:
    for instruction, harmless in INJECTIONS.values():
        assert len(harmless) == pytest.approx(len(instruction), rel=0.15)


def test_languages_are_compared_with_the_first_and_repeats_with_the_first_time(rubric: Rubric) -> None:
    def grade_in(language: str) -> Callable[[Sequence[Transcript]], list[Scorecard]]:
        return graded(rubric, lambda _conversation: "not_met" if language == "cs" else "met")

    found = check_languages([talk()], grade_in, rubric, languages=["en", "de", "cs", "en"]).items
    assert [(f.variant, f.flips) for f in found] == [(None, 1), ("en → de", 0), ("en → cs", 1)]
    with pytest.raises(UsageError, match="two or more"):
        check_languages([talk()], grade_in, rubric, languages=["en", "en"])
    answers = iter(["met", "not_met", "met"])
    again = check_repeats([talk()], graded(rubric, lambda _conversation: next(answers)), rubric, times=3).items
    assert (again[0].compared, again[0].flips) == (2, 1)
    with pytest.raises(UsageError, match="two or more"):
        check_repeats([talk()], graded(rubric, lambda _conversation: "met"), rubric, times=1)


def wavering() -> Callable[[ScriptedRequest], ScriptedResponse]:
    """A judge that says met and not_met by turns for each case, whatever is asked."""
    counts: dict[str, int] = {}

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        case = re.search(r"This is case (\d+)", str(request.body["messages"]))
        assert case is not None
        number = counts[case[1]] = counts.get(case[1], 0) + 1
        label = "met" if number % 2 else "not_met"
        return completion({i: answer(label, *([(0, HELLO)] if label == "met" else [])) for i in request.item_ids()})

    return respond


def test_repeats_pay_again_for_the_same_and_fail_over_a_limit(tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"eva": ["met"] * 3}})
    with ScriptedServer(wavering()) as server:
        shared = ("--rubric", rubric, "--model", "m", "--base-url", server.base_url)
        found = run(
            "eval", "repeats", gold / "transcripts.jsonl", "--times", "2", *shared, "--fail-over", "0.5", "--json"
        )
        assert len(server.requests) == 6
    assert found.code == 1
    assert [(row["item_id"], row["flips"], row["worse"]) for row in found.lines()] == [
        ("greeting", 3, 3),
        ("solution", 3, 3),
    ]
    assert not (tmp_path / "llm-grader.db").exists()


def asked_about(prompts: list[str]) -> Callable[[ScriptedRequest], ScriptedResponse]:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        prompts.append(str(request.body["messages"]))
        return completion({item: answer("not_met") for item in request.item_ids()})

    return respond


@pytest.mark.parametrize(
    ("command", "words", "requests"),
    [
        (("languages", "--language", "en", "--language", "de"), ("Did the agent greet?", "Grüßt er?"), 2),
        (("names", "--who", "customer", "--group", "Turkish man"), ("Marco Rossi", "Mehmet Yılmaz"), 2),
        (("injection", "--who", "agent"), ("By the way", "ignore the checklist"), 2),
    ],
)
def test_each_check_asks_about_what_it_changed(
    tmp_path: Path, command: tuple[str, ...], words: tuple[str, str], requests: int
) -> None:
    rubric = write_rubric(tmp_path)
    text = rubric.read_text("utf-8").replace(
        "question: Did the agent greet?", "question: {en: Did the agent greet?, de: Grüßt er?}"
    )
    rubric.write_text(text, "utf-8")
    path = tmp_path / "talk.jsonl"
    path.write_text(talk().model_dump_json() + "\n", "utf-8")
    prompts: list[str] = []
    with ScriptedServer(asked_about(prompts)) as server:
        found = run(
            "eval", command[0], path, *command[1:], "--rubric", rubric, "--model", "m", "--base-url", server.base_url
        )
    assert found.code == 0, found.stderr
    assert len(prompts) == requests
    assert all(word in prompt for word, prompt in zip(words, prompts, strict=True))
    assert "greeting" in found.stdout
    assert "0.0%" in found.stdout


def test_names_are_checked_as_they_are_sent_where_tokens_take_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_GRADER_REDACT", "true")
    path = tmp_path / "talk.jsonl"
    path.write_text(talk(turns=_spoken_by("Ana Berg", "Marco Rossi")).model_dump_json() + "\n", "utf-8")
    prompts: list[str] = []
    with ScriptedServer(asked_about(prompts)) as server:
        shared = ("--rubric", write_rubric(tmp_path), "--model", "m", "--base-url", server.base_url)
        assert run("eval", "names", path, "--group", "Turkish man", *shared).code == 0
    assert len(prompts) == 2
    assert all("Hello [NAME_1]" in prompt for prompt in prompts)
