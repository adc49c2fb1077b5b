"""How well the embedded model, and models whose answers were published, agree with people: tables for a results page.

python -m llm_grader.eval.public_results --gold FOLDER --answers A.jsonl lend_an_ear star=96 politeness_hu

Each set is a folder of FOLDER in the shape that `public_sets` reads; `=96` takes 96 of its conversations, chosen by a
hash of their ids. The model is asked for labels alone, without quotes. Its answers are kept in a file, so that what was
asked once is not asked again. Markdown goes to standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from math import isnan
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import SecretStr

from llm_grader.choices import ChoiceAsker, Conversation
from llm_grader.endpoint import Endpoint
from llm_grader.errors import GraderError, UsageError
from llm_grader.eval.bootstrap import Interval, cluster_bootstrap
from llm_grader.eval.fit_local import RememberedChoices
from llm_grader.eval.item_answers import ItemAnswers, Unit, Verdicts, collect_answers
from llm_grader.eval.labelled_set import LabelledSet
from llm_grader.eval.public_sets import PublicSet, read_public_set
from llm_grader.eval.rank_correlation import spearman
from llm_grader.eval.ratings import FloatArray, agreement_weights
from llm_grader.eval.report_items import ItemRow, report_items, verdicts_from_labels
from llm_grader.eval.two_raters import kappa_of_tables
from llm_grader.gateway import Gateway
from llm_grader.local import LocalServer
from llm_grader.rubric import Item
from llm_grader.verdict import MET, Label, Verdict

_SEED = 20_26
_GOLD_BY = {"lend_an_ear": ["expert*"]}
"""Sets in which the labels of some annotators are the gold."""


class Wanted(NamedTuple):
    """A set to report on, and of how many conversations at most."""

    name: str
    most: int | None


class Judged(NamedTuple):
    """The verdicts of one judge on a set."""

    judge: str
    verdicts: Verdicts


def load_part(wanted: Wanted, gold: Path) -> tuple[PublicSet, LabelledSet]:
    """A set, and its labels and conversations as far as they are wanted.

    Raises:
        UsageError: it has neither labels nor values.
        InputError: a file is missing or wrong.
    """
    read = read_public_set(wanted.name, gold)
    if read.rubric is None:
        raise UsageError(f"{wanted.name} has no labels")
    ids = sorted(read.transcripts, key=lambda id_: hashlib.sha256(id_.encode()).hexdigest())[: wanted.most]
    kept = {id_: read.transcripts[id_] for id_ in ids}
    labels = tuple(label for label in read.labels if label.transcript_id in kept)
    labelled = LabelledSet(wanted.name, read.rubric, kept, labels)
    return read, labelled.said_by(_GOLD_BY[wanted.name]) if wanted.name in _GOLD_BY else labelled


async def judge_set(asker: ChoiceAsker, labelled: LabelledSet) -> dict[Unit, Verdict]:
    """The model's label for every item of every conversation, or turn, of the set."""
    verdicts: dict[Unit, Verdict] = {}
    for transcript in labelled.asked:
        sys.stderr.write(f"{labelled.name} {transcript.id}\n")
        conversation = Conversation(transcript)
        for item in labelled.rubric.items():
            unit = labelled.pieces.unit(transcript.id, item.id)
            if unit is not None:
                label, confidence = asker.decide(item, await asker.judge(conversation, item))
                verdicts[unit] = Verdict(item_id=item.id, label=label, confidence=confidence)
    return verdicts


def published_verdicts(folder: Path, labelled: LabelledSet) -> list[Judged]:
    """What the authors of a set published of models' answers, where they did: `published_llm_outputs.jsonl`."""
    path = folder / labelled.name / "dev" / "published_llm_outputs.jsonl"
    by_model: dict[str, dict[Unit, str | None]] = {}
    for row in map(json.loads, path.read_text("utf-8").splitlines() if path.exists() else ()):
        if row["transcript_id"] in labelled.transcripts:
            unit = Unit(row["transcript_id"], str(row["item_id"]).replace("-", "_"))
            by_model.setdefault(row["model"], {})[unit] = str(int(row["label"]))
    return [Judged(model, verdicts_from_labels(labels)) for model, labels in sorted(by_model.items())]


def mean_kappa(labels: Sequence[Label], verdicts: Verdicts, items: Sequence[Item]) -> Interval:
    """κ averaged over the items, quadratic on a scale; its interval resamples transcripts for all items at once."""
    answers = [collect_answers(labels, verdicts, item) for item in items]
    names = sorted({unit.transcript_id for found in answers for unit in found.units})
    tables = [_tables(found, names) for found in answers]
    ends = np.cumsum([table.shape[1] for table in tables])[:-1]

    def statistic(sums: FloatArray) -> FloatArray:
        found = zip(np.split(sums, ends, axis=1), items, strict=True)
        return np.asarray(np.mean([_kappas(part, item) for part, item in found], axis=0), dtype=np.float64)

    return cluster_bootstrap(statistic, np.concatenate(tables, axis=1), seed=_SEED)


