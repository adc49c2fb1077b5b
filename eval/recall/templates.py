"""Texts that flags learn from, made of templates: attempts to steer a judge, and ordinary talk near them. Seeded.

A file `attempts.LANGUAGE.txt` or `ordinary.LANGUAGE.txt` names slots (`@slot = one | other`), families of templates
after `#`, and a template a line. A family is what is left out together where training is checked on itself.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

LANGUAGES = ("en", "de", "cs", "hu", "et")

_FOLDER = Path(__file__).parent / "texts"
_SLOT = re.compile(r"\{(\w+)\}")


class MadeText(NamedTuple):
    """A text that was made of a template, its language and the family of the template."""

    family: str
    language: str
    text: str


def made_texts(name: str, *, most: int, seed: int = 0) -> list[MadeText]:
    """Different texts of the templates in all languages, `most` of a template at most; the same seed makes the same."""
    return [text for language in LANGUAGES for text in _made_in(name, language, most=most, seed=seed)]


def _made_in(name: str, language: str, *, most: int, seed: int) -> Iterator[MadeText]:
    chance = random.Random(f"{name} {language} {seed}")  # noqa: S311 - nothing is kept secret by it
    slots: dict[str, Sequence[str]] = {}
    family = ""
    for line in (_FOLDER / f"{name}.{language}.txt").read_text("utf-8").splitlines():
        if line.startswith("@") and " = " in line:
            slot, _, fillings = line[1:].partition(" = ")
            slots[slot] = fillings.split(" | ")
        elif line.startswith("# "):
            family = line.removeprefix("# ")
        elif line:
            filled = dict.fromkeys(_fill(line, slots, chance) for _ in range(most))
            yield from (MadeText(family, language, text) for text in filled)


def _fill(template: str, slots: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    """A template with something in each slot; what begins a line begins with a capital, more often than not."""
    text = _SLOT.sub(lambda slot: chance.choice(slots[slot[1]]), template)
    return text[0].upper() + text[1:] if chance.random() < 0.7 else text
