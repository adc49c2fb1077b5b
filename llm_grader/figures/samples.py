"""Samples: what a conversation adds to a performance figure. Pure.

A function takes a conversation and gives its samples of one figure, none when the conversation cannot tell. The figures
that are made of them are defined in `catalogue`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from llm_grader.figures.case import Case
from llm_grader.signals.ticket_state import is_resolved, plain_name
from llm_grader.signals.waits import STAFF, response_waits
from llm_grader.verdict import MET, NOT_MET, Label

FIRST_CONTACT = "first_contact_resolution"
_PROMOTER, _DETRACTOR, _SURVEY_OF = 9, 6, 10


class Sample(NamedTuple):
    """What one conversation adds to a figure.

    `agent` did it, where that need not be the conversation's agent. Samples with the same `key` are added up to one.
    What is `once` belongs to the ticket, and counts once however many conversations the ticket has: the sample of the
    latest one that has any.
    """

    value: float
    agent: str | None = None
    key: str | None = None
    once: bool = False


class OffScaleError(ValueError):
    """An answer is not on the scale that the settings describe."""


def _once(value: float | None) -> list[Sample]:
    return [] if value is None else [Sample(float(value), once=True)]


def handle_time(case: Case) -> list[Sample]:
    """Seconds that the agent spent on it; how long a single message took is not known."""
    if case.ticket.handle_seconds is not None:
        return _once(case.ticket.handle_seconds)
    length = None if case.transcript.channel == "email" else case.exchange.length
    return [Sample(length)] if length else []


def first_contact(case: Case) -> list[Sample]:
    """Whether a resolved ticket took one contact."""
    ticket = case.ticket
    if not is_resolved(ticket) or ticket.contacts is None or ticket.reopens is None:
        return []
    return _once(ticket.contacts == 1 and ticket.reopens == 0)


def first_contact_verdict(case: Case) -> list[Sample]:
    """Whether it was graded as resolved in the first contact."""
    label = case.graded.labels.get(FIRST_CONTACT) if case.graded else None
    return [Sample(float(label == MET))] if label in (MET, NOT_MET) else []


def responses(case: Case) -> list[Sample]:
    """Seconds until each answer in a chat or mail."""
    return [Sample(wait.seconds, agent=wait.agent) for wait in case.waits]


def call_responses(case: Case) -> list[Sample]:
    """Seconds of silence before each answer on a call."""
    return [] if case.written else [Sample(seconds) for seconds in response_waits(case.transcript)]


def first_response(case: Case) -> list[Sample]:
    """Seconds until the first answer in a chat or mail."""
    if case.waits or not case.written:
        return responses(case)[:1]
    return _once(case.seconds_between(case.ticket.opened_at, case.ticket.first_reply_at))


def rating(case: Case) -> list[Sample]:
    """How the customer rated the agent's help."""
    return _once(case.ticket.rating)


def satisfied(case: Case) -> list[Sample]:
    """Whether the customer was satisfied.

    Raises:
        OffScaleError: the score is outside the scale.
    """
    score, settings = case.ticket.csat, case.settings
    if score is None:
        return _once(_satisfied_in_words(case))
    if not 0 <= score <= settings.satisfied_of:
        raise OffScaleError(f"a csat of {score:g} is not on a scale to {settings.satisfied_of:g}: say which one it is")
    return _once(score >= settings.satisfied_from)


def _satisfied_in_words(case: Case) -> bool | None:
    rated = case.ticket.vendor.get("satisfaction_rating")
    answer = rated.get("score") if isinstance(rated, Mapping) else rated
    if not isinstance(answer, str):
        return None
    by_word = {plain_name(word): False for word in case.settings.dissatisfied_words}
    by_word |= {plain_name(word): True for word in case.settings.satisfied_words}
    return by_word.get(plain_name(answer))


def promoter(case: Case) -> list[Sample]:
    """100 for a promoter, -100 for a detractor, 0 for others: their mean is the net promoter score."""
    answer = case.ticket.nps
    return [] if answer is None else _once(100 * (answer >= _PROMOTER) - 100 * (answer <= _DETRACTOR))


