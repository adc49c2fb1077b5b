"""`llm-grader refine`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.cli.setup.judging import Judging
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.eval.judge.labelled_set import LabelledSet
    from llm_grader.eval.refine.run import Propose, Refinement
    from llm_grader.eval.refine.wordings import Confusion, Wording
    from llm_grader.rubric.model import Item


def refine(
    gold: Annotated[Path, typer.Option("--gold", help="Folder with transcripts.jsonl and labels.")],
    item: Annotated[
        list[str] | None, typer.Option("--item", help="Item to reword; several. [the three most often wrong]")
    ] = None,
    rubric: options.Rubric = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    allow_http: options.AllowHttp = None,
    store: options.StoreFile = None,
    language: Annotated[str, typer.Option("--language", help="Language of the wording to change.")] = "en",
    wordings: Annotated[
        Path | None, typer.Option("--wordings", help="YAML file of wordings to try. [the model proposes them]")
    ] = None,
    looks: Annotated[
        int | None, typer.Option("--looks", help="Tests on held-out gold that an item has in all. [2]", min=1)
    ] = None,
    log: Annotated[Path | None, typer.Option("--log", help="The log of looks. [looks.jsonl beside the labels]")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write the changed rubric to this file.")] = None,
) -> None:
    """Look for a better wording of items that the judge gets wrong; print what is proven better as a diff.

    Four in ten labelled conversations are there to develop on, four to test on, two are left alone. The best wording on
    the first is tested on the second: once, one-sided, at the level .05 ÷ looks. Nothing is changed: a person applies
    the diff, or not. Exit code 1: no wording was shown to be better.

    Example: llm-grader refine --gold gold/ --rubric my_checklist.yaml --model gpt-5-mini > better.diff
    """
    from llm_grader.cli.setup.judging import Judging
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.cli.terminal.outputs import need_writable, write_text
    from llm_grader.eval.judge.labelled_set import load_labelled_set
    from llm_grader.eval.refine.looks import DEFAULT_LOOKS, LookLog
    from llm_grader.eval.refine.rubric_patch import patch_rubric, render_diff
    from llm_grader.eval.refine.run import refine_items
    from llm_grader.rubric.load import load_rubric, read_rubric_text

    settings = load_settings(
        rubric=rubric, model=model, base_url=base_url, allow_http=allow_http, store=store, language=language
    )
    labelled = load_labelled_set(gold, rubric, default_rubric=settings.rubric)
    labelled.need_transcripts("refine")
    name, text = read_rubric_text(settings.rubric)
    if load_rubric(settings.rubric) != labelled.rubric:
        raise UsageError(f"{labelled.name} has a rubric of its own, which is not yours to change")
    _tell_sources(labelled)
    looked = LookLog(log or gold / "looks.jsonl", of=looks or DEFAULT_LOOKS)
    for file in (looked.path, *([out] if out else [])):
        need_writable(file)
    with Judging(settings) as judging:
        propose = _proposer(settings, labelled, wordings, language, judging)
        if settings.redact:
            labelled, propose = _with_tokens(labelled, propose)
        found = refine_items(
            labelled,
            item or [],
            grade=lambda transcripts, changed: judging.grade(transcripts, rubric=changed),
            propose=propose,
            log=looked,
            language=language,
        )
    for refinement in found:
        typer.echo(_told(refinement, looked.level), err=True)
    accepted = {r.item_id: r.wording for r in found if r.wording is not None and r.finding and r.finding.accepted}
    if len(accepted) > 1:
        typer.echo("each wording was tested by itself: accept one, or measure them together with eval", err=True)
    changed = patch_rubric(text, accepted, language)
    typer.echo(render_diff(text, changed, name), nl=False)
    if out is not None and accepted:
        write_text(out, changed)
    raise typer.Exit(0 if accepted else 1)


def _tell_sources(labelled: LabelledSet) -> None:
    if "human" not in labelled.sources:
        found = " and ".join(labelled.sources)
        typer.echo(f"llm-grader: the labels are {found}: what suits them need not suit people", err=True)


def _proposer(
    settings: Settings, labelled: LabelledSet, wordings: Path | None, language: str, judging: Judging
) -> Propose:
    """Who proposes wordings: the file of a person, or the model that also judges."""
    from llm_grader.eval.refine.wordings import load_wordings, propose_wordings

    if wordings is not None:
        written = load_wordings(wordings, labelled.rubric, language)
        return lambda item, _cases: written.get(item.id, [])
    if options.endpoint_of(settings).is_local:
        raise UsageError("the embedded model can choose, not write: give your own wordings with --wordings")
    return lambda item, cases: judging.ask(lambda gateway: propose_wordings(gateway, item, cases, language=language))


def _with_tokens(labelled: LabelledSet, propose: Propose) -> tuple[LabelledSet, Propose]:
    """The labels, and who is told of them and of verdicts, with tokens in place of personal data: both are sent."""
    from llm_grader.privacy.redaction import Tokens, redact_label, redact_verdict

    of = cache(lambda id_: Tokens(labelled.transcripts[id_]))
    labels = tuple(redact_label(label, of(label.transcript_id)) for label in labelled.labels)

    def told(item: Item, cases: Sequence[Confusion]) -> Sequence[Wording]:
        return propose(
            item,
            [case._replace(verdict=redact_verdict(case.verdict, of(case.people[0].transcript_id))) for case in cases],
        )

    return replace(labelled, labels=labels), told


def _told(found: Refinement, level: float) -> str:
    dev = f"{found.item_id}: {found.dev_right} of {found.dev} right, {found.dev_best} with the best of {found.tried}"
    if found.finding is None:
        return f"{dev}: no wording is better; held-out gold was not looked at"
    test = found.finding
    recall = ""
    if test.recall_before is not None and test.recall_after is not None:
        recall = f", finds {test.recall_after:.0%} of the failures, before {test.recall_before:.0%}"
    verdict = "accepted" if test.accepted else "not accepted"
    return (
        f"{dev}; held out: {test.improved} of {test.n} became right, {test.worsened} wrong, p = {test.p:.4f} "
        f"(wanted: {level:g}){recall}: {verdict}"
    )
