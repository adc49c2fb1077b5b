from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader.errors import UsageError
from llm_grader.figures.case import Case
from llm_grader.figures.catalogue import CATALOGUE
from llm_grader.figures.figures import Figure, FigureSettings, compute_figures, quantile
from llm_grader.signals.business_hours import load_business_hours
from llm_grader.signals.waits import response_waits
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label, Provenance, Scorecard, Verdict

GOLD = Path(__file__).parents[2] / "eval" / "gold" / "transcripts.jsonl"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
PROVENANCE = Provenance(
    rubric_id="r", rubric_version="1", rubric_hash="h", prompt_hash="p", model="m", key="k", library_version="0"
)
HOUR = 3600.0


def talk(id_: str = "t", *turns: tuple[Any, ...], channel: str = "chat", **fields: Any) -> Transcript:
    """A conversation. A turn is (role or name of an agent, seconds after noon, further fields)."""
    made = []
    for who, at, *more in turns:
        role = who if who in ("customer", "bot", "system", "supervisor") else "agent"
        moment = None if at is None else NOON + timedelta(seconds=at)
        made.append({"role": role, "speaker": who, "text": "words", "at": moment, **(more[0] if more else {})})
    return Transcript.model_validate({"id": id_, "channel": channel, "turns": made, **fields})


def tickets(*tickets: dict[str, Any]) -> list[Transcript]:
    """Conversations in which nobody speaks, with its ticket."""
    return [talk(f"t{n}", ticket=ticket) for n, ticket in enumerate(tickets)]


def compute(conversations: Iterable[Transcript], **arguments: Any) -> dict[str, Figure]:
    return {figure.id: figure for figure in compute_figures(conversations, **arguments)}


def grouped(conversations: Iterable[Transcript], id_: str, **arguments: Any) -> dict[str | None, float | None]:
    """The values of one figure by group."""
    return {figure.group: figure.value for figure in compute_figures(conversations, **arguments) if figure.id == id_}


def card(transcript_id: str, score: float | None = None, **labels: str | None) -> Scorecard:
    verdicts = {
        item: Verdict.model_validate({"item_id": item, "label": label, "status": "ok" if label else "needs_review"})
        for item, label in labels.items()
    }
    return Scorecard(
        transcript_id=transcript_id,
        score=score,
        status="ok",
        coverage=1,
        passed=None,
        sections={},
        verdicts=verdicts,
        provenance=PROVENANCE,
    )


# --- what cannot be computed ---------------------------------------------------------------------------------------


def test_without_conversations_every_figure_is_absent_with_a_reason() -> None:
    found = compute_figures([])
    assert [figure.id for figure in found] == [definition.id for definition in CATALOGUE]
    assert {(figure.value, figure.n, figure.reason) for figure in found} == {(None, 0, "there are no conversations")}


def test_what_the_conversations_do_not_tell_is_absent_and_not_zero() -> None:
    # two mails without tickets and times: nobody is known to be answered, resolved, satisfied …
    mail = [talk(id_, ("customer", None), ("ann", None), channel="email") for id_ in "ab"]
    found = compute(mail)
    values = {id_: figure.value for id_, figure in found.items() if figure.value is not None}
    assert values == {"transfers": 0, "transfer_rate": 0}  # one named agent each
    assert found["nps"].reason == "no ticket has an nps"
    assert found["csat"].n == 0
    assert all(figure.reason for id_, figure in found.items() if id_ not in values)


def test_no_rate_is_made_of_one_conversation() -> None:
    ticket = {"status": "solved", "csat": 5, "nps": 10, "customer_id": "c", "contacts": 3, "reopens": 0, "rating": 5}
    found = compute(tickets(ticket))
    rates = ("csat", "nps", "repeat_contact_rate", "first_contact_resolution_rate", "resolution_rate", "agent_rating")
    assert {found[id_].value for id_ in rates} == {None}
    assert found["nps"].reason == "1 is too few to speak of a rate: 2 are needed"
    assert found["nps"].n == 1
    assert found["resolved_count"].value == 1  # a count is one


def test_how_many_a_rate_takes_is_a_setting() -> None:
    four = tickets(*[{"nps": 10}] * 4)
    assert compute(four, settings=FigureSettings(at_least=5))["nps"].value is None
    assert compute(four[:1], settings=FigureSettings(at_least=1))["nps"].value == 100


