"""Exports: what is read back, in every format, is what the store has."""

from __future__ import annotations

import csv
import json
import shutil
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import StoreError, UsageError
from llm_grader.report import to_dataset, to_frame
from llm_grader.report.results import StoredResults
from llm_grader.report.tables import columns
from llm_grader.report.tables.columns import render_columns, table_of
from llm_grader.report.tables.export import ALL, ExportSettings, ResultRows, write_export
from llm_grader.report.tables.workbook import MOST_CHARACTERS, Workbook, WorkbookSheet
from llm_grader.store.store import Store
from tests.support.results import BEGUN, RUBRIC, Case, card_of, label, talk, write_store

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1")
WORDS = "=HYPERLINK(1) szőlő, „idézet”; két\nsor 👍🏽"
CASES = (
    Case(talk("t1", WORDS), {}, {"greeting": (0, 0, 13)}, reason="=1+1"),
    Case(talk("t2", day=7), {"greeting": None, "care": "2"}),
    Case(talk("t3"), {}, status="error"),
)


@pytest.fixture
def rows(tmp_path: Path) -> ResultRows:
    store = Store(write_store(tmp_path / "r.db", CASES))
    return ResultRows(StoredResults(store), [label("t1", "greeting", "not_met"), label("t2", "care", "2")])


def expected(rows: ResultRows, name: Any) -> list[dict[str, Any]]:
    """The rows of a table of cards, as its definition says."""
    table = rows.table(name)
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for graded in rows.cards() for row in table.rows(graded)]


def test_parquet_read_back_is_the_store(rows: ResultRows, tmp_path: Path) -> None:
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    paths = write_export(rows, "parquet", tmp_path / "out", ExportSettings())
    assert [path.name for path in paths] == [f"{name}.parquet" for name in ALL]
    for name in ("cards", "verdicts", "evidence"):
        assert pq.read_table(tmp_path / f"out/{name}.parquet").to_pylist() == expected(rows, name)
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o600
    field = pq.read_schema(tmp_path / "out/cards.parquet").field("score")
    assert field.metadata[b"description"].startswith(b"of 100")


def test_lines_of_json_read_back_are_the_store(rows: ResultRows, tmp_path: Path) -> None:
    (path,) = write_export(rows, "jsonl", tmp_path / "cards.jsonl", ExportSettings("cards"))
    read = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    for found, wanted in zip(read, expected(rows, "cards"), strict=True):
        assert found == {**wanted, "started_at": wanted["started_at"].isoformat()}
    assert read[0]["started_at"] == "2026-11-02T09:00:00+00:00"


def test_a_data_set_read_back_is_the_store(rows: ResultRows, tmp_path: Path) -> None:
    from datasets import load_from_disk  # type: ignore[import-untyped]

    (path,) = write_export(rows, "dataset", tmp_path / "ds", ExportSettings())
    read = load_from_disk(str(path))
    assert set(read) == set(ALL)
    assert list(read["verdicts"]) == expected(rows, "verdicts")


def test_csv_holds_no_formula_and_reads_back(rows: ResultRows, tmp_path: Path) -> None:
    settings = ExportSettings("verdicts", delimiter=";", bom=True)
    (path,) = write_export(rows, "csv", tmp_path / "v.csv", settings)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfrun_id;")
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file, delimiter=";"))
    first = read[0]
    assert (first["quote_1"], first["reason"]) == ("'=HYPERLINK(1)", "'=1+1")
    assert (first["label"], first["final_label"], first["label_by"], first["is_manual"]) == (
        "met", "not_met", "annotator", "true",
    )  # fmt: skip
    assert json.loads(first["human_labels"])[0]["annotator"] == "anna"
    assert len(read) == 3 * 4


