"""Asking by choice, as the embedded model is asked: one item at a time, by choosing among a few words.

A small model that writes JSON guesses; asked one question, and scored on the probability of its first word, it does
not. A label that needs evidence gets a second question, for the number of a turn; the words cited are that turn's own.
The transcript comes first in every question, so that the server's cache holds it from item to item.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence

from llm_grader.asking.citable import CitableTurns
from llm_grader.asking.judge import counting
from llm_grader.asking.messages import speaker_of, template
from llm_grader.checking.claims import Claim, Failed, Quote, Reply
from llm_grader.checking.evidence import QuoteFinder
from llm_grader.errors import ContextTooLong, EndpointError, JudgeError
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.bodies import Message
from llm_grader.local.offsets import Offsets
from llm_grader.rubric.model import Item, wording
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_MET

Choose = Callable[[Sequence[Message], Sequence[str]], Awaitable[Choice]]
YES, NO = "Yes", "No"

_WRAPPING_TOKENS = 128


class ChoiceAsker:
    """Asks a model that can only choose, item by item.

    Args:
        choose: chooses one of some options, with the log-probability of each, such as `Gateway.choose`.
        offsets: where Yes begins for each item.
        language: BCP 47 code of the questions' wording. English also for conversations in other languages: there the
            embedded model tells a Yes from a No better than when it is asked in theirs (AUC .93 against .72).
        context_tokens: what the model can read at once; needs `count_tokens`.
        count_tokens: how many tokens a text has.
    """

    def __init__(
        self,
        choose: Choose,
        *,
        offsets: Offsets | None = None,
        language: str = "en",
        context_tokens: int | None = None,
        count_tokens: Callable[[str], int] | None = None,
    ) -> None:
        self._choose = choose
        self._offsets = offsets or Offsets()
        self._language = language
        self._context_tokens = context_tokens
        self._count_tokens = count_tokens

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """A claim or a problem for each of `items`.

        Raises:
            ContextTooLong: the transcript and a question do not fit; nothing was asked.
            EndpointError, RunStopped: no transcript can be graded.
        """
        conversation = Conversation(transcript)
        self._check_length(conversation, items)
        reply = Reply()
        for item in items:
            try:
                reply += await self._ask_item(conversation, item)
            except (ContextTooLong, EndpointError):
                raise
            except JudgeError as fault:
                reply += Reply(problems={item.id: fault.code}, usage=fault.usage or Usage())
        return reply

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], failed: Mapping[str, Failed]) -> Reply:
        """Nothing new: the same question gets the same answer from this model."""
        del transcript, items, failed
        return Reply()

    async def judge(self, conversation: Conversation, item: Item) -> Choice:
        """Answer of the model about one item, before any offset.

        Raises:
            JudgeError: see `errors`.
        """
        return await self._choose(render_question(conversation, item, self._language), tuple(options_of(item)))

    async def cite(self, conversation: Conversation, item: Item, label: str) -> tuple[tuple[Quote, ...], Usage]:
        """Turn that tells most about `item`, of those that may prove `label`.

        None where no turn can, and no question where only one can.

        It is asked without the label: told that it said Yes, the model finds the turn less often (10 of 26 in human
        chats against 24).

        Raises:
            JudgeError: see `errors`.
        """
        turns, usage = conversation.citable(item, label), Usage()
        numbers = tuple(map(str, turns))
        if len(turns) > 1:
            choice = await self._choose(render_search(conversation, item, label, language=self._language), numbers)
            numbers, usage = (choice.answer,), choice.usage
        return tuple(Quote(turn=int(number), quote=turns[int(number)]) for number in numbers), usage

    async def _ask_item(self, conversation: Conversation, item: Item) -> Reply:
        choice = await self.judge(conversation, item)
        label, confidence = self.decide(item, choice)
        quotes: tuple[Quote, ...] = ()
        usage = Usage()
        if label in item.evidence.required_for:
            with counting(choice.usage):
                quotes, usage = await self.cite(conversation, item, label)
        claim = Claim(item_id=item.id, label=label, quotes=quotes, confidence=confidence)
        return Reply(claims={item.id: claim}, usage=choice.usage + usage)

    def decide(self, item: Item, choice: Choice) -> tuple[str, float]:
        """Label that the model's answer stands for, and the probability that it is right, as far as the model knows."""
        if item.scale != "binary":
            total = math.fsum(map(math.exp, choice.logprobs.values()))
            return choice.answer, math.exp(choice.logprobs[choice.answer]) / total
        log_odds = self._offsets.log_odds(item, score_of(choice))
        option = YES if log_odds > 0 else NO
        return options_of(item)[option], 1 / (1 + math.exp(-min(abs(log_odds), 700)))

    def _check_length(self, conversation: Conversation, items: Sequence[Item]) -> None:
        if self._context_tokens is None or self._count_tokens is None:
            return
        questions = (wording(item.question, self._language) for item in items)
        longest = max(questions, key=len, default="")
        needed = self._count_tokens(conversation.opening[0]["content"] + longest) + _WRAPPING_TOKENS
        if needed > self._context_tokens:
            raise ContextTooLong(
                f"transcript {conversation.transcript.id} needs {needed} tokens, and the local model's context has "
                f"{self._context_tokens}: raise it"
            )


class Conversation:
    """Transcript as the model reads it, and which of its turns can be cited.

    Args:
        transcript: the conversation.
    """

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.opening: list[Message] = [
            {"role": "user", "content": render_conversation(transcript)},
            {"role": "assistant", "content": "I have read it."},
        ]
        self._citable = CitableTurns(QuoteFinder(transcript))

    def citable(self, item: Item, label: str) -> dict[int, str]:
        """Number → words of each turn that can prove `label`: said in public by a role whose words count for it."""
        return self._citable.under(item.evidence, label)


def score_of(choice: Choice) -> float:
    """Log-odds of Yes, in nats: logP(Yes) − logP(No)."""
    return choice.logprobs[YES] - choice.logprobs[NO]


def options_of(item: Item) -> dict[str, str]:
    """Options that the model chooses among → the label that each stands for."""
    if item.scale != "binary":
        return {level: level for level in item.levels}
    if item.judged == "audio":  # its question is whether anybody complains of it
        return {YES: NOT_MET, NO: CANNOT_ASSESS}
    return {YES: MET, NO: NOT_MET}


def render_question(conversation: Conversation, item: Item, language: str) -> list[Message]:
    """Messages that ask about one item."""
    levels = [] if item.scale == "binary" else [(lv.value, wording(lv.anchor, language)) for lv in item.scale.levels]
    question = template("local_item").render(question=wording(item.question, language), levels=levels)
    return [*conversation.opening, {"role": "user", "content": question}]


def render_search(conversation: Conversation, item: Item, label: str, *, language: str) -> list[Message]:
    """Messages that ask for the turn which tells most about one item, of the speakers that may prove `label`."""
    speakers = " or the ".join(item.evidence.speakers(label))
    question = template("local_evidence").render(question=wording(item.question, language), speakers=speakers)
    return [*conversation.opening, {"role": "user", "content": question}]


def render_conversation(transcript: Transcript) -> str:
    """Conversation as it comes first in every question: whole, and numbered turn by turn.

    Only our own lines begin with a bracket: what people wrote after a line break is indented.
    """
    turns = [
        {"number": number, "speaker": speaker_of(turn, transcript), "text": "\n    ".join(turn.text.splitlines())}
        for number, turn in enumerate(transcript.turns)
    ]
    return template("local_transcript").render(channel=transcript.channel, turns=turns)
