"""`llm-grader eval languages · names · injection · repeats`: verdicts that flip with what must not matter."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llm_grader.cli.setup import options

if TYPE_CHECKING:
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.eval.judge.counterfactual import Flips, Grade
    from llm_grader.rubric.model import Rubric
    from llm_grader.transcript import Transcript

    Check = Callable[[list[Transcript], Callable[[str | None], Grade], Rubric], Flips]

_SOME_FAILED = 3

FailOver = Annotated[
    float | None,
    typer.Option("--fail-over", help="Exit with 1 when an item flips more often, or is compared never.", min=0, max=1),
]
Who = Annotated[Literal["customer", "agent"], typer.Option("--who", help="Whose turn or name it is.")]


@options.grouped
def languages(
    *,
    inputs: options.Inputs,
    language: Annotated[
        list[str] | None, typer.Option("--language", help="Of the checklist; several. [all that the rubric has]")
    ] = None,
    rubric: options.Rubric = None,
    endpoint: options.ModelFlags,
    store: options.StoreFile = None,
    fail_over: FailOver = None,
    json: options.Json = False,
) -> None:
    """Count the verdicts that change when the same conversation is asked about in another language.

    Example: llm-grader eval languages chats/ --model local --language en --language de
    """
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.counterfactual import check_languages

    settings = load_settings(endpoint, rubric=rubric, store=store)
    _run(
        inputs,
        settings,
        partial(check_languages, languages=language or []),
        fail_over=fail_over,
        json=json,
    )


@options.grouped
def names(
    *,
    inputs: options.Inputs,
    who: Who = "customer",
    group: Annotated[
        list[str] | None, typer.Option("--group", help="Such as “Turkish woman”; several. [twelve of them]")
    ] = None,
    rubric: options.Rubric = None,
    endpoint: options.ModelFlags,
    store: options.StoreFile = None,
    fail_over: FailOver = None,
    json: options.Json = False,
) -> None:
    """Count the verdicts that change when the customer, or the agent, has a name of another gender or origin.

    Where the settings say `redact`, the judge reads a token for each name, and only titles such as Mr differ.

    Example: llm-grader eval names chats/ --model gpt-6-luna --who agent
    """
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.counterfactual import check_names

    settings = load_settings(endpoint, rubric=rubric, store=store)
    _run(
        inputs,
        settings,
        _in_one_language(partial(check_names, role=who, groups=group or [])),
        fail_over=fail_over,
        json=json,
    )


@options.grouped
def injection(
    *,
    inputs: options.Inputs,
    who: Who = "customer",
    rubric: options.Rubric = None,
    endpoint: options.ModelFlags,
    store: options.StoreFile = None,
    fail_over: FailOver = None,
    json: options.Json = False,
) -> None:
    """Count the verdicts that change when somebody in the conversation instructs the judge.

    Compared are the conversation with such a turn, and with a harmless one of the same length in its place.

    Example: llm-grader eval injection chats/ --model gpt-6-luna --who agent --fail-over 0.02
    """
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.counterfactual import check_injection

    settings = load_settings(endpoint, rubric=rubric, store=store)
    _run(
        inputs,
        settings,
        _in_one_language(partial(check_injection, role=who)),
        fail_over=fail_over,
        json=json,
    )


@options.grouped
def repeats(
    *,
    inputs: options.Inputs,
    times: Annotated[int, typer.Option("--times", help="How often each is graded.", min=2)] = 3,
    rubric: options.Rubric = None,
    endpoint: options.ModelFlags,
    fail_over: FailOver = None,
    json: options.Json = False,
) -> None:
    """Count the verdicts that change when the same conversation is graded again; nothing is taken from the store.

    The other checks flip at least as often as this one.

    Example: llm-grader eval repeats chats/ --model gpt-6-luna --times 5
    """
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.counterfactual import check_repeats

    settings = load_settings(endpoint, rubric=rubric)
    _run(
        inputs,
        settings,
        _in_one_language(partial(check_repeats, times=times)),
        stored=False,
        fail_over=fail_over,
        json=json,
    )


def _in_one_language(check: Callable[[list[Transcript], Grade, Rubric], Flips]) -> Check:
    """The check where grading is in the language of the settings."""
    return lambda transcripts, grade_in, rubric: check(transcripts, grade_in(None), rubric)


def _run(
    inputs: list[str],
    settings: Settings,
    check: Check,
    *,
    stored: bool = True,
    fail_over: float | None,
    json: bool,
) -> None:
    """Read the conversations, check them, print the flips, and exit."""
    from llm_grader.cli.setup.inputs import read_all
    from llm_grader.cli.setup.judging import Judging
    from llm_grader.rubric.load import load_rubric

    transcripts, rubric = read_all(inputs), load_rubric(settings.rubric)
    with Judging(settings, stored=stored) as judging:
        found = check(transcripts, lambda language: partial(judging.grade, rubric=rubric, language=language), rubric)
    _print(found, json=json)
    for item_id in found.uncompared if fail_over is not None else ():
        typer.echo(f"llm-grader: {item_id}: nothing was compared", err=True)
    missed = fail_over is not None and found.exceed(fail_over)
    raise typer.Exit(1 if missed else _SOME_FAILED if found.failed else 0)


def _print(found: Flips, *, json: bool) -> None:
    if json:
        from llm_grader.eval.judge.as_json import without_nan

        for flips in found.items:
            typer.echo(json_module.dumps(without_nan(asdict(flips)), ensure_ascii=False))
        return
    from rich.table import Table
    from rich.text import Text

    from llm_grader.cli.terminal.show import stdout_console

    table = Table(box=None, padding=(0, 1))
    for heading in ("item", "changed", "compared", "flips", "rate", "95 %", "better", "worse"):
        table.add_column(heading, justify="left" if heading in ("item", "changed") else "right")
    for flips in found.items:
        counts = (f"{flips.compared:,}", f"{flips.flips:,}")
        rate = (f"{flips.rate.estimate:.1%}", f"{flips.rate.low:.1%} to {flips.rate.high:.1%}")
        name = "" if flips.variant else flips.item_id
        style = "dim" if flips.variant else ""
        table.add_row(
            Text(name), Text(flips.variant or "all"), *counts, *rate, str(flips.better), str(flips.worse), style=style
        )
    stdout_console().print(table)
