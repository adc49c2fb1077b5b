"""Finding cues: the sentences by which an act shows in what was said, such as a thank-you, in several languages.

An item of a rubric names the cue it goes by; the places found are the sentences that show it. Words are no proof that
something was meant: what a cue is worth for an item is measured, not supposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import chain
from typing import NamedTuple

from llm_grader.signals.cues.names import name_matcher
from llm_grader.signals.cues.packaged import ANY_LANGUAGE, ActCue, Dictionary, load_cues, load_phrases
from llm_grader.signals.cues.phrases import IsName, PhraseIndex, parse_phrase
from llm_grader.signals.cues.words import StretchWords, cited_spans
from llm_grader.signals.language import likely_language
from llm_grader.transcript import Transcript, Turn, primary_language

_UNLESS = "unless "
_GREETING = "greeting"
_OPENING_TURNS = 2


class CuePlace(NamedTuple):
    """A sentence that shows something: the turn's number from 0, and where it stands in its text (characters)."""

    turn: int
    start: int
    end: int


class CueFinder:
    """Finds cues.

    Args:
        cues: by id.
        phrases: by language.
    """

    def __init__(self, cues: Mapping[str, ActCue], phrases: Mapping[str, Dictionary]) -> None:
        self._cues = cues
        self._phrases = phrases
        self._announcing = frozenset(cue_id for cue_id, cue in cues.items() if cue.announces)
        self._index = cache(self._indexed)

    def find(self, transcript: Transcript, cue_ids: Collection[str] | None = None) -> dict[str, tuple[CuePlace, ...]]:
        """The places of each cue that is found; only what was said in public, by its author.

        First the sentences in which most of its phrases stand, of as many the earlier ones.

        Args:
            transcript: the conversation.
            cue_ids: the cues that are looked for; all of them by default. One that there is not is not found.
        """
        wanted = [cue_id for cue_id in self._cues if cue_ids is None or cue_id in cue_ids]
        language = primary_language(likely_language(transcript) or "")
        is_name = name_matcher(transcript)
        found: dict[str, Counter[CuePlace]] = {}
        speaking = _speaking(transcript)
        begun = next(iter(speaking["agent"]), len(transcript.turns))
        for by, numbers in speaking.items():
            cues = [cue_id for cue_id in wanted if self._cues[cue_id].by == by]
            looked = frozenset(chain(cues, (_UNLESS + cue_id for cue_id in cues)))
            later = frozenset(name for name in looked if self._cues[name.removeprefix(_UNLESS)].after_agent)
            for order, number in enumerate(numbers if cues else ()):
                turn = transcript.turns[number]
                code = primary_language(turn.language or language)
                now = looked if number > begun else looked - later
                for cue_id, place in self._in_turn(turn, number, now, code, is_name):
                    if self._counts(cue_id, place, order, transcript, numbers, code):
                        found.setdefault(cue_id, Counter())[place] += 1
        return {
            cue_id: tuple(sorted(found[cue_id], key=lambda place: (-found[cue_id][place], place)))
            for cue_id in wanted
            if cue_id in found
        }

    def _phrases_of(self, language: str) -> PhraseIndex:
        return self._index(language if language in self._phrases and language != ANY_LANGUAGE else "")

    def _indexed(self, language: str) -> PhraseIndex:
        """The phrases of all cues in a language, or in all of them where that is not one of them."""
        codes = (language, ANY_LANGUAGE) if language else tuple(self._phrases)
        return PhraseIndex(
            (meaning, parse_phrase(line))
            for cue_id, cue in self._cues.items()
            for code in codes
            for named in (cue_id, *cue.also)
            if (known := self._phrases.get(code, {}).get(named))
            for meaning, lines in ((cue_id, known.phrases), (_UNLESS + cue_id, known.unless))
            for line in lines
        )

    def _in_turn(
        self, turn: Turn, number: int, wanted: frozenset[str], language: str, is_name: IsName
    ) -> Iterator[tuple[str, CuePlace]]:
        """Each cue found in a turn and its sentence, but for what is read out and sentences that rule it out."""
        index = self._phrases_of(language)
        for start, end in turn.body_spans():
            words = StretchWords(turn.text, start, end)
            matches = list(index.find(words, is_name, wanted))
            if not matches:
                continue
            ruled_out = {(meaning, words.sentence_of(at)) for meaning, at, _ in matches if meaning.startswith(_UNLESS)}
            cited = cited_spans(turn.text, start, end)
            for meaning, first, last in matches:
                if meaning.startswith(_UNLESS) or (_UNLESS + meaning, words.sentence_of(first)) in ruled_out:
                    continue
                if any(begins <= words.word(first).start < ends for begins, ends in cited):
                    continue
                span = words.sentence_around(first, last, announces=meaning in self._announcing)
                yield meaning, CuePlace(number, *span)

    def _counts(
        self,
        cue_id: str,
        place: CuePlace,
        order: int,
        transcript: Transcript,
        numbers: tuple[int, ...],
        language: str,
    ) -> bool:
        """Whether a place lies where its cue looks, `order` being the number of its turn among its speaker's."""
        cue, text = self._cues[cue_id], transcript.turns[place.turn].text
        if (cue.first and order >= cue.first) or (cue.last and order < len(numbers) - cue.last):
            return False
        if not cue.beyond_salutation or len(numbers) == 1:
            return True
        opens = order == 0 and not text[: place.start].strip()
        opening = 1 if transcript.channel == "email" else _OPENING_TURNS  # each later letter greets anew
        return not opens and not (order < opening and self._greets(text[place.start : place.end], language))

    def _greets(self, sentence: str, language: str) -> bool:
        words = StretchWords(sentence)
        return any(True for _ in self._phrases_of(language).find(words, lambda _: False, {_GREETING}))


@cache
def packaged_finder(*, loose: bool = False) -> CueFinder:
    """The finder of the packaged cues: what it has read and sorted serves every conversation.

    Args:
        loose: it finds sentences that only may show the act.
    """
    return CueFinder(load_cues(), load_phrases(loose=loose))


def _speaking(transcript: Transcript) -> dict[str, tuple[int, ...]]:
    """The numbers of the turns of those under review, and of the customer."""
    spoken = [(number, turn) for number, turn in enumerate(transcript.turns) if turn.spoken]
    return {
        "agent": tuple(number for number, turn in spoken if transcript.under_review(turn)),
        "customer": tuple(number for number, turn in spoken if turn.role == "customer"),
    }
