"""Captions as meeting recorders and live subtitles write them, and what is no words in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript


def read(folder: Path, *cues: str, head: str = "WEBVTT\n\n") -> Transcript:
    (folder / "call.vtt").write_text(head + "\n\n".join(cues) + "\n", "utf-8")
    (transcript,) = read_transcripts(folder / "call.vtt")
    return transcript


def cue(second: int, text: str, above: str = "") -> str:
    return f"{above}00:00:{second:02}.000 --> 00:00:{second + 1:02}.000\n{text}"


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in transcript.turns]


def warned(transcript: Transcript, words: str) -> bool:
    return any(words in warning for warning in transcript.warnings)


@pytest.mark.parametrize(
    "keys", [("speakerName", "spokenText"), ("speaker", "text"), ("participantName", "transcript")]
)
def test_json_in_cues_is_read_by_its_fields(tmp_path: Path, keys: tuple[str, str]) -> None:
    who, what = keys
    cues = [json.dumps({who: name, what: text, "id": 1}) for name, text in (("Eva Lind", "Hello"), ("Jo Park", "Hi"))]
    transcript = read(tmp_path, cue(1, cues[0]), cue(5, cues[1]))
    assert said(transcript) == [("Eva Lind", "Hello"), ("Jo Park", "Hi")]
    assert [turn.start for turn in transcript.turns] == [1, 5]


def test_data_that_holds_no_words_is_no_turn_and_told(tmp_path: Path) -> None:
    transcript = read(tmp_path, cue(1, '{"sprite": "a.png", "x": 5}'), cue(5, '{"text": "Hi", "speaker": "Jo"}'))
    assert said(transcript) == [("Jo", "Hi")]
    assert warned(transcript, "1 cues hold data and no words")


def test_braces_somebody_says_are_words(tmp_path: Path) -> None:
    assert said(read(tmp_path, cue(1, "{not json}"))) == [(None, "{not json}")]


def test_a_name_above_the_words_of_every_cue_is_their_speaker(tmp_path: Path) -> None:
    transcript = read(
        tmp_path, cue(1, "Eva Lind\nHello,\nwho is it?"), cue(5, "Jo Park\nHi"), cue(9, "Eva Lind\nWell?")
    )
    assert said(transcript) == [("Eva Lind", "Hello,\nwho is it?"), ("Jo Park", "Hi"), ("Eva Lind", "Well?")]


@pytest.mark.parametrize("shape", ["[{}] {}", "({}) {}", "[{}]: {}"])
def test_names_in_brackets_before_all_words_are_speakers(tmp_path: Path, shape: str) -> None:
    said_by = [("Eva Lind", "Hello"), ("Jo Park", "Hi"), ("Eva Lind", "Well?")]
    transcript = read(tmp_path, *(cue(4 * n, shape.format(*each)) for n, each in enumerate(said_by, 1)))
    assert said(transcript) == said_by


def test_sounds_in_brackets_are_no_speakers(tmp_path: Path) -> None:
    transcript = read(tmp_path, cue(1, "[Music]"), cue(5, "[Music] hello"), cue(9, "who is it"))
    assert {turn.speaker for turn in transcript.turns} == {None}


def test_lines_of_blanks_belong_to_a_cue(tmp_path: Path) -> None:
    assert said(read(tmp_path, cue(1, " \nhello"), cue(5, "hi\n "))) == [(None, "hello"), (None, "hi")]


def test_times_with_a_comma_between_are_times(tmp_path: Path) -> None:
    (tmp_path / "call.sbv").write_text("0:00:01.000,0:00:02.000\nAgent: a\n\n0:00:03.000,0:00:04.000\nCustomer: b\n")
    (transcript,) = read_transcripts(tmp_path / "call.sbv")
    assert [(turn.text, turn.start, turn.end) for turn in transcript.turns] == [("a", 1, 2), ("b", 3, 4)]


def test_a_first_line_that_only_looks_like_a_name_is_words(tmp_path: Path) -> None:
    transcript = read(tmp_path, cue(1, "Good Morning\nhow are you"), cue(5, "fine"))
    assert said(transcript) == [(None, "Good Morning\nhow are you"), (None, "fine")]


@pytest.mark.parametrize("identifier", ['{n} "{name}" (4711)\n', "{n} {name}\n", "{name}\n"])
def test_a_name_in_every_identifier_is_the_speaker(tmp_path: Path, identifier: str) -> None:
    names = ["Eva Lind", "Jo Park", "Eva Lind"]
    cues = [cue(4 * n, f"words {n}", identifier.format(n=n, name=name)) for n, name in enumerate(names, 1)]
    assert said(read(tmp_path, *cues)) == [("Eva Lind", "words 1"), ("Jo Park", "words 2"), ("Eva Lind", "words 3")]


@pytest.mark.parametrize("text", ["press Menu --> Settings --> Wi-Fi", "first\nMenu1 --> Settings2"])
@pytest.mark.parametrize("head", ["WEBVTT\n\n", ""])
def test_an_arrow_in_speech_is_speech(tmp_path: Path, text: str, head: str) -> None:
    transcript = read(tmp_path, cue(1, f"Agent: {text}"), cue(5, "Customer: ok"), head=head)
    assert [(turn.role, turn.text, turn.start) for turn in transcript.turns] == [
        ("agent", text, 1),
        ("customer", "ok", 5),
    ]
    assert not warned(transcript, "times cannot be read")


@pytest.mark.parametrize("arrow", ["->", "→", "–>"])
def test_times_with_another_arrow_are_times(tmp_path: Path, arrow: str) -> None:
    odd = cue(5, "Customer: ok").replace("-->", arrow)
    assert [turn.start for turn in read(tmp_path, cue(1, "Agent: hi"), odd).turns] == [1, 5]


@pytest.mark.parametrize("times", ["00:0x.000 --> 00:06.000", "00:00:01:000:5 --> 00:00:02:000:1"])
def test_a_cue_that_cannot_be_timed_is_kept_and_told(tmp_path: Path, times: str) -> None:
    transcript = read(tmp_path, cue(1, "Agent: hi"), f"{times}\nCustomer: ok")
    assert [(turn.text, turn.start) for turn in transcript.turns] == [("hi", 1), ("ok", None)]
    assert warned(transcript, "whose times cannot be read")


@pytest.mark.parametrize("head", ["```WEBVTT\n\n", "```vtt\nWEBVTT\n\n", "~~~\nWEBVTT\n\n"])
@pytest.mark.parametrize("gap", ["", "\n"])
def test_the_fence_is_no_words_wherever_it_ends(tmp_path: Path, head: str, gap: str) -> None:
    mark = head[:3]
    transcript = read(tmp_path, cue(1, "<v Agent>Hi"), cue(5, f"<v Customer>It is late.{gap}{mark}"), head=head)
    assert [turn.text for turn in transcript.turns] == ["Hi", "It is late."]


ROLLS = [
    ["good morning how", "good morning how can I", "good morning how can I help you"],
    ["good morning\nhow can I", "how can I\nhelp you", "help you\ntoday please"],
    ["good morning how can I", "morning how can I help", "can I help you today please"],
]
WHOLE = ["good morning how can I help you", "good morning how can I help you today please"]


@pytest.mark.parametrize("cues", ROLLS, ids=["growing", "scrolling", "sliding"])
@pytest.mark.parametrize("voice", ["", "<v Agent>"])
def test_rolling_captions_are_said_once(tmp_path: Path, cues: list[str], voice: str) -> None:
    transcript = read(tmp_path, *(cue(2 * n, voice + text) for n, text in enumerate(cues, 1)))
    words = " ".join(" ".join(turn.text for turn in transcript.turns).split())
    assert words in WHOLE
    assert warned(transcript, "rolling captions: 2 cues")


def test_what_people_say_again_is_said_again(tmp_path: Path) -> None:
    texts = ["Agent: no no", "Customer: no no", "Customer: no no", "Agent: I see what you mean", "Customer: good"]
    transcript = read(tmp_path, *(cue(4 * n, text) for n, text in enumerate(texts, 1)))
    assert [turn.text for turn in transcript.turns].count("no no") == 3


def test_a_cue_may_hold_the_words_of_two_on_one_line(tmp_path: Path) -> None:
    transcript = read(tmp_path, cue(1, "Agent: Hello. Customer: Hi, my bill: it is late."), cue(5, "Agent: I look."))
    assert said(transcript) == [("Agent", "Hello."), ("Customer", "Hi, my bill: it is late."), ("Agent", "I look.")]


@pytest.mark.parametrize(
    "words",
    [
        'The sign said: "Agent: Bond." Right?',
        "The sign said: “Agent: Bond.” Right?",
        "The sign said: 'Agent: Bond.' Right?",
        "Auf dem Schild stand: „Hallo. Agent: Bond.“",
    ],
)
def test_what_somebody_quotes_in_a_cue_is_their_words(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, cue(1, f"Customer: {words}"), cue(5, "Agent: I look."))
    assert said(transcript) == [("Customer", words), ("Agent", "I look.")]


@pytest.mark.parametrize(
    "line", ["Agent: Hello. Customer: Hi.", "agent: hello. customer: hi.", 'Agent: "No." Customer: Hi.']
)
def test_labels_in_a_cue_break_it_however_they_are_written(tmp_path: Path, line: str) -> None:
    assert len(read(tmp_path, cue(1, line), cue(5, "Agent: I look.")).turns) == 3
