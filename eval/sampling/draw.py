"""Drawing a sample to be labelled: at random for what is common, and picked for what is rare, grave or in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np

from llm_grader.errors import UsageError
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.eval.labels.sample import Drawn, Stratum
from llm_grader.eval.stats.planning import labels_needed
from llm_grader.rubric.model import Rubric
from llm_grader.verdict import About, Scorecard

SpreadOver = Literal["agent", "team", "channel", "language", "week"]
"""What the conversations drawn at random can be spread over."""
UNKNOWN = "(unknown)"

_RAREST = 0.1  # of what a random sample is made for: what is rarer is picked
_KAPPA, _HALF_WIDTH = 0.7, 0.1


@dataclass(frozen=True)
class SampleSizes:
    """How many conversations of each kind; `critical` None takes all. `overlap` of the random ones go to two people.

    `rare` is how many the rarer label of each item is to have among all, by the judge's verdicts.
    """

    random: int
    uncertain: int = 30
    critical: int | None = None
    rare: int = 10
    overlap: int = 60


def planned_sizes(cards: Sequence[Scorecard], rubric: Rubric, *, thresholds: Thresholds = DEFAULT) -> SampleSizes:
    """Sizes that bring κ of most items within .1, by how common the labels are that the judge gave.

    Two people get a fifth more than a gate takes, as some of it will be off the scale.
    """
    rare = [share for item_id in _model_items(rubric) if (share := _rarer_share(cards, item_id)) is not None]
    plans = [labels_needed(_KAPPA, share, _HALF_WIDTH) for share in rare if share >= _RAREST]
    most = max(plans, default=thresholds.double_scored)
    overlap = thresholds.double_scored + thresholds.double_scored // 5
    return SampleSizes(max(most, overlap), rare=thresholds.minority, overlap=overlap)


def draw_sample(
    cards: Iterable[Scorecard],
    rubric: Rubric,
    sizes: SampleSizes,
    *,
    by: Sequence[SpreadOver] = (),
    seed: int = 0,
    now: datetime | None = None,
) -> tuple[Drawn, ...]:
    """The sample, in the order in which it is to be shown.

    Each conversation is drawn once: first at random from all that were graded, and what was so drawn stays random
    whatever else it is; then critical failures, what is in doubt, and rare labels, from the rest. Only the chance of
    those drawn at random, and of critical failures, is known.

    Args:
        cards: the judge's, one a conversation.
        rubric: of the cards.
        sizes: how many of each.
        by: what the random ones are spread over, the first thing first: each group has its share of them, to one
            conversation, and each conversation the chance that it has without.
        seed: the same seed draws the same.
        now: the time, for the record.

    Raises:
        UsageError: there is no card that could be graded.
    """
    by_id = {card.transcript_id: card for card in cards if could_be_drawn(card)}
    if not by_id:
        raise UsageError("nothing to draw from: no conversation was graded")
    random = np.random.default_rng(seed)
    shuffled = [sorted(by_id)[i] for i in random.permutation(len(by_id))]
    drawing = _Drawing(by_id, shuffled)
    at_random = _at_random(shuffled, {id_: group_of_card(by_id[id_], by) for id_ in shuffled}, sizes.random, random)
    drawing.take(at_random, "random", min(1.0, sizes.random / len(by_id)))
    failed = [id_ for id_ in drawing.left() if by_id[id_].critical_failures]
    wanted = len(failed) if sizes.critical is None else min(sizes.critical, len(failed))
    drawing.take(failed[:wanted], "critical", wanted / len(failed) if wanted else None)
    drawing.take(sorted(drawing.left(), key=lambda id_: _doubt(by_id[id_]))[: sizes.uncertain], "uncertain", None)
    for item_id in _model_items(rubric):
        drawing.take(drawing.of_rarer_label(item_id, sizes.rare), "rare", None)
    places = random.permutation(len(drawing.taken)).tolist()
    twice = set(at_random[: sizes.overlap])
    made = [
        Drawn(
            transcript_id=id_,
            stratum=stratum,
            probability=chance,
            order=place,
            overlap=id_ in twice,
            seed=seed,
            at=now or datetime.now(UTC),
        )
        for place, (id_, (stratum, chance)) in zip(places, drawing.taken.items(), strict=True)
    ]
    return tuple(sorted(made, key=lambda drawn: drawn.order))


def could_be_drawn(card: Scorecard) -> bool:
    """Whether a conversation is among those that samples are drawn from: it was graded."""
    return card.status in ("ok", "needs_review")


def group_of_card(card: Scorecard, by: Sequence[SpreadOver]) -> tuple[str, ...]:
    """The agent, team, channel, language or ISO week (UTC) of a card's conversation, for each of `by`."""
    return tuple(group_of_about(card.about, name) for name in by)


