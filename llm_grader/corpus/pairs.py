"""Pairs of conversations with the same question: found without a model, and compared by a judge.

A judge says of each pair whether the customers asked the same and were told the same; its quotes are looked up in both
conversations, as they are in grading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple

from pydantic import Field

from llm_grader.asking.answers import CitedQuote, unreadable
from llm_grader.asking.judge import Judge, filled_by
from llm_grader.asking.messages import PROBLEMS, fence_code, language_name, render_transcript, template
from llm_grader.checking.evidence import QuoteFinder, Unverified
from llm_grader.checking.loose import find_places
from llm_grader.corpus.neighbours import QuestionIndex
from llm_grader.errors import EndpointError, InvalidOutput, JudgeError
from llm_grader.gateway.answer_text import AnswerModel, Words
from llm_grader.gateway.bodies import Message
from llm_grader.gateway.work import Work, current_work
from llm_grader.privacy.redaction import redact, restore
from llm_grader.rubric.model import EvidenceRule, Item, wording
from llm_grader.transcript import Model, Share, Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import Evidence, Status

_MOST_QUOTES = 2
_RULES = {
    "question": EvidenceRule.model_validate({"from": ["customer"]}),
    "answer": EvidenceRule.model_validate({"from": ["agent"]}),
}


class PairAnswer(AnswerModel):
    """How the two conversations compare: the schema of a judge's answer."""

    question_a: list[CitedQuote]
    question_b: list[CitedQuote]
    same_question: Literal["yes", "no"]
    answer_a: list[CitedQuote]
    answer_b: list[CitedQuote]
    reason: Words
    same_answer: Literal["yes", "no", "cannot_tell"]


class Pair(NamedTuple):
    """Two conversations that may be about the same question, and the turns (from 0) in which it may be asked."""

    a: Transcript
    b: Transcript
    turns: tuple[int, int]
    similarity: float


class Side(Model):
    """One of the two conversations: what the customer asked there, what the agent said to it, and who that agent is."""

    transcript_id: str
    agent: str | None = None
    question: tuple[Evidence, ...] = ()
    answer: tuple[Evidence, ...] = ()


class PairVerdict(Model):
    """A judge's answer about a pair, checked.

    `same_question` and `same_answer` are None where it is not known: `same_answer` where a question was not answered,
    both unless `status` is ok. `problem` names the check or the request that failed.
    """

    a: Side
    b: Side
    similarity: Share
    status: Status = "ok"
    same_question: bool | None = None
    same_answer: bool | None = None
    reason: str = ""
    problem: str | None = None
    usage: Usage = Field(default_factory=Usage)


class FoundPairs(NamedTuple):
    """How many conversations there are, and the pairs of them to ask about."""

    conversations: int
    pairs: list[Pair]


def find_pairs(
    transcripts: Iterable[Transcript], again: Callable[[], Iterable[Transcript]], *, most: int
) -> FoundPairs:
    """Pairs of conversations in which customers use similar words, the most similar first.

    Args:
        transcripts: the conversations.
        again: gives the same once more, in the same order: only those that are in a pair are kept in memory.
        most: this many pairs.
    """
    index = QuestionIndex()
    for transcript in transcripts:
        index.add(transcript)
    near = index.nearest(most=most)
    wanted = {place.conversation for found in near for place in (found.a, found.b)}
    kept = {number: transcript for number, transcript in enumerate(again()) if number in wanted}
    return FoundPairs(
        index.conversations,
        [Pair(kept[a.conversation], kept[b.conversation], (a.turn, b.turn), similarity) for a, b, similarity in near],
    )


