"""What is asked of a judge, and what is believed of its reply."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader.asking.answers import MAX_QUOTES, read_answers, read_text, response_model
from llm_grader.checking.claims import Claim, Quote, Reply
from llm_grader.gateway.answer_text import has_duplicate_keys, parse_answers
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Item
from llm_grader.testing import answer
from llm_grader.usage import Usage
from tests.support.scripted import item

GOOD = answer("met", (0, "Hello"))
ITEMS = [item(), item("thanks")]

_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def read(answers: dict[str, Any], items: list[Item] | None = None) -> Reply:
    asked = ITEMS if items is None else items
    return read_answers(answers, asked, response_model(asked))


def problem(given: Any) -> str:
    """What is wrong with `given` as the answer to the greeting, while the other item stays."""
    reply = read({"greeting": given, "thanks": GOOD})
    assert set(reply.claims) == {"thanks"}
    return reply.problems["greeting"]


# The response model: what a judge has to fill in.


def test_the_schema_asks_for_each_item_by_its_id_and_for_nothing_else() -> None:
    schema = response_model(ITEMS).model_json_schema()
    assert list(schema["properties"]) == schema["required"] == ["greeting", "thanks"]
    assert schema["additionalProperties"] is False


def test_evidence_comes_before_the_reason_and_the_label() -> None:
    schema = response_model(ITEMS).model_json_schema()
    assert list(schema["$defs"]["Answer1"]["properties"]) == ["evidence", "reason", "label"]
    assert schema["$defs"]["Answer1"]["required"] == ["evidence", "reason", "label"]


def test_labels_are_those_that_the_item_allows() -> None:
    scaled = item(
        "tone",
        scale={"levels": [{"value": v, "points": p, "anchor": v} for v, p in (("1", 0), ("2", 1))]},
        evidence={"required_for": ()},
    )
    once = item("name", guidance={"not_applicable": "there is no name"})
    schema = response_model([item(), scaled, once]).model_json_schema()
    labels = [schema["$defs"][f"Answer{n}"]["properties"]["label"]["enum"] for n in (1, 2, 3)]
    assert labels == [
        ["met", "not_met", "cannot_assess"],
        ["1", "2", "cannot_assess"],
        ["met", "not_met", "not_applicable", "cannot_assess"],
    ]


def test_items_with_the_same_labels_share_one_definition() -> None:
    few, many = (response_model([item(f"i{n}") for n in range(count)]).model_json_schema() for count in (1, 30))
    assert few["$defs"].keys() == many["$defs"].keys()


def test_the_schema_carries_no_titles_descriptions_or_defaults() -> None:
    text = json.dumps(response_model(ITEMS).model_json_schema()["properties"])
    assert not any(f'"{word}"' in text for word in ("title", "description", "default"))


@given(st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True), min_size=1, max_size=4, unique=True))
def test_any_item_id_can_be_asked_and_answered(ids: list[str]) -> None:
    items = [item(id_) for id_ in ids]
    model = response_model(items)
    assert list(model.model_json_schema()["properties"]) == ids
    assert list(read_answers(dict.fromkeys(ids, GOOD), items, model).claims) == ids


@pytest.mark.parametrize("id_", ["title", "description", "default", "properties", "enum", "item_1", "schema", "copy"])
def test_ids_that_mean_something_elsewhere_are_ordinary_ids(id_: str) -> None:
    items = [item(id_), item("greeting")]
    model = response_model(items)
    assert list(model.model_json_schema()["properties"]) == [id_, "greeting"]
    assert set(read_answers({id_: GOOD, "greeting": GOOD}, items, model).claims) == {id_, "greeting"}


# Reading answers: each item ends as a claim or as a problem.


def test_a_sound_answer_is_a_claim_with_its_words() -> None:
    reply = read({"greeting": answer("met", (0, "Hello"), (2, "Good-bye"), reason="said so"), "thanks": GOOD})
    quotes = (Quote(turn=0, quote="Hello"), Quote(turn=2, quote="Good-bye"))
    assert reply.claims["greeting"] == Claim(item_id="greeting", label="met", reason="said so", quotes=quotes)
    assert reply.problems == {}


def test_an_item_without_an_answer_is_missing() -> None:
    reply = read({"thanks": GOOD})
    assert (set(reply.claims), reply.problems) == ({"thanks"}, {"greeting": "missing"})


def test_answers_that_nobody_asked_for_are_dropped() -> None:
    assert set(read({"greeting": GOOD, "thanks": GOOD, "invented": GOOD}).claims) == {"greeting", "thanks"}


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        ({**GOOD, "label": "yes"}, "label"),
        ({**GOOD, "label": "not_applicable"}, "label"),  # this item has no such policy
        ({**GOOD, "label": None}, "label"),
        ({**GOOD, "label": True}, "label"),
        ({**GOOD, "label": ["met"]}, "label"),
        ({**GOOD, "label": "met or not_met"}, "label"),
        ({**GOOD, "reason": ["because"]}, "reason"),
        ({**GOOD, "reason": "\ud800"}, "reason"),
        ({**GOOD, "evidence": "Hello"}, "evidence"),
        ({**GOOD, "evidence": [{"turn": "0 or 2", "quote": "Hello"}]}, "turn"),
        ({**GOOD, "evidence": [{"turn": 0.5, "quote": "Hello"}]}, "turn"),
        ({**GOOD, "evidence": [{"turn": float("nan"), "quote": "Hello"}]}, "turn"),
        ({**GOOD, "evidence": [{"turn": True, "quote": "Hello"}]}, "turn"),
        ({**GOOD, "evidence": [{"turn": 0}]}, "quote"),
        ({**GOOD, "evidence": ["Hello"]}, "evidence"),
        ({"reason": "", "evidence": []}, "label"),
        ("met", "answer"),
        (None, "answer"),
        ([GOOD], "answer"),
    ],
)
def test_a_malformed_answer_is_a_problem_of_its_item_alone(broken: Any, where: str) -> None:
    assert problem(broken).startswith("malformed: ")
    assert where in problem(broken)


@pytest.mark.parametrize(
    "written",
    [
        {"label": "Met"},
        {"label": " MET. "},
        {"label": "`met`"},
        {"evidence": [{"turn": "0", "quote": "Hello"}]},
        {"evidence": [{"turn": "turn 0", "quote": "Hello"}]},
        {"evidence": [{"turn": 0.0, "quote": "Hello"}]},
        {"evidence": {"turn": 0, "quote": "Hello"}},
        {"evidence": [{"turn": 0, "quote": "Hello", "page": 1}]},
        {"score": 1, "confidence": "high"},
    ],
)
def test_what_can_mean_only_one_thing_is_read_as_that(written: dict[str, Any]) -> None:
    assert read({"greeting": {**GOOD, **written}, "thanks": GOOD}) == read({"greeting": GOOD, "thanks": GOOD})


def test_labels_of_several_words_may_be_written_with_blanks_and_nothing_may_be_null() -> None:
    written = {"label": "Not met", "evidence": None, "reason": None}
    claim = read({"greeting": written, "thanks": {**GOOD, "label": "Cannot-assess"}}).claims["greeting"]
    assert (claim.label, claim.quotes, claim.reason) == ("not_met", (), "")


def test_levels_that_differ_in_letters_alone_are_not_guessed_between() -> None:
    levels = [{"value": v, "points": p, "anchor": v} for v, p in (("Good", 1), ("good", 0))]
    scaled = item("tone", scale={"levels": levels}, evidence={"required_for": ()})
    assert read({"tone": answer("GOOD")}, [scaled]).problems["tone"].startswith("malformed: label")
    assert read({"tone": answer("good")}, [scaled]).claims["tone"].label == "good"


def test_a_problem_does_not_repeat_what_was_written() -> None:
    # it is told to the judge outside the fence, and whoever wrote the transcript may have made the judge write it
    for broken in ({"label": "s3cret"}, {"evidence": [{"s3cret": 1}]}, {"evidence": "s3cret"}):
        assert "s3cret" not in problem({**GOOD, **broken})


def test_quotes_beyond_the_fourth_are_left_out() -> None:
    many = answer("met", *[(n, f"words {n}") for n in range(9)])
    assert len(read({"greeting": many, "thanks": GOOD}).claims["greeting"].quotes) == MAX_QUOTES


# Answers of which nothing can be read.


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "unreadable_answer"),
        ("The agent did well on all points.", "unreadable_answer"),
        ('{"result": "fine"}', "unreadable_answer"),
        ("[]", "unreadable_answer"),
        ("I'm sorry, but I can't help with that.", "refused"),
        ("I cannot grade this conversation.", "refused"),
        ("Es tut mir leid, das kann ich nicht.", "refused"),
    ],
)
def test_an_answer_without_any_item_is_told_with_a_hint(text: str, problem: str) -> None:
    reply = read_text(text, ITEMS, response_model(ITEMS))
    assert [found.partition(": ")[0] for found in reply.problems.values()] == [problem] * 2
    assert all("llm-grader doctor" in found for found in reply.problems.values())


# What an answer takes.

_PROVEN = ("Good morning, this is Ana speaking.", "Greets by name before the matter.")
_NOTHING = "Never names a day or a period."


def test_an_answer_about_22_items_takes_at_most_800_tokens() -> None:
    # as a model writes it, compact: 14 labels with one quote of 6 words, 8 that rest on something missing;
    # a token is about 4 bytes
    items = load_rubric("helpdesk_qa").model_items("chat")[:22]
    quote, why = _PROVEN
    written = {one.id: answer("met", (12, quote), reason=why) for one in items[:14]}
    written |= {one.id: answer("not_met", reason=_NOTHING) for one in items[14:]}
    text = json.dumps(written, separators=(",", ":"))
    assert set(read_answers(json.loads(text), items, response_model(items)).claims) == {one.id for one in items}
    assert len(items) == 22
    assert len(text.encode()) / 4 <= 800


# Replies add up.


def test_a_later_reply_counts_where_both_speak() -> None:
    first = Reply(
        claims={"a": Claim(item_id="a", label="met")}, problems={"b": "missing"}, usage=Usage(requests=1, cost=1.0)
    )
    later = Reply(
        claims={"b": Claim(item_id="b", label="not_met")}, problems={"a": "missing"}, usage=Usage(requests=2, cost=2.0)
    )
    both = first + later
    assert (set(both.claims), both.problems) == ({"a", "b"}, {})  # what was said once is not unsaid
    assert (both.usage.requests, both.usage.cost) == (3, 3.0)


def test_what_is_unknown_in_one_reply_is_unknown_in_the_sum() -> None:
    known, unknown = Usage(requests=1, prompt_tokens=5), Usage(requests=1, prompt_tokens=None, cost=None)
    for total in (known + unknown, unknown + known):
        assert (total.requests, total.prompt_tokens, total.cost) == (2, None, None)
        assert total.completion_tokens == 0


# Reading text: what of it becomes a claim.


@pytest.mark.parametrize(
    "text",
    [
        '{"greeting": {"label": "met"}, "greeting": {"label": "not_met"}, "thanks": {"label": "met"}}',
        '{"greeting": {"label": "met"}, "greeting": {"label": "not_met"}, "thanks": {"label": "met"}, "more": {"la',
    ],
)
def test_an_item_that_is_answered_twice_has_no_answer(text: str) -> None:
    found = parse_answers(text)
    assert found["thanks"] == {"label": "met"}
    assert read(found).problems["greeting"] == "duplicate"
    assert has_duplicate_keys(text)


@pytest.mark.parametrize(
    "inner",
    [
        '"evidence": [], "reason": "", "label": "met", "label": "not_met"',
        '"evidence": [{"turn": 0, "turn": 1, "quote": "Hello"}], "reason": "", "label": "met"',
        '"evidence": [{"turn": 0, "quote": "Hello", "quote": "Bye"}], "reason": "", "label": "met"',
    ],
)
def test_a_key_that_comes_twice_inside_an_answer_spoils_that_answer(inner: str) -> None:
    text = '{"greeting": {' + inner + '}, "thanks": ' + json.dumps(GOOD) + "}"
    assert has_duplicate_keys(text)
    reply = read(parse_answers(text))
    assert set(reply.claims) == {"thanks"}
    assert reply.problems["greeting"].startswith("malformed")


@given(st.text() | _JSON.map(json.dumps) | st.tuples(_JSON.map(json.dumps), st.text()).map("".join))
def test_reading_any_text_ends_in_claims_or_problems(text: str) -> None:
    reply = read(parse_answers(text))
    assert set(reply.claims) | set(reply.problems) == {"greeting", "thanks"}
    assert not set(reply.claims) & set(reply.problems)
    assert has_duplicate_keys(text) in (True, False)
