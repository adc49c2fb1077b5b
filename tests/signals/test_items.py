from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from llm_grader.errors import RubricError
from llm_grader.rubric.model import Item
from llm_grader.signals.items import SIGNALS, judge_signal
from llm_grader.signals.waits import response_waits
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET, Verdict

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = 3600.0
DAY = 24 * HOUR


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def turn(role: str, hours: float | None = None, **fields: Any) -> Turn:
    when = None if hours is None else at(hours)
    return Turn.model_validate({"role": role, "text": "words", "at": when, **fields})


def judge(
    signal: Mapping[str, Any] | str,
    *turns: Turn,
    ticket: Mapping[str, Any] | None = None,
    channel: str = "email",
    ended: float | None = None,
) -> Verdict:
    settings = {"name": signal} if isinstance(signal, str) else signal
    item = Item.model_validate({"id": "x", "title": "X", "question": "X?", "judged": "signal", "signal": settings})
    transcript = Transcript.model_validate(
        {
            "id": "t",
            "channel": channel,
            "turns": turns,
            "ticket": ticket,
            "ended_at": None if ended is None else at(ended),
        }
    )
    return judge_signal(item, transcript)


# --- every signal -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("ticket", [None, {}])
@pytest.mark.parametrize("turns", [(), (Turn(role="customer", text="Hi"),), (Turn(role="agent", text="Hi"),)])
def test_missing_data_is_said_and_never_a_score(
    name: str, ticket: dict[str, Any] | None, turns: tuple[Turn, ...]
) -> None:
    verdict = judge({"name": name, "within_seconds": 60, "fields": []}, *turns, ticket=ticket)
    assert verdict.label in (CANNOT_ASSESS, NOT_APPLICABLE)
    assert verdict.status == "ok"
    assert verdict.reason
    assert (verdict.item_id, verdict.judged) == ("x", "signal")


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        ("punctuality", "item x: signal: found 'punctuality', expected one of resolved_in_time, "),
        ({"name": "ticket_fields", "fields": ["titel"]}, "item x: signal.fields: found 'titel', expected some of id, "),
        ({"name": "ticket_sent", "fields": ["mail"]}, "found 'mail', expected some of follow_up, thank_you, survey"),
    ],
)
def test_a_signal_or_field_that_there_is_not_is_the_rubrics_fault(signal: Any, message: str) -> None:
    with pytest.raises(RubricError, match=message):
        judge(signal, ticket={})


def test_an_item_without_a_signal_is_the_rubrics_fault() -> None:
    item = Item.model_validate({"id": "x", "title": "X", "question": "X?", "judged": "ticket"})
    with pytest.raises(RubricError, match="signal: found none"):
        judge_signal(item, Transcript(id="t", channel="chat", turns=()))


# --- resolved_in_time -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ticket", "label"),
    [
        ({"due_at": at(8), "resolved_at": at(8)}, MET),
        ({"due_at": at(8), "resolved_at": at(8.01)}, NOT_MET),
        # Without due_at the limit of 4 h from the opening counts; with it, it alone.
        ({"opened_at": at(0), "resolved_at": at(4)}, MET),
        ({"opened_at": at(0), "resolved_at": at(4.5)}, NOT_MET),
        ({"opened_at": at(0), "due_at": at(8), "resolved_at": at(4.5)}, MET),
        # Not resolved; the last message is of 6 h.
        ({"due_at": at(5)}, NOT_MET),
        ({"due_at": at(5), "status": "Open"}, NOT_MET),
        ({"due_at": at(8)}, CANNOT_ASSESS),
        ({"due_at": at(8), "status": "open"}, NOT_APPLICABLE),
        # Done, at a time that is not known.
        ({"due_at": at(5), "status": "Solved"}, CANNOT_ASSESS),
        ({"due_at": at(5), "closed_at": at(7)}, CANNOT_ASSESS),
        ({"due_at": at(8), "closed_at": at(7)}, MET),
        # No due time.
        ({"resolved_at": at(3)}, CANNOT_ASSESS),
        (None, CANNOT_ASSESS),
    ],
)
def test_resolved_in_time(ticket: dict[str, Any] | None, label: str) -> None:
    turns = turn("customer", 0), turn("agent", 6)
    assert judge({"name": "resolved_in_time", "within_seconds": 4 * HOUR}, *turns, ticket=ticket).label == label


