"""The commands of an audit, on a folder in which two people have labelled."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from typer.testing import CliRunner, Result

from llm_grader.audit.folder import load_folder
from llm_grader.audit.labelling.checks import GivenCell
from llm_grader.audit.labelling.desk import Desk
from llm_grader.audit.review.disputes import Dispute, DisputeCounts, DisputeStep, count_disputes
from llm_grader.audit.web.logins import MOST_BROWSERS
from llm_grader.cli.commands.audit.serve import app
from llm_grader.errors import InputError, UsageError
from tests.support.audit_folder import write_folder

COMMANDS = ["serve", "status", "session new", "session list", "session close", "dispute add", "dispute list", "export"]
COMMANDS += ["import labelstudio", "import argilla"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def gold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Anna and Ben have submitted chat-00 and chat-01; they differ about the apology of the first."""
    monkeypatch.chdir(tmp_path)
    folder = load_folder(write_folder(tmp_path / "gold", 2))
    for name in ("anna", "ben"):
        desk = Desk(folder, name, lambda: ["chat-00", "chat-01"])
        for number in (1, 2):
            apology = "not_applicable" if (name, number) == ("ben", 1) else "not_met"
            given = [GivenCell(item_id="greeting", label="not_met"), GivenCell(item_id="apology", label=apology)]
            rev = desk.save(number, 0, [*given, GivenCell(item_id="tone", label="2")]).answers.rev
            assert desk.submit(number, rev) == []
        desk.close()
    return folder.path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example_of_itself(command: str) -> None:
    shown = " ".join(run(*command.split(), "--help").stdout.split())
    assert f"Example: llm-grader audit {command}" in shown


def test_the_help_says_how_many_browsers_a_link_opens_and_how_to_get_another() -> None:
    shown = " ".join(run("--help").stdout.split())
    assert MOST_BROWSERS == 5
    assert "opens five browsers. Whoever needs another one gets it when the program is ended and started anew" in shown


def test_status_shows_people_and_items(gold: Path) -> None:
    shown = run("status", "--gold", gold).stdout
    assert "anna" in shown
    assert "greeting" in shown
    shown_as_json = json.loads(run("status", "--gold", gold, "--json").stdout)
    assert shown_as_json["waiting"] == 0
    apology = next(row for row in shown_as_json["items"] if row["item_id"] == "apology")
    assert (apology["labelled"], apology["double"]) == (2, 1)  # what one of two put off the scale is no second label
    assert {row["name"]: row["submitted"] for row in shown_as_json["raters"]} == {"anna": 2, "ben": 2}


def test_a_session_is_begun_listed_and_closed(gold: Path) -> None:
    made = run("session", "new", "chat-00", "--people", "anna, eva", "--by", "lea", "--gold", gold).stdout.strip()
    assert run("session", "list", "--gold", gold).stdout == f"{made}\tblind\tanna, eva\t\n"
    assert run("session", "close", made, "--gold", gold).exit_code == 0
    closed = json.loads(run("session", "list", "--gold", gold, "--json").stdout)
    assert closed["late"] == ["eva"]


def test_a_session_takes_people_of_the_team_as_they_are_spelled_there(gold: Path) -> None:
    (gold / "audit" / "team.yaml").write_text("people: [{name: anna}, {name: ben}, {name: lea, role: lead}]", "utf-8")
    begin = ("session", "new", "chat-00", "--by", "lea", "--gold", gold, "--people")
    assert "Anna are not among anna, ben, lea" in str(run(*begin, "Anna,ben").exception)
    assert run(*begin, "anna,ben").exit_code == 0


def test_a_dispute_is_added_and_listed(gold: Path) -> None:
    add: list[str | Path] = ["dispute", "add", "chat-01", "apology", "--by", "maya", "--gold", gold]
    made = run(*add, "--reason", "I said sorry to them", "--label", "met").stdout.strip()
    assert run("dispute", "list", "--gold", gold).stdout == f"{made}\topen\tchat-01\tapology\tmaya\n"
    assert json.loads(run("dispute", "list", "--gold", gold, "--json").stdout)["opened"]["proposed"] == "met"
    assert run("dispute", "list", "--gold", gold).stderr == "1 open; 0 of 0 answered led to another label\n"


def test_disputes_are_counted_by_how_they_ended_and_how_long_it_took() -> None:
    def dispute(outcome: Literal["upheld", "corrected", "withdrawn"] | None, days: int) -> Dispute:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        about = {"id": "a", "by": "maya", "transcript_id": "t", "item_id": "i"}
        ended = outcome and DisputeStep(**about, at=at + timedelta(days=days), event=outcome)
        return Dispute(opened=DisputeStep(**about, at=at, event="open"), ended=ended)

    given = [dispute(None, 0), dispute("upheld", 2), dispute("corrected", 5), dispute("withdrawn", 1)]
    assert count_disputes(given) == DisputeCounts(open=1, answered=2, corrected=1, days=3.5)


def test_tasks_are_exported_and_labels_imported(gold: Path, tmp_path: Path) -> None:
    assert run("export", "--gold", gold, "-o", tmp_path / "out").exit_code == 0
    (task, _) = json.loads((tmp_path / "out" / "tasks.json").read_text("utf-8"))
    choice = {"from_name": "item__tone", "type": "choices", "value": {"choices": ["1"]}}
    task["annotations"] = [{"completed_by": 7, "result": [choice]}]
    (tmp_path / "done.json").write_text(json.dumps([task, {"data": {}}]), "utf-8")
    done = run("import", "labelstudio", tmp_path / "done.json", "--gold", gold)
    assert done.stdout == f"{gold / 'labels' / 'desk' / 'user-7.jsonl'}\t1\n"
    assert "left out" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status"], "--gold"),
        (["serve", "--gold", "GOLD"], "--as NAME"),
        (["serve", "--gold", "GOLD", "--as", "../x"], "it names a file"),
        (["status", "--gold", "GOLD", "--run", "3"], "no such store"),
        (["session", "new", "chat-99", "--people", "a,b", "--by", "lea", "--gold", "GOLD"], "chat-99"),
        (["session", "new", "chat-00", "--people", "a", "--by", "lea", "--gold", "GOLD"], "two or more people"),
        (["session", "close", "nothing", "--gold", "GOLD"], "there is no session"),
        (["dispute", "add", "chat-00", "nothing", "--reason", "x", "--by", "m", "--gold", "GOLD"], "no item"),
        (["dispute", "add", "chat-00", "tone", "--reason", "x", "--by", "m", "--gold", "GOLD"], "10 characters"),
    ],
)
def test_an_error_says_what_to_do(gold: Path, arguments: list[str], words: str) -> None:
    done = run(*(str(gold) if argument == "GOLD" else argument for argument in arguments))
    assert isinstance(done.exception, UsageError)
    assert words in str(done.exception)


def test_a_folder_without_conversations_says_how_to_draw_some(tmp_path: Path) -> None:
    done = run("status", "--gold", tmp_path)
    assert isinstance(done.exception, InputError)
    assert "audit sample" in str(done.exception)
