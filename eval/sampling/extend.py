"""Extending a sample: more conversations at random, so that all that were so drawn had the same chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import numpy as np

from llm_grader.errors import UsageError
from llm_grader.eval.labels.sample import Drawn
from llm_grader.eval.sampling.draw import could_be_drawn
from llm_grader.verdict import Scorecard


def extend_sample(
    there: Mapping[str, Drawn],
    cards: Iterable[Scorecard],
    *,
    random: int | None = None,
    overlap: int | None = None,
    now: datetime | None = None,
) -> tuple[Drawn, ...]:
    """The sample with more conversations drawn at random, or more of these for two people, or both.

    Those added are drawn from all that were not yet drawn at random: together they are as good as drawn at once. What
    was picked for another reason, and is now drawn, counts as random from now on. Nothing is taken out.

    Args:
        there: the sample so far, by transcript id.
        cards: of the very conversations that it was drawn from, where more are to be random.
        random: how many are to be random in the end; by default as many as now.
        overlap: how many of these two people are to label in the end; by default as many as now.
        now: the time, for the record.

    Raises:
        UsageError: it has more already, nothing was drawn at random, or the conversations are others.
    """
    ids = sorted(card.transcript_id for card in cards if could_be_drawn(card))
    at_random = [id_ for id_, drawn in there.items() if drawn.stratum == "random"]
    _check(there, at_random, random, overlap)
    lacking = max(0, (random or 0) - len(at_random))
    if lacking:
        _check_same(there, at_random, ids)
    first = there[at_random[0]]
    generator = np.random.default_rng([first.seed, len(at_random)])
    rest = [id_ for id_ in ids if id_ not in set(at_random)]
    added = [rest[i] for i in generator.permutation(len(rest))[:lacking]]
    chosen = [*at_random, *added]
    made = {id_: _as_random(there.get(id_), id_, first, len(there), now) for id_ in added}
    found = {**there, **made}
    single = [id_ for id_ in chosen if not found[id_].overlap]
    more = max(0, (overlap or 0) - (len(chosen) - len(single)))
    twice = {single[i] for i in generator.permutation(len(single))[:more]}
    chance = {"probability": min(1.0, len(chosen) / len(ids))} if added else {}
    in_sample = set(chosen)
    return tuple(
        drawn.model_copy(update={"overlap": drawn.overlap or id_ in twice, **(chance if id_ in in_sample else {})})
        for id_, drawn in found.items()
    )


def _check(there: Mapping[str, Drawn], at_random: list[str], random: int | None, overlap: int | None) -> None:
    """Refuse to lower what is there: it may be labelled already."""
    if not at_random:
        raise UsageError("nothing was drawn at random here: begin another folder")
    twice = sum(there[id_].overlap for id_ in at_random)
    if random is not None and random < len(at_random):
        raise UsageError(f"--random: {len(at_random):,} are drawn at random and stay so; found {random:,}: name more")
    if overlap is not None and overlap < twice:
        raise UsageError(f"--overlap: {twice:,} go to two people and stay so; found {overlap:,}: name more")


def _check_same(there: Mapping[str, Drawn], at_random: list[str], ids: list[str]) -> None:
    before = round(len(at_random) / (there[at_random[0]].probability or 1.0))
    if before != len(ids) or not set(at_random) <= set(ids):
        raise UsageError(
            f"the sample was drawn from {before:,} conversations and there are {len(ids):,} now: their chances would "
            "differ; name the --run that it was drawn from, or begin another folder"
        )


def _as_random(before: Drawn | None, id_: str, first: Drawn, place: int, now: datetime | None) -> Drawn:
    if before is not None:
        return before.model_copy(update={"stratum": "random"})
    at = now or datetime.now(UTC)
    return Drawn(transcript_id=id_, stratum="random", probability=1.0, order=place, seed=first.seed, at=at)
