"""Who calls whom: a house that calls its customer is not told by greetings, for whoever is called greets.

What somebody says first shows three things: whether they come from a house ("this is Ana from …"), whether it is about
something of the other's ("your order", "do you have a minute"), and whether it is about something of their own.
"""

from __future__ import annotations

from typing import Literal

from llm_grader.readers.roles.call_words import CALL_LANGUAGES, call_words
from llm_grader.readers.roles.role_words import count_phrases
from llm_grader.transcript import primary_language

Call = Literal["none", "open", "of_house"]

_BEGINNING = 700
"""Characters of what somebody says in which they tell why they call."""
_RANK: tuple[Call, ...] = ("none", "open", "of_house")


def call_of(text: str, language: str | None) -> Call:
    """What call somebody seems to make who says `text`: their turns in `plain` form, a line each.

    Returns:
        `of_house`: by two signs a house calls about something of the other's, before it is about anything of their own.
        `open`: by one sign it may be a house, or somebody who works elsewhere and is a customer here.
        `none`: nothing speaks for a house that calls, or they greet as one that is called.
    """
    stated = primary_language(language or "")
    languages = [stated] if stated in CALL_LANGUAGES else CALL_LANGUAGES
    return max((_call(text[:_BEGINNING], code) for code in languages), key=_RANK.index)


def _call(text: str, language: str) -> Call:
    words = call_words(language)
    signs, own, comes_from = set[int](), False, False
    for turn in text.split("\n"):
        if count_phrases(turn, "greeting", language):
            return "none"
        signs |= {number for number, pattern in enumerate(words.yours) if pattern.search(turn)}
        comes_from = comes_from or words.house.search(turn) is not None
        own = own or words.own.search(turn) is not None
        if not own and comes_from + len(signs) > 1:
            return "of_house"
    return "open" if signs or (comes_from and not own) else "none"
