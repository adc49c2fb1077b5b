"""How long customers waited for an answer: figures from the times of turns. Pure."""

from __future__ import annotations

from typing import NamedTuple

from llm_grader.transcript import Transcript, Turn

STAFF = ("agent", "supervisor")
_MINUTE = 60


class Answer(NamedTuple):
    """An answer of a human: the first message that waited for it, the answer, and the seconds in between."""

    question: Turn
    given: Turn
    seconds: float


class Waits(NamedTuple):
    """The answers that ended a wait, in their order, and whether the customer's last message got none."""

    answers: list[Answer]
    unanswered: bool


class _Speech(NamedTuple):
    turn: Turn
    begin: float
    end: float


def response_waits(transcript: Transcript) -> list[float]:
    """The seconds of `measure_waits`, in the order of the answers."""
    return [answer.seconds for answer in measure_waits(transcript).answers]


def measure_waits(transcript: Transcript) -> Waits:
    """How long the customer waited for each answer of a human.

    A wait begins with the first customer message since the last answer and ends with the next public message of an
    agent or supervisor; bots do not answer. A message in a chat or mail is a moment: `at` where every turn has it, else
    `start`. On a call whose turns all have `start` and `end` the customer's own speech is not counted: a wait is the
    sum of the silences. A message that nobody answered makes no wait.

    Returns:
        No answers when nobody waited, and when a turn of the customer or the staff has no time.
    """
    answers: list[Answer] = []
    question, waited, quiet_since = None, 0.0, 0.0
    for speech in _timeline(exchange(transcript), written=is_written(transcript)):
        if question is not None:
            waited += max(0.0, speech.begin - quiet_since)
        if speech.turn.role == "customer":
            quiet_since = speech.end if question is None else max(quiet_since, speech.end)
            question = question or speech.turn
        elif question is not None:
            answers.append(Answer(question, speech.turn, waited))
            question, waited = None, 0.0
    return Waits(answers, question is not None)


def is_written(transcript: Transcript) -> bool:
    """Whether it has messages that are answered, rather than people who speak to each other."""
    return transcript.channel != "call"


def exchange(transcript: Transcript) -> list[Turn]:
    """What customers and human staff said to each other, in the transcript's order."""
    return [turn for turn in transcript.turns if turn.spoken and turn.role in ("customer", *STAFF)]


def _timeline(turns: list[Turn], *, written: bool) -> list[_Speech]:
    """Who said what when, by time, on a clock that every turn has; nothing when there is none."""
    dated = [_Speech(turn, turn.at.timestamp(), turn.at.timestamp()) for turn in turns if turn.at is not None]
    sent = [_Speech(turn, turn.start, turn.start) for turn in turns if turn.start is not None]
    spoken = [_Speech(turn, turn.start, turn.end) for turn in turns if turn.start is not None and turn.end is not None]
    clocks = (dated, sent) if written else (spoken, dated)
    whole = next((speeches for speeches in clocks if len(speeches) == len(turns)), [])
    return sorted(whole, key=lambda speech: speech.begin)


def in_words(seconds: float) -> str:
    """A duration in its two largest units: `2 d 4 h`, `37 s`."""
    if seconds < _MINUTE:
        return f"{round(seconds, 1):g} s"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    units = ((days, "d"), (hour, "h"), (minute, "min"), (second, "s"))
    return " ".join([f"{count} {unit}" for count, unit in units if count][:2])
