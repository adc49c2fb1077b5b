"""Blindness: nothing of the judge, of the drawing or of other people in anything that an auditor is ever sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_grader.audit.folder import load_folder
from llm_grader.audit.review.sessions import new_session
from llm_grader.audit.team import Team, TeamMember
from llm_grader.audit.web.office import Office
from llm_grader.eval.labels.units import Unit
from llm_grader.verdict import Evidence, Verdict
from tests.support.audit_client import AuditClient
from tests.support.audit_folder import write_folder

TEAM = Team(people=(TeamMember(name="anna"), TeamMember(name="ben"), TeamMember(name="lea", role="lead")))
SECRETS = (
    b"JUDGE-REASON", b"JUDGE-CLAIM", b"0.6180339", b"uncertain", b"probability", b"stratum", b"confidence",
    b"BENS-REASON", b"chat-0",
)  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
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
    with Office(folder, TEAM, TEAM.people, verdicts=verdicts) as opened:
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
    key = cases[0]["key"]
    before = lea.send("GET", f"/api/cells/{key}").body
    assert not any(word in before for word in (b'"by"', b"is_model", b'"anna"', b'"ben"', b'"model"'))
    sides = lea.get(f"/api/cells/{key}")["sides"]
    assert {tuple(side) for side in sides} == {("label", "evidence", "reason")}
    decided = lea.send("POST", f"/api/cells/{key}", {"label": sides[0]["label"], "reason": "the words say so"}).json()
    assert {(side["by"], side["is_model"]) for side in decided["sides"]} == {
        ("anna", False), ("ben", False), ("model", True),
    }  # fmt: skip
    assert [side["label"] for side in decided["sides"]] == [side["label"] for side in sides]


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
