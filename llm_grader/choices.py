"""How the embedded model judges: one item at a time, by choosing among a few words.

A small model that writes JSON guesses; asked one question, and scored on the probability of its first word, it does
not. A label that needs evidence gets a second question, for the number of a turn; the words cited are that turn's own.
The transcript comes first in every question, so that the server's cache holds it from item to item.
"""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

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
_WRAPPING_TOKENS = 64
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)]*(?=\s|$)|\n+")


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
        told = render_conversation(transcript)
        self._check_length(transcript, told, items)
        reply, finder = Reply(), QuoteFinder(transcript)
        for item in items:
            try:
                reply += await self._ask_item(told, item, citable_turns(transcript, item, finder))
            except (ContextTooLong, EndpointError):
                raise
            except JudgeError as fault:
                reply += Reply(problems={item.id: fault.code}, usage=fault.usage or Usage())
        return reply

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], problems: Mapping[str, str]) -> Reply:
        """Nothing new: the same question gets the same answer from this model."""
        del transcript, items, problems
        return Reply()

    async def _ask_item(self, told: str, item: Item, turns: Mapping[int, str]) -> Reply:
        labels = options_of(item)
        asked = render_question(told, item, self._language)
        choice = await self._choose(asked, tuple(labels))
        option, confidence = self._read(item, choice)
        usage, quotes = choice.usage, tuple[Quote, ...]()
        if labels[option] in item.evidence.required_for and turns:
            cited, spent = await self._cite([*asked, {"role": "assistant", "content": option}], turns)
            quotes, usage = (cited,), usage + spent
        claim = Claim(item_id=item.id, label=labels[option], quotes=quotes, confidence=confidence)
        return Reply(claims={item.id: claim}, usage=usage)

    def _read(self, item: Item, choice: Choice) -> tuple[str, float]:
        """The option chosen, and the probability that it is the right one, as far as the model knows."""
        if item.scale != "binary":
            total = math.fsum(map(math.exp, choice.logprobs.values()))
            return choice.answer, math.exp(choice.logprobs[choice.answer]) / total
        log_odds = self._offsets.log_odds(item, choice.logprobs[YES] - choice.logprobs[NO])
        return (YES if log_odds > 0 else NO), 1 / (1 + math.exp(-min(abs(log_odds), 700)))

    async def _cite(self, messages: Sequence[Message], turns: Mapping[int, str]) -> tuple[Quote, Usage]:
        """The turn that shows what was answered; where only one can, nothing is asked."""
        if len(turns) == 1:
            ((number, words),) = turns.items()
            return Quote(turn=number, quote=words), Usage()
        numbers = tuple(map(str, turns))
        question = {"role": "user", "content": template("local_evidence").render(numbers=", ".join(numbers))}
        choice = await self._choose([*messages, question], numbers)
        number = int(choice.answer)
        return Quote(turn=number, quote=turns[number]), choice.usage

    def _check_length(self, transcript: Transcript, told: str, items: Sequence[Item]) -> None:
        if self._context_tokens is None or self._count_tokens is None:
            return
        questions = (wording(item.question, self._language) for item in items)
        needed = self._count_tokens(told + max(questions, key=len, default="")) + _WRAPPING_TOKENS
        needed += 4 * len(transcript.turns)  # the numbers that the question for a turn lists
        if needed > self._context_tokens:
            raise ContextTooLong(
                f"transcript {transcript.id} needs {needed} tokens, and the local model's context has "
                f"{self._context_tokens}: raise it"
            )


def options_of(item: Item) -> dict[str, str]:
    """What the model chooses among → the label it stands for."""
    if item.scale != "binary":
        return {level: level for level in item.levels}
    if item.judged == "audio":  # its question is whether anybody complains of it
        return {YES: NOT_MET, NO: CANNOT_ASSESS}
    return {YES: MET, NO: NOT_MET}


def render_conversation(transcript: Transcript) -> str:
    """What comes first in every question: the whole conversation, numbered turn by turn.

    Only our own lines begin with a bracket: what people wrote after a line break is indented.
    """
    turns = [
        {"number": number, "speaker": speaker_of(turn, transcript), "text": "\n    ".join(turn.text.splitlines())}
        for number, turn in enumerate(transcript.turns)
    ]
    return template("local_transcript").render(channel=transcript.channel, turns=turns)


def render_question(told: str, item: Item, language: str) -> list[Message]:
    """The messages that ask about one item of the conversation `told`."""
    levels = [] if item.scale == "binary" else [(lv.value, wording(lv.anchor, language)) for lv in item.scale.levels]
    question = template("local_item").render(question=wording(item.question, language), levels=levels)
    return [
        {"role": "user", "content": told},
        {"role": "assistant", "content": "I have read it."},
        {"role": "user", "content": question},
    ]


def citable_turns(transcript: Transcript, item: Item, finder: QuoteFinder) -> dict[int, str]:
    """Number → words of each turn that can be evidence for `item`: said in public by a role whose words count."""
    found = (finder.resolve(opening_words(turn), item.evidence, turn=n) for n, turn in enumerate(transcript.turns))
    return {n: place.quote for n, place in enumerate(found) if isinstance(place, Evidence) and place.turn == n}


def opening_words(turn: Turn) -> str:
    """The first whole sentences of what the turn's author wrote, up to 200 characters; a longer first one is cut.

    A slice of the turn's text, letter by letter; empty where there is nothing.
    """
    for start, end in turn.body_spans():
        body = turn.text[start:end].strip()
        if len(body) <= _QUOTE_CHARACTERS:
            if body:
                return body
            continue
        ends = [m.end() for m in _SENTENCE_END.finditer(body) if m.end() <= _QUOTE_CHARACTERS]
        cut = ends[-1] if ends else body.rfind(" ", 0, _QUOTE_CHARACTERS)
        return body[: cut if cut > 0 else _QUOTE_CHARACTERS].rstrip()
    return ""
