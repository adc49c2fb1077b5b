from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from llm_grader.eval.stats.probabilities import (
    Calibrator,
    auroc,
    brier,
    expected_calibration_error,
    fit_calibrator,
    fit_platt,
    fit_temperature,
    risk_coverage_area,
)
from llm_grader.eval.stats.ratings import FloatArray


def sample(n: int, *, slope: float, intercept: float = 0.0) -> tuple[FloatArray, FloatArray]:
    """Probabilities whose true log-odds are slope · stated + intercept."""
    random = np.random.default_rng(4)
    p = random.uniform(0.02, 0.98, n)
    truth = random.random(n) < Calibrator(slope, intercept).calibrated(p)
    return p, truth.astype(float)


def test_scores_of_a_small_example_by_hand() -> None:
    p, y = [0.9, 0.8, 0.3, 0.6], [1, 0, 0, 1]
    # The mean of .01, .64, .09 and .16.
    assert brier(p, y) == pytest.approx(0.225)
    # Positives .9 and .6, negatives .8 and .3: three of four pairs in order.
    assert auroc(p, y) == 0.75
    # Each in a bin of its own: (.1 + .8 + .3 + .4) / 4.
    assert expected_calibration_error(p, y) == pytest.approx(0.4)
    # .9 and .8 share the upper of two bins with .6: |(.9 + .8 + .6) - 2| / 4 + |.3 - 0| / 4.
    assert expected_calibration_error(p, y, bins=2) == pytest.approx(0.15)
    # By confidence .9, .8, .6, .3 the second and the fourth are wrong: (0 + 1/2 + 1/3 + 2/4) / 4.
    assert risk_coverage_area(p, y) == pytest.approx((1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_bins_are_open_below_and_closed_above() -> None:
    # .5 belongs to (0, .5] with .1; 0 goes to the first bin and 1 to the last.
    assert expected_calibration_error([0.5, 0.1], [1, 0], bins=2) == pytest.approx(0.2)
    assert expected_calibration_error([0.0, 1.0], [0, 1], bins=2) == 0


def test_tied_probabilities_count_half() -> None:
    assert auroc([0.5, 0.5], [1, 0]) == 0.5


def test_temperature_undoes_overconfidence() -> None:
    p, y = sample(4000, slope=0.5)
    found = fit_temperature(p, y)
    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert found.intercept == 0
    better, worse = (expected_calibration_error(q, y) for q in (found.calibrated(p), p))
    assert better < worse / 3


def test_platt_undoes_a_shift_too() -> None:
    p, y = sample(4000, slope=0.6, intercept=1.0)
    found = fit_platt(p, y)
    assert found.slope == pytest.approx(0.6, abs=0.08)
    assert found.intercept == pytest.approx(1.0, abs=0.12)


def test_few_labels_get_a_temperature_and_many_get_platt() -> None:
    p, y = sample(300, slope=0.6, intercept=1.0)
    assert fit_calibrator(p[:299], y[:299]).intercept == 0
    assert fit_calibrator(p, y).intercept != 0


def test_one_class_and_no_labels_stay_finite() -> None:
    for fit in (fit_temperature, fit_platt):
        assert np.isfinite(fit([0.9, 0.8, 1.0], [1, 1, 1]).calibrated([0.0, 0.5, 1.0])).all()
        assert fit([], []) == Calibrator(1, 0)
    assert isnan(auroc([0.9, 0.8], [1, 1]))
    assert all(isnan(score([], [])) for score in (brier, auroc, expected_calibration_error, risk_coverage_area))
    with pytest.raises(ValueError, match="one label"):
        brier([0.5], [1, 0])
