"""Blindness: nothing of the judge, of the drawing or of other people in anything that an auditor is ever sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_grader.audit.folder import load_folder
from llm_grader.audit.labelling.journal import gold_file, journal_file
from llm_grader.audit.review.agreement import agreement_so_far
from llm_grader.audit.review.sessions import new_session
from llm_grader.audit.team import Team, TeamMember
from llm_grader.audit.web.office import Office
from llm_grader.eval.labels.files import read_labels
from llm_grader.eval.labels.units import Unit
from llm_grader.verdict import Evidence, Verdict
from tests.support.audit_client import AuditClient
from tests.support.audit_folder import write_folder

PEOPLE = (TeamMember(name="anna"), TeamMember(name="ben"), TeamMember(name="lea", role="lead"))
TEAM = Team(people=PEOPLE)
REVEALING = Team(people=PEOPLE, reveal="after_submit")
SECRETS = (
    b"JUDGE-REASON", b"JUDGE-CLAIM", b"0.6180339", b"uncertain", b"probability", b"stratum", b"confidence",
    b"BENS-REASON", b"chat-0",
)  # fmt: skip
SORRY = {"turn": 2, "start": 0, "end": 5, "quote": "Sorry"}


def office_of(team: Team, tmp_path: Path) -> Office:
    """An office for all of them, in which a judge has said of every item that it is met."""
    folder = load_folder(write_folder(tmp_path / "gold", overlap=6))
    verdicts = {
        Unit(id_, item.id): Verdict(
            item_id=item.id,
            label=item.labels[0],
            reason="JUDGE-REASON",
            confidence=0.6180339,
            claimed="JUDGE-CLAIM",
            evidence=(Evidence(turn=2, role="agent", quote="Sorry", start=0, end=5, match="exact"),),
        )
        for id_ in folder.transcripts
        for item in folder.rubric.items()
    }
    return Office(folder, team, team.people, verdicts=verdicts)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_of(TEAM, tmp_path) as opened:
        yield opened


@pytest.fixture
def revealing(tmp_path: Path) -> Iterator[Office]:
    with office_of(REVEALING, tmp_path) as opened:
        yield opened


def label_all(client: AuditClient, reason: str = "") -> None:
    """Label and submit every conversation of somebody's queue, through everything that a browser asks for."""
    for row in client.get("/api/queue")["places"]:
        n = row["number"]
        client.send("GET", f"/t/{n}")
        place = client.get(f"/api/t/{n}")
        labels = [
            {"item_id": "greeting", "label": "not_met", "reason": reason},
            {"item_id": "apology", "label": "not_met"},
            {"item_id": "tone", "label": "1"},
        ]
        saved = client.send("PUT", f"/api/t/{n}", {"rev": place["rev"], "labels": labels}).json()
        assert client.send("POST", f"/api/t/{n}/submit", {"rev": saved["rev"]}).json()["missing"] == []
        client.get(f"/api/t/{n}")


def test_an_auditor_is_never_sent_anything_of_judge_sample_or_others(office: Office) -> None:
    new_session(office.folder.path, ["chat-00"], ["anna", "ben"], by="lea")
    ben, anna = AuditClient(office), AuditClient(office)
    ben.join("ben")
    label_all(ben, "BENS-REASON")
    anna.join("anna")
    label_all(anna)
    session_id = anna.get("/api/sessions")["sessions"][0]["id"]
    for path in ("/", "/sessions", f"/sessions/{session_id}", "/api/queue", f"/api/sessions/{session_id}"):
        anna.send("GET", path)
    for path in ("/api/cells", "/api/agreement", "/api/disputes", "/adjudicate", "/agreement"):
        assert anna.send("GET", path).status == 403
    everything = b"\n".join(anna.seen)
    assert len(everything) > 50_000
    assert [secret for secret in SECRETS if secret in everything] == []


def test_a_lead_sees_nothing_of_a_conversation_that_somebody_still_labels(office: Office) -> None:
    ben, lea = AuditClient(office), AuditClient(office)
    ben.join("ben")
    label_all(ben, "BENS-REASON")
    lea.join("lea")
    found = lea.get("/api/cells")
    assert found["cases"] == []
    assert found["waiting"] == 6
    lea.get("/api/agreement")
    assert b"BENS-REASON" not in b"".join(lea.seen)


def test_nobodys_name_is_on_a_case_before_it_is_decided(office: Office) -> None:
    for name in ("ben", "anna"):
        client = AuditClient(office)
        client.join(name)
        label_all(client, "by hand" if name == "ben" else "")
    lea = AuditClient(office)
    lea.join("lea")
    cases = lea.get("/api/cells")["cases"]
    assert len(cases) == 12  # to the judge everything is met, to both people nothing: two items of six conversations
    key = next(case["key"] for case in cases if case["title"]["text"] == "Greets")
    before = lea.send("GET", f"/api/cells/{key}").body
    assert not any(word in before for word in (b'"by"', b"is_model", b'"anna"', b'"ben"', b'"model"'))
    sides = lea.get(f"/api/cells/{key}")["sides"]
    assert {tuple(side) for side in sides} == {("label", "evidence", "reason")}
    # Anna gave no reasons, and the model always does: until it is decided nobody's are shown.
    assert {side["reason"] for side in sides} == {""}
    decided = lea.send("POST", f"/api/cells/{key}", {"label": "not_met", "reason": "the words say so"}).json()
    assert {(side["by"], side["is_model"]) for side in decided["sides"]} == {
        ("anna", False), ("ben", False), ("model", True),
    }  # fmt: skip
    assert [side["label"] for side in decided["sides"]] == [side["label"] for side in sides]
    reasons = {side["by"]: side["reason"] for side in decided["sides"]}
    assert (reasons["ben"], reasons["anna"], bool(reasons["model"])) == ("by hand", "", True)


