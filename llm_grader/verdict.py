"""Labels, verdicts with their evidence, and the scorecard of a conversation that they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from llm_grader.transcript import Channel, Model, Role, Share, Transcript
from llm_grader.usage import Usage

Judged = Literal["llm", "signal", "ticket", "audio", "corpus", "org"]
Match = Literal["exact", "normalised", "repaired"]
Status = Literal["ok", "needs_review", "not_graded", "error"]
NoConduct = Literal[
    "nobody",
    "only_bots",
    "voicemail",
    "auto_reply",
    "only_notes",
    "agent_said_nothing",
    "only_supervisor",
    "nothing_applies",
]
"""Why a conversation shows no conduct to grade: the `failure.code` of a card whose status is not_graded."""
LabelSource = Literal["human", "synthetic", "llm"]

MET = "met"
NOT_MET = "not_met"
NOT_APPLICABLE = "not_applicable"
CANNOT_ASSESS = "cannot_assess"
UNJUDGED = "the embedded model cannot judge this item"
"""What the reason of a `cannot_assess` begins with where the item is left to a larger model."""
UNSCORED = frozenset({NOT_APPLICABLE, CANNOT_ASSESS})

Parameter = str | int | float | bool | None
PARAMETER_DEFAULTS: Mapping[str, Parameter] = {
    "mode": "tools",
    "temperature": 0.0,
    "seed": None,
    "max_completion_tokens": None,
    "logprobs": False,
    "params": "{}",
    "items_per_call": "all",
    "samples": 1,
    "redact": False,
    "ask_roles": False,
    "language": "en",
    "reason_language": "en",
}
"""The parameters of a judge of which nothing is set; no part of its identity, so a released one never changes."""


class Evidence(Model):
    """Words of the transcript: `transcript.turns[turn].text[start:end] == quote`.

    `match` says how the cited words were found: letter by letter, up to whitespace, case, Unicode form and quote
    marks, or only after the judge was asked again.
    """

    turn: int = Field(ge=0)
    role: Role
    quote: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    match: Match


class Verdict(Model):
    """The answer to one item of the rubric.

    `label` is None unless `status` is ok: what failed a check is never a label, and nothing is on a card that is not
    graded. `claimed` keeps what the judge said in that case, `problem` names the check and `detail` what it found.
    `confidence` is 0–1 where the judge gave one. `votes` counts what each sample said, where the judge was asked
    several times. `note` says what else was seen, such as words that speak against the verdict; it changes nothing.
    `taken_from` is the key of the result that the verdict was given in, where that was one by an earlier
    version of the rubric which says the same of this item; the judge saw it among that version's items then.
    """

    item_id: str
    label: str | None
    status: Status = "ok"
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()
    judged: Judged = "llm"
    confidence: Share | None = None
    problem: str | None = None
    detail: str | None = None
    claimed: str | None = None
    votes: dict[str, int] = Field(default_factory=dict)
    taken_from: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _a_label_means_ok(self) -> Self:
        if (self.label is None) == (self.status == "ok"):
            raise ValueError(f"item {self.item_id}: a verdict has a label exactly when its status is ok")
        return self


class Provenance(Model):
    """The origin of a scorecard: everything needed to say how it came about.

    `key` is what the result is stored under. `family` is the same without the rubric's version: results of one family
    are about one conversation, judged by one judge in one way. A parameter that is missing is at its default.
    """

    rubric_id: str
    rubric_version: str
    rubric_hash: str
    prompt_hash: str
    model: str
    answered_by: str | None = None
    endpoint: str | None = None
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    key: str
    family: str = ""
    library_version: str
    graded_at: AwareDatetime | None = None


class SectionScore(Model):
    """Score (0–100, or None when nothing was scored) and coverage (0–1) of one section."""

    score: float | None
    coverage: float


class About(Model):
    """What cards are grouped by: a conversation's channel, language, agent, beginning, ticket and file, where known."""

    channel: Channel
    language: str | None = None
    agent: str | None = None
    started_at: AwareDatetime | None = None
    ticket_id: str | None = None
    team: str | None = None
    source: str | None = None

    @classmethod
    def of(cls, transcript: Transcript) -> Self:
        """What is known of a transcript; its agent is the one under review, or the only one there is."""
        times = [turn.at for turn in transcript.turns if turn.at]
        ticket = transcript.ticket
        return cls(
            channel=transcript.channel,
            language=transcript.language,
            agent=transcript.agent_name(),
            started_at=transcript.started_at or min(times, default=None),
            ticket_id=None if ticket is None else ticket.id,
            team=None if ticket is None else ticket.team,
            source=transcript.source,
        )


class Failure(Model):
    """Why a card has no grade: what failed (`code` is that of the error), or why there was nothing to grade.

    Of a card whose status is not_graded the code is one of `NoConduct`.
    """

    code: str
    message: str


class Scorecard(Model):
    """One transcript graded against one rubric: exactly one verdict for each item, in the rubric's order.

    `score` is 0–100, or None when nothing could be scored, or less than the rubric's `min_coverage` was. `coverage` is
    the share of the applicable weight that was scored. `passed` is None when it depends on what could not be decided.
    `flags` are computed outside the model and never change a verdict.

    `status` is
    - ok: an agent's conduct was graded, at least `min_coverage` of it, and every item has a checked verdict.
    - needs_review: a check failed, the roles are not known, or too little was scored. What was scored is sound, so a
      score stays where enough was, but nothing passes before somebody has looked: `passed` is False or None.
    - not_graded: there is no conduct to grade, and `failure` says why. No model was asked, there is no score, and every
      verdict has the same status.
    - error: a request failed, and `failure` says how. There is no score.

    `about` says what the conversation is grouped by.
    """

    transcript_id: str
    score: float | None
    status: Status
    coverage: float
    passed: bool | None
    critical_failures: tuple[str, ...] = ()
    sections: dict[str, SectionScore]
    verdicts: dict[str, Verdict]
    usage: Usage = Field(default_factory=Usage)
    provenance: Provenance
    failure: Failure | None = None
    flags: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    about: About | None = None

    def _repr_html_(self) -> str:
        """The card in a notebook: its score, and a line a verdict; everything is escaped."""
        score = "no score" if self.score is None else f"score {self.score:.0f} of 100"
        rows = "".join(map(_html_row, self.verdicts.values()))
        heading = "<tr><th>item</th><th>label</th><th>words or reason</th></tr>"
        title = f"{escape(self.transcript_id)}: {score}, {escape(self.status)}"
        return f"<table><caption>{title}</caption><thead>{heading}</thead><tbody>{rows}</tbody></table>"


def _html_row(verdict: Verdict) -> str:
    words = " … ".join(f"“{evidence.quote}”" for evidence in verdict.evidence) or verdict.problem or verdict.reason
    cells = (verdict.item_id, verdict.label or verdict.status, words)
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


class Label(Model):
    """One person's (or model's) answer to one item of one transcript: the unit of gold sets."""

    transcript_id: str
    item_id: str
    label: str
    annotator: str
    label_source: LabelSource
    turn: int | None = None
    evidence_quotes: tuple[str, ...] = ()
    reason: str | None = None
    at: AwareDatetime | None = None
