"""Flags of all commands: what belongs together is taken together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.testing import CliRunner

from llm_grader.cli.main import app
from llm_grader.cli.setup import options


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


def small_command() -> tuple[typer.Typer, list[Any]]:
    """A command with a group, and what it was called with."""
    calls: list[Any] = []
    small = typer.Typer()

    @small.command()
    @options.grouped
    def show(*, rubric: options.Rubric = None, endpoint: options.EndpointFlags, json: options.Json = False) -> None:
        """Show."""
        calls.append((rubric, endpoint, json))

    return small, calls


def test_a_group_of_flags_comes_as_one_object() -> None:
    small, calls = small_command()
    result = CliRunner().invoke(small, ["-m", "mine", "--mode", "tools", "--json"])
    assert result.exit_code == 0, result.output
    assert calls == [(None, options.EndpointFlags(model="mine", mode="tools"), True)]


def test_the_help_of_a_flag_is_its_settings_meaning_with_the_default_and_bounds() -> None:
    samples = options.setting("samples")
    assert (samples.help, samples.min) == ("Ask so many times and let the answers vote. [1]", 1)
    assert options.setting("allow_http").help == "Allow plain http to other machines."
    assert options.setting("concurrency", help="Pairs in flight at most.").help == "Pairs in flight at most. [64]"


def test_help_calls_values_by_what_people_know_and_never_by_types_of_python() -> None:
    """Values of flags declared in place were called `<path>` and `<int range>`."""
    root, runner = typer.main.get_command(app), CliRunner()
    texts = {name: runner.invoke(app, [*name.split(), "--help"]).output for name, _ in commands(root)}
    assert "--gold FILE" in texts["plan"]
    types = re.compile(r"<(?:int|float|str|path|dir|file|list)\b[^>]*>|--[a-z-]+ (?:INTEGER|FLOAT|PATH)\b")
    assert {name: found for name, text in texts.items() if (found := types.findall(text))} == {}
