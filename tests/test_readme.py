"""The README promises what works: its commands parse, its Python runs, and its two set-up commands are what CI runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from llm_grader.cli.main import app
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def commands() -> Iterator[str]:
    """Every command line of ours in the README and in the help texts."""
    texts = [*blocks("sh"), *blocks("bash"), *blocks("console")]
    for group in [app, *(group.typer_instance for group in app.registered_groups)]:
        shown = [command.callback for command in group.registered_commands] if group else []
        if group and group.registered_callback:
            shown.append(group.registered_callback.callback)
        for function in shown:
            texts += re.findall(r"^\s*Example: (.*)$", function.__doc__ or "", re.MULTILINE)
    for text in texts:
        for line in text.replace("\\\n", " ").splitlines():
            found = re.match(r"(?:\$ )?(?:\.venv/bin/)?llm-grader (.*)", line.strip())
            if found:
                yield found[1]


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_every_command_shown_has_arguments_that_exist(line: str) -> None:
    words = shlex.split(re.split(r"\s(?:[|>]|#)", line)[0])
    command = typer.main.get_command(app)
    context = command.make_context("llm-grader", list(words[:1]), resilient_parsing=True)
    rest = words
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        assert rest[0] in command.commands, f"no command {rest[0]}"
        command, rest = command.commands[rest[0]], rest[1:]
    command.make_context(command.name, rest, parent=context)


def test_ci_runs_the_two_set_up_commands_word_for_word() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "readme_command 1" in script
    assert "readme_command 2" in script
    grade, test = blocks("bash")
    assert "llm-grader grade" in grade
    assert "pytest" in test


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        answers = {item_id: answer("not_met") for item_id in request.item_ids()}
        return completion({**answers, "greeting": answer("met", (0, "Good morning"))})

    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "a.txt").write_text("Agent: Good morning, how can I help?\nCustomer: Hello.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    with ScriptedServer(respond) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        for block in blocks("python"):
            exec(block, {})  # noqa: S102 - our own README
    assert "met Good morning (turn 0)" in capsys.readouterr().out
