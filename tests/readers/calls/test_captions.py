from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.errors import MalformedInput
from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.readers.calls.caption_cues import parse_captions
from llm_grader.transcript import Transcript

DATA = Path(__file__).parents[2] / "data" / "readers"
SAMPLES = Path(__file__).parents[3].parent / "shared" / "samples"


def read(tmp_path: Path, text: str, roles: RoleMapping | None = None) -> Transcript:
    (tmp_path / "call").write_text(text, encoding="utf-8")
    (transcript,) = read_transcripts(tmp_path / "call", roles=roles)
    return transcript


def cue(start: int, text: str) -> str:
    return f"00:00:{start:02}.000 --> 00:00:{start:02}.900\n{text}\n\n"


def test_every_voice_of_a_cue_is_a_turn_and_near_cues_of_one_speaker_are_joined() -> None:
    (transcript,) = read_transcripts(DATA / "anruf.vtt")
    assert transcript.channel == "call"
    assert transcript.language == "de"
    assert [(turn.speaker, turn.text, turn.start, turn.end) for turn in transcript.turns] == [
        ("Frau Meier", "Guten Tag & hallo", 1.0, 2.5),
        ("Petr", "Hi du ich habe ein Problem", 1.0, 3.9),
        ("Petr", "ohne Zeit", None, None),
        ("Petr", "nach langer Pause", 12.0, 13.0),
    ]


def test_the_times_of_joined_cues_stay_known() -> None:
    (transcript,) = read_transcripts(DATA / "anruf.vtt")
    # turn 1 is "Hi du" (from 1.0 s) and, 6 characters in, "ich habe ein Problem" (from 3.0 s)
    assert transcript.metadata["cues"] == [[1, 0, 1.0, 2.5], [1, 6, 3.0, 3.9]]
    assert transcript.turns[1].text[6:] == "ich habe ein Problem"


def test_nothing_of_the_file_vanishes() -> None:
    (transcript,) = read_transcripts(DATA / "anruf.vtt")
    assert transcript.metadata["notes"] == ["hierher gehört kein Satz"]
    assert "NOTE von Hand korrigiert" in transcript.metadata["header"]
    assert "1 cues whose times cannot be read were kept without them (the first: line 14)" in transcript.warnings
    assert "1 cues hold no text (the first: line 17)" in transcript.warnings


def test_srt_labels_are_speakers_and_blank_lines_belong_to_the_text() -> None:
    (transcript,) = read_transcripts(DATA / "hivas.srt")
    assert [(turn.role, turn.text, turn.start) for turn in transcript.turns] == [
        ("agent", "Jó napot!\nMiben segíthetek?", 1.0),
        ("customer", "Nem működik: semmi.\n\nMég egy sor. Segítsen!", 2.6),
    ]


@pytest.mark.parametrize("line", ["[Speaker 1] Hello", "[Agent]: Hello", ">> Agent: Hello", ">> [AGENT] Hello"])
def test_labels_in_brackets_are_speakers_when_known(tmp_path: Path, line: str) -> None:
    transcript = read(tmp_path, "WEBVTT\n\n" + cue(1, line) + cue(5, "Customer: Hi"))
    assert [turn.text for turn in transcript.turns] == ["Hello", "Hi"]


def test_labels_at_changes_only_hold_for_the_cues_that_follow(tmp_path: Path) -> None:
    cues = [cue(1, "Agent: One"), cue(2, "two"), cue(3, "Customer: Three"), cue(4, "four")]
    transcript = read(tmp_path, "WEBVTT\n\n" + "".join(cues))
    assert [(turn.role, turn.text) for turn in transcript.turns] == [("agent", "One two"), ("customer", "Three four")]
    assert any("2 cues without one were read as the last speaker's" in warning for warning in transcript.warnings)


def test_a_cue_without_speaker_is_nobodys_where_labels_are_repeated(tmp_path: Path) -> None:
    cues = [cue(1, "Agent: One"), cue(2, "Agent: two"), cue(3, "who?"), cue(4, "Customer: four")]
    transcript = read(tmp_path, "WEBVTT\n\n" + "".join(cues))
    assert [turn.role for turn in transcript.turns] == ["agent", "unknown", "customer"]
    assert "1 of 4 cues name no speaker" in transcript.warnings


