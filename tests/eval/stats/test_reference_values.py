"""Every published or independently computed value that is known for these formulas, to its tolerance.

The values are kept outside the repository; without them these tests are skipped. Values of coefficients that this
package does not offer (Conger's κ, Bowker's and Bhapkar's tests, the maximum of κ, …) are not compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llm_grader.eval import agreement
from llm_grader.eval.agreement import Proportion, alt_test, dawid_skene, item_difficulty
from llm_grader.eval.stats import pass_rates as correction
from llm_grader.eval.stats import planning
from llm_grader.eval.stats import probabilities as calibration

REFERENCE = Path(__file__).parents[3].parent / "shared" / "reference_values.json"
CASES: list[dict[str, Any]] = json.loads(REFERENCE.read_text())["cases"] if REFERENCE.exists() else []
BY_ID = {case["id"]: case for case in CASES}
Data = dict[str, Any]
Found = dict[str, Any]


def unrolled(table: list[list[int]]) -> tuple[list[int], list[int]]:
    cells = [(i, j, count) for i, row in enumerate(table) for j, count in enumerate(row)]
    return [i for i, _, n in cells for _ in range(n)], [j for _, j, n in cells for _ in range(n)]


def two_raters(data: Data) -> Found:
    a, b = unrolled(data["table_rows_rater1_cols_rater2"])
    labels = list(range(len(data["table_rows_rater1_cols_rater2"])))
    kappa = agreement.cohen_kappa(a, b, weights=data["agreement_weights"], labels=labels)
    ac1 = agreement.gwet_ac1([a, b], labels=labels)
    recall, precision = agreement.recall_by_class(a, b), agreement.recall_by_class(b, a)
    return {
        "kappa": kappa.estimate,
        "se": kappa.se,
        "se0": kappa.se_null,
        "po": kappa.observed,
        "pe": kappa.expected,
        "scott_pi": agreement.scott_pi(a, b, labels=labels).estimate,
        "gwet_ac1": ac1.estimate,
        "gwet_ac1_se": ac1.se,
        "brennan_prediger": agreement.brennan_prediger([a, b], labels=labels).estimate,
        "mcc": agreement.matthews(a, b).estimate,
        "recall_cat0_cat1": [recall[label].estimate for label in recall],
        "precision_cat0_cat1": [precision[label].estimate for label in precision],
    }


def two_raters_weighted(data: Data) -> Found:
    a, b = unrolled(data["table_rows_rater1_cols_rater2"])
    kappa = agreement.cohen_kappa(a, b, weights=data["weights_name"])
    ac2 = agreement.gwet_ac2([a, b], weights=data["weights_name"])
    return {
        "weighted_kappa": kappa.estimate,
        "weighted_kappa_se": kappa.se,
        "gwet_ac2": ac2.estimate,
        "gwet_ac2_se": ac2.se,
    }


def many_raters(data: Data) -> Found:
    ratings = np.array(data["ratings_units_by_raters"], dtype=float).T
    weights = None if data["weights_name"] == "identity" else data["weights_name"]
    ac, fleiss, uniform = (
        measure(ratings, weights=weights)
        for measure in (agreement.gwet_ac2, agreement.fleiss_kappa, agreement.brennan_prediger)
    )
    found: Found = {"pa": ac.observed, "gwet_ac": ac.estimate, "gwet_ac_se": ac.se}
    found |= {"fleiss": fleiss.estimate, "fleiss_se": fleiss.se}
    found |= {"brennan_prediger": uniform.estimate, "brennan_prediger_se": uniform.se}
    if weights is None:  # the library's "ordinal" α uses fixed weights, which Krippendorff's does not
        alpha = agreement.krippendorff_alpha(ratings)
        found |= {"krippendorff": alpha.estimate, "krippendorff_se": alpha.se}
    return found


def alpha(data: Data) -> Found:
    ratings = np.array(data["ratings_raters_by_units"], dtype=float)
    return {
        level: agreement.krippendorff_alpha(ratings, level=level).estimate
        for level in ("nominal", "ordinal", "interval", "ratio")
    }


def fleiss(data: Data) -> Found:
    counts = data["counts_subjects_by_categories"]
    ratings = np.array([np.repeat(range(len(row)), row) for row in counts]).T
    kappa = agreement.fleiss_kappa(ratings)
    return {
        "kappa": kappa.estimate,
        "po": kappa.observed,
        "pe": kappa.expected,
        "randolph": agreement.brennan_prediger(ratings).estimate,
    }


def paired(data: Data) -> Found:
    if "b" in data:
        return {"p_mid": agreement.mcnemar_midp(data["b"], data["c"]).p}
    test = agreement.stuart_maxwell(data["table"])
    return {"stuart_maxwell": test.statistic, "df": test.df, "p": test.p}


def interval(data: Data) -> Found:
    wilson, exact = (f(data["x"], data["n"]) for f in (agreement.wilson, agreement.clopper_pearson))
    return {"wilson": [wilson.low, wilson.high], "clopper_pearson": [exact.low, exact.high]}


def multiplicity(data: Data) -> Found:
    hochberg, yekutieli = (
        f(data["p"], q=data["q"]) for f in (agreement.benjamini_hochberg, agreement.benjamini_yekutieli)
    )
    return {
        "adj_bh": hochberg.p,
        "adj_by": yekutieli.p,
        "n_reject_bh": sum(hochberg.rejected),
        "n_reject_by": sum(yekutieli.rejected),
    }


def corrected(data: Data) -> Found:
    found = correction.rogan_gladen(
        Proportion(data["p"], 0, 1, data["n"]),
        specificity=Proportion(data["specificity_q0"], 0, 1, data["m0"]),
        sensitivity=Proportion(data["sensitivity_q1"], 0, 1, data["m1"]),
    )
    return {"theta": found.estimate, "lo": found.low, "hi": found.high}


def prediction_powered(data: Data) -> Found:
    found = correction.ppi_mean(data["Y"], data["Yhat"], data["Yhat_unlabeled"], weight=1)
    return {"theta": found.estimate, "lo": found.low, "hi": found.high, "lambda": found.weight}


def alternative(data: Data) -> Found:
    found = alt_test(data["humans"], data["llm"], epsilon=data["epsilon"], q=data["q_fdr"], score=data["score"])
    return {
        "winning_rate": found.winning_rate,
        "rho": found.advantage,
        "p_values": found.p,
        "rho_j": found.advantages,
    }


def latent_truth(data: Data) -> Found:
    found = dawid_skene(data["counts_patient_observer_class"])
    return {
        "class_prior": found.prevalence,
        "error_rates_observer1_rows_true": found.confusion[0].ravel(),
        "error_rates_observer2": found.confusion[1].ravel(),
        "argmax_class": found.truth.argmax(axis=1) + 1,
    }


def difficulties(data: Data) -> Found:
    rows = [
        [int(answer) for answer in pattern] for pattern, count in data["patterns"].items() for _ in range(int(count))
    ]
    found = item_difficulty(rows)
    return {
        "difficulty": found.difficulty,
        "discrimination": found.discrimination,
        "loglik": found.log_likelihood,
    }


def planned(data: Data) -> Found:
    if "max_error" in data:
        return {"n": planning.zero_error_n(data["max_error"], confidence=data["conf"])}
    return {"n": planning.labels_needed(data["kappa"], data["prevalence"], data["half_width"], confidence=data["conf"])}


def calibrated(data: Data) -> Found:
    p, y = np.array(data["p"]), np.array(data["y"])
    return {
        "brier": calibration.brier(p, y),
        "auroc": calibration.auroc(p, y),
        "ece10": calibration.expected_calibration_error(p, y, bins=data["bins"]),
        "aurc": calibration.risk_coverage_area(np.maximum(p, 1 - p), (p > 0.5) == y),
    }


TOPICS: dict[str, Callable[[Data], Found]] = {
    "two raters": two_raters,
    "two raters weighted": two_raters_weighted,
    "multi-rater with missing": many_raters,
    "krippendorff alpha": alpha,
    "fleiss kappa": fleiss,
    "paired / drift": paired,
    "proportion CI": interval,
    "multiplicity": multiplicity,
    "judge-bias correction": corrected,
    "prediction-powered inference": prediction_powered,
    "alt-test": alternative,
    "latent truth": latent_truth,
    "irt": difficulties,
    "planning": planned,
    "probability calibration": calibrated,
}


@pytest.mark.skipif(not CASES, reason="the reference values are not here")
@pytest.mark.parametrize("case_id", [case["id"] for case in CASES])
def test_each_reference_value_is_met(case_id: str) -> None:
    case = BY_ID[case_id]
    found = TOPICS[case["topic"]](case["data"])
    shared = found.keys() & case["expected"].keys()
    assert shared, f"nothing to compare in {case_id}"
    for name in shared:
        assert found[name] == pytest.approx(case["expected"][name], abs=case["tolerance"], rel=0), name


@pytest.mark.skipif(not CASES, reason="the reference values are not here")
@pytest.mark.parametrize("case_id", [c["id"] for c in CASES if c["published"]])
def test_each_printed_value_is_met_to_its_last_decimal(case_id: str) -> None:
    case = BY_ID[case_id]
    found = TOPICS[case["topic"]](case["data"])
    for name in found.keys() & case["published"].keys():
        value, decimals = case["published"][name]
        assert found[name] == pytest.approx(value, abs=0.5 * 10**-decimals + 1e-9, rel=0), name
