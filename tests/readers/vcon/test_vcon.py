from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import MalformedInput, UnsupportedFormat
from llm_grader.readers import RoleMapping
from tests.support.exports import (
    ASSEMBLYAI,
    AZURE_BATCH,
    AZURE_FAST,
    DEEPGRAM,
    SAMPLES,
    TRANSCRIBE,
    VCON,
    VOICE,
    WHISPER,
    needs_samples,
    put,
    read_one,
    refusal,
    sample,
    spoken,
)

START = datetime(2024, 5, 1, 10, 0, tzinfo=UTC)


def with_transcript(body: Any, **fields: Any) -> dict[str, Any]:
    """A recording with this transcript."""
    return {**VCON, "analysis": [{"type": "transcript", "dialog": 0, "body": body, **fields}]}


def written(*dialogs: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Texts, a minute apart."""
    timed = [{"type": "text", "start": f"2024-05-01T10:0{n}:00Z", **each} for n, each in enumerate(dialogs)]
    return {"uuid": "w", "parties": VCON["parties"], "dialog": timed, **fields}


def test_a_recording_is_read_from_its_transcript(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, VCON)
    assert (transcript.id, transcript.channel, transcript.language) == ("vcon-1", "call", "de")
    assert transcript.started_at == START
    assert [(turn.speaker, turn.text, turn.start, turn.at) for turn in transcript.turns] == [
        ("Speaker 0", "Guten Tag.", 0.5, None),
        ("Speaker 1", "Hallo.", 2.0, None),
    ]
    assert [(each.id, each.role, each.email, each.phone) for each in transcript.participants] == [
        ("Alice", "unknown", None, "+420111"),
        ("Bob", "agent", "bob@example.com", None),
    ]


@pytest.mark.parametrize(
    ("body", "first"),
    [
        (DEEPGRAM, "Guten Tag."),
        (DEEPGRAM["results"]["channels"][0]["alternatives"][0], "Guten Tag."),
        (WHISPER, "Good morning. How can I help?"),
        (ASSEMBLYAI, "Hello."),
        (AZURE_BATCH, "Dobrý den."),
        (AZURE_FAST, "Tere."),
        (TRANSCRIBE, "Jó napot."),
        (VOICE, "Hello [PII]."),
        ([{"role": "agent", "content": "Hello"}], "Hello"),
        ("Agent: Hello\nCustomer: Hi", "Hello"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Agent>Hello\n", "Hello"),
    ],
)
def test_a_transcript_is_read_as_its_vendors(tmp_path: Path, body: Any, first: str) -> None:
    assert read_one(tmp_path, with_transcript(body)).turns[0].text == first


@pytest.mark.parametrize(
    "encoded",
    [
        {"encoding": "json", "body": WHISPER},
        {"encoding": "json", "body": json.dumps(WHISPER)},
        {"encoding": "none", "body": json.dumps(WHISPER)},
        {"encoding": "base64url", "body": urlsafe_b64encode(json.dumps(WHISPER).encode()).decode().rstrip("=")},
    ],
)
def test_a_body_is_decoded_as_it_says(tmp_path: Path, encoded: dict[str, Any]) -> None:
    assert len(read_one(tmp_path, with_transcript(**encoded)).turns) == 2


def test_speakers_that_are_roles_or_names_are_the_parties(tmp_path: Path) -> None:
    lines = [{"speaker": "Agent", "message": "Hello"}, {"speaker": "Alice", "message": "Hi"}]
    transcript = read_one(tmp_path, with_transcript(lines))
    assert [(turn.speaker, turn.role, turn.role_source) for turn in transcript.turns] == [
        ("Bob", "agent", "source"),
        ("Alice", "customer", "source"),  # the other one of two
    ]
    assert [each.role for each in transcript.participants] == ["customer", "agent"]


def test_channels_are_the_parties_of_the_dialog_in_their_order(tmp_path: Path) -> None:
    export = with_transcript(AZURE_BATCH)
    export["dialog"] = [{**VCON["dialog"][0], "parties": [1, 0]}]
    transcript = read_one(tmp_path, export)
    assert spoken(transcript) == [("Bob", "Dobrý den."), ("Alice", "Ahoj.")]
    assert transcript.turns[0].role == "agent"


def test_voices_of_a_mixed_channel_are_nobody_we_know(tmp_path: Path) -> None:
    export = with_transcript(AZURE_BATCH)
    export["dialog"] = [{**VCON["dialog"][0], "parties": [[0, 1]]}]
    assert [turn.speaker for turn in read_one(tmp_path, export).turns] == ["channel 0", "channel 1"]


def test_a_transcript_that_was_redacted_counts_its_parties(tmp_path: Path) -> None:
    lines = [{"parties": 1, "start": "2024-05-01T10:00:02.5Z", "duration": 2.5, "text": "I am {{NAME}}."}]
    (turn,) = read_one(tmp_path, with_transcript(lines, type="transcript-redacted")).turns
    assert (turn.speaker, turn.role, turn.text) == ("Bob", "agent", "I am {{NAME}}.")
    assert turn.at == datetime(2024, 5, 1, 10, 0, 2, 500_000, UTC)


def test_texts_are_turns_of_their_authors(tmp_path: Path) -> None:
    export = written(
        {"parties": [1, 0], "body": "Hello!\n", "mediatype": "text/plain"},
        {"parties": [1, 0], "originator": 0, "body": "<p>Hi &amp; bye</p>", "mimetype": "text/html"},
        {"parties": 0, "body": urlsafe_b64encode(b"Ahoj").decode(), "encoding": "base64url"},
    )
    transcript = read_one(tmp_path, export)
    assert transcript.channel == "chat"
    assert spoken(transcript) == [("Bob", "Hello!"), ("Alice", "Hi & bye"), ("Alice", "Ahoj")]
    assert [turn.role for turn in transcript.turns] == ["agent", "customer", "customer"]
    assert [turn.at.minute for turn in transcript.turns if turn.at] == [0, 1, 2]


def test_dialogs_are_ordered_by_their_start(tmp_path: Path) -> None:
    export = written({"parties": 0, "body": "b"}, {"parties": 1, "body": "a", "start": "2024-05-01T09:00:00Z"})
    transcript = read_one(tmp_path, export)
    assert [turn.text for turn in transcript.turns] == ["a", "b"]
    assert transcript.started_at == datetime(2024, 5, 1, 9, tzinfo=UTC)


def test_mail_has_a_subject_and_marks_what_is_quoted(tmp_path: Path) -> None:
    body = "Fine, thanks.\n\nOn Fri, 3 May 2024 at 10:00, Bob <bob@example.com> wrote:\n> How is it?\n"
    mail = {"parties": [0, 1], "body": body, "message_id": "<1@example.com>"}
    parts = 'multipart/alternative; boundary="x"'
    mixed = "--x\nContent-Type: text/plain\n\nPlain\n--x\nContent-Type: text/html\n\n<b>Rich</b>\n--x--\n"
    export = written(mail, {"parties": [1, 0], "body": mixed, "mediatype": parts}, subject="Account")
    transcript = read_one(tmp_path, export)
    assert transcript.channel == "email"
    first, second = transcript.turns
    assert (first.subject, second.subject, second.text) == ("Account", None, "Plain")
    assert [segment.kind for segment in first.segments] == ["body", "quoted"]
    assert first.text[: first.segments[0].end].strip() == "Fine, thanks."


def test_addresses_of_the_house_make_an_agent(tmp_path: Path) -> None:
    parties = [{"mailto": "a@shop.example", "name": "Ann"}, {"mailto": "c@home.example", "name": "Cid"}]
    export = {**written({"parties": 0, "body": "x"}, {"parties": 1, "body": "y"}), "parties": parties}
    transcript = read_one(tmp_path, export, RoleMapping(domains=("shop.example",)))
    assert [(turn.speaker, turn.role, turn.role_source) for turn in transcript.turns] == [
        ("Ann", "agent", "mapping"),
        ("Cid", "customer", "mapping"),
    ]


def test_transfers_holds_and_calls_that_failed_are_events(tmp_path: Path) -> None:
    failed = {"type": "incomplete", "start": "2024-05-01T09:59:00Z", "parties": [0], "disposition": "no-answer"}
    history = [{"party": 1, "time": "2024-05-01T10:00:01Z", "event": "hold"}]
    passed_on = {"type": "transfer", "start": "2024-05-01T10:00:04Z", "transferor": 1, "transferee": 0}
    call = {**VCON["dialog"][0], "party_history": history}
    analysis = [{**VCON["analysis"][0], "dialog": 1}]
    transcript = read_one(tmp_path, {**VCON, "dialog": [failed, call, passed_on], "analysis": analysis})
    # words at 0.5 s and 2 s after 10:00:00; with several dialogs times of day are needed
    assert [(turn.kind, turn.event, turn.text) for turn in transcript.turns] == [
        ("event", "incomplete", "no-answer"),
        ("message", None, "Guten Tag."),
        ("event", "hold", "hold"),
        ("message", None, "Hallo."),
        ("event", "transfer", "transfer"),
    ]
    assert transcript.turns[1].at == datetime(2024, 5, 1, 10, 0, 0, 500_000, UTC)
    assert transcript.metadata["dialog"][2] == {"transferor": 1, "transferee": 0}


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    export = {**VCON, "dialog": [*VCON["dialog"], {"type": "recording", "parties": [0]}]}
    export["analysis"] = [
        {"type": "summary", "dialog": 0, "body": "All well."},
        {"type": "transcript", "dialog": 0, "body": {"strange": 1}},
        VCON["analysis"][0],
        {"type": "transcript", "dialog": 0, "body": WHISPER},
    ]
    transcript = read_one(tmp_path, export)
    assert transcript.turns[0].text == "Guten Tag."
    assert "analysis 1 is a transcript of no format we know" in transcript.warnings
    assert "analysis 3 is another transcript of dialog 0: the first was read" in transcript.warnings
    assert "dialog 1 (recording) holds no text" in transcript.warnings
    assert transcript.metadata["analysis"][0]["body"] == "All well."
    assert transcript.metadata["analysis"][1]["body"] == {"strange": 1}


def test_sound_inside_is_left_out_and_told(tmp_path: Path) -> None:
    sound = {**VCON["dialog"][0], "body": "UklGRg", "encoding": "base64url"}
    transcript = read_one(tmp_path, {**VCON, "dialog": [sound]})
    assert "the sound inside dialog 0 was left out" in transcript.warnings
    assert "body" not in transcript.metadata["dialog"][0]


def test_a_transcript_of_a_dialog_that_is_not_there_is_read_and_told(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, {**VCON, "dialog": []})
    assert len(transcript.turns) == 2
    assert "a transcript is of dialog 0, which is not in it" in transcript.warnings


def test_times_without_a_zone_are_told(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, written({"parties": 0, "body": "x", "start": "2024-05-01T10:00:00"}))
    assert "times without a zone were read as UTC" in transcript.warnings


@pytest.mark.parametrize(
    ("export", "found"),
    [
        ({**VCON, "analysis": []}, "no text in it (dialog 0 (recording) holds no text)"),
        ({**VCON, "dialog": [], "analysis": []}, "no text in it (no dialog)"),
        (written({"parties": 7, "body": "x"}), "dialog[0].parties: expected the number of one of 2 parties"),
        (written({"body": "x"}), "dialog[0].parties: expected the number of one of 2 parties, found nothing"),
        (written({"parties": 0, "body": "%", "encoding": "base64url"}), "dialog[0].body: expected text in base64url"),
        (written({"parties": 0, "body": "x", "encoding": "rot13"}), "encoding: expected none, json or base64url"),
        (written({"parties": 0, "body": "x", "start": "soon"}), "dialog[0].start: expected a point in time"),
        (with_transcript({**WHISPER, "segments": [{"start": 0, "end": 1, "text": 5}]}), "segments[0].text"),
        (with_transcript("{", encoding="json"), "not valid JSON"),
        ({**VCON, "analysis": [{**VCON["analysis"][0], "dialog": "0"}]}, "analysis[0].dialog"),
    ],
)
def test_what_is_broken_or_empty_is_refused_with_the_reason(tmp_path: Path, export: Any, found: str) -> None:
    error = refusal(put(tmp_path, export))
    assert isinstance(error, MalformedInput)
    assert found in str(error)


@pytest.mark.parametrize(
    ("sealed", "found"),
    [({"payload": "e30", "signatures": []}, "signed"), ({"ciphertext": "x", "recipients": []}, "encrypted")],
)
def test_a_sealed_vcon_is_refused_with_what_to_do(tmp_path: Path, sealed: dict[str, Any], found: str) -> None:
    error = refusal(put(tmp_path, sealed))
    assert isinstance(error, UnsupportedFormat)
    assert f"this vCon is {found}" in str(error)


FAKES = [
    ("11ca4148-6369-41fc-a3ac-476c31cf9740", 11, "Brian Martinez", "agent", "Have a great day!"),
    ("175b4393-b18a-4b47-bdce-c5d795be4130", 16, "Mark Gonzales", "customer", "You too, Mark. Goodbye!"),
    ("17ff8328-3a85-457b-b8c4-db874ade4d58", 11, "Benjamin Russell", "agent", "Have a great day!"),
    ("19d7f4b1-1b5e-48ce-b172-fec0285db3ce", 11, "Matthew Nelson", "agent", "Have a great day!"),
    ("19fc2df9-d3cb-423d-a285-467976a6b17c", 13, "Ryan Torres", "customer", "You too, Ryan. Goodbye."),
    ("255c444c-bbad-41af-a38a-265f64c7c37a", 14, "Jason Hayes", "agent", "Have a good day!"),
    ("26fe45f6-18e5-432c-8ec4-de25af70d492", 14, "Stephen Harris", "customer", "You too, Stephen. Goodbye."),
]


@needs_samples
@pytest.mark.parametrize(("uuid", "count", "agent", "last", "end"), FAKES)
def test_the_public_samples_of_a_server_are_read(uuid: str, count: int, agent: str, last: str, end: str) -> None:
    transcript = sample(f"vcon/vconserver_{uuid}.vcon.json")
    assert (transcript.id, transcript.channel, len(transcript.turns)) == (uuid, "call", count)
    assert (transcript.turns[0].speaker, transcript.turns[0].role) == (agent, "agent")
    assert agent in transcript.turns[0].text
    assert transcript.turns[-1].role == last
    assert transcript.turns[-1].text.endswith(end)
    assert {each.role for each in transcript.participants} == {"agent", "customer"}
    assert not any(turn.at or turn.start for turn in transcript.turns)  # the transcript has no times


@needs_samples
def test_the_public_samples_of_the_draft_are_read() -> None:
    (turn,) = sample("vcon/ietf_ab_call_ext_rec_analysis.vcon").turns  # both voices are one speaker there
    assert (turn.speaker, turn.start, len(turn.text.split())) == ("Speaker 0", 1.1999999, 76)
    assert turn.text.startswith("Hello. This is example.com. My name is Bob.")

    redacted = sample("vcon/ietf_ab_call_ext_rec_redacted.vcon")
    assert [turn.speaker for turn in redacted.turns] == ["Alice"] * 4  # party 0, as it says
    assert redacted.turns[0].text == "Hello.  This is {{URL}}.  My name is Bob.  How can I help you?  Hi."
    assert redacted.turns[-1].text == "Goodbye.  Goodbye.  Have a nice day."

    thread = sample("vcon/ietf_ab_email_prob_followup_text_thread.vcon")
    assert (thread.channel, [turn.speaker for turn in thread.turns]) == ("email", ["Alice", "Bob", "Alice"])
    assert thread.turns[0].subject == "Account issue followup"
    assert [turn.text.split("\n")[0] for turn in thread.turns] == ["Hi Bob:", "Hi Alice:", "Awesome!"]
    assert any(segment.kind == "quoted" for segment in thread.turns[2].segments)


@needs_samples
def test_the_public_sample_of_a_recording_alone_is_refused() -> None:
    error = refusal(SAMPLES / "vcon" / "ietf_ab_call_int_rec.vcon")
    assert "dialog 0 (recording) holds no text" in str(error)