def test_every_figure_says_what_it_is() -> None:
    for figure in compute_figures(tickets({})):
        assert figure.definition
        assert "{" not in figure.definition


# --- response times ---------------------------------------------------------------------------------------------------

# waits: 60 and 30 s in one chat, 200 s in another; the bot's answer and the note do not count
CHATS = [
    talk(
        "a", ("ann", 0), ("customer", 10), ("bot", 12), ("ann", 70), ("customer", 100), ("customer", 110), ("ann", 130)
    ),
    talk("b", ("customer", 0), ("bob", 50, {"kind": "note", "visibility": "internal"}), ("bob", 200)),
]


def test_a_response_time_is_from_the_first_unanswered_message_to_the_next_human_answer() -> None:
    # mean (60 + 30 + 200) ÷ 3; median of 30, 60, 200; p90: position 0.9·2 = 1.8 → 60 + 0.8·140 = 172
    art = compute(CHATS)["average_response_time"]
    assert (art.n, art.conversations, art.unit) == (3, 2, "seconds")
    assert art.value == pytest.approx(290 / 3)
    assert art.median == 60
    assert art.p90 == pytest.approx(172)


def test_the_first_response_is_the_first_public_human_one_after_the_customers_first_message() -> None:
    # 60 and 200 s; the agent's opening in a is no response
    assert compute(CHATS)["first_response_time"].value == 130


def test_a_message_that_nobody_answered_is_no_wait() -> None:
    assert compute([talk("a", ("customer", 0), ("ann", 10), ("customer", 20))])["average_response_time"].n == 1


def test_an_answer_belongs_to_the_agent_who_gave_it() -> None:
    # Jonas answers after 20 s and hands over; Mira answers after 40 s
    chat = talk("a", ("customer", 0), ("jonas", 20), ("customer", 60), ("mira", 100), agent_id="mira")
    assert grouped([chat], "average_response_time", by="agent") == {"jonas": 20, "mira": 40}


def test_without_turn_times_the_ticket_has_the_first_response() -> None:
    mail = talk(
        "a",
        ("customer", None),
        ("ann", None),
        channel="email",
        ticket={"opened_at": NOON, "first_reply_at": NOON + timedelta(hours=2)},
    )
    found = compute([mail])
    assert found["first_response_time"].value == 2 * HOUR
    assert found["average_response_time"].value is None


def test_a_chat_may_have_seconds_instead_of_moments() -> None:
    chat = talk("a", ("customer", None, {"start": 5}), ("ann", None, {"start": 12}))
    assert compute([chat])["average_response_time"].value == 7


def test_pauses_on_calls_are_kept_apart_from_waits_in_writing() -> None:
    # the customer stops at 10, the agent begins at 11.5
    call = talk(
        "a", ("customer", None, {"start": 0, "end": 10}), ("ann", None, {"start": 11.5, "end": 20}), channel="call"
    )
    found = compute([call, CHATS[1]])
    assert (found["call_response_time"].value, found["call_response_time"].n) == (1.5, 1)
    assert found["average_response_time"].value == 200


OFFICE = load_business_hours(
    {"timezone": "UTC", "hours": dict.fromkeys(("monday", "tuesday"), "09:00-17:00"), "holidays": ["2026-03-03"]}
)


def test_only_business_hours_count_where_they_are_given() -> None:
    # Monday 12:00 → next Monday 10:00, Tuesday off: 5 h on the first day, 1 h on the last; next Tuesday is not reached
    mail = talk("a", ("customer", 0), ("ann", 6 * 24 * HOUR + 22 * HOUR), channel="email")
    art = compute([mail], business_hours=OFFICE)["average_response_time"]
    assert art.value == 6 * HOUR
    assert art.definition.endswith("only business hours count")
    assert compute([mail])["average_response_time"].value == 166 * HOUR


def test_business_hours_take_moments() -> None:
    chat = talk("a", ("customer", None, {"start": 5}), ("ann", None, {"start": 12}))
    assert compute([chat], business_hours=OFFICE)["average_response_time"].value is None


