"""`llm-grader audit sample`: draw what people are to label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.audit.team import Team
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.eval.labels.sample import Drawn
    from llm_grader.eval.sampling.draw import SampleSizes, SpreadOver
    from llm_grader.transcript import Transcript
    from llm_grader.verdict import Scorecard

_MOST_NAMED = 8

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
        str | None, typer.Option("--overlap", help="Of the random ones, how many (60) or which share (40%) go to two.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="A,B", help="Spread the random ones over agent, team, channel, language and week."
        ),
    ] = None,
    extend: Annotated[
        bool,
        typer.Option("--extend", help="Draw more into the folder: --random and --overlap say what it then has."),
    ] = False,
    annotators: Annotated[
        str | None, typer.Option("--annotators", metavar="A,B", help="Who labels: the conversations are shared out.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed draws the same.")] = 0,
    rubric: options.Rubric = None,
    store: options.StoreFile = None,
) -> None:
    """Draw conversations for people to label, and begin a gold folder with them.

    Only those at random say how common something is: bias and corrected pass rates rest on them alone. The others are
    there since a random sample has too few failures. Whoever labels sees neither. With --by each agent, week and so on
    has its share of the random ones, and every conversation still the same chance.

    Example: llm-grader audit sample --gold gold/ --random 150 --overlap 60 --annotators anna,ben

    Example: llm-grader audit sample --gold gold/ --random 200 --overlap 40% --by agent,channel

    Example: llm-grader audit sample --gold gold/ --extend --random 320 --overlap 320

    Example: llm-grader audit sample --gold gold/ --extend --overlap 120

    Example: llm-grader audit sample inbox/ --gold gold/ --run 17 --critical 20 --seed 3
    """
    from dataclasses import replace

    from llm_grader.audit.team import write_team
    from llm_grader.cli.setup.judging import stored_cards
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.eval.sampling.draw import draw_sample, planned_sizes
    from llm_grader.eval.sampling.folder import begin_gold, check_new
    from llm_grader.rubric.load import load_rubric, read_rubric_text

    settings = load_settings(rubric=rubric, store=store)
    if extend:
        _extend(gold, settings, inputs or [], run=run, random=random, overlap=overlap)
        return
    check_new(gold)
    team = None if annotators is None else _new_team(gold, _names(annotators))
    spread = _spread(by)
    loaded = load_rubric(settings.rubric)
    cards = list(stored_cards(settings, run, loaded))
    planned = planned_sizes(cards, loaded, thresholds=settings.thresholds)
    given = {"random": random, "rare": per_item_rare, "uncertain": uncertain}
    wanted = replace(
        planned,
        critical=_number_or_all(critical),
        **{name: number for name, number in given.items() if number is not None},
    )
    wanted = replace(wanted, random=_of_those_there(wanted.random, cards))
    sizes = _with_overlap(wanted, overlap, team)
    drawn = draw_sample(cards, loaded, sizes, by=spread, seed=seed)
    texts = _texts([one.transcript_id for one in drawn], settings, inputs or [])
    begin_gold(gold, drawn, texts, read_rubric_text(settings.rubric)[1])
    _tell(gold, drawn, len(cards))
    if spread:
        _tell_groups(cards, drawn, spread)
    if team is not None:
        _tell_team(write_team(gold, team), team, drawn)


def _extend(
    gold: Path, settings: Settings, inputs: list[str], *, run: int | None, random: int | None, overlap: str | None
) -> None:
    from llm_grader.cli.setup.judging import stored_cards
    from llm_grader.eval.labels.sample import FILE, read_sample
    from llm_grader.eval.sampling.extend import extend_sample
    from llm_grader.eval.sampling.folder import RUBRIC, extend_gold
    from llm_grader.rubric.load import load_rubric

    if random is None and overlap is None:
        raise UsageError(
            "--extend: say with --random how many are to be at random in all, or with --overlap how many by two"
        )
    there = read_sample(gold / FILE)
    cards = list(stored_cards(settings, run, load_rubric(gold / RUBRIC)))
    now = sum(one.stratum == "random" for one in there.values())
    whole = _of_those_there(random, cards) if random is not None and random > now else now
    twice = None if overlap is None else _share_or_number(overlap, whole)
    drawn = extend_sample(there, cards, random=random, overlap=twice)
    new = [one.transcript_id for one in drawn if one.transcript_id not in there]
    texts = _texts(new, settings, inputs)
    if missing := [id_ for id_ in new if id_ not in texts]:
        raise UsageError(f"{len(missing):,} of the conversations drawn are not kept in the store: give them as INPUT")
    extend_gold(gold, drawn, [texts[id_] for id_ in new])
    _tell(gold, drawn, len(cards))
    typer.echo(f"{len(new):,} are new: start `llm-grader audit serve` anew to label them", err=True)


def _of_those_there(random: int, cards: Sequence[Scorecard]) -> int:
    """How many can be drawn at random; fewer than are wanted is told."""
    from llm_grader.eval.sampling.draw import could_be_drawn

    there = sum(map(could_be_drawn, cards))
    if random > there:
        text = f"{random:,} are to be drawn at random, and the store has {there:,} that were graded: all are drawn"
        typer.echo(f"llm-grader: {text}", err=True)
    return min(random, there)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _spread(by: str | None) -> tuple[SpreadOver, ...]:
    from llm_grader.eval.sampling.draw import SpreadOver

    known: tuple[SpreadOver, ...] = get_args(SpreadOver)
    for name in (names := _names(by or "")):
        if name not in known:
            raise UsageError(f"--by: expected some of {', '.join(known)}, found {name!r}")
    return tuple(one for name in dict.fromkeys(names) for one in known if one == name)


def _with_overlap(sizes: SampleSizes, overlap: str | None, team: Team | None) -> SampleSizes:
    """The sizes with the overlap asked for; nobody labels twice where there is but one person."""
    from dataclasses import replace

    alone = team is not None and len(team.people) == 1
    twice = _share_or_number(overlap, sizes.random) if overlap is not None else 0 if alone else sizes.overlap
    if alone and twice:
        raise UsageError("--overlap: two people have to share it: name them with --annotators")
    return replace(sizes, overlap=twice)


def _share_or_number(text: str, whole: int) -> int:
    number = text.removesuffix("%").strip()
    if not number.isdecimal() or (text.endswith("%") and int(number) > 100):
        raise UsageError(f"--overlap: expected a number or a share such as 40%, found {text!r}")
    return round(whole * int(number) / 100) if text.endswith("%") else int(number)


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


def _tell(gold: Path, drawn: Sequence[Drawn], graded: int) -> None:
    strata = Counter(one.stratum for one in drawn)
    listed = ", ".join(f"{count:,} {name}" for name, count in strata.most_common())
    twice = sum(one.overlap for one in drawn)
    typer.echo(
        f"{gold}: {len(drawn):,} of {graded:,} conversations to label: {listed}; {twice:,} by two people", err=True
    )


def _tell_groups(cards: Sequence[Scorecard], drawn: Sequence[Drawn], by: Sequence[SpreadOver]) -> None:
    """Say which groups have no conversation at random: nothing is known of them alone."""
    from llm_grader.eval.sampling.draw import group_of_card

    at_random = {one.transcript_id for one in drawn if one.stratum == "random"}
    all_ = Counter(group_of_card(card, by) for card in cards)
    with_some = {group_of_card(card, by) for card in cards if card.transcript_id in at_random}
    lacking = [" · ".join(group) for group in sorted(all_) if group not in with_some]
    named = f"; none of {', '.join(lacking[:_MOST_NAMED])}{', …' if len(lacking) > _MOST_NAMED else ''}"
    typer.echo(f"{len(with_some):,} of {len(all_):,} groups have some at random{named if lacking else ''}", err=True)


def _new_team(gold: Path, names: list[str]) -> Team:
    """The people named, as auditors.

    Raises:
        UsageError: a name is not fit, stands twice, or the folder has a team already.
    """
    from pydantic import ValidationError

    from llm_grader.audit.team import Team, TeamMember, team_file

    if team_file(gold).exists():
        raise UsageError(f"{team_file(gold)} says who takes part: leave out --annotators, or remove that file")
    try:
        return Team(people=tuple(TeamMember(name=name) for name in names))
    except ValidationError:
        raise UsageError(
            "--annotators: expected different names of 1 to 40 letters, digits, dots and dashes, such as anna,ben"
        ) from None


def _tell_team(path: Path, team: Team, drawn: Sequence[Drawn]) -> None:
    from llm_grader.audit.folder import SampledRow
    from llm_grader.audit.queue import assignees

    rows = [SampledRow(transcript_id=one.transcript_id, overlap=one.overlap, seed=one.seed) for one in drawn]
    shares = Counter(name for row in rows for name in assignees(row, team.auditors))
    listed = ", ".join(f"{name} {shares[name]:,}" for name in team.auditors)
    typer.echo(f"{path}: {listed}; add a lead there, such as {{name: lea, role: lead}}", err=True)
