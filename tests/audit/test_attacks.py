"""Mishaps and tricks: files edited by hand, names spelled anew, wordings that change, what no text should do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_grader.audit.folder import load_folder
from llm_grader.audit.labelling.journal import AnnotatorJournal, edited_by_hand, gold_file
from llm_grader.audit.team import Team, TeamMember, load_team
from llm_grader.audit.web.office import Office
from llm_grader.errors import MalformedInput, UsageError
from llm_grader.eval.judge.comparison import compare
from llm_grader.eval.judge.labelled_set import load_labelled_set
from llm_grader.eval.labels.files import read_labels
from llm_grader.eval.labels.sample import read_sample, render_sample
from llm_grader.rubric.load import load_rubric
from tests.support.audit_client import AuditClient
from tests.support.audit_folder import RUBRIC, write_folder
from tests.support.eval_commands import card

TEAM = Team(people=(TeamMember(name="anna"), TeamMember(name="ben")))
BREAKS = "one\u2028two\u0085three\x1cfour"


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "gold", 2, overlap=2)


@pytest.fixture
def office(gold: Path) -> Iterator[Office]:
    with Office(load_folder(gold), TEAM, TEAM.people) as opened:
        yield opened


def submit(office: Office, n: int = 1, *, name: str = "anna", reason: str = "") -> None:
    """Label and submit one conversation: nothing is met."""
    client = AuditClient(office)
    client.join(name)
    labels = [{"item_id": id_, "label": "not_met", "reason": reason} for id_ in ("greeting", "apology")]
    sent = {"rev": client.get(f"/api/t/{n}")["rev"], "labels": [*labels, {"item_id": "tone", "label": "1"}]}
    rev = client.send("PUT", f"/api/t/{n}", sent).json()["rev"]
    assert client.send("POST", f"/api/t/{n}/submit", {"rev": rev}).json()["missing"] == []


def test_labels_written_by_hand_into_a_file_of_the_page_are_kept_aside_and_not_lost(gold: Path) -> None:
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        submit(office)
    file = gold_file(gold, "desk", "anna")
    said = file.read_text("utf-8")
    file.write_text(said.replace('"not_met"', '"met"'), "utf-8")
    with Office(load_folder(gold), TEAM, TEAM.people):
        assert file.read_text("utf-8") == said
    (aside,) = edited_by_hand(gold)
    assert aside.name == "anna-by-hand.jsonl"
    assert '"met"' in aside.read_text("utf-8")
    assert '"tone"' not in aside.read_text("utf-8")  # which the page has said, too
    assert {label.label for label in load_labelled_set(gold).labels} == {"not_met", "1"}


def test_a_gold_file_that_a_kill_left_behind_is_no_work_of_hands(gold: Path) -> None:
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        submit(office)
        before = gold_file(gold, "desk", "anna").read_text("utf-8")
        submit(office, 2)
    gold_file(gold, "desk", "anna").write_text(before, "utf-8")
    with Office(load_folder(gold), TEAM, TEAM.people):
        assert len(read_labels(gold_file(gold, "desk", "anna"))) == 6
    assert edited_by_hand(gold) == []


def test_a_name_that_labelled_here_is_not_spelled_anew(gold: Path) -> None:
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        submit(office)
    with pytest.raises(UsageError, match="Anna has labelled here as anna"):
        Office(load_folder(gold), *load_team(gold, only="Anna"))
    with pytest.raises(UsageError, match="ANNA has labelled here as anna"):
        AnnotatorJournal(gold, "ANNA", load_rubric(gold / "rubric.yaml"))


def test_eval_takes_the_wording_that_people_labelled_by_and_says_where_another_is_named(gold: Path) -> None:
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        submit(office)
    assert load_labelled_set(gold).rubric == load_rubric(gold / "rubric.yaml")
    newer = gold.parent / "newer.yaml"
    newer.write_text(RUBRIC.replace("Did the agent greet?", "Did the agent greet by name?"), "utf-8")
    (note,) = load_labelled_set(gold, newer).notes
    assert note.startswith("people labelled by another wording of greeting: give ")


def test_verdicts_by_another_wording_than_the_labels_are_told(gold: Path) -> None:
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        submit(office)
    labelled = load_labelled_set(gold)
    judged = card(0, labelled.rubric, {"greeting": "met"})
    old = judged.provenance.model_copy(update={"rubric_hash": "0" * 64, "rubric_version": "0.9"})
    id_ = labelled.labels[0].transcript_id
    cards = [judged.model_copy(update={"transcript_id": id_, "provenance": old})]
    notes = compare(labelled, cards).notes
    assert [note for note in notes if "another wording of desk (version 0.9)" in note]


def test_a_day_with_another_wording_is_refused_and_says_which_file_to_put_back(gold: Path) -> None:
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        submit(office)
    (gold / "rubric.yaml").write_text(RUBRIC.replace("says hello", "says hello by name"), "utf-8")
    with pytest.raises(MalformedInput, match=r"put that rubric\.yaml back"):
        Office(load_folder(gold), TEAM, TEAM.people)


def test_whatever_breaks_lines_elsewhere_breaks_none_of_our_files(office: Office) -> None:
    submit(office, reason=BREAKS)
    labels = read_labels(gold_file(office.folder.path, "desk", "anna"))
    assert {label.reason for label in labels if label.item_id == "greeting"} == {BREAKS}
    path = office.folder.path / "sample.jsonl"
    (drawn, *_) = read_sample(path).values()
    odd = drawn.model_copy(update={"transcript_id": BREAKS})
    path.write_text(render_sample([odd]), "utf-8")
    assert list(read_sample(path)) == [BREAKS]


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b'{"token": ' + b"[" * 100_000,
        b'{"token": "' + b"x" * 900_000 + b'"}',
        b'{"token": "\\ud800"}',
    ],
)
def test_no_token_is_too_deep_or_too_long(office: Office, raw: bytes) -> None:
    assert AuditClient(office).send("POST", "/api/session", raw=raw).status == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", "x" * 4001),
        ("label", ["met"]),
        ("item_id", "../greeting"),
        ("evidence", [{"turn": 1, "start": 25, "end": 26, "quote": " "}]),
        ("evidence", [{"turn": 0, "start": 0, "end": 1, "quote": "x"}] * 41),
    ],
)
def test_what_is_too_long_or_of_another_kind_is_refused_and_nothing_changes(
    office: Office, field: str, value: object
) -> None:
    anna = AuditClient(office)
    anna.join("anna")
    before = anna.get("/api/t/1")
    cell = {"item_id": "greeting", "label": "not_met", field: value}
    assert anna.send("PUT", "/api/t/1", {"rev": before["rev"], "labels": [cell]}).status == 422
    deep = json.dumps({"rev": before["rev"], "labels": []})[:-1].encode() + b', "x": ' + b"[" * 100_000
    assert anna.send("PUT", "/api/t/1", raw=deep).status == 422
    surrogate = json.dumps({"rev": before["rev"], "labels": [{**cell, field: "\ud800"}]}).encode()
    assert anna.send("PUT", "/api/t/1", raw=surrogate).status == 422
    assert anna.get("/api/t/1") == before


def test_two_browsers_of_one_person_do_not_submit_twice(office: Office) -> None:
    submit(office)
    again = AuditClient(office)
    again.join("anna")
    place = again.get("/api/t/1")
    label = {"item_id": "greeting", "label": "not_met"}
    assert again.send("PUT", "/api/t/1", {"rev": place["rev"], "labels": [label]}).status == 409
    assert again.send("POST", "/api/t/1/submit", {"rev": place["rev"] - 1}).status == 409
    assert len(read_labels(gold_file(office.folder.path, "desk", "anna"))) == 3