def test_the_order_of_sides_tells_nothing(office: Office) -> None:
    for name in ("ben", "anna"):
        client = AuditClient(office)
        client.join(name)
        label_all(client)
    lea = AuditClient(office)
    lea.join("lea")
    first = [
        [side["label"] for side in lea.get(f"/api/cells/{case['key']}")["sides"]].index("met")
        for case in lea.get("/api/cells")["cases"]
    ]
    assert len(set(first)) == 3  # the judge is in each of the three places


def gold_of(office: Office, name: str) -> list[tuple[str, str, str]]:
    """The labels in somebody's gold file: conversation, item, label."""
    labels = read_labels(gold_file(office.folder.path, "desk", name))
    return [(label.transcript_id, label.item_id, label.label) for label in labels]


def test_what_the_model_said_is_shown_to_nobody_before_their_own_answers_are_in(revealing: Office) -> None:
    anna = AuditClient(revealing)
    anna.join("anna")
    place = anna.get("/api/t/1")
    assert (place["may_reveal"], place["model"]) == (False, None)
    refused = anna.send("POST", "/api/t/1/reveal", {"rev": place["rev"]})
    assert refused.status == 422
    label_all(anna)
    assert [secret for secret in SECRETS if secret in b"".join(anna.seen)] == []
    place = anna.get("/api/t/1")
    assert (place["may_reveal"], place["revealed"], place["model"]) == (True, False, None)
    assert anna.send("POST", "/api/t/1/reveal", {"rev": place["rev"] - 1}).status == 409
    shown = anna.send("POST", "/api/t/1/reveal", {"rev": place["rev"]}).json()
    assert (shown["revealed"], shown["model"]["greeting"]["reason"]) == (True, "JUDGE-REASON")
    assert anna.get("/api/t/2")["model"] is None


def test_the_model_stays_hidden_where_the_team_does_not_say_otherwise(office: Office) -> None:
    anna = AuditClient(office)
    anna.join("anna")
    label_all(anna)
    rev = anna.get("/api/t/1")["rev"]
    assert anna.send("POST", "/api/t/1/reveal", {"rev": rev}).status == 422
    assert b"JUDGE-REASON" not in b"".join(anna.seen)


def test_what_is_changed_after_a_look_is_kept_and_never_counts_as_a_blind_label(revealing: Office) -> None:
    anna = AuditClient(revealing)
    anna.join("anna")
    label_all(anna)
    before = gold_of(revealing, "anna")
    rev = anna.send("POST", "/api/t/1/reveal", {"rev": anna.get("/api/t/1")["rev"]}).json()["rev"]
    rev = anna.send("POST", "/api/t/1/reopen", {"rev": rev}).json()["rev"]
    changed = {"item_id": "apology", "label": "met", "evidence": [SORRY]}
    warm = {"item_id": "warmth", "label": "not_met"}
    rev = anna.send("PUT", "/api/t/1", {"rev": rev, "labels": [changed, warm]}).json()["rev"]
    assert gold_of(revealing, "anna") == before  # even while it is open again
    assert anna.send("POST", "/api/t/1/submit", {"rev": rev}).json()["missing"] == []
    assert gold_of(revealing, "anna") == before
    seen = anna.get("/api/t/1")
    assert (seen["cells"]["apology"]["label"], seen["revealed"]) == ("met", True)
    rows = {row.name: row.changed for row in agreement_so_far(revealing.results(), {}).raters}
    assert rows["anna"] == 2  # apology from not met to met, and its warmth, which nobody asked for before
    journal = journal_file(revealing.folder.path, "anna").read_text("utf-8").splitlines()
    events = [json.loads(line)["event"] for line in journal]
    assert events.index("reveal") < events.index("reopen")


def test_who_saw_the_board_of_a_session_gives_no_blind_labels_of_it_any_more(office: Office) -> None:
    session = new_session(office.folder.path, ["chat-00"], ["anna", "ben"], by="lea")
    ben, anna, lea = AuditClient(office), AuditClient(office), AuditClient(office)
    ben.join("ben")
    label_all(ben, "BENS-REASON")
    lea.join("lea")
    assert lea.send("POST", f"/api/sessions/{session.id}/reveal", {"close": True}).status == 200
    anna.join("anna")
    assert b"BENS-REASON" in anna.send("GET", f"/api/sessions/{session.id}").body
    label_all(anna)
    labelled = {transcript_id for transcript_id, _item, _label in gold_of(office, "anna")}
    assert labelled == set(office.folder.transcripts) - {"chat-00"}
    assert ("chat-00", "greeting", "not_met") in gold_of(office, "ben")
    assert "chat-00" not in office.results().waiting()


def test_a_lead_who_looked_at_a_case_gives_no_blind_label_of_its_conversation(office: Office) -> None:
    for name in ("ben", "anna"):
        client = AuditClient(office)
        client.join(name)
        label_all(client)
    lea = AuditClient(office)
    lea.join("lea")
    key = lea.get("/api/cells")["cases"][0]["key"]
    lea.get(f"/api/cells/{key}")
    assert lea.get("/api/queue")["places"] == []
    (looked,) = office.results().by_annotator["lea"].conversations
    new_session(office.folder.path, [looked], ["lea", "ben"], by="lea")
    label_all(lea)
    assert not gold_file(office.folder.path, "desk", "lea").exists()
