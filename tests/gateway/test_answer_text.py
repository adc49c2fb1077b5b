"""What is read from the text of an answer: as much as can be trusted, and whether a key comes twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader.gateway.answer_text import has_duplicate_keys, parse_answers
from llm_grader.testing import answer

GOOD = answer("met", (0, "Hello"))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"label": "met"}}',
        '  \n{"a": {"label": "met"}}\n ',
        '```json\n{"a": {"label": "met"}}\n```',
        'Here are the verdicts: {"a": {"label": "met"}} I hope this helps {really}.',
        'For {name} I say: {"a": {"label": "met"}}',
        'An empty {} and then {"a": {"label": "met"}}',
    ],
)
def test_prose_and_fences_around_the_answer_are_skipped(text: str) -> None:
    assert parse_answers(text) == {"a": {"label": "met"}}


def test_of_several_objects_the_last_one_counts() -> None:
    # what comes before may be repeated from the transcript
    assert parse_answers('The customer wrote {"a": 1}. My verdicts: {"a": 2}') == {"a": 2}


@pytest.mark.parametrize(
    "text", ["", "no", "I cannot say.", "{", "{}", "[]", "null", '"{"', "{'a': 1}", '{"a"', '{"a":']
)
def test_nothing_readable_is_nothing(text: str) -> None:
    assert parse_answers(text) == {}


def test_of_a_cut_off_answer_only_whole_items_are_kept() -> None:
    whole = json.dumps({"a": GOOD, "b": GOOD, "c": GOOD})
    for end in range(len(whole)):
        found = parse_answers(whole[:end])
        assert list(found) == ["a", "b", "c"][: len(found)]
        assert all(value == GOOD for value in found.values()), whole[:end]


def test_a_cut_off_answer_whose_label_came_first_is_not_kept() -> None:
    cut = '{"a": {"label": "met", "reason": "", "evidence": [{"turn": 0, "quote": "Hello"}'
    assert parse_answers(cut) == {}


def test_keys_of_different_objects_may_be_the_same() -> None:
    assert not has_duplicate_keys(json.dumps({"greeting": GOOD, "thanks": GOOD}))


@pytest.mark.parametrize(
    "text", ["{" * 100_000, '{"a":' * 20_000, "[" * 100_000, '{"a": ' + "9" * 10_000 + "}", '{"a": "' + "\\" * 99_999]
)
def test_hostile_text_is_read_without_harm(text: str) -> None:
    assert parse_answers(text) == {}
    assert not has_duplicate_keys(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1), _JSON, min_size=1, max_size=4))
def test_whole_json_is_read_as_it_is(answers: dict[str, Any]) -> None:
    text = json.dumps(answers)
    assert json.dumps(parse_answers(text)) == text


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ('{"a": 1, "b": {"a": 1}}', False),
        ('{"a": 1, "a": 2}', True),
        ('{"a": [{"b": 1, "b" : 2}]}', True),
        ('{"a" :1, "a": "x\\":"}', True),  # what looks like a key inside of words makes up for none
        ('{"a": "he said \\"x\\": y"}', False),
        ('{"a": 1, "\\u0061": 2}', True),
        ('```json\n{"a": 1, "a": 2}\n```', True),
    ],
)
def test_a_key_that_comes_twice_is_found_anywhere(text: str, twice: bool) -> None:
    assert has_duplicate_keys(text) is twice
