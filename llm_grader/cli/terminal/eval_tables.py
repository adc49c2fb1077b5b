"""Agreement and disagreements on a terminal: one table where it is wide, two where it is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import isnan
from typing import TYPE_CHECKING

from llm_grader.cli.terminal.rate_tables import gate_name, percent, print_rates
from llm_grader.eval.judge.gates import KAPPA_ALL
from llm_grader.verdict import MET, NOT_MET

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from llm_grader.eval.judge.comparison import Group
    from llm_grader.eval.judge.disagreements import Disagreement
    from llm_grader.eval.judge.item_figures import ItemFigures
    from llm_grader.eval.judge.report import ItemRow
    from llm_grader.eval.stats.bootstrap import Interval
    from llm_grader.eval.stats.proportions import Proportion
    from llm_grader.verdict import Label, Verdict

_MEANS = {
    "grey": "need data",
    "blue": "fix the rubric or train auditors",
    "red": "people only",
    "green": "the judge alone",
    "amber": "the judge proposes, a person decides",
}
_HEADINGS = ("item", "n", "gold", "share", "judge", "recall", "κ", "AC", "bias", "cover", "quotes", "people", "gate")
_MOST_IDS = 8
_SEEN = 0.005  # of a difference, at two decimals
_ANY_WIDTH = 1000
_NARROW = (("item", *_HEADINGS[1:6]), ("item", *_HEADINGS[6:]))
_LEGEND = """\
How to read it. Each line of an item is a label that people gave: its share, how often the judge gave each label to
those conversations (+ those it did not score), and recall: how many of them it found, where what it did not score is
missed. κ is agreement beyond chance: 0 none, 1 all; AC is the same for labels that are mostly alike. Below a figure
stands the range in which it lies in 95 of 100 cases. bias: how much more often the judge passes than people do. cover:
how much of what people scored it scores. quotes: how many of its quotes are there. people: how well auditors agree (α),
and below how much less than with each other they agree with the judge, at worst. Where two people differ, each counts
half. The gate says who may decide: GREEN the judge alone, AMBER the judge with a person, RED people only, BLUE nobody
until people agree, GREY not known yet, none where no judge is asked or no person labelled."""


def print_groups(console: Console, groups: Sequence[Group], sources: Sequence[str]) -> None:
    """The table of each group and why its gates are what they are, the rates of all, and what the labels are good for.

    Several groups are beside one another for their rates: of their gates only what cannot wait is said.
    """
    from rich.text import Text

    for group in groups:
        title = f"{group.name}: " if group.name is not None else ""
        console.print(Text(f"\n{title}{group.transcripts:,} labelled conversations", style="bold"))
        _print_rows(console, group.rows, _reasons if len(groups) == 1 else _warnings)
    console.print(Text(f"\n{' '.join(_LEGEND.split())}", style="dim"))
    if len(groups) > 1:
        console.print("Why a gate is what it is: without --by, or with --json.", style="dim")
    print_rates(console, groups)
    if "human" not in sources:
        found = " and ".join(sources) or "missing"
        console.print(f"Labels are {found}: no gate. Only labels from people say whether a judge can be trusted.")
    elif len(sources) > 1:
        console.print("Where people labelled an item, only their labels count; items without any have no gate.")


def _print_rows(console: Console, rows: Sequence[ItemRow], remarks: Callable[[ItemRow], Iterator[str]]) -> None:
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    whole = _columns(rows, _HEADINGS)
    fits = Measurement.get(console, console.options.update(max_width=_ANY_WIDTH), whole).maximum <= console.width
    for table in (whole,) if fits else (_columns(rows, headings) for headings in _NARROW):
        console.print(table)
    reasons = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    for row in rows:
        if text := "; ".join(remarks(row)):
            reasons.add_row(Text(row.figures.item_id), Text(text))
    if reasons.row_count:
        console.print()
        console.print(reasons, style="dim")


def _columns(rows: Sequence[ItemRow], headings: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), collapse_padding=True)
    coefficient = "AC1" if all(row.figures.levels == (NOT_MET, MET) for row in rows) else "AC"
    for heading in headings:
        left = heading in ("item", "gold", "judge", "recall", "gate")
        shown = coefficient if heading == "AC" else heading
        table.add_column(shown, justify="left" if left else "right", no_wrap=heading != "item", overflow="fold")
    for row in rows:
        cells = dict(zip(_HEADINGS, _cells(row), strict=True))
        table.add_row(*(cells[heading] for heading in headings))
    return table


def _cells(row: ItemRow) -> Iterator[Text]:
    from rich.text import Text

    found = row.figures
    flags = ", ".join(word for word, is_so in (("critical", found.critical), ("skewed", found.skewed)) if is_so)
    lines: dict[str, list[str]] = {
        "item": [found.item_id, *([flags] if flags else [])],
        "n": [f"{found.scored:,}"],
        "gold": list(found.levels),
        "share": [percent(share) for share in found.prevalence],
        "judge": _answers(found),
        "recall": [_with_interval(found.recall[level]) for level in found.levels],
        "κ": _two_lines(found.kappa),
        "AC": _two_lines(found.ac),
        "bias": _two_lines(found.bias, percent=True),
        "cover": [percent(found.coverage)],
        "quotes": ["–" if found.evidence_verified is None else percent(found.evidence_verified)],
        "people": [_figure(found.human_alpha.estimate), _figure(found.ceiling_gap.low, signed=True)],
    }
    yield from (Text("\n".join(lines[heading])) for heading in _HEADINGS[:-1])
    yield gate_name(row)


def _reasons(row: ItemRow) -> Iterator[str]:
    """Why the gate is what it is; without one nothing new is said of labels that are not from people."""
    colour, found = row.gate.colour, row.figures
    if colour is None and found.source == "human":
        yield from (reason.text for reason in row.gate.reasons)
        return
    if colour is not None:
        look = f" (look {row.gate.look})" if row.gate.look is not None and row.gate.look > 1 else ""
        yield f"{colour.upper()}{look}, {_MEANS[colour]}"
        yield from (reason.text for reason in row.gate.reasons)
    yield from _cautions(row)
    yield from _warnings(row)


def _cautions(row: ItemRow) -> Iterator[str]:
    """What to mind in reading the figures."""
    found = row.figures
    if found.skewed:
        kappa, other = _figure(found.kappa.estimate), _figure(found.ac.estimate)
        yield f"skewed: κ {kappa} and AC {other} lie apart, as with unevenly spread labels: mind the recall of each"
    is_there = any(reason.text.startswith(KAPPA_ALL) for reason in row.gate.reasons)
    if not is_there and abs(found.kappa_all.estimate - found.kappa.estimate) >= _SEEN:
        yield f"{KAPPA_ALL} = {_figure(found.kappa_all.estimate)}"


def _warnings(row: ItemRow) -> Iterator[str]:
    """That labels are too few or meet no verdict, and whose critical failure the judge missed, or saw where none is."""
    if row.figures.few_rare and row.figures.scored:
        yield f"{row.figures.minority:g} labels off the most common one, fewer than 15: the intervals are too narrow"
    for name, units in (("missed", row.missed), ("false alarms", row.false_alarms)):
        if units:
            more = f" and {len(units) - _MOST_IDS} more" if len(units) > _MOST_IDS else ""
            yield f"{name}: {', '.join(unit.transcript_id for unit in units[:_MOST_IDS])}{more}"
    if row.missed or row.false_alarms:
        yield "`llm-grader report --gold` shows each of them"
    if row.figures.labelled and not row.figures.scored:
        yield "no verdict meets its labels: other conversations, or labels of single turns"


def _answers(found: ItemFigures) -> list[str]:
    """The rows of the confusion, each with how many the judge did not score, where there are any."""
    rows = _confusion(found)
    return [f"{row} +{left:g}" if left else row for row, left in zip(rows, found.unscored, strict=True)]


def _confusion(found: ItemFigures) -> list[str]:
    """The table's rows, in columns of one width."""
    cells = [[f"{count:g}" for count in row] for row in found.confusion]
    width = max((len(cell) for row in cells for cell in row), default=1)
    return [" ".join(cell.rjust(width) for cell in row) for row in cells]


