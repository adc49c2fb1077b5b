from __future__ import annotations

from typing import Any

import pytest
from pydantic import AwareDatetime, Field, ValidationError

from llm_grader.files.problems import Problem, explain
from llm_grader.transcript import Model


class Part(Model):
    name: str = Field(min_length=2)
    share: float = Field(default=0, ge=0, lt=1)


class Whole(Model):
    count: int = 0
    at: AwareDatetime | None = None
    part: str | Part = ""
    parts: tuple[Part, ...] = Field(default=(), min_length=1)


def problems(data: Any) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate(data)
    return explain(caught.value, data, keys=["count", "parts", "share"])


def test_what_is_right_beside_a_problem_is_not_mentioned() -> None:
    assert problems({"count": "x", "part": "y"}) == [Problem(("count",), "expected a whole number, found 'x'")]


def test_alternatives_for_one_value_are_one_problem() -> None:
    assert problems({"part": 3}) == [Problem(("part",), "expected text or a mapping, found the number 3")]


def test_only_the_alternative_that_was_meant_is_explained() -> None:
    assert problems({"part": {"name": "ab", "share": 1}}) == [
        Problem(("part", "share"), "expected less than 1, found the number 1")
    ]
    assert problems({"part": {}}) == [Problem(("part",), "the key 'name' is missing")]


def test_what_follows_from_another_problem_is_left_out() -> None:
    # The only part is broken, so that pydantic also counts no parts at all.
    assert problems({"parts": [{"name": "a"}]}) == [
        Problem(("parts", 0, "name"), "expected at least 2 characters, found 'a'")
    ]
    assert problems({"parts": []}) == [Problem(("parts",), "expected a list of at least 1, found a list of 0")]


def test_an_unknown_key_is_named_with_the_closest_one() -> None:
    assert problems({"cuont": 1}) == [Problem(("cuont",), "unknown key; did you mean 'count'?")]
    assert problems({"zzz": 1}) == [Problem(("zzz",), "unknown key")]


@pytest.mark.parametrize("at", ["yesterday", "2026-01-31T09:00:00", 1.5e300])
def test_a_time_is_expected_with_its_zone(at: Any) -> None:
    (problem,) = problems({"at": at})
    assert problem.place == ("at",)
    assert problem.message.startswith("expected a time with its zone, such as 2026-01-31T09:00:00+01:00, found ")


def test_a_long_text_is_cut() -> None:
    (problem,) = problems({"count": "x" * 1000})
    assert len(problem.message) < 120
