"""Phrases that are looked for in the words of a text: how a cue's lines are written, and where they match.

A phrase is words in their order. They are compared without case, accents and apostrophes, within one sentence:

    thank* you|u … calling      `*` at the end of a word: however it goes on; `|`: either; `…`: up to six words between
    in # day*                   `#`: a number
    hello @name                 `@name`: the customer's name, inflected too
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from llm_grader.errors import UsageError
from llm_grader.signals.cues.words import StretchWord, StretchWords, fold_word

_GAP, _NUMBER, _NAME = "…", "#", "@name"
_MOST_BETWEEN = 6
_KEY_LETTERS = 5
_MOST_MET = 1 << 12
IsName = Callable[[StretchWord], bool]
"""Tells whether a word is the customer's name."""


class Phrase(NamedTuple):
    """One line of a cue: what each word may be, and before which of them others may stand."""

    options: tuple[tuple[str, ...], ...]
    gaps: frozenset[int]

    def rarest(self) -> int:
        """The position of the word by which it is found: the one with the longest options, of those before any gap."""
        before = range(min(self.gaps, default=len(self.options)))
        return max(before, key=lambda word: min(len(option) for option in self.options[word]))

    def end_in(self, words: StretchWords, at: int, is_name: IsName, of: int = 0) -> int | None:
        """The position of the last word of a match that begins at `at`, within its sentence; None where none does."""
        if not fits(words, at, self.options[of], is_name):
            return None
        if of + 1 == len(self.options):
            return at
        reach = _MOST_BETWEEN if of + 1 in self.gaps else 0
        for following in range(at + 1, min(at + 2 + reach, len(words))):
            if words.sentence_of(following) != words.sentence_of(at):
                return None
            if (end := self.end_in(words, following, is_name, of + 1)) is not None:
                return end
        return None


_Anchored = tuple[str, Phrase, int]
"""What a phrase stands for, the phrase, and the position of its rarest word."""


@cache
def parse_phrase(line: str) -> Phrase:
    """Read a phrase; see the module's docstring.

    Raises:
        UsageError: there is no word in it, or it begins or ends with a gap.
    """
    parts = line.split()
    if not parts or _GAP in (parts[0], parts[-1]):
        raise UsageError(f"a phrase is words, with … only between them: found {line!r}")
    options, gaps = list[tuple[str, ...]](), set[int]()
    for part in parts:
        if part == _GAP:
            gaps.add(len(options))
        else:
            options.append(tuple(_option(option) for option in part.split("|")))
    if any(option in ("", "*") for word in options for option in word):
        raise UsageError(f"a word is missing beside | or before *: found {line!r}")
    return Phrase(tuple(options), frozenset(gaps))


def _option(option: str) -> str:
    star = "*" if option.endswith("*") else ""
    return option if option in (_NUMBER, _NAME) else fold_word(option.removesuffix("*")) + star


def fits(words: StretchWords, at: int, options: Sequence[str], is_name: IsName) -> bool:
    """Whether a word is one of the options of a phrase's word."""
    return _is_like(words.folded[at], options) or (_NAME in options and is_name(words.word(at)))


def _is_like(folded: str, options: Sequence[str]) -> bool:
    for option in options:
        if option == _NUMBER:
            found = folded[0].isdigit()
        elif option[-1] == "*":
            found = folded.startswith(option[:-1])
        else:
            found = folded == option
        if found:
            return True
    return False


class PhraseIndex:
    """Many phrases, found in one pass over the words: each by its rarest word, which is taken to be the longest.

    Which phrases a word may be the rarest of is remembered, as most words come again.

    Args:
        phrases: what each stands for, and the phrase.
    """

    def __init__(self, phrases: Iterable[tuple[str, Phrase]]) -> None:
        self._by_beginning: dict[str, list[_Anchored]] = {}
        self._by_name: list[_Anchored] = []
        for meaning, phrase in phrases:
            anchored = meaning, phrase, phrase.rarest()
            options = phrase.options[phrase.rarest()]
            for key in {_key(option) for option in options if option != _NAME}:
                self._by_beginning.setdefault(key, []).append(anchored)
            if _NAME in options:
                self._by_name.append(anchored)
        self._short = tuple(sorted({len(key) - 1 for key in self._by_beginning if key[-1] == "*"}))
        self._anchored_at = lru_cache(maxsize=_MOST_MET)(self._look_up)

    def find(
        self, words: StretchWords, is_name: IsName, wanted: Container[str] | None = None
    ) -> Iterator[tuple[str, int, int]]:
        """Each match: what its phrase stands for, and the positions of its first and its last word.

        Args:
            words: where they are looked for.
            is_name: whether a word is the customer's name.
            wanted: what the phrases stand for that are looked for; all by default.
        """
        named = [one for one in self._by_name if wanted is None or one[0] in wanted]
        for at, folded in enumerate(words.folded):
            candidates: Iterable[_Anchored] = self._anchored_at(folded)
            if named and is_name(words.word(at)):
                candidates = dict.fromkeys((*candidates, *named))
            for meaning, phrase, rarest in candidates:
                if rarest <= at and (wanted is None or meaning in wanted):
                    end = phrase.end_in(words, at - rarest, is_name)
                    if end is not None:
                        yield meaning, at - rarest, end

    def _look_up(self, folded: str) -> tuple[_Anchored, ...]:
        """The phrases whose rarest word this may be, names aside."""
        key = folded[:_KEY_LETTERS]
        keys = [key, *(f"{key[:length]}*" for length in self._short if length <= len(key))]
        keys += [_NUMBER] if key[:1].isdigit() else []
        found = dict.fromkeys(anchored for key in keys for anchored in self._by_beginning.get(key, ()))
        return tuple(one for one in found if _is_like(folded, one[1].options[one[2]]))


def _key(option: str) -> str:
    """What words that fit an option begin with; with a star where that is short and any may follow."""
    if option == _NUMBER:
        return option
    start = option.removesuffix("*")
    return start[:_KEY_LETTERS] if start == option or len(start) >= _KEY_LETTERS else f"{start}*"
