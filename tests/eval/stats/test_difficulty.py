"""How hard items are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from llm_grader.eval.agreement import item_difficulty
from llm_grader.eval.stats.ratings import FloatArray


def answered(difficulties: list[float], slope: float, conversations: int) -> FloatArray:
    random = np.random.default_rng(11)
    quality = random.normal(size=(conversations, 1))
    p = special.expit(slope * (quality - np.array(difficulties)))
    return np.asarray(random.random(p.shape) < p, dtype=np.float64)


def test_what_made_the_answers_is_found_again() -> None:
    found = item_difficulty(answered([-2.0, -0.5, 0.0, 1.0], 1.5, 4000))
    assert found.difficulty == pytest.approx((-2.0, -0.5, 0.0, 1.0), abs=0.12)
    assert found.discrimination == pytest.approx(1.5, abs=0.12)
    assert found.n == 4000


def test_answers_left_out_of_the_better_conversations_do_not_make_an_item_look_hard() -> None:
    answers = answered([-1.0, 0.0, 0.0, 0.0, 0.0], 2.0, 4000)
    answers[answers[:, 1:].sum(axis=1) > 2, 0] = np.nan
    assert np.nanmean(answers[:, 0]) < 0.7  # of all conversations about four in five meet it
    assert item_difficulty(answers).difficulty[0] == pytest.approx(-1.0, abs=0.15)


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ([1.0, 0.0], "found shape"),
        ([[1.0, 2.0], [0.0, 0.0]], "1, 0 or NaN"),
        ([[1.0, 0.0], [1.0, 1.0]], r"one alone for the items \[0\]"),
    ],
)
def test_answers_that_tell_nothing_are_refused(answers: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        item_difficulty(answers)  # type: ignore[arg-type]
