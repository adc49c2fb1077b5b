"""Public inputs, where they are, that were once "ok" with nothing, or the wrong thing, graded."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import InputError
from llm_grader.grader.grader import Grader
from llm_grader.readers import read_transcripts
from llm_grader.testing import ScriptedJudge, answer
from llm_grader.transcript import Transcript
from llm_grader.verdict import Scorecard
from tests.support.scripted import rubric

CASES = Path(__file__).parents[1].parent / "shared" / "cases" / "silent"
pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the public cases are not here")


def graded(name: str) -> tuple[Transcript, Scorecard, ScriptedJudge]:
    (transcript,) = read_transcripts(CASES / name)
    judge = ScriptedJudge(dict.fromkeys(("greeting", "thanks", "solution"), answer("not_met")))
    return transcript, Grader(rubric(), judge=judge).grade(transcript), judge


@pytest.mark.parametrize("name", ["agent-id-unknown.json", "agent-id-empty.json"])
def test_an_agent_nobody_knows_is_for_people_to_settle(name: str) -> None:
    _, card, judge = graded(name)
    assert (card.status, card.score, len(judge.calls)) == ("needs_review", None, 0)
    assert {verdict.problem for verdict in card.verdicts.values()} == {"unknown_agent"}
    assert all(
        "Maya" in (verdict.detail or "") and "Ana" in (verdict.detail or "") for verdict in card.verdicts.values()
    )
    assert any("names no agent" in warning for warning in card.warnings)


@pytest.mark.parametrize(("name", "speaker"), [("agent-id-case.json", "Ana"), ("agent-id-by-participant.json", "a1")])
def test_an_agent_is_found_by_case_and_by_the_participants(name: str, speaker: str) -> None:
    transcript, card, judge = graded(name)
    assert (transcript.agent_id, card.status, card.score, len(judge.calls)) == (speaker, "ok", 0, 1)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("bot-only.json", "only_bots"),
        ("voicemail.json", "voicemail"),
        ("supervisor-answers.json", "only_supervisor"),
    ],
)
def test_what_is_no_conduct_is_not_graded(name: str, code: str) -> None:
    _, card, judge = graded(name)
    assert (card.status, card.failure and card.failure.code, card.score) == ("not_graded", code, None)
    assert judge.calls == []


def test_several_agents_are_told() -> None:
    _, card, _ = graded("three-agents.json")
    assert card.status == "ok"
    assert any(warning.startswith("3 agents took part (Ana, Ben, Cid)") for warning in card.warnings)


def test_the_office_that_is_called_is_not_the_agent() -> None:
    transcript, card, _ = graded("outbound-office.vtt")
    assert {turn.speaker: turn.role for turn in transcript.turns} == {"S1": "customer", "S2": "agent"}
    assert "roles_by_cues" in card.flags


def test_no_file_is_ok_with_nothing_graded() -> None:
    for file in sorted(CASES.iterdir()):
        try:
            transcripts = list(read_transcripts(file)) if file.suffix != ".yaml" else []
        except InputError:
            continue
        for transcript in transcripts:
            judge = ScriptedJudge(dict.fromkeys(("greeting", "thanks", "solution"), answer("not_met")))
            card = Grader(rubric(), judge=judge).grade(transcript)
            assert card.status != "ok" or judge.calls, file.name
