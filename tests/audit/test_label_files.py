"""Labels that people have already, in sheets and JSONL: they count for agreement and decisions as the page's do."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from llm_grader.audit.folder import load_folder
from llm_grader.audit.queue import queue_of
from llm_grader.audit.review.agreement import ItemAgreement
from llm_grader.audit.team import Team, TeamMember, write_team
from llm_grader.audit.web.office import Office
from llm_grader.cli.commands.audit.serve import app
from llm_grader.cli.terminal.audit_tables import _item_cells
from llm_grader.errors import InputError, MalformedInput
from llm_grader.eval.labels.gold import read_gold
from llm_grader.eval.stats.bootstrap import Interval
from llm_grader.rubric.load import load_rubric
from tests.support.audit_client import AuditClient
from tests.support.audit_folder import RUBRIC, write_folder

TEAM = Team(people=(TeamMember(name="anna"), TeamMember(name="ben"), TeamMember(name="lea", role="lead")))
ITEMS = ("greeting", "apology", "tone")
ALL = tuple(f"chat-{n:02}" for n in range(6))


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Six conversations, each for Anna and Ben."""
    folder = write_folder(tmp_path / "gold", overlap=6)
    write_team(folder, TEAM)
    return folder


def sheet(gold: Path, name: str, answers: Mapping[str, str]) -> Path:
    """A sheet: conversation → the labels of its items, separated by blanks."""
    path = gold / "labels" / "desk" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [[id_, *labels.split()] for id_, labels in answers.items()]
    path.write_text("\n".join(map(",".join, [["transcript_id", *ITEMS], *rows])), "utf-8")
    return path


def status(gold: Path) -> tuple[dict[str, Any], str]:
    """What `audit status --json` prints, and what it says beside."""
    done = CliRunner().invoke(app, ["status", "--gold", str(gold), "--json"])
    assert done.exception is None, done.exception
    return json.loads(done.stdout), done.stderr


def as_(office: Office, name: str) -> AuditClient:
    client = AuditClient(office)
    client.join(name)
    return client


def label_on_page(office: Office, name: str, transcript_id: str, *, submit: bool = True) -> None:
    """Say not_met of everything."""
    number = office.desks[name].queue().index(transcript_id) + 1
    client = as_(office, name)
    given = [{"item_id": id_, "label": "1" if id_ == "tone" else "not_met"} for id_ in ITEMS]
    sent = {"rev": client.get(f"/api/t/{number}")["rev"], "labels": given}
    rev = client.send("PUT", f"/api/t/{number}", sent).json()["rev"]
    if submit:
        assert client.send("POST", f"/api/t/{number}/submit", {"rev": rev}).json()["missing"] == []


def test_labels_of_sheets_count_as_submitted_and_are_compared(gold: Path) -> None:
    sheet(gold, "Anna.csv", dict.fromkeys(ALL, "met not_met 2"))
    sheet(gold, "ben.csv", {**dict.fromkeys(ALL, "met not_met 2"), "chat-00": "not_met not_met 2"})
    shown, _ = status(gold)
    people = {row["name"]: (row["submitted"], row["assigned"], row["seconds"]) for row in shown["raters"]}
    assert people == {"anna": (6, 6, None), "ben": (6, 6, None)}
    assert shown["waiting"] == 0
    greeting = next(row for row in shown["items"] if row["item_id"] == "greeting")
    assert (greeting["labelled"], greeting["double"]) == (6, 6)


def test_a_lead_decides_where_sheets_differ_and_sees_the_words_that_they_cite(gold: Path) -> None:
    sheet(gold, "anna.csv", {"chat-00": "met not_met 2"})
    row = {"transcript_id": "chat-00", "label_source": "human", "item_id": "greeting", "label": "not_met"}
    quoted = {**row, "annotator": "Ben", "evidence_quotes": ["my parcel"], "reason": "no hello"}
    (gold / "labels" / "desk" / "of_a_tool.jsonl").write_text(json.dumps(quoted) + "\n", "utf-8")
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        lea = as_(office, "lea")
        listed = lea.get("/api/cells")
        assert listed["waiting"] == 5
        (one,) = listed["cases"]
        sides = {side["label"]: side for side in lea.get(f"/api/cells/{one['key']}")["sides"]}
        assert sides["not_met"]["reason"] == "no hello"
        assert [span["quote"] for span in sides["not_met"]["evidence"]] == ["my parcel"]
        path = f"/api/cells/{one['key']}"
        assert lea.send("POST", path, {"label": "not_met", "reason": "she only waves"}).status == 200
    labels = read_gold(gold, rubric=load_rubric(gold / "rubric.yaml")).labels
    assert [(label.item_id, label.label) for label in labels if label.annotator == "adjudicator"] == [
        ("greeting", "not_met")
    ]


