"""How the embedded model judges: one item at a time, by choosing among a few words.

A small model that writes JSON guesses. Asked for the turn that is most telling about one item, then for Yes or No, and
scored on the probability of that word, it does not; the words cited are that turn's own. The transcript comes first in
every question, so that the server's cache holds it from item to item.
"""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from llm_grader.errors import ContextTooLong, EndpointError, JudgeError
from llm_grader.evidence import QuoteFinder
from llm_grader.messages import Message, speaker_of, template
from llm_grader.offsets import Offsets
from llm_grader.reply import Choice, Claim, Quote, Reply
from llm_grader.rubric import Item, wording
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_MET, Evidence, Usage

Choose = Callable[[Sequence[Message], Sequence[str]], Awaitable[Choice]]
YES, NO = "Yes", "No"

_QUOTE_CHARACTERS = 200
_WRAPPING_TOKENS = 128
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)]*(?=\s|$)|\n+")


class Answer(NamedTuple):
    """What the model said about one item: the option chosen, the turn it finds most telling, and what it took."""

    choice: Choice
    quote: Quote | None
    usage: Usage


class ChoiceAsker:
    """Asks a model that can only choose, item by item.

    Args:
        choose: asks for one of some options and tells the log-probability of each, such as `Gateway.choose`.
        offsets: where Yes begins for each item.
        language: BCP 47 code of the questions' wording.
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
                answer = await self.consult(conversation, item)
            except (ContextTooLong, EndpointError):
                raise
            except JudgeError as fault:
                reply += Reply(problems={item.id: fault.code}, usage=fault.usage or Usage())
            else:
                reply += Reply(claims={item.id: self._claim(item, answer)}, usage=answer.usage)
        return reply

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], problems: Mapping[str, str]) -> Reply:
        """Nothing new: the same question gets the same answer from this model."""
        del transcript, items, problems
        return Reply()

    async def consult(self, conversation: Conversation, item: Item) -> Answer:
        """The model's answer about one item, before any offset.

        Raises:
            JudgeError: see `errors`.
        """
        turns = conversation.citable(item)
        if not turns:
            choice = await self._choose(render_question(conversation, item, self._language), tuple(options_of(item)))
            return Answer(choice, None, choice.usage)
        number, usage = await self._most_telling(conversation, item, tuple(turns))
        quote = Quote(turn=number, quote=turns[number])
        choice = await self._choose(render_question(conversation, item, self._language, quote), tuple(options_of(item)))
        return Answer(choice, quote, usage + choice.usage)

    async def _most_telling(self, conversation: Conversation, item: Item, turns: Sequence[int]) -> tuple[int, Usage]:
        """The number of the turn to look at; where there is only one, nothing is asked."""
        if len(turns) == 1:
            return turns[0], Usage()
        choice = await self._choose(render_search(conversation, item, self._language), tuple(map(str, turns)))
        return int(choice.answer), choice.usage

    def _claim(self, item: Item, answer: Answer) -> Claim:
        option, confidence = self._read(item, answer.choice)
        label = options_of(item)[option]
        quoted = answer.quote is not None and label in item.evidence.required_for
        quotes = (answer.quote,) if quoted else ()
        return Claim(item_id=item.id, label=label, quotes=quotes, confidence=confidence)

    def _read(self, item: Item, choice: Choice) -> tuple[str, float]:
        """The option chosen, and the probability that it is the right one, as far as the model knows."""
        if item.scale != "binary":
            total = math.fsum(map(math.exp, choice.logprobs.values()))
            return choice.answer, math.exp(choice.logprobs[choice.answer]) / total
        log_odds = self._offsets.log_odds(item, score_of(choice))
        return (YES if log_odds > 0 else NO), 1 / (1 + math.exp(-min(abs(log_odds), 700)))

    def _check_length(self, conversation: Conversation, items: Sequence[Item]) -> None:
        if self._context_tokens is None or self._count_tokens is None:
            return
        questions = (wording(item.question, self._language) for item in items)
        longest = max(questions, key=len, default="") + "x " * _QUOTE_CHARACTERS
        needed = self._count_tokens(conversation.opening[0]["content"] + longest) + _WRAPPING_TOKENS
        if needed > self._context_tokens:
            raise ContextTooLong(
                f"transcript {conversation.transcript.id} needs {needed} tokens, and the local model's context has "
                f"{self._context_tokens}: raise it"
            )


class Conversation:
    """A transcript as it is told to the model, and which of its turns can be cited.

    Args:
        transcript: the conversation.
    """

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.opening: list[Message] = [
            {"role": "user", "content": render_conversation(transcript)},
            {"role": "assistant", "content": "I have read it."},
        ]
        self._finder = QuoteFinder(transcript)
        self._openings = [opening_words(turn) for turn in transcript.turns]

    def citable(self, item: Item) -> dict[int, str]:
        """Number → words of each turn that can be evidence for `item`: said in public by a role whose words count."""
        found = (self._finder.resolve(words, item.evidence, turn=n) for n, words in enumerate(self._openings))
        return {n: place.quote for n, place in enumerate(found) if isinstance(place, Evidence) and place.turn == n}


def score_of(choice: Choice) -> float:
    """LogP(Yes) − logP(No), in nats."""
    return choice.logprobs[YES] - choice.logprobs[NO]


def options_of(item: Item) -> dict[str, str]:
    """What the model chooses among → the label it stands for."""
    if item.scale != "binary":
        return {level: level for level in item.levels}
    if item.judged == "audio":  # its question is whether anybody complains of it
        return {YES: NOT_MET, NO: CANNOT_ASSESS}
    return {YES: MET, NO: NOT_MET}


def render_search(conversation: Conversation, item: Item, language: str) -> list[Message]:
    """The messages that ask for the turn which tells most about `item`."""
    question = template("local_evidence").render(
        question=wording(item.question, language), speakers=" or the ".join(item.evidence.from_)
    )
    return [*conversation.opening, {"role": "user", "content": question}]


def render_question(conversation: Conversation, item: Item, language: str, quote: Quote | None = None) -> list[Message]:
    """The messages that ask about `item`: after the search for a turn, or without one where no turn can be cited."""
    levels = [] if item.scale == "binary" else [(lv.value, wording(lv.anchor, language)) for lv in item.scale.levels]
    question = template("local_item").render(
        question=wording(item.question, language),
        number=quote and quote.turn,
        words=quote and " ".join(quote.quote.split()),
        levels=levels,
    )
    if quote is None:
        return [*conversation.opening, {"role": "user", "content": question}]
    searched = render_search(conversation, item, language)
    return [*searched, {"role": "assistant", "content": str(quote.turn)}, {"role": "user", "content": question}]


def render_conversation(transcript: Transcript) -> str:
    """What comes first in every question: the whole conversation, numbered turn by turn.

    Only our own lines begin with a bracket: what people wrote after a line break is indented.
    """
    turns = [
        {"number": number, "speaker": speaker_of(turn, transcript), "text": "\n    ".join(turn.text.splitlines())}
        for number, turn in enumerate(transcript.turns)
    ]
    return template("local_transcript").render(channel=transcript.channel, turns=turns)


def opening_words(turn: Turn) -> str:
    """The first whole sentences of what the turn's author wrote, up to 200 characters; a longer first one is cut.

    A slice of the turn's text, letter by letter; empty where there is nothing.
    """
    for start, end in turn.body_spans():
        body = turn.text[start:end].strip()
        if not body:
            continue
        if len(body) <= _QUOTE_CHARACTERS:
            return body
        ends = [m.end() for m in _SENTENCE_END.finditer(body) if m.end() <= _QUOTE_CHARACTERS]
        cut = ends[-1] if ends else body.rfind(" ", 0, _QUOTE_CHARACTERS)
        return body[: cut if cut > 0 else _QUOTE_CHARACTERS].rstrip()
    return ""
