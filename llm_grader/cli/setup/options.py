"""Flags that several commands share, each declared once, alone or in a group.

A flag of a setting takes its help, default and bounds from the setting. A command names a group like any other
parameter, is decorated with `grouped`, and gets the group's flags as one object:

    @grouped
    def grade(source: InputFlags, endpoint: EndpointFlags, redact: Redact = None) -> None: ...
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer
from typer.models import ParameterInfo

from llm_grader.cli.setup.settings import Settings

if TYPE_CHECKING:
    from llm_grader.cli.setup.inputs import Reading
    from llm_grader.transcript import Transcript


_VALUES = {int: "NUMBER", float: "NUMBER", Path: "FILE", datetime: "DATE", str: "TEXT"}
"""The names of values in help texts, by their type."""


def setting(name: str, *short: str, help: str | None = None) -> Any:  # noqa: A002 - what typer calls it
    """The flag of the setting `name`, with help of its own where a command means something else by it."""
    field = Settings.model_fields[name]
    default = "" if field.default in (None, False) else f" [{field.default}]"
    return typer.Option(
        f"--{name.replace('_', '-')}",
        *short,
        help=f"{help or field.description}{default}",
        min=next((bound.ge for bound in field.metadata if hasattr(bound, "ge")), None),
    )


def name_values(app: typer.Typer) -> None:
    """Call values in the help of all commands by what people know, such as NUMBER and FILE, instead of by types."""
    callbacks = [command.callback for command in app.registered_commands]
    if app.registered_callback is not None:
        callbacks.append(app.registered_callback.callback)
    for callback in callbacks:
        if callback is not None:
            _name_values_of(callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            name_values(group.typer_instance)


def _name_values_of(callback: Callable[..., Any]) -> None:
    """Name the values of one command; its annotations are evaluated for good, so that typer reads those named here."""
    parameters = inspect.signature(callback, eval_str=True).parameters.values()
    callback.__annotations__ |= {parameter.name: parameter.annotation for parameter in parameters}
    for parameter in parameters:
        kind, *marks = get_args(parameter.annotation) if get_origin(parameter.annotation) is Annotated else (None,)
        for mark in marks:
            if isinstance(mark, ParameterInfo) and mark.metavar is None:
                mark.metavar = _value_name(kind)


def _value_name(kind: Any) -> str | None:
    kinds = {kind, *get_args(kind)} | {part for outer in get_args(kind) for part in get_args(outer)}
    return next((name for of_value, name in _VALUES.items() if of_value in kinds), None)


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the flags of its groups in their place; it is called with one object for each group."""
    groups: dict[str, type[Any]] = {}
    flags: list[inspect.Parameter] = []
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        if isinstance(parameter.annotation, type) and is_dataclass(parameter.annotation):
            groups[parameter.name] = parameter.annotation
            flags += inspect.signature(parameter.annotation, eval_str=True).parameters.values()
        else:
            flags.append(parameter)

    @functools.wraps(command)
    def taking_flags(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        command(**given)

    by_name = [flag.replace(kind=inspect.Parameter.KEYWORD_ONLY) for flag in flags]
    taking_flags.__signature__ = inspect.Signature(by_name)  # type: ignore[attr-defined]  # what typer reads
    return taking_flags


Inputs = Annotated[
    list[str], typer.Argument(help="Files, folders, zip archives, globs, or - for standard input.", metavar="INPUT…")
]
Format = Annotated[
    str | None,
    typer.Option("--format", help="The input's format, see `read formats`. [found out]", metavar="NAME"),
]
Agent = Annotated[
    list[str] | None,
    typer.Option("--agent", help="Speaker who is the agent; may be given several times.", metavar="SPEAKER"),
]
ChannelRoles = Annotated[
    str | None,
    typer.Option("--channel-roles", help="Who is on which channel of a recording.", metavar="0=agent,1=customer"),
]
Roles = Annotated[Path | None, typer.Option("--roles", help="YAML file that says who is who.", metavar="FILE")]
Columns = Annotated[
    Path | None,
    typer.Option(
        "--columns", help="YAML file that says what a table's columns mean, or a recipe for other JSON.", metavar="FILE"
    ),
]
Channel = Annotated[
    Literal["chat", "email", "call"] | None,
    typer.Option("--channel", help="The channel, where the input does not say."),
]
SubjectDays = Annotated[
    float,
    typer.Option(
        "--subject-days",
        help="How many days apart mails may be that only the same subject and people put into one thread; 0: never.",
        min=0,
        metavar="NUMBER",
    ),
]

Rubric = Annotated[str | None, setting("rubric", "-r")]
Model = Annotated[str | None, setting("model", "-m")]
BaseUrl = Annotated[str | None, setting("base_url")]
AllowHttp = Annotated[bool | None, setting("allow_http")]
Mode = Annotated[str | None, setting("mode")]
Params = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        metavar="NAME=VALUE",
        help="Send this field with each request, such as reasoning_effort=low; the value is JSON, else text. May be "
        "given several times.",
    ),
]
Language = Annotated[str | None, setting("language")]
ReasonLanguage = Annotated[str | None, setting("reason_language")]
ItemsPerCall = Annotated[str | None, setting("items_per_call")]
Redact = Annotated[bool | None, setting("redact")]
RequestsPerMinute = Annotated[int | None, setting("requests_per_minute")]
TokensPerMinute = Annotated[int | None, setting("tokens_per_minute")]
Concurrency = Annotated[int | None, setting("concurrency")]
Processes = Annotated[int | None, setting("processes")]
Samples = Annotated[int | None, setting("samples")]
Windows = Annotated[bool | None, setting("windows")]
AskRoles = Annotated[bool | None, setting("ask_roles")]
CalibrationFile = Annotated[Path | None, setting("calibration")]
MaxRequests = Annotated[int | None, setting("max_requests")]
MaxCost = Annotated[float | None, setting("max_cost")]
StoreFile = Annotated[Path | None, setting("store")]
NoTranscripts = Annotated[
    bool | None,
    typer.Option(
        "--no-transcripts/--keep-transcripts",
        help="Keep no conversations in the store, only what results are grouped by; a report then has no text.",
        show_default=False,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what it would send and cost; sends nothing.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@dataclass(frozen=True)
class ReadingFlags:
    """How inputs are read."""

    format: Format = None
    agent: Agent = None
    channel_roles: ChannelRoles = None
    roles: Roles = None
    columns: Columns = None
    channel: Channel = None
    subject_days: SubjectDays = 30

    def reading(self) -> Reading:
        """How the inputs are read.

        Raises:
            UsageError: the channels' roles are not written as they should be.
            MalformedInput: the file of roles is no role mapping.
        """
        from llm_grader.cli.setup.inputs import reading_of

        reading = reading_of(self.format, self.agent, self.roles, self.columns, self.channel, self.channel_roles)
        return reading._replace(subject_days=self.subject_days)


@dataclass(frozen=True, kw_only=True)
class InputFlags(ReadingFlags):
    """What to read, and how."""

    inputs: Inputs


@dataclass(frozen=True)
class TextFlags:
    """Where the texts of conversations are that a store does not keep, and how they are read; matched by id."""

    inputs: Annotated[
        list[str] | None,
        typer.Argument(help="The conversations again, where the store keeps no texts.", metavar="[INPUT…]"),
    ] = None
    format: Format = None
    channel_roles: ChannelRoles = None
    roles: Roles = None
    columns: Columns = None
    channel: Channel = None
    subject_days: SubjectDays = 30

    def by_id(self) -> dict[str, Transcript]:
        """The conversations by their ids.

        Raises:
            UsageError: the channels' roles are not written as they should be.
            InputError: an input cannot be read.
        """
        from llm_grader.cli.setup.inputs import Inputs, reading_of

        if not self.inputs:
            return {}
        reading = reading_of(self.format, None, self.roles, self.columns, self.channel, self.channel_roles)
        reading = reading._replace(subject_days=self.subject_days)
        return {transcript.id: transcript for transcript in Inputs(self.inputs, reading).check()}


@dataclass(frozen=True)
class ModelFlags:
    """Which model answers, and where."""

    model: Model = None
    base_url: BaseUrl = None
    allow_http: AllowHttp = None


@dataclass(frozen=True)
class EndpointFlags(ModelFlags):
    """Which model answers, where, how its answers are structured, and what else goes with a request."""

    mode: Mode = None
    params: Params = None


@dataclass(frozen=True)
class NewGradingFlags(ModelFlags):
    """Which model grades anew, and where; without one, what is stored counts."""

    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Grade the conversations with it first. [take what is stored]")
    ] = None


@dataclass(frozen=True)
class LanguageFlags:
    """In which language the checklist is asked, and reasons are given."""

    language: Language = None
    reason_language: ReasonLanguage = None


@dataclass(frozen=True)
class LimitFlags:
    """What a run may send and spend."""

    requests_per_minute: RequestsPerMinute = None
    tokens_per_minute: TokensPerMinute = None
    max_requests: MaxRequests = None
    max_cost: MaxCost = None
