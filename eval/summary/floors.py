"""Floors that items have to reach: a κ, or a gate; and why one misses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isnan
from typing import Literal

from llm_grader.errors import UsageError
from llm_grader.eval.judge.gates import Colour
from llm_grader.eval.judge.report import ItemRow

Floor = float | Literal["amber", "green"]

_RANKS: dict[Colour | None, int] = {"green": 2, "amber": 1}


def parse_floor(text: str) -> Floor:
    """A floor as `--fail-under` takes it: a κ, or the gate `amber` or `green`.

    Raises:
        UsageError: it is neither.
    """
    if text in _RANKS:
        return "green" if text == "green" else "amber"
    try:
        kappa = float(text)
    except ValueError:
        kappa = float("nan")
    if not -1 <= kappa <= 1:
        raise UsageError(f"--fail-under: expected a κ between -1 and 1, amber or green, found {text!r}")
    return kappa


def below(rows: Iterable[ItemRow], floor: Floor) -> Iterator[str]:
    """The items that miss a floor, each with the reason: its κ is lower or not known, or its gate is lower.

    Labels of a model that are the judge's own reach none: they are no second opinion.
    """
    for row in rows:
        kappa = row.figures.kappa
        if row.figures.same_as_judge:
            yield f"{row.figures.item_id}: the labels are a model's and all as the judge's own: they show nothing"
        elif isinstance(floor, str):
            if _RANKS.get(row.gate.colour, 0) < _RANKS[floor]:
                reasons = "; ".join(reason.text for reason in row.gate.reasons)
                yield f"{row.figures.item_id}: {row.gate.colour or 'no gate'}, not {floor}: {reasons}"
        elif isnan(kappa.estimate):
            yield f"{row.figures.item_id}: κ is not known: {_why_unknown(row)}"
        elif kappa.estimate < floor:
            yield (
                f"{row.figures.item_id}: κ = {kappa.estimate:.2f} ({kappa.low:.2f} to {kappa.high:.2f}), "
                f"AC = {row.figures.ac.estimate:.2f}, n = {row.figures.scored}; expected at least {floor:g}"
            )


def _why_unknown(row: ItemRow) -> str:
    if row.figures.scored == 0:
        return "no verdict meets a label"
    return f"gold and judge give all {row.figures.scored} the same label: add conversations in which it differs"
