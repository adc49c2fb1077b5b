"""Agreement with people of the embedded model, and of models with published answers: tables for a results page.

python -m llm_grader.eval.measured.public_results --gold FOLDER --answers A.jsonl lend_an_ear star=96 politeness_hu

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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr

from llm_grader.errors import GraderError, UsageError
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.judge.report import verdicts_from_labels
from llm_grader.eval.labels.units import Unit
from llm_grader.eval.measured.fit_local import RememberedChoices
from llm_grader.eval.measured.offset_fit import ScoredLabel, leave_one_out
from llm_grader.eval.measured.result_tables import Judged, render_set
from llm_grader.eval.public.sets import PublicSet, read_public_set
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.gateway import Gateway
from llm_grader.local.by_choice import ChoiceAsker
from llm_grader.local.decision import likelier
from llm_grader.local.questions import NO, YES, Conversation, options_of, score_of
from llm_grader.local.server import LocalServer
from llm_grader.verdict import Verdict

_GOLD_BY = {"lend_an_ear": ["expert*"]}
"""Sets in which the labels of some annotators are the gold."""


class Wanted(NamedTuple):
    """A set to report on, and of how many conversations at most."""

    name: str
    most: int | None


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
    return read, labelled.by_annotators(_GOLD_BY[wanted.name]) if wanted.name in _GOLD_BY else labelled


async def ask_set(asker: ChoiceAsker, labelled: LabelledSet) -> dict[Unit, Choice]:
    """The model's answer about every item of every conversation, or turn, of the set."""
    choices: dict[Unit, Choice] = {}
    for transcript in labelled.asked:
        sys.stderr.write(f"{labelled.name} {transcript.id}\n")
        conversation = Conversation(transcript)
        for item in labelled.rubric.items():
            unit = labelled.pieces.unit(transcript.id, item.id)
            if unit is not None:
                choices[unit] = await asker.judge(conversation, item)
    return choices


def decide(labelled: LabelledSet, choices: Mapping[Unit, Choice]) -> dict[Unit, Verdict]:
    """The likelier answers, as a model without fits gives them."""
    decided = {unit: likelier(labelled.rubric.item(unit.item_id), choice) for unit, choice in choices.items()}
    return {
        unit: Verdict(item_id=unit.item_id, label=one.label, confidence=one.confidence) for unit, one in decided.items()
    }


def decide_left_out(labelled: LabelledSet, choices: Mapping[Unit, Choice]) -> dict[Unit, Verdict]:
    """Verdicts on items with two answers, by offsets fitted on the labels of all other conversations."""
    answers, units = [], []
    for label in labelled.labels:
        item, turn = labelled.rubric.item(label.item_id), label.turn if label.item_id in labelled.pieces.items else None
        unit, meanings = Unit(label.transcript_id, item.id, turn), options_of(item)
        if item.scale == "binary" and unit in choices and label.label in meanings.values():
            yes, score = label.label == meanings[YES], score_of(choices[unit])
            answers.append(
                ScoredLabel(
                    unit.transcript_id, item.id, labelled.transcripts[unit.transcript_id].language or "?", score, yes
                )
            )
            units.append((unit, meanings))
    odds = leave_one_out(answers)
    return {
        unit: Verdict(item_id=unit.item_id, label=meanings[YES if more > 0 else NO])
        for (unit, meanings), more in zip(units, odds, strict=True)
    }


def judges_of(model: str, labelled: LabelledSet, choices: Mapping[Unit, Choice]) -> Iterator[Judged]:
    """The model as it is, and with offsets fitted for the set where it has items with two answers."""
    yield Judged(model, decide(labelled, choices))
    if fitted := decide_left_out(labelled, choices):
        yield Judged(f"{model}, offsets fitted on the other conversations", fitted)


def published_verdicts(folder: Path, labelled: LabelledSet) -> list[Judged]:
    """Answers of models that the authors of a set published, where they did: `published_llm_outputs.jsonl`."""
    path = folder / labelled.name / "dev" / "published_llm_outputs.jsonl"
    by_model: dict[str, dict[Unit, str | None]] = {}
    for row in map(json.loads, path.read_text("utf-8").splitlines() if path.exists() else ()):
        if row["transcript_id"] in labelled.transcripts:
            unit = Unit(row["transcript_id"], str(row["item_id"]).replace("-", "_"))
            by_model.setdefault(row["model"], {})[unit] = str(int(row["label"]))
    return [Judged(model, verdicts_from_labels(labels)) for model, labels in sorted(by_model.items())]


async def report(arguments: argparse.Namespace) -> str:
    """The tables of all sets, about which the embedded model is asked.

    Raises:
        GraderError: a set cannot be read, or the model cannot be asked.
    """
    parts = [load_part(wanted, arguments.gold) for wanted in map(_wanted, arguments.sets)]
    with LocalServer() as server:
        key = SecretStr(server.api_key)
        gateway = Gateway(Endpoint(model=server.model_name, base_url=server.base_url, api_key=key, timeout=600))
        choose = RememberedChoices(gateway.choose, server.weights_sha256, arguments.answers)
        tables = []
        for read, labelled in parts:
            asker = ChoiceAsker(choose)
            judges = judges_of(server.model_name, labelled, await ask_set(asker, labelled))
            tables.append(render_set(read, labelled, [*judges, *published_verdicts(arguments.gold, labelled)]))
        await gateway.aclose()
    return "\n".join(tables)


def _wanted(text: str) -> Wanted:
    name, _, most = text.partition("=")
    if most and not most.isdecimal():
        raise UsageError(f"expected NAME or NAME=NUMBER, found {text!r}")
    return Wanted(name, int(most) if most else None)


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m llm_grader.eval.measured.public_results", description=__doc__)
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
