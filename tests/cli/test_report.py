"""`report` and `results export` on the command line: right after `grade`, with nothing said."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from llm_grader.cli.main import app
from llm_grader.errors import UsageError
from tests.support.results import Case, talk, write_store

CASES = (Case(talk("t1"), {}, {"greeting": (0, 0, 5)}), Case(talk("t2", agent="Ben"), {"solution": "not_met"}))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_store(tmp_path / "llm-grader.db", CASES)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("store")
def test_without_an_argument_it_writes_a_page_for_its_owner_and_nothing_to_stdout(tmp_path: Path) -> None:
    assert run("report") == ""
    page = tmp_path / "report.html"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "2 conversations" in page.read_text("utf-8")


@pytest.mark.usefixtures("store")
def test_a_dash_is_standard_output(tmp_path: Path) -> None:
    assert run("report", "-o", "-", "--language", "de").startswith('<!doctype html>\n<html lang="de">')
    assert not (tmp_path / "report.html").exists()


@pytest.mark.usefixtures("store")
def test_texts_that_the_store_lacks_are_read_again(tmp_path: Path) -> None:
    (tmp_path / "llm-grader.db").unlink()
    write_store(tmp_path / "llm-grader.db", CASES, keep_texts=False)
    lines = (case.transcript.model_dump_json(exclude_defaults=True) for case in CASES)
    (tmp_path / "chats.jsonl").write_text("\n".join(lines), "utf-8")
    assert "It comes on Friday." not in run("report", "-o", "-", "--no-script")
    assert "It comes on Friday." in run("report", "chats.jsonl", "-o", "-", "--no-script")


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--since", "2026-13-01"], "--since: expected a day such as 2026-11-02, found '2026-13-01'"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "--until 2026-11-01 is before --since 2026-11-02"),
        (["--timezone", "Nowhere"], "--timezone"),
        (["--conversations", "some"], "--conversations: expected review, all or a number, found 'some'"),
        (["--agent", "Nobody"], "--agent Nobody: no conversation is by this agent; agents in the store: Ana, Ben"),
        (["--store", "other.db"], "there is no such store"),
    ],
)
def test_what_is_wrong_is_said_with_what_was_expected(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["report", *arguments])
    assert isinstance(result.exception, UsageError)
    assert message in str(result.exception)


@pytest.mark.usefixtures("store")
def test_results_are_exported_to_stdout_and_to_files(tmp_path: Path) -> None:
    cards = [json.loads(line) for line in run("results", "export", "jsonl", "--table", "cards").splitlines()]
    assert [(card["transcript_id"], card["run_id"], card["score"]) for card in cards] == [("t1", 1, 100), ("t2", 1, 0)]
    assert run("results", "export", "csv", "-o", "verdicts.csv", "--delimiter", ";", "--bom") == ""
    assert (tmp_path / "verdicts.csv").read_bytes().startswith(b"\xef\xbb\xbfrun_id;transcript_id;")
    result = CliRunner().invoke(app, ["results", "export", "xlsx"])
    assert "say with -o where it shall go" in str(result.exception)


@pytest.mark.usefixtures("store")
def test_quality_figures_need_no_input() -> None:
    found = [
        json.loads(line) for line in run("figures", "--store", "llm-grader.db", "--by", "agent", "--json").splitlines()
    ]
    assert [(one["id"], one["group"], one["value"]) for one in found[:2]] == [
        ("quality_score", "Ana", 100), ("quality_score", "Ben", 0),
    ]  # fmt: skip
    result = CliRunner().invoke(app, ["figures"])
    assert "name an INPUT, or results with --store" in str(result.exception)
