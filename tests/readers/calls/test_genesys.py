from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_grader.readers import RoleMapping
from tests.support.exports import GENESYS, needs_samples, put, read_one, refusal, sample, spoken

BEGAN = 1_714_557_602_000


def phrase(text: str, side: str, start: float, seconds: float) -> dict[str, Any]:
    return {
        "text": text,
        "participantPurpose": side,
        "startTimeMs": BEGAN + start * 1000,
        "duration": {"milliseconds": seconds * 1000},
    }


def present(purpose: str, start: float, end: float, name: str | None = None) -> dict[str, Any]:
    times = {"startTimeMs": BEGAN + start * 1000, "endTimeMs": BEGAN + end * 1000}
    return {"participantPurpose": purpose, **times} | ({"userId": name} if name else {})


def call(phrases: list[dict[str, Any]], participants: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    transcripts = [{"language": "en-US", "phrases": phrases}]
    return {**GENESYS, "transcripts": transcripts, "participants": participants, **changes}


def test_a_call_has_seconds_since_its_first_phrase_and_the_written_form(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, GENESYS)
    assert (transcript.id, transcript.channel, transcript.language) == ("gen-1", "call", "de-DE")
    assert spoken(transcript) == [("agent-1", "Guten Tag."), ("customer", "hallo")]
    assert [(turn.start, turn.end) for turn in transcript.turns] == [(0.0, 1.0), (1.5, 2.0)]
    assert [turn.role for turn in transcript.turns] == ["agent", "customer"]
    assert transcript.turns[0].asr_confidence == 0.75  # (0.5 + 1.0) / 2
    assert transcript.started_at is not None
    assert transcript.started_at.isoformat() == "2024-05-01T10:00:00+00:00"
    assert transcript.participants[0].phone == "+4930123456"


def test_which_agent_speaks_follows_from_who_was_there(tmp_path: Path) -> None:
    phrases = [phrase("Hello", "internal", 1, 2), phrase("Hi", "external", 4, 1), phrase("It is me", "internal", 19, 3)]
    # anna is there for 1 of the 3 seconds of the last phrase, bela for 2
    people = [present("customer", 0, 30), present("agent", 0, 20, "anna"), present("agent", 20, 30, "bela")]
    transcript = read_one(tmp_path, call(phrases, people))
    assert [turn.speaker for turn in transcript.turns] == ["anna", "customer", "bela"]
    assert any("2 agents took part (anna, bela)" in warning for warning in transcript.warnings)
    named = read_one(tmp_path, call(phrases, people), RoleMapping(agents=("bela",)))
    assert named.agent_id == "bela"


def test_a_menu_is_a_bot_where_no_person_is_there(tmp_path: Path) -> None:
    phrases = [phrase("Press one", "internal", 0, 2), phrase("Hello", "internal", 3, 1)]
    people = [present("ivr", 0, 10), present("agent", 2.5, 10, "anna"), present("customer", 0, 10)]
    transcript = read_one(tmp_path, call(phrases, people))
    assert [(turn.role, turn.speaker) for turn in transcript.turns] == [("bot", "ivr"), ("agent", "anna")]


def test_two_agents_at_once_are_agents_and_nobody_of_them(tmp_path: Path) -> None:
    people = [present("agent", 0, 10, "anna"), present("agent", 0, 10, "bela"), present("customer", 0, 10)]
    transcript = read_one(tmp_path, call([phrase("Hello", "internal", 0, 2), phrase("Hi", "external", 3, 1)], people))
    assert (transcript.turns[0].role, transcript.turns[0].speaker) == ("agent", "internal")
    assert "1 of 2 phrases: nobody or several of the side took part at the time" in transcript.warnings


def test_without_participants_the_outer_side_is_the_customer(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, call([phrase("Hello", "internal", 0, 2), phrase("Hi", "external", 3, 1)], []))
    assert [(turn.role, turn.role_source) for turn in transcript.turns] == [("agent", "source"), ("customer", "source")]
    assert "who took part is not stated, only on which side" in transcript.warnings


def test_somebody_outside_besides_the_customer_is_a_third_party(tmp_path: Path) -> None:
    people = [present("customer", 0, 5), present("external", 5, 10), present("agent", 0, 10, "anna")]
    phrases = [phrase("Hi", "external", 1, 1), phrase("Bank here", "external", 6, 1)]
    transcript = read_one(tmp_path, call(phrases, people))
    assert [turn.role for turn in transcript.turns] == ["customer", "third_party"]


def test_messages_have_points_in_time(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, {**GENESYS, "mediaType": "message"})
    assert transcript.channel == "chat"
    assert [turn.start for turn in transcript.turns] == [None, None]
    assert transcript.turns[0].at is not None
    assert transcript.turns[0].at.isoformat() == "2024-05-01T10:00:02+00:00"


@pytest.mark.parametrize("transcripts", [[], [{"phrases": []}]])
def test_a_conversation_without_phrases_is_refused(tmp_path: Path, transcripts: list[Any]) -> None:
    assert "at least one phrase" in str(refusal(put(tmp_path, {**GENESYS, "transcripts": transcripts})))


def test_a_phrase_without_a_time_is_told_with_its_place(tmp_path: Path) -> None:
    broken = call([{"text": "Hello", "participantPurpose": "internal"}], [])
    assert "transcripts[0].phrases[0].startTimeMs: expected milliseconds since 1970, found nothing" in str(
        refusal(put(tmp_path, broken))
    )


@needs_samples
def test_the_public_sample_is_read() -> None:
    transcript = sample("genesys/cxidk_genesys_transcript.json")
    assert transcript.id == "4801fdff-07f1-496e-b03b-61d46ea3a754"
    agent = "e8b5dcdd-cb3c-48af-b2fe-b73089f3e83b"
    assert [(turn.role, turn.speaker) for turn in transcript.turns] == [
        ("customer", "customer"),
        ("customer", "customer"),
        ("agent", agent),
        ("customer", "customer"),
    ]
    assert [turn.text for turn in transcript.turns][::3] == ["you are treating me well", "have a nice day"]
    assert transcript.turns[2].start == pytest.approx(3.718)  # 1619441073034 - 1619441069316 ms
