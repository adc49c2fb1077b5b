"""Cues: phrases by which an act shows in what was said, such as a thank-you, in several languages.

They are data (`prompts/cues.yaml`). An item of a rubric names the one it goes by; the places found are the sentences
that show it. Words are no proof that something was meant: what a cue is worth for an item is measured, not supposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, TypeAdapter, model_validator

from llm_grader.content import content_hash
from llm_grader.files.yaml_strict import load_yaml
from llm_grader.signals.cue_words import Phrase, PhraseIndex, Word, Words, parse_phrase
from llm_grader.signals.customer_names import name_matcher
from llm_grader.signals.language import language_of
from llm_grader.transcript import Model, Transcript, Turn, primary_language

ANY_LANGUAGE = "mul"
"""The key of phrases that are looked for whatever the language: the code for several at once."""

_UNLESS = "unless "


def _are_phrases(lines: tuple[str, ...]) -> tuple[str, ...]:
    for line in lines:
        parse_phrase(line)
    return lines


Phrases = dict[str, Annotated[tuple[str, ...], AfterValidator(_are_phrases)]]


class Cue(Model):
    """One act and the phrases that show it.

    A phrase is not counted in a sentence where one of `unless` stands. Only the first or last turns of the speaker are
    looked at where `first` or `last` says how many; `asked` takes questions alone; `beyond_salutation` leaves out the
    first sentence of an agent's first turn, unless that is the only one. `shows` is the label it speaks for.
    """

    title: str
    shows: Literal["met", "not_met"] = "met"
    by: Literal["agent", "customer"] = "agent"
    first: int | None = Field(default=None, ge=1)
    last: int | None = Field(default=None, ge=1)
    asked: bool = False
    beyond_salutation: bool = False
    phrases: Phrases
    unless: Phrases = Field(default_factory=dict)

    @model_validator(mode="after")
    def _looks_at_one_end(self) -> Self:
        if self.first and self.last:
            raise ValueError("either `first` or `last`, not both")
        return self


class Place(NamedTuple):
    """A sentence that shows something: the turn's number from 0, and where it stands in its text (characters)."""

    turn: int
    start: int
    end: int


@cache
def load_cues() -> Mapping[str, Cue]:
    """The packaged cues by id.

    Raises:
        MalformedInput, ValidationError: the file is damaged.
    """
    data, _ = load_yaml((resources.files("llm_grader.prompts") / "cues.yaml").read_bytes(), path="cues.yaml")
    return TypeAdapter(dict[str, Cue]).validate_python(data)


@cache
def cues_hash() -> str:
    """SHA-256 over the packaged cues: other phrases, other places."""
    return content_hash(load_cues())


class CueFinder:
    """Finds cues.

    Args:
        cues: by id; the packaged ones by default.
    """

    def __init__(self, cues: Mapping[str, Cue] | None = None) -> None:
        self._cues = load_cues() if cues is None else cues
        self._index = cache(self._indexed)

    def find(self, transcript: Transcript) -> dict[str, tuple[Place, ...]]:
        """The places of each cue that is found, in their order; only what was said in public, by its author."""
        found: dict[str, dict[Place, None]] = {}
        language = primary_language(language_of(transcript) or "")
        matching = name_matcher(transcript)
        speaking = _speaking(transcript)
        for by, numbers in speaking.items():
            for order, number in enumerate(numbers):
                turn = transcript.turns[number]
                index = self._index(primary_language(turn.language or language), by)
                for cue_id, place in _in_turn(turn, number, index, matching):
                    if self._counts(cue_id, place, order, transcript.turns, numbers):
                        found.setdefault(cue_id, {})[place] = None
        return {cue_id: tuple(sorted(found[cue_id])) for cue_id in self._cues if cue_id in found}

    def _indexed(self, language: str, by: str) -> PhraseIndex:
        return PhraseIndex(list(self._phrases(language, by)))

    def _phrases(self, language: str, by: str) -> Iterator[tuple[str, Phrase]]:
        for cue_id, cue in self._cues.items():
            if cue.by == by:
                yield from ((cue_id, parse_phrase(line)) for line in _lines(cue.phrases, language))
                yield from ((_UNLESS + cue_id, parse_phrase(line)) for line in _lines(cue.unless, language))

    def _counts(self, cue_id: str, place: Place, order: int, turns: tuple[Turn, ...], numbers: tuple[int, ...]) -> bool:
        """Whether a place lies where its cue looks, `order` being the number of its turn among its speaker's."""
        cue = self._cues[cue_id]
        if (cue.first and order >= cue.first) or (cue.last and order < len(numbers) - cue.last):
            return False
        text = turns[place.turn].text
        if cue.asked and not text[place.start : place.end + 1].rstrip("\"'”’»)] ").endswith("?"):
            return False
        opening = order == 0 and len(numbers) > 1 and not text[: place.start].strip()
        return not (cue.beyond_salutation and opening)


def _lines(phrases: Phrases, language: str) -> Iterator[str]:
    """The lines that hold for a language; for one that is unknown, or has none, those of all of them."""
    known = language in phrases or not (set(phrases) - {ANY_LANGUAGE})
    for code, lines in phrases.items():
        if code in (language, ANY_LANGUAGE) or not known:
            yield from lines


def _speaking(transcript: Transcript) -> dict[str, tuple[int, ...]]:
    """The numbers of the turns of those under review, and of the customer."""
    spoken = [(number, turn) for number, turn in enumerate(transcript.turns) if turn.spoken]
    return {
        "agent": tuple(number for number, turn in spoken if transcript.under_review(turn)),
        "customer": tuple(number for number, turn in spoken if turn.role == "customer"),
    }


def _in_turn(
    turn: Turn, number: int, index: PhraseIndex, is_name: Callable[[Word], bool]
) -> Iterator[tuple[str, Place]]:
    """Each cue found in a turn and the sentence that it stands in, but for sentences that rule it out."""
    for start, end in turn.body_spans():
        words = Words(turn.text, start, end)
        matches = list(index.find(words.words, is_name))
        ruled_out = {(meaning, words.words[at].sentence) for meaning, at, _ in matches if meaning.startswith(_UNLESS)}
        for meaning, first, last in matches:
            if not meaning.startswith(_UNLESS) and (_UNLESS + meaning, words.words[first].sentence) not in ruled_out:
                yield meaning, Place(number, *words.sentence_around(first, last))
