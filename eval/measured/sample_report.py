"""The sample report and the README's picture of it, made of the labels of `eval/gold`: no model takes part.

    python -m llm_grader.eval.measured.sample_report eval/gold/sample_report.html --picture .github/report.png

The picture needs Playwright and a Chromium (`--chromium`).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from llm_grader.eval.labels.gold import read_gold
from llm_grader.grading.scoring import score_verdicts
from llm_grader.report.compose import compose
from llm_grader.report.document import ReportSettings
from llm_grader.report.html import write_report
from llm_grader.report.results import StoredResults
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.store.conversations import write_conversations
from llm_grader.store.store import Store
from llm_grader.transcript import Transcript
from llm_grader.verdict import CANNOT_ASSESS, About, Evidence, Label, Provenance, Scorecard, Verdict

GOLD = Path(__file__).parents[1] / "gold"
RUBRIC = "helpdesk_qa"
TITLE = "Sample report: verdicts written by the authors, not by a model"
_DAY = datetime(2026, 12, 1, tzinfo=UTC)


def sample_cards(
    transcripts: Iterable[Transcript], labels: Sequence[Label], rubric: Rubric
) -> Iterator[tuple[Scorecard, Transcript]]:
    """A card of each labelled conversation, as if a judge had given the labels; quotes are looked up as they are."""
    for transcript in transcripts:
        given = {label.item_id: label for label in labels if label.transcript_id == transcript.id}
        if not given:
            continue
        verdicts = {item.id: _verdict(item.id, given.get(item.id), transcript) for item in rubric.items()}
        key = f"sample-{transcript.id}"
        yield (
            Scorecard(
                transcript_id=transcript.id,
                status="ok",
                verdicts=verdicts,
                provenance=_provenance(rubric, key),
                about=About.of(transcript),
                **dict(score_verdicts(rubric, verdicts)),
            ),
            transcript,
        )


def _verdict(item_id: str, label: Label | None, transcript: Transcript) -> Verdict:
    if label is None:
        return Verdict(item_id=item_id, label=CANNOT_ASSESS, reason="not asked of a model")
    evidence = tuple(found for quote in label.evidence_quotes if (found := _find(quote, transcript)))
    return Verdict(item_id=item_id, label=label.label, evidence=evidence, reason=label.reason or "")


def _find(quote: str, transcript: Transcript) -> Evidence | None:
    for number, turn in enumerate(transcript.turns):
        start = turn.text.find(quote)
        if start >= 0:
            end = start + len(quote)
            return Evidence(turn=number, role=turn.role, quote=quote, start=start, end=end, match="exact")
    return None


def _provenance(rubric: Rubric, key: str) -> Provenance:
    return Provenance(
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_hash=rubric.content_hash(),
        prompt_hash="none",
        model="the authors' labels",
        key=key,
        library_version="sample",
        graded_at=_DAY,
    )


def write_sample(path: Path) -> None:
    """Write the sample report."""
    rubric = load_rubric(RUBRIC)
    gold = read_gold(GOLD, rubric=rubric)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "sample.db") as store:
        run = store.start_run(_provenance(rubric, "run"), rubric)
        for card, transcript in sample_cards(gold.transcripts.values(), gold.labels, rubric):
            store.save(card, run)
            with store.locked() as db:
                write_conversations(db, [(transcript, card.provenance.key)], keep_text=True)
        settings = ReportSettings(title=TITLE, now=_DAY)
        write_report(compose(StoredResults(store), settings), path)
    path.chmod(0o644)


def take_picture(report: Path, picture: Path, chromium: str) -> None:
    """A picture of the first conversation of a report, as a reader sees it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.goto(f"{report.resolve().as_uri()}")
        page.click("text=en-chat-1")
        page.wait_for_selector("#view .verdict")
        page.focus("#view .verdict:nth-child(3)")
        page.screenshot(path=picture)
        browser.close()


def main() -> None:
    """Write the report, and the picture where one is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    write_sample(given.report)
    if given.picture is not None:
        take_picture(given.report, given.picture, given.chromium)


if __name__ == "__main__":
    main()
