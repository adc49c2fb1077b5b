"""Export of results: a table or all of them, in a format of choice, streamed from the store."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO, get_args

from llm_grader.errors import DiskError, UsageError
from llm_grader.eval.judge.comparison import lean_verdicts
from llm_grader.eval.judge.report import report_items
from llm_grader.grading.confidence import Calibration, calibrated_card
from llm_grader.report.people import People
from llm_grader.report.results import StoredResults
from llm_grader.report.tables.columns import GradedCard, ResultTable, TableName, table_of
from llm_grader.report.tables.observability import LINES, ScoreFormat
from llm_grader.report.tables.writers import ArrowRows, Csv, JsonLines, RowWriter
from llm_grader.store.past_runs import read_run_numbers
from llm_grader.verdict import Label

ExportFormat = Literal["jsonl", "csv", "xlsx", "parquet", "dataset", "langfuse", "phoenix"]
OF_CARDS: tuple[TableName, ...] = ("cards", "verdicts", "evidence")
ALL: tuple[TableName, ...] = get_args(TableName)
_TEXT = ("jsonl", "csv", *LINES)


@dataclass(frozen=True)
class ExportSettings:
    """What is exported, and how.

    Args:
        table: which one; None is all of them where the target is a folder or a workbook, else the verdicts.
        delimiter: between the cells of CSV.
        bom: begin CSV with a mark by which Excel knows UTF-8.
    """

    table: TableName | None = None
    delimiter: str = ","
    bom: bool = False


class ResultRows:
    """The rows of all tables, in one reading of the cards.

    Args:
        results: of one rubric.
        labels: people's, which count before the model's.
        calibration: of this judge, for calibrated confidences.
    """

    def __init__(
        self, results: StoredResults, labels: Sequence[Label] = (), calibration: Calibration | None = None
    ) -> None:
        self.results = results
        self._people = People(labels)
        self._calibration = calibration
        self._runs = read_run_numbers(results.store)
        self._gates = self._decide(labels)

    def _decide(self, labels: Sequence[Label]) -> dict[str, str | None]:
        """What people's labels allow of each item; nothing without labels."""
        if not labels:
            return {}
        cards = (card for card in self.results.cards() if card.transcript_id in self._people.transcripts)
        verdicts = lean_verdicts(cards)
        items = list(self.results.rubric.items())
        rows = report_items(labels, verdicts, items, seed=0)
        return {row.figures.item_id: row.gate.colour for row in rows if row.figures.labelled}

    def table(self, name: TableName) -> ResultTable:
        """The definition of a table of these results."""
        return table_of(name, self.results.rubric)

    def cards(self) -> Iterator[GradedCard]:
        """The cards with all that their rows need."""
        for card in self.results.cards():
            rubric = self.results.rubric_of(card)
            calibrated: Mapping[str, float | None] = {}
            if self._calibration is not None and rubric is not None and card.status != "error":
                self._calibration.check(card.provenance)
                sure = calibrated_card(card, self._calibration, rubric)
                calibrated = {item_id: verdict.confidence for item_id, verdict in sure.verdicts.items()}
            run = self.results.run.run_id if self.results.one_run else self._runs.get(card.provenance.key)
            yield GradedCard(card, run, rubric, self._people.finals(card), calibrated, self._gates)

    def fill(self, writers: Mapping[TableName, RowWriter]) -> None:
        """Write the rows of the tables that have a writer."""
        tables = {name: self.table(name) for name in writers}
        for graded in self.cards() if tables.keys() & set(OF_CARDS) else ():
            for name in tables.keys() & set(OF_CARDS):
                _write(tables[name], graded, writers[name])
        if "items" in writers:
            _write(tables["items"], self.results.rubric, writers["items"])
        for run in self.results.store.runs() if "runs" in writers else ():
            _write(tables["runs"], run, writers["runs"])

    def scores(self, kind: ScoreFormat) -> Iterator[dict[str, Any]]:
        """The lines of a tool that watches models."""
        for graded in self.cards():
            transcript = self.results.text(graded.card).transcript
            yield from LINES[kind](graded, {} if transcript is None else transcript.metadata)


def _write(table: ResultTable, source: Any, writer: RowWriter) -> None:
    for row in table.rows(source):
        writer.write(row)


def write_export(rows: ResultRows, kind: ExportFormat, target: Path | None, settings: ExportSettings) -> list[Path]:
    """Export results; returns the files or the folder that was written, nothing for standard output.

    Args:
        rows: what there is.
        kind: the format.
        target: a file, or a folder for all tables; None is standard output, of text formats alone.
        settings: which table, and how.

    Raises:
        UsageError: the format cannot go where it shall.
        DiskError: something cannot be written.
    """
    if target is None:
        if kind not in _TEXT:
            raise UsageError(f"{kind} is not text: say with -o where it shall go")
        _to_stream(rows, kind, sys.stdout, settings)
        return []
    with _disk(target):
        return _WRITERS[kind](rows, target, settings)


