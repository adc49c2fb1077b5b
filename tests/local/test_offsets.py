"""Offsets of the embedded model: what they do to a score, and when they are not used."""

from __future__ import annotations

import logging
from datetime import date

import pytest

from llm_grader.asking.messages import LOCAL_TEMPLATES, prompt_hash
from llm_grader.errors import UsageError
from llm_grader.local.offsets import (
    ItemOffset,
    Offsets,
    Provenance,
    choose_offsets,
    load_offsets,
    parse_offsets,
    read_packaged,
    render_offsets,
    wording_hash,
)
from llm_grader.local.weights import QWEN_CODER
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import Item

GREETING = Item.model_validate({"id": "greeting", "title": "Greeting", "question": "Did the agent greet?"})


def made(weights: str = "w1", prompt: str | None = None) -> Provenance:
    return Provenance(
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
    item = ItemOffset(offset=offset, wording=wording_hash(GREETING), labels=9)
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
    provenance: Provenance | None, caplog: pytest.LogCaptureFixture
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


def test_the_wording_hash_changes_with_the_english_question_and_with_nothing_else() -> None:
    same = GREETING.model_copy(update={"question": {"en": "Did the agent greet?", "de": "Gegrüßt?"}, "weight": 7.0})
    assert wording_hash(same) == wording_hash(GREETING)
    assert wording_hash(GREETING.model_copy(update={"question": {"en": "Greeted?"}})) != wording_hash(GREETING)


@pytest.mark.parametrize("rubric_id", sorted(read_packaged()))
def test_the_packaged_offsets_fit_the_packaged_model_prompts_and_rubrics(rubric_id: str) -> None:
    assert rubric_id in packaged_rubrics()
    offsets = load_offsets(rubric_id, weights_sha256=QWEN_CODER.sha256)
    assert offsets.provenance is not None, "the prompts changed: run eval.fit_local again"
    rubric = load_rubric(rubric_id)
    stale = [id_ for id_, fit in offsets.items.items() if fit.wording != wording_hash(rubric.item(id_))]
    # A reworded question falls back to the default until it is fitted again; a few may wait for that.
    assert len(stale) <= len(offsets.items) / 4, f"reworded: {stale}; run eval.fit_local again"


def test_packaged_offsets_never_claim_more_than_their_labels() -> None:
    for offsets in read_packaged().values():
        assert offsets.provenance is not None
        assert offsets.provenance.label_source == "synthetic"
        assert offsets.provenance.labels == sum(item.labels for item in offsets.items.values())
