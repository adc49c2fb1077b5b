"""What speaks against the times and the languages of a transcript, whoever gave them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from llm_grader.transcript import Transcript, Turn, primary_language

_LONGEST_RECORDING = 86_400
"""Seconds: beyond a day, milliseconds were taken for seconds."""
_FIRST_YEAR, _LAST_YEAR = 1990, 2099
_SLACK = timedelta(seconds=1)
"""Sources round: what is written in the same second may be in either order."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_OF_TWO_LETTERS = frozenset(
    re.findall(
        "..",  # ISO 639-1
        "aaabaeafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfofrfygagdglgngu"
        "gvhahehihohrhthuhyhziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukvkwkylalblglilnloltlulvmgmhmimkmlmnmrmsmt"
        "mynanbndnengnlnnnonrnvnyocojomorospapiplpsptqurmrnrorurwsascsdsesgshsiskslsmsnsosqsrssstsusvswtatetgthtitktltn"
        "totrtstttwtyugukuruzvevivowawoxhyiyozazhzu",
    )
)


def time_warnings(transcript: Transcript) -> list[str]:
    """What speaks against the times: they go back, lie before the beginning, or cannot be meant."""
    turns = transcript.turns
    absurd = [number for number, turn in enumerate(turns) if _is_absurd(turn)]
    timed = [number for number, turn in enumerate(turns) if turn.at is not None or turn.start is not None]
    back = [number for before, number in pairwise(timed) if _goes_back(turns[before], turns[number])]
    return [
        *_counted(absurd, "cannot be meant: negative, an end before the beginning, or out of any range"),
        *_counted(back, "go back"),
        *_span(transcript),
    ]


def language_warnings(transcript: Transcript) -> list[str]:
    """The languages, of the whole and of turns, that are none."""
    stated = dict.fromkeys([transcript.language, *(turn.language for turn in transcript.turns)])
    return [
        f"language {code!r} is no language: expected a code such as en or de-AT"
        for code in stated
        if code is not None and not _is_language(code)
    ]


def _counted(places: Sequence[int], what: str) -> Iterator[str]:
    if places:
        yield f"the times of {len(places)} turn{'' if len(places) == 1 else 's'} {what}; first in turn {places[0]}"


def _goes_back(before: Turn, turn: Turn) -> bool:
    if before.at is not None and turn.at is not None:
        return turn.at < before.at - _SLACK
    return before.start is not None and turn.start is not None and turn.start < before.start - _SLACK.total_seconds()


def _is_absurd(turn: Turn) -> bool:
    seconds = [second for second in (turn.start, turn.end) if second is not None]
    if seconds and not 0 <= seconds[0] <= seconds[-1] <= _LONGEST_RECORDING:
        return True
    return _is_absurd_date(turn.at)


def _is_absurd_date(at: datetime | None) -> bool:
    return at is not None and not _FIRST_YEAR <= at.year <= _LAST_YEAR


def _span(transcript: Transcript) -> Iterator[str]:
    began, ended = transcript.started_at, transcript.ended_at
    if _is_absurd_date(began) or _is_absurd_date(ended):
        yield "when it began or ended cannot be meant"
    elif began is not None and ended is not None and ended < began:
        yield "it ended before it began"


def _is_language(code: str) -> bool:
    primary = primary_language(code)
    return _LANGUAGE.fullmatch(code) is not None and (len(primary) > 2 or primary in _OF_TWO_LETTERS)
