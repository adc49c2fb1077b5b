"""Several people: agreement, adjudication, disputes and sessions, through the server as browsers use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from llm_grader.audit.folder import load_folder
from llm_grader.audit.labelling.answers import Cell
from llm_grader.audit.labelling.checks import GivenCell, LacksWords
from llm_grader.audit.labelling.events import EvidenceSpan
from llm_grader.audit.labelling.journal import gold_file
from llm_grader.audit.review.adjudication import differ
from llm_grader.audit.review.agreement import agreement_so_far
from llm_grader.audit.review.decisions import Decisions
from llm_grader.audit.review.disputes import is_of
from llm_grader.audit.review.results import verdicts_of_folder
from llm_grader.audit.team import Team, TeamMember
from llm_grader.audit.web.office import Office
from llm_grader.audit.web.shown import shown_item
from llm_grader.errors import UsageError
from llm_grader.eval.labels.files import read_labels
from llm_grader.eval.labels.units import Unit
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.transcript import Participant, Transcript, Turn
from llm_grader.verdict import Verdict
from tests.support.audit_client import AuditClient
from tests.support.audit_folder import EMOJI, RUBRIC, write_folder
from tests.support.eval_commands import card

TEAM = Team(
    people=(
        TeamMember(name="anna"),
        TeamMember(name="ben"),
        TeamMember(name="lea", role="lead"),
        TeamMember(name="leo", role="lead"),
        TeamMember(name="maya", role="agent", speaks_as="maya"),
        TeamMember(name="otto", role="agent"),
    )
)
WAVE = {"turn": 0, "start": 0, "end": len(EMOJI), "quote": EMOJI}
SORRY = {"turn": 2, "start": 0, "end": 5, "quote": "Sorry"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(load_folder(write_folder(tmp_path / "gold", overlap=6)), TEAM, TEAM.people) as opened:
        yield opened


def as_(office: Office, name: str) -> AuditClient:
    client = AuditClient(office)
    client.join(name)
    return client


def submit(client: AuditClient, n: int, greeting: str, apology: str = "not_met") -> None:
    place = client.get(f"/api/t/{n}")
    labels: list[dict[str, Any]] = [
        {"item_id": "greeting", "label": greeting, "evidence": [WAVE] if greeting == "met" else []},
        {"item_id": "apology", "label": apology, "evidence": [SORRY] if apology == "met" else []},
        {"item_id": "tone", "label": "2"},
    ]
    if apology == "met":
        labels.append({"item_id": "warmth", "label": "not_met"})
    saved = client.send("PUT", f"/api/t/{n}", {"rev": place["rev"], "labels": labels}).json()
    answered = client.send("POST", f"/api/t/{n}/submit", {"rev": saved["rev"], "active_ms": 1000 * n}).json()
    assert answered["missing"] == [], answered


def submit_all(office: Office, *, differ: bool = True) -> None:
    """Anna says met of every greeting; Ben says not_met of that in chat-00, if they are to differ."""
    for name in ("anna", "ben"):
        client = as_(office, name)
        for n, id_ in enumerate(office.desks[name].queue(), 1):
            submit(client, n, "not_met" if differ and name == "ben" and id_ == "chat-00" else "met")


def test_a_decision_needs_a_reason_becomes_gold_and_names_the_lead_in_the_journal(office: Office) -> None:
    submit_all(office)
    lea = as_(office, "lea")
    (case,) = lea.get("/api/cells")["cases"]
    path = f"/api/cells/{case['key']}"
    assert lea.send("POST", path, {"label": "met", "reason": " "}).status == 422
    assert lea.send("POST", path, {"label": "nothing", "reason": "because"}).status == 422
    bad = {**WAVE, "start": 1}
    assert lea.send("POST", path, {"label": "met", "reason": "because", "evidence": [bad]}).status == 422
    decided = lea.send("POST", path, {"label": "met", "reason": "she waves", "evidence": [WAVE]}).json()
    assert (decided["decided"]["label"], decided["left"], decided["cause"]) == ("met", 0, "rubric")
    (label,) = read_labels(gold_file(office.folder.path, "desk", "adjudicator"), rubric=office.folder.rubric)
    assert (label.annotator, label.label, label.reason) == ("adjudicator", "met", "she waves")
    assert label.evidence_quotes == (EMOJI,)
    assert '"by":"lea"' in (office.folder.path / "audit" / "adjudicator.events.jsonl").read_text("utf-8")


def test_the_way_goes_through_all_open_cases_and_from_the_last_to_the_first(office: Office) -> None:
    for name, greeting in (("anna", "met"), ("ben", "not_met")):
        client = as_(office, name)
        for n in range(1, 7):
            submit(client, n, greeting)
    lea = as_(office, "lea")
    keys = [case["key"] for case in lea.get("/api/cells")["cases"]]
    following = dict(zip(keys, [*keys[1:], keys[0]], strict=True))
    assert {key: lea.get(f"/api/cells/{key}")["next"] for key in keys} == following
    sent = {"label": "not_met", "reason": "a wave is none"}
    assert lea.send("POST", f"/api/cells/{keys[1]}", sent).json()["next"] == keys[2]
    assert lea.get(f"/api/cells/{keys[0]}")["next"] == keys[2]
    for key in keys[2:]:
        assert lea.send("POST", f"/api/cells/{key}", sent).json()["next"] == following[key]
    assert lea.send("POST", f"/api/cells/{keys[0]}", sent).json()["next"] is None


def test_a_conversation_has_the_same_code_for_everybody_and_no_two_have_one(office: Office) -> None:
    submit_all(office)
    codes: dict[str, dict[str, str]] = {}
    for name in ("anna", "ben"):
        client = as_(office, name)
        queue = office.desks[name].queue()
        codes[name] = {id_: client.get(f"/api/t/{n}")["transcript"]["code"] for n, id_ in enumerate(queue, 1)}
        assert [place["code"] for place in client.get("/api/queue")["places"]] == list(codes[name].values())
    assert codes["anna"] == codes["ben"]
    assert len(set(codes["anna"].values())) == 6
    assert all(re.fullmatch("[0-9a-f]{6}", code) for code in codes["anna"].values())
    lea = as_(office, "lea")
    (case,) = lea.get("/api/cells")["cases"]
    assert case["code"] == lea.get(f"/api/cells/{case['key']}")["transcript"]["code"] == codes["anna"]["chat-00"]


def test_agreement_is_that_of_the_submitted_labels(office: Office) -> None:
    submit_all(office)
    table = as_(office, "lea").get("/api/agreement")
    by_item = {row["item_id"]: row for row in table["items"]}
    greeting = by_item["greeting"]
    assert (greeting["labelled"], greeting["double"]) == (6, 6)
    assert greeting["agreement"]["estimate"] == pytest.approx(5 / 6)
    # 11 met, 1 not_met of 12: Scott's π = (5/6 − (11/12)² − (1/12)²) / (1 − …) = (.8333 − .8472) / .1528
    assert greeting["kappa"]["estimate"] == pytest.approx(-1 / 11)
    assert by_item["apology"]["kappa"]["estimate"] is None  # nobody ever said anything else
    people = {row["name"]: row for row in table["raters"]}
    assert people["anna"]["submitted"] == people["anna"]["assigned"] == 6
    assert people["anna"]["seconds"] == 3.5  # the median of 1 … 6
    assert people["anna"]["compared"] == 18
    assert people["ben"]["agreement"] == pytest.approx(17 / 18)
    assert people["anna"]["severity"] < 0 < people["ben"]["severity"]


def open_dispute(client: AuditClient, **changes: Any) -> Any:
    sent = {"number": 1, "item_id": "apology", "kind": "label_wrong", "reason": "I did say sorry", "proposed": "met"}
    return client.send("POST", "/api/disputes", {**sent, "evidence": [SORRY], **changes})


def test_an_agent_sees_own_results_without_names_and_disputes_one_at_a_time(office: Office) -> None:
    submit_all(office)
    maya, otto = as_(office, "maya"), as_(office, "otto")
    assert len(maya.get("/api/results")["conversations"]) == 6
    assert otto.get("/api/results")["conversations"] == []
    rows = maya.get("/api/results/1")["rows"]
    assert [row["item"]["id"] for row in rows] == ["apology", "tone"]  # chat-00: the greeting is not decided yet
    assert not any(name in b"".join(maya.seen) for name in (b'"anna"', b'"ben"', b'"lea"'))
    assert otto.send("GET", "/api/results/1").status == 404
    assert open_dispute(otto).status == 404
    for wrong in ({"reason": "no"}, {"proposed": "2"}, {"evidence": [{**SORRY, "end": 6}]}, {"item_id": "greeting"}):
        assert open_dispute(maya, **wrong).status == 422, wrong
    assert open_dispute(maya, item_id="nothing").status == 404
    assert open_dispute(maya).json()["state"] == "open"
    assert "open already" in open_dispute(maya).json()["message"]


def test_a_lead_corrects_a_dispute_and_the_correction_is_gold(office: Office) -> None:
    submit_all(office)
    maya, lea = as_(office, "maya"), as_(office, "lea")
    made = open_dispute(maya).json()
    shown = lea.get(f"/api/disputes/{made['id']}")
    assert (shown["proposed"], shown["result"]["label"]) == ("met", "not_met")
    path = f"/api/disputes/{made['id']}"
    assert lea.send("POST", path, {"outcome": "corrected", "reason": "", "label": "met"}).status == 422
    assert maya.send("POST", path, {"outcome": "corrected", "reason": "mine", "label": "met"}).status == 404
    sent = {"outcome": "corrected", "reason": "she did", "label": "met", "evidence": [SORRY]}
    assert lea.send("POST", path, sent).json()["state"] == "corrected"
    assert lea.send("POST", path, sent).status == 422
    (label,) = read_labels(gold_file(office.folder.path, "desk", "adjudicator"))
    assert (label.item_id, label.label) == ("apology", "met")
    assert maya.get("/api/results")["disputes"][0]["answer"] == "she did"
    assert maya.get("/api/results/1")["rows"][0]["result"]["label"] == "met"


def test_an_agent_withdraws_and_may_disagree_again(office: Office) -> None:
    submit_all(office)
    maya = as_(office, "maya")
    made = open_dispute(maya).json()
    assert maya.send("POST", f"/api/disputes/{made['id']}", {"outcome": "withdrawn"}).json()["state"] == "withdrawn"
    assert open_dispute(maya).status == 200


def begin_session(lead: AuditClient, people: list[str]) -> Any:
    return lead.send("POST", "/api/sessions", {"title": "Greetings", "conversations": 1, "participants": people})


def test_a_session_is_blind_until_all_have_submitted_and_its_consensus_is_gold(office: Office) -> None:
    lea, leo, anna = as_(office, "lea"), as_(office, "leo"), as_(office, "anna")
    assert begin_session(lea, ["anna"]).status == 422
    assert begin_session(lea, ["anna", "maya"]).status == 422
    assert begin_session(anna, ["anna", "leo"]).status == 403
    made = begin_session(lea, ["anna", "leo"]).json()
    path = f"/api/sessions/{made['id']}"
    number = anna.get("/api/queue")["sessions"][0]["numbers"][0]
    submit(anna, number, "met")
    assert made["done"] == {"anna": False, "leo": False}
    assert "board" not in lea.get(path)
    assert anna.send("POST", f"{path}/reveal", {"close": True}).status == 422
    assert as_(office, "ben").send("GET", path).status == 404
    submit(leo, 1, "not_met")
    board = anna.send("POST", f"{path}/reveal", {}).json()["board"]
    rows = {row["title"]["text"]: row for row in board["rows"]}
    assert not rows["Greets"]["exact"]
    assert board["exact"] == pytest.approx(2 / 3)
    # weights 1 each: met, not_met, kind (2 of 3) and not_met, not_met, kind (1 of 3)
    assert board["scores"][0] == pytest.approx([100 / 3, 200 / 3])
    at = [row["title"]["text"] for row in board["rows"]].index("Greets")
    sent = {"row": at, "label": "met", "reason": "a wave greets", "note": "say that emoji count"}
    after = lea.send("POST", f"{path}/consensus", sent).json()["board"]
    assert after["rows"][at]["consensus"] == "met"
    assert after["notes"][0]["text"] == "say that emoji count"
    assert after["distances"] == {"anna": 0.0, "leo": 1 / 3}
    (label,) = read_labels(gold_file(office.folder.path, "desk", "adjudicator"))
    assert label.label == "met"


def test_a_lead_closes_a_session_and_who_is_missing_is_late(office: Office) -> None:
    lea, anna = as_(office, "lea"), as_(office, "anna")
    made = begin_session(lea, ["anna", "ben"]).json()
    submit(anna, anna.get("/api/queue")["sessions"][0]["numbers"][0], "met")
    assert lea.send("POST", f"/api/sessions/{made['id']}/reveal", {}).status == 422
    shown = lea.send("POST", f"/api/sessions/{made['id']}/reveal", {"close": True}).json()
    assert (shown["late"], shown["revealed"]) == (["ben"], True)


def test_two_processes_serve_two_people_of_one_folder_and_a_third_sees_both(tmp_path: Path) -> None:
    folder = load_folder(write_folder(tmp_path / "gold", overlap=6))
    anna, ben, lea = TEAM.people[0], TEAM.people[1], TEAM.people[2]
    with (
        Office(folder, TEAM, [anna]) as first,
        Office(folder, TEAM, [ben]) as second,
        Office(folder, TEAM, [lea]) as third,
    ):
        with pytest.raises(UsageError, match="process"):
            Office(folder, TEAM, [anna])
        for office, name in ((first, "anna"), (second, "ben")):
            client = as_(office, name)
            for n, id_ in enumerate(office.desks[name].queue(), 1):
                submit(client, n, "not_met" if name == "ben" and id_ == "chat-00" else "met")
        assert len(as_(third, "lea").get("/api/cells")["cases"]) == 1


def test_a_decision_needs_words_where_a_label_does(tmp_path: Path) -> None:
    folder = load_folder(write_folder(tmp_path / "gold"))
    unit = Unit("chat-00", "greeting")
    met = GivenCell(item_id="greeting", label="met", reason="it says Hello")
    with closing(Decisions(folder)) as decisions:
        with pytest.raises(LacksWords, match="greeting: met needs words"):
            decisions.decide(unit, met, by="lea")
        decisions.decide(unit, met.model_copy(update={"label": "not_met"}), by="lea")
        words = EvidenceSpan(turn=0, start=0, end=8, quote="👍🏽 Hello")
        decisions.decide(unit, met.model_copy(update={"evidence": (words,)}), by="lea")
    (label,) = read_labels(gold_file(folder.path, "desk", "adjudicator"))
    assert (label.label, label.evidence_quotes) == ("met", ("👍🏽 Hello",))


def test_people_who_always_agreed_are_not_certain_to(office: Office) -> None:
    submit_all(office, differ=False)
    found = {row.item_id: row for row in agreement_so_far(office.results(), {}).items}
    agreed = found["greeting"].agreement
    assert (agreed.estimate, agreed.n) == (1.0, 6)
    # Jeffreys' interval of 6 of 6 begins at .66; what six conversations show is no more than that.
    assert 0.5 < agreed.low < 0.8


def test_an_agents_results_are_found_by_any_of_their_names() -> None:
    spoken = Turn(role="agent", speaker="tom", text="Hello")
    asked = Turn(role="customer", speaker="maya", text="Hi")
    people = (Participant(id="tom", role="agent", name="Tom Ashdale", email="tom@desk.example"),)
    talk = Transcript(id="t1", channel="chat", turns=(spoken, asked), participants=people)
    assert all(is_of(talk, name) for name in ("tom", "Tom", "Tom Ashdale", "TOM@desk.example"))
    assert not is_of(talk, "maya")  # a customer of the same name
    assert not is_of(
        talk.model_copy(update={"turns": (*talk.turns, Turn(role="agent", speaker="eva", text="x"))}), "tom"
    )


def test_what_no_judge_is_asked_is_no_case_for_a_lead(tmp_path: Path) -> None:
    folder = load_folder(write_folder(tmp_path / "gold", rubric=RUBRIC.replace("critical: true", "judged: org")))
    unanswered = {item.id: Verdict(item_id=item.id, label="cannot_assess") for item in folder.rubric.items()}
    judged = card(0, folder.rubric, {}).model_copy(update={"transcript_id": "chat-00", "verdicts": unanswered})
    found = verdicts_of_folder([judged], folder)
    assert {unit.item_id for unit in found} == {"greeting", "warmth", "tone"}


def test_results_are_read_again_as_far_as_journals_have_changed(office: Office) -> None:
    submit_all(office)
    before, again = office.results(), office.results()
    assert again.by_annotator["ben"] is before.by_annotator["ben"]
    anna = as_(office, "anna")
    anna.send("POST", "/api/t/1/reopen", {"rev": anna.get("/api/t/1")["rev"]})
    after = office.results()
    assert after.by_annotator["ben"] is before.by_annotator["ben"]
    assert len(after.by_annotator["anna"].submitted()) == 5
    assert len(before.by_annotator["anna"].submitted()) == 6


@pytest.mark.parametrize("rubric_id", packaged_rubrics())
def test_the_page_gets_a_list_of_whose_words_count_for_every_item(rubric_id: str) -> None:
    """A list for each label broke the page: it asks whether a speaker is among them."""
    rubric = load_rubric(rubric_id)
    for item in rubric.items():
        words_of = shown_item(item, rubric, "en")["words_of"]
        assert set(words_of) == set(item.evidence.speakers()), item.id
        assert not isinstance(words_of, dict), item.id


def test_a_judge_that_cannot_tell_contradicts_nobody() -> None:
    """Most cases for the lead were of a small model that leaves an item to a larger one."""
    people = {name: Cell(label="met") for name in ("anna", "ben")}
    untold = Verdict(item_id="greeting", label="cannot_assess")
    assert not differ(people, untold)
    assert differ(people, Verdict(item_id="greeting", label="not_met"))
    assert differ({**people, "cleo": Cell(label="not_met")}, untold)
