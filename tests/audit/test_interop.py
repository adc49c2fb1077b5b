"""Other tools: what goes to Label Studio comes back the same, and what does not fit is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from llm_grader.audit.folder import GoldFolder, load_folder
from llm_grader.audit.interop.from_argilla import read_argilla
from llm_grader.audit.interop.from_label_studio import read_label_studio
from llm_grader.audit.interop.to_label_studio import render_config, render_tasks
from llm_grader.audit.labelling.journal import gold_file
from llm_grader.errors import MalformedInput, UsageError
from llm_grader.eval.labels.files import read_labels
from llm_grader.eval.labels.units import Unit
from llm_grader.verdict import Evidence, Verdict
from tests.support.audit_folder import write_folder

HELLO = Evidence(turn=0, role="agent", quote="Hello", start=3, end=8, match="exact")


@pytest.fixture
def folder(tmp_path: Path) -> GoldFolder:
    return load_folder(write_folder(tmp_path / "gold", 2))


def as_exported(folder: GoldFolder, **about: Any) -> list[dict[str, Any]]:
    """The tasks as Label Studio exports them when somebody has accepted every prediction."""
    verdicts = {
        Unit(id_, item_id): Verdict(item_id=item_id, label=label, evidence=evidence)
        for id_ in folder.transcripts
        for item_id, label, evidence in (("greeting", "met", (HELLO,)), ("apology", "not_met", ()), ("tone", "2", ()))
    }
    tasks: list[dict[str, Any]] = json.loads(render_tasks(folder, verdicts))
    for number, task in enumerate(tasks):
        (prediction,) = task.pop("predictions")
        reason = {"id": "r", "from_name": "reason__greeting", "type": "textarea", "value": {"text": ["a wave"]}}
        task["id"] = number
        common = {"completed_by": 3, "was_cancelled": False, "updated_at": "2026-11-30T09:00:00.5Z"}
        task["annotations"] = [{**common, "result": [*prediction["result"], reason], **about}]
    return tasks


def take(folder: GoldFolder, tasks: Any, tmp_path: Path, **more: Any) -> tuple[Any, list[str]]:
    file, users = tmp_path / "export.json", tmp_path / "users.yaml"
    file.write_text(json.dumps(tasks), "utf-8")
    users.write_text("3: anna\n4: ben\n", "utf-8")
    imports = read_label_studio(file, folder, users, **more)
    return imports.keep(), imports.warnings


def test_what_goes_to_label_studio_comes_back_as_the_same_labels(folder: GoldFolder, tmp_path: Path) -> None:
    gold = gold_file(folder.path, "desk", "anna")
    assert take(folder, as_exported(folder), tmp_path) == ({gold: 6}, [])
    labels = read_labels(gold, rubric=folder.rubric)
    greeting = next(label for label in labels if label.item_id == "greeting")
    assert (greeting.evidence_quotes, greeting.reason) == (("Hello",), "a wave")
    assert greeting.at is not None
    assert greeting.at.isoformat().startswith("2026-11-30T09:00:00")


def test_offsets_are_in_utf16_units_and_ids_differ_over_the_file(folder: GoldFolder) -> None:
    results = [result for task in as_exported(folder) for result in task["annotations"][0]["result"]]
    marked = next(result["value"] for result in results if result["type"] == "paragraphlabels")
    assert (marked["start"], marked["startOffset"], marked["endOffset"]) == ("0", 5, 10)  # two pairs and a blank
    ids = [result["id"] for result in results if result["type"] != "textarea"]
    assert len(set(ids)) == len(ids)


def test_without_verdicts_no_annotator_is_shown_a_prediction(folder: GoldFolder) -> None:
    assert "predictions" not in render_tasks(folder, {})
    assert "stratum" not in render_tasks(folder, {})


def test_the_interface_has_a_choice_a_reason_and_marked_words_for_each_item(folder: GoldFolder) -> None:
    view = ElementTree.fromstring(render_config(folder))  # noqa: S314 - our own
    assert [label.get("value") for label in view.iter("Label")] == ["greeting", "apology", "warmth", "tone"]
    choices = {one.get("name"): [choice.get("value") for choice in one] for one in view.iter("Choices")}
    assert choices["item__apology"] == ["met", "not_met", "not_applicable", "cannot_assess"]
    assert {one.get("name") for one in view.iter("TextArea")} == {f"reason__{(id_ or '')[6:]}" for id_ in choices}


@pytest.mark.parametrize("change", [{"startOffset": 6}, {"end": "1"}, {"start": "2"}, {"startOffset": None}])
def test_words_at_wrong_offsets_are_found_where_they_stand(
    folder: GoldFolder, tmp_path: Path, change: dict[str, Any]
) -> None:
    tasks = as_exported(folder)
    for task in tasks:
        task["annotations"][0]["result"][1]["value"].update(change)
    _, warnings = take(folder, tasks, tmp_path)
    assert warnings == []
    labels = read_labels(gold_file(folder.path, "desk", "anna"))
    assert {label.evidence_quotes for label in labels if label.item_id == "greeting"} == {("Hello",)}


def test_what_does_not_fit_is_left_out_and_told(folder: GoldFolder, tmp_path: Path) -> None:
    tasks = as_exported(folder)
    first, second = (task["annotations"][0]["result"] for task in tasks)
    first[1]["value"].update(text="Goodbye", startOffset=0)
    second[0]["value"]["choices"] = ["splendid"]
    tasks.append({"data": {"transcript_id": "chat-99"}, "annotations": []})
    kept, warnings = take(folder, tasks, tmp_path)
    assert list(kept.values()) == [5]
    assert len(warnings) == 3
    assert "Goodbye" not in " ".join(warnings)


def test_cancelled_annotations_are_none_and_ground_truth_is_adjudicated_only_when_said(
    folder: GoldFolder, tmp_path: Path
) -> None:
    assert take(folder, as_exported(folder, was_cancelled=True), tmp_path) == ({}, [])
    tasks = as_exported(folder, ground_truth=True, completed_by={"id": 4})
    adjudicated, _ = take(folder, tasks, tmp_path, ground_truth=True)
    assert [path.stem for path in adjudicated] == ["adjudicator"]
    plain, _ = take(folder, tasks, tmp_path)
    assert [path.stem for path in plain] == ["ben"]


def test_what_somebody_began_here_stays(folder: GoldFolder, tmp_path: Path) -> None:
    take(folder, as_exported(folder), tmp_path)
    kept, warnings = take(folder, as_exported(folder), tmp_path)
    assert list(kept.values()) == [0]
    assert warnings == [f"{id_}: anna has begun it here: left as it is" for id_ in ("chat-00", "chat-01")]


def test_argilla_records_give_labels_by_question_and_user(folder: GoldFolder, tmp_path: Path) -> None:
    file = tmp_path / "records.json"
    record = {
        "id": "x",
        "metadata": {"transcript_id": "chat-01"},
        "responses": {
            "greeting": [{"value": "met", "user_id": "u1"}, {"value": "not_met", "user_id": "u2"}],
            "comments": [{"value": "?", "user_id": "u1"}],
        },
    }
    file.write_text(json.dumps([record, {"id": "y", "responses": {}}]), "utf-8")
    imports = read_argilla(file, folder)
    assert imports.warnings == ["y: no such conversation in the gold folder, left out"]
    assert {path.stem: count for path, count in imports.keep().items()} == {"user-u1": 1, "user-u2": 1}


def test_what_is_no_export_is_refused(folder: GoldFolder, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    for text in ("{", "{}", "[1]"):
        file.write_text(text, "utf-8")
        with pytest.raises(MalformedInput):
            read_label_studio(file, folder)
    users = tmp_path / "users.yaml"
    users.write_text("3: ../anna", "utf-8")
    file.write_text(json.dumps(as_exported(folder)), "utf-8")
    with pytest.raises(UsageError, match="--users"):
        read_label_studio(file, folder, users)
