"""Cues: phrases by which an act shows in what was said, such as a thank-you, in several languages.

They are data: `prompts/cues.yaml` has the cues, `prompts/cues_en.yaml` and its like the phrases. An item of a rubric
names the one it goes by; the places found are the sentences that show it. Words are no proof that something was meant:
what a cue is worth for an item is measured, not supposed.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import chain
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, TypeAdapter, model_validator

from llm_grader.files.yaml_strict import load_yaml
from llm_grader.rubric.model import Item
from llm_grader.signals.cues.names import name_matcher
from llm_grader.signals.cues.phrases import IsName, PhraseIndex, parse_phrase
from llm_grader.signals.cues.words import StretchWords, cited_spans
from llm_grader.signals.language import likely_language
from llm_grader.transcript import Model, Transcript, Turn, primary_language
from llm_grader.verdict import MET, NOT_MET

ANY_LANGUAGE = "mul"
"""The key of phrases that are looked for whatever the language: the code for several at once."""

_UNLESS = "unless "
_FILE = re.compile(r"cues_(\w+)\.yaml")


def _are_phrases(lines: tuple[str, ...]) -> tuple[str, ...]:
    for line in lines:
        parse_phrase(line)
    return lines


Lines = Annotated[tuple[str, ...], AfterValidator(_are_phrases)]


class ActCue(Model):
    """One act that words can show.

    Only the first or last turns of the speaker are looked at where `first` or `last` says how many;
    `beyond_salutation` leaves out the first sentence of an agent's first turn, unless that is the only one,
    `after_agent` what a customer said before any agent under review. The phrases of the cues in `also` count as its
    own. `shows` is the label it speaks for. A few words of one that `announces`, such as `Two ways.`, are shown with
    the sentences that follow.
    """

    title: str
    shows: Literal["met", "not_met"] = "met"
    by: Literal["agent", "customer"] = "agent"
    first: int | None = Field(default=None, ge=1)
    last: int | None = Field(default=None, ge=1)
    beyond_salutation: bool = False
    also: tuple[str, ...] = ()
    announces: bool = False
    after_agent: bool = False

    @model_validator(mode="after")
    def _looks_at_one_end(self) -> Self:
        if self.first and self.last:
            raise ValueError("either `first` or `last`, not both")
        return self

    def shown_by(self, item: Item) -> str:
        """The label of an item that the act speaks for: of a penalty item the other one, as to meet it is the fault."""
        flipped = {MET: NOT_MET, NOT_MET: MET}
        return flipped[self.shows] if item.penalty else self.shows


class Phrases(Model):
    """The phrases of a cue in one language; none is counted in a sentence where one of `unless` stands."""

    phrases: Lines = ()
    unless: Lines = ()


Dictionary = Mapping[str, Phrases]
"""Cue → its phrases in one language."""


class CuePlace(NamedTuple):
    """A sentence that shows something: the turn's number from 0, and where it stands in its text (characters)."""

    turn: int
    start: int
    end: int


@cache
def load_cues() -> Mapping[str, ActCue]:
    """The packaged cues by id.

    Raises:
        MalformedInput, ValidationError: the file is damaged.
    """
    return TypeAdapter(dict[str, ActCue]).validate_python(_read("cues.yaml"))


@cache
def load_phrases() -> Mapping[str, Dictionary]:
    """Language → the packaged phrases of each cue; each language is read when it is first looked for.

    Raises:
        MalformedInput, ValidationError: a file is damaged.
    """
    names = sorted(entry.name for entry in resources.files("llm_grader.prompts").iterdir())
    return _ReadWhenWanted(tuple(found[1] for name in names if (found := _FILE.fullmatch(name))))


class _ReadWhenWanted(Mapping[str, Dictionary]):
    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages
        self._read = cache(
            lambda language: TypeAdapter(dict[str, Phrases]).validate_python(_read(f"cues_{language}.yaml"))
        )

    def __getitem__(self, language: str) -> Dictionary:
        if language not in self._languages:
            raise KeyError(language)
        return self._read(language)

    def __iter__(self) -> Iterator[str]:
        return iter(self._languages)

    def __len__(self) -> int:
        return len(self._languages)


def _read(name: str) -> Any:
    return load_yaml((resources.files("llm_grader.prompts") / name).read_bytes(), path=name)[0]


@cache
def cues_hash() -> str:
    """SHA-256 over the packaged cues: other phrases, other places."""
    files = resources.files("llm_grader.prompts")
    names = ("cues.yaml", *(f"cues_{language}.yaml" for language in load_phrases()))
    return hashlib.sha256(b"".join((files / name).read_bytes() for name in names)).hexdigest()


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
                    if self._counts(cue_id, place, order, transcript.turns, numbers):
                        found.setdefault(cue_id, Counter())[place] += 1
        return {
            cue_id: tuple(sorted(found[cue_id], key=lambda place: (-found[cue_id][place], place)))
            for cue_id in wanted
            if cue_id in found
        }

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
        index = self._index(language if language in self._phrases else "")
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
        self, cue_id: str, place: CuePlace, order: int, turns: tuple[Turn, ...], numbers: tuple[int, ...]
    ) -> bool:
        """Whether a place lies where its cue looks, `order` being the number of its turn among its speaker's."""
        cue = self._cues[cue_id]
        if (cue.first and order >= cue.first) or (cue.last and order < len(numbers) - cue.last):
            return False
        opening = order == 0 and len(numbers) > 1 and not turns[place.turn].text[: place.start].strip()
        return not (cue.beyond_salutation and opening)


@cache
def packaged_finder() -> CueFinder:
    """The finder of the packaged cues: what it has read and sorted serves every conversation."""
    return CueFinder(load_cues(), load_phrases())


def _speaking(transcript: Transcript) -> dict[str, tuple[int, ...]]:
    """The numbers of the turns of those under review, and of the customer."""
    spoken = [(number, turn) for number, turn in enumerate(transcript.turns) if turn.spoken]
    return {
        "agent": tuple(number for number, turn in spoken if transcript.under_review(turn)),
        "customer": tuple(number for number, turn in spoken if turn.role == "customer"),
    }