def test_a_conversation_is_labelled_still_until_all_it_is_assigned_to_have_given_it(gold: Path) -> None:
    sheet(gold, "anna.csv", dict.fromkeys(ALL, "met not_met 2"))
    sheet(gold, "ben.csv", {"chat-01": "not_met not_met 2"})
    sheet(gold, "cleo.csv", dict.fromkeys(ALL, "not_met not_met 2"))
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        assert office.results().waiting() == set(ALL) - {"chat-01"}
        label_on_page(office, "ben", "chat-02", submit=False)
        assert "chat-02" in office.results().waiting()
        label_on_page(office, "ben", "chat-02")
        assert office.results().waiting() == set(ALL) - {"chat-01", "chat-02"}
        units = office.results().cells()
        assert {unit.transcript_id for unit in units} == {"chat-01", "chat-02"}
        assert all(set(by) == {"anna", "ben", "cleo"} for by in units.values())


def test_where_page_and_sheet_have_the_same_conversation_the_page_stands_and_is_told_once(gold: Path) -> None:
    sheet(gold, "anna.csv", dict.fromkeys(ALL, "met not_met 2"))
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        for id_ in ("chat-01", "chat-03"):
            label_on_page(office, "anna", id_)
        results = office.results()
        answers = results.by_annotator["anna"]
        assert (answers.of("chat-01").counted["tone"].label, answers.of("chat-00").counted["tone"].label) == ("1", "2")
        assert sorted(label.label for label in results.labels() if label.transcript_id == "chat-01") == [
            "1",
            "not_met",
            "not_met",
        ]
    read = read_gold(gold, rubric=load_rubric(gold / "rubric.yaml"))
    told = "anna.csv: anna answered 2 of its conversations on the page, which stands: chat-01, chat-03"
    assert read.notes == (told,)
    assert len(read.labels) == 3 * len(ALL)
    assert [label.label for label in read.labels if (label.transcript_id, label.item_id) == ("chat-03", "tone")] == [
        "1"
    ]
    assert status(gold)[1] == f"llm-grader: {told}\n"


def test_a_conversation_that_is_opened_again_on_the_page_is_not_shown_from_the_sheet(gold: Path) -> None:
    sheet(gold, "anna.csv", {"chat-01": "met not_met 2"})
    sheet(gold, "ben.csv", {"chat-01": "met not_met 2"})
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        label_on_page(office, "anna", "chat-01")
        assert "chat-01" not in office.results().waiting()
        number = office.desks["anna"].queue().index("chat-01") + 1
        anna = as_(office, "anna")
        anna.send("POST", f"/api/t/{number}/reopen", {"rev": anna.get(f"/api/t/{number}")["rev"]})
        assert "chat-01" in office.results().waiting()
        assert office.results().cells() == {}


def test_a_sheet_that_changes_is_read_again_and_a_wrong_one_is_told_with_its_line(gold: Path) -> None:
    sheet(gold, "anna.csv", {"chat-00": "met not_met 2"})
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        assert len(office.results().by_annotator["anna"].submitted()) == 1
        path = sheet(gold, "anna.csv", dict.fromkeys(ALL, "met not_met 2"))
        assert len(office.results().by_annotator["anna"].submitted()) == 6
        path.write_text(path.read_text("utf-8").replace("met", "perhaps", 1), "utf-8")
        with pytest.raises(MalformedInput, match=r"anna\.csv: line 2: label: expected one of"):
            office.results()
        answered = as_(office, "lea").send("GET", "/api/cells")
        assert answered.status == 422
        assert answered.json()["message"].startswith(f"{path}: cannot be read: `llm-grader audit status`")


def test_labels_of_models_and_about_single_turns_are_nobodys_answers(gold: Path) -> None:
    row = {"transcript_id": "chat-00", "item_id": "greeting", "label": "met", "label_source": "human"}
    rows = [{**row, "turn": 0}, {**row, "turn": 2}, {**row, "item_id": "tone", "label": "2", "label_source": "llm"}]
    path = sheet(gold, "anna.csv", {}).with_name("anna.jsonl")
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), "utf-8")
    assert {row["name"]: row["submitted"] for row in status(gold)[0]["raters"]} == {"anna": 0, "ben": 0}


def test_one_file_for_all_counts_beside_what_the_page_writes(gold: Path) -> None:
    rows = [f"{id_},greeting,met,cleo,human" for id_ in ALL]
    text = "\n".join(["transcript_id,item_id,label,annotator,label_source", *rows])
    (gold / "labels.csv").write_text(text, "utf-8")
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        label_on_page(office, "anna", queue_of(office.folder.sample, TEAM.auditors, "anna")[0])
    shown = {row["name"]: row["submitted"] for row in status(gold)[0]["raters"]}
    assert shown == {"anna": 1, "ben": 0, "cleo": 6}