def test_the_reason_tells_by_how_much() -> None:
    early = judge("resolved_in_time", ticket={"due_at": at(30), "resolved_at": at(2.5)})
    assert early.reason == "resolved 1 d 3 h before it was due (2026-03-03 18:00 UTC)"
    late = judge("resolved_in_time", turn("agent", 6.5), ticket={"due_at": at(5)})
    assert late.reason == "not resolved 1 h 30 min after it was due"


# --- the ticket -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ticket", "label", "words"),
    [
        ({"status": "open", "tags": ("refund",)}, MET, "filled in the ticket: status, tags"),
        ({"status": "open", "tags": ()}, NOT_MET, "empty in the ticket: tags"),
        ({"status": " ", "tags": None}, NOT_MET, "empty in the ticket: status"),
        ({"status": "open", "tags": None}, CANNOT_ASSESS, "does not tell: tags"),
        ({}, CANNOT_ASSESS, "does not tell: status, tags"),
        (None, CANNOT_ASSESS, "no ticket"),
    ],
)
def test_ticket_fields(ticket: dict[str, Any] | None, label: str, words: str) -> None:
    verdict = judge({"name": "ticket_fields", "fields": ["status", "tags"]}, ticket=ticket)
    assert verdict.label == label
    assert words in verdict.reason


def test_a_zero_is_a_filled_field() -> None:
    assert judge({"name": "ticket_fields", "fields": ["transfers"]}, ticket={"transfers": 0}).label == MET


@pytest.mark.parametrize(
    ("sent", "label"),
    [
        ({"follow_up": NOON, "thank_you": NOON}, MET),
        ({"follow_up": NOON}, NOT_MET),
        ({}, NOT_MET),
        (None, CANNOT_ASSESS),
    ],
)
def test_ticket_sent(sent: dict[str, datetime] | None, label: str) -> None:
    assert judge({"name": "ticket_sent", "fields": ["follow_up", "thank_you"]}, ticket={"sent": sent}).label == label


@pytest.mark.parametrize(
    ("ticket", "label"),
    [
        ({"status": "Solved", "solution": "restart", "resolved_at": NOON}, MET),
        ({"status": "CLOSED", "solution": "restart", "closed_at": NOON}, MET),
        ({"status": "resolved", "solution": "", "resolved_at": NOON}, NOT_MET),
        ({"status": "resolved", "resolved_at": NOON}, CANNOT_ASSESS),
        ({"status": "resolved", "solution": "restart"}, CANNOT_ASSESS),
        # Open: a fault only where something else tells that the case is solved.
        ({"status": "Pending", "solution": "restart", "resolved_at": NOON}, NOT_MET),
        ({"status": "waiting_on_customer", "solution": "restart"}, NOT_MET),
        ({"status": "open", "resolved_at": NOON}, NOT_MET),
        ({"status": "In-Progress"}, NOT_APPLICABLE),
        ({"status": "open", "solution": " "}, NOT_APPLICABLE),
        # What was solved and came back is open again.
        ({"status": "open", "resolved_at": NOON, "reopens": 1}, NOT_APPLICABLE),
        ({"status": "Reopened", "solution": "restart", "resolved_at": NOON}, NOT_APPLICABLE),
        ({"status": None, "solution": "restart", "closed_at": NOON}, CANNOT_ASSESS),
        # A status in words that are not known says nothing.
        ({"status": "erledigt", "solution": "restart", "closed_at": NOON}, CANNOT_ASSESS),
    ],
)
def test_ticket_closed(ticket: dict[str, Any], label: str) -> None:
    assert judge({"name": "ticket_closed", "fields": ["solution"]}, ticket=ticket).label == label


