"""Many tests at once: p-values adjusted so that the share of false discoveries stays below a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Adjusted p-values in the order given, and which of them are at most `q`."""

    p: tuple[float, ...]
    rejected: tuple[bool, ...]
    q: float


def benjamini_hochberg(p: Sequence[float], *, q: float = 0.05) -> Adjusted:
    """Control the false discovery rate of independent or positively dependent tests (Benjamini and Hochberg 1995).

    Raises:
        ValueError: a p-value is not between 0 and 1. NaN is not: leave out what was not tested.
    """
    return _step_up(p, q, 1.0)


def benjamini_yekutieli(p: Sequence[float], *, q: float = 0.05) -> Adjusted:
    """Control the false discovery rate under any dependence (Benjamini and Yekutieli 2001): costs a factor Σ 1/i.

    Raises:
        ValueError: a p-value is not between 0 and 1.
    """
    return _step_up(p, q, float(sum(1 / i for i in range(1, len(p) + 1))))


def _step_up(p: Sequence[float], q: float, factor: float) -> Adjusted:
    values: npt.NDArray[np.float64] = np.asarray(p, dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"expected p-values between 0 and 1, found {list(p)}")
    m = len(values)
    order = np.argsort(values, kind="stable")[::-1]
    scaled = values[order] * m * factor / np.arange(m, 0, -1)
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(1, np.minimum.accumulate(scaled))
    return Adjusted(tuple(adjusted.tolist()), tuple((adjusted <= q).tolist()), q)
