"""One row a conversation: all that figures and lists need of a card, in some two hundred bytes.

The labels of a row are a string with a character an item, in the rubric's order: `0`, `1`, … the levels from the lowest
to the highest, `n` not applicable, `c` cannot be told, `r` for a check that failed, `-` not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from llm_grader.report.people import FinalLabel
from llm_grader.rubric.model import Item, Rubric
from llm_grader.signals.flags import LOW_COVERAGE
from llm_grader.transcript import Role
from llm_grader.verdict import CANNOT_ASSESS, NOT_APPLICABLE, Provenance, Scorecard, Verdict

NOT_ASKED, FAILED_CHECK = "-", "r"
NOT_JUDGED = frozenset({"error", "not_graded"})
"""The states of cards of which nothing was judged: they are counted apart, and no item of theirs is."""
_OFF_SCALE = {NOT_APPLICABLE: "n", CANNOT_ASSESS: "c"}
_LONGEST_QUOTE = 240


class ShownQuote(NamedTuple):
    """Words of a conversation, shortened where they are long, and who said them."""

    role: Role
    words: str


class Concern(NamedTuple):
    """One verdict to be looked at: a critical failure, or one that waits for a person.

    `state` says who decided: `model_only`, `confirmed` or `overturned` by people, who may
    have found what the model `missed`. `severity` is what to look at first:
    the item's weight times one minus the confidence, ahead of which come critical items.
    """

    number: int
    transcript_id: str
    agent: str | None
    item_id: str
    why: str
    quote: ShownQuote | None
    critical: bool
    severity: float
    reason: str = ""
    state: str = "model_only"


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation in brief. `labels` are those that count, `judged` the model's; `number` counts rows from 0.

    `score`, `passed`, `coverage`, `critical_failures` and `status` are those that people's labels lead to: what they
    have settled waits no longer. `judge` numbers what it was graded by, see `Judges`.
    """

    number: int
    transcript_id: str
    agent: str | None
    channel: str | None
    started_at: datetime | None
    week: str | None
    score: float | None
    passed: bool | None
    coverage: float
    status: str
    labels: str
    judged: str
    critical_failures: tuple[str, ...]
    sections: tuple[float | None, ...]
    changed: int
    checked: int
    judge: int


class JudgeVersion(NamedTuple):
    """What a card was graded by, as far as a trend may change with it."""

    rubric_version: str
    rubric_hash: str
    prompt_hash: str
    model: str

    @classmethod
    def of(cls, provenance: Provenance) -> JudgeVersion:
        """That of a card."""
        return cls(*(getattr(provenance, name) for name in cls._fields))


def label_codes(rubric: Rubric, verdicts: Mapping[str, str | None]) -> str:
    """The labels of a row from item id → label, None for a check that failed; an id that is missing was not asked."""
    return "".join(_code(item, verdicts) for item in rubric.items())


def _code(item: Item, labels: Mapping[str, str | None]) -> str:
    if item.id not in labels:
        return NOT_ASKED
    label = labels[item.id]
    if label is None:
        return FAILED_CHECK
    if label in item.levels:
        return chr(ord("0") + item.levels.index(label))
    return _OFF_SCALE.get(label, NOT_ASKED)


def level_of(code: str) -> int | None:
    """The place of a scored label among its item's levels; None off the scale."""
    return None if code in "ncr-" else ord(code) - ord("0")


def row_of(
    number: int, judged: Scorecard, final: Scorecard, finals: Mapping[str, FinalLabel], *, layout: RowLayout
) -> ConversationRow:
    """The row of a card, and of the same card with people's labels."""
    about = judged.about
    started = about.started_at if about else None
    asked = layout.asked(judged)
    return ConversationRow(
        number=number,
        transcript_id=judged.transcript_id,
        agent=about.agent if about else None,
        channel=about.channel if about else None,
        started_at=started,
        week=week_of(started, layout.zone),
        score=final.score,
        passed=final.passed,
        coverage=final.coverage,
        status=final.status,
        labels=label_codes(layout.rubric, {id_: finals[id_].label for id_ in asked}),
        judged=label_codes(layout.rubric, {id_: verdict.label for id_, verdict in asked.items()}),
        critical_failures=final.critical_failures,
        sections=tuple(
            found.score if (found := final.sections.get(section.id)) else None for section in layout.rubric.sections
        ),
        changed=sum(finals[id_].changed and finals[id_].label != verdict.label for id_, verdict in asked.items()),
        checked=sum(bool(finals[id_].people) for id_ in asked),
        judge=layout.judge(judged.provenance),
    )


