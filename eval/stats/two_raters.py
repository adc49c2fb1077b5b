"""Agreement between two: a judge and a gold label, an auditor and another.

Every function takes two sequences over the same units. Units that either left out (None, NaN) are dropped; `n` says how
many remain. With no unit left everything is NaN. `labels` lists the categories in their order; it is needed when the
categories are strings and `weights` depend on their order.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from llm_grader.eval.stats.proportions import Proportion, wilson
from llm_grader.eval.stats.ratings import (
    Agreement,
    FloatArray,
    Rating,
    Row,
    Weights,
    agreement_weights,
    beyond_chance,
    code_pairs,
    code_ratings,
    confusion,
    index_of,
)


def percent_agreement(a: Row, b: Row, *, weights: Weights = None, labels: Sequence[Rating] | None = None) -> Agreement:
    """The share of units on which both say the same, 0–1; with `weights`, the mean weight of what they say."""
    p, w, n = _shares(a, b, weights, labels)
    if n == 0:
        return Agreement(float("nan"), None, 0)
    observed = float((w * p).sum())
    return Agreement(observed, float(np.sqrt(max(0.0, (w**2 * p).sum() - observed**2) / n)), n, observed)


def cohen_kappa(a: Row, b: Row, *, weights: Weights = None, labels: Sequence[Rating] | None = None) -> Agreement:
    """Cohen's κ, weighted or not (Cohen 1960, 1968), with the standard errors of Fleiss, Cohen and Everitt (1969).

    κ = (po - pe) / (1 - pe), po = Σ w·p, pe = Σ w·row·column. NaN when both use one and the same category throughout:
    there is no agreement beyond chance to be had, and none to be missed. 0 when one of them is constant and the other
    is not: a constant judge earns nothing.
    """
    p, w, n = _shares(a, b, weights, labels)
    if n == 0:
        return Agreement(float("nan"), None, 0)
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((w * p).sum()), float(rows @ w @ columns)
    kappa = float(beyond_chance(np.array(observed), np.array(expected)))
    if np.isnan(kappa):
        return Agreement(kappa, None, n, observed, expected)
    margins = (w @ columns)[:, None] + (rows @ w)[None, :]
    spread = float((p * (w - margins * (1 - kappa)) ** 2).sum() - (kappa - expected * (1 - kappa)) ** 2)
    spread_null = float((np.outer(rows, columns) * (w - margins) ** 2).sum() - expected**2)
    scale = np.sqrt(n) * (1 - expected)
    se, se_null = (float(np.sqrt(max(0.0, value)) / scale) for value in (spread, spread_null))
    return Agreement(kappa, se, n, observed, expected, se_null)


def kappa_of_tables(tables: FloatArray, weights: FloatArray) -> FloatArray:
    """Cohen's κ of many tables at once: (…, k, k) counts to (…) values. For resampling; no standard errors."""
    p = shares_of(tables)
    observed = (p * weights).sum(axis=(-2, -1))
    expected = np.einsum("...i,ij,...j->...", p.sum(axis=-1), weights, p.sum(axis=-2))
    return beyond_chance(observed, expected)


def shares_of(tables: FloatArray) -> FloatArray:
    """Each (…, k, k) table divided by its sum; NaN where the sum is 0."""
    total = tables.sum(axis=(-2, -1), keepdims=True)
    return np.asarray(tables / np.where(total > 0, total, np.nan), dtype=np.float64)


def matthews(a: Row, b: Row, *, labels: Sequence[Rating] | None = None) -> Agreement:
    """Matthews' correlation (Gorodkin 2004 for three and more categories).

    For two categories it equals φ, Pearson's r, Spearman's ρ and Kendall's τ-b. NaN when either is constant.
    """
    p, _, n = _shares(a, b, None, labels)
    if n == 0:
        return Agreement(float("nan"), None, 0)
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    spread = (1 - rows @ rows) * (1 - columns @ columns)
    together = float(np.trace(p) - rows @ columns)
    return Agreement(together / float(np.sqrt(spread)) if spread > 1e-12 else float("nan"), None, n)


def recall_by_class(
    gold: Row, judge: Row, *, labels: Sequence[Rating] | None = None, confidence: float = 0.95
) -> dict[Rating, Proportion]:
    """For each category of the gold label, the share that the judge found, with Wilson's interval.

    Swap the arguments for precision. A category that gold never has gets NaN and n = 0.
    """
    codes, categories = code_pairs(gold, judge, labels)
    table = confusion(codes, len(categories))
    return {
        category: wilson(table[i, i], table[i].sum(), confidence=confidence) for i, category in enumerate(categories)
    }


def cluster_tables(
    a: Row, b: Row, *, clusters: Sequence[Hashable], labels: Sequence[Rating] | None = None
) -> FloatArray:
    """One confusion table (k × k) per cluster, in order of first appearance: what `cluster_bootstrap` resamples.

    Args:
        a: ratings of the first, one a unit.
        b: ratings of the second.
        clusters: the transcript that each unit belongs to.
        labels: every category in order.
    """
    codes, categories = code_ratings([a, b], labels)
    k = len(categories)
    index = index_of(dict.fromkeys(clusters))
    tables = np.zeros((len(index), k, k))
    both = (codes >= 0).all(axis=0)
    where = np.array([index[cluster] for cluster in clusters], dtype=np.int64)
    np.add.at(tables, (where[both], codes[0, both], codes[1, both]), 1)
    return tables


def _shares(a: Row, b: Row, weights: Weights, labels: Sequence[Rating] | None) -> tuple[FloatArray, FloatArray, int]:
    codes, categories = code_pairs(a, b, labels)
    w = agreement_weights(weights, categories, ordered=labels is not None)
    n = codes.shape[1]
    return confusion(codes, len(categories)) / max(n, 1), w, n