@pytest.mark.parametrize(
    ("ticket", "label"),
    [
        ({"status": "open", "sent": {"follow_up": NOON}}, MET),
        ({"status": "solved", "sent": {"follow_up": NOON, "thank_you": NOON}}, MET),
        # None was sent: a fault where something is left to be done, none where the customer was thanked at the end.
        ({"status": "open", "sent": {}}, NOT_MET),
        ({"status": "open", "sent": {"thank_you": NOON}}, NOT_MET),
        ({"status": "solved", "sent": {"thank_you": NOON}}, NOT_APPLICABLE),
        # Solved, and whether anything was agreed the ticket does not tell.
        ({"status": "solved", "sent": {}}, CANNOT_ASSESS),
        ({"sent": {}}, CANNOT_ASSESS),
        ({"status": "open", "sent": None}, CANNOT_ASSESS),
        (None, CANNOT_ASSESS),
    ],
)
def test_a_follow_up_is_missed_only_where_something_is_left_to_be_done(
    ticket: dict[str, Any] | None, label: str
) -> None:
    assert judge("follow_up_sent", turn("customer", 0), ticket=ticket).label == label


# --- contact_gap ------------------------------------------------------------------------------------------------------

CONTACT = {"name": "contact_gap", "within_seconds": DAY}


@pytest.mark.parametrize(
    ("messages", "resolved", "label"),
    [
        # c: hours at which the customer writes, a: the agent. The company is at turn from c to the next a.
        ("c0 a24 a40", 48, MET),
        ("c0 a25 a40", 48, NOT_MET),
        ("c0 c20 a25", 48, NOT_MET),  # reminded after 20 hours, and it still took 25
        # Waiting for the customer is no gap, however long: the agent asks at 1, the answer comes at 80.
        ("c0 a1 c80 a81", None, MET),
        ("c0 a1 c80 a105", None, NOT_MET),
        ("c0 a20", 50, MET),
        # After the solution the case is no longer open: c at 47 waits 1 hour for it, c at 20 waits 28.
        ("c0 a20 c47 a90", 48, MET),
        ("c0 a10 c20 a90", 48, NOT_MET),
        ("c0", 30, NOT_MET),
        # Unresolved, the case is followed to its last message.
        ("c0 a20 c40", None, MET),
        # Known for less than 24 hours no contact was due yet, whether it has ended or not.
        ("c0 a12", 24, MET),
        ("c0 a1", 5, NOT_APPLICABLE),
        ("c0 a1 a2", None, NOT_APPLICABLE),
    ],
)
def test_contact_gap(messages: str, resolved: float | None, label: str) -> None:
    ticket = {"resolved_at": None if resolved is None else at(resolved)}
    roles = {"c": "customer", "a": "agent"}
    turns = [turn(roles[message[0]], float(message[1:])) for message in messages.split()]
    assert judge(CONTACT, *turns, ticket=ticket).label == label


def test_contact_gap_counts_public_messages_of_people_only() -> None:
    others = [turn("bot", 12), turn("agent", 20, kind="note", visibility="internal"), turn("customer", 30)]
    verdict = judge(CONTACT, turn("customer", 0), *others, turn("agent", 36))
    assert verdict.label == NOT_MET
    assert "waited 1 d 12 h at most" in verdict.reason


def test_contact_gap_begins_with_the_customers_first_message() -> None:
    assert judge(CONTACT, turn("agent", -50), turn("customer", 0), turn("agent", 20), turn("agent", 30)).label == MET


@pytest.mark.parametrize("known", [{}, {"ended": 1}, {"ticket": {"closed_at": at(2)}}, {"ticket": {"status": "open"}}])
def test_a_short_case_is_not_applicable_whether_it_is_known_to_have_ended_or_not(known: dict[str, Any]) -> None:
    assert judge(CONTACT, turn("customer", 0), turn("agent", 1), **known).label == NOT_APPLICABLE


def test_a_solution_from_before_the_conversation_does_not_end_it() -> None:
    assert judge(CONTACT, turn("customer", 0), turn("agent", 30), ticket={"resolved_at": at(-5)}).label == NOT_MET


def test_contact_gap_needs_a_point_in_time_on_every_message() -> None:
    assert judge(CONTACT, turn("customer", 0), turn("agent"), turn("agent", 50)).label == CANNOT_ASSESS
    assert judge(CONTACT, turn("customer", start=0, end=1), turn("agent", start=2, end=3)).label == CANNOT_ASSESS


