"""Quotes that are written in another way than they were said: the same words, found all the same.

Only words count, in their order and without a gap: punctuation, contractions ("I'm", "I am"), a blank in "6 pm", the
speaker's name before the words, an ellipsis in the middle and the border of two turns in a row make no difference. What
is found is held against the transcript in its own words, so that every rule about a quote is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, get_args

from llm_grader.checking.evidence import Unverified
from llm_grader.checking.folding import fold
from llm_grader.transcript import Role, Transcript, Turn
from llm_grader.verdict import Evidence

Resolve = Callable[[str, int | None], Evidence | Unverified]
"""Gives the place of a quote, hinted at by a turn's number: `QuoteFinder.resolve` under the rule of an item."""

_ELLIPSIS = re.compile(r"\s*(?:…|\[…\]|\(…\)|\[\.{3}\]|\(\.{3}\)|\.{3,})\s*")
_MOST_PARTS = 3
_LEAST_WORDS = 2
_MARK = r"\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f"  # combines with a letter, or is not seen in a word
_APOSTROPHE = "['’ʼ`´‘]"
_WORD = re.compile(rf"\d+(?:[.,:]\d+)*|(?:[^\W\d_][{_MARK}]*)+(?:{_APOSTROPHE}(?:[^\W\d_][{_MARK}]*)+)*")
_IRREGULAR = {"cannot": ("can", "not"), "can't": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not")}
_ENDINGS = {"n't": "not", "'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'s": "is"}


class _Word(NamedTuple):
    """A word as it is compared, and where it comes from; `first` and `last` of those that a contraction stands for."""

    text: str
    start: int
    end: int
    first: bool
    last: bool


def find_places(
    quote: str, turn: int | None, transcript: Transcript, resolve: Resolve
) -> tuple[Evidence, ...] | Unverified:
    """Places of a quote as it is written, or else of the same words: more than one where it joins what stands apart.

    Args:
        quote: the words as cited.
        turn: where the judge says they are, counted from 0.
        transcript: the conversation.
        resolve: finds words that are written as they were said.

    Returns:
        Evidence with the transcript's own words, or why there is none.
    """
    as_written = resolve(quote, turn)
    if as_written is not Unverified.QUOTE_NOT_FOUND:
        return (as_written,) if isinstance(as_written, Evidence) else as_written
    objection: Unverified = as_written
    for slices in _candidates(_without_speaker(quote, transcript), turn, transcript):
        places = [resolve(transcript.turns[number].text[start:end], number) for number, start, end in slices]
        objections = [place for place in places if isinstance(place, Unverified)]
        if not objections:
            return tuple(p.model_copy(update={"match": "normalised"}) for p in places if isinstance(p, Evidence))
        objection = min(objection, *objections, key=list(Unverified).index)
    return objection


_Slices = Sequence[tuple[int, int, int]]
"""Stretches of turns: number of the turn, start and end in its text."""


def _candidates(words: str, turn: int | None, transcript: Transcript) -> Iterator[_Slices]:
    order = _hinted_first(turn, len(transcript.turns))
    yield from _in_one_turn(words, transcript, order)
    yield from _with_a_gap(words, transcript, order)
    yield from _in_two_turns(words, transcript, order)


def _in_one_turn(words: str, transcript: Transcript, order: Sequence[int]) -> Iterator[_Slices]:
    sought = _words(words)
    for number in order if len(sought) >= _LEAST_WORDS else ():
        turn_words = _words(transcript.turns[number].text)
        if (at := _find(sought, turn_words)) is not None:
            yield [_slice(number, turn_words, at, at + len(sought))]


def _with_a_gap(words: str, transcript: Transcript, order: Sequence[int]) -> Iterator[_Slices]:
    """Parts of a quote with an ellipsis between, in one turn and in their order."""
    parts = [_words(part) for part in _ELLIPSIS.split(words) if part.strip(" '\"„“”»«")]
    if not 1 < len(parts) <= _MOST_PARTS or min(map(len, parts)) < _LEAST_WORDS:
        return
    for number in order:
        turn_words, end, slices = _words(transcript.turns[number].text), 0, list[tuple[int, int, int]]()
        for part in parts:
            at = _find(part, turn_words, end)
            if at is None:
                break
            end = at + len(part)
            slices.append(_slice(number, turn_words, at, end))
        if len(slices) == len(parts):
            yield slices


def _in_two_turns(words: str, transcript: Transcript, order: Sequence[int]) -> Iterator[_Slices]:
    """The end of a turn and the beginning of the next, where one speaker goes on."""
    sought = _words(words)
    following = dict(pairwise(range(len(transcript.turns))))
    for number in order:
        after = following.get(number)
        if after is None or not _goes_on(transcript.turns[number], transcript.turns[after]):
            continue
        first, second = _words(transcript.turns[number].text), _words(transcript.turns[after].text)
        at = _find(sought, [*first, *second], max(0, len(first) - len(sought) + 1))
        if at is not None and at < len(first):
            yield [
                _slice(number, first, at, len(first)),
                _slice(after, second, 0, at + len(sought) - len(first)),
            ]


def _goes_on(turn: Turn, following: Turn) -> bool:
    return turn.spoken and following.spoken and (turn.role, turn.speaker) == (following.role, following.speaker)


def _slice(number: int, words: Sequence[_Word], first: int, end: int) -> tuple[int, int, int]:
    return number, words[first].start, words[end - 1].end


def _find(sought: Sequence[_Word], words: Sequence[_Word], start: int = 0) -> int | None:
    """Where `words` say what is sought from `start` on; no contraction is cut in two."""
    texts, size = [word.text for word in sought], len(sought)
    for at in range(start, len(words) - size + 1) if size else ():
        if words[at].text != texts[0] or not words[at].first or not words[at + size - 1].last:
            continue
        if all(words[at + n].text == text for n, text in enumerate(texts)):
            return at
    return None


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[_Word, ...]:
    return tuple(word for found in _WORD.finditer(text) for word in _expanded(fold(found[0]), *found.span()))


def _expanded(word: str, start: int, end: int) -> Iterator[_Word]:
    texts = _IRREGULAR.get(word) or _split(word)
    for number, text in enumerate(texts):
        yield _Word(text, start, end, first=number == 0, last=number == len(texts) - 1)


def _split(word: str) -> tuple[str, ...]:
    for ending, text in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return word.removesuffix(ending), text
    return (word,)


def _without_speaker(quote: str, transcript: Transcript) -> str:
    """The quote without a speaker's name, role or turn before a colon, such as a judge copies from a header."""
    name, colon, rest = quote.strip().lstrip("'\"„“[").partition(":")
    known = {*get_args(Role), *(turn.speaker or "" for turn in transcript.turns)} - {""}
    is_speaker = fold(name.strip()) in {fold(one.replace("_", " ")) for one in known}
    return rest.strip() if colon and (is_speaker or re.fullmatch(r"turn \d+", name.strip())) else quote


def _hinted_first(turn: int | None, count: int) -> list[int]:
    numbers = list(range(count))
    return numbers if turn is None or turn not in numbers else [turn, *numbers[:turn], *numbers[turn + 1 :]]
