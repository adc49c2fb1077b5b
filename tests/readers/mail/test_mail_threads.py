"""Which letters make one conversation: two customers never do."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.transcript import Transcript


class Box:
    """A folder of letters, each a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def put(self, sender: str, to: str, text: str, *, subject: str = "Re: Invoice", **headers: str) -> None:
        number = next(self._numbers)
        headers = {"Message_ID": f"<{number}@test>", "Date": f"Mon, 05 Jan 2026 {9 + number}:00:00 +0000", **headers}
        lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        (self._folder / f"{number}.eml").write_text("\n".join([*lines, "", text]), "utf-8")

    def read(self, *, days: float | None = None, roles: RoleMapping | None = None) -> list[list[str]]:
        return [[turn.text for turn in each.turns] for each in self.transcripts(days=days, roles=roles)]

    def transcripts(self, *, days: float | None = None, roles: RoleMapping | None = None) -> list[Transcript]:
        if days is None:
            return list(read_transcripts(self._folder, roles=roles))
        return list(read_transcripts(self._folder, roles=roles, subject_days=days))


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


@pytest.mark.parametrize("desk", ["support@shop.test", "help@shop.test", "ana@shop.test"])
@pytest.mark.parametrize("roles", [RoleMapping(), RoleMapping(domains=("shop.test",))])
def test_the_address_of_the_desk_joins_nobody(box: Box, desk: str, roles: RoleMapping) -> None:
    box.put("bo@x.test", desk, "bo", subject="Invoice")
    box.put("cy@y.test", desk, "cy")
    box.put(desk, "cy@y.test", "to cy")
    assert box.read(roles=roles) == [["bo"], ["cy", "to cy"]]


def test_a_colleague_in_copy_joins_nobody(box: Box) -> None:
    box.put("bo@x.test", "support@shop.test, ana@shop.test", "bo", subject="Invoice")
    box.put("cy@y.test", "support@shop.test, ana@shop.test", "cy")
    assert box.read() == [["bo"], ["cy"]]


def test_a_carrier_that_both_customers_know_joins_nobody(box: Box) -> None:
    box.put("bo@x.test", "support@shop.test, desk@carrier.test", "bo", subject="Invoice")
    box.put("support@shop.test", "cy@y.test, desk@carrier.test", "cy")
    assert box.read() == [["bo"], ["cy"]]


def test_the_same_customer_and_subject_within_days_are_one_conversation_and_this_is_told(box: Box) -> None:
    box.put("bo@x.test", "support@shop.test", "bo", subject="Invoice")
    box.put("ana@shop.test", "bo@x.test", "ana")
    (transcript,) = box.transcripts()
    assert [turn.text for turn in transcript.turns] == ["bo", "ana"]
    assert [warning for warning in transcript.warnings if "joined by subject" in warning] == [
        "1 mail refers to no other and was joined by subject: the same people, and no more than 30 days apart"
    ]


def test_letters_joined_by_reference_are_not_told(box: Box) -> None:
    box.put("bo@x.test", "support@shop.test", "bo", subject="Invoice")
    box.put("ana@shop.test", "bo@x.test", "ana", In_Reply_To="<1@test>")
    (transcript,) = box.transcripts()
    assert not any("joined" in warning for warning in transcript.warnings)


@pytest.mark.parametrize(("days", "conversations"), [(None, 2), (40, 1), (3, 3)])
def test_how_many_days_may_lie_between_is_a_setting(box: Box, days: float | None, conversations: int) -> None:
    # the second letter comes 10 days after the first, the third 35 days after the second
    box.put("bo@x.test", "support@shop.test", "1", subject="Invoice", Date="Mon, 05 Jan 2026 10:00:00 +0000")
    box.put("bo@x.test", "support@shop.test", "2", Date="Thu, 15 Jan 2026 10:00:00 +0000")
    box.put("bo@x.test", "support@shop.test", "3", Date="Thu, 19 Feb 2026 10:00:00 +0000")
    assert len(box.read(days=days)) == conversations


def test_replies_far_apart_in_time_belong_to_the_nearest_conversation(box: Box) -> None:
    for month in ("Jan", "Jun"):
        box.put("bo@x.test", "support@shop.test", month, subject="Invoice", Date=f"Mon, 5 {month} 2026 10:00:00 +0000")
        box.put("support@shop.test", "bo@x.test", f"re {month}", Date=f"Mon, 6 {month} 2026 10:00:00 +0000")
    assert box.read() == [["Jan", "re Jan"], ["Jun", "re Jun"]]


@pytest.mark.parametrize("kept", [True, False])
def test_answers_of_two_customers_to_a_newsletter_are_two_conversations(box: Box, kept: bool) -> None:
    if kept:
        box.put("support@shop.test", "", "news", subject="News", Message_ID="<news@test>")
    for name in ("bo@x.test", "cy@y.test"):
        box.put(name, "support@shop.test", name, Message_ID=f"<of-{name}>", References="<news@test>")
        box.put("support@shop.test", name, f"re {name}", References=f"<news@test> <of-{name}>")
    assert box.read()[kept:] == [["bo@x.test", "re bo@x.test"], ["cy@y.test", "re cy@y.test"]]


def test_who_answers_from_another_address_stays_in_the_conversation(box: Box) -> None:
    box.put("support@shop.test", "bo@x.test", "hello", subject="Invoice")
    box.put("bo.private@z.test", "support@shop.test", "it is me", References="<1@test>")
    assert box.read() == [["hello", "it is me"]]


def test_letters_that_stay_inside_belong_to_the_conversation_they_refer_to(box: Box) -> None:
    box.put("bo@x.test", "support@shop.test", "bo", subject="Invoice")
    box.put("support@shop.test", "tech@shop.test", "what is it?", References="<1@test>")
    box.put("tech@shop.test", "support@shop.test", "a bug", References="<1@test> <2@test>")
    assert box.read() == [["bo", "what is it?", "a bug"]]


def test_an_id_that_several_senders_use_joins_nobody(box: Box) -> None:
    for name in ("bo@x.test", "cy@y.test"):
        box.put(name, "support@shop.test", name, Message_ID="<form@test>", subject="Form")
        box.put("support@shop.test", name, f"re {name}", References="<form@test>")
    assert box.read() == [["bo@x.test", "re bo@x.test"], ["cy@y.test", "re cy@y.test"]]
