"""Text that was decoded twice: UTF-8 read as Latin-1, as in the exports of some messengers (`pÅ™ijde` for `přijde`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llm_grader.transcript import Transcript

_AFTER = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # the same bytes, as Windows has them
_TWICE = re.compile(rf"[ÃÄÅÐÑ][{_AFTER}]|â[\u0080€][{_AFTER}]")
_FEWEST = 2
_GARBLED = (
    "{} turns hold letters such as those of UTF-8 that was read as Latin-1: words with accents are wrong; repair the "
    "file first"
)


def garbled_warnings(transcript: Transcript) -> Iterator[str]:
    """What tells that letters beyond ASCII are not those that were written; one such pair alone may be meant."""
    texts = [turn.text for turn in transcript.turns if not turn.text.isascii()]
    found = [set(_TWICE.findall(text)) for text in texts]
    if len(set[str]().union(*found)) >= _FEWEST:
        yield _GARBLED.format(sum(map(bool, found)))
