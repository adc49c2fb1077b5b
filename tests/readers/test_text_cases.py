"""Inputs that once were read wrongly, and what is right for each: mail, chats as text, captions and speech."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from llm_grader.errors import InputError, MalformedInput
from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript, Turn

CASES = Path(__file__).parents[2].parent / "shared" / "cases"

pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the cases are not here")


def read(name: str) -> list[Transcript]:
    return list(read_transcripts(CASES / name))


def one(name: str) -> Transcript:
    (transcript,) = read(name)
    return transcript


def said(name: str) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in one(name).turns]


def body(turn: Turn) -> str:
    return "".join(turn.text[start:end] for start, end in turn.body_spans()).strip()


def test_two_customers_with_one_subject_are_two_conversations() -> None:
    assert [len(transcript.turns) for transcript in read("mail-same-subject.mbox")] == [1, 1]


@pytest.mark.parametrize("name", ["mail-said.eml", "mail-zoho.eml"])
def test_only_the_first_line_is_body(name: str) -> None:
    assert body(one(name).turns[0]) == "It never came."


def test_a_date_and_a_name_are_no_attribution() -> None:
    (turn,) = one("mail-date-name-line.eml").turns
    assert body(turn) == turn.text


def test_the_page_is_read_where_the_plain_part_is_a_stub() -> None:
    assert one("mail-stub-plain.eml").turns[0].text.startswith("My parcel never came")


def test_an_arrow_in_speech_loses_no_cue() -> None:
    first, second = one("caption-arrow.srt").turns
    assert (first.role, first.start, first.end) == ("agent", 1, 2)
    assert first.text.endswith("--> Wi-Fi please")
    assert second.role == "customer"


def test_a_fence_is_no_word() -> None:
    assert one("caption-fence-end.vtt").turns[-1].text == "My parcel is late."


def test_json_cues_have_speakers() -> None:
    assert [turn.speaker for turn in one("teams-metadata.vtt").turns] == ["Ann Lee", "Bo Ek"]


def test_two_speakers_of_a_segment_have_a_turn_each() -> None:
    assert said("whisperx-two-speakers.json") == [("SPEAKER_00", "Where is it?"), ("SPEAKER_01", "It is late.")]


def test_nan_is_missing() -> None:
    assert one("whisper-nan.json").turns[0].text == "Hello"


def test_names_and_times_on_lines_of_their_own_open_turns() -> None:
    turns = one("otter-name-time.txt").turns
    assert [(turn.speaker, turn.start) for turn in turns] == [("Ann Lee", 2), ("Bo Ek", 9), ("Ann Lee", 80)]


def test_the_chat_of_a_meeting_has_its_speakers() -> None:
    assert [speaker for speaker, _ in said("zoom-chat.txt")] == ["Ann Lee", "Bo Ek", "Ann Lee"]


def test_who_joins_is_an_event() -> None:
    kinds = [turn.kind for turn in one("pasted-chat-log.txt").turns]
    assert kinds == ["message", "event", "message", "message"]


@pytest.mark.parametrize(
    ("name", "turns"),
    [
        ("labels-no-blank.txt", 3),
        ("labels-range-stamp.txt", 3),
        ("labels-fullwidth.txt", 3),
        ("text-one-line.txt", 4),
        ("silent/legend.txt", 3),
        ("whatsapp-dash-no-comma.txt", 3),
    ],
)
def test_each_labelled_line_is_a_turn(name: str, turns: int) -> None:
    transcript = one(name)
    assert len(transcript.turns) == turns
    assert len({turn.speaker for turn in transcript.turns}) == 2


def test_a_legend_says_who_is_who() -> None:
    assert [turn.role for turn in one("silent/legend.txt").turns] == ["agent", "customer", "agent"]


def test_a_header_is_no_conversation() -> None:
    with pytest.raises(MalformedInput, match="without a conversation"):
        read("silent/header-lines.txt")


def test_that_two_chats_may_be_joined_is_told() -> None:
    assert any("may separate 2 conversations" in warning for warning in one("silent/two-chats-blank-line.txt").warnings)


@pytest.mark.parametrize(
    ("name", "part"), [("slack-rich-text.json", "or ask @U0BBBBBBB"), ("slack-bot-blocks.json", "never again")]
)
def test_blocks_are_read(name: str, part: str) -> None:
    assert part in one(name).turns[0].text


@pytest.mark.parametrize("shorten", [lambda data: data[: len(data) // 2], lambda data: data[::-1]])
@pytest.mark.parametrize("file", sorted(CASES.rglob("*.*")), ids=lambda file: str(file.name))
def test_a_damaged_case_is_read_or_refused(tmp_path: Path, file: Path, shorten: Callable[[bytes], bytes]) -> None:
    (tmp_path / file.name).write_bytes(shorten(file.read_bytes()))
    problems: list[InputError] = []
    list(read_transcripts(tmp_path / file.name, on_error=problems.append))
