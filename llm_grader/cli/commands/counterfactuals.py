"""The commands of `llm-grader eval` that change what must not matter, and count the verdicts that change with it."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import partial
from math import isnan
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from llm_grader.cli.setup import options

if TYPE_CHECKING:
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.eval.judge.counterfactual import Compared, Grade, ItemFlips
    from llm_grader.rubric.model import Rubric
    from llm_grader.transcript import Transcript

    Check = Callable[[list[Transcript], Callable[[str | None], Grade]], Iterable[Compared]]

_SOME_FAILED = 3

FailOver = Annotated[
    float | None,
    typer.Option("--fail-over", help="Exit with 1 when an item flips more often, or is compared never.", min=0, max=1),
]
Who = Annotated[Literal["customer", "agent"], typer.Option("--who", help="Whose turn or name it is.")]


def languages(
    inputs: options.Inputs,
    language: Annotated[
        list[str] | None, typer.Option("--language", help="Of the checklist; several. [all that the rubric has]")
    ] = None,
    rubric: options.Rubric = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    allow_http: options.AllowHttp = None,
    store: options.StoreFile = None,
    fail_over: FailOver = None,
    json: options.Json = False,
) -> None:
    """Count the verdicts that change when the same conversation is asked about in another language.

    Example: llm-grader eval languages chats/ --model local --language en --language de
    """
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.counterfactual import check_languages
    from llm_grader.rubric.load import load_rubric

    settings = load_settings(rubric=rubric, model=model, base_url=base_url, allow_http=allow_http, store=store)
    asked = language or load_rubric(settings.rubric).languages()
    _run(
        inputs,
        settings,
        lambda transcripts, grade_in: check_languages(transcripts, grade_in, asked),
        fail_over=fail_over,
        json=json,
    )


def names(
    inputs: options.Inputs,
    who: Who = "customer",
    group: Annotated[
        list[str] | None, typer.Option("--group", help="Such as “Turkish woman”; several. [twelve of them]")
    ] = None,
    rubric: options.Rubric = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    allow_http: options.AllowHttp = None,
    store: options.StoreFile = None,
    fail_over: FailOver = None,
    json: options.Json = False,
) -> None:
    """Count the verdicts that change when the customer, or the agent, has a name of another gender or origin.

    Where the settings say `redact`, the judge reads a token for each name, and only titles such as Mr differ.

    Example: llm-grader eval names chats/ --model gpt-5-mini --who agent
    """
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.counterfactual import check_names
    from llm_grader.eval.judge.swapped_names import NAME_GROUPS

    settings = load_settings(rubric=rubric, model=model, base_url=base_url, allow_http=allow_http, store=store)
    groups = group or list(NAME_GROUPS)
    _run(
        inputs,
        settings,
        lambda transcripts, grade_in: check_names(transcripts, grade_in(None), role=who, groups=groups),
        fail_over=fail_over,
        json=json,
    )


def injection(
    inputs: options.Inputs,
    who: Who = "customer",
    rubric: options.Rubric = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    allow_http: options.AllowHttp = None,
    store: options.StoreFile = None,
    fail_over: FailOver = None,
    json: options.Json = False,
) -> None:
    """Count the verdicts that change when somebody in the conversation instructs the judge.

    Compared are the conversation with such a turn, and with a harmless one of the same length in its place.

    Example: llm-grader eval injection chats/ --model gpt-5-mini --who agent --fail-over 0.02
    """
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.counterfactual import check_injection

    settings = load_settings(rubric=rubric, model=model, base_url=base_url, allow_http=allow_http, store=store)
    _run(
        inputs,
        settings,
        lambda transcripts, grade_in: check_injection(transcripts, grade_in(None), role=who),
        fail_over=fail_over,
        json=json,
    )


def repeats(
    inputs: options.Inputs,
    times: Annotated[int, typer.Option("--times", help="How often each is graded.", min=2)] = 3,
    rubric: options.Rubric = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    allow_http: options.AllowHttp = None,
    fail_over: FailOver = None,
    json: options.Json = False,
) -> None:
    """Count the verdicts that change when the same conversation is graded again; nothing is taken from the store.

    The other checks flip at least as often as this one.

    Example: llm-grader eval repeats chats/ --model gpt-5-mini --times 5
    """
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.counterfactual import check_repeats

    settings = load_settings(rubric=rubric, model=model, base_url=base_url, allow_http=allow_http)
    _run(
        inputs,
        settings,
        lambda transcripts, grade_in: check_repeats(transcripts, grade_in(None), times=times),
        stored=False,
        fail_over=fail_over,
        json=json,
    )


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
    from llm_grader.eval.judge.counterfactual import flip_rates
    from llm_grader.rubric.load import load_rubric

    transcripts, rubric = read_all(inputs), load_rubric(settings.rubric)
    with Judging(settings, stored=stored) as judging:
        pairs = check(transcripts, lambda language: partial(judging.grade, rubric=rubric, language=language))
        found = flip_rates(pairs, rubric)
    _print(found, json=json)
    missed = fail_over is not None and _misses(found, rubric, fail_over)
    raise typer.Exit(1 if missed else _SOME_FAILED if judging.failed else 0)


def _misses(found: tuple[ItemFlips, ...], rubric: Rubric, limit: float) -> bool:
    """Whether an item flips more often than that, or nobody knows; what the table does not show is told on stderr."""
    compared = {flips.item_id for flips in found}
    unknown = [item.id for item in rubric.items() if item.asks_model and item.id not in compared]
    for item_id in unknown:
        typer.echo(f"llm-grader: {item_id}: nothing was compared", err=True)
    return bool(unknown) or any(flips.rate.estimate > limit for flips in found)


def _print(found: tuple[ItemFlips, ...], *, json: bool) -> None:
    if json:
        for flips in found:
            plain = asdict(flips)
            plain["rate"] = {name: None if isnan(value) else value for name, value in plain["rate"].items()}
            typer.echo(json_module.dumps(plain, ensure_ascii=False))
        return
    from rich.table import Table
    from rich.text import Text

    from llm_grader.cli.terminal.show import stdout_console

    table = Table(box=None, padding=(0, 1))
    for heading in ("item", "changed", "compared", "flips", "rate", "95 %", "better", "worse"):
        table.add_column(heading, justify="left" if heading in ("item", "changed") else "right")
    for flips in found:
        counts = (f"{flips.compared:,}", f"{flips.flips:,}")
        rate = (f"{flips.rate.estimate:.1%}", f"{flips.rate.low:.1%} to {flips.rate.high:.1%}")
        name = "" if flips.variant else flips.item_id
        style = "dim" if flips.variant else ""
        table.add_row(
            Text(name), Text(flips.variant or "all"), *counts, *rate, str(flips.better), str(flips.worse), style=style
        )
    stdout_console().print(table)
