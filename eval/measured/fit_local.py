"""Fits of the embedded model for the packaged rubrics, made on conversations labelled by two readers.

    python -m llm_grader.eval.measured.fit_local --gold eval/gold/service --answers A.jsonl --out FITS.json

Looks for each item's cue, asks the model every labelled question once and keeps its answers in a file, so that fitting
again asks nothing. Where the readers differ the label is left out. Prints, for each item and for each cue, how well
verdicts agree with the labels of conversations left out of the fit; puts the fits into the output file.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr, TypeAdapter

from llm_grader.asking.messages import LOCAL_TEMPLATES, prompt_hash
from llm_grader.errors import GraderError
from llm_grader.eval.labels.gold import Gold, read_gold
from llm_grader.eval.measured.fit_report import agreement_apart, agreement_of, render_fits_table
from llm_grader.eval.measured.item_fit import DIVISIONS, FOLDS, SPREAD, Known, Labelled, fit_item, left_out
from llm_grader.files.yaml_strict import load_yaml
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.bodies import Message
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.gateway import Gateway
from llm_grader.local.by_choice import ChoiceAsker, lacks_words
from llm_grader.local.fits import FitOrigin, Fits, ItemFit, QuotesRead, render_fits
from llm_grader.local.questions import Choose, Conversation, score_of
from llm_grader.local.server import LocalServer
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import Item, Rubric
from llm_grader.signals.cues.packaged import cues_hash, load_cues, showing
from llm_grader.signals.cues.worth import CueWorth, render_worth
from llm_grader.verdict import MET, NOT_MET, Label, LabelSource

SEED = 20_26
TRIED = "phrases_tried"
"""The mark in a conversation's metadata that phrases of cues were tried on it while they were written."""
METHOD = (
    f"logistic regression by item, prior of standard deviation {SPREAD}; "
    f"κ over {FOLDS} parts left out, divided {DIVISIONS} times"
)
_LEAST_LABELS = 20
_QUOTES = Path(__file__).parent / "quotes_read.yaml"


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


def agreed_labels(gold: Gold, rubric: Rubric) -> list[tuple[Item, dict[str, bool]]]:
    """Each item, and conversation → whether it is met, where all readers say the same, and say met or not_met.

    Items with other answers than these two, and those that need audio, are left out.
    """
    given: dict[tuple[str, str], set[str]] = {}
    for label in gold.labels:
        given.setdefault((label.item_id, label.transcript_id), set()).add(label.label)
    found: dict[str, dict[str, bool]] = {}
    for (item_id, transcript_id), labels in sorted(given.items()):
        if labels in ({MET}, {NOT_MET}):
            found.setdefault(item_id, {})[transcript_id] = labels == {MET}
    items = [item for item in rubric.items() if item.asks_model and item.scale == "binary" and item.judged != "audio"]
    return [(item, found[item.id]) for item in items if item.id in found]


async def know(
    asker: ChoiceAsker | None,
    gold: Gold,
    rubric: Rubric,
    asked: Callable[[Item], bool] = lambda _: True,
    by_turns: Callable[[Item], bool] = lambda _: False,
) -> list[Labelled]:
    """What is known of each labelled item, doubtful words aside; without an asker, and if not `asked`, no score.

    Items `by_turns` are asked turn by turn.
    """
    labels = agreed_labels(gold, rubric)
    rows: dict[str, list[Known]] = {item.id: [] for item, _ in labels}
    doubtful = Counter[str]()
    for transcript in gold.transcripts.values():
        conversation = Conversation(transcript)
        these = [item for item, met in labels if transcript.id in met]
        turns = await asker.judge_turns(conversation, [item for item in these if by_turns(item)]) if asker else {}
        for item, met in labels:
            if item not in these:
                continue
            if conversation.doubt(item):
                doubtful[item.id] += 1
                continue
            score = score_of(await asker.judge(conversation, item)) if asker and asked(item) else None
            language = "en" if conversation.in_english else transcript.language or "?"
            found = conversation.found(item)
            tried = bool(transcript.metadata.get(TRIED))
            lacking = tuple(label for label in (MET, NOT_MET) if lacks_words(conversation, item, label))
            by_turn = turns[item.id].score if item.id in turns else None
            rows[item.id].append(
                Known(transcript.id, language, score, found, met[transcript.id], tried, lacking, by_turn)
            )
        sys.stderr.write(f"{rubric.id} {transcript.id}\n")
    return [Labelled(rubric.id, item, tuple(rows[item.id]), doubtful[item.id]) for item, _ in labels]


def fits_of(labelled: Sequence[Labelled], origin: FitOrigin) -> Fits:
    """The fit of each item with 20 labels or more, and of each cue over all items that go by it."""
    rubrics: dict[str, dict[str, ItemFit]] = {}
    for rubric_id, item, rows, _ in labelled:
        if len(rows) >= _LEAST_LABELS:
            read = read_quotes().get(rubric_id, {}).get(item.id)
            rubrics.setdefault(rubric_id, {})[item.id] = _fit(rows, item.policy_hash(), read)
    return Fits(rubrics=rubrics, cues=dict(_cue_fits(labelled)), origin=origin)


def _cue_fits(labelled: Sequence[Labelled]) -> Iterator[tuple[str, ItemFit]]:
    """By words alone: nothing is known of what else an item of another rubric asks, nor which of its labels need words.

    So what is not given for lack of words counts as given.
    """
    for cue_id in load_cues():
        of_cue = [row for _, item, of_item, _ in labelled if item.cue == cue_id for row in of_item]
        rows = [replace(row, score=None, turns=None, lacking=()) for row in of_cue]
        if len(rows) >= _LEAST_LABELS:
            yield cue_id, _fit(rows, "", _quotes_of(cue_id, labelled))