PRAGUE = load_business_hours({"timezone": "Europe/Prague", "hours": {"monday": "09:00-17:00"}})
NO_ZONE: dict[str, Any] = {"warnings": ["times without a zone were read as UTC"]}


def test_times_that_state_no_zone_are_of_the_business_hours_zone() -> None:
    # 15:30 → 16:30 as the source wrote it; read as UTC, 16:30 → 17:30 in Prague, half of it is after five
    opened, answered = 3.5 * HOUR, 4.5 * HOUR
    turns = ("customer", opened), ("ann", answered)
    art = "average_response_time"
    assert compute([talk("a", *turns, **NO_ZONE)], business_hours=PRAGUE)[art].value == HOUR
    assert compute([talk("a", *turns)], business_hours=PRAGUE)[art].value == HOUR / 2
    utc = FigureSettings(times_in="UTC")
    assert compute([talk("a", *turns, **NO_ZONE)], business_hours=PRAGUE, settings=utc)[art].value == HOUR / 2
    ticket = {"opened_at": NOON + timedelta(seconds=opened), "first_reply_at": NOON + timedelta(seconds=answered)}
    mail = talk("a", channel="email", ticket=ticket, **NO_ZONE)
    assert compute([mail], business_hours=PRAGUE)["first_response_time"].value == HOUR


def test_times_that_state_another_zone_stay() -> None:
    # half past five in Prague, after hours, beside times of the same source without a zone
    late = datetime(2026, 3, 2, 17, 30, tzinfo=timezone(timedelta(hours=1)))
    chat = talk("a", ("customer", 3.5 * HOUR), ("ann", None, {"at": late}), **NO_ZONE)
    assert compute([chat], business_hours=PRAGUE)["average_response_time"].value == 1.5 * HOUR


def test_weeks_are_of_the_clock_that_wrote_the_times() -> None:
    late = talk("a", started_at="2026-03-01T23:30:00Z", **NO_ZONE)  # a Sunday, in week 9
    no_date = talk("b", started_at="0001-01-01T00:00:00Z", **NO_ZONE)
    settings = FigureSettings(timezone="Europe/Prague")
    assert set(grouped([late, no_date], "csat", by="week", settings=settings)) == {"2026-W09", "(unknown)"}


def test_a_change_of_the_clock_does_not_change_a_wait() -> None:
    # 1:30 → 3:30 on the wall of Prague while the clock was put forward: one hour
    opened, answered = (datetime(2026, 3, 29, hour, 30, tzinfo=ZoneInfo("Europe/Prague")) for hour in (1, 3))
    chat = talk("a", ("customer", None, {"at": opened}), ("ann", None, {"at": answered}))
    assert compute([chat])["average_response_time"].value == HOUR


@pytest.mark.parametrize("year", [1, 1601, 9999])
def test_dates_that_stand_for_no_date_are_not_waited_for(year: int) -> None:
    ticket = {"opened_at": datetime(year, 1, 1, tzinfo=UTC), "first_reply_at": NOON, "type": "question"}
    assert compute(tickets(ticket), business_hours=OFFICE)["first_response_time"].value is None
    assert set(grouped(tickets(ticket), "csat", by="week")) == {"(unknown)"}


@given(st.lists(st.tuples(st.sampled_from(["customer", "ann", "bot", "supervisor"]), st.integers(0, 500)), max_size=12))
def test_waits_in_writing_are_those_of_the_signals(turns: list[tuple[str, int]]) -> None:
    chat = talk("a", *turns)
    waits = Case(chat, FigureSettings()).waits
    assert [wait.seconds for wait in waits] == pytest.approx(response_waits(chat))


# --- replies, handle time, transfers ----------------------------------------------------------------------------------


def test_replies_are_what_agents_write_after_the_opening_in_a_row_once() -> None:
    # opening; reply 1 in two messages; reply 2 by another agent; the bot in between does not part reply 3
    turns: list[tuple[Any, ...]] = [("ann", 0), ("customer", 1), ("ann", 2), ("ann", 3), ("bob", 4)]
    turns += [("customer", 5), ("bob", 6), ("bot", 7), ("bob", 8)]
    found = compute([talk("a", *turns, ticket={"status": "solved"})])
    assert (found["replies_per_resolution"].value, found["replies_per_resolution"].n) == (3, 1)


