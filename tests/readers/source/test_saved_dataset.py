from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError, MalformedInput
from llm_grader.readers import read_transcripts
from tests.support.exports import refusal

datasets = pytest.importorskip("datasets")

ROWS = [
    {"transcript_id": "007", "role": "agent", "text": "Hello"},
    {"transcript_id": "007", "role": "customer", "text": "NA"},
]


def saved(folder: Path, rows: list[dict[str, Any]] = ROWS) -> Path:
    datasets.Dataset.from_list(rows).save_to_disk(str(folder))
    return folder


def test_a_saved_data_set_is_read_as_its_rows(tmp_path: Path) -> None:
    names: list[tuple[str, str]] = []
    (transcript,) = read_transcripts(saved(tmp_path / "talks"), on_file=lambda *told: names.append(told))
    assert transcript.id == "007"
    assert [(turn.role, turn.text) for turn in transcript.turns] == [("agent", "Hello"), ("customer", "NA")]
    assert names == [(str(tmp_path / "talks"), "table")]


def test_each_split_of_a_saved_dictionary_is_read(tmp_path: Path) -> None:
    rows = {"train": ROWS, "test": [{**row, "transcript_id": "8"} for row in ROWS]}
    splits = {name: datasets.Dataset.from_list(each) for name, each in rows.items()}
    datasets.DatasetDict(splits).save_to_disk(str(tmp_path / "talks"))
    names: list[str] = []
    transcripts = list(read_transcripts(tmp_path / "talks", on_file=lambda name, _: names.append(name)))
    assert [transcript.id for transcript in transcripts] == ["007", "8"]
    assert names == [f"{tmp_path}/talks/train", f"{tmp_path}/talks/test"]


def test_rows_without_an_id_are_named_after_folder_and_split(tmp_path: Path) -> None:
    rows = [{"talk": "Agent: Hello\nCustomer: Hi"}] * 2
    datasets.DatasetDict({"train": datasets.Dataset.from_list(rows)}).save_to_disk(str(tmp_path / "talks"))
    transcripts = read_transcripts(tmp_path / "talks", columns={"cell": "talk"})
    assert [transcript.id for transcript in transcripts] == ["talks-train", "talks-train-2"]


def test_a_saved_data_set_may_lie_among_other_files(tmp_path: Path) -> None:
    saved(tmp_path / "b")
    (tmp_path / "a.txt").write_text("Agent: Hello\nCustomer: Hi\n")
    (tmp_path / "c.txt").write_text("Agent: Hello\nCustomer: Hi\n")
    assert [transcript.id for transcript in read_transcripts(tmp_path)] == ["a", "007", "c"]
    assert [transcript.id for transcript in read_transcripts(str(tmp_path / "*"))] == ["a", "007", "c"]


def test_columns_that_nobody_explained_are_told_with_the_folder(tmp_path: Path) -> None:
    folder = saved(tmp_path / "talks", [{"who": "a", "what": "b"}])
    error = refusal(folder)
    assert str(error).startswith(f"{folder}: the columns are who, what")


@pytest.mark.parametrize("damage", ["state.json", "dataset_info.json", "data-00000-of-00001.arrow"])
@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff" * 40])
def test_a_damaged_one_is_read_or_refused_with_its_name(tmp_path: Path, damage: str, content: bytes) -> None:
    folder = saved(tmp_path / "talks")
    (folder / damage).write_bytes(content)
    problems: list[InputError] = []
    transcripts = list(read_transcripts(folder, on_error=problems.append))
    assert transcripts or problems
    assert all(isinstance(problem, MalformedInput) and str(folder) in str(problem) for problem in problems)


def test_one_that_ends_early_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path / "talks")
    file = folder / "data-00000-of-00001.arrow"
    file.write_bytes(file.read_bytes()[:-60])
    assert str(folder) in str(refusal(folder))
