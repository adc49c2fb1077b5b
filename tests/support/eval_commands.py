"""The commands of a quality lead, run in this process with a scripted judge behind a server, and labels to compare."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from llm_grader.cli.commands.grade import grade
from llm_grader.cli.measuring.calibrate import calibrate
from llm_grader.cli.measuring.drift import drift
from llm_grader.cli.measuring.eval import app as eval_app
from llm_grader.cli.measuring.plan import plan
from llm_grader.cli.measuring.refine import refine
from llm_grader.cli.measuring.sample import sample
from llm_grader.errors import GraderError
from llm_grader.rubric.model import Rubric
from llm_grader.store.store import Store
from llm_grader.testing import ScriptedRequest, ScriptedResponse, answer, completion
from llm_grader.verdict import Evidence, Provenance, Scorecard, Verdict

RUBRIC = """\
id: desk
version: "1"
title: Desk
sections:
  - id: all
    title: All
    items:
      - id: greeting
        title: Greets
        question: Did the agent greet?
        guidance:
          met: says hello
          not_met: does not
      - id: solution
        title: Solves
        question: Did the agent solve it?
        guidance:
          met: names a solution
          not_met: names none
        critical: true
"""
HELLO = "Hello, this is Ana."

app = typer.Typer()
app.add_typer(eval_app, name="eval")
app.command("grade")(grade)
app.command("plan")(plan)
app.command("drift")(drift)
app.command("calibrate")(calibrate)
app.command("refine")(refine)
app.command("sample")(sample)


class Ran(NamedTuple):
    """How a command ended: its exit code, what it printed, and what it said on stderr."""

    code: int
    stdout: str
    stderr: str

    def lines(self) -> list[dict[str, object]]:
        """The objects printed with `--json`."""
        return [json.loads(line) for line in self.stdout.splitlines()]


def run(*arguments: str | Path) -> Ran:
    """Run a command, with the exit code that the entry point gives to errors."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    error = result.exception
    if isinstance(error, GraderError):
        return Ran(error.exit_code, result.stdout, f"{result.stderr}{error}")
    if error is not None and not isinstance(error, SystemExit):
        raise error
    return Ran(result.exit_code, result.stdout, result.stderr)


def write_rubric(folder: Path, text: str = RUBRIC) -> Path:
    """The rubric `desk`, as a file."""
    path = folder / "desk.yaml"
    path.write_text(text, "utf-8")
    return path


def write_gold(
    folder: Path,
    labels: Mapping[str, Mapping[str, Iterable[str]]],
    *,
    source: str = "human",
    language: Callable[[int], str] = lambda _number: "en",
) -> Path:
    """A gold folder: item id → annotator → the labels of conversations t0000, t0001, …; an empty one is none."""
    gold = folder / "gold"
    gold.mkdir(exist_ok=True)
    rows = [
        {"transcript_id": f"t{n:04}", "item_id": item, "label": label, "annotator": who, "label_source": source}
        for item, by_annotator in labels.items()
        for who, given in by_annotator.items()
        for n, label in enumerate(given)
        if label
    ]
    count = 1 + max(int(str(row["transcript_id"])[1:]) for row in rows)
    _write_lines(gold / "labels.jsonl", rows)
    _write_lines(gold / "transcripts.jsonl", (_conversation(n, language(n)) for n in range(count)))
    return gold


def _conversation(number: int, language: str) -> dict[str, object]:
    turns = [{"role": "agent", "text": HELLO}, {"role": "customer", "text": f"This is case {number}."}]
    return {"id": f"t{number:04}", "channel": "chat", "language": language, "turns": turns}


def _write_lines(path: Path, rows: Iterable[object]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def card(
    number: int, rubric: Rubric, labels: Mapping[str, str], *, confidence: Mapping[str, float] | None = None
) -> Scorecard:
    """The scorecard of conversation `number` with these labels; `met` comes with the agent's greeting."""
    quote = Evidence(turn=0, role="agent", quote=HELLO, start=0, end=len(HELLO), match="exact")
    verdicts = {
        item_id: Verdict(
            item_id=item_id,
            label=label,
            reason="says the judge",
            evidence=(quote,) if label == "met" else (),
            confidence=(confidence or {}).get(item_id),
        )
        for item_id, label in labels.items()
    }
    provenance = Provenance(
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_hash=rubric.content_hash(),
        prompt_hash="p",
        model="scripted",
        key=f"key-{number}-{sorted(labels.items())}",
        library_version="0",
    )
    return Scorecard(
        transcript_id=f"t{number:04}",
        score=None,
        status="ok",
        coverage=1,
        passed=None,
        sections={},
        verdicts=verdicts,
        provenance=provenance,
    )


def write_store(folder: Path, cards: Iterable[Scorecard]) -> Path:
    """A store with one more run that has these cards."""
    path = folder / "results.db"
    with Store(path) as store:
        number = None
        for one in cards:
            number = number or store.start_run(one.provenance)
            store.save(one, number)
    return path


def judge(labels: Callable[[int, str], str]) -> Callable[[ScriptedRequest], ScriptedResponse]:
    """A server's script: the label of each case and item; `met` is shown by the greeting."""

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        told = " ".join(str(message["content"]) for message in request.body["messages"])
        number = int(told.split("This is case ")[1].split(".")[0])
        given = {item: labels(number, item) for item in request.item_ids()}
        return completion({i: answer(said, *([(0, HELLO)] if said == "met" else [])) for i, said in given.items()})

    return respond


@pytest.fixture(autouse=True)
def clean_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but those of the command line, and an empty folder to run in."""
    for name in ("OPENAI_BASE_URL", "LLM_GRADER_MODEL", "LLM_GRADER_STORE", "LLM_GRADER_RUBRIC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.chdir(tmp_path)
