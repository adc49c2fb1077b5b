from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from llm_grader.signals.waits import response_waits
from llm_grader.transcript import Channel, Transcript, Turn

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def turn(role: str, at: float | None = None, **fields: Any) -> Turn:
    """A turn so many seconds after noon."""
    when = None if at is None else NOON + timedelta(seconds=at)
    return Turn.model_validate({"role": role, "text": "words", "at": when, **fields})


def spoken(role: str, start: float | None, end: float | None) -> Turn:
    return turn(role, start=start, end=end)


def waits(*turns: Turn, channel: Channel = "chat") -> list[float]:
    return response_waits(Transcript(id="t", channel=channel, turns=turns))


def pauses(*turns: Turn) -> list[float]:
    """The waits of a call."""
    return waits(*turns, channel="call")


def test_a_wait_lasts_from_the_customers_message_to_the_agents() -> None:
    assert waits(turn("customer", 0), turn("agent", 40), turn("customer", 50), turn("agent", 55)) == [40, 5]


def test_several_messages_in_a_row_wait_from_the_first_one() -> None:
    # 0 → 90; the agent's second message at 95 answers nothing.
    assert waits(turn("customer", 0), turn("customer", 60), turn("agent", 90), turn("agent", 95)) == [90]


def test_bots_notes_and_empty_messages_do_not_answer() -> None:
    silent = [turn("bot", 1), turn("system", 2), turn("agent", 3, kind="note", visibility="internal")]
    assert waits(turn("customer", 0), *silent, turn("agent", 4, text=" "), turn("agent", 30)) == [30]


def test_a_supervisor_answers_too() -> None:
    assert waits(turn("customer", 0), turn("supervisor", 20)) == [20]


def test_a_message_that_nobody_answered_is_no_wait() -> None:
    assert waits(turn("customer", 0), turn("agent", 10), turn("customer", 20)) == [10]


def test_what_an_agent_says_unasked_is_no_answer() -> None:
    assert waits(turn("agent", 0), turn("customer", 5), turn("agent", 6)) == [1]


def test_in_a_recording_a_wait_begins_when_the_customer_stops_speaking() -> None:
    assert pauses(spoken("customer", 0, 30), spoken("agent", 32.5, 40)) == [2.5]


def test_in_a_recording_the_customers_own_speech_is_no_wait() -> None:
    # "Hello?" ends at 1, silence to 11 (10 s), "Are you there?" to 13, silence to 14 (1 s).
    assert pauses(spoken("customer", 0, 1), spoken("customer", 11, 13), spoken("agent", 14, 15)) == [11]


def test_speaking_over_the_customer_is_no_negative_wait() -> None:
    assert pauses(spoken("customer", 0, 10), spoken("agent", 8, 12)) == [0]


def test_the_recordings_clock_needs_both_ends_of_every_turn() -> None:
    assert pauses(spoken("customer", 0, None), spoken("agent", 3, 4)) == []
    assert pauses(turn("customer", 0, start=0.0), turn("agent", 3, start=3.0, end=4.0)) == [3]


def test_a_written_message_is_a_moment_on_the_wall_clock_else_on_the_chats_own() -> None:
    assert waits(spoken("customer", 5, None), spoken("agent", 605, None)) == [600]
    assert waits(spoken("customer", 5, 9), spoken("agent", 605, None)) == [600]
    # the chat's own clock was stopped while nobody looked: 40 s by the wall
    assert waits(turn("customer", 0, start=0.0, end=0.0), turn("agent", 40, start=3.0, end=3.0)) == [40]


def test_turns_are_taken_by_their_times() -> None:
    assert waits(turn("agent", 40), turn("customer", 0)) == [40]


def test_without_all_times_there_are_no_waits() -> None:
    assert waits(turn("customer", 0), turn("agent"), turn("customer", 5), turn("agent", 6)) == []
    assert waits(turn("customer", 0), turn("bot"), turn("agent", 7)) == [7]
    assert waits() == []


@given(st.lists(st.tuples(st.sampled_from(["customer", "agent", "bot"]), st.integers(0, 10_000))))
def test_waits_are_never_negative_and_no_more_than_the_answers(said: list[tuple[str, int]]) -> None:
    found = waits(*(turn(role, at) for role, at in said))
    assert all(wait >= 0 for wait in found)
    assert len(found) <= sum(role == "agent" for role, _ in said)
    assert sum(found) <= max((at for _, at in said), default=0)
