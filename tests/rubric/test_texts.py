"""A text that an item has is found by all who show or check texts, and none of them needs to know its field."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import Field

from llm_grader.asking.judge import Judge
from llm_grader.asking.messages import Prompts, prompt_item
from llm_grader.authoring.diff import Change, compare_rubrics
from llm_grader.authoring.lint import lint_rubric
from llm_grader.authoring.render import render_rubric
from llm_grader.authoring.self_audit import render_questionnaire
from llm_grader.corpus.pairs import Pair, PairJudge
from llm_grader.grading.reuse import items_to_ask_anew, unchanged_items
from llm_grader.rubric.model import Example, Guidance, Item, Rubric, Section, Text
from llm_grader.testing import ScriptedJudge
from tests.support.scripted import item, rubric, transcript

TEXT = {"en": "Mind the last turn.", "de": "Achte auf den letzten Beitrag."}


class LaterGuidance(Guidance):
    cannot_assess: Text = Field(default_factory=dict)


class LaterExample(Example):
    note: Text = Field(default_factory=dict)


class LaterItem(Item):
    """An item with three texts more: of its own, of its guidance and of an example."""

    hint: Text = Field(default_factory=dict)
    guidance: LaterGuidance = LaterGuidance()
    examples: tuple[LaterExample, ...] = ()


class LaterSection(Section):
    subtitle: Text = Field(default_factory=dict)


class LaterRubric(Rubric):
    preface: Text = Field(default_factory=dict)


BOTH = {"title": {"en": "T", "de": "T"}, "question": {"en": "Q?", "de": "F?"}}
EXAMPLE = {"quote": {"en": "Hello", "de": "Hallo"}, "label": "met"}
PLACES: dict[str, dict[str, Any]] = {
    "hint": {"hint": TEXT},
    "guidance.cannot_assess": {"guidance": {"cannot_assess": TEXT}},
    "examples.1.note": {"examples": [{**EXAMPLE, "note": TEXT}]},
}
FIELDS = {"hint": "hint.en", "guidance.cannot_assess": "guidance.cannot_assess.en", "examples.1.note": "examples"}


def later(fields: dict[str, Any], **more: Any) -> LaterItem:
    example = {"examples": [EXAMPLE]}
    return LaterItem.model_validate({"id": "greeting", **BOTH, **example, **fields, **more})


def rubric_of(*items: Item) -> Rubric:
    whole = rubric(item()).model_copy(update={"title": {"en": "R", "de": "R"}})
    return whole.model_copy(update={"sections": (whole.sections[0].model_copy(update={"items": items}),)})


def without_english(value: Any) -> Any:
    if isinstance(value, list):
        return [without_english(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {"en": "Another text."} if value == TEXT else {key: without_english(part) for key, part in value.items()}


@pytest.mark.parametrize("place", PLACES)
def test_a_text_that_is_new_is_listed_with_its_place(place: str) -> None:
    assert later(PLACES[place]).texts()[place] == TEXT
    assert place not in later({}).texts()


@pytest.mark.parametrize("place", PLACES)
def test_a_text_that_is_new_is_in_the_prompt_and_in_what_people_read(place: str) -> None:
    whole = rubric_of(later(PLACES[place]))
    for language, words in TEXT.items():
        assert words in Prompts(whole, language=language).render(transcript())[0]["content"]
        assert words in render_rubric(whole, language)


@pytest.mark.parametrize("place", PLACES)
def test_a_text_that_is_new_and_lacks_a_language_is_named_by_lint(place: str) -> None:
    changed = later(without_english(PLACES[place]))
    found = [one for one in lint_rubric(rubric_of(changed)) if one.rule == "missing_translation"]
    assert [(one.item, one.message.split(",")[0]) for one in found if place in one.message] == [
        ("greeting", f"{place} has no wording in de")
    ]
    assert not any(place in one.message for one in lint_rubric(rubric_of(later(PLACES[place]))))


@pytest.mark.parametrize("place", PLACES)
def test_another_wording_of_a_text_that_is_new_is_a_difference_and_asked_anew(place: str) -> None:
    old, new = later(PLACES[place]), later(without_english(PLACES[place]))
    [change] = compare_rubrics(rubric_of(old), rubric_of(new))
    assert isinstance(change, Change)
    assert change.item == "greeting"
    assert FIELDS[place] in change.fields
    assert items_to_ask_anew(rubric_of(old), rubric_of(new)) == ("greeting",)
    assert unchanged_items(rubric_of(old), rubric_of(old), "chat") == {"greeting"}


@pytest.mark.parametrize("place", ["hint", "guidance.cannot_assess"])
def test_a_text_that_is_new_is_in_the_questionnaire_and_in_the_comparison_of_conversations(place: str) -> None:
    assert TEXT["en"] in render_questionnaire(rubric_of(later(PLACES[place], judged="org")), "en")
    judge: Judge = ScriptedJudge({})
    pair = Pair(transcript("a"), transcript("b"), turns=(1, 1), similarity=1.0)
    questions = PairJudge(judge, later(PLACES[place], judged="corpus")).render(pair)
    assert TEXT["en"] in questions[0]["content"]


def test_titles_of_sections_and_rubrics_are_texts_too_and_so_is_what_stands_below_them() -> None:
    section = LaterSection(id="s", title={"en": "S", "de": "S"}, subtitle={"en": "below"}, items=(later({}),))
    whole = LaterRubric(id="r", version="1", title={"en": "R", "de": "R"}, preface={"en": "first"}, sections=(section,))
    assert whole.texts() == {"title": {"en": "R", "de": "R"}, "preface": {"en": "first"}}
    assert section.texts() == {"title": {"en": "S", "de": "S"}, "subtitle": {"en": "below"}}
    assert {one.message.split(",")[0] for one in lint_rubric(whole) if one.rule == "missing_translation"} == {
        "the rubric's preface has no wording in de",
        "the subtitle of section s has no wording in de",
    }
    shown = render_rubric(whole, "en")
    assert "\npreface: first\n" in shown
    assert "\nS [s]\nsubtitle: below\n" in shown
    other = whole.model_copy(update={"sections": (section.model_copy(update={"subtitle": {"en": "beneath"}}),)})
    assert compare_rubrics(whole, other) == [Change(item=None, kind="changed", fields=("sections.s.subtitle.en",))]


def test_a_policy_says_what_each_label_takes_that_the_item_has() -> None:
    levels = [
        {"value": value, "points": points, "anchor": value.upper()} for value, points in (("low", 0), ("high", 1))
    ]
    guidance = {"met": "never a label here", "not_applicable": "cut off"}
    scaled = item(scale={"levels": levels}, guidance=guidance, evidence={"required_for": []})
    assert scaled.policy() == {"low": {"en": "LOW"}, "high": {"en": "HIGH"}, "not_applicable": {"en": "cut off"}}
    assert item(guidance={"not_met": "no"}).policy() == {"not_met": {"en": "no"}}
    assert scaled.remarks() == {}


def test_an_empty_text_is_listed_where_it_is_required_and_nowhere_else() -> None:
    assert list(item(question={}).texts()) == ["title", "question"]
    assert prompt_item(item(guidance={"met": {"en": ""}}), "en")["policy"] == []


def test_for_a_judge_that_goes_by_cues_an_item_with_another_cue_has_changed() -> None:
    """The embedded model kept the verdict of the words it went by before."""
    old = Item.model_validate({"id": "greeting", "title": "G", "question": "Greeted?", "cue": "greeting"})
    before, after = rubric_of(old), rubric_of(old.model_copy(update={"cue": "thanks"}))
    assert unchanged_items(before, after, "chat") == {"greeting"}
    assert unchanged_items(before, after, "chat", by_cues=True) == set()
    assert unchanged_items(before, before, "chat", by_cues=True) == {"greeting"}