def test_labels_in_a_file_that_the_page_takes_over_go_on_counting(gold: Path) -> None:
    """A file anna.jsonl of hers was renamed when the page was opened, and counted no more."""
    row = {"item_id": "greeting", "label": "met", "label_source": "human"}
    lines = [json.dumps({"transcript_id": id_, **row}) for id_ in ALL]
    (gold / "labels" / "desk").mkdir(parents=True)
    file = gold / "labels" / "desk" / "anna.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    rubric = load_rubric(gold / "rubric.yaml")
    before = read_gold(gold, rubric=rubric).labels
    for _ in range(2):
        with Office(load_folder(gold), TEAM, TEAM.people) as office:
            assert len(office.results().by_annotator["anna"].submitted()) == 6
            assert read_gold(gold, rubric=rubric).labels == before
    assert {path.name for path in file.parent.iterdir()} == {"anna.jsonl", "anna-by-hand.jsonl"}
    file.write_text(json.dumps({"transcript_id": "chat-00", **row, "item_id": "tone", "label": "2"}), "utf-8")
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        assert {label.annotator for label in office.results().labels()} == {"anna"}
        assert len(read_gold(gold, rubric=rubric).labels) == 7
        label_on_page(office, "anna", "chat-00")
        labels = office.results().labels()
        assert len(labels) == len(read_gold(gold, rubric=rubric).labels) == 8
        assert sorted(label.label for label in labels if label.transcript_id == "chat-00") == [
            "1",
            "not_met",
            "not_met",
        ]


def test_an_item_that_the_page_does_not_ask_is_no_case_whatever_sheets_say(tmp_path: Path) -> None:
    gold = write_folder(tmp_path / "gold", rubric=RUBRIC.replace("critical: true", "judged: org"))
    sheet(gold, "anna.csv", {"chat-00": "met not_met 2"})
    sheet(gold, "ben.csv", {"chat-00": "not_met met 2"})
    with Office(load_folder(gold), Team(people=TEAM.people[2:]), TEAM.people[2:]) as office:
        assert [case["title"]["text"] for case in as_(office, "lea").get("/api/cells")["cases"]] == ["Greets"]


def test_an_agent_may_disagree_with_a_result_of_sheets_that_do_not_say_when(gold: Path) -> None:
    for name in ("anna.csv", "ben.csv"):
        sheet(gold, name, {"chat-00": "met not_met 2"})
    add = ["dispute", "add", "chat-00", "apology", "--by", "maya", "--reason", "I said sorry to them"]
    done = CliRunner().invoke(app, [*add, "--gold", str(gold)])
    assert done.exception is None, done.exception


@pytest.mark.parametrize(("number", "shown"), [(9, False), (10, True)])
def test_figures_beyond_chance_are_shown_from_ten_conversations_on(tmp_path: Path, number: int, shown: bool) -> None:
    gold = write_folder(tmp_path / "gold", number)
    for name, tone in (("anna", "1"), ("ben", "2")):
        sheet(gold, f"{name}.csv", {f"chat-{n:02}": f"met not_met {1 + n % 2 if n else tone}" for n in range(number)})
    done = CliRunner().invoke(app, ["status", "--gold", str(gold)], env={"COLUMNS": "200"})
    (row,) = [line.split() for line in done.stdout.splitlines() if line.startswith("tone")]
    assert row[1:4] == [str(number), str(number), f"{(number - 1) / number:.0%}"]
    assert (row[4:7] == ["–", "–", "–"]) == (not shown)


def test_a_kappa_of_the_model_from_one_label_is_not_shown() -> None:
    none, few = Interval(math.nan, math.nan, math.nan, 0), Interval(0, -0.88, 0.2, 1)
    one = ItemAgreement("tone", 1, 0, none, none, none, none, judge_kappa=few, judge_scored=1, missing=9)
    many = replace(one, judge_kappa=Interval(0, -0.88, 0.2, 10))
    assert (_item_cells(one)[-2], _item_cells(many)[-2]) == ("–", ".00 (-.88–.20)")


def test_decisions_in_a_file_stand_beside_those_made_on_the_page(gold: Path) -> None:
    for name, label in (("anna", "met"), ("ben", "not_met")):
        sheet(gold, f"{name}.csv", {"chat-00": f"{label} {label} 2"})
    sheet(gold, "adjudicator.csv", {"chat-00": "met,,"})
    with Office(load_folder(gold), TEAM, TEAM.people) as office:
        lea = as_(office, "lea")
        decided = {case["title"]["text"]: (case["decided"], case["key"]) for case in lea.get("/api/cells")["cases"]}
        assert {title: label for title, (label, _) in decided.items()} == {"Greets": "met", "Apologises": None}
        path = f"/api/cells/{decided['Apologises'][1]}"
        assert lea.send("POST", path, {"label": "not_met", "reason": "no sorry"}).status == 200
        found = {case["title"]["text"]: case["decided"] for case in lea.get("/api/cells")["cases"]}
        assert found == {"Greets": "met", "Apologises": "not_met"}
    labels = read_gold(gold, rubric=load_rubric(gold / "rubric.yaml")).labels
    assert {label.item_id for label in labels if label.annotator == "adjudicator"} == {"greeting", "apology"}


def test_a_folder_of_labels_without_a_rubric_takes_that_of_its_labels_or_says_to_name_one(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 2)
    (folder / "rubric.yaml").unlink()
    (folder / "labels" / "call_quality").mkdir(parents=True)
    assert load_folder(folder).rubric.id == "call_quality"
    (folder / "labels" / "helpdesk_qa").mkdir()
    with pytest.raises(InputError, match=r"rubric\.yaml: there is no rubric to label by: .* name it with --rubric"):
        load_folder(folder)
