"""Verdicts against gold labels, for all conversations or group by group: what `llm-grader eval` shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any, Literal

from llm_grader.errors import UsageError
from llm_grader.eval.judge.disagreements import Disagreement
from llm_grader.eval.judge.gates import Colour
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.report import ItemRow, report_items, verdicts_of
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.labels.turns import WHOLE, TurnPieces
from llm_grader.eval.labels.units import Unit, Verdicts
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label, Scorecard, Verdict

By = Literal["language", "channel", "agent", "team"]
Floor = float | Literal["amber", "green"]

_RANKS: dict[Colour | None, int] = {"green": 2, "amber": 1}
_KEPT = {"item_id", "label", "status", "judged", "confidence", "problem", "claimed", "votes"}
_UNKNOWN, _SEVERAL = "(unknown)", "(several agents)"


@dataclass(frozen=True)
class Group:
    """One row an item, for the conversations of one group; `name` is None where they are not grouped."""

    name: str | None
    transcripts: int
    rows: tuple[ItemRow, ...]


def lean_verdicts(cards: Iterable[Scorecard], pieces: TurnPieces = WHOLE) -> dict[Unit, Verdict]:
    """`verdicts_of` without reasons and quotes: all that figures need, in a quarter of the memory."""
    return {unit: _lean(said) for card in cards for unit, said in verdicts_of([card], pieces).items()}


def _lean(verdict: Verdict) -> Verdict:
    return Verdict.model_construct(
        _KEPT,
        item_id=verdict.item_id,
        label=verdict.label,
        status=verdict.status,
        judged=verdict.judged,
        confidence=verdict.confidence,
        problem=verdict.problem,
        claimed=verdict.claimed,
        votes=verdict.votes,
    )


def compare_with_gold(
    labelled: LabelledSet,
    verdicts: Verdicts,
    *,
    by: By | None = None,
    seed: int = 0,
    n: int = 2000,
    thresholds: Thresholds = DEFAULT,
) -> tuple[Group, ...]:
    """One group, or one for each language, channel, agent or team, the largest first.

    Each has a row for every item that has a label in it, in the rubric's order.

    Args:
        labelled: the gold labels, with the conversations where they are grouped.
        verdicts: the judge's.
        by: what to group by.
        seed: of the resampling; the same seed gives the same intervals.
        n: how many replicates.
        thresholds: where the gates stand.

    Raises:
        UsageError: the conversations are not there to be grouped.
    """
    if by is not None:
        labelled.need_transcripts(f"--by {by}")
    names = {id_: None if by is None else group_of(told, by) for id_, told in labelled.transcripts.items()}
    said: dict[str | None, list[Label]] = defaultdict(list)
    for label in labelled.labels:
        said[names.get(label.transcript_id)].append(label)
    judged: dict[str | None, dict[Unit, Verdict]] = defaultdict(dict)
    for unit, verdict in verdicts.items():
        judged[names.get(unit.transcript_id)][unit] = verdict
    groups = []
    for name, labels in said.items():
        known = {label.item_id for label in labels}
        items = [item for item in labelled.rubric.items() if item.id in known]
        rows = report_items(labels, judged[name], items, seed=seed, n=n, thresholds=thresholds)
        groups.append(Group(name, len({label.transcript_id for label in labels}), rows))
    return tuple(sorted(groups, key=lambda group: (-group.transcripts, group.name or "")))


def group_of(transcript: Transcript, by: By) -> str:
    """The language, channel, agent (who is under review) or team that a conversation belongs to."""
    if by == "language":
        return transcript.language or _UNKNOWN
    if by == "channel":
        return transcript.channel
    if by == "team":
        return (transcript.ticket and transcript.ticket.team) or _UNKNOWN
    if transcript.agent_id is not None:
        return transcript.agent_id
    agents = {turn.speaker for turn in transcript.turns if turn.role == "agent" and turn.speaker}
    return _SEVERAL if len(agents) > 1 else next(iter(agents), _UNKNOWN)


def parse_floor(text: str) -> Floor:
    """What `--fail-under` was given: a κ, or the gate `amber` or `green`.

    Raises:
        UsageError: it is neither.
    """
    if text in _RANKS:
        return "green" if text == "green" else "amber"
    try:
        kappa = float(text)
    except ValueError:
        kappa = float("nan")
    if not -1 <= kappa <= 1:
        raise UsageError(f"--fail-under: expected a κ between -1 and 1, amber or green, found {text!r}")
    return kappa


def below(rows: Iterable[ItemRow], floor: Floor) -> Iterator[str]:
    """Why each item that misses the floor does, in words: its κ is lower or not known, or its gate is."""
    for row in rows:
        kappa = row.figures.kappa
        if isinstance(floor, str):
            if _RANKS.get(row.gate.colour, 0) < _RANKS[floor]:
                reasons = "; ".join(reason.text for reason in row.gate.reasons)
                yield f"{row.figures.item_id}: {row.gate.colour or 'no gate'}, not {floor}: {reasons}"
        elif isnan(kappa.estimate):
            yield f"{row.figures.item_id}: κ is not known: {_why_unknown(row)}"
        elif kappa.estimate < floor:
            yield (
                f"{row.figures.item_id}: κ = {kappa.estimate:.2f} ({kappa.low:.2f} to {kappa.high:.2f}), "
                f"AC = {row.figures.ac.estimate:.2f}, n = {row.figures.scored}; expected at least {floor:g}"
            )


def _why_unknown(row: ItemRow) -> str:
    if row.figures.scored == 0:
        return "no verdict meets a label"
    return f"gold and judge give all {row.figures.scored} the same label: add conversations in which it differs"


def row_as_json(row: ItemRow, group: str | None = None) -> dict[str, Any]:
    """Everything about one item as plain values; what is not known is None."""
    told = {"group": group, **asdict(row.figures), "gate": row.gate.model_dump()}
    plain: dict[str, Any] = _without_nan(told if group is not None else {k: v for k, v in told.items() if k != "group"})
    return plain


def case_as_json(case: Disagreement) -> dict[str, Any]:
    """One disagreement as plain values."""
    return {
        "transcript_id": case.unit.transcript_id,
        "turn": case.unit.turn,
        "cause": case.cause,
        "critical": case.critical,
        "severity": case.severity,
        "auditors": [label.model_dump(mode="json") for label in case.auditors],
        "adjudicator": case.adjudicator and case.adjudicator.model_dump(mode="json"),
        "judge": case.verdict.model_dump(mode="json"),
    }


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and isnan(value) else value


def votes_as_repeats(verdicts: Verdicts) -> list[dict[Unit, Verdict]]:
    """What the judge said besides, where it was asked several times: one set of verdicts for each other answer."""
    others: dict[int, dict[Unit, Verdict]] = defaultdict(dict)
    for unit, verdict in verdicts.items():
        for number, label in enumerate(label for label in verdict.votes if label != verdict.label):
            others[number][unit] = Verdict.model_construct(_KEPT, item_id=verdict.item_id, label=label, status="ok")
    return list(others.values())
