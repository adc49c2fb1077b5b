"""Offsets of the embedded model: what they do to a score, and when they are not used."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest

from llm_grader.asking.messages import LOCAL_TEMPLATES, prompt_hash
from llm_grader.errors import UsageError
from llm_grader.local.offsets import (
    ItemOffset,
    Offsets,
    OffsetsFit,
    choose_offsets,
    load_offsets,
    parse_offsets,
    policy_hash,
    read_packaged,
    rehash_offsets,
    render_offsets,
)
from llm_grader.local.weights import QWEN_CODER
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import Item, Rubric

GREETING = Item.model_validate({"id": "greeting", "title": "Greeting", "question": "Did the agent greet?"})


def made(weights: str = "w1", prompt: str | None = None) -> OffsetsFit:
    return OffsetsFit(
        weights_sha256=weights,
        prompt_hash=prompt or prompt_hash(*LOCAL_TEMPLATES),
        rubric_hash="r",
        data_hash="d",
        label_source="synthetic",
        language="en",
        transcripts=3,
        labels=9,
        method="by hand",
        fitted_on=date(2026, 11, 22),
    )


def fitted(offset: float = 2.0, **changes: object) -> Offsets:
    item = ItemOffset(offset=offset, policy=policy_hash(GREETING), labels=9)
    settings = {"items": {"greeting": item}, "default": 0.5, "slope": 1.5, "provenance": made(), **changes}
    return Offsets.model_validate(settings)


def test_log_odds_are_slope_times_what_lies_above_the_offset() -> None:
    assert fitted().log_odds(GREETING, 3.0) == 1.5  # 1.5 · (3 − 2)


def test_an_item_without_an_offset_gets_the_default() -> None:
    other = GREETING.model_copy(update={"id": "thank"})
    assert fitted().log_odds(other, 3.0) == 3.75  # 1.5 · (3 − 0.5)


def test_an_item_whose_question_was_reworded_gets_the_default() -> None:
    reworded = GREETING.model_copy(update={"question": {"en": "Was there a greeting?"}})
    assert fitted().log_odds(reworded, 3.0) == 3.75


def test_without_offsets_the_score_stands() -> None:
    assert Offsets().log_odds(GREETING, -0.7) == -0.7


def test_offsets_are_those_of_the_rubric() -> None:
    packaged = {"a": fitted(1.0), "b": fitted(2.0)}
    assert choose_offsets(packaged, "b", weights_sha256="w1") == packaged["b"]


def test_a_rubric_of_ones_own_gets_what_the_others_have_in_common() -> None:
    packaged = {"a": fitted(default=1.0, slope=1.0), "b": fitted(default=2.0, slope=3.0)}
    chosen = choose_offsets(packaged, "mine", weights_sha256="w1")
    assert (chosen.default, chosen.slope, chosen.items) == (1.5, 2.0, {})


@pytest.mark.parametrize("provenance", [made(weights="other"), made(prompt="other"), None])
def test_offsets_of_another_model_or_prompt_are_not_used_and_it_is_said(
    provenance: OffsetsFit | None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="llm_grader"):
        assert choose_offsets({"a": fitted(provenance=provenance)}, "a", weights_sha256="w1") == Offsets()
    assert "fitted with other weights or prompts" in caplog.text


def test_no_offsets_at_all_are_no_reason_to_warn(caplog: pytest.LogCaptureFixture) -> None:
    assert choose_offsets({}, "a", weights_sha256="w1") == Offsets()
    assert caplog.text == ""


def test_a_file_of_offsets_comes_back_as_it_was() -> None:
    offsets = {"b": fitted(), "a": fitted(provenance=None)}
    text = render_offsets(offsets)
    assert parse_offsets(text) == offsets
    assert text.index('"a"') < text.index('"b"')


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": {"slope": 0}}', '{"a": {"extra": 1}}'])
def test_a_file_that_holds_something_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"local_offsets\.json"):
        parse_offsets(text)


EXAMPLE = {"quote": "Hello", "label": "met"}
SCALE = {"levels": [{"value": "low", "points": 0, "anchor": "cold"}, {"value": "high", "points": 1, "anchor": "warm"}]}
POLICIES: dict[str, dict[str, Any]] = {
    "question": {"question": "Was there a greeting?"},
    "guidance": {"guidance": {"met": "A hello or welcome."}},
    "labels": {"guidance": {"not_applicable": "cut off"}},
    "whose words count": {"evidence": {"from": ["agent", "bot"]}},
    "what needs proof": {"evidence": {"required_for": ["not_met"]}},
    "scale": {"scale": SCALE, "evidence": {"required_for": ["high"]}},
    "how it is judged": {"judged": "audio", "evidence": {"required_for": ["not_met"]}},
    "an example": {"examples": [EXAMPLE]},
    "which agents count": {"agents": "worst"},
}


def greeting(**fields: Any) -> Item:
    return Item.model_validate({**GREETING.model_dump(by_alias=True), **fields})


@pytest.mark.parametrize("changed", POLICIES.values(), ids=POLICIES)
def test_an_item_whose_policy_changed_gets_no_offset_of_its_own(changed: dict[str, Any]) -> None:
    """Only the question used to count: an offset stayed in force when met began to mean something else."""
    assert fitted().log_odds(greeting(**changed), 3.0) == 3.75  # 1.5 · (3 − 0.5), the default


def test_the_label_of_an_example_is_policy() -> None:
    turned = greeting(examples=[{**EXAMPLE, "label": "not_met"}])
    assert policy_hash(turned) != policy_hash(greeting(examples=[EXAMPLE]))


@pytest.mark.parametrize(
    "changed",
    [
        {"question": {"en": "Did the agent greet?", "de": "Gegrüßt?"}},
        {"title": "Say hello"},
        {"weight": 7, "critical": True},
        {"applies_when": {"ticket": "status"}},
        {"channels": ["chat"]},
    ],
)
def test_what_does_not_change_which_answer_is_right_leaves_the_offset(changed: dict[str, Any]) -> None:
    assert fitted().log_odds(greeting(**changed), 3.0) == 1.5  # 1.5 · (3 − 2)


def test_offsets_are_declared_to_hold_for_a_rubric_as_it_stands_and_stay_the_same_figures() -> None:
    section = {"id": "s", "title": "S", "items": [greeting(question="Hello?").model_dump(by_alias=True)]}
    rubric = Rubric.model_validate({"id": "r", "version": "1", "title": "R", "sections": [section]})
    moved = rehash_offsets(fitted(), rubric)
    assert moved.log_odds(rubric.item("greeting"), 3.0) == 1.5
    assert moved.provenance == made().model_copy(update={"rubric_hash": rubric.content_hash()})
    assert moved.model_copy(update={"items": fitted().items, "provenance": made()}) == fitted()
    with pytest.raises(KeyError):
        rehash_offsets(fitted(items={"gone": fitted().items["greeting"]}), rubric)


@pytest.mark.xfail(strict=True, reason="fitted for version 1.0 of the rubrics, and to be fitted again for 1.1")
@pytest.mark.parametrize("rubric_id", sorted(read_packaged()))
def test_the_packaged_offsets_fit_the_packaged_model_prompts_and_rubrics(rubric_id: str) -> None:
    assert rubric_id in packaged_rubrics()
    offsets = load_offsets(rubric_id, weights_sha256=QWEN_CODER.sha256)
    assert offsets.provenance is not None, "the prompts changed: run eval.measured.fit_local again"
    rubric = load_rubric(rubric_id)
    stale = [id_ for id_, fit in offsets.items.items() if fit.policy != policy_hash(rubric.item(id_))]
    # An item with another policy falls back to the default until it is fitted again; a few may wait for that.
    assert len(stale) <= len(offsets.items) / 4, f"changed: {stale}; run eval.measured.fit_local, or see rehash_offsets"


def test_packaged_offsets_never_claim_more_than_their_labels() -> None:
    for offsets in read_packaged().values():
        assert offsets.provenance is not None
        assert offsets.provenance.label_source == "synthetic"
        assert offsets.provenance.labels == sum(item.labels for item in offsets.items.values())