def _quotes_of(cue_id: str, labelled: Sequence[Labelled]) -> QuotesRead | None:
    """The quotes read of all items that go by a cue."""
    known = read_quotes()
    of_items = [known.get(rubric_id, {}).get(item.id) for rubric_id, item, _, _ in labelled if item.cue == cue_id]
    read = [one for one in of_items if one]
    return QuotesRead(right=sum(one.right for one in read), read=sum(one.read for one in read)) if read else None


def worth_of(labelled: Sequence[Labelled]) -> dict[str, CueWorth]:
    """How often each cue spoke true where it was found, over all items that go by it, on conversations apart."""
    spoke_true: dict[str, list[bool]] = {}
    for _, item, rows, _ in labelled:
        for (label, cue_id), found in zip(showing(item).items(), (1, -1), strict=False):
            shown = [row.met == (label == MET) for row in rows if row.found == found and not row.tried]
            spoke_true.setdefault(cue_id, []).extend(shown)
    return {
        cue_id: CueWorth(right=round(sum(found) / len(found), 3), found=len(found))
        for cue_id, found in spoke_true.items()
        if found
    }


def read_quotes() -> Mapping[str, Mapping[str, QuotesRead]]:
    """What came of reading the quotes of each item, by rubric and item: `quotes_read.yaml`."""
    content = load_yaml(_QUOTES.read_bytes(), path=_QUOTES.name)[0]
    return TypeAdapter(dict[str, dict[str, QuotesRead]]).validate_python(content)


def _fit(rows: Sequence[Known], policy: str, quotes: QuotesRead | None = None) -> ItemFit:
    weights, odds = fit_item(rows), left_out(rows, seed=SEED)
    return ItemFit(
        intercept=round(weights.intercept, 4),
        whole=round(weights.whole, 4),
        turns=round(weights.turns, 4),
        found=round(weights.found, 4),
        other_language=round(weights.other, 4),
        agreement=agreement_of(rows, odds, seed=SEED),
        apart=agreement_apart(rows, odds, seed=SEED),
        policy=policy,
        quotes=quotes,
    )


def weakest_source(labels: Sequence[Label]) -> LabelSource:
    """The source of labels, as a careful reader would say it: `human` only if all of them are."""
    sources = {label.label_source for label in labels}
    weakness: tuple[LabelSource, ...] = ("synthetic", "llm", "human")
    return next(source for source in weakness if source in sources)


async def fit_packaged(
    arguments: argparse.Namespace, open_server: Callable[..., LocalServer] = LocalServer
) -> tuple[Fits, list[Labelled]]:
    """The fits of the packaged rubrics and what they were made on; the model is asked.

    Raises:
        GraderError: an input is wrong, or the model cannot be asked.
    """
    golds: Mapping[str, Gold] = {id_: read_gold(arguments.gold, rubric=load_rubric(id_)) for id_ in packaged_rubrics()}
    with open_server(context_tokens=arguments.context) as server:
        key = SecretStr(server.api_key)
        gateway = Gateway(Endpoint(model=server.model_name, base_url=server.base_url, api_key=key, timeout=600))
        asker = ChoiceAsker(RememberedChoices(gateway.choose, server.weights_sha256, arguments.answers))
        labelled = []
        for id_, gold in golds.items():
            labelled += await know(
                asker,
                gold,
                load_rubric(id_),
                lambda item: item.id in arguments.ask,
                lambda item: item.id in arguments.by_turns,
            )
        await gateway.aclose()
        weights_sha256 = server.weights_sha256
    origin = FitOrigin(
        weights_sha256=weights_sha256,
        prompt_hash=prompt_hash(*LOCAL_TEMPLATES),
        cues_hash=cues_hash(),
        data_hash=_hash_of(arguments.gold),
        label_source=weakest_source([label for gold in golds.values() for label in gold.labels]),
        conversations=len({row.transcript_id for one in labelled for row in one.rows}),
        labels=sum(len(one.rows) for one in labelled),
        method=METHOD,
        fitted_on=datetime.now(UTC).date(),
    )
    return fits_of(labelled, origin), labelled


def _hash_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.jsonl")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def main(argv: Sequence[str] | None = None, *, open_server: Callable[..., LocalServer] = LocalServer) -> int:
    """The command line; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m llm_grader.eval.measured.fit_local", description=__doc__)
    parser.add_argument("--gold", type=Path, required=True, help="folder with transcripts and labels of each rubric")
    parser.add_argument("--answers", type=Path, help="file that keeps the model's answers")
    parser.add_argument("--ask", nargs="*", default=(), help="items that the model is asked about; others go by words")
    parser.add_argument("--by-turns", nargs="*", default=(), help="items that it is asked about turn by turn")
    parser.add_argument("--out", type=Path, help="file of fits that is written")
    parser.add_argument("--worth", type=Path, help="file with the worth of cues that is written")
    parser.add_argument("--context", type=int, default=8192, help="context of the model, in tokens")
    arguments = parser.parse_args(argv)
    try:
        fits, labelled = asyncio.run(fit_packaged(arguments, open_server))
    except GraderError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stdout.write(render_fits_table(fits, labelled, seed=SEED))
    if arguments.out:
        arguments.out.write_text(render_fits(fits), "utf-8")
    if arguments.worth:
        arguments.worth.write_text(render_worth(worth_of(labelled)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
