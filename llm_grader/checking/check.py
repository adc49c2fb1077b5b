"""Claim → verdict: a label counts only when the words that it must rest on are found in the transcript. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from llm_grader.checking.claims import Claim, Reply
from llm_grader.checking.evidence import QuoteFinder, Unverified
from llm_grader.checking.loose import find_places
from llm_grader.rubric.model import Item
from llm_grader.verdict import Evidence, Judged, Verdict

UNVERIFIED = "unverified_evidence"
_HINTS = {
    "unreadable_answer": "nothing in the answer could be read: another --mode may help, see `llm-grader doctor`",
    "refused": "the model wrote that it will not answer: another model may",
}
_Place = tuple[int, int, int]


class Checked(NamedTuple):
    """Verdicts by item id, in the items' order, and what to ask again: item id → problem."""

    verdicts: dict[str, Verdict]
    problems: dict[str, str]


def check_reply(reply: Reply, items: Iterable[Item], finder: QuoteFinder, *, repaired: bool = False) -> Checked:
    """Verdicts of a reply whose claims are held against the transcript.

    A claim that fails becomes `needs_review` with its problem, never a label. `repaired` marks evidence that was found
    only when the judge was asked again.
    """
    verdicts: dict[str, Verdict] = {}
    problems: dict[str, str] = {}
    asked = tuple(items)
    claimed = [(item, reply.claims[item.id]) for item in asked if item.id in reply.claims]
    found = {item.id: _verify(claim, item, finder, repaired=repaired) for item, claim in claimed}
    overused = _overused([found[item.id][0] for item, claim in claimed if _has_to_prove(claim, item)], finder)
    for item in asked:
        claim = reply.claims.get(item.id)
        problem = reply.problems.get(item.id, "missing") if claim is None else None
        if claim is not None:
            evidence, failed = found[item.id]
            if _has_to_prove(claim, item):
                evidence, failed = _without(evidence, failed, overused)
            problem = _problem(claim, item, evidence, failed)
        if problem is not None:
            problems[item.id] = problem
            label = claim.label if claim else reply.rejected.get(item.id)
            verdicts[item.id] = _for_review(item, problem, label=label, reason=claim.reason if claim else "")
        elif claim is not None:
            verdicts[item.id] = Verdict(
                item_id=item.id,
                label=claim.label,
                reason=claim.reason,
                evidence=evidence,
                judged=_judged(item),
                confidence=claim.confidence,
            )
    return Checked(verdicts, problems)


def _verify(
    claim: Claim, item: Item, finder: QuoteFinder, *, repaired: bool
) -> tuple[tuple[Evidence, ...], list[Unverified]]:
    found: dict[_Place, Evidence] = {}
    failed: list[Unverified] = []

    def resolve(words: str, turn: int | None) -> Evidence | Unverified:
        return finder.resolve(words, item.evidence, turn=turn, label=claim.label)

    for cited in claim.quotes:
        places = find_places(cited.quote, cited.turn, finder.transcript, resolve)
        if isinstance(places, Unverified):
            failed.append(places)
            continue
        for place in places:
            evidence = place.model_copy(update={"match": "repaired"}) if repaired else place
            found[_place(evidence)] = evidence
    return tuple(found.values()), failed


def _has_to_prove(claim: Claim, item: Item) -> bool:
    return claim.label in item.evidence.required_for


def _overused(proofs: Sequence[tuple[Evidence, ...]], finder: QuoteFinder) -> set[_Place]:
    """Places that are cited for more items than their words can prove: which of them they do prove nobody knows."""
    cited = {_place(one): one for proof in proofs for one in proof}
    counts = Counter(_place(one) for proof in proofs for one in proof)
    return {place for place, count in counts.items() if count > 1 and count > finder.most_items(cited[place])}


def _without(
    evidence: tuple[Evidence, ...], failed: list[Unverified], places: set[_Place]
) -> tuple[tuple[Evidence, ...], list[Unverified]]:
    if not places:
        return evidence, failed
    kept = tuple(one for one in evidence if _place(one) not in places)
    return kept, failed if len(kept) == len(evidence) else [*failed, Unverified.QUOTE_OVERUSED]


def _place(evidence: Evidence) -> _Place:
    return evidence.turn, evidence.start, evidence.end


def _problem(claim: Claim, item: Item, evidence: tuple[Evidence, ...], failed: list[Unverified]) -> str | None:
    """Problem of a claim, or None. Words that are nowhere in the transcript discredit any label."""
    if claim.label not in item.labels:
        return "unknown_label"
    if evidence:
        return None
    if Unverified.QUOTE_NOT_FOUND in failed:
        return Unverified.QUOTE_NOT_FOUND
    if claim.label in item.evidence.required_for:
        return failed[0] if failed else Unverified.QUOTE_EMPTY
    return None


def _judged(item: Item) -> Judged:
    """Basis of a claim: a model, also where it only stands in for a signal or the ticket."""
    return "audio" if item.judged == "audio" else "llm"


def _for_review(item: Item, problem: str, *, label: str | None, reason: str) -> Verdict:
    unverified = problem in set(Unverified)
    name, _, found = problem.partition(": ")
    return Verdict(
        item_id=item.id,
        label=None,
        status="needs_review",
        reason=reason,
        judged=_judged(item),
        problem=UNVERIFIED if unverified else name,
        detail=problem if unverified else found or _HINTS.get(name),
        claimed=label,
    )
