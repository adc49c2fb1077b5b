"""`llm-grader refine`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.cli.setup.judging import Judging
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.eval.judge.labelled_set import LabelledSet
    from llm_grader.eval.refine.result import Refined
    from llm_grader.eval.refine.wordings import Propose


@options.grouped
def refine(
    *,
    gold: Annotated[Path, typer.Option("--gold", help="Folder with transcripts.jsonl and labels.")],
    item: Annotated[
        list[str] | None, typer.Option("--item", help="Item to reword; several. [the three most often wrong]")
    ] = None,
    rubric: options.Rubric = None,
    endpoint: options.ModelFlags,
    store: options.StoreFile = None,
    language: Annotated[str, typer.Option("--language", help="Language of the wording to change.")] = "en",
    wordings: Annotated[
        Path | None, typer.Option("--wordings", help="YAML file of wordings to try. [the model proposes them]")
    ] = None,
    looks: Annotated[
        int | None, typer.Option("--looks", help="Times that held-out gold is used for this rubric in all. [2]", min=1)
    ] = None,
    log: Annotated[Path | None, typer.Option("--log", help="The log of looks. [looks.jsonl beside the labels]")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write the changed rubric to this file.")] = None,
) -> None:
    """Look for a better wording of items that the judge gets wrong; print what is proven better as a diff.

    Four in ten labelled conversations are there to develop on, four to test on, two are left alone. The best wording on
    the first is tested on the second: once, one-sided, all items together at the level .05 ÷ looks. Nothing is changed:
    a person applies the diff, or not. Exit code 1: no wording was shown to be better.

    Example: llm-grader refine --gold gold/ --rubric my_checklist.yaml --model gpt-6-luna > better.diff
    """
    from llm_grader.cli.setup.judging import Judging
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.cli.terminal.outputs import need_writable
    from llm_grader.eval.judge.labelled_set import load_labelled_set
    from llm_grader.eval.refine.looks import DEFAULT_LOOKS, LookLog
    from llm_grader.eval.refine.run import refine as refine_items
    from llm_grader.eval.refine.wordings import with_tokens
    from llm_grader.rubric.load import load_rubric, read_rubric_text

    settings = load_settings(endpoint, rubric=rubric, store=store, language=language)
    labelled = load_labelled_set(gold, rubric, default_rubric=settings.rubric)
    labelled.need_transcripts("refine")
    name, text = read_rubric_text(settings.rubric)
    labelled.need_rubric(load_rubric(settings.rubric))
    _warn_of_sources(labelled)
    looks_log = LookLog(log or gold / "looks.jsonl", of=looks or DEFAULT_LOOKS)
    for file in (looks_log.path, *([out] if out else [])):
        need_writable(file)
    with Judging(settings) as judging:
        propose = _proposer(settings, labelled, wordings, language, judging)
        sent, propose = with_tokens(labelled, propose) if settings.redact else (labelled, propose)
        found = refine_items(
            sent,
            item or [],
            grade=lambda transcripts, changed: judging.grade(transcripts, rubric=changed),
            propose=propose,
            log=looks_log,
            language=language,
        )
    _print(found, name, text, out)
    raise typer.Exit(0 if found.accepted else 1)


def _warn_of_sources(labelled: LabelledSet) -> None:
    if "human" not in labelled.sources:
        found = " and ".join(labelled.sources)
        typer.echo(f"llm-grader: the labels are {found}: what suits them need not suit people", err=True)


def _proposer(
    settings: Settings, labelled: LabelledSet, wordings: Path | None, language: str, judging: Judging
) -> Propose:
    """Who proposes wordings: the file of a person, or the model that also judges."""
    from llm_grader.eval.refine.wordings import load_proposals, propose_wordings

    if wordings is not None:
        return load_proposals(wordings, labelled.rubric, language)
    if settings.endpoint.is_local:
        raise UsageError("the embedded model can choose, not write: give your own wordings with --wordings")
    return lambda item, cases: judging.ask(lambda gateway: propose_wordings(gateway, item, cases, language=language))


def _print(found: Refined, name: str, text: str, out: Path | None) -> None:
    """What became of the items on stderr, and on stdout the diff of the rubric's file; the new one goes to `out`."""
    from llm_grader.cli.terminal.outputs import write_text
    from llm_grader.eval.refine.result import describe
    from llm_grader.eval.refine.rubric_patch import render_diff

    for refinement in found.items:
        typer.echo(describe(refinement, found.level), err=True)
    if len(found.accepted) > 1:
        typer.echo("each wording was tested by itself: accept one, or measure them together with eval", err=True)
    changed = found.patch(text)
    typer.echo(render_diff(text, changed, name), nl=False)
    if out is not None and found.accepted:
        write_text(out, changed)
