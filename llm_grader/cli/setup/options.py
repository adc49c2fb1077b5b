"""Flags that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.gateway.endpoint import Endpoint

Inputs = Annotated[
    list[str], typer.Argument(help="Files, folders, zip archives, globs, or - for standard input.", metavar="INPUT…")
]
Rubric = Annotated[
    str | None, typer.Option("--rubric", "-r", help="Id of a packaged rubric, or a path to a YAML file. [helpdesk_qa]")
]
Model = Annotated[
    str | None,
    typer.Option("--model", "-m", help="`local` is the embedded model; other names go to the endpoint. [gpt-5-mini]"),
]
BaseUrl = Annotated[
    str | None, typer.Option("--base-url", help="The OpenAI-compatible endpoint. [OPENAI_BASE_URL, else OpenAI]")
]
AllowHttp = Annotated[bool | None, typer.Option("--allow-http", help="Allow plain http to other machines.")]
Mode = Annotated[
    str | None, typer.Option("--mode", help="How answers are structured: tools, json_schema or md_json. [tools]")
]
Language = Annotated[str | None, typer.Option("--language", help="Language of the checklist in the prompt. [en]")]
ReasonLanguage = Annotated[
    str | None, typer.Option("--reason-language", help="Language of the reasons. [as --language]")
]
ItemsPerCall = Annotated[
    str | None, typer.Option("--items-per-call", help="Items asked about in one request: all, or a number. [all]")
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
Redact = Annotated[
    bool | None, typer.Option("--redact", help="Send tokens in place of addresses, numbers and known names.")
]
RequestsPerMinute = Annotated[int | None, typer.Option(help="Send at most so many requests a minute.", min=1)]
TokensPerMinute = Annotated[int | None, typer.Option(help="Take at most so many tokens a minute.", min=1)]
MaxRequests = Annotated[int | None, typer.Option(help="Stop before sending more requests than this.", min=0)]
MaxCost = Annotated[float | None, typer.Option(help="Stop before spending more US dollars than this.", min=0)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what it would send and cost; sends nothing.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
StoreFile = Annotated[Path | None, typer.Option("--store", help="File for results. [llm-grader.db]")]


def endpoint_of(settings: Settings) -> Endpoint:
    """The endpoint that the settings describe."""
    from llm_grader.gateway.endpoint import Endpoint

    shared: dict[str, Any] = {name: getattr(settings, name) for name in Endpoint.model_fields}
    return Endpoint(**shared)
