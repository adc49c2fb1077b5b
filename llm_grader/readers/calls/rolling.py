"""Rolling captions: cues that show the words of the cue before once more, as live subtitles do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_LOOKED_AT = 60
_MOST_WORDS = 60
_FEWEST_WORDS = 2
_FEWEST_PAIRS = 2
_SHARE = 0.6


def repeated(texts: Sequence[str], speakers: Sequence[str | None]) -> list[int]:
    """How many characters at the beginning of each text only repeat the one before, in captions that roll.

    Captions roll when most texts begin with at least two words that the text before ends with, and some go on after
    them; what people say again is no more than a few texts of many. In others nothing is repeated.
    """
    words = [text.split() for text in texts[: _LOOKED_AT + 1]]
    sample = [_overlap(words[at], words[at + 1]) for at in range(len(words) - 1) if _same(speakers, at)]
    rolling = [overlap for overlap in sample if overlap >= _FEWEST_WORDS]
    longer = any(0 < overlap < len(words[at + 1]) for at, overlap in enumerate(sample))
    if len(rolling) < max(_FEWEST_PAIRS, _SHARE * len(sample)) or not longer:
        return [0] * len(texts)
    return [0, *_counts(texts, speakers)]


def _counts(texts: Sequence[str], speakers: Sequence[str | None]) -> Iterator[int]:
    before = texts[0].split()
    for at, text in enumerate(texts[1:]):
        words = text.split()
        overlap = _overlap(before, words) if _same(speakers, at) else 0
        counts = overlap >= _FEWEST_WORDS or (overlap and overlap == len(before))
        yield _end_of(text, overlap) if counts else 0
        before = words


def _same(speakers: Sequence[str | None], at: int) -> bool:
    one, other = speakers[at], speakers[at + 1]
    return one == other or one is None or other is None


def _overlap(before: Sequence[str], words: Sequence[str]) -> int:
    """How many words a text ends with and the next one begins with."""
    longest = min(len(before), len(words), _MOST_WORDS)
    return next((size for size in range(longest, 0, -1) if before[-size:] == words[:size]), 0)


def _end_of(text: str, words: int) -> int:
    """Where the words behind the first few begin."""
    rest = text.lstrip()
    for _ in range(words):
        parts = rest.split(maxsplit=1)
        rest = parts[1] if len(parts) > 1 else ""
    return len(text) - len(rest)
