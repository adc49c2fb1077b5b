"""Flags of all commands: what belongs together is taken together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from llm_grader.cli.main import app


def commands(group: Any, *names: str) -> Iterator[tuple[str, Any]]:
    """All commands below `group`, by their names."""
    if group.params:
        yield " ".join(names), group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, *names, name)


def test_whoever_names_a_judge_takes_the_flag_that_its_refusal_names() -> None:
    flags = {
        name: {flag for option in command.params for flag in option.opts}
        for name, command in commands(typer.main.get_command(app))
    }
    taking = {name for name, taken in flags.items() if "--model" in taken}
    assert {"grade", "render", "batch import", "eval", "eval names", "doctor"} <= taking
    assert [name for name in sorted(taking) if "--allow-http" not in flags[name]] == []
