"""Asking by choice, as the embedded model is asked: one item at a time, by choosing among a few words.

A small model that writes JSON guesses; asked one question, and scored on the probability of its first word, it does
not. What its answer is worth for an item, and what the words found in the conversation are, is measured beforehand
(see `fits`). A label that needs evidence cites the sentence in which the item's cue stands; where none does, the item
is left to a larger model. Of an item without a cue, and without fits, the model is asked for a turn and a sentence.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from llm_grader.asking.judge import counting
from llm_grader.checking.claims import Claim, Failed, Quote, Reply
from llm_grader.errors import ContextTooLong, EndpointError, JudgeError
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.bodies import Message
from llm_grader.local.fits import Fits, ItemFit, never_given, probability
from llm_grader.local.questions import (
    NO,
    YES,
    Conversation,
    options_of,
    render_question,
    render_search,
    render_sentence_search,
)
from llm_grader.rubric.model import Item, wording
from llm_grader.signals.cues.packaged import load_cues, phrase_languages, showing
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_MET, UNJUDGED

Choose = Callable[[Sequence[Message], Sequence[str]], Awaitable[Choice]]

_WRAPPING_TOKENS = 128
_MOST_SENTENCES = 9  # a digit each, so that the first token tells them apart


class ChoiceDecision(NamedTuple):
    """A label, the probability that it is right, the reason, and what asking for it took."""

    label: str
    confidence: float | None
    reason: str
    usage: Usage = Usage()


class ChoiceAsker:
    """Asks a model that can only choose, item by item.

    Args:
        choose: chooses one of some options, with the log-probability of each, such as `Gateway.choose`.
        fits: what is known of the model's answers; without, each item is asked and the likelier answer taken.
        rubric_id: the rubric that the items are of.
        language: BCP 47 code of the questions' wording. English also for conversations in other languages: there the
            embedded model tells a Yes from a No better than when it is asked in theirs (AUC .93 against .72).
        context_tokens: what the model can read at once; needs `count_tokens`.
        count_tokens: how many tokens a text has.
        doing: gets which question is asked at the moment, and how long the rest may take.
    """

    def __init__(
        self,
        choose: Choose,
        *,
        fits: Fits | None = None,
        rubric_id: str = "",
        language: str = "en",
        context_tokens: int | None = None,
        count_tokens: Callable[[str], int] | None = None,
        doing: Callable[[str], None] = lambda _what: None,
    ) -> None:
        self._choose = choose
        self._fits = fits
        self._rubric_id = rubric_id
        self._language = language
        self._context_tokens = context_tokens
        self._count_tokens = count_tokens
        self._doing = doing

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """A claim or a problem for each of `items`.

        Raises:
            ContextTooLong: the transcript and a question do not fit; nothing was asked.
            EndpointError, RunStopped: no transcript can be graded.
        """
        conversation = Conversation(transcript)
        self._check_length(conversation, items)
        reply, began = Reply(), time.monotonic()
        for number, item in enumerate(items):
            self._doing(_render_place(transcript, number, len(items), time.monotonic() - began))
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
        """Answer of the model about one item, before any fit.

        Raises:
            JudgeError: see `errors`.
        """
        return await self._choose(render_question(conversation, item, self._language), tuple(options_of(item)))

    async def decide(self, conversation: Conversation, item: Item) -> ChoiceDecision:
        """The label of an item: by its fit, or by the model's answer where it is asked without fits.

        None where words were found that only may show it, or the conversation's language has no phrases.

        Raises:
            JudgeError: see `errors`.
        """
        if self._fits is None:
            choice = await self.judge(conversation, item)
            return likelier(item, choice)
        fit = self._fits.of(self._rubric_id, item) if item.scale == "binary" and item.judged != "audio" else None
        if fit is None or not fit.judges(item):
            return ChoiceDecision(CANNOT_ASSESS, None, _unable(item, fit))
        if fit.found and not conversation.has_phrases:
            reason = f"{UNJUDGED} here: its phrases are in {', '.join(phrase_languages())} only; name a larger one"
            return ChoiceDecision(CANNOT_ASSESS, None, reason)
        if fit.found and (doubt := conversation.doubt(item)):
            reason = f"{UNJUDGED} here: words in turn {doubt.turn} may mean it or not; name a larger one"
            return ChoiceDecision(CANNOT_ASSESS, None, reason)
        score, usage = 0.0, Usage()
        if fit.whole:
            choice = await self.judge(conversation, item)
            score, usage = score_of(choice), choice.usage
        found = conversation.found(item)
        log_odds = fit.log_odds(score=score, found=found, in_english=conversation.in_english)
        label = MET if log_odds > 0 else NOT_MET
        return ChoiceDecision(label, probability(log_odds), _why(item, fit, found=found, score=score), usage)

    async def cite(self, conversation: Conversation, item: Item, label: str) -> tuple[tuple[Quote, ...], Usage]:
        """The sentence that tells most about `item`, of the turns that may prove `label`.

        It is the first that shows the item's cue, where that speaks for the label. Else the model is asked for the
        turn, without the label (told that it said Yes, it finds the turn less often, 10 of 26 in human chats against
        24), and for one of its sentences. None where no turn can prove it.

        Raises:
            JudgeError: see `errors`.
        """
        turns = conversation.citable(item, label)
        if shown := _shown(conversation, item, label, turns):
            return (shown,), Usage()
        return await self._search(conversation, item, label, turns)

    async def _search(
        self, conversation: Conversation, item: Item, label: str, turns: Mapping[int, str]
    ) -> tuple[tuple[Quote, ...], Usage]:
        if not turns:
            return (), Usage()
        usage, turn = Usage(), next(iter(turns))
        if len(turns) > 1:
            asked = render_search(conversation, item, label, language=self._language)
            choice = await self._choose(asked, tuple(map(str, turns)))
            turn, usage = int(choice.answer), choice.usage
        sentences = conversation.sentences(turn, item, label)[:_MOST_SENTENCES]
        if len(sentences) < 2:
            return (Quote(turn=turn, quote=turns[turn]),), usage
        with counting(usage):
            asked = render_sentence_search(conversation, item, sentences, language=self._language)
            choice = await self._choose(asked, tuple(str(number) for number in range(1, len(sentences) + 1)))
        return (Quote(turn=turn, quote=sentences[int(choice.answer) - 1]),), usage + choice.usage

    async def _ask_item(self, conversation: Conversation, item: Item) -> Reply:
        decision = await self.decide(conversation, item)
        if self._fits is not None and lacks_words(conversation, item, decision.label):
            reason = f"{UNJUDGED} here: no words were found that show {decision.label}, to which it leans"
            decision = ChoiceDecision(CANNOT_ASSESS, None, reason, decision.usage)
        quotes, usage = tuple[Quote, ...](), Usage()
        if decision.label in item.evidence.required_for:
            with counting(decision.usage):
                quotes, usage = await self.cite(conversation, item, decision.label)
        claim = Claim(
            item_id=item.id,
            label=decision.label,
            reason=decision.reason,
            quotes=quotes,
            confidence=decision.confidence,
        )
        return Reply(claims={item.id: claim}, usage=decision.usage + usage)

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


def _render_place(transcript: Transcript, done: int, total: int, seconds: float) -> str:
    """Which question comes, and from the second on how long the rest takes if it goes on like that."""
    left = f", about {max(1, round(seconds / done * (total - done)))} s left" if done else ", reading it first"
    return f"{transcript.id}: question {done + 1} of {total}{left}"


def score_of(choice: Choice) -> float:
    """Log-odds of Yes, in nats: logP(Yes) − logP(No)."""
    return choice.logprobs[YES] - choice.logprobs[NO]


def _shown(conversation: Conversation, item: Item, label: str, turns: Collection[int]) -> Quote | None:
    """The most telling words of `turns` by which a cue of the item shows `label`; None where there are none."""
    return next((conversation.quote(place) for place in conversation.places(item, label) if place.turn in turns), None)


def lacks_words(conversation: Conversation, item: Item, label: str) -> bool:
    """Whether a label needs words, and no cue of the item has found any that show it."""
    if item.cue not in load_cues() or label not in item.evidence.required_for:
        return False
    return _shown(conversation, item, label, conversation.citable(item, label)) is None


def likelier(item: Item, choice: Choice) -> ChoiceDecision:
    """The label that the model's answer stands for, and the probability that it is right, as far as the model knows."""
    if item.scale == "binary":
        score = score_of(choice)
        answer, confidence = YES if score > 0 else NO, probability(score)
    else:
        total = math.fsum(map(math.exp, choice.logprobs.values()))
        answer, confidence = choice.answer, math.exp(choice.logprobs[choice.answer]) / total
    reason = f"the model's answer to the question was {answer}"
    return ChoiceDecision(options_of(item)[answer], confidence, reason, choice.usage)


def _unable(item: Item, fit: ItemFit | None) -> str:
    if item.cue is not None and item.cue not in load_cues():
        return f"{UNJUDGED} (no cue is called {item.cue}, see `rubric lint`): name a larger one"
    if fit is not None and fit.is_good_enough:
        return f"{UNJUDGED} (no words of it can show {never_given(item)[0]}): name a larger one"
    measured = "its agreement on it was never measured" if fit is None else str(fit.stated)
    return f"{UNJUDGED} ({measured}): name a larger one"


def _why(item: Item, fit: ItemFit, *, found: int, score: float) -> str:
    """What the label rests on, in words."""
    parts = []
    if fit.found and (cue_ids := tuple(showing(item).values())):
        title = load_cues()[cue_ids[1 if found < 0 else 0]].title
        parts.append(f"{'words' if found else 'no words'} found for “{title[0].lower()}{title[1:]}”")
    if fit.whole:
        parts.append(f"the model leans to {YES if score > 0 else NO}")
    return "; ".join(parts) or "the same for every conversation"
