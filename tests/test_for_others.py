"""Files by which others run the project: what they call is there."""

from __future__ import annotations

import re
from pathlib import Path

import typer
import yaml

from llm_grader.cli.main import app

ROOT = Path(__file__).parents[1]


def flags(*words: str) -> set[str]:
    command = typer.main.get_command(app)
    for word in words:
        command = getattr(command, "commands")[word]  # noqa: B009 - of groups alone
    return {option for parameter in command.params for option in parameter.opts}


def test_the_action_uses_flags_and_inputs_that_exist() -> None:
    action = yaml.safe_load((ROOT / ".github" / "actions" / "llm-grader" / "action.yml").read_text("utf-8"))
    step = action["runs"]["steps"][1]
    assert set(re.findall(r"inputs\.([\w-]+)", str(step["env"]))) == set(action["inputs"])
    assert set(re.findall(r"\s(--[\w-]+)", step["run"])) <= flags("grade")
    assert "-o" in flags("report")


def test_the_hook_calls_a_command_that_exists() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["entry"].split()[0] == "llm-grader"
    assert flags(*hook["entry"].split()[1:])
    assert re.search(hook["files"], "qa/rubrics/desk.yaml")


def test_the_image_gets_all_that_a_wheel_is_built_of() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").split() if line.startswith("!")}
    assert kept == {"LICENSE", "README.md", "eval", "llm_grader", "prompts", "pyproject.toml", "rubrics"}
