"""Statistics of judges and auditors: the public face of `eval.stats`.

Two raters: `percent_agreement`, `cohen_kappa`, `matthews`, `recall_by_class`.
Several raters, with gaps: `scott_pi`, `fleiss_kappa`, `krippendorff_alpha`, `gwet_ac1`, `gwet_ac2`,
`brennan_prediger`, `icc`.
Intervals: `cluster_bootstrap` for any statistic, `wilson` and `clopper_pearson` for shares.
Paired tests: `mcnemar_midp`, `stuart_maxwell`, `signed_test`, and the power of the first, `mcnemar_power`. Many tests:
`benjamini_hochberg`, `benjamini_yekutieli`, `holm`.
Auditors: `auditor_severity` says how strict each is, `dawid_skene` what was likely true where they disagree, `alt_test`
whether a judge may stand in for one of them.
Items: `item_difficulty` puts them on one scale with the quality of conversations.
Judges: `rogan_gladen` and `ppi_mean` correct pass rates, `find_route` says from which confidence on verdicts may stand.

For binary items Pearson, Spearman, Kendall's τ-b, φ and Matthews' correlation are one number; `matthews` is its name
here. What does not apply or cannot be assessed is no category of agreement: leave it out (None) and report how much was
left out.
"""

from __future__ import annotations

from llm_grader.eval.stats.alternative_annotator import AltTest, alt_test
from llm_grader.eval.stats.bootstrap import Interval, cluster_bootstrap
from llm_grader.eval.stats.difficulty import Difficulty, item_difficulty
from llm_grader.eval.stats.many_raters import brennan_prediger, fleiss_kappa, gwet_ac1, gwet_ac2, scott_pi
from llm_grader.eval.stats.paired import (
    Adjusted,
    PairedTest,
    benjamini_hochberg,
    benjamini_yekutieli,
    holm,
    mcnemar_midp,
    mcnemar_power,
    signed_test,
    stuart_maxwell,
)
from llm_grader.eval.stats.pass_rates import Corrected, ppi_mean, rogan_gladen
from llm_grader.eval.stats.proportions import Proportion, clopper_pearson, wilson
from llm_grader.eval.stats.ratings import Agreement
from llm_grader.eval.stats.reliability import icc, krippendorff_alpha
from llm_grader.eval.stats.routing import Route, find_route
from llm_grader.eval.stats.severity import LatentTruth, Severity, auditor_severity, dawid_skene
from llm_grader.eval.stats.two_raters import (
    cluster_tables,
    cohen_kappa,
    kappa_of_tables,
    matthews,
    percent_agreement,
    recall_by_class,
)

__all__ = [
    "Adjusted",
    "Agreement",
    "AltTest",
    "Corrected",
    "Difficulty",
    "Interval",
    "LatentTruth",
    "PairedTest",
    "Proportion",
    "Route",
    "Severity",
    "alt_test",
    "auditor_severity",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "brennan_prediger",
    "clopper_pearson",
    "cluster_bootstrap",
    "cluster_tables",
    "cohen_kappa",
    "dawid_skene",
    "find_route",
    "fleiss_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "holm",
    "icc",
    "item_difficulty",
    "kappa_of_tables",
    "krippendorff_alpha",
    "matthews",
    "mcnemar_midp",
    "mcnemar_power",
    "percent_agreement",
    "ppi_mean",
    "recall_by_class",
    "rogan_gladen",
    "scott_pi",
    "signed_test",
    "stuart_maxwell",
    "wilson",
]
