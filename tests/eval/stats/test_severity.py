from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from llm_grader.eval.agreement import auditor_severity, dawid_skene
from llm_grader.eval.stats.ratings import FloatArray


def crossed(random: np.random.Generator, severities: list[float], transcripts: int) -> FloatArray:
    quality = random.normal(0.5, 1, size=(1, transcripts, 1))
    ease = np.array([-1.0, 0.0, 0.5, 1.0])
    odds = ease + quality - np.array(severities)[:, None, None]
    return np.asarray(random.random(odds.shape) < special.expit(odds), dtype=np.float64)


def test_the_stricter_auditor_has_the_higher_severity() -> None:
    found = auditor_severity(crossed(np.random.default_rng(3), [-0.8, 0.0, 0.8], 150))
    assert found.estimate == pytest.approx((-0.8, 0.0, 0.8), abs=0.3)
    assert sum(found.estimate) == pytest.approx(0, abs=1e-9)


def test_standard_errors_describe_the_spread_over_repeats() -> None:
    random = np.random.default_rng(5)
    runs = [auditor_severity(crossed(random, [-0.5, 0.5], 40)) for _ in range(30)]
    spread = np.std([run.estimate[0] for run in runs])
    assert np.mean([run.se[0] for run in runs]) == pytest.approx(spread, rel=0.4)


def test_auditors_who_agree_have_no_severity() -> None:
    same = np.random.default_rng(0).integers(0, 2, size=(1, 30, 3))
    assert auditor_severity(np.repeat(same, 3, axis=0)).estimate == pytest.approx((0, 0, 0), abs=1e-3)


def test_a_set_with_gaps_is_refused() -> None:
    answers = np.ones((2, 3, 4))
    answers[0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="gap"):
        auditor_severity(answers)
    with pytest.raises(ValueError, match="two or more auditors"):
        auditor_severity(np.ones((1, 3, 4)))
    with pytest.raises(ValueError, match="two or more auditors"):
        auditor_severity(np.ones((2, 0, 4)))


def test_the_truth_follows_the_reliable_auditors() -> None:
    random = np.random.default_rng(2)
    truth = (random.random(300) < 0.6).astype(int)
    reliability = [0.95, 0.95, 0.55, 0.55, 0.55]
    given = np.array([np.where(random.random(300) < r, truth, 1 - truth) for r in reliability])
    counts = np.eye(2)[given.T]
    found = dawid_skene(counts)
    majority = counts.sum(axis=1).argmax(axis=1)
    assert (found.truth.argmax(axis=1) == truth).mean() > (majority == truth).mean() + 0.03
    assert found.confusion[0, 0, 0] == pytest.approx(0.95, abs=0.06)
    assert found.prevalence.sum() == pytest.approx(1)


def test_unanimous_auditors_are_believed() -> None:
    counts = np.eye(2)[np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]])]
    assert dawid_skene(counts).truth.argmax(axis=1).tolist() == [0, 1, 0]


def test_latent_truth_needs_three_auditors_and_an_answer_to_each_unit() -> None:
    with pytest.raises(ValueError, match="three or more"):
        dawid_skene(np.ones((5, 2, 2)))
    with pytest.raises(ValueError, match="every unit"):
        dawid_skene(np.zeros((5, 3, 2)))
