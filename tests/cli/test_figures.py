from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from llm_grader.cli.commands.figures import figures
from llm_grader.errors import MalformedInput, UsageError
from llm_grader.figures.catalogue import CATALOGUE
from llm_grader.store.store import Store
from llm_grader.verdict import Provenance, Scorecard, Verdict

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(figures)

# Sunday 1 March 2026, 23:00 UTC is midnight in Prague; the answers take 60 and 180 s
CHATS: list[dict[str, Any]] = [
    {
        "id": f"chat-{n}",
        "channel": "chat",
        "turns": [
            {"role": "customer", "text": "Where is it?", "at": "2026-03-01T23:00:00Z"},
            {"role": "agent", "speaker": name, "text": "On its way.", "at": f"2026-03-01T23:0{minutes}:00Z"},
        ],
        "ticket": {"id": str(n), "status": "solved", "csat": csat, "type": kind},
    }
    for n, (name, minutes, csat, kind) in enumerate([("ann", 1, 5, "order"), ("=cmd()", 3, 8, "order")])
]


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    path = tmp_path / "chats.jsonl"
    path.write_text("".join(json.dumps(chat) + "\n" for chat in CHATS), "utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def rows(result: Result) -> dict[tuple[str, str | None], dict[str, Any]]:
    """The lines of --json by figure and group."""
    assert result.exit_code == 0, result.output
    found = [json.loads(line) for line in result.stdout.splitlines()]
    return {(row["id"], row["group"]): row for row in found}


def error_of(result: Result, kind: type[Exception]) -> str:
    assert isinstance(result.exception, kind), result.output
    return str(result.exception)


def test_a_table_shows_what_there_is_and_says_why_the_rest_is_missing(chats: Path) -> None:
    result = run(chats)
    assert result.exit_code == 0, result.output
    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines() if line.strip()}
    # mean and median of 60 and 180 s; p90 = 60 + 0.9·120 = 168 s
    assert lines["average_response_time"] == ["2", "min", "2", "min", "2", "min", "48", "s", "2"]
    assert lines["resolution_rate"] == ["100.0%", "2"]
    assert lines["resolved_count"] == ["2", "2"]
    assert "nps: no ticket has an nps" in result.stdout
    assert "csat: a csat of 8 is not on a scale to 5" in result.stdout


def test_json_has_a_line_for_each_figure_and_group(chats: Path) -> None:
    found = rows(run(chats, "--json", "--by", "agent"))
    assert len(found) == 2 * len(CATALOGUE)
    assert found["average_response_time", "ann"]["value"] == 60
    assert found["nps", "ann"]["value"] is None
    assert found["nps", "ann"]["reason"] == "no ticket has an nps"


def test_the_scale_of_csat_is_a_flag(chats: Path) -> None:
    assert rows(run(chats, "--json", "--satisfied", "8/10"))["csat", None]["value"] == 0.5
    for wrong in ("4", "5/4", "nan/5", "4/5/6"):
        message = error_of(run(chats, "--satisfied", wrong), UsageError)
        assert message == f"--satisfied: expected a score and the highest one, as in 4/5, found {wrong!r}"


def test_no_cell_of_a_csv_is_a_formula(chats: Path) -> None:
    result = run(chats, "--csv", "--by", "agent")
    table = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {row["group"] for row in table} == {"ann", "'=cmd()"}
    (row,) = (row for row in table if (row["id"], row["group"]) == ("average_response_time", "'=cmd()"))
    assert (row["value"], row["n"], row["reason"]) == ("180.0", "1", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(tmp_path: Path, start: str) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(CHATS[0] | {"ticket": {"type": f"{start}1"}}), "utf-8")
    table = csv.DictReader(io.StringIO(run(path, "--csv", "--by", "type").stdout, newline=""))
    assert {row["group"] for row in table} == {f"'{start}1"}


def test_a_negative_number_stays_a_number(tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text("".join(json.dumps(chat | {"ticket": {"nps": 0}}) + "\n" for chat in CHATS), "utf-8")
    table = csv.DictReader(io.StringIO(run(path, "--csv").stdout))
    assert [row["value"] for row in table if row["id"] == "nps"] == ["-100.0"]


def test_a_group_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(CHATS[0] | {"ticket": {"type": "[red]\x1b[2Jx"}}), "utf-8")
    result = run(path, "--by", "type")
    assert "\x1b" not in result.stdout
    assert "[red]\ufffd[2Jx" in result.stdout


def test_only_business_hours_count_in_the_zone_that_is_asked_for(chats: Path, tmp_path: Path) -> None:
    hours = tmp_path / "hours.yaml"
    hours.write_text("timezone: UTC\nhours:\n  monday: 00:00-24:00\n", "utf-8")
    art = ("average_response_time", None)
    # on Sunday in London nothing counts; in Prague it is Monday already
    assert rows(run(chats, "--json", "--business-hours", hours))[art]["value"] == 0
    prague = run(chats, "--json", "--business-hours", hours, "--timezone", "Europe/Prague")
    assert rows(prague)[art]["value"] == 120