class PairJudge:
    """A judge of pairs of conversations; `item` is what it compares them for.

    Args:
        judge: who is asked.
        item: what the comparison is for; its question and policy are part of the prompt.
        language: BCP 47 code of the item's wording.
        reason_language: BCP 47 code of the reasons.
        redact: send tokens in place of personal data, see `redaction`; reasons keep the tokens.
    """

    def __init__(
        self,
        judge: Judge,
        item: Item,
        *,
        language: str = "en",
        reason_language: str | None = None,
        redact: bool = False,
    ) -> None:
        self.item = item
        self._judge = judge
        self._redact = redact
        rules = {**item.policy(), **item.remarks()}
        reasons = reason_language or language
        self._rules = template("consistency").render(
            question=wording(item.question, language),
            policy=[(name, wording(text, language)) for name, text in rules.items()],
            reason_language=language_name(reasons),
        )

    def render(self, pair: Pair, problems: Mapping[str, str] = {}) -> list[Message]:
        """The messages about a pair, a second time where `problems` (place → what was wrong) are given."""
        a, b = (redact(one).transcript if self._redact else one for one in (pair.a, pair.b))
        code = fence_code(a, b)
        question = template("consistency_pair").render(
            code=code,
            a=render_transcript(a, code=code),
            b=render_transcript(b, code=code),
            turn_a=pair.turns[0],
            turn_b=pair.turns[1],
            problems=[(place, PROBLEMS.get(what, what)) for place, what in problems.items()],
        )
        return [{"role": "system", "content": self._rules}, {"role": "user", "content": question}]

    async def judge(self, pair: Pair) -> PairVerdict:
        """The checked answer about a pair, asked for once more where it cannot be read or a quote fails its check.

        A failed request makes a verdict with status error; only what stops the whole run is raised.

        Raises:
            EndpointError: the key, quota, model or address is wrong.
            RunStopped: the endpoint is down, or a limit is reached.
        """
        current_work.set(Work())
        usage = Usage()
        problems: dict[str, str] = {}
        for _ in range(2):
            try:
                filled = await filled_by(self._judge, self.render(pair, problems), PairAnswer)
            except EndpointError:
                raise
            except InvalidOutput as fault:
                usage += fault.usage or Usage()
                problems = {"answer": unreadable(fault.text).partition(":")[0]}
                continue
            except JudgeError as fault:
                return _unknown(pair, "error", fault.code, usage + (fault.usage or Usage()))
            usage += filled.usage
            verdict, problems = self._check(PairAnswer.model_validate(filled.answer.model_dump()), pair)
            if not problems:
                return verdict.model_copy(update={"usage": usage})
        return _unknown(pair, "needs_review", next(iter(problems.values())), usage)

    def _check(self, answer: PairAnswer, pair: Pair) -> tuple[PairVerdict, dict[str, str]]:
        same = answer.same_question == "yes"
        decided = same and answer.same_answer != "cannot_tell"
        sides, problems = [], dict[str, str]()
        for name, transcript in (("a", pair.a), ("b", pair.b)):
            cited = {"question": getattr(answer, f"question_{name}"), "answer": getattr(answer, f"answer_{name}")}
            needed = [*(["question"] if same else []), *(["answer"] if decided else [])]
            found, wrong = self._quotes(transcript, {part: cited[part] for part in needed})
            problems |= {f"{part}_{name}": what for part, what in wrong.items()}
            sides.append(Side(transcript_id=transcript.id, agent=_agent(transcript, found), **found))
        verdict = PairVerdict(
            a=sides[0],
            b=sides[1],
            similarity=pair.similarity,
            same_question=same,
            same_answer=answer.same_answer == "yes" if decided else None,
            reason=answer.reason,
        )
        return verdict, problems

    def _quotes(
        self, transcript: Transcript, cited: Mapping[str, Sequence[CitedQuote]]
    ) -> tuple[dict[str, tuple[Evidence, ...]], dict[str, str]]:
        """The evidence for each part, in the words of the original, and what is wrong with parts that have none."""
        redaction = redact(transcript) if self._redact else None
        finder = QuoteFinder(transcript if redaction is None else redaction.transcript)
        found: dict[str, tuple[Evidence, ...]] = {}
        wrong: dict[str, str] = {}
        for part, quotes in cited.items():
            resolve = partial(_resolved, finder, _RULES[part])
            results = [find_places(q.quote, q.turn, finder.transcript, resolve) for q in quotes[:_MOST_QUOTES]]
            evidence = [place for places in results if not isinstance(places, Unverified) for place in places]
            if redaction is not None:
                evidence = [restore(e, transcript.turns[e.turn], redaction.spans[e.turn]) for e in evidence]
            found[part] = tuple(evidence)
            if not evidence:
                failed = (str(result) for result in results if isinstance(result, Unverified))
                wrong[part] = next(failed, str(Unverified.QUOTE_EMPTY))
        return found, wrong


def _resolved(finder: QuoteFinder, rule: EvidenceRule, words: str, turn: int | None) -> Evidence | Unverified:
    return finder.resolve(words, rule, turn=turn)


def _agent(transcript: Transcript, found: Mapping[str, Sequence[Evidence]]) -> str | None:
    """Who gave the answer, or whoever is under review."""
    speakers = (transcript.turns[evidence.turn].speaker for evidence in found.get("answer", ()))
    return next(speakers, None) or transcript.agent_id


def _unknown(pair: Pair, status: Status, problem: str, usage: Usage) -> PairVerdict:
    a, b = (Side(transcript_id=one.id, agent=one.agent_id) for one in (pair.a, pair.b))
    return PairVerdict(a=a, b=b, similarity=pair.similarity, status=status, problem=problem, usage=usage)
