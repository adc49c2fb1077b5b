from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError, MalformedInput
from llm_grader.eval.labels.dataset import label_features, labels_from_dataset, labels_to_dataset
from llm_grader.eval.labels.files import read_labels, render_csv, render_jsonl
from llm_grader.eval.labels.gold import read_gold
from llm_grader.rubric.model import Item, Rubric, Section
from llm_grader.verdict import Label

ROW = '{"transcript_id": "t1", "item_id": "greeting", "label": "met", "annotator": "eva", "label_source": "human"}'
HEADING = "transcript_id,item_id,label,annotator,label_source"
ODD_IDS = ("007", "1e5", "true", "null", "NA", " padded ", "a,b;c", 'quo"ted', "two\nlines", "ключ", "a\u2028b")
ODD_LABELS = ("NA", "null", "n/a", "nan", "None", "1", "3.0", "false", "met")
RUBRIC = Rubric(
    id="small",
    version="1",
    title={"en": "Small"},
    sections=(Section(id="opening", title={"en": "O"}, items=(Item(id="greeting", title={"en": "G"}, question={}),)),),
)


def odd_labels() -> list[Label]:
    named = [
        Label(transcript_id=odd, item_id="greeting", label="met", annotator=odd.strip(), label_source="human")
        for odd in ODD_IDS
    ]
    answered = [
        Label(transcript_id=f"t{i}", item_id="i", label=odd, annotator="007", label_source="synthetic")
        for i, odd in enumerate(ODD_LABELS)
    ]
    return named + answered


def full_labels() -> list[Label]:
    common: dict[str, Any] = {"transcript_id": "t1", "item_id": "greeting", "label": "met", "label_source": "human"}
    quotes = ("Hello, how are you?", 'She said "hi"\nand left', "Grüß Gott")
    return [
        Label(**common, annotator="eva", turn=0, evidence_quotes=quotes, reason="line one\nline two"),
        Label(**common, annotator="eva", turn=3, at=datetime(2024, 5, 1, 12, 30, tzinfo=UTC)),
        Label(**common, annotator="jan"),
    ]


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("labels", [odd_labels(), full_labels()], ids=["odd", "full"])
def test_ids_and_labels_come_back_unchanged(labels: list[Label], tmp_path: Path) -> None:
    assert read_labels(written(tmp_path, "labels.jsonl", render_jsonl(labels))) == labels
    assert read_labels(written(tmp_path, "labels.csv", render_csv(labels))) == labels
    assert labels_from_dataset(labels_to_dataset(labels)) == labels


def test_a_data_set_survives_its_own_files(tmp_path: Path) -> None:
    from datasets import Dataset  # type: ignore[import-untyped]

    path = tmp_path / "labels.parquet"
    labels_to_dataset(full_labels()).to_parquet(path)
    loaded = Dataset.from_parquet(str(path), cache_dir=str(tmp_path / "cache"))
    assert isinstance(loaded, Dataset)
    assert labels_from_dataset(loaded) == full_labels()


def test_a_data_set_that_guessed_its_types_is_refused() -> None:
    from datasets import Dataset

    row = {"transcript_id": 7, "item_id": "i", "label": "met", "annotator": "a", "label_source": "human"}
    with pytest.raises(MalformedInput, match=r"column transcript_id.*label_features"):
        labels_from_dataset(Dataset.from_list([row]))
    with pytest.raises(MalformedInput, match="column points"):
        labels_from_dataset(Dataset.from_list([{**row, "transcript_id": "7", "points": "1"}]))
    with pytest.raises(MalformedInput, match=r"column item_id.*found None"):
        labels_from_dataset(Dataset.from_list([{"transcript_id": "7"}], features=None))


