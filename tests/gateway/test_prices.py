"""What tokens cost; what is not known stays unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader.gateway.prices import Price, cost_of
from llm_grader.usage import Usage

OWN = {"m": Price(input=2.0, output=10.0, cached=0.5), "plain": Price(input=2.0, output=10.0)}
ELSEWHERE = "https://models.example/v1"


def used(prompt: int | None, cached: int | None, completion: int | None) -> Usage:
    return Usage(requests=1, prompt_tokens=prompt, cached_tokens=cached, completion_tokens=completion)


def test_own_prices_are_per_million_tokens() -> None:
    # (1000 − 400) · 2 + 400 · 0.5 + 50 · 10 = 1200 + 200 + 500 = 1900 millionths
    assert cost_of(used(1000, 400, 50), "m", ELSEWHERE, OWN) == pytest.approx(1900e-6)


def test_without_a_price_for_cached_tokens_they_cost_what_the_others_do() -> None:
    # 1000 · 2 + 50 · 10 = 2500 millionths
    assert cost_of(used(1000, 400, 50), "plain", ELSEWHERE, OWN) == pytest.approx(2500e-6)


def test_where_cached_tokens_are_unknown_all_are_taken_as_fresh() -> None:
    assert cost_of(used(1000, None, 50), "m", ELSEWHERE, OWN) == pytest.approx(2500e-6)


@pytest.mark.parametrize("usage", [used(None, 0, 50), used(1000, 0, None), used(None, None, None)])
def test_an_unknown_count_has_an_unknown_cost(usage: Usage) -> None:
    assert cost_of(usage, "m", ELSEWHERE, OWN) is None
    assert cost_of(usage, "gpt-5-mini", None, {}) is None


def test_nothing_used_costs_nothing() -> None:
    assert cost_of(used(0, 0, 0), "m", ELSEWHERE, OWN) == 0


def test_list_prices_are_those_of_the_provider_at_the_address() -> None:
    listed = cost_of(used(1_000_000, 0, 0), "gpt-5-mini", None, {})
    assert listed is not None
    assert 0 < listed < 10  # a small model's million tokens cost cents to dollars
    assert cost_of(used(1_000_000, 0, 0), "gpt-5-mini", "https://api.openai.com/v1", {}) == listed
    assert cost_of(used(1_000_000, 1_000_000, 0), "gpt-5-mini", None, {}) < listed  # type: ignore[operator]


@pytest.mark.parametrize(
    ("model", "url"),
    [
        ("no-such-model", None),
        ("gpt-5-mini", ELSEWHERE),
        ("gpt-5-mini", "http://127.0.0.1:8000/v1"),
        ("gpt-5-mini", "http://localhost/v1"),
        ("gpt-5-mini", "http://[::1]:8000/v1"),
        ("", None),
    ],
)
def test_no_price_is_made_up(model: str, url: str | None) -> None:
    assert cost_of(used(1000, 0, 50), model, url, {}) is None


def test_own_prices_win() -> None:
    own = {"gpt-5-mini": Price(input=0, output=0)}
    assert cost_of(used(1000, 0, 50), "gpt-5-mini", None, own) == 0
    assert cost_of(used(1000, 0, 50), "gpt-5-mini", "http://127.0.0.1:8000/v1", own) == 0


@given(st.integers(-5, 10**9), st.none() | st.integers(-5, 10**9), st.integers(-5, 10**9))
def test_whatever_a_server_reports_the_cost_is_not_negative(prompt: int, cached: int | None, completion: int) -> None:
    for model, url in (("m", ELSEWHERE), ("gpt-5-mini", None)):
        cost = cost_of(used(prompt, cached, completion), model, url, OWN)
        assert cost is None or cost >= 0