# --- response_time ----------------------------------------------------------------------------------------------------

RESPONSE = {"name": "response_time", "within_seconds": {"email": 2 * HOUR, "call": 20}}
OFFICE = {"timezone": "UTC", "hours": {"monday": "09:00-17:00", "tuesday": "09:00-17:00"}}  # NOON is a Monday's


def test_response_time_is_the_median_wait() -> None:
    quick = turn("customer", 0), turn("agent", 1), turn("customer", 3), turn("agent", 4)
    once_slow = *quick, turn("customer", 5), turn("agent", 30)  # 1, 1 and 25 hours
    verdict = judge(RESPONSE, *once_slow)
    assert verdict.label == MET
    assert "median wait for an answer of a human agent was 1 h (answers: 3, " in verdict.reason
    twice_slow = *once_slow, turn("customer", 31), turn("agent", 34.2)  # the middle of 1 and 3.2 hours is 2.1
    assert judge(RESPONSE, *twice_slow).label == NOT_MET


def test_response_time_counts_business_hours_where_they_are_given() -> None:
    # From 16:00 on Monday to 10:00 on Tuesday the office is open from 16 to 17 and from 9 to 10: 2 hours of 18.
    overnight = turn("customer", 4), turn("agent", 22)
    assert judge(RESPONSE, *overnight).label == NOT_MET
    verdict = judge({**RESPONSE, "business_hours": OFFICE}, *overnight)
    assert verdict.label == MET
    assert "was 2 h in business hours" in verdict.reason
    chat = turn("customer", start=0.0), turn("agent", start=60.0)
    assert judge({**RESPONSE, "business_hours": OFFICE}, *chat).label == CANNOT_ASSESS


def test_business_hours_that_cannot_be_read_are_the_rubrics_fault() -> None:
    with pytest.raises(RubricError, match=r"item x: signal\.business_hours: .*timezone"):
        judge({**RESPONSE, "business_hours": {"timezone": "Prague"}}, turn("customer", 0))


def test_a_silence_within_a_call_is_no_response_time() -> None:
    turns = turn("customer", start=0, end=30), turn("agent", start=50, end=90)
    verdict = judge(RESPONSE, *turns, channel="call")
    assert (verdict.label, "telephone data" in verdict.reason) == (CANNOT_ASSESS, True)


def test_an_unanswered_last_message_is_said_and_not_counted() -> None:
    verdict = judge(RESPONSE, turn("customer", 0), turn("agent", 1), turn("customer", 2))
    assert verdict.label == MET
    assert "the customer's last message got no answer" in verdict.reason


def test_response_time_without_an_answer_cannot_be_assessed() -> None:
    assert judge(RESPONSE, turn("customer", 0)).label == CANNOT_ASSESS
    assert judge(RESPONSE, turn("agent", 0), turn("customer", 1), turn("bot", 2)).label == CANNOT_ASSESS


def test_response_time_without_a_customer_is_not_applicable() -> None:
    assert judge(RESPONSE, turn("agent", 0)).label == NOT_APPLICABLE


def test_response_time_of_a_chat_that_tells_times_of_day_only() -> None:
    # [10:00:05] and [10:10:05] are kept as seconds since the first
    chat = turn("customer", start=0.0), turn("agent", start=600.0)
    found = judge({"name": "response_time", "within_seconds": 60}, *chat, channel="chat")
    assert (found.label, "10 min" in found.reason) == (NOT_MET, True)


def test_response_time_names_missing_times_and_missing_limits() -> None:
    turns = turn("customer"), turn("agent", 1)
    assert judge(RESPONSE, *turns).reason == "no response time: not every message has a time"
    assert "no limit (within_seconds) for conversations by chat" in judge(RESPONSE, *turns, channel="chat").reason


def test_figures_over_many_conversations_use_the_same_waits() -> None:
    assert response_waits(Transcript(id="t", channel="chat", turns=(turn("customer", 0), turn("agent", 1)))) == [HOUR]
