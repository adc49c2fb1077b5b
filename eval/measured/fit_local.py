"""Offsets of the embedded model for one rubric, fitted on labelled conversations.

    python -m llm_grader.eval.measured.fit_local --rubric R --transcripts T.jsonl --labels L.jsonl

Asks the model every labelled question once and keeps its answers in a file, so that fitting again asks nothing; says
how well verdicts agree with the labels of conversations left out of the fit; and puts the offsets into the output file.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr

from llm_grader.asking.messages import LOCAL_TEMPLATES, prompt_hash
from llm_grader.errors import GraderError
from llm_grader.eval.labels.files import read_labels
from llm_grader.eval.measured.offset_fit import POOLED, SPREAD, ScoredLabel, fit_offsets
from llm_grader.eval.measured.offset_report import render_agreement
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.bodies import Message
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.gateway import Gateway
from llm_grader.local.by_choice import YES, ChoiceAsker, Choose, Conversation, options_of, score_of
from llm_grader.local.offsets import (
    ItemOffset,
    Offsets,
    OffsetsFit,
    parse_offsets,
    policy_hash,
    render_offsets,
)
from llm_grader.local.server import LocalServer
from llm_grader.readers.read import read_transcripts
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Item, Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label, LabelSource


class LabelledQuestion(NamedTuple):
    """One item of one transcript, and for each label given to it whether it says Yes."""

    transcript: Transcript
    item: Item
    labels: list[bool]


def find_questions(
    transcripts: Mapping[str, Transcript], labels: Sequence[Label], rubric: Rubric
) -> list[LabelledQuestion]:
    """The questions that the labels answer, sorted by transcript.

    Left out is what the model does not decide by Yes or No: ordinal items, and labels such as not_applicable.
    """
    found: dict[tuple[str, str], LabelledQuestion] = {}
    items = {item.id: item for item in rubric.items() if item.asks_model and item.scale == "binary"}
    for label in labels:
        transcript, item = transcripts.get(label.transcript_id), items.get(label.item_id)
        if transcript is None or item is None or not rubric.in_channel(item, transcript.channel):
            continue
        meanings = options_of(item)
        if label.label in meanings.values():
            question = found.setdefault((transcript.id, item.id), LabelledQuestion(transcript, item, []))
            question.labels.append(label.label == meanings[YES])
    return [found[key] for key in sorted(found)]


async def ask_model(asker: ChoiceAsker, questions: Sequence[LabelledQuestion]) -> list[ScoredLabel]:
    """The model's score for each label of each question, before any offset."""
    answers: list[ScoredLabel] = []
    conversation = None
    for transcript, item, labels in questions:
        if conversation is None or conversation.transcript is not transcript:
            sys.stderr.write(f"{transcript.id}\n")
            conversation = Conversation(transcript)
        score = score_of(await asker.judge(conversation, item))
        answers += [ScoredLabel(transcript.id, item.id, transcript.language or "?", score, yes) for yes in labels]
    return answers


class RememberedChoices:
    """A `choose` that asks nothing twice: what was answered is kept in a file, one JSON object a line.

    Args:
        choose: asks the model.
        model: what tells one model from another, such as the hash of its weights.
        path: the file; None keeps nothing.
    """

    def __init__(self, choose: Choose, model: str, path: Path | None) -> None:
        self._choose = choose
        self._model = model
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path and path.exists() else []
        self._choices = {row["asked"]: Choice.model_validate(row["choice"]) for row in map(json.loads, lines)}

    async def __call__(self, messages: Sequence[Message], options: Sequence[str]) -> Choice:
        """The model's choice, from the file where it is known."""
        content = json.dumps([self._model, list(messages), list(options)], ensure_ascii=False)
        question = hashlib.sha256(content.encode()).hexdigest()
        if question not in self._choices:
            self._choices[question] = await self._choose(messages, options)
            if self._path:
                row = {"asked": question, "choice": self._choices[question].model_dump(mode="json")}
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
        return self._choices[question]