def test_replies_count_for_resolved_tickets_in_writing() -> None:
    once = [("customer", 0), ("ann", 5)]
    twice = [*once, ("customer", 9), ("ann", 12)]
    found = compute(
        [
            talk("a", *once, ticket={"id": "1", "status": "closed"}),
            talk("b", *twice, ticket={"id": "2", "status": "Solved"}),
            talk("c", *twice, ticket={"id": "3", "status": "open"}),
            talk("d", *twice, ticket={"id": "4", "status": "solved"}, channel="call"),
            talk("e", *twice),
        ]
    )
    # a with 1 and b with 2; one of the two was resolved with one reply
    assert (found["replies_per_resolution"].value, found["replies_per_resolution"].n) == (1.5, 2)
    assert (found["one_touch_rate"].value, found["one_touch_rate"].n) == (0.5, 2)


def test_handle_time_is_the_tickets_else_from_the_agents_first_words_to_the_last() -> None:
    # 300 s by the ticket; the chat from 30 to 90; the call from 2 to 50; a mail takes no time that is known
    found = compute(
        [
            talk("a", ("customer", 0), ("ann", 20), ticket={"handle_seconds": 300, "type": "problem"}),
            talk("b", ("bot", 0), ("customer", 10), ("ann", 30), ("customer", 90), ("bot", 400)),
            talk(
                "c", ("ann", None, {"start": 2, "end": 9}), ("customer", None, {"start": 9, "end": 50}), channel="call"
            ),
            talk("d", ("customer", 0), ("ann", 900), channel="email"),
        ]
    )["productivity"]
    assert (found.value, found.median, found.n) == ((300 + 60 + 48) / 3, 60, 3)


def test_one_moment_is_no_handle_time() -> None:
    # an agent who wrote once, and a call whose turns have no end: nobody knows how long either took
    call = [("customer", None, {"start": 0}), ("ann", None, {"start": 5})]
    found = compute([talk("a", ("customer", 0), ("ann", 30)), talk("b", *call, channel="call")])["productivity"]
    assert (found.value, found.n) == (None, 0)
    assert "where they are not one moment" in found.definition


def test_handle_time_by_type_says_what_takes_long() -> None:
    three = tickets(*({"type": t, "handle_seconds": s} for t, s in (("claim", 100), ("claim", 300), ("order", 50))))
    assert grouped(three, "productivity", by="type") == {"claim": 200, "order": 50}


def test_transfers_are_the_tickets_else_those_of_the_conversation() -> None:
    passed_on = ("system", 5, {"kind": "event", "event": "transfer"})
    found = compute(
        [
            talk("a", ("ann", 0), ("bob", 9), ticket={"transfers": 3}),  # the ticket knows better: 3
            talk("b", ("ann", 0), passed_on, ("bob", 9), passed_on),  # 2 noted
            talk("c", ("ann", 0), ("bob", 9)),  # 1, a second agent
            talk("d", ("ann", 0)),  # 0
            talk("e", ("ann", 0, {"speaker": None})),  # who knows
        ]
    )
    assert (found["transfers"].value, found["transfers"].n) == (6, 4)
    assert found["transfer_rate"].value == 3 / 4


# --- from the ticket --------------------------------------------------------------------------------------------------


def test_csat_is_the_share_of_satisfied_answers() -> None:
    scores = tickets({"csat": 5}, {"csat": 4}, {"csat": 3.9}, {"csat": 1}, {})
    assert (compute(scores)["csat"].value, compute(scores)["csat"].n) == (0.5, 4)
    strict = compute(scores, settings=FigureSettings(satisfied_from=5))["csat"]
    assert strict.value == 0.25
    assert strict.definition == "satisfied answers (a csat of 5 or more of 5) ÷ answers"


def test_csat_takes_the_words_of_vendors() -> None:
    # good, Bad, good: 2 of 3; an offer is no answer
    ratings: list[Any] = ["good", {"score": "Bad"}, {"score": "good"}, {"score": "offered"}, None, 7]
    found = compute(tickets(*({"vendor": {"satisfaction_rating": rating}} for rating in ratings)))["csat"]
    assert (found.value, found.n) == (2 / 3, 3)