def negative(case: Case) -> list[Sample]:
    """Whether the answer to the survey was negative.

    Raises:
        OffScaleError: the score is outside the scale.
    """
    score = case.ticket.survey_score
    if score is not None and not 0 <= score <= _SURVEY_OF:
        raise OffScaleError(f"a survey_score of {score:g} is not on a scale to {_SURVEY_OF}")
    return [] if score is None else _once(score <= case.settings.negative_to)


def resolved(case: Case) -> list[Sample]:
    """Whether the ticket is resolved."""
    return _once(is_resolved(case.ticket))


def customer(case: Case) -> list[Sample]:
    """A contact of the customer, or as many as the ticket counts."""
    ticket = case.ticket
    return [Sample(max(1, ticket.contacts or 1), key=ticket.customer_id)] if ticket.customer_id else []


def replies(case: Case) -> list[Sample]:
    """How many replies a resolved ticket took."""
    if not case.written or not is_resolved(case.ticket):
        return []
    return [Sample(case.exchange.replies, key=case.ticket.id or case.transcript.id)]


def transfers(case: Case) -> list[Sample]:
    """How often it was passed on."""
    if case.ticket.transfers is not None:
        return _once(case.ticket.transfers)
    noted = sum(turn.kind == "event" and turn.event == "transfer" for turn in case.transcript.turns)
    if not noted and (not case.exchange.agents or None in case.exchange.agents):
        return []
    return [Sample(max(noted, len(case.exchange.agents) - 1))]


def transferred(case: Case) -> list[Sample]:
    """Whether it was passed on."""
    return [sample._replace(value=float(sample.value > 0)) for sample in transfers(case)]


def review_answered(case: Case) -> list[Sample]:
    """Whether a public review was answered."""
    if not case.is_review:
        return []
    return [Sample(float(any(t.role in STAFF for t in case.exchange.turns) or case.ticket.first_reply_at is not None))]


def review_answer_time(case: Case) -> list[Sample]:
    """Seconds until a public review was answered."""
    return first_response(case) if case.is_review else []


def mystery_score(case: Case) -> list[Sample]:
    """The score of a mystery call."""
    return [] if case.graded is None or case.graded.score is None else [Sample(case.graded.score)]


def _own_labels(case: Case) -> Iterator[tuple[str, Label]]:
    """The labels that an agent of the conversation gave to it, each with the agent."""
    names = {agent.casefold(): agent for agent in case.exchange.agents if agent}
    for person in case.transcript.participants:
        if person.role == "agent":
            names |= {name.casefold(): person.id for name in (person.id, person.name, person.email) if name}
    for label in case.labels:
        if label.label_source == "human" and label.annotator.casefold() in names:
            yield names[label.annotator.casefold()], label


def _labelled_by_turn(case: Case) -> set[str]:
    """Items that somebody answered for several turns; of other labels the turn only says where the evidence is."""
    counts = Counter((label.item_id, label.annotator) for label in case.labels)
    return {item for (item, _), count in counts.items() if count > 1}


def as_auditor(case: Case) -> Iterator[Sample]:
    """Whether a label of the agent agrees with an auditor's."""
    own, by_turn = list(_own_labels(case)), _labelled_by_turn(case)
    agents = {label.annotator for _, label in own}
    audited = [label for label in case.labels if label.label_source == "human" and label.annotator not in agents]
    for agent, mine in own:
        for theirs in audited:
            if mine.item_id == theirs.item_id and (mine.turn == theirs.turn or mine.item_id not in by_turn):
                yield Sample(float(mine.label == theirs.label), agent=agent)


def as_grader(case: Case) -> Iterator[Sample]:
    """Whether a label of the agent agrees with the scorecard's."""
    labels = case.graded.labels if case.graded else {}
    by_turn = _labelled_by_turn(case)
    for agent, mine in _own_labels(case):
        if mine.item_id in labels and mine.item_id not in by_turn:
            yield Sample(float(mine.label == labels[mine.item_id]), agent=agent)
