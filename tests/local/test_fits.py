"""Fits of the embedded model: what they hold for, and when they are not used."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import pytest

from llm_grader.asking.messages import LOCAL_TEMPLATES, prompt_hash
from llm_grader.errors import UsageError
from llm_grader.local import fits as packaged
from llm_grader.local.fits import (
    LEAST_KAPPA,
    FitAgreement,
    FitOrigin,
    Fits,
    ItemFit,
    QuotesRead,
    load_fits,
    parse_fits,
    read_packaged,
    rehash_fits,
    render_fits,
)
from llm_grader.local.weights import QWEN_CODER
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import Item, Rubric
from llm_grader.signals.cues.packaged import cues_hash, load_cues, showing

GREETING = Item.model_validate({"id": "greeting", "title": "Greeting", "question": "Did the agent greet?"})
AGREEMENT = FitAgreement(kappa=0.6, low=0.4, high=0.8, conversations=60)


def one(**changes: Any) -> ItemFit:
    return ItemFit.model_validate(
        {"intercept": -1.0, "agreement": AGREEMENT, "policy": GREETING.policy_hash(), **changes}
    )


def origin(weights: str = "w1", prompt: str | None = None) -> FitOrigin:
    return FitOrigin(
        weights_sha256=weights,
        prompt_hash=prompt or prompt_hash(*LOCAL_TEMPLATES),
        cues_hash="c",
        data_hash="d",
        label_source="llm",
        conversations=60,
        labels=60,
        method="by hand",
        fitted_on=date(2026, 11, 30),
    )


def test_log_odds_are_the_sum_of_what_is_known() -> None:
    fit = one(whole=2.0, found=3.0, other_language=-0.5)
    assert fit.log_odds(score=0.5, found=True, in_english=True) == 3.0  # −1 + 2 · .5 + 3
    assert fit.log_odds(score=0.5, found=False, in_english=False) == -0.5  # −1 + 2 · .5 − .5


@pytest.mark.parametrize(("low", "expected"), [(LEAST_KAPPA, True), (LEAST_KAPPA - 0.01, False)])
def test_an_item_is_judged_where_the_interval_lies_above_chance(low: float, expected: bool) -> None:
    assert one(agreement=AGREEMENT.model_copy(update={"low": low})).is_good_enough is expected


def test_an_item_whose_quotes_are_often_wrong_is_not_judged_and_says_so() -> None:
    wrong, right = one(quotes=QuotesRead(right=11, read=17)), one(quotes=QuotesRead(right=4, read=6))
    assert (wrong.is_good_enough, right.is_good_enough) == (False, True)
    assert str(wrong.stated) == "11 of 17 quotes showed what they were cited for"
    assert right.stated == AGREEMENT


def test_an_item_whose_policy_was_reworded_goes_by_its_cue_alone() -> None:
    mine, by_cue = one(), one(intercept=0.0, policy="")
    fits = Fits(rubrics={"r": {"greeting": mine}}, cues={"greeting": by_cue})
    assert fits.of("r", GREETING) is mine
    assert fits.of("other", GREETING) is None
    assert fits.of("r", greeting(question="Was there a greeting?")) is None
    assert fits.of("r", greeting(question="Was there a greeting?", cue="greeting")) is by_cue


def test_fits_of_another_model_leave_what_words_decide_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = {"asked": one(whole=1.0), "by_turns": one(turns=1.0), "words": one(found=2.0)}
    fits = Fits(rubrics={"r": asked}, origin=origin())
    monkeypatch.setattr(packaged, "read_packaged", lambda: fits)
    with caplog.at_level(logging.WARNING, logger="llm_grader"):
        assert load_fits(weights_sha256="w1") == fits
        assert caplog.text == ""
        assert set(load_fits(weights_sha256="other").rubrics["r"]) == {"words"}
    assert "made with other weights or prompts" in caplog.text


def test_a_file_of_fits_comes_back_as_it_was() -> None:
    fits = Fits(
        rubrics={"b": {"x": one()}, "a": {"y": one(found=1.0)}}, cues={"thanks": one(policy="")}, origin=origin()
    )
    text = render_fits(fits)
    assert parse_fits(text) == fits
    assert text.index('"a"') < text.index('"b"')


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"rubrics": {"a": {"b": {}}}}'])
def test_a_file_that_holds_something_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"local_fits\.json"):
        parse_fits(text)


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
    "words it goes by": {"cue": "greeting"},
}


def greeting(**fields: Any) -> Item:
    return Item.model_validate({**GREETING.model_dump(by_alias=True), **fields})


@pytest.mark.parametrize("changed", POLICIES.values(), ids=POLICIES)
def test_an_item_whose_policy_changed_is_another_one(changed: dict[str, Any]) -> None:
    """Only the question used to count: a fit stayed in force when met began to mean something else."""
    assert greeting(**changed).policy_hash() != GREETING.policy_hash()


def test_the_label_of_an_example_is_policy() -> None:
    turned = greeting(examples=[{**EXAMPLE, "label": "not_met"}])
    assert turned.policy_hash() != greeting(examples=[EXAMPLE]).policy_hash()


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
def test_what_does_not_change_which_answer_is_right_leaves_the_policy(changed: dict[str, Any]) -> None:
    assert greeting(**changed).policy_hash() == GREETING.policy_hash()


def test_fits_are_declared_to_hold_for_a_rubric_as_it_stands_and_stay_the_same_figures() -> None:
    section = {"id": "s", "title": "S", "items": [greeting(question="Hello?").model_dump(by_alias=True)]}
    rubric = Rubric.model_validate({"id": "r", "version": "1", "title": "R", "sections": [section]})
    fits = Fits(rubrics={"r": {"greeting": one()}})
    assert fits.of("r", rubric.item("greeting")) is None
    moved = rehash_fits(fits, rubric).of("r", rubric.item("greeting"))
    assert moved is not None
    assert moved.model_copy(update={"policy": one().policy}) == one()
    with pytest.raises(KeyError):
        rehash_fits(Fits(rubrics={"r": {"gone": one()}}), rubric)


@pytest.mark.parametrize("rubric_id", packaged_rubrics())
def test_the_packaged_fits_hold_for_the_packaged_model_prompts_cues_and_rubrics(rubric_id: str) -> None:
    fits, rubric = read_packaged(), load_rubric(rubric_id)
    made = fits.origin
    assert made is not None
    assert made.prompt_hash == prompt_hash(*LOCAL_TEMPLATES), "the prompts changed: run eval.measured.fit_local again"
    assert made.weights_sha256 == QWEN_CODER.sha256
    assert made.cues_hash == cues_hash(), "the cues changed: run eval.measured.fit_local again"
    stale = [id_ for id_, fit in fits.rubrics[rubric_id].items() if fit.policy != rubric.item(id_).policy_hash()]
    assert not stale, "run eval.measured.fit_local again, or see rehash_fits"


def test_packaged_fits_never_claim_more_than_their_labels() -> None:
    made = read_packaged().origin
    assert made is not None
    assert made.label_source == "llm"
    assert all(
        fit.agreement.conversations <= made.conversations
        for items in read_packaged().rubrics.values()
        for fit in items.values()
    )


def test_every_cue_of_a_packaged_rubric_is_there() -> None:
    items = [item for id_ in packaged_rubrics() for item in load_rubric(id_).items()]
    wanted = {cue_id for item in items for cue_id in showing(item).values()}
    assert wanted == set(load_cues()), "a cue that no item names tells nobody anything"


def test_a_cue_whose_quotes_show_something_else_decides_no_item_of_anybodys() -> None:
    cues = read_packaged().cues
    assert cues["timeframe"].quotes is not None
    assert not any(cues[cue_id].is_good_enough for cue_id in ("timeframe", "blames"))
