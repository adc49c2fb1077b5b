"""Questions for a model that can only choose: a conversation and one item, or a turn or a sentence that shows it.

The transcript comes first in every question, so that the server's cache holds it from item to item.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property

from llm_grader.asking.citable import CitableTurns
from llm_grader.asking.messages import speaker_of, template
from llm_grader.checking.claims import Quote
from llm_grader.checking.evidence import QuoteFinder
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.bodies import Message
from llm_grader.rubric.model import Item, wording
from llm_grader.signals.cues.find import CuePlace, packaged_finder
from llm_grader.signals.cues.packaged import ANY_LANGUAGE, phrase_languages, showing
from llm_grader.signals.cues.words import StretchWords
from llm_grader.signals.language import language_of
from llm_grader.transcript import Transcript, primary_language
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_MET, Evidence

Choose = Callable[[Sequence[Message], Sequence[str]], Awaitable[Choice]]
"""Chooses one of some options, with the log-probability of each."""

YES, NO = "Yes", "No"


class Conversation:
    """Transcript as the model reads it, which of its turns can be cited, and the cues found in it.

    Args:
        transcript: the conversation.
    """

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.in_english = primary_language(language_of(transcript) or "en") == "en"
        self.opening: list[Message] = [
            {"role": "user", "content": render_conversation(transcript)},
            {"role": "assistant", "content": "I have read it."},
        ]
        self._finder = QuoteFinder(transcript)
        self._citable = CitableTurns(self._finder)
        self._places = packaged_finder().find(transcript)

    def citable(self, item: Item, label: str) -> dict[int, str]:
        """Number → words of each turn that can prove `label`: said in public by a role whose words count for it."""
        return self._citable.under(item.evidence, label)

    def messages(self, item: Item) -> dict[int, str]:
        """Number → all that its author wrote of each turn that can prove that the item is met."""
        turns = self.transcript.turns
        return {
            number: "\n".join(turns[number].text[start:end] for start, end in turns[number].body_spans()).strip()
            for number in self.citable(item, MET)
        }

    def places(self, item: Item, label: str) -> tuple[CuePlace, ...]:
        """The sentences that show a label, by the item's cue or the one against it, the most telling first."""
        return self._places.get(showing(item).get(label, ""), ())

    def found(self, item: Item) -> int:
        """1 where the item's cue is found, -1 where the one against it is, 0 where neither or both are."""
        signs = zip(showing(item).values(), (1, -1), strict=False)
        return sum(sign for cue_id, sign in signs if cue_id in self._places)

    def doubt(self, item: Item) -> CuePlace | None:
        """The most telling sentence that leaves the item open; None where there is none.

        It speaks against another that shows the item's cue, or only may show it where none surely does.
        """
        shown = [self._places[cue_id] for cue_id in showing(item).values() if cue_id in self._places]
        if shown:
            return shown[1][0] if len(shown) > 1 else None
        return next(iter(self._loose_places.get(item.cue or "", ())), None)

    @cached_property
    def has_phrases(self) -> bool:
        """Whether its language, where it is known, is one of those with phrases."""
        language = primary_language(language_of(self.transcript) or "")
        return language in ("", "und", ANY_LANGUAGE, *phrase_languages())

    @cached_property
    def _loose_places(self) -> dict[str, tuple[CuePlace, ...]]:
        return packaged_finder(loose=True).find(self.transcript)

    def sentences(self, turn: int, item: Item, label: str) -> tuple[str, ...]:
        """The sentences that a turn's author wrote and that can prove `label`."""
        text = self.transcript.turns[turn].text
        stretches = (StretchWords(text, start, end) for start, end in self.transcript.turns[turn].body_spans())
        sentences = (text[start:end] for words in stretches for start, end in words.sentences)
        return tuple(sentence for sentence in sentences if self._proves(sentence, turn, item, label))

    def _proves(self, words: str, turn: int, item: Item, label: str) -> bool:
        found = self._finder.resolve(words, item.evidence, turn=turn, label=label)
        return isinstance(found, Evidence) and found.turn == turn

    def quote(self, place: CuePlace) -> Quote:
        """The words at a place."""
        return Quote(turn=place.turn, quote=self.transcript.turns[place.turn].text[place.start : place.end])


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


def render_sentence_search(
    conversation: Conversation, item: Item, sentences: Sequence[str], *, language: str
) -> list[Message]:
    """Messages that ask for the sentence which tells most about one item, of some of one turn, numbered from 1."""
    question = template("local_sentence").render(question=wording(item.question, language), sentences=sentences)
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
