"""Cards on a terminal: readable at 80 columns, and what is bad looks bad."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from llm_grader.cli.terminal.show import ItemLine, items_of, print_card, stdout_console
from tests.support.results import RUBRIC, Case, card_of, talk

LINES = items_of(RUBRIC, "en")


def printed(width: int) -> list[str]:
    console = Console(file=StringIO(), width=width, highlight=False)
    case = Case(talk("t1"), {"blame": "met", "care": "2", "solution": "not_met"}, {"greeting": (0, 0, 24)})
    print_card(console, card_of(case), LINES)
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_weight_critical_and_penalty_stand_beside_the_item() -> None:
    lines = printed(120)
    assert any(line.split()[:3] == ["met", "Greets", "(2)"] for line in lines)
    assert any("Solves (1, critical)" in line for line in lines)
    assert any("Blames (−1)" in line for line in lines)


def test_a_level_says_its_place_on_the_scale() -> None:
    assert any("2 of 4" in line for line in printed(120))
    assert ItemLine("Cares", levels=("poor", "good")).label("good") == "good, 2 of 2"


def test_a_penalty_that_is_met_is_as_bad_as_an_item_that_is_not() -> None:
    assert (LINES["blame"].style("met"), LINES["greeting"].style("not_met")) == ("red", "red")
    assert (LINES["blame"].style("not_met"), LINES["care"].style("1")) == ("green", "red")
    assert LINES["blame"].label("met") == "met: a fault"


def test_at_80_columns_the_words_stand_below_the_item_and_nothing_is_cut() -> None:
    lines = printed(80)
    greets = next(number for number, line in enumerate(lines) if "Greets" in line)
    assert "“Hello, this is the desk.”" in lines[greets + 1]
    assert max(map(len, lines)) <= 80


def test_the_width_that_the_environment_states_counts_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert stdout_console().width == 120
    monkeypatch.setenv("COLUMNS", "72")
    assert stdout_console().width == 72
