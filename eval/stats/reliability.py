"""Krippendorff's α for any level of measurement, and intraclass correlations for numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from llm_grader.eval.stats.ratings import (
    Agreement,
    FloatArray,
    Rating,
    Ratings,
    category_counts,
    code_ratings,
    defined,
    is_missing,
    positions,
    rater_rows,
)

Level = Literal["nominal", "ordinal", "interval", "ratio"]
Form = Literal["1", "A1", "C1", "1k", "Ak", "Ck"]


def krippendorff_alpha(
    ratings: Ratings, *, level: Level = "nominal", labels: Sequence[Rating] | None = None
) -> Agreement:
    """Krippendorff's α = 1 - observed / expected disagreement on the coincidence matrix (Krippendorff 2011).

    Args:
        ratings: raters × units, or a data frame with a column a rater; None and NaN are missing. Units with fewer than
            two ratings are left out.
        level: how far apart two categories are. `ordinal` counts the ratings between them, which depends on the data
            (Krippendorff's own; Gwet's fixed `ordinal` weights are another thing).
        labels: the categories in order; needed for `ordinal` when they are strings.

    Returns:
        NaN when no unit has two ratings, or when only one category is ever used: without variation reliability cannot
        be told. The standard error is Gwet's (2014, chapter 5), None for `ordinal`, whose distances are data too.

    Raises:
        ValueError: `interval` or `ratio` with categories that are not numbers, or `ordinal` without their order.
    """
    codes, categories = code_ratings(ratings, labels)
    values = _values(categories, level, ordered=labels is not None)
    counts = category_counts(codes, len(categories))
    counts = counts[counts.sum(axis=1) > 1]
    if len(counts) == 0:
        return Agreement(float("nan"), None, 0)
    estimate = float(alpha_of_coincidences(coincidences(counts).sum(axis=0), level, values))
    if np.isnan(estimate) or level == "ordinal":
        return Agreement(estimate, None, len(counts))
    return Agreement(estimate, _standard_error(counts, _distances(level, values, counts.sum(axis=0))), len(counts))


def coincidences(counts: FloatArray) -> FloatArray:
    """The coincidence matrix of each unit, from how many raters chose each category: units × k to units × k × k.

    Units with fewer than two ratings get zeros. The matrices add up: resample units by summing them.
    """
    raters = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    return np.asarray(pairs / np.maximum(raters - 1, 1)[:, None, None], dtype=np.float64)


def alpha_of_coincidences(tables: FloatArray, level: Level, values: FloatArray) -> FloatArray:
    """α of summed coincidence matrices: (…, k, k) to (…); `values` are the k categories' places on the scale."""
    totals = tables.sum(axis=-1)
    n = totals.sum(axis=-1)
    distances = _distances(level, values, totals)
    seen = (tables * distances).sum(axis=(-2, -1))
    possible = (totals[..., :, None] * totals[..., None, :] * distances).sum(axis=(-2, -1))
    return np.asarray(1 - (n - 1) * seen / np.where(possible > 0, possible, np.nan), dtype=np.float64)


def _values(categories: Sequence[Rating], level: Level, *, ordered: bool) -> FloatArray:
    if level == "nominal":
        return np.arange(len(categories), dtype=np.float64)
    if level in ("interval", "ratio") and any(isinstance(category, str) for category in categories):
        raise ValueError(f"level {level}: expected numbers, found {list(categories)}")
    return positions(categories, ordered=ordered)


def _distances(level: Level, values: FloatArray, totals: FloatArray) -> FloatArray:
    """Squared distances between the categories (…, k, k); only the ordinal ones depend on `totals` (…, k)."""
    k = len(values)
    gap = np.subtract.outer(values, values)
    if level == "nominal":
        return np.asarray(1.0 - np.eye(k))
    if level == "interval":
        return np.asarray(gap**2)
    if level == "ratio":
        size = np.add.outer(values, values)
        return np.asarray((gap / np.where(size == 0, 1, size)) ** 2)
    order = np.argsort(values)
    middle = np.empty_like(totals)
    # From one category's middle to another's lie all ratings between them and half of each end's.
    middle[..., order] = np.cumsum(totals[..., order], axis=-1) - totals[..., order] / 2
    return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2)


def _standard_error(counts: FloatArray, distances: FloatArray) -> float | None:
    n = len(counts)
    if n < 2:
        return None
    w = 1 - distances / distances.max()
    raters = counts.sum(axis=1)
    size, excess = raters.mean(), (raters - raters.mean()) / raters.mean()
    agreeing = (counts * (counts @ w - 1)).sum(axis=1) / (size * (raters - 1))
    share = counts.mean(axis=0) / size
    observed, expected = agreeing.mean(), float(share @ w @ share)
    alpha = (observed - expected) / (1 - expected)
    by_chance = counts @ (w @ share) / size - expected * excess
    # With few ratings α corrects the agreement seen by one part in their number.
    corrected = observed + (1 - observed) / raters.sum()
    parts = agreeing - corrected * excess - expected - 2 * (1 - alpha) * (by_chance - expected)
    return defined(float(np.sqrt(((parts / (1 - expected) - alpha) ** 2).sum() / (n * (n - 1)))))


def icc(ratings: Ratings, *, form: Form = "A1") -> Agreement:
    """Intraclass correlation from the mean squares of Shrout and Fleiss (1979), named as by McGraw and Wong (1996).

    Args:
        ratings: numbers, raters × units. Units that a rater left out are dropped: the formulas need a full table.
        form: `1` one-way, `A1` two-way absolute agreement, `C1` two-way consistency; `1k`, `Ak`, `Ck` the same for the
            mean of all raters.

    Returns:
        NaN with fewer than two raters or two complete units, or when nothing varies.
    """
    table = np.array([[np.nan if is_missing(x) else x for x in row] for row in rater_rows(ratings)], dtype=np.float64).T
    table = table[~np.isnan(table).any(axis=1)] if table.size else table.reshape(0, 0)
    n, k = table.shape
    if n < 2 or k < 2:
        return Agreement(float("nan"), None, n)
    between, raters, error, within = _mean_squares(table)
    noise = within if form[0] == "1" else error
    bias = k / n * (raters - error) if form[0] == "A" else 0.0
    spread = between + (bias / k if form.endswith("k") else (k - 1) * noise + bias)
    return Agreement(float((between - noise) / spread) if spread > 0 else float("nan"), None, n)


def _mean_squares(table: FloatArray) -> tuple[float, float, float, float]:
    """Mean squares between units, between raters, of the residual, and within units."""
    n, k = table.shape
    grand = table.mean()
    between = k * float(((table.mean(axis=1) - grand) ** 2).sum())
    raters = n * float(((table.mean(axis=0) - grand) ** 2).sum())
    total = float(((table - grand) ** 2).sum())
    error = total - between - raters
    return between / (n - 1), raters / (k - 1), error / ((n - 1) * (k - 1)), (total - between) / (n * (k - 1))
