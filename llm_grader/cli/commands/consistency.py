"""`llm-grader consistency`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import GraderError, UsageError

if TYPE_CHECKING:
    from rich.text import Text

    from llm_grader.cli.setup.settings import Settings
    from llm_grader.corpus.pairs import Pair, PairJudge, PairVerdict, Side
    from llm_grader.corpus.verdict import Consistency
    from llm_grader.gateway.gateway import Gateway

_SOME_FAILED = 3
_SHOWN_ALIKE = 5


@options.grouped
def consistency(
    *,
    source: options.InputFlags,
    rubric: Annotated[
        str, typer.Option("--rubric", "-r", help="Rubric with an item that is judged over many conversations.")
    ] = "service_standards",
    item: Annotated[str | None, typer.Option("--item", help="That item, where there are several.")] = None,
    max_pairs: Annotated[
        int,
        typer.Option(
            help="Ask about this many pairs at most, the most similar first; a conversation is in two of them, and in "
            "more only where that leaves room.",
            min=1,
        ),
    ] = 100,
    endpoint: options.EndpointFlags,
    languages: options.LanguageFlags,
    concurrency: Annotated[int | None, options.setting("concurrency", help="Pairs in flight at most.")] = None,
    limits: options.LimitFlags,
    redact: options.Redact = None,
    limit: Annotated[int | None, typer.Option(help="Read only the first N transcripts.", min=1)] = None,
    dry_run: options.DryRun = False,
    json: options.Json = False,
) -> None:
    """Find the same question with different answers: pairs of conversations, with the words of both.

    Pairs in which customers use similar words are found without a model, and each takes one request. The verdict is
    not_met as soon as two customers were told different things, met where at least 10 pairs were answered alike, and
    cannot_assess otherwise. Nothing is stored.

    Example: llm-grader consistency inbox/ --model gpt-6-luna --max-pairs 50

    Example: llm-grader consistency chats.jsonl --model gpt-6-luna --dry-run
    """
    from llm_grader.cli.setup.inputs import Inputs
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.corpus.pairs import PairJudge, find_pairs
    from llm_grader.corpus.verdict import corpus_item, judge_consistency
    from llm_grader.rubric.load import load_rubric

    settings = load_settings(endpoint, languages, limits, concurrency=concurrency, redact=redact)
    if settings.endpoint.is_local:
        raise UsageError("--model local: the embedded model cannot compare conversations; name a model of an endpoint")
    judged = corpus_item(load_rubric(rubric), item)
    gateway = _gateway(settings)
    judge = PairJudge(
        gateway,
        judged,
        language=settings.language or "en",
        reason_language=settings.reason_language,
        redact=settings.redact,
    )
    transcripts = Inputs(source.inputs, source.reading(), limit=limit)
    conversations, pairs = find_pairs(transcripts.check(), transcripts.again, most=max_pairs)
    _notify(f"{conversations} conversations, {len(pairs)} pairs to ask about")
    if dry_run:
        _print_estimate(gateway, judge, conversations, pairs, as_json=json)
        raise typer.Exit(_SOME_FAILED if transcripts.unreadable else 0)
    verdicts, interrupted, stopped = _run(gateway, judge, pairs, settings.concurrency)
    found = judge_consistency(judged, verdicts, conversations=conversations)
    typer.echo(found.model_dump_json()) if json else _print(found)
    if stopped is not None:
        raise stopped
    failed = transcripts.unreadable or any(verdict.status != "ok" for verdict in verdicts)
    raise typer.Exit(interrupted or (_SOME_FAILED if failed else 0))


def _gateway(settings: Settings) -> Gateway:
    from llm_grader.cli.setup.judging import budget_of
    from llm_grader.gateway.gateway import Gateway

    return Gateway(settings.endpoint, budget=budget_of(settings), notify=_notify)


def _notify(line: str) -> None:
    typer.echo(line, err=True)


def _print_estimate(
    gateway: Gateway, judge: PairJudge, conversations: int, pairs: Sequence[Pair], *, as_json: bool
) -> None:
    from llm_grader.cli.terminal.show import print_estimate
    from llm_grader.corpus.pairs import PairAnswer
    from llm_grader.gateway.estimates import estimate_of
    from llm_grader.usage import Usage

    usage = sum((estimate_of(judge.render(pair), PairAnswer, gateway.endpoint) for pair in pairs), Usage())
    print_estimate({"transcripts": conversations, "pairs": len(pairs)}, usage, as_json=as_json)


def _run(
    gateway: Gateway, judge: PairJudge, pairs: Sequence[Pair], concurrency: int
) -> tuple[list[PairVerdict], int | None, GraderError | None]:
    """Ask about all pairs; also the exit code of a signal and what stopped the run, None where there was none."""
    from llm_grader.cli.terminal.interrupts import Interrupts
    from llm_grader.grader.pool import run_pool

    interrupts = Interrupts(_notify, gateway.finish, stored=False)
    verdicts: list[PairVerdict] = []

    async def compared() -> AsyncIterator[PairVerdict]:
        gateway.start_run(concurrency)
        left = interrupts.until_stopped(pairs)
        async for verdict in run_pool(judge.judge, left, workers=min(concurrency, len(pairs))):
            yield verdict

    stopped = interrupts.run(compared(), verdicts.append, close=gateway.aclose) if pairs else None
    return verdicts, interrupts.exit_code, stopped


def _print(found: Consistency) -> None:
    from llm_grader.cli.terminal.show import stdout_console

    console = stdout_console()
    console.print(f"{found.verdict.item_id}: {found.verdict.label}", style="bold", markup=False)
    console.print(
        f"{found.verdict.reason} ({len(found.pairs)} pairs asked about, {found.same_question} with the same question, "
        f"{sum(pair.status != 'ok' for pair in found.pairs)} to review)",
        markup=False,
    )
    for line in _lines(found):
        console.print(line)


def _lines(found: Consistency) -> Iterator[Text]:
    """The pairs with different answers, and some with the same."""
    from rich.text import Text

    different = [pair for pair in found.pairs if pair.same_answer is False]
    alike = [pair for pair in found.pairs if pair.same_answer is True]
    for title, pairs in (("different answers", different), ("the same answer", alike[:_SHOWN_ALIKE])):
        for number, pair in enumerate(pairs, 1):
            yield Text(f"\n{title}, {number} of {len(different if pairs is different else alike)}")
            yield _render_side(pair.a)
            yield _render_side(pair.b)
            yield Text(f"  {_safe(pair.reason)}", style="dim")


def _render_side(side: Side) -> Text:
    from rich.text import Text

    agent = f" ({side.agent})" if side.agent else ""
    question, answer = (" … ".join(evidence.quote for evidence in part) for part in (side.question, side.answer))
    turn = side.answer[0].turn if side.answer else "-"
    return Text(_safe(f"  {side.transcript_id}{agent}: “{question}” → “{answer}” [turn {turn}]"))


def _safe(text: str) -> str:
    from llm_grader.cli.terminal.show import printable

    return printable(text)
