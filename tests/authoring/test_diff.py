from __future__ import annotations

from pathlib import Path
from typing import Any

from llm_grader.authoring.diff import Change, compare_rubrics
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric

DATA = Path(__file__).parents[1] / "data" / "rubrics"


def small() -> Rubric:
    return load_rubric(DATA / "small.yaml")


def changed(**fields: Any) -> Rubric:
    data = small().model_dump(mode="json", by_alias=True)
    data["sections"][0]["items"][0] |= fields
    return Rubric.model_validate(data)


def test_the_same_rubric_has_no_changes() -> None:
    assert compare_rubrics(small(), small()) == []


def test_a_changed_item_is_told_with_the_fields_that_differ() -> None:
    new = changed(weight=3, question={"en": "Did the agent say hello?", "de": "Hat der Agent den Kunden begrüßt?"})
    assert compare_rubrics(small(), new) == [Change(item="greeting", kind="changed", fields=("question.en", "weight"))]


def test_who_counts_what_proves_and_what_cannot_be_seen_are_fields_like_others() -> None:
    old = changed(evidence={"from": {"met": ["agent"], "not_met": ["agent"]}})
    new = changed(
        agents="worst",
        over="every",
        evidence={"from": {"met": ["agent"], "not_met": ["customer"]}},
        guidance={"met": "A greeting.", "not_met": "None.", "cannot_assess": "The beginning is missing."},
    )
    (change,) = compare_rubrics(old, new)
    assert {"agents", "over", "evidence.from.not_met", "guidance.cannot_assess.en"} <= set(change.fields)
    assert "evidence.from.met" not in change.fields


def test_a_renamed_item_is_added_and_removed() -> None:
    assert compare_rubrics(small(), changed(id="hello")) == [
        Change(item="hello", kind="added"),
        Change(item="greeting", kind="removed"),
    ]


def test_an_item_moved_to_another_section_is_changed() -> None:
    data = small().model_dump(mode="json", by_alias=True)
    moved = data["sections"][0]["items"][1]
    data["sections"][0]["items"] = data["sections"][0]["items"][:1]
    data["sections"][1]["items"] = [*data["sections"][1]["items"], moved]
    assert compare_rubrics(small(), Rubric.model_validate(data)) == [
        Change(item="noise", kind="changed", fields=("section",))
    ]


def test_the_rubrics_own_fields_are_told_first() -> None:
    new = changed(weight=3).model_copy(update={"pass_mark": 90.0, "version": "1.1"})
    assert [(change.item, change.fields) for change in compare_rubrics(small(), new)] == [
        (None, ("version", "pass_mark")),
        ("greeting", ("weight",)),
    ]
