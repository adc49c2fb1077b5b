"""`llm-grader audit sample`: draw what people are to label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.transcript import Transcript
    from llm_grader.verdict import Scorecard

Texts = Annotated[
    list[str] | None,
    typer.Argument(help="The conversations, where the store does not keep them.", metavar="[INPUT…]"),
]


def sample(
    gold: Annotated[Path, typer.Option("--gold", help="The folder to begin.", file_okay=False)],
    inputs: Texts = None,
    run: Annotated[int | None, typer.Option("--run", help="Draw from this run. [latest result of each]")] = None,
    random: Annotated[
        int | None, typer.Option("--random", help="Drawn at random. [planned by how common labels are]", min=1)
    ] = None,
    uncertain: Annotated[int, typer.Option("--uncertain", help="The most doubtful of the rest.", min=0)] = 30,
    critical: Annotated[str, typer.Option("--critical", help="Critical failures of the rest, or all.")] = "all",
    per_item_rare: Annotated[
        int | None, typer.Option("--per-item-rare", help="Conversations that the rarer label of each item is to have.")
    ] = None,
    overlap: Annotated[
        int | None, typer.Option("--overlap", help="Of the random ones, how many two people label.", min=0)
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed draws the same.")] = 0,
    rubric: options.Rubric = None,
    store: options.StoreFile = None,
) -> None:
    """Draw conversations for people to label, and begin a gold folder with them.

    Only those at random say how common something is: bias and corrected pass rates rest on them alone. The others are
    there since a random sample has too few failures. Whoever labels sees neither.

    Example: llm-grader audit sample --gold gold/ --random 150 --overlap 60

    Example: llm-grader audit sample inbox/ --gold gold/ --run 17 --critical 20 --seed 3
    """
    from dataclasses import replace

    from llm_grader.cli.setup.judging import stored_cards
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.sampling.draw import draw_sample, planned_sizes
    from llm_grader.eval.sampling.folder import begin_gold, check_new
    from llm_grader.rubric.load import load_rubric, read_rubric_text

    settings = load_settings(rubric=rubric, store=store)
    check_new(gold)
    loaded = load_rubric(settings.rubric)
    cards = list(stored_cards(settings, run, loaded))
    given = {"random": random, "rare": per_item_rare, "overlap": overlap}
    sizes = replace(
        planned_sizes(cards, loaded, thresholds=settings.thresholds),
        uncertain=uncertain,
        critical=_number_or_all(critical),
        **{name: value for name, value in given.items() if value is not None},
    )
    drawn = draw_sample(cards, loaded, sizes, seed=seed)
    texts = _texts([one.transcript_id for one in drawn], settings, inputs or [])
    begin_gold(gold, drawn, texts, read_rubric_text(settings.rubric)[1])
    _tell(gold, Counter(one.stratum for one in drawn), sum(one.overlap for one in drawn), cards)


def _number_or_all(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal():
        raise UsageError(f"--critical: expected a number or all, found {text!r}")
    return int(text)


def _texts(ids: Iterable[str], settings: Settings, inputs: list[str]) -> dict[str, Transcript]:
    """The conversations by id: those of INPUT, and the latest that the store keeps of the others."""
    from llm_grader.cli.setup.inputs import read_all
    from llm_grader.store.conversations import read_conversations
    from llm_grader.store.store import Store

    found = {transcript.id: transcript for transcript in (read_all(inputs) if inputs else [])}
    with Store(settings.store) as opened:
        for id_ in ids:
            if id_ not in found and (kept := next(read_conversations(opened, id_), None)) is not None:
                found[id_] = kept
    return found


def _tell(gold: Path, strata: Counter[str], twice: int, cards: list[Scorecard]) -> None:
    listed = ", ".join(f"{count:,} {name}" for name, count in strata.most_common())
    typer.echo(
        f"{gold}: {strata.total():,} of {len(cards):,} conversations to label: {listed}; {twice:,} by two people",
        err=True,
    )
