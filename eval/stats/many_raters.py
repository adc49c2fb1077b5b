"""Agreement among several raters, corrected for chance in different ways.

Every function takes ratings, raters × units; None and NaN are missing. Units that one rater alone rated tell nothing of
agreement, and still tell how common the categories are (Gwet 2014); units nobody rated count for nothing. `n` is the
number of units that two or more rated. With none, everything is NaN; a single unit has no standard error.
`labels` lists the categories, used or not: some coefficients depend on how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from llm_grader.eval.stats.ratings import (
    Agreement,
    FloatArray,
    Rating,
    Ratings,
    Row,
    Weights,
    agreement_weights,
    beyond_chance,
    category_counts,
    code_ratings,
)

_Chance = Callable[[FloatArray, FloatArray], FloatArray]


def fleiss_kappa(ratings: Ratings, *, weights: Weights = None, labels: Sequence[Rating] | None = None) -> Agreement:
    """Fleiss' κ (1971), for any number of raters a unit; chance is Σ w·π·π with π the mean share of each category.

    NaN when a single category is ever used.
    """
    return _corrected(ratings, weights, labels, lambda share, w: (w @ share + share @ w) / 2)


def scott_pi(a: Row, b: Row, *, weights: Weights = None, labels: Sequence[Rating] | None = None) -> Agreement:
    """Scott's π (1955): two raters, chance from their pooled shares. The same as `fleiss_kappa` of the two.

    NaN when both use one and the same category throughout.
    """
    return fleiss_kappa([a, b], weights=weights, labels=labels)


def gwet_ac1(ratings: Ratings, *, labels: Sequence[Rating] | None = None) -> Agreement:
    """Gwet's AC1 (2008): chance is Σ π·(1 - π) / (k - 1), which stays small when one category dominates.

    1 when everyone always says the same and `labels` names another category that could have been said; NaN when there
    is only one category.
    """
    return gwet_ac2(ratings, weights=None, labels=labels)


def gwet_ac2(ratings: Ratings, *, weights: Weights, labels: Sequence[Rating] | None = None) -> Agreement:
    """Gwet's AC2 (2014): AC1 with partial agreement; chance is Σw / (k·(k - 1)) · Σ π·(1 - π)."""
    return _corrected(ratings, weights, labels, _gwet_chance)


def brennan_prediger(ratings: Ratings, *, weights: Weights = None, labels: Sequence[Rating] | None = None) -> Agreement:
    """Brennan and Prediger's coefficient (1981), PABAK for two categories: every category equally likely by chance.

    1 when everyone always says the same and `labels` names another category; NaN when there is only one.
    """
    return _corrected(ratings, weights, labels, lambda share, w: np.full(len(share), w.sum() / len(share) ** 2))


def _gwet_chance(share: FloatArray, w: FloatArray) -> FloatArray:
    k = len(share)
    return np.asarray(w.sum() / (k * (k - 1)) * (1 - share) if k > 1 else np.ones(k), dtype=np.float64)


def ac_of_tables(tables: FloatArray, weights: FloatArray) -> FloatArray:
    """AC1 or AC2 of two raters for many tables at once: (…, k, k) counts to (…) values."""
    total = tables.sum(axis=(-2, -1), keepdims=True)
    p = tables / np.where(total > 0, total, np.nan)
    share = (p.sum(axis=-1) + p.sum(axis=-2)) / 2
    k = weights.shape[0]
    spread = weights.sum() / (k * (k - 1)) if k > 1 else np.nan
    return beyond_chance((p * weights).sum(axis=(-2, -1)), spread * (share * (1 - share)).sum(axis=-1))


def _corrected(ratings: Ratings, weights: Weights, labels: Sequence[Rating] | None, chance: _Chance) -> Agreement:
    """(observed - expected) / (1 - expected), with the linearised variance of Gwet (2014, chapter 5).

    `chance` gives, from the categories' shares and the weights, how likely each category is met by chance; the expected
    agreement is its mean over the shares.
    """
    codes, categories = code_ratings(ratings, labels)
    w = agreement_weights(weights, categories, ordered=labels is not None)
    counts = category_counts(codes, len(categories))
    raters = counts.sum(axis=1)
    counts, raters = counts[raters > 0], raters[raters > 0]
    n, pairable = len(counts), int((raters > 1).sum())
    if pairable == 0:
        return Agreement(float("nan"), None, 0)
    agreeing = (counts * (counts @ w - 1)).sum(axis=1) / np.maximum(raters * (raters - 1), 1)
    shares = counts / raters[:, None]
    by_chance = chance(shares.mean(axis=0), w)
    observed, expected = agreeing.sum() / pairable, shares.mean(axis=0) @ by_chance
    estimate = float(beyond_chance(observed, expected))
    if np.isnan(estimate):
        return Agreement(estimate, None, pairable, float(observed), float(expected))
    pairs = n / pairable * (agreeing - expected * (raters > 1))
    parts = (pairs - 2 * (1 - estimate) * (shares @ by_chance - expected)) / (1 - expected)
    # Gwet divides by n² for tables of two raters and by n·(n - 1) otherwise.
    freedom = n if len(codes) == 2 else n - 1
    se = float(np.sqrt(((parts - estimate) ** 2).sum() / (n * freedom))) if n > 1 else None
    return Agreement(estimate, se, pairable, float(observed), float(expected))
