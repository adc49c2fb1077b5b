"""`llm-grader drift`."""

from __future__ import annotations

import json as json_module
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.eval.judge.drift import ItemDrift
    from llm_grader.eval.judge.labelled_set import LabelledSet
    from llm_grader.rubric.model import Rubric
    from llm_grader.transcript import Transcript
    from llm_grader.verdict import Scorecard

_ENOUGH = 400
_SOME_FAILED = 3
_RUN = re.compile("[0-9]{1,18}")
_NOTHING = "nothing to compare: expected two gradings of the same conversations by the same rubric"

Anchors = Annotated[
    list[str] | None, typer.Argument(help="The anchors, to be graded again with --model.", metavar="[INPUT…]")
]


def drift(
    inputs: Anchors = None,
    gold: Annotated[
        Path | None, typer.Option("--gold", help="The anchors are the part of it that `refine` leaves alone.")
    ] = None,
    before: Annotated[
        str, typer.Option("--before", help="The frozen grading: number of a run, or file of scorecards.")
    ] = "",
    after: Annotated[
        str | None, typer.Option("--after", help="The new one, likewise. [grade INPUT now, afresh]")
    ] = None,
    rubric: options.Rubric = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    allow_http: options.AllowHttp = None,
    language: options.Language = None,
    store: options.StoreFile = None,
    level: Annotated[
        float, typer.Option("--level", help="Share of false alarms accepted among alarms.", min=0, max=1)
    ] = 0.05,
    json: options.Json = False,
) -> None:
    """Tell whether a judge has changed: frozen anchors graded again, and compared item by item.

    Without --after, the anchors are graded now, whatever the store has. Exit code 1: an item has drifted;
    3: none has, as far as those tell that could be graded.

    Example: llm-grader drift anchors.jsonl --before frozen-cards.jsonl --model gpt-5-mini

    Example: llm-grader drift --gold gold/ --before frozen-cards.jsonl --model gpt-5-mini

    Example: llm-grader drift --before 3 --after 17 --rubric helpdesk_qa
    """
    from llm_grader.cli.setup.inputs import read_all
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.judge.drift import compare_gradings
    from llm_grader.eval.judge.labelled_set import load_labelled_set
    from llm_grader.rubric.load import load_rubric

    if not before:
        raise UsageError("say with --before what the frozen grading is: number of a run, or file of scorecards")
    if [after is not None, bool(inputs), gold is not None].count(True) != 1:
        raise UsageError("give one of them: --after, the anchors to grade now, or the --gold that they are part of")
    settings = load_settings(
        rubric=rubric, model=model, base_url=base_url, allow_http=allow_http, language=language, store=store
    )
    labelled = None if gold is None else load_labelled_set(gold, rubric, default_rubric=settings.rubric)
    loaded = load_rubric(settings.rubric) if labelled is None else labelled.rubric
    frozen = _cards(before, settings, loaded)
    if after is None:
        anchors = read_all(inputs or []) if labelled is None else _left_alone(labelled)
        both = {transcript.id for transcript in anchors} & {card.transcript_id for card in frozen}
        frozen = [card for card in frozen if card.transcript_id in both]
        new = _graded([transcript for transcript in anchors if transcript.id in both], settings, loaded)
    else:
        new = _cards(after, settings, loaded)
    _warn(frozen, new)
    failed = any(card.status == "error" for card in new)
    found = compare_gradings(frozen, new, loaded, q=level)
    if not failed and not any(item.n or item.lost for item in found):
        raise UsageError(f"{_NOTHING}, {loaded.id}")
    if json:
        for item in found:
            typer.echo(json_module.dumps(asdict(item)))
    else:
        _print(found)
    raise typer.Exit(1 if any(item.drifted for item in found) else _SOME_FAILED if failed else 0)


def _cards(which: str, settings: Settings, rubric: Rubric) -> list[Scorecard]:
    from llm_grader.cli.setup.judging import stored_cards
    from llm_grader.eval.judge.cards_file import read_cards

    cards = list(stored_cards(settings, int(which), rubric) if _RUN.fullmatch(which) else read_cards(Path(which)))
    if other := {card.provenance.rubric_id for card in cards} - {rubric.id}:
        raise UsageError(f"{which} is of the rubric {', '.join(sorted(other))}, expected {rubric.id}: --rubric?")
    return cards


def _left_alone(labelled: LabelledSet) -> list[Transcript]:
    """What is kept from `refine`: whole conversations, and the turns of them that were labelled one by one."""
    from llm_grader.eval.refine.steps import split_transcripts

    labelled.need_transcripts("drift")
    kept, origins = split_transcripts(labelled.transcripts).frozen, labelled.pieces.origins
    parts = [*labelled.transcripts.values(), *labelled.pieces.transcripts.values()]
    return [part for part in parts if origins.get(part.id, (part.id,))[0] in kept]


def _graded(anchors: list[Transcript], settings: Settings, rubric: Rubric) -> list[Scorecard]:
    from llm_grader.cli.setup.judging import Judging

    if not anchors:
        raise UsageError(_NOTHING)
    with Judging(settings, stored=False) as judging:
        return judging.grade(anchors, rubric=rubric)


def _warn(frozen: list[Scorecard], new: list[Scorecard]) -> None:
    """Say on stderr when more than time lies between the two gradings."""
    for name in ("rubric_hash", "prompt_hash", "model"):
        old, now = ({getattr(card.provenance, name) for card in cards} for cards in (frozen, new))
        if old and now and old != now:
            shown = f": {', '.join(sorted(old))}, now {', '.join(sorted(now))}" if name == "model" else ""
            what = name.removesuffix("_hash")
            typer.echo(f"llm-grader: the two were graded with another {what}{shown}: not drift alone", err=True)
    if alone := {card.transcript_id for card in frozen} ^ {card.transcript_id for card in new}:
        typer.echo(f"llm-grader: {len(alone):,} conversations are in one of the gradings alone: left out", err=True)


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.0%})" if part else "0"


def _print(found: tuple[ItemDrift, ...]) -> None:
    from rich.table import Table
    from rich.text import Text

    from llm_grader.cli.terminal.show import stdout_console

    table = Table(box=None, padding=(0, 1))
    for heading in ("item", "anchors", "changed", "only once", "p", "adjusted", ""):
        table.add_column(heading, justify="left" if heading == "item" else "right")
    for item in found:
        shares = _share(item.changed, item.n), _share(item.lost, item.n + item.lost)
        told = Text("drifted" if item.drifted else "", style="red")
        table.add_row(item.item_id, f"{item.n:,}", *shares, f"{item.p:.3f}", f"{item.adjusted:.3f}", told)
    console = stdout_console()
    console.print(table)
    most = max((item.n + item.lost for item in found), default=0)
    if most < _ENOUGH:
        console.print(
            f"{most:,} anchors. Where 8 % flip one way and 2 % the other, 100 anchors show it in half of the cases, "
            f"{_ENOUGH} in 98 %.",
            style="dim",
        )
