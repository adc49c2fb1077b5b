"""Agreement of the embedded model's fits with labels, as a table: item by item, cue by cue, and over what is judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llm_grader.eval.measured.item_fit import Known, Labelled, left_out
from llm_grader.eval.stats.bootstrap import cluster_bootstrap
from llm_grader.eval.stats.ratings import agreement_weights
from llm_grader.eval.stats.two_raters import cluster_tables, kappa_of_tables
from llm_grader.local.fits import FitAgreement, Fits, ItemFit

_ENOUGH_APART = 30
_ENOUGH_OF_EACH = 5


def agreement_apart(rows: Sequence[Known], log_odds: Sequence[float], *, seed: int) -> FitAgreement | None:
    """The agreement on conversations on which no phrase was tried.

    None where they are too few to tell: fewer than 30, or fewer than five labels of one kind, which leave κ to chance.
    """
    apart = [(row, value) for row, value in given(rows, log_odds) if not row.tried]
    met = sum(row.met for row, _ in apart)
    if len({row.transcript_id for row, _ in apart}) < _ENOUGH_APART or min(met, len(apart) - met) < _ENOUGH_OF_EACH:
        return None
    return agreement_of([row for row, _ in apart], [value for _, value in apart], seed=seed)


def agreement_of(rows: Sequence[Known], log_odds: Sequence[float], *, seed: int) -> FitAgreement:
    """Cohen's κ of the verdicts with the labels, its 95 % interval over conversations. No skill where it is undefined.

    Args:
        rows: what was known, and the label; where no verdict is given for lack of words, none is compared.
        log_odds: of met, one for each row, by a fit that had not seen its conversation.
        seed: of the resampling.
    """
    compared = given(rows, log_odds)
    if not compared:
        return FitAgreement(kappa=0, low=0, high=0, conversations=0)
    clusters = [row.transcript_id for row, _ in compared]
    truth, judged = [row.met for row, _ in compared], [value > 0 for _, value in compared]
    tables = cluster_tables(truth, judged, clusters=clusters, labels=(False, True))
    weights = agreement_weights(None, (False, True))
    found = cluster_bootstrap(lambda sums: kappa_of_tables(sums, weights), tables, seed=seed)
    values = [value if value == value else 0.0 for value in (found.estimate, found.low, found.high)]
    kappa, low, high = (round(value, 3) for value in values)
    return FitAgreement(kappa=kappa, low=low, high=high, conversations=len(set(clusters)))


def given(rows: Sequence[Known], log_odds: Sequence[float]) -> list[tuple[Known, float]]:
    """The rows that get a verdict, each with its log-odds."""
    return [(row, value) for row, value in zip(rows, log_odds, strict=True) if row.gets(value)]


def render_fits_table(fits: Fits, labelled: Sequence[Labelled], *, seed: int) -> str:
    """The table: each item and what it goes by, each cue, and all that is judged together, in English and elsewhere."""
    lines = [f"{'':44}{'n':>5}{'met':>6}  {'κ':>5} {'95 % interval':>14} {'apart':>6} {'interval':>14}  goes by"]
    for rubric_id, item, rows, doubtful in labelled:
        fit = fits.rubrics.get(rubric_id, {}).get(item.id)
        judged = bool(fit and fit.judges(item))
        left = f"; {doubtful} doubtful" if doubtful else ""
        lines.append(_line(f"{rubric_id}.{item.id}", rows, fit, judged=judged, seed=seed) + left)
    lines += [
        _line(
            f"cue {id_}",
            [row for one in labelled if one.item.cue == id_ for row in one.rows],
            fit,
            judged=fit.is_good_enough,
            seed=seed,
        )
        for id_, fit in fits.cues.items()
    ]
    return "\n".join([*lines, *_together(fits, labelled, seed)]) + "\n"


def _line(name: str, rows: Sequence[Known], fit: ItemFit | None, *, judged: bool, seed: int) -> str:
    if fit is None:
        return f"{name:44}{len(rows):5}{sum(row.met for row in rows):6}  too few labels"
    compared = [row for row, _ in given(rows, left_out(rows, seed=seed))]
    counts = f"{name:44}{len(compared):5}{sum(row.met for row in compared):6}"
    weights = (("the model", fit.whole), ("the model, turn by turn", fit.turns), ("words", fit.found))
    by = ", ".join(name for name, weight in weights if weight)
    goes_by = by if judged else f"not judged ({by})"
    one = fit.agreement
    apart = f"{fit.apart.kappa:6.2f} {fit.apart.low:6.2f} to {fit.apart.high:.2f}" if fit.apart else f"{'–':>6}{'':15}"
    return f"{counts}  {one.kappa:5.2f} {one.low:6.2f} to {one.high:.2f} {apart}  {goes_by}"


def _together(fits: Fits, labelled: Sequence[Labelled], seed: int) -> Iterator[str]:
    rows, odds = list[Known](), list[float]()
    for rubric_id, item, of_item, _ in labelled:
        fit = fits.rubrics.get(rubric_id, {}).get(item.id)
        if fit is not None and fit.judges(item):
            rows += of_item
            odds += left_out(of_item, seed=seed)
    for name, mine in (
        ("all that is judged", lambda _: True),
        ("in English", lambda row: row.language == "en"),
        ("in other languages", lambda row: row.language != "en"),
    ):
        chosen = [(row, value) for row, value in given(rows, odds) if mine(row)]
        if not chosen:
            continue
        parts = [row for row, _ in chosen], [value for _, value in chosen]
        one, apart = agreement_of(*parts, seed=seed), agreement_apart(*parts, seed=seed)
        met = sum(row.met for row, _ in chosen)
        elsewhere = f"{apart.kappa:6.2f} {apart.low:6.2f} to {apart.high:.2f}" if apart else ""
        yield f"{name:44}{len(chosen):5}{met:6}  {one.kappa:5.2f} {one.low:6.2f} to {one.high:.2f} {elsewhere}"