def test_a_score_off_the_scale_is_a_reason_instead_of_counted() -> None:
    percent = tickets({"csat": 85}, {"csat": 3}, {"survey_score": 11}, {"survey_score": 2})
    found = compute(percent)
    assert found["csat"].value is None
    assert found["csat"].reason == "a csat of 85 is not on a scale to 5: say which one it is"
    assert found["negative_response_rate"].reason == "a survey_score of 11 is not on a scale to 10"
    scaled = compute(percent, settings=FigureSettings(satisfied_from=80, satisfied_of=100))
    assert scaled["csat"].value == 0.5


def test_nps_is_promoters_minus_detractors_in_percent() -> None:
    # 10 and 9 promote, 6 and 0 and 3 detract, 7 and 8 do neither: (2 − 3) ÷ 7 · 100
    found = compute(tickets(*({"nps": n} for n in (10, 9, 8, 7, 6, 3, 0)), {}))["nps"]
    assert (found.value, found.n) == (-100 / 7, 7)


def test_negative_answers_are_those_of_1_or_2() -> None:
    found = compute(tickets(*({"survey_score": n} for n in (1, 2, 3, 10))))["negative_response_rate"]
    assert (found.value, found.n) == (0.5, 4)


def test_an_agents_rating_is_the_mean() -> None:
    rated = [
        talk("a", ("ann", 0), ticket={"rating": 5}),
        talk("b", ("ann", 0), ticket={"rating": 2}),
        talk("c", ("bob", 0), ticket={"rating": 4}),
        talk("d", ("bob", 0), ticket={"rating": 4}),
    ]
    assert grouped(rated, "agent_rating", by="agent") == {"ann": 3.5, "bob": 4}


def test_tickets_are_resolved_by_their_status_else_by_their_times() -> None:
    found = compute(
        tickets(
            {"status": "solved"},
            {"status": "Closed"},
            {"status": "on-hold", "resolved_at": NOON},  # opened again
            {"resolved_at": NOON},
            {"status": "deflected"},  # nobody knows what that is
            {},
        )
    )
    assert (found["resolved_count"].value, found["resolved_count"].n) == (3, 4)
    assert found["resolution_rate"].value == 0.75


def test_first_contact_resolution_takes_one_contact_and_no_reopening() -> None:
    found = compute(
        tickets(
            {"status": "solved", "contacts": 1, "reopens": 0},
            {"status": "solved", "contacts": 2, "reopens": 0},
            {"status": "solved", "contacts": 1, "reopens": 1},
            {"status": "open", "contacts": 1, "reopens": 0},  # not resolved
            {"status": "solved", "contacts": 1},  # not known
        )
    )["first_contact_resolution_rate"]
    assert (found.value, found.n) == (1 / 3, 3)
    assert "by the ticket's own fields" in found.definition


def test_first_contact_resolution_by_verdict_says_so() -> None:
    labels = {"a": "met", "b": "not_met", "c": "met", "d": "not_applicable", "e": None}
    cards = [card(id_, first_contact_resolution=label) for id_, label in labels.items()]
    found = compute([talk(id_) for id_ in "abcdef"], cards=cards)["first_contact_resolution_rate_by_verdict"]
    assert (found.value, found.n, found.conversations) == (2 / 3, 3, 6)
    assert "by the scorecards' verdict" in found.definition


def test_a_customer_came_back_with_a_second_conversation_or_a_second_contact() -> None:
    # c1 in two conversations, c2 with two contacts about one ticket, c3 and c4 once
    found = compute(
        tickets(
            {"customer_id": "c1"},
            {"customer_id": "c2", "contacts": 2},
            {"customer_id": "c1", "contacts": 1},
            {"customer_id": "c3"},
            {"customer_id": "c4", "contacts": 0},
            {},
        )
    )["repeat_contact_rate"]
    assert (found.value, found.n) == (0.5, 4)


