"""How long customers waited for an answer: figures from the times of turns. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from llm_grader.transcript import Transcript, Turn

STAFF = ("agent", "supervisor")
_MINUTE = 60


class Waits(NamedTuple):
    """The waits that ended with an answer, in seconds, and whether the customer's last message got none."""

    answered: list[float]
    unanswered: bool


class _Said(NamedTuple):
    by_customer: bool
    begin: float
    end: float


def response_waits(transcript: Transcript) -> list[float]:
    """How long, in seconds, the customer waited for each answer of a human, in the order of the answers.

    A wait begins with the first customer message since the last answer and ends with the next public message of an
    agent or supervisor; bots do not answer. Where every turn has `start` and `end` in the recording, the customer's
    own speech is not counted: a wait is the sum of the silences. A message that nobody answered makes no wait.

    Returns:
        An empty list when nobody waited, and when a turn of the customer or the staff has no time.
    """
    return measure_waits(exchange(transcript)).answered


def exchange(transcript: Transcript) -> list[Turn]:
    """What customers and human staff said to each other, in the transcript's order."""
    return [turn for turn in transcript.turns if turn.spoken and turn.role in ("customer", *STAFF)]


def measure_waits(turns: Iterable[Turn]) -> Waits:
    """`response_waits` of an exchange; nothing when a time is missing."""
    answered: list[float] = []
    waited, quiet_since = 0.0, None
    for said in _timeline(tuple(turns)):
        if quiet_since is not None:
            waited += max(0.0, said.begin - quiet_since)
        if said.by_customer:
            quiet_since = said.end if quiet_since is None else max(quiet_since, said.end)
        elif quiet_since is not None:
            answered.append(waited)
            waited, quiet_since = 0.0, None
    return Waits(answered, quiet_since is not None)


def _timeline(turns: tuple[Turn, ...]) -> list[_Said]:
    """Who spoke when, by time, on the recording's clock if every turn has it, else on the wall clock; else nothing."""
    recorded = [(turn, turn.start, turn.end) for turn in turns if turn.start is not None and turn.end is not None]
    dated = [(turn, turn.at.timestamp(), turn.at.timestamp()) for turn in turns if turn.at is not None]
    complete = next((timed for timed in (recorded, dated) if len(timed) == len(turns)), [])
    said = [_Said(turn.role == "customer", begin, end) for turn, begin, end in complete]
    return sorted(said, key=lambda one: one.begin)


def written_answers(transcript: Transcript) -> list[tuple[Turn, Turn]]:
    """For each answer of a human in a chat or mail: the first message that waited for it, and the answer.

    The same waits as `response_waits`, as turns. A message is a moment: `at` where every turn has it, else `start`.

    Returns:
        An empty list when nobody waited, and when a turn of the customer or the staff has no time.
    """
    turns = exchange(transcript)
    dated = [turn.at.timestamp() for turn in turns if turn.at is not None]
    offsets = [turn.start for turn in turns if turn.start is not None]
    times = next((times for times in (dated, offsets) if len(times) == len(turns)), [])
    pairs: list[tuple[Turn, Turn]] = []
    waiting: Turn | None = None
    for _, turn in sorted(zip(times, turns, strict=False), key=lambda timed: timed[0]):
        if turn.role == "customer":
            waiting = waiting or turn
        elif waiting is not None:
            pairs.append((waiting, turn))
            waiting = None
    return pairs


def in_words(seconds: float) -> str:
    """A duration in its two largest units: `2 d 4 h`, `37 s`."""
    if seconds < _MINUTE:
        return f"{round(seconds, 1):g} s"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    units = ((days, "d"), (hour, "h"), (minute, "min"), (second, "s"))
    return " ".join([f"{count} {unit}" for count, unit in units if count][:2])
