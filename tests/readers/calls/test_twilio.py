from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import UnsupportedFormat
from llm_grader.readers import RoleMapping, read_transcripts
from tests.support.exports import (
    SAMPLES,
    TWILIO,
    TWILIO_SENTENCES,
    needs_samples,
    put,
    read_all,
    read_one,
    refusal,
    spoken,
)


def test_messages_are_in_the_order_of_their_index_and_files_are_events(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, TWILIO)
    assert (transcript.id, transcript.channel) == ("CH1", "chat")
    assert spoken(transcript) == [
        ("whatsapp:+420601123456", "Where is my parcel?"),
        ("jana.novak", "Good morning!"),
        ("jana.novak", "form.pdf"),
    ]
    assert [(turn.kind, turn.event) for turn in transcript.turns][1:] == [("message", None), ("event", "attachment")]
    assert transcript.turns[1].at is not None
    assert transcript.turns[1].at.isoformat() == "2024-05-01T10:00:30+00:00"
    assert transcript.metadata["messages"][0]["delivery"] == {"total": 1, "read": "all"}


def test_an_address_is_the_customers_and_the_other_one_the_agent(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, TWILIO)
    assert [(turn.role, turn.role_source) for turn in transcript.turns][:2] == [
        ("customer", "source"),
        ("agent", "source"),
    ]
    assert transcript.participants[0].phone == "+420601123456"


@pytest.mark.parametrize("author", ["system", "CH1"])
def test_what_the_service_writes_itself_is_a_bots(tmp_path: Path, author: str) -> None:
    messages = [{"conversation_sid": "CH1", "index": 5, "author": author, "body": "Welcome"}]
    assert read_one(tmp_path, {"messages": messages}).turns[0].role == "bot"


def test_pages_and_single_messages_make_the_same_conversations(tmp_path: Path) -> None:
    first, second = TWILIO["messages"]
    other = {"conversationSid": "CH2", "author": "+420601123456", "body": "Hi", "dateCreated": "2024-05-01T10:00:00Z"}
    pages = [{"messages": [first]}, {"messages": [second, other]}]
    by_page, by_message = read_all(tmp_path, pages), read_all(tmp_path, [first, second, other])
    assert [spoken(each) for each in by_page] == [spoken(each) for each in by_message]
    assert [each.id for each in by_page] == ["CH1", "CH2"]


def test_a_further_page_is_told(tmp_path: Path) -> None:
    meta = {"key": "messages", "next_page_url": "https://conversations.twilio.com/v1/Conversations/CH1/Messages?Page=1"}
    transcript = read_one(tmp_path, {**TWILIO, "meta": meta})
    assert "the export goes on with another page, which is not in this file" in transcript.warnings
    lines = "\n".join(json.dumps({**TWILIO, "meta": each}) for each in (meta, {"next_page_url": None}))
    (tmp_path / "pages.jsonl").write_text(lines)
    (transcript,) = read_transcripts(tmp_path / "pages.jsonl")
    assert not any("another page" in warning for warning in transcript.warnings)


def test_sentences_have_the_names_and_roles_of_their_channels(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, TWILIO_SENTENCES)
    assert (transcript.id, transcript.channel) == ("GT00000000000000000000000000000001", "call")
    assert transcript.language == "en-US"
    assert spoken(transcript) == [("Jana Novak", "Hello!"), ("channel 1", "Hi.")]
    assert [turn.role for turn in transcript.turns] == ["agent", "customer"]
    assert [(turn.start, turn.end, turn.asr_confidence) for turn in transcript.turns] == [
        (0.5, None, 0.75),
        (2.5, 3.0, None),
    ]
    assert transcript.started_at is not None


def test_sentences_alone_take_roles_from_the_mapping_and_the_id_from_their_address(tmp_path: Path) -> None:
    sid = "GT" + "0a" * 16
    url = f"https://intelligence.twilio.com/v2/Transcripts/{sid}/Sentences?Page=0"
    page: dict[str, Any] = {"meta": {"key": "sentences", "url": url}, "sentences": TWILIO_SENTENCES["sentences"]}
    transcript = read_one(tmp_path, page, RoleMapping(channels={"2": "agent", "1": "customer"}))
    assert transcript.id == sid
    assert [(turn.speaker, turn.role) for turn in transcript.turns] == [
        ("channel 2", "agent"),
        ("channel 1", "customer"),
    ]


def test_sentences_without_times_keep_their_order(tmp_path: Path) -> None:
    said = [
        {"media_channel": n % 2, "sentence_index": 2 - n, "transcript": f"{n}", "start_time": None} for n in range(3)
    ]
    assert [turn.text for turn in read_one(tmp_path, {"sentences": said}).turns] == ["2", "1", "0"]


@pytest.mark.parametrize("messages", [[], [5], [{"conversation_sid": 5, "body": "x"}]])
def test_pages_without_messages_are_refused(tmp_path: Path, messages: list[Any]) -> None:
    assert refusal(put(tmp_path, {"messages": messages}), format="twilio")


@needs_samples
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("oai_v2_Transcripts_Sid_fetch.json", "export the list of its sentences"),
        ("oai_v2_Transcripts_TranscriptSid_OperatorResults_OperatorSid_fetch.json", "export the list of its sentences"),
        ("oai_v2_Transcripts_TranscriptSid_Sentences_Encrypted_fetch.json", "decrypt"),
    ],
)
def test_public_records_without_words_say_what_is_missing(name: str, what: str) -> None:
    error = refusal(SAMPLES / "twilio" / name)
    assert isinstance(error, UnsupportedFormat)
    assert what in str(error)
