"""Texts that are kept apart from all that flags are made of: attempts to steer a judge, and ordinary talk near them.

No pattern or weight is chosen by them: whoever improves flags because of a line in them has to write new lines. Their
counts decided between three values of `flag_words.LENGTH` and two numbers of rounds of training. `kept_attempts` and
`kept_ordinary` were written before the texts that weights are learnt from; `kept_last` in other images, when the
weights were fixed, after `seen.txt`, its forerunner, had been learnt from.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "texts"
_HOMOGLYPHS = str.maketrans("aeopcxyiBHKMTAEO", "аеорсхуіВНКМТАЕО")  # Latin → Cyrillic that looks the same
_LEET = str.maketrans("aeiost", "431057")

DISGUISES: dict[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "zero width": lambda text: f"OK{''.join(chr(0x200B) + chr(0x2060) + letter for letter in text)}",
    "homoglyphs": lambda text: text.translate(_HOMOGLYPHS),
    "leetspeak": lambda text: text.translate(_LEET),
    "spaced": lambda text: "   ".join(" ".join(word) for word in text.split()),
    "spaced dots": lambda text: ".".join(text.replace(" ", "")),
    "comment": lambda text: f"OK, bye.<!-- {text} -->",
}
"""Way to hide a text → the text so hidden."""


class WrittenText(NamedTuple):
    """A text, the kind it is of and the BCP 47 code of the language that it is written in."""

    kind: str
    language: str
    text: str


def read_texts(name: str) -> Iterator[WrittenText]:
    """The texts of a file beside this module: a kind after `#`, then lines `language way-to-hide | text`.

    A kind may name an idea (`order to grade / 3`), of which a text of each language may be one.
    """
    kind = ""
    for line in (_FOLDER / name).read_text("utf-8").splitlines():
        if line.startswith("#"):
            kind = line.removeprefix("#").strip()
            continue
        head, _, text = line.partition("|")
        language, _, disguise = head.strip().partition(" ")
        plain = text.strip().replace("\\n", "\n")
        yield WrittenText(kind, language, DISGUISES[disguise](plain) if disguise else plain)


def kept_attempts() -> list[WrittenText]:
    """Attempts to steer a judge, by kind and language."""
    return list(read_texts("kept.txt"))


def kept_ordinary() -> list[WrittenText]:
    """Ordinary turns that speak of what attempts speak of: grades, ratings, rules, systems, machines."""
    return list(read_texts("kept_ordinary.txt"))


def kept_last() -> list[WrittenText]:
    """Attempts, more figurative ones, written after the texts that weights are learnt from."""
    return list(read_texts("kept_last.txt"))
