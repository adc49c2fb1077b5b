"""When each turn of a conversation was, as pages say it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from llm_grader.pages.texts import Strings
from llm_grader.transcript import Turn


def shown_times(turns: Sequence[Turn], strings: Strings, zone: tzinfo | None = None) -> list[str]:
    """Hours and minutes of each turn; where turns are of several days, a day that differs from that above is said, too.

    Args:
        turns: of one conversation.
        strings: the language that days are written in.
        zone: of times that have a date; None is the one that the source gives them in.
    """
    dated = [turn.at.astimezone(zone or turn.at.tzinfo) if turn.at else None for turn in turns]
    days = {at.date() for at in dated if at}
    above = days.pop() if len(days) == 1 else None
    shown = []
    for turn, at in zip(turns, dated, strict=True):
        if at is None:
            shown.append(turn.undated_time())
        else:
            shown.append(f"{at:%H:%M}" if at.date() == above else f"{strings.date(at)} {at:%H:%M}")
            above = at.date()
    return shown
