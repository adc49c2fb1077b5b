"""What speaks against a transcript is said of every format alike, our own included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.readers.source.time_doubts import language_warnings, time_warnings
from llm_grader.transcript import Transcript

ASK: dict[str, Any] = {"role": "customer", "speaker": "Maya", "text": "Where is my parcel?"}
REPLY: dict[str, Any] = {"role": "agent", "speaker": "Ana", "text": "Good morning Maya, it comes on Friday."}


def read(tmp_path: Path, *turns: dict[str, Any], roles: RoleMapping | None = None, **fields: Any) -> Transcript:
    file = tmp_path / "t.json"
    file.write_text(json.dumps({"id": "t", "channel": "chat", "turns": turns, **fields}))
    (transcript,) = read_transcripts(file, roles=roles)
    return transcript


def test_a_sound_transcript_is_taken_as_it_is(tmp_path: Path) -> None:
    assert read(tmp_path, ASK, REPLY).warnings == ()


AT = "2026-03-05T10:{}:00Z"
DOUBTFUL: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str]] = {
    "times that go back": (
        [{**ASK, "at": AT.format(20)}, {**REPLY, "at": AT.format(10)}],
        {},
        "go back; first in turn 1",
    ),
    "past a turn without one": (
        [{**ASK, "at": AT.format(20)}, REPLY, {**ASK, "at": AT.format(10)}],
        {},
        "go back; first in turn 2",
    ),
    "seconds that go back": ([{**ASK, "start": 9}, {**REPLY, "start": 3}], {}, "go back; first in turn 1"),
    "a negative time": ([ASK, {**REPLY, "start": -3, "end": 2}], {}, "cannot be meant"),
    "an end before the beginning": ([ASK, {**REPLY, "start": 5, "end": 2}], {}, "cannot be meant"),
    "milliseconds as seconds": ([ASK, {**REPLY, "start": 90_000_000}], {}, "cannot be meant"),
    "the beginning of the epoch": ([{**ASK, "at": "1970-01-01T00:00:00Z"}, REPLY], {}, "cannot be meant"),
    "a far year": ([{**ASK, "at": "4712-01-01T00:00:00Z"}, REPLY], {}, "cannot be meant"),
    "an end of all before it began": (
        [ASK, REPLY],
        {"started_at": AT.format(20), "ended_at": AT.format(10)},
        "it ended before it began",
    ),
    "a language there is not": ([ASK, REPLY], {"language": "klingon"}, "language 'klingon' is no language"),
    "two letters of none": ([ASK, REPLY], {"language": "xx"}, "language 'xx' is no language"),
    "a blank language": ([ASK, REPLY], {"language": ""}, "language '' is no language"),
    "a turn's": ([ASK, {**REPLY, "language": "??"}], {}, "language '??' is no language"),
    "both roles": ([ASK, REPLY, {**ASK, "speaker": "Ana"}], {}, "speaker 'Ana' is agent and customer"),
    "customers who share a thread of mails": (
        [ASK, REPLY, {**ASK, "speaker": "Jon"}],
        {"channel": "email"},
        "customers write from 2 addresses",
    ),
    "a participant of the other side": (
        [ASK, REPLY],
        {"participants": [{"id": "Ana", "role": "customer"}]},
        "'Ana' takes part as customer and speaks as agent",
    ),
    "one id for two": (
        [ASK, REPLY],
        {"participants": [{"id": "Ana", "role": "agent"}, {"id": "Ana", "role": "customer"}]},
        "2 participants have the id 'Ana'",
    ),
    "no agent": ([ASK], {}, "no turn of an agent"),
    "no customer": ([REPLY], {}, "no turn of a customer"),
    "a greeting customer": ([{**ASK, "text": "Hello, how can I help you?"}, REPLY], {}, "the customer greets like"),
    "a supervisor": ([ASK, REPLY, {**REPLY, "role": "supervisor", "speaker": "Eva"}], {}, "a supervisor speaks to"),
    "two agents": ([ASK, REPLY, {**REPLY, "speaker": "Ben"}], {}, "2 agents took part (Ana, Ben)"),
    "nobody named": ([ASK, REPLY], {"agent_id": "Zoe"}, "agent_id 'Zoe' names no agent of this conversation"),
}  # fmt: skip


@pytest.mark.parametrize(("turns", "fields", "warning"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_speaks_against_our_own_format_is_told(
    tmp_path: Path, turns: list[dict[str, Any]], fields: dict[str, Any], warning: str
) -> None:
    found = read(tmp_path, *turns, **fields)
    assert [told for told in found.warnings if warning in told], found.warnings
    assert not any("parcel" in told for told in found.warnings)
    assert [turn.role for turn in found.turns] == [turn["role"] for turn in turns]  # taken at its word


@pytest.mark.parametrize("code", ["en", "EN", "de-AT", "pt_BR", "zh-Hant-TW", "cs", "hu", "et", "fil", "gsw"])
def test_languages_there_are_make_no_warning(code: str) -> None:
    assert language_warnings(Transcript(id="t", channel="chat", turns=(), language=code)) == []


def test_overlapping_speech_and_rounded_times_make_no_warning(tmp_path: Path) -> None:
    spoken = read(tmp_path, {**ASK, "start": 1, "end": 6}, {**REPLY, "start": 5.5, "end": 9}, {**ASK, "start": 5.2})
    assert time_warnings(spoken) == []


@pytest.mark.parametrize("agent_id", ["ana", " ANA ", "Ana"])
def test_reading_puts_the_speaker_in_the_place_of_who_is_meant(tmp_path: Path, agent_id: str) -> None:
    found = read(tmp_path, ASK, REPLY, {**REPLY, "speaker": "Ben"}, agent_id=agent_id)
    assert (found.agent_id, found.warnings) == ("Ana", ())


def test_the_caller_may_name_who_is_under_review_where_the_file_names_nobody(tmp_path: Path) -> None:
    for fields in ({}, {"agent_id": ""}, {"agent_id": "zoe"}):
        found = read(tmp_path, ASK, REPLY, {**REPLY, "speaker": "Ben"}, roles=RoleMapping(agents=("BEN",)), **fields)
        assert found.agent_id == "Ben"
        assert not any("agent_id" in told or "took part" in told for told in found.warnings)


def test_what_was_read_is_read_again_as_the_same(tmp_path: Path) -> None:
    for turns, fields, _ in DOUBTFUL.values():
        once = read(tmp_path, *turns, **fields)
        file = tmp_path / "again.json"
        file.write_text(once.model_dump_json(exclude_none=True))
        assert list(read_transcripts(file)) == [once]
