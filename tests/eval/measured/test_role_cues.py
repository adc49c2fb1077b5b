"""The figures of roles told by cues: calls are made the same way each time, and what is decided is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_grader.eval.measured.made_calls import DIRECTIONS, LANGUAGES, MadeCall, make_calls
from llm_grader.eval.measured.role_cues import main, read_public_calls, score_roles
from llm_grader.transcript import Role, Transcript, Turn


def test_the_same_seed_makes_the_same_calls_and_the_halves_share_no_sentence() -> None:
    for language in LANGUAGES:
        for direction in DIRECTIONS:
            seen, kept = (list(make_calls(language, direction, half, count=20)) for half in ("seen", "kept"))
            assert seen == list(make_calls(language, direction, "seen", count=20))
            said = [{turn.text for call in calls for turn in call.transcript.turns} for calls in (seen, kept)]
            assert said[0].isdisjoint(said[1])
            assert {frozenset(call.truth.values()) for call in seen} == {frozenset({"agent", "customer"})}


def _call(agent: str, customer: str, *, swapped: bool = False) -> MadeCall:
    turns = (Turn(role="unknown", speaker="a", text=agent), Turn(role="unknown", speaker="b", text=customer))
    truth: dict[str, Role] = {"a": "agent", "b": "customer"}
    if swapped:
        truth = {"a": "customer", "b": "agent"}
    return MadeCall(Transcript(id="t", channel="call", turns=turns, language="en"), truth)


def test_what_is_decided_and_what_of_it_is_right_are_counted_apart() -> None:
    clear = ("Thank you for calling, how can I help you?", "I have a problem with my order.")
    figures = score_roles("all", [_call(*clear), _call(*clear, swapped=True), _call("Hm.", "Well.")])
    # two of three are decided, one of the two rightly
    assert (figures.n, figures.precision.estimate) == (3, 0.5)
    assert figures.coverage.estimate == pytest.approx(2 / 3)


def test_public_conversations_of_two_are_read_without_their_roles(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    turns = [{"speaker": role, "text": "x"} for role in ("agent", "other", "customer")]
    lines = [{"id": "1", "turns": turns}, {"id": "2", "turns": turns[:1]}]
    (tmp_path / "dev" / "transcripts.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (call,) = read_public_calls(tmp_path)
    assert [turn.role for turn in call.transcript.turns] == ["unknown", "unknown"]
    assert call.truth == {"S0": "agent", "S1": "customer"}


def test_hardly_a_made_call_of_the_seen_half_is_told_wrongly() -> None:
    for direction in DIRECTIONS:
        calls = (call for language in LANGUAGES for call in make_calls(language, direction, "seen", count=25))
        figures = score_roles(direction, calls)
        assert figures.precision.estimate > 0.97
        assert figures.coverage.estimate > 0.5


def test_the_figures_are_printed_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--count", "2"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| conversations | n |")
    assert len(lines) == 2 + len(DIRECTIONS) * (1 + len(LANGUAGES))