def test_a_ticket_with_several_conversations_counts_once() -> None:
    one = {"id": "1", "status": "solved", "csat": 5, "transfers": 1}
    two = {"id": "2", "status": "open", "csat": 1, "transfers": 0}
    conversation = [("customer", 0), ("ann", 5)]
    found = compute([talk(f"t{n}", *conversation, ticket=ticket) for n, ticket in enumerate([one, one, two, one])])
    assert (found["csat"].value, found["csat"].n) == (0.5, 2)
    assert (found["resolved_count"].value, found["transfers"].value) == (1, 1)
    # one reply in each of three conversations of the only resolved ticket
    assert (found["replies_per_resolution"].value, found["replies_per_resolution"].n) == (3, 1)
    assert found["average_response_time"].n == 4


def test_the_order_of_conversations_makes_no_difference() -> None:
    # ticket 9 three times: open, then solved with answers, then without them; what is known last counts
    fields = {"csat": 5, "rating": 4, "handle_seconds": 60, "transfers": 2, "contacts": 1, "reopens": 0}
    conversations = [
        talk("a", ("customer", 0), ("ann", 5), ticket={"id": "9", "status": "open", "csat": 1}),
        talk("b", ("customer", 60), ("ann", 65), ticket={"id": "9", "status": "solved", **fields}),
        talk("c", ("customer", 90), ("ann", 95), ticket={"id": "9", "status": "solved"}),
        talk("d", ("customer", 0), ("ann", 5), ticket={"id": "10", "status": "open", "csat": 1, "rating": 2}),
    ]
    for some in itertools.permutations(conversations):
        found = compute(some)
        assert (found["csat"].value, found["csat"].n) == (0.5, 2)
        assert (found["agent_rating"].value, found["agent_rating"].n) == (3, 2)
        assert (found["resolution_rate"].value, found["resolved_count"].value) == (0.5, 1)
        assert (found["productivity"].value, found["productivity"].n) == (60, 1)
        assert found["transfers"].value == 2
        assert compute(some) == compute(conversations)


def test_a_ticket_that_was_opened_again_is_not_resolved() -> None:
    solved, reopened = (
        talk(status, ticket={"id": "9", "status": status, "resolved_at": NOON, "first_reply_at": NOON + later})
        for status, later in (("solved", timedelta()), ("open", timedelta(hours=1)))
    )
    for both in ([solved, reopened], [reopened, solved]):
        assert (compute(both)["resolved_count"].value, compute(both)["resolved_count"].n) == (0, 1)


def test_reviews_are_answered_by_people() -> None:
    review = {"type": "Review"}
    found = compute(
        [
            talk("a", ("customer", 0), ("bot", 5), ("ann", 600), ticket=review),
            talk("b", ("customer", 0), ("bot", 5), ticket=review),
            talk("c", ("customer", 0), ticket={"tags": ["public-review"]}),
            talk("d", ("customer", 0), ("ann", 5), ticket={"tags": ["preview"]}),
        ]
    )
    assert (found["reviews"].value, found["reviews"].n) == (1 / 3, 3)
    assert (found["review_answer_time"].value, found["review_answer_time"].n) == (600, 1)


# --- mystery calls and self-assessments are kept apart ----------------------------------------------------------------


def test_mystery_calls_count_in_no_other_figure() -> None:
    mystery = {"tags": ["vip", "Mystery-Call"], "csat": 1, "status": "solved"}
    ordinary = tickets({"csat": 5, "status": "open", "tags": []}, {"csat": 5, "status": "open"})
    callers = [talk(f"m{n}", ("customer", 0), ("ann", 5), ticket=mystery) for n in range(3)]
    cards = [card("m0", 70), card("m1", 90), card("m2", None), card("t0", 0)]
    found = compute([*ordinary, *callers], cards=cards)
    assert (found["mystery_call"].value, found["mystery_call"].n, found["mystery_call"].conversations) == (80, 2, 3)
    assert (found["csat"].value, found["csat"].n, found["csat"].conversations) == (1, 2, 2)
    assert found["resolved_count"].value == 0
    assert found["average_response_time"].n == 0
    assert compute(ordinary, cards=cards)["mystery_call"].reason == "no conversation is tagged as a mystery call"
    assert compute(callers, cards=cards)["csat"].reason == "there are mystery calls only"


def test_the_tag_of_mystery_calls_is_a_setting() -> None:
    conversations = tickets({"tags": ["undercover"]}, {"tags": ["mystery"]})
    cards = [card("t0", 50), card("t1", 100)]
    settings = FigureSettings(mystery_tags=("undercover",), at_least=1)
    assert compute(conversations, cards=cards, settings=settings)["mystery_call"].value == 50


