"""Mail of any source has segments, and nothing quoted in it is evidence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_grader.checking.evidence import QuoteFinder, Unverified
from llm_grader.readers import read_transcripts
from llm_grader.readers.mail.html_text import is_html
from llm_grader.rubric.model import EvidenceRule
from llm_grader.transcript import Transcript, Turn

ANSWER = "Good evening, I look into it.\n\nOn 4 May 2026 Mo <mo@x.test> wrote:\n> Nobody apologised to me."
PAGE = "<p>Good evening, I look into it.</p><blockquote>Nobody apologised to me.</blockquote>"


def mail(text: str, **more: Any) -> dict[str, Any]:
    return {"id": "t", "channel": "email", "turns": [{"role": "agent", "text": text, **more}]}


def read(folder: Path, content: object, name: str = "t.json", **options: Any) -> Transcript:
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    (transcript,) = read_transcripts(folder / name, **options)
    return transcript


def parts(turn: Turn) -> list[tuple[str, str]]:
    return [(part.kind, turn.text[part.start : part.end].strip()) for part in turn.segments]


def is_proof(transcript: Transcript, quote: str) -> bool:
    found = QuoteFinder(transcript).resolve(quote, EvidenceRule.model_validate({"from": ["agent"]}))
    assert not isinstance(found, Unverified) or found == Unverified.QUOTE_NOT_SAID
    return not isinstance(found, Unverified)


TABLE = "c,who,body\n1,agent,{}\n"
COLUMNS = {"transcript_id": "c", "speaker": "who", "text": "body", "channel": "email"}


def test_a_quoted_apology_in_our_own_format_is_not_the_agents(tmp_path: Path) -> None:
    transcript = read(tmp_path, mail(ANSWER))
    assert [kind for kind, _ in parts(transcript.turns[0])] == ["body", "quoted"]
    assert is_proof(transcript, "I look into it")
    assert not is_proof(transcript, "Nobody apologised to me")


def test_a_text_of_our_own_format_stays_letter_by_letter_and_html_in_it_is_told(tmp_path: Path) -> None:
    transcript = read(tmp_path, mail(PAGE))
    assert transcript.turns[0].text == PAGE
    assert any("1 e-mails hold HTML" in warning for warning in transcript.warnings)


def test_a_quotation_in_html_of_our_own_format_is_no_proof(tmp_path: Path) -> None:
    transcript = read(tmp_path, mail(f"{PAGE}<p>Ana</p>"))
    assert [kind for kind, _ in parts(transcript.turns[0])] == ["body", "quoted", "body"]
    assert is_proof(transcript, "I look into it")
    assert not is_proof(transcript, "Nobody apologised to me")


def test_segments_that_are_stated_stay(tmp_path: Path) -> None:
    whole = [{"kind": "body", "start": 0, "end": len(ANSWER)}]
    assert parts(read(tmp_path, mail(ANSWER, segments=whole)).turns[0]) == [("body", ANSWER)]


def test_what_was_read_is_read_again_as_itself(tmp_path: Path) -> None:
    transcript = read(tmp_path, mail(ANSWER))
    assert read(tmp_path, transcript.model_dump_json(), "again.json") == transcript


def test_events_and_other_channels_are_left_alone(tmp_path: Path) -> None:
    assert read(tmp_path, mail(ANSWER, kind="event")).turns[0].segments == ()
    assert read(tmp_path, {**mail(ANSWER), "channel": "chat"}).turns[0].segments == ()


@pytest.mark.parametrize("body", [ANSWER, PAGE])
def test_mail_in_messages_has_segments_and_its_html_becomes_text(tmp_path: Path, body: str) -> None:
    transcript = read(tmp_path, {"messages": [{"role": "agent", "content": body}]}, channel="email")
    (first, quoted) = parts(transcript.turns[0])
    assert first == ("body", "Good evening, I look into it.")
    assert quoted[0] == "quoted"
    assert quoted[1].endswith("> Nobody apologised to me.")
    assert not is_proof(transcript, "Nobody apologised to me")


@pytest.mark.parametrize(
    "text",
    ["I <3 it", "Bo <bo@x.test> wrote", "a < b and c > d", "use <b> for bold", "see <https://shop.test>", "<Agent>"],
)
def test_text_with_angles_is_no_html(text: str) -> None:
    assert not is_html(text)


@pytest.mark.parametrize("text", ["<p>Hi", "Hi<br>you", "<div>Hi</div>", "<html><body>Hi", "Hi <br /> you", "a</p>"])
def test_blocks_and_breaks_are_html(text: str) -> None:
    assert is_html(text)