def test_a_fenced_file_is_read_and_what_stands_around_it_is_kept(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Here it is:\n\n```vtt\nWEBVTT\n\n" + cue(1, "<v Agent>Hi") + "```\nBye!\n")
    assert [(turn.role, turn.text) for turn in transcript.turns] == [("agent", "Hi")]
    assert transcript.metadata["header"].startswith("Here it is:")
    assert transcript.metadata["notes"] == ["Bye!"]


def test_what_only_looks_like_markup_is_text(tmp_path: Path) -> None:
    text = "I <3 it, 5 < 6 and 7 > 2, &lt;b&gt; {x} <unknown>"
    assert read(tmp_path, "WEBVTT\n\n" + cue(1, text)).turns[0].text == text.replace("&lt;b&gt;", "<b>")


def test_a_header_without_cues_is_an_empty_recording_and_text_is_none(tmp_path: Path) -> None:
    assert read(tmp_path, "WEBVTT\n").turns == ()
    (tmp_path / "x").write_text("no captions")
    with pytest.raises(MalformedInput, match="no cue in it"):
        list(read_transcripts(tmp_path / "x", format="captions"))


def test_voices_get_roles_from_the_mapping(tmp_path: Path) -> None:
    text = "WEBVTT\n\n" + cue(1, "<v Speaker 1>Hi") + cue(2, "<v Speaker 2>Hello")
    assert [turn.role for turn in read(tmp_path, text, RoleMapping(agents=("Speaker 2",))).turns] == [
        "customer",
        "agent",
    ]


words = st.text(st.characters(categories=["L", "N"], include_characters=" .,"), min_size=1, max_size=20).filter(
    lambda text: text.strip() and not text.strip().isdecimal()
)
spans = st.tuples(st.integers(0, 9_000_000), st.integers(0, 10_000), words)


@settings(max_examples=50)
@given(st.lists(spans, min_size=1, max_size=5), st.booleans())
def test_cues_are_those_that_an_independent_parser_finds(cues: list[tuple[int, int, str]], srt: bool) -> None:
    mark = "," if srt else "."

    def clock(ms: int) -> str:
        return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{mark}{ms % 1000:03}"

    blocks = [f"{n}\n{clock(at)} --> {clock(at + long)}\n{text}\n" for n, (at, long, text) in enumerate(cues, 1)]
    text = "\n".join(blocks if srt else ["WEBVTT\n", *blocks])
    found = webvtt.from_buffer(StringIO(text), format="srt" if srt else "vtt")
    theirs = [(c.start_in_seconds + c.start_time.milliseconds / 1000, c.text.strip()) for c in found.captions]
    ours = [(c.start, "\n".join(c.lines).strip()) for c in parse_captions(text).cues]
    assert ours == theirs


@pytest.mark.skipif(not SAMPLES.exists(), reason="the public samples are not here")
@pytest.mark.parametrize("file", sorted([*SAMPLES.glob("vtt/*"), *SAMPLES.glob("srt/*")]), ids=lambda file: file.name)
def test_every_cue_of_the_public_samples_is_read(file: Path) -> None:
    (transcript,) = read_transcripts(file)
    arrows = file.read_bytes().count(b"-->")
    joined = len(transcript.metadata.get("cues", ()))
    several = len({turn for turn, *_ in transcript.metadata.get("cues", ())})
    empty = sum(int(found[1]) for w in transcript.warnings if (found := re.match(r"(\d+) cues hold no text", w)))
    assert len(transcript.turns) - several + joined + empty == arrows


def test_a_mailbox_before_the_people_keeps_nobody_from_being_told_apart(tmp_path: Path) -> None:
    mailbox = "You have reached the voicemail of Bo. Please leave a message after the tone."
    cues = [cue(1, mailbox), cue(2, "Ann Lee: Hello Bo."), cue(3, "Bo Ek: I am here now."), cue(4, "Ann Lee: Good.")]
    transcript = read(tmp_path, "WEBVTT\n\n" + "".join(cues))
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == [
        (None, mailbox),
        ("Ann Lee", "Hello Bo."),
        ("Bo Ek", "I am here now."),
        ("Ann Lee", "Good."),
    ]
    assert "1 of 4 cues, before the first label, name no speaker" in transcript.warnings


def test_a_sound_is_nobodys_words(tmp_path: Path) -> None:
    cues = [cue(1, "[Music]"), cue(2, "Agent: Hello"), cue(3, "(phone rings)"), cue(4, "♪"), cue(5, "Customer: Late")]
    transcript = read(tmp_path, "WEBVTT\n\n" + "".join(cues))
    assert [(turn.role, turn.kind, turn.text) for turn in transcript.turns] == [
        ("system", "event", "[Music]"),
        ("agent", "message", "Hello"),
        ("system", "event", "(phone rings)"),
        ("system", "event", "♪"),
        ("customer", "message", "Late"),
    ]
    assert not any("cues" in warning for warning in transcript.warnings)