def test_a_data_set_may_lack_what_is_optional() -> None:
    from datasets import Dataset, Features

    row = {"transcript_id": "007", "item_id": "i", "label": "NA", "annotator": "a", "label_source": "llm"}
    features = Features({name: kind for name, kind in label_features().items() if name in row})
    assert labels_from_dataset(Dataset.from_list([row], features=features)) == [Label.model_validate(row)]
    with pytest.raises(MalformedInput, match=r"row 0.*'guess'"):
        labels_from_dataset(Dataset.from_list([{**row, "label_source": "guess"}], features=features))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (ROW.replace('"met"', "5"), "label: expected text, found the number 5; put it in quotes"),
        (ROW.replace('"met"', "true"), "label: expected text, found true"),
        (ROW.replace('"met"', "null"), "label: expected text"),
        (ROW.replace('"t1"', "7"), "transcript_id: expected text"),
        (ROW.replace('"t1"', '" "'), "transcript_id: expected text, found none"),
        (ROW.replace(', "label_source": "human"', ""), "the key 'label_source' is missing"),
        (ROW.replace('"human"', '"expert"'), "label_source: expected 'human', 'synthetic' or 'llm', found 'expert'"),
        (ROW.replace('"label":', '"lable":'), "unknown key; did you mean 'label'"),
        (ROW.replace("{", '{"turn": "3", '), "turn: expected a whole number, found '3'"),
        (ROW.replace("{", '{"turn": true, '), "turn: expected a whole number, found true"),
        (ROW.replace("{", '{"evidence_quotes": "one", '), "evidence_quotes: expected a list"),
        (ROW.replace("{", '{"at": "2024-05-01T12:00:00", '), "at: .*zone"),
        (ROW.replace("{", '{"label": "not_met", '), "'label' stands twice"),
        (ROW[:-1], "not valid JSON"),
        ("[1, 2]", "expected one object a line"),
        (ROW, "eva already labelled item 'greeting' of 't1' in line 1"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_number(line: str, message: str, tmp_path: Path) -> None:
    path = written(tmp_path, "labels.jsonl", f"{ROW}\n\n{line}\n")
    with pytest.raises(MalformedInput, match=message) as caught:
        read_labels(path)
    assert caught.value.where == "line 3"
    assert caught.value.path == str(path)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "expected the columns transcript_id"),
        ("transcript_id,item_id,label,annotator\n", 1, "label_source"),
        (f"{HEADING},points\n", 1, "points"),
        (f"{HEADING},label\n", 1, "each once"),
        (f"{HEADING}\nt1,greeting,met,eva\n", 2, "expected 5 cells, found 4"),
        (f'{HEADING}\n"t\n1",greeting,met,eva,human\nt2,greeting,met,eva,robot\n', 4, "'robot'"),
        (f'{HEADING}\nt1,greeting,"met"x,eva,human\n', 2, "not valid CSV"),
        (f"{HEADING},turn\nt1,greeting,met,eva,human,1.0\n", 2, "turn: expected a whole number, found '1.0'"),
        (f"{HEADING},turn\nt1,greeting,met,eva,human,²\n", 2, "turn: expected a whole number, found '²'"),
        (f"{HEADING},turn\nt1,greeting,met,eva,human,{'9' * 5000}\n", 2, "turn: expected a whole number, found '999"),
        (f"{HEADING},evidence_quotes\nt1,greeting,met,eva,human,Hello\n", 2, "evidence_quotes: expected a JSON list"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told_with_its_line(text: str, line: int, message: str, tmp_path: Path) -> None:
    with pytest.raises(MalformedInput, match=message) as caught:
        read_labels(written(tmp_path, "labels.csv", text))
    assert caught.value.where == f"line {line}"


def test_a_sheet_may_be_separated_by_semicolons_and_begin_with_a_mark(tmp_path: Path) -> None:
    text = "\ufeff" + HEADING.replace(",", ";") + "\r\n007;greeting;n/a;eva;human\r\n"
    (label,) = read_labels(written(tmp_path, "labels.csv", text))
    assert (label.transcript_id, label.label) == ("007", "n/a")


def test_a_file_that_is_not_text_or_not_there_says_so(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_bytes(ROW.encode() + b"\n\xff\n")
    with pytest.raises(MalformedInput, match="line 2: not UTF-8"):
        read_labels(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")
    with pytest.raises(InputError, match=r"expected a file of labels, \.csv, \.xlsx, \.jsonl; found \.ods"):
        read_labels(tmp_path / "labels.ods")


def test_two_annotators_and_two_turns_are_no_repetition(tmp_path: Path) -> None:
    lines = [ROW, ROW.replace("eva", "jan"), ROW.replace("{", '{"turn": 0, '), ROW.replace("{", '{"turn": 1, ')]
    assert len(read_labels(written(tmp_path, "labels.jsonl", "\n".join(lines)))) == 4


def test_with_a_rubric_items_and_labels_have_to_be_its_own(tmp_path: Path) -> None:
    assert len(read_labels(written(tmp_path, "good.jsonl", ROW), rubric=RUBRIC)) == 1
    with pytest.raises(MalformedInput, match="line 1: item_id: rubric small has no item 'closing'"):
        read_labels(written(tmp_path, "item.jsonl", ROW.replace("greeting", "closing")), rubric=RUBRIC)
    with pytest.raises(MalformedInput, match=r"label: expected one of .*'met'.* for greeting, found 'Met'"):
        read_labels(written(tmp_path, "label.jsonl", ROW.replace('"met"', '"Met"')), rubric=RUBRIC)


TRANSCRIPT = '{"id": "t1", "channel": "chat", "turns": [{"role": "agent", "text": "Hello"}]}'


def test_labels_of_one_rubric_come_before_those_of_all_and_two_files_of_the_same_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "transcripts.jsonl", TRANSCRIPT)
    written(tmp_path, "labels.jsonl", ROW)
    (tmp_path / "labels").mkdir()
    written(tmp_path / "labels", "small.csv", f"{HEADING}\nt1,greeting,met,jan,human\n")
    assert [label.annotator for label in read_gold(tmp_path, rubric=RUBRIC).labels] == ["jan"]
    assert [label.annotator for label in read_gold(tmp_path).labels] == ["eva"]
    written(tmp_path / "labels", "small.jsonl", ROW)
    with pytest.raises(InputError, match=r"both small\.csv and small\.jsonl: keep one"):
        read_gold(tmp_path, rubric=RUBRIC)
    written(tmp_path, "labels.csv", f"{HEADING}\nt1,greeting,met,jan,human\n")
    with pytest.raises(InputError, match=r"both labels\.csv and labels\.jsonl: keep one"):
        read_gold(tmp_path)


def test_a_folder_holds_transcripts_and_labels_that_belong_together(tmp_path: Path) -> None:
    written(tmp_path, "transcripts.jsonl", TRANSCRIPT)
    written(tmp_path, "labels.jsonl", ROW)
    gold = read_gold(tmp_path)
    assert list(gold.transcripts) == ["t1"]
    assert gold.labels[0].label == "met"
    (tmp_path / "labels.jsonl").unlink()
    written(tmp_path, "labels.csv", f"{HEADING},turn\nt1,greeting,met,eva,human,1\n")
    with pytest.raises(MalformedInput, match="turns 0 to 0, found 1"):
        read_gold(tmp_path)
    written(tmp_path, "labels.csv", f"{HEADING}\nt2,greeting,met,eva,human\n")
    with pytest.raises(MalformedInput, match="no transcript has the id 't2'"):
        read_gold(tmp_path)
    written(tmp_path, "transcripts.jsonl", f"{TRANSCRIPT}\n{TRANSCRIPT}")
    with pytest.raises(MalformedInput, match="line 2: the id 't1' stands twice"):
        read_gold(tmp_path)
    written(tmp_path, "transcripts.jsonl", TRANSCRIPT.replace("agent", "operator"))
    with pytest.raises(MalformedInput, match=r"line 1: turns\.0\.role"):
        read_gold(tmp_path)
