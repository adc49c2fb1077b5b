"""Agreement, its intervals and its tests: the public face of this package's statistics.

Two raters: `percent_agreement`, `cohen_kappa`, `scott_pi`, `matthews`, `recall_by_class`.
Several raters, with gaps: `fleiss_kappa`, `krippendorff_alpha`, `gwet_ac1`, `gwet_ac2`, `brennan_prediger`, `icc`.
Intervals: `cluster_bootstrap`. Paired tests: `mcnemar_midp`, `stuart_maxwell`. Many tests: `benjamini_hochberg`,
`benjamini_yekutieli`.

For binary items Pearson, Spearman, Kendall's τ-b, φ and Matthews' correlation are one number; `matthews` is its name
here. What does not apply or cannot be assessed is no category of agreement: leave it out (None) and report how much was
left out.
"""

from __future__ import annotations

from llm_grader.eval.stats.bootstrap import Interval, cluster_bootstrap
from llm_grader.eval.stats.many_raters import brennan_prediger, fleiss_kappa, gwet_ac1, gwet_ac2, scott_pi
from llm_grader.eval.stats.multiplicity import Adjusted, benjamini_hochberg, benjamini_yekutieli
from llm_grader.eval.stats.paired import PairedTest, mcnemar_midp, stuart_maxwell
from llm_grader.eval.stats.proportions import Proportion, clopper_pearson, wilson
from llm_grader.eval.stats.ratings import Agreement
from llm_grader.eval.stats.reliability import icc, krippendorff_alpha
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
    "Interval",
    "PairedTest",
    "Proportion",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "brennan_prediger",
    "clopper_pearson",
    "cluster_bootstrap",
    "cluster_tables",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "icc",
    "kappa_of_tables",
    "krippendorff_alpha",
    "matthews",
    "mcnemar_midp",
    "percent_agreement",
    "recall_by_class",
    "scott_pi",
    "stuart_maxwell",
    "wilson",
]
