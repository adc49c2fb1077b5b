"""The catalogue of performance figures: the definition of each, in code and in words. Pure.

They are those of the help desk quality assurance checklist. Where dbt_zendesk, Fivetran's models of Zendesk's ticket
metrics, has one it is followed: the opening is no reply, one-touch is exactly one reply, only net new messages of the
customer wait for a reply. Unlike there, several messages of one agent in a row are one reply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from llm_grader.figures import samples
from llm_grader.figures.case import Case
from llm_grader.figures.samples import Sample

Unit = Literal["seconds", "share", "count", "replies", "rating", "points"]
"""What a value counts. A share is 0–1; points are -100–100 for NPS and 0–100 for scores."""


@dataclass(frozen=True)
class FigureDefinition:
    """The definition of a figure: the mean of its samples, or their sum where they are counted.

    Attributes:
        id: the name under which the figure is shown.
        unit: what its value counts.
        words: the same in words; settings stand in braces.
        absent: the reason why there is no value when no conversation has a sample.
        samples: the samples of one conversation.
        of_sum: the value that counts for the samples with the same key, from their sum; else each counts.
        spread: whether it has a median and a 90th percentile.
        timed: whether business hours matter.
        over: the conversations that it is about.
    """

    id: str
    unit: Unit
    words: str
    absent: str
    samples: Callable[[Case], Iterable[Sample]]
    of_sum: Callable[[float], float] | None = None
    spread: bool = False
    timed: bool = False
    over: Literal["ordinary", "mystery", "all"] = "ordinary"

    @property
    def is_rate(self) -> bool:
        """Whether it means something for many conversations only."""
        return self.unit in ("share", "rating", "points")


_NOT_TIMED = "no answer to a customer in a chat or mail whose messages all have times"
_NO_STATUS = "no ticket says whether it is resolved (status, resolved_at)"
_NO_REPLIES = "no chat or mail belongs to a ticket that is known to be resolved"
_NO_TRANSFERS = "neither tickets nor named speakers tell of transfers"
_NO_OWN = "no labels by an agent on a conversation of their own that can be compared with"

CATALOGUE: tuple[FigureDefinition, ...] = (
    FigureDefinition(
        "productivity",
        "seconds",
        "mean time an agent spends on a conversation: the ticket's handle_seconds, else in chats and calls the time "
        "from the first words of a human agent to the last words, where they are not one moment; by type or tag it "
        "says what takes long",
        "no ticket has handle_seconds, and no chat or call tells by its times how long it took",
        samples.handle_time,
        spread=True,
    ),
    FigureDefinition(
        "first_contact_resolution_rate",
        "share",
        "tickets with one contact and no reopening ÷ resolved tickets, by the ticket's own fields",
        "no resolved ticket has both contacts and reopens",
        samples.first_contact,
    ),
    FigureDefinition(
        "first_contact_resolution_rate_by_verdict",
        "share",
        "conversations graded met ÷ those graded met or not_met, by the scorecards' verdict on "
        "first_contact_resolution",
        "no conversation has a scorecard with a verdict on first_contact_resolution",
        samples.first_contact_verdict,
    ),
    FigureDefinition(
        "average_response_time",
        "seconds",
        "mean time in chats and mails from the customer's first unanswered message to the next public message of a "
        "human agent; bots do not answer",
        _NOT_TIMED,
        samples.responses,
        spread=True,
        timed=True,
    ),
    FigureDefinition(
        "first_response_time",
        "seconds",
        "mean time in chats and mails from the customer's first message to the first public message of a human agent "
        "after it, else from opened_at to first_reply_at of the ticket",
        _NOT_TIMED,
        samples.first_response,
        spread=True,
        timed=True,
    ),
    FigureDefinition(
        "call_response_time",
        "seconds",
        "mean silence on calls from the customer's words to the agent's",
        "no answer on a call whose turns all have times",
        samples.call_responses,
        spread=True,
    ),
    FigureDefinition(
        "agent_rating",
        "rating",
        "mean rating of the agent's help by customers, on the ticket's own scale",
        "no ticket has a rating",
        samples.rating,
    ),
    FigureDefinition(
        "csat",
        "share",
        "satisfied answers (a csat of {satisfied_from:g} or more of {satisfied_of:g}) ÷ answers",
        "no ticket has a csat",
        samples.satisfied,
    ),
    FigureDefinition(
        "nps",
        "points",
        "% of answers 9–10 minus % of answers 0–6 to how likely the customer is to recommend the company",
        "no ticket has an nps",
        samples.promoter,
    ),
    FigureDefinition(
        "negative_response_rate",
        "share",
        "survey answers of {negative_to:g} or less of 10 ÷ answers",
        "no ticket has a survey_score",
        samples.negative,
    ),
    FigureDefinition(
        "resolution_rate", "share", "resolved tickets ÷ tickets whose state is known", _NO_STATUS, samples.resolved
    ),
    FigureDefinition(
        "repeat_contact_rate",
        "share",
        "customers with more than one contact (conversations, or the ticket's contacts) ÷ customers",
        "no ticket has a customer_id",
        samples.customer,
        of_sum=lambda contacts: contacts > 1,
    ),
    FigureDefinition(
        "replies_per_resolution",
        "replies",
        "mean number of replies of human agents per resolved ticket in chats and mails; the opening is none, and "
        "several messages of one agent in a row are one",
        _NO_REPLIES,
        samples.replies,
        of_sum=float,
        spread=True,
    ),
    FigureDefinition(
        "one_touch_rate",
        "share",
        "tickets resolved with exactly one reply ÷ resolved tickets, in chats and mails",
        _NO_REPLIES,
        samples.replies,
        of_sum=lambda replies: replies == 1,
    ),
    FigureDefinition("resolved_count", "count", "resolved tickets", _NO_STATUS, samples.resolved),
    FigureDefinition(
        "transfers",
        "count",
        "how often conversations were passed on: the ticket's transfers, else the transfers noted in the conversation, "
        "at least one for each further agent",
        _NO_TRANSFERS,
        samples.transfers,
    ),
    FigureDefinition(
        "transfer_rate", "share", "conversations passed on ÷ conversations", _NO_TRANSFERS, samples.transferred
    ),
    FigureDefinition(
        "reviews",
        "share",
        "public reviews that a human answered ÷ reviews received, by the ticket's type or tags",
        "no ticket has the type or a tag of a review",
        samples.review_answered,
    ),
    FigureDefinition(
        "review_answer_time",
        "seconds",
        "mean time from a public review to its first answer by a human",
        "no review has an answer and times",
        samples.review_answer_time,
        spread=True,
        timed=True,
    ),
    FigureDefinition(
        "mystery_call",
        "points",
        "mean score (0–100) of conversations tagged as mystery calls, which no other figure counts",
        "no mystery call has a scorecard with a score",
        samples.mystery_score,
        over="mystery",
    ),
    FigureDefinition(
        "self_assessment_with_auditor",
        "share",
        "labels of agents on their own conversations that agree with an auditor's ÷ those an auditor gave too",
        f"{_NO_OWN} an auditor's",
        samples.as_auditor,
        over="all",
    ),
    FigureDefinition(
        "self_assessment_with_grader",
        "share",
        "labels of agents on their own conversations that agree with the scorecard's ÷ those the scorecard has too",
        f"{_NO_OWN} a scorecard's",
        samples.as_grader,
        over="all",
    ),
)
"""Every figure, in the order in which they are shown."""
