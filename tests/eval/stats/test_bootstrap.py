from __future__ import annotations

from math import isnan

import numpy as np
import pytest

from llm_grader.eval.agreement import cluster_bootstrap, cluster_tables, cohen_kappa, kappa_of_tables
from llm_grader.eval.stats.bootstrap import replicates
from llm_grader.eval.stats.ratings import FloatArray, category_counts, code_ratings
from llm_grader.eval.stats.reliability import alpha_of_coincidences, coincidences
from tests.support.effort import least_seconds

NOMINAL = np.eye(2)


def kappa(tables: FloatArray) -> FloatArray:
    return kappa_of_tables(tables, NOMINAL)


def test_the_estimate_is_the_statistic_of_the_data() -> None:
    a = ["y", "y", "n", "n", "y", "n"]
    b = ["y", "n", "n", "n", "y", "y"]
    tables = cluster_tables(a, b, clusters=["t1", "t1", "t2", "t2", "t3", "t3"], labels=["n", "y"])
    assert tables.shape == (3, 2, 2)
    assert tables[0].tolist() == [[0, 0], [1, 1]]
    found = cluster_bootstrap(kappa, tables, seed=1)
    assert found.estimate == pytest.approx(cohen_kappa(a, b).estimate)
    assert found.n == 3


def test_the_same_seed_gives_the_same_interval_and_another_another() -> None:
    tables = np.random.default_rng(3).integers(0, 5, size=(40, 2, 2))
    assert cluster_bootstrap(kappa, tables, seed=7) == cluster_bootstrap(kappa, tables, seed=7)
    assert cluster_bootstrap(kappa, tables, seed=7).low != cluster_bootstrap(kappa, tables, seed=8).low


def test_identical_clusters_leave_no_doubt() -> None:
    found = cluster_bootstrap(kappa, [[[3, 1], [1, 3]]] * 10, seed=1)
    assert found.low == pytest.approx(found.estimate) == pytest.approx(found.high)


def test_no_cluster_and_one_cluster() -> None:
    assert isnan(cluster_bootstrap(kappa, np.zeros((0, 2, 2)), seed=1).estimate)
    single = cluster_bootstrap(kappa, [[[3, 1], [1, 3]]], seed=1)
    assert single.low == single.high == single.estimate == pytest.approx(0.5)


def test_an_undefined_statistic_has_no_interval() -> None:
    found = cluster_bootstrap(kappa, [[[1, 0], [0, 0]]] * 20, seed=1)
    assert isnan(found.estimate)
    assert isnan(found.low)
    assert found.defined == 0


def test_replicates_in_blocks_have_the_shape_of_the_statistic_and_are_the_same() -> None:
    units = np.arange(30.0).reshape(10, 3)
    draws = replicates(lambda sums: sums / 10, units, n=25, seed=1, block=70)
    assert draws.shape == (25, 3)
    assert np.array_equal(draws, replicates(lambda sums: sums / 10, units, n=25, seed=1))


def simulate(random: np.random.Generator, transcripts: int) -> FloatArray:
    """Tables per transcript of four items whose answers, and whose errors, hang together within a transcript."""
    quality = random.beta(2, 1, size=transcripts)[:, None]
    slip = random.beta(0.5, 4.5, size=transcripts)[:, None]
    gold = (random.random((transcripts, 4)) < quality).astype(int)
    judge = np.where(random.random((transcripts, 4)) < slip, 1 - gold, gold)
    tables = np.zeros((transcripts, 2, 2))
    np.add.at(tables, (np.repeat(np.arange(transcripts), 4), gold.ravel(), judge.ravel()), 1)
    return tables


def test_intervals_hold_the_truth_though_items_of_a_transcript_hang_together() -> None:
    truth = float(kappa(simulate(np.random.default_rng(0), 400_000).sum(axis=0)[None])[0])
    random = np.random.default_rng(20240501)
    held = 0
    for run in range(400):
        found = cluster_bootstrap(kappa, simulate(random, 80), n=400, seed=run)
        held += found.low <= truth <= found.high
    assert held / 400 >= 0.92


def test_two_thousand_replicates_of_500_transcripts_24_items_and_3_annotators_take_seconds() -> None:
    random = np.random.default_rng(5)
    ratings = random.integers(0, 2, size=(3, 500 * 24))

    def bootstrap() -> None:
        codes, categories = code_ratings(ratings)
        units = coincidences(category_counts(codes, len(categories))).reshape(500, 24, 2, 2)
        draws = replicates(lambda sums: alpha_of_coincidences(sums, "nominal", np.arange(2.0)), units, seed=1)
        assert draws.shape == (2000, 24)

    assert least_seconds(bootstrap, below=5) < 5
