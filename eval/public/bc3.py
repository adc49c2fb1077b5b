"""The BC3 corpus: e-mail threads in which three people marked sentences as requests, promises and the like."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from llm_grader.eval.public.fetching import RAW, Fetch, Row, Rows

_BC3 = f"{RAW}/dailykirt/ML_Enron_email_summary/825731d9e306553eeb5f5112c8e85f3fc4e0dc1f/data/BC3_Email_Corpus"
_SPEECH_ACTS = {"req": "request", "prop": "proposal", "cmt": "commitment", "meet": "meeting", "subj": "subjective"}
_ADDRESS = re.compile(r"[\w.+-]+(?:@|\[at\])[\w-]+(?:\.[\w-]+)+")


def fetch_bc3(fetch: Fetch) -> Rows:
    """The threads, e-mail addresses masked; a label for each e-mail says whether any sentence of it was marked."""
    corpus, notes = (_xml(fetch(f"{_BC3}/{name}.xml")) for name in ("corpus", "annotation"))
    transcripts, sentences = [], {}
    for thread in corpus.iter("thread"):
        name = f"bc3-{thread.findtext('listno')}"
        mails = [{sent.get("id", ""): _masked(sent.text) for sent in mail.iter("Sent")} for mail in thread.iter("DOC")]
        turns = [
            {
                "speaker": "other",
                "speaker_name": _masked((mail.findtext("From") or "").partition("<")[0]),
                "text": "\n".join(text for text in parts.values() if text),
                "timestamp": mail.findtext("Received"),
            }
            for mail, parts in zip(thread.iter("DOC"), mails, strict=True)
        ]
        subject = _masked(thread.findtext("name"))
        transcripts.append({"id": name, "channel": "email", "language": "en", "subject": subject, "turns": turns})
        sentences[name] = mails
    return Rows(transcripts, list(_speech_acts(notes, sentences)))


def _xml(data: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(data)  # noqa: S314 - a pinned file; external entities are never loaded


def _masked(text: str | None) -> str:
    """Plain text without e-mail addresses, which belong to real people."""
    return _ADDRESS.sub("<email>", html.unescape(text or "")).strip()


def _speech_acts(notes: ElementTree.Element, sentences: dict[str, list[dict[str, str]]]) -> Iterator[Row]:
    for thread in notes.iter("thread"):
        name = f"bc3-{thread.findtext('listno')}"
        for note in thread.iter("annotation"):
            annotator = (note.findtext("desc") or "").partition("-")[0]
            for tag, item in _SPEECH_ACTS.items():
                marked = {mark.get("id") for mark in note.iterfind(f"labels/{tag}")}
                for turn, parts in enumerate(sentences.get(name, [])):
                    quotes = [text for sent, text in parts.items() if sent in marked and text]
                    where = {"transcript_id": name, "turn_index": turn, "item_id": item, "annotator": annotator}
                    yield {**where, "label": bool(quotes), "evidence_quotes": quotes}