def _to_stream(rows: ResultRows, kind: str, out: TextIO, settings: ExportSettings) -> None:
    if kind in LINES:
        _write_scores(rows, kind, out)
        return
    name = settings.table or "verdicts"
    rows.fill({name: _text_writer(kind, rows.table(name), out, settings)})


def _text_writer(kind: str, table: ResultTable, out: TextIO, settings: ExportSettings) -> RowWriter:
    if kind == "jsonl":
        return JsonLines(table, out)
    return Csv(table, out, delimiter=settings.delimiter, bom=settings.bom)


def _write_scores(rows: ResultRows, kind: str, out: TextIO) -> None:
    for line in rows.scores("langfuse" if kind == "langfuse" else "phoenix"):
        out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _scores(kind: ScoreFormat) -> Callable[[ResultRows, Path, ExportSettings], list[Path]]:
    def write(rows: ResultRows, target: Path, settings: ExportSettings) -> list[Path]:
        del settings
        with _whole(target) as part, part.open("w", encoding="utf-8") as out:
            _write_scores(rows, kind, out)
        return [target]

    return write


def _texts(kind: str) -> Callable[[ResultRows, Path, ExportSettings], list[Path]]:
    def write(rows: ResultRows, target: Path, settings: ExportSettings) -> list[Path]:
        places = _places(target, kind, settings)
        with contextlib.ExitStack() as stack:
            writers = {}
            for name, path in places.items():
                part = stack.enter_context(_whole(path))
                out = stack.enter_context(part.open("w", encoding="utf-8", newline=""))
                writers[name] = _text_writer(kind, rows.table(name), out, settings)
            rows.fill(writers)
        return list(places.values())

    return write


def _parquet(rows: ResultRows, target: Path, settings: ExportSettings) -> list[Path]:
    places = _places(target, "parquet", settings)
    with contextlib.ExitStack() as stack:
        parts = {name: stack.enter_context(_whole(path)) for name, path in places.items()}
        rows.fill(
            {name: stack.enter_context(ArrowRows(rows.table(name), part, parquet=True)) for name, part in parts.items()}
        )
    return list(places.values())


def _workbook(rows: ResultRows, target: Path, settings: ExportSettings) -> list[Path]:
    from llm_grader.report.tables.sheets import write_workbook

    if target.is_dir():
        raise UsageError(f"{target} is a folder: name a file, such as {target / 'results.xlsx'}")
    with _whole(target) as part:
        write_workbook(rows, part, settings.table)
    return [target]


def _dataset(rows: ResultRows, target: Path, settings: ExportSettings) -> list[Path]:
    from datasets import Dataset, DatasetDict  # type: ignore[import-untyped]

    names = ALL if settings.table is None else (settings.table,)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        parts = {name: Path(folder) / f"{name}.arrow" for name in names}
        with stack:
            rows.fill(
                {n: stack.enter_context(ArrowRows(rows.table(n), part, parquet=False)) for n, part in parts.items()}
            )
        found = DatasetDict({name: Dataset.from_file(str(part)) for name, part in parts.items()})
        with _no_bars():
            found.save_to_disk(str(target))
    target.chmod(0o700)
    return [target]


@contextlib.contextmanager
def _no_bars() -> Iterator[None]:
    """No bars of progress on stderr, which is for our own messages."""
    import datasets

    shown = not datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            datasets.enable_progress_bars()


_WRITERS: Mapping[ExportFormat, Callable[[ResultRows, Path, ExportSettings], list[Path]]] = {
    "jsonl": _texts("jsonl"),
    "csv": _texts("csv"),
    "parquet": _parquet,
    "xlsx": _workbook,
    "dataset": _dataset,
    "langfuse": _scores("langfuse"),
    "phoenix": _scores("phoenix"),
}


def _places(target: Path, suffix: str, settings: ExportSettings) -> dict[TableName, Path]:
    """The file of each table: one named like a file is that of one table, in a folder there are all."""
    if target.suffix and not target.is_dir():
        return {settings.table or "verdicts": target}
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    names: Iterable[TableName] = ALL if settings.table is None else (settings.table,)
    return {name: target / f"{name}.{suffix}" for name in names}


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file to write, for its owner alone, which becomes `path` when the block ends without an error."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def _disk(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskError(f"{target}: cannot be written: {error.strerror or error}") from error