def offsets_of(answers: Sequence[ScoredLabel], rubric: Rubric, provenance: OffsetsFit) -> Offsets:
    """The offsets of one rubric, fitted on all of `answers`."""
    fit = fit_offsets(answers)
    items = {
        item_id: ItemOffset(
            offset=round(offset, 4), policy=policy_hash(rubric.item(item_id)), labels=fit.labels[item_id]
        )
        for item_id, offset in fit.offsets.items()
    }
    return Offsets(items=items, default=round(fit.default, 4), slope=round(fit.slope, 4), provenance=provenance)


def weakest_source(labels: Sequence[Label]) -> LabelSource:
    """The source of labels, as a careful reader would say it: `human` only if all of them are."""
    sources = {label.label_source for label in labels}
    weakness: tuple[LabelSource, ...] = ("synthetic", "llm", "human")
    return next(source for source in weakness if source in sources)


async def fit_rubric(
    arguments: argparse.Namespace, open_server: Callable[..., LocalServer] = LocalServer
) -> tuple[Rubric, Offsets]:
    """The rubric and its offsets: the model is asked, and how well it agrees with the labels is printed.

    Raises:
        GraderError: an input is wrong, or the model cannot be asked.
    """
    rubric = load_rubric(arguments.rubric)
    labels = read_labels(arguments.labels, rubric=rubric)
    transcripts = {t.id: t for t in read_transcripts(arguments.transcripts)}
    with open_server(context_tokens=arguments.context) as server:
        key = SecretStr(server.api_key)
        gateway = Gateway(Endpoint(model=server.model_name, base_url=server.base_url, api_key=key, timeout=600))
        choose = RememberedChoices(gateway.choose, server.weights_sha256, arguments.answers)
        asker = ChoiceAsker(choose, language=arguments.language)
        answers = await ask_model(asker, find_questions(transcripts, labels, rubric))
        await gateway.aclose()
        weights_sha256 = server.weights_sha256
    sys.stdout.write(f"{rubric.id}\n{render_agreement(answers)}")
    provenance = OffsetsFit(
        weights_sha256=weights_sha256,
        prompt_hash=prompt_hash(*LOCAL_TEMPLATES),
        rubric_hash=rubric.content_hash(),
        data_hash=hashlib.sha256(arguments.transcripts.read_bytes() + arguments.labels.read_bytes()).hexdigest(),
        label_source=weakest_source(labels),
        language=arguments.language,
        transcripts=len({answer.transcript_id for answer in answers}),
        labels=len(answers),
        method=f"as many Yes as labelled, pooled with {POOLED} labels of a logistic regression of spread {SPREAD}",
        fitted_on=datetime.now(UTC).date(),
    )
    return rubric, offsets_of(answers, rubric, provenance)


def main(argv: Sequence[str] | None = None, *, open_server: Callable[..., LocalServer] = LocalServer) -> int:
    """The command line; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m llm_grader.eval.measured.fit_local", description=__doc__)
    parser.add_argument("--rubric", required=True, help="id of a packaged rubric, or the path of one")
    parser.add_argument("--transcripts", type=Path, required=True, help="canonical transcripts, JSONL")
    parser.add_argument("--labels", type=Path, required=True, help="labels for the rubric, JSONL or CSV")
    parser.add_argument("--answers", type=Path, help="file that keeps the model's answers")
    parser.add_argument("--out", type=Path, help="offsets file: the rubric's part is replaced, others stay")
    parser.add_argument("--language", default="en", help="language of the questions' wording")
    parser.add_argument("--context", type=int, default=8192, help="context of the model, in tokens")
    arguments = parser.parse_args(argv)
    try:
        rubric, offsets = asyncio.run(fit_rubric(arguments, open_server))
        if arguments.out:
            before = parse_offsets(arguments.out.read_text("utf-8")) if arguments.out.exists() else {}
            arguments.out.write_text(render_offsets({**before, rubric.id: offsets}), "utf-8")
    except GraderError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
