"""Which column says when a turn was, where none is called so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llm_grader.readers.guesses.time_names import tells_of_another_moment
from llm_grader.readers.source.moments import Moments, seconds, time_of_day
from llm_grader.readers.source.ticket_fields import as_text

NO_TIME = "no column was taken for the time of a turn: the order is that of the file"
BY_VALUES = "whether {} is the time of a turn: taken for it by what stands in it, not by its name"
WHICH_TIME = "which of these columns is the time of a turn (`at`), if one is: {}"


def time_by_values(
    columns: Mapping[str, Sequence[Any]], free: Sequence[str], of_turns: Callable[[str], bool]
) -> tuple[str | None, tuple[str, ...]]:
    """The one column in which each turn has a date with a time of its own, and what is to be told.

    Args:
        columns: their values, of each turn.
        free: those that hold nothing else, and are not called like another part.
        of_turns: whether what stands in a column differs within a conversation.
    """
    found = [name for name in free if of_turns(name) and _are_moments(name, columns[name])]
    found = [name for name in found if not tells_of_another_moment(name)]
    if len(found) == 1:
        return found[0], (BY_VALUES.format(found[0]),)
    return None, (WHICH_TIME.format(", ".join(found)),) if found else ()


def _are_moments(name: str, values: Sequence[Any]) -> bool:
    """Whether all of these are dates with a time of day, and not all the same."""
    texts = [as_text(value) or "" for value in values]
    if len(set(texts)) < 2 or not all(":" in text for text in texts):
        return False
    moments = Moments(name, texts)
    return all(moments.reads(text) and seconds(text) is None and time_of_day(text) is None for text in texts)
