"""`llm-grader batch`: grade by a provider's batch job."""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import RunStopped, UsageError

if TYPE_CHECKING:
    from llm_grader.batch.files import Results
    from llm_grader.batch.jobs import Exported
    from llm_grader.cli.setup.inputs import Inputs
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.grader.grader import Grader

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Grade by a provider's batch job: write its requests, read its results.",
)

_UNITS = {"B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_SHOWN = 5

MaxRequests = Annotated[int, typer.Option("--max-requests-per-file", help="Requests in one file at most.", min=1)]
MaxBytes = Annotated[
    str, typer.Option("--max-bytes-per-file", help="Size of one file at most, such as 100MB.", metavar="SIZE")
]


@app.command("export")
@options.grouped
def export_requests(
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")],
    rubric: options.Rubric = None,
    endpoint: options.EndpointFlags,
    languages: options.LanguageFlags,
    redact: options.Redact = None,
    source: options.InputFlags,
    store: options.StoreFile = None,
    max_requests_per_file: MaxRequests = 50_000,
    max_bytes_per_file: MaxBytes = "200MB",
    without: Annotated[
        list[str] | None, typer.Option("--without", help="Parameter that the model does not take, such as temperature.")
    ] = None,
) -> None:
    """Write the requests that grading would send as files for a batch job, and print their names.

    What the store has as ok is left out. Sends nothing.

    Example: llm-grader batch export inbox.jsonl --model gpt-6-luna --without temperature --out jobs/monday

    Example: llm-grader batch export inbox.jsonl --model my-model --base-url http://127.0.0.1:8000/v1 --out jobs/monday
    """
    from llm_grader.batch.files import Limits
    from llm_grader.batch.jobs import export_batch
    from llm_grader.cli.setup.inputs import Inputs
    from llm_grader.cli.setup.settings import load_settings

    settings = load_settings(endpoint, languages, rubric=rubric, redact=redact, store=store)
    limits = Limits(max_requests_per_file, _bytes(max_bytes_per_file))
    transcripts = Inputs(source.inputs, source.reading())
    grader = _grader(settings, stored=settings.store.exists())
    exported = export_batch(grader, transcripts.check(), out, limits=limits, without=_parameters(without or []))
    for file in exported.files:
        typer.echo(file)
    _tell_exported(exported)
    raise typer.Exit(_exit_code(transcripts, unfinished="too_large" in exported.left_out))


@app.command("import")
@options.grouped
def import_results(
    *,
    results: Annotated[
        list[str], typer.Option("--results", help="File, folder or pattern of results; may be given several times.")
    ],
    errors: Annotated[list[str] | None, typer.Option("--errors", help="The same for the job's error files.")] = None,
    rubric: options.Rubric = None,
    endpoint: options.EndpointFlags,
    languages: options.LanguageFlags,
    redact: options.Redact = None,
    source: options.InputFlags,
    store: options.StoreFile = None,
    json: options.Json = False,
) -> None:
    """Check, score and store the results of batch jobs, with the inputs and settings of the export.

    Results may come in any order and in parts; importing one twice changes nothing. With the same store, `llm-grader
    grade` afterwards asks only for what is missing, needs review or failed. Exit 75: some transcripts have no result
    yet.

    Example: llm-grader batch import inbox.jsonl --model gpt-6-luna --results output.jsonl --errors errors.jsonl
    """
    from llm_grader.batch.files import Results
    from llm_grader.cli.setup.inputs import Inputs
    from llm_grader.cli.setup.settings import load_settings

    settings = load_settings(endpoint, languages, rubric=rubric, redact=redact, store=store)
    transcripts = Inputs(source.inputs, source.reading())
    found = Results([*results, *(errors or [])])
    counts, unused = asyncio.run(_import(_grader(settings, stored=True), transcripts, found, as_json=json))
    _tell_imported(counts)
    _tell_lines(found, unused)
    open_cards = counts["needs_review"] + counts["error"] + counts["not_graded"]
    code = _exit_code(transcripts, unfinished=open_cards > 0)
    raise typer.Exit(RunStopped.exit_code if code == 0 and counts["waiting"] else code)


def _grader(settings: Settings, *, stored: bool) -> Grader:
    """The grader of the settings; what a batch job brings is not calibrated, as what is stored never is."""
    from llm_grader.cli.setup.judging import open_grader

    return open_grader(settings.model_copy(update={"calibration": None}), stored=stored)


async def _import(grader: Grader, source: Inputs, found: Results, *, as_json: bool) -> tuple[Counter[str], int]:
    """Import everything; returns how many of each kind, and how many keys of the results belong to no transcript."""
    from llm_grader.batch.jobs import import_batch

    counts: Counter[str] = Counter()
    unused = set(found.keys())
    async for imported in import_batch(grader, source.check(), found):
        card = imported.card
        unused.discard(imported.key)
        counts["saved"] += imported.saved
        counts["waiting" if card is None else card.status] += 1
        if as_json and card is not None:
            sys.stdout.write(card.model_dump_json() + "\n")
    return counts, len(unused)


def _tell_exported(exported: Exported) -> None:
    _tell(f"{_many(exported.requests, 'request')} in {_many(len(exported.files), 'file')}")
    reasons = {
        "stored": "have a result in the store",
        "repeated": "are the same conversation as another one, whose result counts for both",
        "nothing_to_ask": "need no request, as there is no conduct to grade: `batch import` scores them",
        "too_large": "need a request larger than a file may be: use `llm-grader grade` for them",
    }
    for reason, ids in exported.left_out.items():
        named = ", ".join(ids[:_SHOWN]) + (" …" if len(ids) > _SHOWN else "")
        _tell(f"{len(ids):,} {reasons[reason]}{f': {named}' if reason != 'stored' else ''}")


def _tell_imported(counts: Counter[str]) -> None:
    statuses = ("ok", "needs_review", "error", *(["not_graded"] if counts["not_graded"] else []))
    shown = ", ".join(f"{counts[status]:,} {status}" for status in statuses)
    _tell(f"{shown}, {counts['waiting']:,} without a result yet; {_many(counts['saved'], 'new result')}")
    if counts["needs_review"] + counts["error"]:
        _tell("`llm-grader grade` with the same store asks again about those that are not ok")


def _tell_lines(found: Results, unused: int) -> None:
    for problem in found.problems[:_SHOWN]:
        _tell(f"llm-grader: {problem}")
    counted = {
        "more lines cannot be used": len(found.problems) - _SHOWN,
        "results belong to other transcripts, or to other settings (rubric, model, endpoint, mode …): not used": unused,
        "lines have a custom_id that is no key of ours: not used": found.foreign,
        "lines repeat the request of another one: the better answer counts": found.repeated,
    }
    for what, count in counted.items():
        if count > 0:
            _tell(f"{count:,} {what}")


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _tell(line: str) -> None:
    typer.echo(line, err=True)


def _exit_code(source: Inputs, *, unfinished: bool) -> int:
    return 3 if source.unreadable or unfinished else 0


def _bytes(text: str) -> int:
    """A number of bytes, as in `200MB`."""
    found = re.fullmatch(r"(\d+)\s*([KMG]?B)?", text.strip(), re.IGNORECASE)
    if not found or int(found[1]) == 0:
        raise UsageError(f"--max-bytes-per-file: expected a size such as 100MB, found {text!r}")
    return int(found[1]) * _UNITS[(found[2] or "B").upper()]


def _parameters(names: list[str]) -> list[str]:
    """The names given with `--without`."""
    from llm_grader.gateway.bodies import OPTIONAL

    if unknown := set(names).difference(OPTIONAL):
        raise UsageError(f"--without: expected one of {', '.join(OPTIONAL)}, found {', '.join(sorted(unknown))}")
    return names
