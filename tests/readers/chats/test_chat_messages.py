from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_grader.errors import UnsupportedFormat
from llm_grader.readers import RoleMapping, read_transcripts
from tests.support.exports import MESSAGES, SAMPLES, needs_samples, put, read_all, read_one, refusal

BOT = "the assistant was read as a bot, which is not graded; if it is the agent, name it as one"


def test_what_the_user_does_not_see_is_a_note_or_an_event(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, MESSAGES)
    assert (transcript.id, transcript.channel) == ("7", "chat")
    assert [(turn.role, turn.kind, turn.visibility, turn.event, turn.text) for turn in transcript.turns] == [
        ("system", "note", "internal", None, "Be kind."),
        ("customer", "message", "public", None, "Where is it?"),
        ("bot", "event", "internal", "tool_call", 'find_parcel {"id": 5}'),
        ("system", "event", "internal", "tool", "in Prague"),
        ("bot", "message", "public", None, "In Prague."),
    ]


def test_parts_without_text_are_told_and_kept_as_metadata(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, MESSAGES)
    assert "1 parts of messages are no text and were left out" in transcript.warnings
    assert transcript.metadata["messages"][1] == {"content": [{}, {"type": "image_url"}]}


@pytest.mark.parametrize("answer", ["sent", [{"type": "text", "text": "sent"}]])
def test_a_tool_that_is_part_of_a_message_is_an_event_and_leaves_no_empty_turn(tmp_path: Path, answer: object) -> None:
    asked = [
        {"type": "text", "text": "Let me see."},
        {"type": "tool_use", "id": "t", "name": "get", "input": {"id": 7}},
    ]
    answered = [{"type": "tool_result", "tool_use_id": "t", "content": answer}]
    both = [*answered, {"type": "text", "text": "And when?"}]
    says = [("user", "Where?"), ("assistant", asked), ("user", answered), ("user", both), ("assistant", "Today.")]
    transcript = read_one(tmp_path, {"messages": [{"role": role, "content": content} for role, content in says]})
    assert [(turn.role, turn.event, turn.text) for turn in transcript.turns] == [
        ("customer", None, "Where?"),
        ("bot", None, "Let me see."),
        ("bot", "tool_call", 'get {"id": 7}'),
        ("system", "tool", "sent"),
        ("system", "tool", "sent"),
        ("customer", None, "And when?"),
        ("bot", None, "Today."),
    ]
    assert [turn.spoken for turn in transcript.turns] == [turn.event is None for turn in transcript.turns]
    assert not any("no text" in warning for warning in transcript.warnings)


def test_an_assistant_is_a_bot_unless_the_mapping_names_it(tmp_path: Path) -> None:
    assert BOT in read_one(tmp_path, MESSAGES).warnings
    mapped = read_one(tmp_path, MESSAGES, RoleMapping(agents=("assistant",)))
    assert BOT not in mapped.warnings
    assert [(turn.role, turn.role_source) for turn in mapped.turns][-1] == ("agent", "mapping")


def test_people_under_their_roles_keep_them(tmp_path: Path) -> None:
    messages = [{"role": "agent", "content": "Hello"}, {"role": "customer", "content": "Hi"}]
    transcript = read_one(tmp_path, {"messages": messages})
    assert [(turn.role, turn.role_source) for turn in transcript.turns] == [("agent", "source"), ("customer", "source")]
    assert transcript.warnings == ("the channel is not stated: read as chat",)


def test_a_bare_list_of_messages_is_one_conversation(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "Hi", "name": "Jana"}, {"role": "assistant", "content": "Hello"}]
    transcript = read_one(tmp_path, messages)
    assert [turn.text for turn in transcript.turns] == ["Hi", "Hello"]
    assert transcript.metadata == {"messages": [{"name": "Jana"}, {}]}
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join(json.dumps(message) for message in messages))
    (transcript,) = read_transcripts(lines)
    assert len(transcript.turns) == 2


def test_sharegpt_is_read_and_its_tools_are_events(tmp_path: Path) -> None:
    said = [
        ("system", "Be kind."),
        ("human", "Hi"),
        ("function_call", "find()"),
        ("observation", "5"),
        ("gpt", "Five."),
    ]
    conversation = [{"from": who, "value": text} for who, text in said]
    transcript = read_one(tmp_path, {"id": "s", "conversations": conversation, "source": "x"})
    assert [(turn.role, turn.kind, turn.event) for turn in transcript.turns] == [
        ("system", "note", None),
        ("customer", "message", None),
        ("system", "event", "tool_call"),
        ("system", "event", "tool"),
        ("bot", "message", None),
    ]
    assert transcript.metadata == {"source": "x"}


def test_several_conversations_are_several(tmp_path: Path) -> None:
    assert [each.id for each in read_all(tmp_path, [MESSAGES, {**MESSAGES, "id": "8"}])] == ["7", "8"]


def test_an_export_may_begin_with_a_conversation_in_which_nobody_wrote(tmp_path: Path) -> None:
    nobody, somebody = read_all(tmp_path, [{"messages": []}, MESSAGES])
    assert (len(nobody.turns), somebody.id) == (0, "7")
    assert "no turn of a customer" in nobody.warnings


def test_a_first_conversation_without_its_list_is_told_and_the_next_one_is_read(tmp_path: Path) -> None:
    told: list[Exception] = []
    (somebody,) = read_transcripts(put(tmp_path, [{"messages": None}, MESSAGES]), on_error=told.append)
    assert somebody.id == "7"
    assert "item 1: messages: expected a list of messages, found nothing" in str(told[0])


@pytest.mark.parametrize("messages", [[], [{"from": "+420123", "body": "sms"}], [{"role": 1, "content": "x"}], {}])
def test_other_messages_are_another_format(tmp_path: Path, messages: object) -> None:
    assert isinstance(refusal(put(tmp_path, {"messages": messages})), UnsupportedFormat)


def test_what_is_broken_is_told_with_its_place(tmp_path: Path) -> None:
    broken = {"messages": [MESSAGES["messages"][0], {"role": "user", "content": 5}]}
    assert "messages[1].content: expected text, found a whole number" in str(refusal(put(tmp_path, broken)))
    mixed = put(tmp_path, [MESSAGES, {"weather": "fine"}])
    assert "item 2: messages: expected a list of messages, found nothing" in str(refusal(mixed))


@needs_samples
def test_the_public_sample_is_read() -> None:
    transcripts = list(read_transcripts(SAMPLES / "sharegpt" / "fastchat_dummy_conversation.json"))
    assert (len(transcripts), sum(len(transcript.turns) for transcript in transcripts)) == (500, 2000)
    first, last = transcripts[0], transcripts[-1]
    assert (first.id, last.id) == ("identity_0", "identity_499")
    assert [(turn.speaker, turn.role) for turn in first.turns] == [("human", "customer"), ("gpt", "bot")] * 2
    assert (first.turns[0].text, first.turns[-1].text) == ("Who are you?", "You too!")
    assert last.turns[-1].text.startswith("No, I'm a language model trained by researchers")
