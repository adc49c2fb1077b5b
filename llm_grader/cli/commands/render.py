"""`llm-grader render`."""

from __future__ import annotations

import json as json_module

import typer

from llm_grader.cli.setup import options


@options.grouped
def render(
    *,
    rubric: options.Rubric = None,
    items_per_call: options.ItemsPerCall = None,
    endpoint: options.EndpointFlags,
    languages: options.LanguageFlags,
    source: options.InputFlags,
    redact: options.Redact = None,
    json: options.Json = False,
) -> None:
    """Show exactly what would be sent to the endpoint for each transcript, without sending it.

    Example: llm-grader render chat.txt --rubric helpdesk_qa

    Example: llm-grader render chat.txt --json | jq .tools
    """
    from llm_grader.cli.setup.judging import open_grader
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.readers.read import read_transcripts

    settings = load_settings(
        endpoint,
        languages,
        rubric=rubric,
        items_per_call=items_per_call,
        redact=redact,
    )
    grader = open_grader(settings, stored=False)
    for transcript in read_transcripts(source.inputs, **source.reading()._asdict()):
        for body in grader.render_requests(transcript):
            typer.echo(json_module.dumps(body, ensure_ascii=False) if json else _readable(body))


def _readable(body: dict[str, object]) -> str:
    """The messages as text, then the rest of the request as JSON."""
    messages = body["messages"]
    rest = {key: value for key, value in body.items() if key != "messages"}
    texts = [f"=== {m['role']} ===\n{m['content']}" for m in messages] if isinstance(messages, list) else []
    return "\n".join([*texts, "=== the rest of the request ===", json_module.dumps(rest, indent=1, ensure_ascii=False)])
