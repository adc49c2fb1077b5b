"""Labels as people have them: sheets of Excel, a file a person, other words, blanks, and all faults at once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from llm_grader.errors import InputError, MalformedInput, UsageError
from llm_grader.eval.labels.checked import gold_labels, with_one_spelling
from llm_grader.eval.labels.files import read_labels
from llm_grader.eval.labels.gold import read_gold
from llm_grader.eval.labels.sample import Drawn, read_sample, render_sample
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.verdict import Label
from tests.support.eval_commands import write_rubric

TRANSCRIPTS = "".join(
    f'{{"id": "t{n}", "channel": "chat", "turns": [{{"role": "agent", "text": "Hello {n}"}}]}}\n' for n in range(3)
)
LONG = "transcript_id,item_id,label,annotator,label_source"


@pytest.fixture
def rubric(tmp_path: Path) -> Rubric:
    return load_rubric(write_rubric(tmp_path))


def gold_folder(folder: Path, **sheets: bytes) -> Path:
    """A gold folder with a sheet a person."""
    (folder / "labels" / "desk").mkdir(parents=True)
    (folder / "transcripts.jsonl").write_text(TRANSCRIPTS, "utf-8")
    for name, data in sheets.items():
        (folder / "labels" / "desk" / f"{name}.csv").write_bytes(data)
    return folder


def test_a_folder_has_a_sheet_a_person_with_a_column_an_item(tmp_path: Path, rubric: Rubric) -> None:
    eva = b"transcript_id,greeting,solution,Teamleiter\r\nt0,met,not_met,M\r\nt1,not_met,,M\r\n"
    jan = "sep=;\r\ntranscript_id;Greets;solution\r\nt0;Ja;nein\r\nt2;Entfällt;Met\r\n".encode("cp1252")
    folder = gold_folder(tmp_path, eva=eva, jan=jan)
    (folder / "words.yaml").write_text("entfällt: cannot_assess\n", "utf-8")
    gold = read_gold(folder, rubric=rubric)
    found = {(label.annotator, label.transcript_id, label.item_id): label.label for label in gold.labels}
    assert found == {
        ("eva", "t0", "greeting"): "met",
        ("eva", "t0", "solution"): "not_met",
        ("eva", "t1", "greeting"): "not_met",
        ("jan", "t0", "greeting"): "met",
        ("jan", "t0", "solution"): "not_met",
        ("jan", "t2", "greeting"): "cannot_assess",
        ("jan", "t2", "solution"): "met",
    }
    assert {label.label_source for label in gold.labels} == {"human"}
    assert gold.notes == ("eva.csv: the columns Teamleiter are no items", "1 cells without a label were left out")


def workbook(path: Path, *rows: tuple[object, ...]) -> Path:
    """A workbook whose first worksheet has these rows, and whose second has others."""
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("Notizen").append(["transcript_id", "greeting"])
    book.save(path)
    return path


def test_a_workbook_is_read_as_a_sheet_of_csv_is(tmp_path: Path, rubric: Rubric) -> None:
    folder = gold_folder(tmp_path, eva=b"transcript_id,greeting,solution\nt0,met,not_met\n")
    heading = ("transcript_id", "Greets", "solution", None)
    path = workbook(folder / "labels" / "desk" / "Ben.XLSX", heading, ("t0", "Ja", None), (), ("t1", "no", "met"))
    gold = read_gold(folder, rubric=rubric)
    found = {(one.transcript_id, one.item_id): one.label for one in gold.labels if one.annotator == "Ben"}
    expected = {("t0", "greeting"): "met", ("t1", "greeting"): "not_met", ("t1", "solution"): "met"}
    assert found == expected
    assert gold.notes == ("1 cells without a label were left out",)
    workbook(path, heading, ("t0", 5.0), (), ("t1", True), ("t2", "met", "met", "so so"))
    with pytest.raises(MalformedInput) as caught:
        read_gold(folder, rubric=rubric)
    told = [line.strip() for line in str(caught.value).split("\n")]
    assert "Ben.XLSX: line 2: label: expected one of" in told[0]
    assert told[0].endswith("found '5'")
    assert (told[1].startswith("line 4"), told[1].endswith("found 'TRUE'")) == (True, True)
    assert told[2] == "line 5: expected 3 cells, found 4"


def test_ids_that_a_workbook_holds_as_numbers_are_as_excel_shows_them(tmp_path: Path, rubric: Rubric) -> None:
    heading = ("transcript_id", "greeting", "annotator", "label_source")
    path = workbook(tmp_path / "labels.xlsx", heading, (1042, "met", "eva", "human"))
    assert [label.transcript_id for label in read_labels(path, rubric=rubric)] == ["1042"]


@pytest.mark.parametrize("name", ["transcript_id", "id", "ID", "Conversation"])
def test_the_column_of_conversations_may_be_called_otherwise(tmp_path: Path, rubric: Rubric, name: str) -> None:
    folder = gold_folder(tmp_path, eva=f"{name},greeting\nt1,met\n".encode())
    assert [label.transcript_id for label in read_gold(folder, rubric=rubric).labels] == ["t1"]
    path = tmp_path / "labels.csv"
    path.write_text(f"{LONG.replace('transcript_id', name)}\nt2,greeting,met,eva,human\n", "utf-8")
    assert [label.transcript_id for label in read_labels(path, rubric=rubric)] == ["t2"]


def test_what_is_no_workbook_and_what_lacks_to_read_one_say_what_to_do(
    tmp_path: Path, rubric: Rubric, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "labels.xlsx"
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(path, rubric=rubric)
    path.write_bytes(b"\xd0\xcf\x11\xe0 with a password")
    with pytest.raises(MalformedInput, match=r"labels\.xlsx: expected an Excel workbook: save it anew"):
        read_labels(path, rubric=rubric)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UsageError, match=r"openpyxl is missing: pip install 'llm-grader\[xlsx\]'"):
        read_labels(path, rubric=rubric)


def test_a_file_among_the_sheets_that_is_not_read_is_told(tmp_path: Path, rubric: Rubric) -> None:
    folder = gold_folder(tmp_path, eva=b"transcript_id,greeting\nt0,met\n")
    for name in ("ben.ods", "jan", "~$eva.xlsx", ".DS_Store", ".eva.jsonl.7.tmp"):
        (folder / "labels" / "desk" / name).write_bytes(b"")
    read = read_gold(folder, rubric=rubric)
    assert len(read.labels) == 1
    told = "not read: expected a file of labels, .csv, .xlsx, .jsonl"
    assert read.notes == tuple(f"{folder}/labels/desk/{name}: {told}" for name in ("ben.ods", "jan"))
    (folder / "labels" / "desk" / "eva.csv").unlink()
    with pytest.raises(InputError, match=r"expected a file of labels, .*; found ben\.ods, jan"):
        read_gold(folder, rubric=rubric)


def test_a_sheet_without_any_label_is_told(tmp_path: Path, rubric: Rubric) -> None:
    """Only its heading was there, or its cells were empty: the person was missing everywhere, without a word."""
    folder = gold_folder(tmp_path, eva=b"transcript_id,greeting\nt0,met\n", jan=b"transcript_id,greeting\n")
    assert read_gold(folder, rubric=rubric).notes == ("jan.csv: there are no labels in it",)


def test_labels_for_all_rubrics_beside_those_of_this_one_are_told(tmp_path: Path, rubric: Rubric) -> None:
    folder = gold_folder(tmp_path, eva=b"transcript_id,greeting\nt0,met\n")
    (folder / "labels.csv").write_text(f"{LONG}\nt1,greeting,met,jan,human\n", "utf-8")
    read = read_gold(folder, rubric=rubric)
    assert [label.annotator for label in read.labels] == ["eva"]
    own = f"not read: this rubric has labels of its own in {folder}/labels"
    assert read.notes == (f"{folder}/labels.csv: {own}",)


def test_a_sheet_alone_has_to_say_who_labelled_and_that_it_was_a_person(tmp_path: Path, rubric: Rubric) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("transcript_id,greeting\nt0,met\n", "utf-8")
    with pytest.raises(MalformedInput, match="missing: annotator, label_source"):
        read_labels(path, rubric=rubric)
    path.write_text("transcript_id\tannotator\tlabel_source\tgreeting\nt0\teva\thuman\tyes\n", "utf-16")
    assert [label.label for label in read_labels(path, rubric=rubric)] == ["met"]


def test_all_faults_are_told_at_once_each_with_its_file_and_line(tmp_path: Path, rubric: Rubric) -> None:
    folder = gold_folder(
        tmp_path, eva=b"transcript_id,greeting\nt0,perhaps\nt1,met\nt2,met,x\n", jan=b"transcript_id,greeting\nt0,5\n"
    )
    with pytest.raises(MalformedInput) as caught:
        read_gold(folder, rubric=rubric)
    first, second, third = str(caught.value).split("\n")
    assert "eva.csv: line 2: label: expected one of" in first
    assert second.strip() == "line 4: expected 2 cells, found 3"
    assert "jan.csv: line 2: label: expected one of" in third


def test_more_than_twenty_faults_are_counted(tmp_path: Path, rubric: Rubric) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(LONG + "".join(f"\nt{n},greeting,perhaps,eva,human" for n in range(30)), "utf-8")
    with pytest.raises(MalformedInput, match="and 10 more"):
        read_labels(path, rubric=rubric)


def test_one_person_is_one_whatever_the_case_of_the_name(tmp_path: Path, rubric: Rubric) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(f"{LONG}\nt0,greeting,met,Ana,human\nt1,greeting,met,ana ,human\n", "utf-8")
    assert {label.annotator for label in read_labels(path, rubric=rubric)} == {"Ana"}
    path.write_text(f"{LONG}\nt0,greeting,met,Ana,human\nt0,greeting,met,ana,human\n", "utf-8")
    with pytest.raises(MalformedInput, match="already labelled"):
        read_labels(path, rubric=rubric)
    label = Label(transcript_id="t0", item_id="i", label="met", annotator="ADJUDICATOR", label_source="human")
    assert with_one_spelling([label])[0].annotator == "adjudicator"


@pytest.mark.parametrize("later_first", [True, False])
def test_of_two_labels_with_a_time_the_later_counts(tmp_path: Path, rubric: Rubric, later_first: bool) -> None:
    rows = ["t0,greeting,met,eva,human,2026-01-01T10:00:00Z", "t0,greeting,not_met,eva,human,2026-01-02T10:00:00Z"]
    path = tmp_path / "labels.csv"
    path.write_text("\n".join([f"{LONG},at", *(rows[::-1] if later_first else rows)]), "utf-8")
    assert [label.label for label in read_labels(path, rubric=rubric)] == ["not_met"]


def test_not_applicable_is_a_label_where_the_product_itself_gives_it() -> None:
    item = {"title": "T", "question": "Q?", "guidance": {"met": "m", "not_met": "n"}}
    condition = {"item": "first", "label": "met"}
    items = [{**item, "id": "first"}, {**item, "id": "then", "applies_when": condition}]
    sections = [{"id": "s", "title": "S", "items": items}]
    rubric = Rubric.model_validate({"id": "r", "version": "1", "title": "R", "sections": sections})
    assert [("not_applicable" in gold_labels(found)) for found in rubric.items()] == [False, True]


def test_a_sample_comes_back_and_what_is_none_is_refused(tmp_path: Path) -> None:
    drawn = Drawn.model_validate(
        {
            "transcript_id": "t0",
            "stratum": "random",
            "probability": 0.5,
            "order": 0,
            "seed": 1,
            "at": "2026-01-01T00:00:00Z",
        }
    )
    path = tmp_path / "sample.jsonl"
    assert read_sample(path) == {}
    path.write_text(render_sample([drawn]), "utf-8")
    assert read_sample(path) == {"t0": drawn}
    path.write_text(render_sample([drawn, drawn]), "utf-8")
    with pytest.raises(MalformedInput, match="line 2: 't0' stands twice"):
        read_sample(path)
    path.write_text("{}\n", "utf-8")
    with pytest.raises(InputError, match="audit sample"):
        read_sample(path)