def _kappas(tables: FloatArray, item: Item) -> FloatArray:
    k = len(item.levels)
    weights = agreement_weights("quadratic" if item.scale != "binary" else None, list(range(k)))
    return kappa_of_tables(tables.reshape(-1, k, k), weights)


def _tables(found: ItemAnswers, names: Sequence[str]) -> FloatArray:
    """Gold × judge for each of `names`, flat."""
    index = {name: i for i, name in enumerate(names)}
    sums = np.zeros((len(names), len(found.item.levels) ** 2))
    crossed = (found.gold[:, :, None] * found.judge[:, None, :]).reshape(len(found.units), -1)
    np.add.at(sums, [index[unit.transcript_id] for unit in found.units], crossed)
    return sums


def render_set(read: PublicSet, labelled: LabelledSet, judges: Iterable[Judged]) -> str:
    """The tables of one set: a line for each item of each judge."""
    lines = [f"### {read.name}", ""]
    for judge, verdicts in judges:
        if labelled.labels:
            lines += [*_agreement_table(labelled, judge, verdicts), ""]
        if read.values:
            lines += [*_order(read, judge, verdicts), ""]
    return "\n".join(lines)


def _agreement_table(labelled: LabelledSet, judge: str, verdicts: Verdicts) -> list[str]:
    items = [item for item in labelled.rubric.items() if any(label.item_id == item.id for label in labelled.labels)]
    rows = report_items(labelled.labels, verdicts, items, seed=_SEED)
    mean = mean_kappa(labelled.labels, verdicts, items)
    return [
        f"**{judge}**, mean κ {_interval(mean)} over {len(items)} items, {mean.n} conversations:",
        "",
        "| item | n | gold | κ | AC | bias | α of people | κ of people |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_line(row, item) for row, item in zip(rows, items, strict=True)),
    ]


def _line(row: ItemRow, item: Item) -> str:
    found = row.figures
    most = max(range(len(found.levels)), key=lambda i: found.prevalence[i])
    named = found.levels.index(MET) if item.scale == "binary" else most
    share = f"{found.prevalence[named]:.0%} `{found.levels[named]}`"
    source = "" if found.source == "human" else f" ({found.source})"
    cells = (
        f"`{found.item_id}`{source}",
        str(found.scored),
        share,
        _interval(found.kappa),
        _interval(found.ac),
        _interval(found.bias),
        _figure(found.human_alpha.estimate),
        _figure(found.human_kappa.estimate),
    )
    return f"| {' | '.join(cells)} |"


def _order(read: PublicSet, judge: str, verdicts: Verdicts) -> list[str]:
    lines = []
    for item in read.rubric.items() if read.rubric else ():
        units = [u for u in read.values if u.item_id == item.id and (v := verdicts.get(u)) and v.label in item.levels]
        said = [float(item.levels.index(str(verdicts[unit].label))) for unit in units]
        found = spearman([read.values[u] for u in units], said, clusters=[u.transcript_id for u in units], seed=_SEED)
        lines.append(f"**{judge}**, `{item.id}`: ρ with the mean of people {_interval(found)}, n = {len(units)}.")
    return lines


def _interval(found: Interval) -> str:
    if isnan(found.estimate):
        return "–"
    return f"{_figure(found.estimate)} ({_figure(found.low)} to {_figure(found.high)})"


def _figure(value: float) -> str:
    return "–" if isnan(value) else f"{value + 0.0:z.2f}".replace("-", "−").replace("0.", ".", 1)


async def report(arguments: argparse.Namespace) -> str:
    """Ask the embedded model about all sets, and render the tables.

    Raises:
        GraderError: a set cannot be read, or the model cannot be asked.
    """
    parts = [load_part(wanted, arguments.gold) for wanted in map(_wanted, arguments.sets)]
    with LocalServer() as server:
        key = SecretStr(server.api_key)
        gateway = Gateway(Endpoint(model=server.model_name, base_url=server.base_url, api_key=key, timeout=600))
        asker = ChoiceAsker(RememberedChoices(gateway.choose, server.weights_sha256, arguments.answers))
        told = []
        for read, labelled in parts:
            local = Judged(server.model_name, await judge_set(asker, labelled))
            told.append(render_set(read, labelled, [local, *published_verdicts(arguments.gold, labelled)]))
        await gateway.aclose()
    return "\n".join(told)


def _wanted(text: str) -> Wanted:
    name, _, most = text.partition("=")
    if most and not most.isdecimal():
        raise UsageError(f"expected NAME or NAME=NUMBER, found {text!r}")
    return Wanted(name, int(most) if most else None)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m llm_grader.eval.public_results", description=__doc__)
    parser.add_argument("sets", nargs="+", help="name of a public set, or NAME=NUMBER for a part of it")
    parser.add_argument("--gold", type=Path, required=True, help="folder in which the sets lie")
    parser.add_argument("--answers", type=Path, help="file that keeps the model's answers")
    arguments = parser.parse_args(argv)
    try:
        sys.stdout.write(asyncio.run(report(arguments)))
    except GraderError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