def group_of_about(about: About | None, name: SpreadOver) -> str:
    """The agent, team, channel, language or ISO week (UTC) of what is known of a conversation."""
    if about is None:
        return UNKNOWN
    if name == "week":
        started = about.started_at
        return UNKNOWN if started is None else started.astimezone(UTC).strftime("%G-W%V")
    return getattr(about, name) or UNKNOWN


def _at_random(
    shuffled: Sequence[str], groups: Mapping[str, tuple[str, ...]], number: int, random: np.random.Generator
) -> list[str]:
    """So many ids, in random order, each with the same chance, whatever groups there are.

    Every so-manieth of a list in which groups stand together and are shuffled within, from a random place on
    (systematic sampling, Madow and Madow 1944): each group has its share, to one, and no weights are needed.
    """
    if number >= len(shuffled) or len(set(groups.values())) < 2:
        return list(shuffled[:number])
    listed = sorted(shuffled, key=lambda id_: groups[id_])
    step = len(listed) / number
    places = random.uniform(0, step) + step * np.arange(number)
    taken = {listed[min(int(place), len(listed) - 1)] for place in places}
    return [id_ for id_ in shuffled if id_ in taken]


class _Drawing:
    """A sample as it is drawn.

    Args:
        by_id: the cards there are.
        shuffled: their ids, in random order.
    """

    def __init__(self, by_id: dict[str, Scorecard], shuffled: list[str]) -> None:
        self._by_id = by_id
        self._shuffled = shuffled
        self.taken: dict[str, tuple[Stratum, float | None]] = {}

    def left(self) -> list[str]:
        """What is not drawn yet, in random order."""
        return [id_ for id_ in self._shuffled if id_ not in self.taken]

    def take(self, ids: Iterable[str], stratum: Stratum, chance: float | None) -> None:
        """Draw these."""
        self.taken |= dict.fromkeys(ids, (stratum, chance))

    def of_rarer_label(self, item_id: str, wanted: int) -> list[str]:
        """So many more conversations of the item's rarest label that the sample has `wanted`, as far as there are."""
        counts = _label_counts(self._by_id.values(), item_id)
        if len(counts) < 2:
            return []
        rarest = min(counts, key=lambda label: (counts[label], label))
        with_it = [id_ for id_ in self._shuffled if _label(self._by_id[id_], item_id) == rarest]
        have = sum(id_ in self.taken for id_ in with_it)
        return [id_ for id_ in with_it if id_ not in self.taken][: max(0, wanted - have)]


def _model_items(rubric: Rubric) -> list[str]:
    return [item.id for item in rubric.items() if item.asks_model]


def _label(card: Scorecard, item_id: str) -> str | None:
    verdict = card.verdicts.get(item_id)
    return None if verdict is None else verdict.label


def _label_counts(cards: Iterable[Scorecard], item_id: str) -> Counter[str]:
    labels = (_label(card, item_id) for card in cards)
    return Counter(label for label in labels if label is not None)


def _rarer_share(cards: Iterable[Scorecard], item_id: str) -> float | None:
    """The share of labels off the most common one; None where there is but one label."""
    counts = _label_counts(cards, item_id)
    return 1 - max(counts.values()) / counts.total() if len(counts) > 1 else None


def _doubt(card: Scorecard) -> tuple[int, float]:
    """The more in doubt the smaller: by verdicts that need review, then by the least confidence."""
    reviews = sum(verdict.status == "needs_review" for verdict in card.verdicts.values())
    sure = [verdict.confidence for verdict in card.verdicts.values() if verdict.confidence is not None]
    return -reviews, min(sure, default=1.0)
