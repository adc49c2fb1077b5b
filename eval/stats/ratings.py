"""Ratings as arrays: categories become numbers, what is missing becomes -1, closeness of categories a weight."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Rating = str | float | bool | None
Row = Sequence[Rating] | npt.NDArray[Any]
Ratings = Sequence[Row] | npt.NDArray[Any]
Weights = Literal["linear", "quadratic", "ordinal"] | FloatArray | Sequence[Sequence[float]] | None

MISSING = -1
_ZERO = 1e-12


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient of agreement.

    `estimate` is NaN where the coefficient is not defined. `se` is its standard error where a formula exists and it is
    defined, else None. `n` counts the units (or pairs) it rests on. `observed` and `expected` are the agreement seen
    and the agreement expected by chance, for coefficients of the form (observed - expected) / (1 - expected).
    `se_null` is the standard error if there were no agreement beyond chance.
    """

    estimate: float
    se: float | None
    n: int
    observed: float | None = None
    expected: float | None = None
    se_null: float | None = None


def code_ratings(ratings: Ratings, labels: Sequence[Rating] | None = None) -> tuple[IntArray, tuple[Rating, ...]]:
    """Codes of `ratings` (raters × units), and the categories that they number; None and NaN become MISSING.

    Args:
        ratings: one row a rater, all of one length.
        labels: every category in order; without it those that occur, numbers before strings, each sorted.

    Returns:
        The codes (raters × units) and the categories that they index.

    Raises:
        ValueError: the rows differ in length, a category occurs twice in `labels`, or a rating is none of them.
        TypeError: a row is a string, which would be taken apart into letters.
    """
    rows = [row.tolist() if isinstance(row, np.ndarray) else list(row) for row in rater_rows(ratings)]
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"expected as many ratings from each rater, found {[len(row) for row in rows]}")
    if labels is None:
        seen = {value for row in rows for value in row if not is_missing(value)}
        categories: tuple[Rating, ...] = tuple(sorted(seen, key=lambda value: (isinstance(value, str), value)))
    else:
        categories = tuple(labels)
    index = index_of(categories)
    try:
        coded = [[MISSING if is_missing(value) else index[value] for value in row] for row in rows]
    except KeyError as error:
        raise ValueError(f"found the rating {error.args[0]!r}, expected one of {list(categories)}") from None
    return np.array(coded, dtype=np.int64).reshape(len(rows), -1 if rows else 0), categories


def rater_rows(ratings: Ratings | Any) -> Iterator[Row]:
    """The rows of ratings, one a rater; of a data frame the columns, as there a rater has a column.

    Raises:
        TypeError: the ratings, or those of one rater, are a string.
    """
    if hasattr(ratings, "columns") and hasattr(ratings, "to_numpy"):
        ratings = ratings.to_numpy().T
    for row in ratings:
        if isinstance(row, str):
            raise TypeError("expected the ratings of each rater as a list or a column, found text")
        yield row


def is_missing(value: Any) -> bool:
    """Whether a rating is absent: None, NaN, or what pandas has for them. Strings never are, whatever they say."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def index_of(categories: Iterable[Hashable]) -> dict[Any, int]:
    """The position of each category.

    Raises:
        ValueError: one occurs twice.
    """
    listed = list(categories)
    index = {category: position for position, category in enumerate(listed)}
    if len(index) != len(listed):
        raise ValueError(f"expected each category once, found {listed}")
    return index


def code_pairs(a: Row, b: Row, labels: Sequence[Rating] | None = None) -> tuple[IntArray, tuple[Rating, ...]]:
    """The codes (2 × pairs) of the units that both `a` and `b` rated, and the categories."""
    codes, categories = code_ratings([a, b], labels)
    return codes[:, (codes != MISSING).all(axis=0)], categories


def confusion(codes: IntArray, k: int) -> FloatArray:
    """The k × k table of pairs (2 × n codes): rows are the first rater's categories, columns the second's."""
    counts = np.bincount(codes[0] * k + codes[1], minlength=k * k).astype(np.float64)
    return counts.reshape(k, k)


def category_counts(codes: IntArray, k: int) -> FloatArray:
    """How many raters put each unit into each category: units × k."""
    return np.asarray((codes[:, :, None] == np.arange(k)).sum(axis=0), dtype=np.float64)


def positions(categories: Sequence[Rating], *, ordered: bool) -> FloatArray:
    """Where the categories stand on their scale: numbers at their value, strings at their place in the order given.

    Raises:
        ValueError: they are strings, and nobody said in which order they come (`ordered` is false).
    """
    if all(isinstance(category, int | float) for category in categories):
        return np.array(categories, dtype=np.float64)
    if not ordered:
        raise ValueError(f"say the order of {list(categories)} with labels=: the distance between them depends on it")
    return np.arange(len(categories), dtype=np.float64)


def agreement_weights(weights: Weights, categories: Sequence[Rating], *, ordered: bool = True) -> FloatArray:
    """How much of an agreement each pair of categories is: k × k, 1 on the diagonal.

    `linear` is 1 - d / max d and `quadratic` 1 - (d / max d)², with d the distance on the scale; `ordinal` are Gwet's
    (2014) fixed weights 1 - C(m, 2) / C(k, 2), with m the number of categories from one to the other.

    Raises:
        ValueError: the matrix is not k × k with ones on the diagonal, or the order of the categories is not known.
    """
    k = len(categories)
    if weights is None or k < 2:
        return np.eye(k)
    if not isinstance(weights, str):
        return _checked(np.asarray(weights, dtype=np.float64), k)
    if weights not in ("linear", "quadratic", "ordinal"):
        raise ValueError(f"weights: expected linear, quadratic, ordinal or a matrix, found {weights!r}")
    places = positions(categories, ordered=ordered)
    if weights == "ordinal":
        steps = np.abs(np.subtract.outer(np.argsort(np.argsort(places)), np.argsort(np.argsort(places))))
        return np.asarray(1 - steps * (steps + 1) / (k * (k - 1)), dtype=np.float64)
    distance = np.abs(np.subtract.outer(places, places))
    return np.asarray(1 - (distance / distance.max()) ** (1 if weights == "linear" else 2), dtype=np.float64)


def _checked(matrix: FloatArray, k: int) -> FloatArray:
    if matrix.shape != (k, k) or not np.allclose(np.diag(matrix), 1):
        raise ValueError(f"weights: expected a {k} × {k} matrix with ones on the diagonal, found {matrix.tolist()}")
    return matrix


def beyond_chance(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """(observed - expected) / (1 - expected), elementwise; NaN where chance alone would already agree always."""
    room = 1 - np.asarray(expected, dtype=np.float64)
    safe = np.where(np.abs(room) > _ZERO, room, np.nan)
    return np.asarray((observed - expected) / safe, dtype=np.float64)


def defined(value: float) -> float | None:
    """`value`, or None when it is not a finite number: how a standard error is reported."""
    return float(value) if np.isfinite(value) else None
