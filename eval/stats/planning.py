"""Sample sizes: how many labels it takes."""

from __future__ import annotations

from math import ceil, log
from statistics import NormalDist


def labels_needed(kappa: float, prevalence: float, half_width: float, *, confidence: float = 0.95) -> int:
    """How many transcripts, each labelled by both sides, bring κ of a binary item within ± `half_width`.

    n = z²/d² · (1 - κ)·[(1 - κ)(1 - 2κ) + κ(2 - κ) / (2π(1 - π))], the large-sample variance of Bloch and Kraemer
    (1989) and Donner and Eliasziw (1992).

    Args:
        kappa: the agreement expected, 0–1.
        prevalence: the share π of either class, between 0 and 1.
        half_width: half of the interval's width, d.
        confidence: the interval's coverage.

    Raises:
        ValueError: an argument is out of its range.
    """
    if not (0 <= kappa <= 1 and 0 < prevalence < 1 and half_width > 0):
        raise ValueError(
            "expected 0 <= kappa <= 1, 0 < prevalence < 1 and half_width > 0, "
            f"found {kappa}, {prevalence} and {half_width}"
        )
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    skew = 2 * prevalence * (1 - prevalence)
    spread = (1 - kappa) * ((1 - kappa) * (1 - 2 * kappa) + kappa * (2 - kappa) / skew)
    return max(1, ceil(z * z / half_width**2 * spread))


def cases_for_share(share: float, floor: float, *, confidence: float = 0.95) -> int | None:
    """How many cases, of which `share` succeed, show that the true share is at least `floor`: Wilson's lower bound.

    n = z²·floor·(1 - floor) / (share - floor)². None when the share is not above the floor: no number shows it.

    Raises:
        ValueError: an argument is not a share.
    """
    if not (0 <= share <= 1 and 0 <= floor <= 1):
        raise ValueError(f"expected shares between 0 and 1, found {share} and {floor}")
    if share <= floor:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return max(1, ceil(z * z * floor * (1 - floor) / (share - floor) ** 2))


def zero_error_n(max_error: float, *, confidence: float = 0.95) -> int:
    """How many cases without a single error show that the error rate is at most `max_error`.

    The smallest n with (1 - max_error)^n <= 1 - confidence.

    Raises:
        ValueError: an argument is not between 0 and 1.
    """
    if not (0 < max_error < 1 and 0 < confidence < 1):
        raise ValueError(f"expected shares between 0 and 1, found {max_error} and {confidence}")
    return ceil(log(1 - confidence) / log(1 - max_error))
