"""`python -m llm_grader.eval.measured.looking`: what it costs to look at results.

A store is filled with made-up conversations and verdicts on 24 items; each command then reads it in a process of its
own. Time is processor time, memory the largest resident set of that process.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from llm_grader.eval.bench.case import timed
from llm_grader.eval.bench.workload import VARIANTS, transcript
from llm_grader.grading.scoring import score_verdicts
from llm_grader.rubric.model import Item, Rubric
from llm_grader.store.journal import Journal
from llm_grader.store.store import Store
from llm_grader.transcript import Transcript
from llm_grader.verdict import About, Evidence, Provenance, Scorecard, Verdict

ITEMS = 24
AGENTS = 40
WEEKS = 8
KINDS = ("csv", "xlsx", "parquet", "dataset", "report")
_BEGUN = datetime(2026, 11, 2, 9, tzinfo=UTC)
_AT_ONCE = 200
_IS_OPEN = "place => document.querySelector('#view .walk')?.textContent.includes(place)"
_REASON = "The agent says so in plain words, and nothing that follows takes it back."


class Looked(NamedTuple):
    """What a command took: processor seconds, peak memory in MB, and the size of what it wrote in MB."""

    cpu_s: float
    peak_mb: float
    size_mb: float


def main() -> None:
    """The command line: fills a store, measures each kind, and prints it as it is done."""
    parser = argparse.ArgumentParser(prog="python -m llm_grader.eval.measured.looking", description=__doc__)
    parser.add_argument("--n", type=int, default=10_000, help="conversations")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="what is measured")
    parser.add_argument("--store", type=Path, help="keep the store here, and use it where it is there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = arguments.store or Path(folder) / "results.db"
        if not store.exists():
            write_store(store, arguments.n)
        sys.stdout.write(f"{'':<10}{'CPU s':>8}{'peak MB':>10}{'size MB':>10}\n")
        for kind in arguments.kinds:
            found = measure(kind, store, Path(folder))
            sys.stdout.write(f"{kind:<10}{found.cpu_s:>8.1f}{found.peak_mb:>10.0f}{found.size_mb:>10.1f}\n")
            sys.stdout.flush()
        if "report" in arguments.kinds and (chromium := shutil.which("chromium")) is not None:
            seen = look_at(Path(folder) / "results.report", chromium)
            sys.stdout.write(f"in a browser: {seen.load_s:.2f} s to load, {seen.open_s:.2f} s to open a conversation\n")


def measure(kind: str, store: Path, folder: Path) -> Looked:
    """Export the verdicts in a format (a workbook: everything), or make a report, in a fresh process."""
    target = folder / ("verdicts" if kind == "dataset" else f"results.{kind}")
    command = ["report", "--conversations", "all"] if kind == "report" else ["results", "export", kind]
    if kind == "dataset":
        command += ["--table", "verdicts"]
    where = ["--store", str(store), "-o", str(target)]
    _, cpu, peak = timed([sys.executable, "-m", "llm_grader", *command, *where])
    files = [target] if target.is_file() else target.rglob("*.*")
    return Looked(cpu, peak, sum(file.stat().st_size for file in files) / 1e6)


class Seen(NamedTuple):
    """What a report takes in a browser: seconds until its list is there, and until the slowest conversation is."""

    load_s: float
    open_s: float


def look_at(report: Path, chromium: str, *, places: Sequence[int] = (0, 99, 150, 299)) -> Seen:
    """Load a report in a headless Chromium and open the conversations at some places, each of another chunk."""
    from playwright.sync_api import sync_playwright

    page_file = report.with_suffix(".html")
    page_file.write_bytes(report.read_bytes())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        began = time.perf_counter()
        page.goto(page_file.as_uri())
        page.wait_for_selector("#list a")
        load, slowest = time.perf_counter() - began, 0.0
        for place in places:
            began = time.perf_counter()
            page.evaluate(f"location.hash = '#c{place}'")
            page.wait_for_function(_IS_OPEN, arg=f"{place + 1} /")
            slowest = max(slowest, time.perf_counter() - began)
        browser.close()
    return Seen(load, slowest)


def write_store(path: Path, count: int) -> None:
    """A store with `count` results and their conversations, by 40 agents over 8 weeks."""
    rubric = bench_rubric()
    with Store(path) as store:
        journal = Journal(store, store.start_run(_provenance(rubric, "run"), rubric))
        asyncio.run(_save_all(journal, rubric, count))
        journal.close()


async def _save_all(journal: Journal, rubric: Rubric, count: int) -> None:
    numbers = iter(range(count))
    while some := list(islice(numbers, _AT_ONCE)):
        await asyncio.gather(*(journal.save(*_graded(number, rubric)) for number in some))


def bench_rubric() -> Rubric:
    """A rubric of 24 items in four sections, of which the last item is critical."""
    sections = [
        {"id": f"section_{at}", "title": f"Section {at}", "items": [_item(number) for number in range(at, ITEMS, 4)]}
        for at in range(4)
    ]
    plain = {"id": "bench", "version": "1", "title": "Bench", "source": "made up", "sections": sections}
    return Rubric.model_validate(plain)


def _item(number: int) -> dict[str, object]:
    title = f"Keeps promise {number} to the customer"
    plain: dict[str, object] = {
        "id": f"item_{number}",
        "title": title,
        "question": f"{title}?",
        "weight": 1 + number % 3,
    }
    return {**plain, "critical": True} if number == ITEMS - 1 else plain


def _graded(number: int, rubric: Rubric) -> tuple[Scorecard, Transcript]:
    chance = random.Random(number)  # noqa: S311 - made-up verdicts
    agent = f"Agent {number % AGENTS:02}"
    started = _BEGUN + timedelta(minutes=number * WEEKS * 7 * 24 * 60 // 10_000)
    talk = transcript(number).model_copy(update={"agent_id": agent, "started_at": started})
    verdicts = {item.id: _verdict(item, talk, chance) for item in rubric.items()}
    waits = any(verdict.status != "ok" for verdict in verdicts.values())
    card = Scorecard(
        transcript_id=talk.id,
        status="needs_review" if waits else "ok",
        verdicts=verdicts,
        provenance=_provenance(rubric, f"key {number}"),
        about=About.of(talk),
        **dict(score_verdicts(rubric, verdicts)),
    )
    return card, talk


def _verdict(item: Item, talk: Transcript, chance: random.Random) -> Verdict:
    if chance.random() < 1 / VARIANTS:
        return Verdict(item_id=item.id, label=None, status="needs_review", problem="unverified_evidence", claimed="met")
    label = "met" if item.critical or chance.random() < 0.8 else chance.choice(item.labels)
    quotes = tuple(_quotes(talk, chance)) if label == "met" else ()
    return Verdict(item_id=item.id, label=label, evidence=quotes, confidence=chance.random(), reason=_REASON)


def _quotes(talk: Transcript, chance: random.Random) -> Iterator[Evidence]:
    turn = chance.randrange(0, len(talk.turns), 2)
    words = talk.turns[turn]
    end = chance.randint(10, 50)
    yield Evidence(turn=turn, role=words.role, quote=words.text[:end], start=0, end=end, match="exact")


def _provenance(rubric: Rubric, key: str) -> Provenance:
    return Provenance(
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_hash=rubric.content_hash(),
        prompt_hash="p" * 64,
        model="made up",
        endpoint="127.0.0.1",
        key=key,
        library_version="0",
    )


if __name__ == "__main__":
    main()
