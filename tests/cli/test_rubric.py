from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from llm_grader.cli.commands.rubric import app
from llm_grader.errors import DiskError, RubricError, UsageError
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import Rubric

DATA = Path(__file__).parents[1] / "data" / "rubrics"
SMALL = str(DATA / "small.yaml")
COMMANDS = ["list", "show", "lint", "schema", "new", "diff"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def unwise(tmp_path: Path) -> str:
    """A copy of the small rubric with one error (the policy is gone) and one warning (no example is left)."""
    text = Path(SMALL).read_text(encoding="utf-8")
    text = text.replace("Did the agent greet the customer?", "Did the agent greet the customer properly?")
    start, end = text.index("        guidance:\n"), text.index("        weight: 2\n")
    file = tmp_path / "unwise.yaml"
    file.write_text(text[:start] + text[end:], encoding="utf-8")
    return str(file)


def test_list_names_each_packaged_rubric_on_a_line() -> None:
    lines = run("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == packaged_rubrics()
    (line,) = [line for line in lines if line.startswith("helpdesk_qa")]
    assert "28 items" in line
    assert "en, de, cs" in line


def test_list_as_json_is_one_object_a_line() -> None:
    found = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [entry["id"] for entry in found] == packaged_rubrics()
    assert set(found[0]) == {"id", "version", "title", "channels", "items"}


def test_show_prints_the_rubric_in_the_language_asked_for() -> None:
    assert "Greet the customer [greeting]" in run("show", SMALL).stdout
    assert "Kunden begrüßen [greeting]" in run("show", SMALL, "--language", "de-AT").stdout


def test_show_refuses_a_language_the_rubric_is_not_written_in() -> None:
    error = run("show", SMALL, "--language", "cs").exception
    assert isinstance(error, UsageError)
    assert str(error) == "--language cs: small is written in en, de"


def test_show_as_json_is_the_rubric_itself() -> None:
    assert Rubric.model_validate_json(run("show", SMALL, "--json").stdout) == load_rubric(SMALL)


def test_lint_of_a_sound_rubric_says_nothing_on_stdout() -> None:
    result = run("lint", SMALL)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "0 errors, 0 warnings\n")


def test_lint_fails_on_errors_and_prints_each_finding_on_a_line(unwise: str) -> None:
    result = run("lint", SMALL, unwise)
    assert result.exit_code == 1
    assert [line.split(": ")[:3] for line in result.stdout.splitlines()] == [
        [unwise, "item greeting", "error"],
        [unwise, "item greeting", "warning"],
    ]
    assert result.stderr == "1 errors, 1 warnings\n"


def test_lint_with_warnings_alone_succeeds(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(Path(SMALL).read_text(encoding="utf-8").replace("weight: 2", "weight: 0"), encoding="utf-8")
    result = run("lint", str(file))
    assert (result.exit_code, result.stderr) == (0, "0 errors, 1 warnings\n")


def test_lint_as_json_is_one_finding_a_line(unwise: str) -> None:
    first, _ = (json.loads(line) for line in run("lint", unwise, "--json").stdout.splitlines())
    assert first["rubric"] == unwise
    assert (first["rule"], first["severity"], first["item"]) == ("vague_question", "error", "greeting")


def test_lint_checks_the_other_files_when_one_is_unreadable(unwise: str) -> None:
    result = run("lint", str(DATA / "broken.yaml"), "nowhere.yaml", unwise)
    assert isinstance(result.exception, RubricError)
    assert result.exception.exit_code == 65
    assert str(result.exception) == "nowhere.yaml: cannot be read: No such file or directory"
    assert "broken.yaml: 18 problems" in result.stderr
    assert result.stderr.endswith("20 errors, 1 warnings\n")  # 18, that there is no such file, and 1 of the other file
    assert "vague_question" in result.stdout


def test_schema_is_json_alone() -> None:
    result = run("schema")
    assert json.loads(result.stdout)["$id"] == "urn:llm-grader:rubric:1"
    assert result.stderr == ""


def test_new_writes_a_rubric_and_never_over_another_file(tmp_path: Path) -> None:
    file = tmp_path / "my_checklist.yaml"
    result = run("new", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"llm-grader rubric lint {file}" in result.stderr
    assert load_rubric(file).id == "my_checklist"
    file.write_text("mine")
    again = run("new", str(file))
    assert isinstance(again.exception, UsageError)
    assert file.read_text() == "mine"


def test_new_where_nothing_can_be_written_is_a_disk_error(tmp_path: Path) -> None:
    error = run("new", str(tmp_path / "no_folder" / "r.yaml")).exception
    assert isinstance(error, DiskError)
    assert "No such file or directory" in str(error)


def test_diff_says_what_changed_and_succeeds(unwise: str) -> None:
    result = run("diff", SMALL, unwise)
    assert result.exit_code == 0
    assert result.stdout == (
        "changed item greeting: question.en, guidance.met.en, guidance.met.de, guidance.not_met.en, "
        "guidance.not_met.de\n"
    )
    assert result.stderr == "of what was graded by A and is stored, asked again: greeting\n"
    same = run("diff", SMALL, SMALL)
    assert (same.stdout, same.stderr) == ("", "")


def test_diff_says_where_an_edit_costs_nothing_and_where_it_costs_everything(tmp_path: Path) -> None:
    text = Path(SMALL).read_text("utf-8")
    told = []
    for number, (old, new) in enumerate([("weight: 2", "weight: 7"), ("id: small", "id: other")]):
        assert old in text
        path = tmp_path / f"{number}.yaml"
        path.write_text(text.replace(old, new, 1), "utf-8")
        told.append(run("diff", SMALL, str(path)).stderr)
    assert told == [
        "what was graded by A and is stored is scored anew, without a request\n",
        "another rubric, not another version: every item is asked anew\n",
    ]


def test_diff_as_json_is_one_change_a_line(unwise: str) -> None:
    (change,) = (json.loads(line) for line in run("diff", SMALL, unwise, "--json").stdout.splitlines())
    assert (change["item"], change["kind"], change["fields"][0]) == ("greeting", "changed", "question.en")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_each_command_with_an_example(command: str) -> None:
    assert command in run("--help").stdout
    assert f"Example: llm-grader rubric {command}" in " ".join(run(command, "--help").stdout.split())


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from llm_grader.cli.commands.rubric import app; "
        "app(['--help'], standalone_mode=False); "
        "print(sorted({'pydantic', 'yaml', 'openai', 'instructor', 'datasets', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
