"""`llm-grader grade`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llm_grader.cli import options
from llm_grader.errors import InputError

if TYPE_CHECKING:
    from llm_grader.grader import Grader
    from llm_grader.rubric import Rubric
    from llm_grader.transcript import Transcript

_CARDS_SHOWN = 5


def grade(
    inputs: options.Inputs,
    rubric: options.Rubric = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    mode: options.Mode = None,
    items_per_call: options.ItemsPerCall = None,
    language: options.Language = None,
    reason_language: options.ReasonLanguage = None,
    format: options.Format = None,  # noqa: A002 - the flag's name
    agent: options.Agent = None,
    roles: options.Roles = None,
    store: options.StoreFile = None,
    no_store: Annotated[bool, typer.Option("--no-store", help="Keep no results; grade everything anew.")] = False,
    concurrency: Annotated[int | None, typer.Option(help="Transcripts in flight at most. [64]", min=1)] = None,
    limit: Annotated[int | None, typer.Option(help="Grade only the first N transcripts.", min=1)] = None,
    fail_under: Annotated[
        float | None, typer.Option(help="Exit with 1 when a score is below this, or there is none.", min=0, max=100)
    ] = None,
    allow_http: Annotated[bool | None, typer.Option("--allow-http", help="Allow plain http to other machines.")] = None,
    json: options.Json = False,
) -> None:
    """Grade transcripts: a score, a verdict for each item, and the words it rests on.

    Results are kept in the store, so that running it again pays only for what is new, changed or failed.

    Examples:
      llm-grader grade chats/ --model local

      llm-grader grade inbox.jsonl --rubric helpdesk_qa --model gpt-5-mini --json > cards.jsonl

      llm-grader grade calls/*.vtt --rubric call_quality --base-url http://127.0.0.1:8000/v1 --model my-model
    """
    from llm_grader.cli.progress import Progress
    from llm_grader.settings import load_settings

    flags = {
        "rubric": rubric,
        "model": model,
        "base_url": base_url,
        "mode": mode,
        "items_per_call": items_per_call,
        "language": language,
        "reason_language": reason_language,
        "concurrency": concurrency,
        "store": store,
        "allow_http": allow_http,
    }
    settings = load_settings(**flags)
    source = _Source(inputs, format=format, roles=_role_mapping(agent, roles), limit=limit)
    with Progress(total=source.count()) as progress:
        grader = _grader(settings, None if no_store else settings.store, progress)
        graded = _print_cards(grader, source.read(), progress, concurrency=settings.concurrency, as_json=json)
    progress.print_totals()
    raise typer.Exit(_exit_code(graded, source.failed, fail_under))


class _Source:
    """The transcripts of the inputs, read once to count and check them, and again to grade them."""

    def __init__(self, inputs: list[str], *, format: str | None, roles: Any, limit: int | None) -> None:  # noqa: A002
        from llm_grader.readers import read_transcripts

        self.failed = 0
        self._limit = limit
        self._read = lambda told: read_transcripts(inputs, format=format, roles=roles, on_error=told)
        self._kept = list(self._read(self._tell)) if "-" in inputs else None

    def count(self) -> int:
        """How many there are; inputs that cannot be read are told on stderr."""
        if self._kept is not None:
            return min(len(self._kept), self._limit or len(self._kept))
        return sum(1 for _ in islice(self._read(self._tell), self._limit))

    def read(self) -> Iterator[Transcript]:
        """The transcripts, as they are needed."""
        return islice(iter(self._kept) if self._kept is not None else self._read(lambda _error: None), self._limit)

    def _tell(self, error: InputError) -> None:
        self.failed += 1
        typer.echo(f"llm-grader: {error}", err=True)


def _role_mapping(agents: list[str] | None, file: Any) -> Any:
    """What the user says about who is who, for the readers."""
    from llm_grader.readers.roles import load_role_mapping

    return load_role_mapping(file, agents=agents or [])


def _grader(settings: Any, store: Any, progress: Any) -> Grader:
    from llm_grader.grader import Grader
    from llm_grader.rubric_file import load_rubric
    from llm_grader.store import Store

    rubric = load_rubric(settings.rubric)
    return Grader(
        rubric,
        endpoint=options.endpoint_of(settings),
        items_per_call=settings.items_per_call,
        language=settings.language,
        reason_language=settings.reason_language,
        store=None if store is None else Store(store),
        notify=progress.notify,
    )


def _print_cards(
    grader: Grader, transcripts: Iterable[Transcript], progress: Any, *, concurrency: int, as_json: bool
) -> list[tuple[float | None, str]]:
    """Grade and print; returns score and status of each card. Only JSON and short lists are printed in full."""
    from llm_grader.cli.show import print_card, print_summary, stdout_console

    console, kept, graded = stdout_console(), list[Any](), list[tuple[float | None, str]]()
    titles = _titles(grader.rubric, grader.prompts.language)
    for card in grader.grade_many(transcripts, concurrency=concurrency):
        graded.append((card.score, card.status))
        progress.advance(card)
        if as_json:
            sys.stdout.write(card.model_dump_json() + "\n")
            sys.stdout.flush()
            continue
        kept.append(card)
    if not as_json:
        for card in kept if len(kept) <= _CARDS_SHOWN else []:
            print_card(console, card, titles)
        console.print()
        print_summary(console, sorted(kept, key=lambda card: card.transcript_id))
    return graded


def _titles(rubric: Rubric, language: str) -> dict[str, str]:
    from llm_grader.rubric import wording

    return {item.id: wording(item.title, language) for item in rubric.items()}


def _exit_code(graded: list[tuple[float | None, str]], unreadable: int, fail_under: float | None) -> int:
    if fail_under is not None and any(score is None or score < fail_under for score, _ in graded):
        return 1
    if unreadable and not graded:
        return InputError.exit_code
    return 3 if unreadable or any(status != "ok" for _, status in graded) else 0