def _with_interval(found: Proportion) -> str:
    if isnan(found.estimate):
        return "–"
    return f"{_figure(found.estimate)} {_figure(found.low)}–{_figure(found.high)}"


def _two_lines(found: Interval, *, percent: bool = False) -> list[str]:
    """An estimate, and its interval below."""
    if isnan(found.estimate):
        return ["–"]
    if percent:
        low, middle, high = (f"{100 * share:+.0f}" for share in (found.low, found.estimate, found.high))
        return [f"{middle} %", "" if isnan(found.low) else f"{low} … {high}"]
    interval = "" if isnan(found.low) else f"{_figure(found.low)}–{_figure(found.high)}"
    return [_figure(found.estimate), interval]


def _figure(value: float, *, signed: bool = False) -> str:
    """Two decimals without the leading zero, as statistics are written."""
    if isnan(value):
        return "–"
    text = f"{value:+.2f}" if signed else f"{value:.2f}"
    return text.replace("0.", ".", 1) if abs(round(value, 2)) < 1 else text


def print_disagreements(console: Console, cases: Sequence[Disagreement], total: Sequence[Disagreement]) -> None:
    """The gravest cases, auditors on the left and the judge on the right, after how many there are of each cause."""
    from rich.table import Table
    from rich.text import Text

    causes = Counter(case.cause for case in total)
    listed = ", ".join(f"{cause.replace('_', ' ')} {count:,}" for cause, count in causes.most_common())
    console.print(Text(f"\n{len(total):,} disagreements{f', likely cause: {listed}' if listed else ''}", style="bold"))
    for case in cases:
        unit = case.unit
        place = f"{unit.transcript_id}{'' if unit.turn is None else f' turn {unit.turn}'}"
        flags = ", critical" if case.critical else ""
        console.print(Text(f"\n{place}, {unit.item_id}{flags}: {case.cause.replace('_', ' ')}", style="bold"))
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        labels = [*case.auditors, *([case.adjudicator] if case.adjudicator else [])]
        table.add_row(Text("\n".join(map(_render_label, labels))), Text(_render_verdict(case.verdict)))
        console.print(table)


def _render_label(label: Label) -> str:
    quotes = " … ".join(f"“{' '.join(quote.split())}”" for quote in label.evidence_quotes)
    return " ".join(part for part in (f"{label.annotator}: {label.label}.", label.reason, quotes) if part)


def _render_verdict(verdict: Verdict) -> str:
    sure = "" if verdict.confidence is None else f" ({verdict.confidence:.2f})"
    label = verdict.label or f"{verdict.claimed or '?'}, not counted: {verdict.detail or verdict.problem}"
    quotes = " … ".join(f"“{' '.join(evidence.quote.split())}”" for evidence in verdict.evidence)
    return " ".join(part for part in (f"judge{sure}: {label}.", verdict.reason, quotes) if part)