def label(item: str, value: str, annotator: str, **fields: Any) -> Label:
    return Label.model_validate(
        {"transcript_id": "a", "item_id": item, "label": value, "annotator": annotator, "label_source": "human"}
        | fields
    )


def test_an_agents_own_labels_are_compared_with_auditors_and_the_grader() -> None:
    people = [{"id": "ann", "role": "agent", "name": "Ann Lee"}, {"id": "cu", "role": "customer", "name": "Cy"}]
    chat = talk("a", ("customer", 0), ("ann", 5), participants=people)
    labels = [
        *(label(item, "met", "ann lee") for item in ("greeting", "thank", "use_name")),
        *(label(item, value, "auditor") for item, value in (("greeting", "met"), ("thank", "not_met"))),
        label("greeting", "not_met", "second auditor"),
        label("greeting", "not_met", "gpt", label_source="llm"),  # neither of them
        label("thank", "met", "ann lee", transcript_id="elsewhere"),
    ]
    found = compute([chat], labels=labels, cards=[card("a", greeting="met", thank="met", use_name=None)])
    # greeting with two auditors and thank with one: 1 of 3 agrees; the card has two labels, both met
    with_auditor, with_grader = found["self_assessment_with_auditor"], found["self_assessment_with_grader"]
    assert (with_auditor.value, with_auditor.n) == (1 / 3, 3)
    assert (with_grader.value, with_grader.n) == (1, 2)


def test_answers_for_single_turns_are_compared_turn_by_turn() -> None:
    # polite is answered for turns 0 and 1, and turn 1 agrees; the turn of greeting only says where it was seen
    chat = talk("a", ("ann", 0), ("customer", 5))
    labels = [
        label("polite", "met", "ann", turn=0),
        label("polite", "met", "ann", turn=1),
        label("polite", "not_met", "auditor", turn=0),
        label("polite", "met", "auditor", turn=1),
        label("greeting", "met", "ann", turn=0),
        label("greeting", "met", "auditor"),
    ]
    found = compute([chat], labels=labels, cards=[card("a", polite="not_met", greeting="met")])
    with_auditor = found["self_assessment_with_auditor"]
    assert (with_auditor.value, with_auditor.n) == (2 / 3, 3)
    assert found["self_assessment_with_grader"].n == 1


# --- groups -----------------------------------------------------------------------------------------------------------


def test_a_conversation_counts_for_each_of_its_tags() -> None:
    conversations = tickets({"tags": ["a", "b", "a"], "handle_seconds": 10}, {"tags": [], "handle_seconds": 20}, {})
    found = grouped(conversations, "productivity", by="tag")
    assert found == {"a": 10, "b": 10, "(no tags)": 20, "(unknown)": None}


def test_a_conversation_belongs_to_the_agent_under_review_else_to_the_only_one() -> None:
    rated = [
        talk("a", ("ann", 0), ("bob", 5), agent_id="bob", ticket={"handle_seconds": 1}),
        talk("b", ("ann", 0), ("bob", 5), ticket={"handle_seconds": 2}),
        talk("c", ("ann", 0), ("supervisor", 5), ticket={"handle_seconds": 3}),
        talk("d", ("bot", 0), ticket={"handle_seconds": 4}),
    ]
    found = grouped(rated, "productivity", by="agent")
    assert found == {"bob": 1, "(several agents)": 2, "ann": 3, "(unknown)": 4}


def test_weeks_are_iso_weeks_of_the_time_zone() -> None:
    # 2026-03-01 is a Sunday, in week 9; at 23:30 UTC it is Monday in Prague, in week 10
    late = tickets({"opened_at": "2026-03-01T23:30:00Z", "handle_seconds": 5}, {"handle_seconds": 7})
    assert grouped(late, "productivity", by="week") == {"2026-W09": 5, "(unknown)": 7}
    prague = FigureSettings(timezone="Europe/Prague")
    assert set(grouped(late, "productivity", by="week", settings=prague)) == {"2026-W10", "(unknown)"}


