"""The cues that come along: acts, the phrases that show them, and looser ones that only may.

They are data: `prompts/cues.yaml` has the cues, `prompts/cues_en.yaml` and its like the phrases. A sentence with one of
those shows the act; `prompts/loose_cues_en.yaml` and its like have phrases that show it in some contexts only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, TypeAdapter, model_validator

from llm_grader.files.yaml_strict import load_yaml
from llm_grader.rubric.model import Item
from llm_grader.signals.cues.phrases import parse_phrase
from llm_grader.transcript import Model
from llm_grader.verdict import MET, NOT_MET

ANY_LANGUAGE = "mul"
"""The key of phrases that are looked for whatever the language: the code for several at once."""


def _are_phrases(lines: tuple[str, ...]) -> tuple[str, ...]:
    for line in lines:
        parse_phrase(line)
    return lines


Lines = Annotated[tuple[str, ...], AfterValidator(_are_phrases)]


class ActCue(Model):
    """One act that words can show.

    Only the first or last turns of the speaker are looked at where `first` or `last` says how many;
    `beyond_salutation` leaves out the first sentence of an agent's first turn, unless that is the only one, and
    greetings in the first two; `after_agent` what a customer said before any agent under review. The phrases of the
    cues in `also` count as its own. `shows` is the label it speaks for; the cue `against` it, if any, speaks for the
    other. A few words of one that `announces`, such as `Two ways.`, are shown with the sentences that follow.
    """

    title: str
    shows: Literal["met", "not_met"] = "met"
    by: Literal["agent", "customer"] = "agent"
    first: int | None = Field(default=None, ge=1)
    last: int | None = Field(default=None, ge=1)
    beyond_salutation: bool = False
    also: tuple[str, ...] = ()
    against: str | None = None
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


def showing(item: Item) -> dict[str, str]:
    """Label → the cue whose words show it: first the item's own, then the one against it; empty where it has none."""
    cue = load_cues().get(item.cue or "")
    if cue is None or item.cue is None:
        return {}
    shown = cue.shown_by(item)
    other = {MET: NOT_MET, NOT_MET: MET}[shown]
    return {shown: item.cue, **({other: cue.against} if cue.against else {})}


class Phrases(Model):
    """The phrases of a cue in one language; none is counted in a sentence where one of `unless` stands."""

    phrases: Lines = ()
    unless: Lines = ()


Dictionary = Mapping[str, Phrases]
"""Cue → its phrases in one language."""


@cache
def load_cues() -> Mapping[str, ActCue]:
    """The packaged cues by id.

    Raises:
        MalformedInput, ValidationError: the file is damaged.
    """
    return TypeAdapter(dict[str, ActCue]).validate_python(_read("cues.yaml"))


@cache
def load_phrases(*, loose: bool = False) -> Mapping[str, Dictionary]:
    """Language → the packaged phrases of each cue; each language is read when it is first looked for.

    Args:
        loose: those that only may show the act.

    Raises:
        MalformedInput, ValidationError: a file is damaged.
    """
    return _ReadWhenWanted("loose_cues" if loose else "cues")


def phrase_languages() -> tuple[str, ...]:
    """The languages with phrases of their own."""
    return tuple(language for language in load_phrases() if language != ANY_LANGUAGE)


class _ReadWhenWanted(Mapping[str, Dictionary]):
    def __init__(self, stem: str) -> None:
        names = sorted(entry.name for entry in resources.files("llm_grader.prompts").iterdir())
        file = re.compile(rf"{stem}_(\w+)\.yaml")
        self._files = {found[1]: name for name in names if (found := file.fullmatch(name))}
        self._read = cache(
            lambda language: TypeAdapter(dict[str, Phrases]).validate_python(_read(self._files[language]))
        )

    def __getitem__(self, language: str) -> Dictionary:
        if language not in self._files:
            raise KeyError(language)
        return self._read(language)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def _read(name: str) -> Any:
    return load_yaml((resources.files("llm_grader.prompts") / name).read_bytes(), path=name)[0]


@cache
def cues_hash() -> str:
    """SHA-256 over the packaged cues: other phrases, other places."""
    files = resources.files("llm_grader.prompts")
    names = (f"{stem}_{language}.yaml" for stem in ("cues", "loose_cues") for language in load_phrases())
    found = (files / name for name in ("cues.yaml", *names))
    return hashlib.sha256(b"".join(file.read_bytes() for file in found if file.is_file())).hexdigest()
