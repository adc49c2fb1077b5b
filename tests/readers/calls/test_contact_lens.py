from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import MalformedInput, UnsupportedFormat
from llm_grader.readers import read_transcripts
from tests.support.exports import LIVE, SAMPLES, VOICE, needs_samples, put, read_all, read_one, refusal, sample

JOINED = "application/vnd.amazonaws.connect.event.participant.joined"
TRANSFERRED = "application/vnd.amazonaws.connect.event.transfer.succeeded"


def chat(*items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An analysed chat of these items, a second apart."""
    timed = [{"AbsoluteTime": f"2024-05-01T10:00:0{n}.500Z", **item} for n, item in enumerate(items)]
    return {"Channel": "CHAT", "JobStatus": "COMPLETED", "Transcript": timed, **fields}


def message(role: str, text: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "MESSAGE", "ParticipantId": role.lower(), "ParticipantRole": role, "Content": text, **fields}


def test_roles_are_those_of_the_participants_and_milliseconds_are_seconds(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, VOICE)
    assert (transcript.id, transcript.channel, transcript.language) == ("contact-1", "call", "en-GB")
    assert [(t.speaker, t.role, t.role_source, t.text, t.start, t.end) for t in transcript.turns] == [
        ("AGENT", "agent", "source", "Hello [PII].", 0.0, 2.5),
        ("CUSTOMER", "customer", "source", "Hi.", 2.4, 4.16),
    ]
    assert [(each.id, each.role) for each in transcript.participants] == [("AGENT", "agent"), ("CUSTOMER", "customer")]


def test_overlap_is_no_event_and_the_analysis_stays_in_the_metadata(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, VOICE)
    assert [turn.kind for turn in transcript.turns] == ["message", "message"]
    assert transcript.metadata["ConversationCharacteristics"] == {"Interruptions": {"TotalCount": 1}}
    assert transcript.metadata["Transcript"] == [{"Id": "1", "Sentiment": "NEUTRAL"}, {"Id": "2"}]
    assert transcript.metadata["CustomerMetadata"] == {"InstanceId": "i"}


def test_turns_are_ordered_by_their_offsets(tmp_path: Path) -> None:
    export = deepcopy(VOICE)
    export["Transcript"].reverse()
    assert [turn.start for turn in read_one(tmp_path, export).turns] == [0.0, 2.4]


def test_call_analytics_states_roles_with_each_turn_and_confidence_with_each_word(tmp_path: Path) -> None:
    items = [{"Content": "Hi", "Confidence": "0.5"}, {"Content": "there", "Confidence": 0.75}, {"Content": "."}]
    turn = {
        "ParticipantRole": "AGENT",
        "BeginOffsetMillis": 10,
        "EndOffsetMillis": 20,
        "Content": "Hi.",
        "Items": items,
    }
    export = {
        "JobName": "j",
        "JobStatus": "COMPLETED",
        "Participants": [{"ParticipantRole": "AGENT"}],
        "Transcript": [turn],
    }
    transcript = read_one(tmp_path, export)
    assert transcript.id == "j"
    # (0.5 + 0.75) / 2 = 0.625; a mark has none
    assert [(t.speaker, t.role, t.asr_confidence) for t in transcript.turns] == [("AGENT", "agent", 0.625)]


def test_a_system_is_a_bot_and_so_is_a_custom_one(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, chat(message("SYSTEM", "In the queue."), message("CUSTOM_BOT", "Hi, I am a bot.")))
    assert [turn.role for turn in transcript.turns] == ["bot", "bot"]


def test_a_chat_has_times_events_and_names(tmp_path: Path) -> None:
    joined = {"Type": "EVENT", "ContentType": JOINED, "ParticipantId": "agent", "ParticipantRole": "AGENT"}
    passed_on = {"Type": "EVENT", "ContentType": TRANSFERRED}
    sent = {
        "Type": "ATTACHMENT",
        "ParticipantId": "customer",
        "ParticipantRole": "CUSTOMER",
        "Attachments": [{"AttachmentName": "bill.pdf", "ContentType": "application/pdf"}],
    }
    export = chat({**joined, "DisplayName": "Jane"}, message("AGENT", "Hello"), sent, passed_on)
    transcript = read_one(tmp_path, export)
    assert transcript.channel == "chat"
    assert [(turn.kind, turn.role, turn.event, turn.text) for turn in transcript.turns] == [
        ("event", "agent", "participant.joined", "participant joined"),
        ("message", "agent", None, "Hello"),
        ("event", "customer", "attachment", "bill.pdf"),
        ("event", "system", "transfer", "transfer"),
    ]
    assert transcript.turns[0].at == datetime(2024, 5, 1, 10, 0, 0, 500_000, UTC)
    assert [(each.id, each.name) for each in transcript.participants] == [("agent", "Jane"), ("customer", None)]


def test_a_redacted_chat_lists_no_participants_and_roles_are_stated_with_the_turns(tmp_path: Path) -> None:
    said = [message("AGENT", "Hello [PII]"), {"Type": "MESSAGE", "ParticipantId": "4f0", "Content": "Hi"}]
    transcript = read_one(tmp_path, chat(*said, ContentMetadata={"Output": "Redacted"}))
    # the other one of two speakers of whom one is the agent
    assert [(turn.speaker, turn.role, turn.role_source) for turn in transcript.turns] == [
        ("agent", "agent", "source"),
        ("4f0", "customer", "source"),
    ]
    three = chat(*said, {"Type": "MESSAGE", "ParticipantId": "5a1", "Content": "And I"})
    assert [turn.role for turn in read_one(tmp_path, three).turns] == ["agent", "unknown", "unknown"]


def test_live_segments_are_ordered_and_partial_hypotheses_left_out(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, LIVE)
    assert transcript.id == "contact-2"
    assert [(turn.role, turn.text, turn.start) for turn in transcript.turns] == [
        ("agent", "Hello.", 0.2),
        ("customer", "My line is dead.", 1.5),
    ]
    assert "1 partial hypotheses were left out" in transcript.warnings
    assert not any("missing" in warning for warning in transcript.warnings)
    assert {"Categories": {"MatchedCategories": ["outage"]}} in transcript.metadata["Segments"]


def test_a_passage_of_which_only_hypotheses_arrived_is_told(tmp_path: Path) -> None:
    export = {**LIVE, "Segments": [each for each in LIVE["Segments"] if each.get("Transcript", {}).get("Id") != "t2"]}
    assert "of 1 passages the final text is missing" in read_one(tmp_path, export).warnings


def test_the_events_of_a_stream_make_one_conversation_a_contact(tmp_path: Path) -> None:
    def segments(contact: str, number: int) -> dict[str, Any]:
        said = {**LIVE["Segments"][1]["Transcript"], "Id": f"t{number}", "BeginOffsetMillis": number}
        return {"ContactId": contact, "EventType": "SEGMENTS", "Channel": "VOICE", "Segments": [{"Transcript": said}]}

    started = {"ContactId": "a", "EventType": "STARTED", "Channel": "VOICE"}
    events = [started, segments("a", 2), segments("b", 1), segments("a", 1), segments("a", 1)]
    file = tmp_path / "stream.jsonl"
    file.write_text("\n".join(json.dumps(event) for event in events))
    a, b = read_transcripts(file)
    assert (a.id, [turn.start for turn in a.turns]) == ("a", [0.001, 0.002])
    assert "1 segments were delivered again" in a.warnings
    assert (b.id, len(b.turns)) == ("b", 1)


def test_live_chats_keep_their_time_inside(tmp_path: Path) -> None:
    said = {"Id": "1", "ParticipantRole": "AGENT", "Content": "Hi", "Time": {"AbsoluteTime": "2024-05-01T10:00:00Z"}}
    left = {
        "Id": "2",
        "ParticipantRole": "AGENT",
        "EventType": "application/vnd.amazonaws.connect.event.participant.left",
        "Time": {"AbsoluteTime": "2024-05-01T10:00:09Z"},
    }
    transcript = read_one(tmp_path, {"Segments": [{"Event": left}, {"Transcript": said}], "Status": "COMPLETED"})
    assert transcript.channel == "chat"
    assert [(turn.text, turn.event) for turn in transcript.turns] == [
        ("Hi", None),
        ("participant left", "participant.left"),
    ]
    assert transcript.turns[0].at == datetime(2024, 5, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"BeginOffsetMillis": "soon"}, "Transcript[0].BeginOffsetMillis: expected a number, found text"),
        ({"Content": None}, "Transcript[0].Content: expected text, found nothing"),
        ({"AbsoluteTime": "now"}, "Transcript[0].AbsoluteTime: expected a point in time, found text"),
    ],
)
def test_what_is_broken_is_told_with_its_place(tmp_path: Path, change: dict[str, Any], found: str) -> None:
    export = {**VOICE, "Transcript": [{**VOICE["Transcript"][0], **change}, VOICE["Transcript"][1]]}
    error = refusal(put(tmp_path, export))
    assert isinstance(error, MalformedInput)
    assert found in str(error)


def test_one_broken_record_of_many_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    problems: list[Any] = []
    file = put(tmp_path, [VOICE, {**VOICE, "Transcript": [5]}, {**VOICE, "CustomerMetadata": {"ContactId": "c"}}])
    read = list(read_transcripts(file, on_error=problems.append))
    assert [transcript.id for transcript in read] == ["contact-1", "c"]
    assert [str(problem) for problem in problems] == [
        f"{file}: item 2: Transcript[0]: expected an object, found a whole number"
    ]


def test_several_conversations_in_a_file_are_several(tmp_path: Path) -> None:
    other = {**VOICE, "CustomerMetadata": {"ContactId": "contact-9"}}
    assert [transcript.id for transcript in read_all(tmp_path, [VOICE, other])] == ["contact-1", "contact-9"]


@needs_samples
def test_the_public_sample_of_a_call_is_read() -> None:
    transcript = sample("contact-lens/cxidk_aws_transcript.json")
    assert (transcript.channel, transcript.language, len(transcript.turns)) == ("call", "en-US", 10)
    assert [turn.role for turn in transcript.turns] == ["agent", "customer"] * 5
    first, last = transcript.turns[0], transcript.turns[-1]
    assert (first.text, first.start, first.end) == ("Okay.", 0.0, 0.09)
    assert (last.text, last.start, last.end) == ("Thank you. Sir. Have a nice evening.", 30.58, 32.11)
    assert transcript.metadata["Categories"]["MatchedCategories"] == ["Cancellation"]


@needs_samples
def test_the_public_sample_of_a_chat_is_read() -> None:
    transcript = sample("contact-lens/awsdocs_contact-lens-example-output-files-chat_1.json")
    assert (transcript.id, transcript.channel) == ("b49644f6-672f-445c-b209-f76b36482830", "chat")
    messages = [turn for turn in transcript.turns if turn.kind == "message"]
    assert (len(transcript.turns), len(messages)) == (35, 31)
    assert [turn.event for turn in transcript.turns if turn.event] == [
        "participant.joined",
        "participant.joined",
        "participant.left",
        "chat.ended",
    ]
    assert [turn.role for turn in messages].count("bot") == 3
    assert {each.name: each.role for each in transcript.participants} == {
        "John": "customer",
        "SYSTEM_MESSAGE": "bot",
        "Jane": "agent",
    }
    assert messages[3].text == "Hello, thanks for reaching Example Corp. This is Jane. How may I help you?"
    assert messages[-1].text == "Ok great! Have a great day."


@needs_samples
@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("awsdocs_contact-lens-example-output-files_2.json", MalformedInput, "line 10 column 44"),  # a comment in it
        ("awsdocs_tca-output-batch_4.json", MalformedInput, "line 14 column 13"),  # dots where lines were left out
        ("awsdocs_tca-output-batch_1.json", UnsupportedFormat, "no line begins with a speaker"),  # a part of an object
        ("awsdocs_tca-output-batch_3.json", UnsupportedFormat, "no line begins with a speaker"),
        ("awsword_bda-custom.json", UnsupportedFormat, "the columns metadata, matched_blueprint, inference_result"),
    ],
)
def test_what_is_no_whole_export_is_refused_with_the_reason(name: str, kind: type[Exception], found: str) -> None:
    error = refusal(SAMPLES / "contact-lens" / name)
    assert isinstance(error, kind)
    assert found in str(error)