def test_times_without_a_zone_are_of_the_business_hours_zone_and_that_is_told_once(tmp_path: Path) -> None:
    rows_of = "".join(
        f"{n},customer,Where is it?,2026-03-02 15:30\n{n},agent,On its way.,2026-03-02 16:30\n" for n in (1, 2)
    )
    (tmp_path / "chats.csv").write_text(f"id,role,text,at\n{rows_of}", "utf-8")
    (tmp_path / "columns.yaml").write_text("id: id\nturn: {role: role, text: text, at: at}\n", "utf-8")
    (tmp_path / "hours.yaml").write_text("timezone: Europe/Prague\nhours:\n  monday: 09:00-17:00\n", "utf-8")
    flags: list[str | Path] = [
        tmp_path / "chats.csv",
        "--columns",
        tmp_path / "columns.yaml",
        "--channel",
        "chat",
        "--json",
    ]
    flags += ["--business-hours", tmp_path / "hours.yaml"]
    result = run(*flags)
    assert rows(result)["average_response_time", None]["value"] == 3600
    message = "llm-grader: times without a zone were read as of Europe/Prague: see --times-in\n"
    assert result.stderr == message
    utc = run(*flags, "--times-in", "UTC")
    assert rows(utc)["average_response_time", None]["value"] == 1800
    assert utc.stderr == ""
    assert "--times-in: expected an IANA time zone" in error_of(run(*flags, "--times-in", "Prague"), UsageError)


def test_weeks_are_of_the_zone_that_is_asked_for(chats: Path) -> None:
    assert {group for _, group in rows(run(chats, "--json", "--by", "week"))} == {"2026-W09"}
    prague = run(chats, "--json", "--by", "week", "--timezone", "Europe/Prague")
    assert {group for _, group in rows(prague)} == {"2026-W10"}


def test_verdicts_come_from_a_run_in_the_store(chats: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.db"
    for number, label in ((1, "not_met"), (2, "met")):
        provenance = Provenance(
            rubric_id="r", rubric_version="1", rubric_hash="h", prompt_hash="p", model="m", key="", library_version="0"
        )
        with Store(path) as store:
            run_id = store.start_run(provenance)
            for chat in CHATS:
                store.save(
                    Scorecard(
                        transcript_id=chat["id"],
                        score=80,
                        status="ok",
                        coverage=1,
                        passed=True,
                        sections={},
                        verdicts={"first_contact_resolution": Verdict(item_id="first_contact_resolution", label=label)},
                        provenance=provenance.model_copy(update={"key": f"{number}-{chat['id']}"}),
                    ),
                    run_id,
                )
    rate = ("first_contact_resolution_rate_by_verdict", None)
    assert rows(run(chats, "--json", "--store", path))[rate]["value"] == 1  # the latest
    assert rows(run(chats, "--json", "--store", path, "--run", "1"))[rate]["value"] == 0
    assert rows(run(chats, "--json"))[rate]["value"] is None
    assert "--run 7: there is no such run" in error_of(run(chats, "--store", path, "--run", "7"), UsageError)
    assert "there is no such store" in error_of(run(chats, "--store", tmp_path / "none.db"), UsageError)


def test_self_assessments_come_from_a_file_of_labels(chats: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    given = [("greeting", "met", "ann"), ("greeting", "met", "auditor"), ("thank", "met", "ann")]
    given += [("thank", "not_met", "auditor")]
    lines = [f"chat-0,{item},{label},{who},human\n" for item, label, who in given]
    labels.write_text("transcript_id,item_id,label,annotator,label_source\n" + "".join(lines), "utf-8")
    found = rows(run(chats, "--json", "--labels", labels))["self_assessment_with_auditor", None]
    assert (found["value"], found["n"]) == (0.5, 2)


def test_what_is_wrong_with_a_flag_is_told(chats: Path, tmp_path: Path) -> None:
    assert "expected one of them" in error_of(run(chats, "--json", "--csv"), UsageError)
    assert "--timezone: expected an IANA time zone" in error_of(run(chats, "--timezone", "Prague"), UsageError)
    assert run(chats, "--by", "month").exit_code == 2
    broken = tmp_path / "hours.yaml"
    broken.write_text("timezone: UTC\nhours:\n  monday: nine\n", "utf-8")
    message = error_of(run(chats, "--business-hours", broken), MalformedInput)
    assert f"{broken}: line 3: hours.monday: expected opening hours such as 09:00-17:30, found 'nine'" in message


def test_what_cannot_be_read_is_told_and_the_rest_counts(chats: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "x", "channel": "chat", "turns": 5}\n', "utf-8")
    result = run(chats, bad, "--json")
    assert result.exit_code == 3
    assert "bad.jsonl" in result.stderr
    assert json.loads(result.stdout.splitlines()[0])["conversations"] == 2
    assert run(bad, "--json").exit_code == 65


def test_help_has_an_example() -> None:
    assert "llm-grader figures inbox/ --by agent" in run("--help").stdout