def test_hungarian_and_emoji_are_whole_in_csv_for_excel(tmp_path: Path) -> None:
    case = Case(talk("t1", WORDS), {}, {"greeting": (0, 0, len(WORDS))})
    store = Store(write_store(tmp_path / "r.db", [case]))
    settings = ExportSettings("evidence", bom=True)
    (path,) = write_export(ResultRows(StoredResults(store)), "csv", tmp_path / "e.csv", settings)
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["quote"] == f"'{WORDS}"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on this machine")
def test_libreoffice_opens_a_workbook_and_a_formula_is_text_there(rows: ResultRows, tmp_path: Path) -> None:
    (path,) = write_export(rows, "xlsx", tmp_path / "r.xlsx", ExportSettings("verdicts"))
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = [
        str(shutil.which("soffice")),
        "--headless",
        "--convert-to",
        every_sheet,
        "--outdir",
        str(tmp_path),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = (tmp_path / "r-Verdicts.csv").read_text("utf-8")
    assert "=HYPERLINK(1)" in text
    assert "=1+1" in text


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_begins_like_a_formula_is_kept_as_text_in_csv(tmp_path: Path, text: str) -> None:
    store = Store(write_store(tmp_path / "r.db", [Case(talk("t1", text), {}, {"greeting": (0, 0, len(text))})]))
    (path,) = write_export(ResultRows(StoredResults(store)), "csv", tmp_path / "e.csv", ExportSettings("evidence"))
    with path.open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["quote"] == f"'{text}"


def test_a_workbook_read_back_is_the_store_and_its_texts_are_texts(rows: ResultRows, tmp_path: Path) -> None:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    (path,) = write_export(rows, "xlsx", tmp_path / "r.xlsx", ExportSettings())
    book = load_workbook(path)
    assert book.sheetnames == ["Summary", "Cards", "Verdicts", "Evidence", "Items", "About"]
    sheet = book["Verdicts"]
    heading, *cells = sheet.iter_rows()
    wanted = expected(rows, "verdicts")
    assert [cell.value for cell in heading] == list(wanted[0])
    for row, one in zip(cells, wanted, strict=True):
        assert [cell.value or None for cell in row] == [value or None for value in one.values()]
        assert all(cell.data_type != "f" for cell in row)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C2", "A1:AF13")
    started = book["Cards"]["G2"]
    assert started.value == BEGUN.replace(tzinfo=None)
    assert started.number_format.endswith('"UTC"')
    # t1 has 100, t2 (1 + 1/3) of 2, t3 none: their mean
    assert book["Summary"]["B2"].value == pytest.approx((100 + 200 / 3) / 2)


def test_rows_beyond_a_sheet_go_to_another_and_long_texts_are_cut_with_a_mark(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    table = table_of("evidence")
    with Workbook(tmp_path / "r.xlsx") as book:
        sheet = WorkbookSheet(book, table, most=2)
        for n in range(5):
            sheet.write((1, f"t{n}", "greeting", 1, 0, "agent", "x" * 40_000, 0, 1, "exact"))
        sheet.close()
    read = load_workbook(tmp_path / "r.xlsx")
    assert [(page.title, page.max_row) for page in read] == [("Evidence", 3), ("Evidence 2", 3), ("Evidence 3", 2)]
    quote = read["Evidence"]["G2"].value
    assert len(quote) == MOST_CHARACTERS
    assert quote.endswith("… [cut]")


def test_types_stay_without_rows() -> None:
    import pyarrow as pa

    from llm_grader.report.tables.writers import arrow_schema, arrow_table

    schema = arrow_schema(table_of("cards", RUBRIC))
    empty = arrow_table(schema, [])
    assert empty.num_rows == 0
    assert empty.schema.field("started_at").type == pa.timestamp("us", tz="UTC")
    assert empty.schema.field("section.opening").type == pa.float64()


def test_text_formats_alone_go_to_standard_output(rows: ResultRows, capsys: pytest.CaptureFixture[str]) -> None:
    assert write_export(rows, "csv", None, ExportSettings("items")) == []
    assert capsys.readouterr().out.count("\n") == 1 + 4
    with pytest.raises(UsageError, match="parquet is not text"):
        write_export(rows, "parquet", None, ExportSettings())


def test_nothing_is_left_of_an_export_that_fails(rows: ResultRows, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("old", "utf-8")
    rows.results.store.close()
    with pytest.raises(StoreError):
        write_export(rows, "csv", tmp_path / "old.csv", ExportSettings("runs"))
    assert (tmp_path / "old.csv").read_text("utf-8") == "old"
    assert not list(tmp_path.glob(".old*"))


def test_cards_in_memory_become_a_frame_and_a_data_set() -> None:
    cards = [card_of(case) for case in CASES]
    frame = to_frame(cards, rubric=RUBRIC)
    assert len(frame) == 12
    assert frame.query("transcript_id == 't2' and item_id == 'care'")["label"].tolist() == ["2"]
    assert to_frame(cards, table="cards", rubric=RUBRIC)["section.opening"].tolist()[0] == 100
    assert to_frame([]).columns.tolist() == [column.name for column in table_of("verdicts").columns]
    assert to_dataset(cards, table="evidence")[0]["quote"] == "=HYPERLINK(1)"


def test_a_card_in_a_notebook_is_escaped() -> None:
    hostile = "<script>alert(1)</script>"
    shown = card_of(Case(talk(hostile, hostile), {}, {"greeting": (0, 0, len(hostile))}))._repr_html_()
    assert "<script" not in shown
    assert shown.count("<tr>") == 5


def test_times_are_those_of_the_store(rows: ResultRows) -> None:
    assert expected(rows, "cards")[0]["started_at"] == datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_the_documentation_has_every_column() -> None:
    written = Path(columns.__file__).with_name("COLUMNS.md").read_text("utf-8")
    assert written == render_columns()