class RowLayout:
    """The rubric whose items the rows have, the zone of their weeks, and what cards were graded by, numbered as met.

    Args:
        rubric: says which items there are.
        zone: of weeks and days.
    """

    def __init__(self, rubric: Rubric, zone: tzinfo) -> None:
        self.rubric = rubric
        self.zone = zone
        self.judges: dict[JudgeVersion, int] = {}

    def asked(self, card: Scorecard) -> dict[str, Verdict]:
        """The verdicts on items that the rubric has and that were asked on the card's channel; none where none was."""
        if card.status in NOT_JUDGED:
            return {}
        channel = card.about.channel if card.about else None
        return {
            item.id: card.verdicts[item.id]
            for item in self.rubric.items()
            if item.id in card.verdicts and (channel is None or self.rubric.in_channel(item, channel))
        }

    def judge(self, provenance: Provenance) -> int:
        """The number of what a card was graded by."""
        return self.judges.setdefault(JudgeVersion.of(provenance), len(self.judges))


def week_of(time: datetime | None, zone: tzinfo) -> str | None:
    """The ISO week, such as 2026-W48, of a point in time."""
    if time is None:
        return None
    year, week, _ = time.astimezone(zone).isocalendar()
    return f"{year}-W{week:02}"


def first_quote(verdict: Verdict) -> ShownQuote | None:
    """The first words a verdict rests on."""
    if not verdict.evidence:
        return None
    first = verdict.evidence[0]
    return ShownQuote(first.role, shortened(first.quote))


def shortened(text: str) -> str:
    """A text on one line, cut where it is long."""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"


def review_concerns(row: ConversationRow, card: Scorecard, rubric: Rubric) -> Iterable[Concern]:
    """The verdicts that wait for a person: those whose check failed, and critical ones that cannot be told.

    Where the card waits and none of its verdicts does, too little was scored: it is the gravest that cannot be told.
    """
    found = list(_waiting(row, card, rubric))
    if not found and row.status == "needs_review":
        untold = [item for item in rubric.items() if _is_untold(card, item)]
        gravest = max(untold or list(rubric.items()), key=lambda item: item.weight)
        verdict = card.verdicts.get(gravest.id)
        if verdict is not None:
            found = [_concern(row, gravest, verdict, LOW_COVERAGE)]
    return found


def _is_untold(card: Scorecard, item: Item) -> bool:
    verdict = card.verdicts.get(item.id)
    return verdict is not None and verdict.label == CANNOT_ASSESS


def _waiting(row: ConversationRow, card: Scorecard, rubric: Rubric) -> Iterator[Concern]:
    for item in rubric.items():
        verdict = card.verdicts.get(item.id)
        if verdict is None or (verdict.label is not None and not _undecided(item, verdict)):
            continue
        why = verdict.problem or ("critical_undecided" if verdict.label else verdict.status)
        doubt = 1 - (verdict.confidence or 0.0)
        yield _concern(row, item, verdict, why)._replace(severity=item.weight * doubt)


def _undecided(item: Item, verdict: Verdict) -> bool:
    return item.critical and verdict.label == CANNOT_ASSESS


def critical_concerns(
    row: ConversationRow, judged: Scorecard, finals: Mapping[str, FinalLabel], rubric: Rubric
) -> Iterable[Concern]:
    """The critical failures of a card, as the model saw them or as people did."""
    for item_id in dict.fromkeys([*judged.critical_failures, *row.critical_failures]):
        final, verdict = finals.get(item_id), judged.verdicts.get(item_id)
        if final is None or verdict is None or item_id not in {item.id for item in rubric.items()}:
            continue
        state = _state(item_id in judged.critical_failures, item_id in row.critical_failures, final)
        yield _concern(row, rubric.item(item_id), verdict, "critical")._replace(state=state)


def _state(seen: bool, counts: bool, final: FinalLabel) -> str:
    """What became of a critical failure that the model saw, or that counts in the end."""
    if not counts:
        return "overturned"
    if not seen:
        return "missed"
    return "confirmed" if final.changed else "model_only"


def _concern(row: ConversationRow, item: Item, verdict: Verdict, why: str) -> Concern:
    quote = first_quote(verdict)
    return Concern(
        number=row.number,
        transcript_id=row.transcript_id,
        agent=row.agent,
        item_id=item.id,
        why=why,
        quote=quote,
        critical=item.critical,
        severity=item.weight,
        reason=shortened(verdict.reason),
    )