def test_groups_by_team_channel_and_type() -> None:
    both = tickets({"team": "care", "type": "claim", "handle_seconds": 5}, {"handle_seconds": 7})
    assert grouped(both, "productivity", by="team") == {"care": 5, "(unknown)": 7}
    assert grouped(both, "productivity", by="type") == {"claim": 5, "(unknown)": 7}
    assert grouped(both, "productivity", by="channel") == {"chat": 6}


def test_figures_come_by_checklist_and_then_by_group() -> None:
    found = compute_figures([talk("a", channel="email"), talk("b")], by="channel")
    assert [figure.group for figure in found[:2]] == ["chat", "email"]
    assert [figure.id for figure in found[::2]] == [definition.id for definition in CATALOGUE]


def test_an_unknown_grouping_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"by: expected one of agent, .*, found 'month'"):
        compute_figures([], by="month")  # type: ignore[arg-type]


# --- arithmetic -------------------------------------------------------------------------------------------------------


def test_quantiles_lie_between_neighbours() -> None:
    # five numbers: 0.9·4 = 3.6 → 40 + 0.6·10
    assert quantile([10, 20, 30, 40, 50], 0.9) == pytest.approx(46)
    assert quantile([7], 0.9) == 7
    assert quantile([1, 2], 0.5) == 1.5


def test_conversations_are_not_kept() -> None:
    seen: list[weakref.ref[Transcript]] = []

    def stream() -> Iterator[Transcript]:
        for n in range(50):
            assert sum(conversation() is not None for conversation in seen) <= 1  # the one before
            conversation = talk(f"t{n}", ("customer", 0), ("ann", n))
            seen.append(weakref.ref(conversation))
            yield conversation
            del conversation

    assert compute(stream())["average_response_time"].median == 24.5  # of 0, 1, …, 49


# --- the example conversations ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gold() -> dict[str, Figure]:
    lines = GOLD.read_text("utf-8").splitlines()
    return compute(Transcript.model_validate_json(line) for line in lines)


def test_the_examples_tickets(gold: dict[str, Figure]) -> None:
    # of 11 tickets 5 are done: en-chat-1, de-chat-1, cs-email-1, hu-chat-1, et-email-1
    assert (gold["resolved_count"].value, gold["resolution_rate"].n) == (5, 11)
    # of these hu-chat-1 has no reopens, and cs-email-1 three contacts: 3 of 4
    assert (gold["first_contact_resolution_rate"].value, gold["first_contact_resolution_rate"].n) == (0.75, 4)
    # csat 5, 1, 4, 1, 4; nps 8 and 0
    assert (gold["csat"].value, gold["csat"].n) == (0.6, 5)
    assert (gold["nps"].value, gold["nps"].n) == (-50, 2)
    # only de-chat-1 was passed on
    assert (gold["transfers"].value, gold["transfer_rate"].value) == (1, 1 / 18)
    # one rating and one survey answer each: no rate
    assert {gold["agent_rating"].value, gold["negative_response_rate"].value} == {None}


def test_the_examples_replies(gold: dict[str, Figure]) -> None:
    # en-chat-1: 6, de-chat-1: 10 (turns 12 and 13 are one), cs-email-1: 3, hu-chat-1: 10, et-email-1: 2
    replies = gold["replies_per_resolution"]
    assert (replies.value, replies.median, replies.p90, replies.n) == (31 / 5, 6, 10, 5)


def test_the_examples_first_responses() -> None:
    # mails: 47 min, 49 min, 4 h 28, 5 h 33, 2 d 22 h 25, 3 d 7 h 35 = 2820, 2940, 16080, 19980, 253500, 286500 s
    mails = [
        t
        for line in GOLD.read_text("utf-8").splitlines()
        if (t := Transcript.model_validate_json(line)).channel == "email"
    ]
    first = compute(mails)["first_response_time"]
    assert (first.value, first.median, first.n) == (581820 / 6, (16080 + 19980) / 2, 6)
    # en-email-2 in London, nine to five: Monday 18:20 → Thursday 16:45 = 8 h + 8 h + 7 h 45
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-17:00")
    office = load_business_hours({"timezone": "Europe/London", "hours": days})
    late = [mail for mail in mails if mail.id == "en-email-2"]
    assert compute(late, business_hours=office)["first_response_time"].value == 23.75 * HOUR
