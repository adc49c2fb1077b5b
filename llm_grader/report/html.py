"""A report as one file, which anybody can open: no request leaves it, and nothing that people said is markup."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from llm_grader.errors import DiskError, UsageError
from llm_grader.pages.environment import content_hash, environment, inline_asset, read_asset
from llm_grader.pages.svg import interval, trend
from llm_grader.pages.text import visible
from llm_grader.pages.texts import load_strings
from llm_grader.report.banner import banner
from llm_grader.report.checked.item_rates import gate_counts, order_is_open, weakest_items
from llm_grader.report.checked.trust import labels_missing, trust_outlook
from llm_grader.report.checked.wording_history import wording_history
from llm_grader.report.conversation import ConversationView, Page
from llm_grader.report.document import ReportDocument
from llm_grader.report.figures import FEWEST, FEWEST_TO_CLAIM
from llm_grader.report.gather import MOST_CONCERNS, failures_by_item, gravest
from llm_grader.report.results import TextState
from llm_grader.report.rows import ConversationRow
from llm_grader.report.wording import ReportWording, passed_in_words
from llm_grader.rubric.model import Item
from llm_grader.version import __version__

A_CHUNK = 50
"""So many conversations are packed together; a page unpacks them when one of them is opened."""
MOST_BYTES = 60_000_000
MOST_WITHOUT_SCRIPT = 300
_PRIVATE = 0o600


def write_report(document: ReportDocument, target: Path | TextIO) -> None:
    """Write a report as one HTML file, for its owner's eyes alone, or to a text stream.

    Raises:
        UsageError: it would be too large; says what to do.
        DiskError: the file cannot be written.
    """
    _need_few_enough(document)
    pieces = _within(MOST_BYTES, _render(document))
    if isinstance(target, Path):
        write_private(target, pieces)
    else:
        target.writelines(pieces)


def write_private(path: Path, pieces: Iterator[str]) -> None:
    """Write a text file that only its owner can read; it is there, whole, or as it was before.

    Raises:
        DiskError: it cannot be written.
    """
    part = None
    try:
        descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
        with open(descriptor, "w", encoding="utf-8") as out:  # noqa: PTH123 - a descriptor has no path
            out.writelines(pieces)
        os.replace(part, path)  # noqa: PTH105 - the name of a part
    except OSError as error:
        raise DiskError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        if part is not None:
            with contextlib.suppress(OSError):
                Path(part).unlink()


def _need_few_enough(document: ReportDocument) -> None:
    if not document.settings.script and len(document.shown) > MOST_WITHOUT_SCRIPT:
        raise UsageError(
            f"--no-script: a page holds {MOST_WITHOUT_SCRIPT} conversations, these are {len(document.shown):,}: choose "
            f"some with --conversations {MOST_WITHOUT_SCRIPT}, or write a folder with --split"
        )


def _within(most: int, pieces: Iterator[str]) -> Iterator[str]:
    written = 0
    for piece in pieces:
        written += len(piece.encode("utf-8", "surrogatepass"))
        if written > most:
            raise UsageError(
                f"the report would be larger than {most // 1_000_000} MB: write a folder with --split, or show fewer "
                "conversations with --conversations review"
            )
        yield piece


def _render(document: ReportDocument) -> Iterator[str]:
    pages = Pages(document)
    return render_report(document, list(packed(iter(pages))), pages.states)


def render_report(document: ReportDocument, chunks: Sequence[str], states: Mapping[TextState, int]) -> Iterator[str]:
    """The page of a report from its packed conversations, piece by piece; without a script they are unpacked."""
    script = document.settings.script
    static = () if script else (page for chunk in chunks for page in unpack(chunk))
    values = page_values(document, states) | {"chunks": chunks if script else (), "pages": static}
    return environment().get_template("report.html.j2").generate(values)


class Pages:
    """The pages of the conversations that are shown in full, in their order; `states` counts what became of texts.

    Args:
        document: the report.
    """

    def __init__(self, document: ReportDocument) -> None:
        self._document = document
        self._view = view_of(document)
        self.states: Counter[TextState] = Counter()

    def __iter__(self) -> Iterator[Page]:
        for row, card in self._document.shown_cards():
            text = self._document.results.text(card)
            self.states[text.state] += 1
            yield self._view.page(row, card, self._document.people.finals(card), text)


def view_of(document: ReportDocument) -> ConversationView:
    """How the conversations of a report are shown."""
    words = ReportWording(load_strings(document.settings.language), document.settings.zone)
    return ConversationView(document.gathered.rubric, words, document.run, document.colleagues)


def packed(pages: Iterator[Page]) -> Iterator[str]:
    """The pages of all conversations, so many together."""
    while chunk := list(islice(pages, A_CHUNK)):
        yield pack(chunk)


def pack(pages: list[Page]) -> str:
    """Pages as a script element holds them: JSON, compressed, in base 64."""
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("utf-8", "surrogatepass"), 6, mtime=0)).decode()


def unpack(chunk: str) -> list[Page]:
    """The pages that `pack` packed."""
    pages: list[Page] = json.loads(gzip.decompress(base64.b64decode(chunk)))
    return pages


def page_values(document: ReportDocument, states: Mapping[TextState, int]) -> dict[str, Any]:
    """What the template of a report is filled with, but for its conversations."""
    words = ReportWording(load_strings(document.settings.language), document.settings.zone)
    found, script, places = document.gathered, document.settings.script, document.places
    weakest = weakest_items(document.items)
    style, code = read_asset("app.css"), read_asset("report.js")
    return {
        "d": document,
        "t": words.t,
        "w": words,
        "draw": {"interval": interval, "trend": trend},
        "visible": visible,
        "style": inline_asset("app.css"),
        "script": inline_asset("report.js") if script else None,
        "policy": policy(style, code if script else None),
        "banner": list(banner(document, words.t, states)),
        "review": gravest(found.review),
        "critical": gravest(found.critical),
        "folder": None,
        "legend": _legend(words),
        "more": {"review": max(0, len(found.review) - MOST_CONCERNS), "critical": len(found.critical) - MOST_CONCERNS},
        "weakest": weakest,
        "order_is_open": order_is_open(document.items, weakest),
        "trusted": gate_counts(document.items),
        "outlook": trust_outlook(document.items),
        "labels_missing": labels_missing,
        "failed": failures_by_item(found),
        "history": wording_history(found),
        "numbers": {row.transcript_id: row.number for row in found.rows},
        "config": _config(document, words) if script else None,
        "fewest": FEWEST,
        "fewest_to_claim": FEWEST_TO_CLAIM,
        "version": __version__,
        "href": (lambda number: f"#c{places[number]}" if number in places else None),
    }


def _legend(words: ReportWording) -> list[tuple[str, str, str]]:
    """What the signs in the list of conversations mean."""
    t = words.t
    signs = (
        ("●", "good", "met"),
        ("○", "bad", "not_met"),
        ("–", "none", "not_applicable"),
        ("?", "unsure", "cannot_assess"),
    )
    return [
        *((sign, kind, t(f"label_{label}")) for sign, kind, label in signs),
        ("!", "review", t("label_needs_review")),
        ("·", "none", t("label_not_asked")),
    ]


def policy(style: str, script: str | None) -> str:
    """The Content Security Policy of a page: its own style and script, and no request to anywhere."""
    scripts = f" script-src {content_hash(script)};" if script else ""
    return f"default-src 'none'; style-src {content_hash(style)};{scripts} base-uri 'none'; form-action 'none'"


def _config(document: ReportDocument, words: ReportWording) -> dict[str, Any]:
    """What the script needs: a line of each conversation, the items and how their labels look, and its words."""
    items = document.items
    codes = sorted({code for row in document.gathered.rows for code in row.labels})
    places = document.places
    return {
        "aChunk": A_CHUNK,
        "rows": [_line(row, words, places.get(row.number, -1)) for row in document.gathered.rows],
        "items": [
            [words.rubric(one.item.title).text, _looks(one.item, codes, words), one.scored, one.item.id, one.section]
            for one in items
        ],
        "statuses": {status: words.t(f"status_{status}") for status in document.summary.statuses},
        "words": {key: words.t.texts[key] for key in _SCRIPT_WORDS},
    }


_SCRIPT_WORDS = (
    "any",
    "not_passed",
    "only_failed",
    "filtered",
    "page",
    "not_included",
    "model_said",
    "flag_critical",
    "verdicts",
    "transcript",
    "previous",
    "next",
    "back",
    "no_score",
    "score",
    "passed",
)


def _looks(item: Item, codes: Sequence[str], words: ReportWording) -> dict[str, list[str]]:
    return {code: list(words.code(item, code)) for code in codes if _has(item, code)}


def _has(item: Item, code: str) -> bool:
    return not code.isdigit() or int(code) < len(item.levels)


def _line(row: ConversationRow, words: ReportWording, place: int) -> list[Any]:
    score = None if row.score is None else round(row.score, 1)
    shown = "–" if row.score is None else words.t.number(row.score)
    return [
        visible(row.transcript_id),
        visible(row.agent or "–"),
        words.day(row.started_at),
        row.week or "–",
        score,
        shown,
        passed_in_words(row, words.t),
        row.status,
        row.labels,
        place,
        row.changed,
    ]
