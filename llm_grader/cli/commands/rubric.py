"""`llm-grader rubric`: look at rubric files, check them, compare them, write a new one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from llm_grader.authoring.lint import LintFinding
    from llm_grader.rubric.model import Rubric

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Rubric files: look at them, check them, compare them, write a new one.",
)

RubricArgument = Annotated[str, typer.Argument(metavar="RUBRIC", help="A packaged id, or the path of a YAML file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.command("list")
def list_rubrics(*, as_json: JsonOption = False) -> None:
    """List the rubrics that come with the library.

    Example: llm-grader rubric list
    """
    from llm_grader.rubric.load import load_rubric, packaged_rubrics
    from llm_grader.rubric.model import wording

    for rubric in map(load_rubric, packaged_rubrics()):
        count = sum(1 for _ in rubric.items())
        if as_json:
            head = rubric.model_dump(mode="json", include={"id", "version", "title", "channels"})
            typer.echo(json.dumps({**head, "items": count}, ensure_ascii=False))
            continue
        languages = ", ".join(rubric.languages())
        typer.echo(
            f"{rubric.id:<20} {rubric.version:<6} {count:>3} items  {languages:<12} {wording(rubric.title, 'en')}"
        )


@app.command()
def show(
    rubric: RubricArgument,
    *,
    language: Annotated[str | None, typer.Option(help="The language of the wording, such as de; else English.")] = None,
    self_audit: Annotated[
        bool, typer.Option("--self-audit", help="Its questions about the organisation, as YAML to fill in.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show a rubric: its sections and items, how each is judged, its weight and its policy.

    Example: llm-grader rubric show helpdesk_qa --language de

    Example: llm-grader rubric show service_standards --self-audit > answers.yaml
    """
    from llm_grader.authoring.render import render_rubric
    from llm_grader.authoring.self_audit import render_questionnaire
    from llm_grader.errors import UsageError
    from llm_grader.rubric.load import load_rubric

    loaded = load_rubric(rubric)
    if language and not loaded.is_written_in(language):
        raise UsageError(f"--language {language}: {loaded.id} is written in {', '.join(loaded.languages())}")
    if self_audit:
        typer.echo(render_questionnaire(loaded, language or "en"), nl=False)
    elif as_json:
        typer.echo(loaded.model_dump_json(by_alias=True))
    else:
        typer.echo(render_rubric(loaded, language or "en"), nl=False)


@app.command()
def score(
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS", help="A questionnaire that was filled in.")],
    *,
    rubric: Annotated[str | None, typer.Option(help="Its rubric, where that is not a packaged one.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Score a self-audit: the questionnaire of `rubric show --self-audit`, answered by a person.

    Example: llm-grader rubric score answers.yaml
    """
    from llm_grader.authoring.self_audit import grade_self_audit, load_self_audit, organisation_items
    from llm_grader.cli.terminal.show import ItemLine, print_card, stdout_console
    from llm_grader.rubric.load import load_rubric
    from llm_grader.rubric.model import wording

    audit = load_self_audit(answers)
    loaded = load_rubric(rubric or audit.rubric)
    card = grade_self_audit(audit, loaded)
    if as_json:
        typer.echo(card.model_dump_json())
        return
    lines = {item.id: ItemLine.of(item, wording(item.title, "en")) for item in organisation_items(loaded)}
    shown = {item_id: verdict for item_id, verdict in card.verdicts.items() if item_id in lines}
    print_card(stdout_console(), card.model_copy(update={"verdicts": shown}), lines)


@app.command()
def lint(
    rubrics: Annotated[list[str], typer.Argument(metavar="RUBRIC", help="Packaged ids or paths of YAML files.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one finding a line as JSON.")] = False,
) -> None:
    """Check rubrics for what is valid and still unwise: vague questions, missing policy, what no transcript can show.

    Exit code 0: no errors (there may be warnings). 1: errors found. 65: a file cannot be read as a rubric.

    Example: llm-grader rubric lint my_checklist.yaml
    """
    from llm_grader.authoring.lint import lint_rubric
    from llm_grader.authoring.translations import load_record
    from llm_grader.errors import RubricError
    from llm_grader.rubric.load import load_rubric

    unreadable: list[RubricError] = []
    count = {"error": 0, "warning": 0}
    for name in rubrics:
        try:
            rubric = load_rubric(name)
        except RubricError as error:
            unreadable.append(error)
            count["error"] += max(1, error.message.count("\n"))  # several are listed below the first line
            continue
        for finding in lint_rubric(rubric, translated_from=load_record(name)):
            count[finding.severity] += 1
            typer.echo(_finding_json(name, finding) if as_json else _finding_line(name, finding))
    for problem in unreadable[:-1]:
        typer.echo(str(problem), err=True)
    typer.echo(f"{count['error']} errors, {count['warning']} warnings", err=True)
    if unreadable:
        raise unreadable[-1]
    if count["error"]:
        raise typer.Exit(1)


def _finding_json(name: str, finding: LintFinding) -> str:
    return json.dumps({"rubric": name, **finding.model_dump()}, ensure_ascii=False)


def _finding_line(name: str, finding: LintFinding) -> str:
    place = f"{name}: item {finding.item}" if finding.item else name
    return f"{place}: {finding.severity}: {finding.message} [{finding.rule}]"


@app.command()
def schema() -> None:
    """Print the JSON Schema of the file format, for editors that complete and check as you type.

    Example: llm-grader rubric schema > rubric.schema.json
    """
    from llm_grader.rubric.load import rubric_schema

    typer.echo(json.dumps(rubric_schema(), indent=2, ensure_ascii=False))


@app.command()
def new(file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")]) -> None:
    """Write a small commented rubric to start from.

    Example: llm-grader rubric new my_checklist.yaml
    """
    from llm_grader.authoring.render import render_starter
    from llm_grader.errors import DiskError, UsageError

    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(render_starter(file.stem))
    except FileExistsError as error:
        raise UsageError(f"{file}: exists, and is not overwritten; name another file") from error
    except OSError as error:
        raise DiskError(f"{file}: cannot be written: {error.strerror}") from error
    typer.echo(f"wrote {file}; check it with: llm-grader rubric lint {file}", err=True)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="A", help="The older rubric: a packaged id or a path.")],
    new: Annotated[str, typer.Argument(metavar="B", help="The newer one.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Say which items were added, removed or changed from A to B, in which fields, and what that costs.

    Example: llm-grader rubric diff helpdesk_qa my_checklist.yaml
    """
    from llm_grader.authoring.diff import compare_rubrics
    from llm_grader.rubric.load import load_rubric

    before, after = load_rubric(old), load_rubric(new)
    changes = compare_rubrics(before, after)
    for change in changes:
        if as_json:
            typer.echo(change.model_dump_json())
        else:
            fields = f": {', '.join(change.fields)}" if change.fields else ""
            typer.echo(f"{change.kind} {f'item {change.item}' if change.item else 'rubric'}{fields}")
    if changes:
        typer.echo(_cost_of(before, after), err=True)


def _cost_of(old: Rubric, new: Rubric) -> str:
    """A sentence: what grading by `new` asks about a conversation that was graded by `old`."""
    from llm_grader.grading.reuse import items_to_ask_anew

    again = items_to_ask_anew(old, new)
    if old.id != new.id:
        return "another rubric, not another version: every item is asked anew"
    if not again:
        return "what was graded by A and is stored is scored anew, without a request"
    return f"of what was graded by A and is stored, asked again: {', '.join(again)}"
