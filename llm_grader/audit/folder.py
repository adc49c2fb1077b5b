"""The gold folder that is labelled in: its conversations, rubric and sample, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from llm_grader.errors import InputError, MalformedInput
from llm_grader.eval.labels.sample import FILE, read_sample
from llm_grader.readers.read import read_transcripts
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import Item, Rubric
from llm_grader.signals.items import judge_signal
from llm_grader.transcript import Model, Transcript
from llm_grader.verdict import CANNOT_ASSESS, Verdict


class SampledRow(Model):
    """One drawn conversation, without why and with what chance it was drawn: nobody who labels may know."""

    transcript_id: str
    overlap: bool = False
    seed: int = 0


@dataclass(frozen=True)
class GoldFolder:
    """Conversations by id, the rubric that they are labelled by, and which of them were drawn, in the file's order."""

    path: Path
    rubric: Rubric
    transcripts: dict[str, Transcript]
    sample: tuple[SampledRow, ...]

    def items_for(self, transcript: Transcript) -> tuple[Item, ...]:
        """The items that people are asked about a conversation: all that it can be known from.

        Not what is computed, unless it cannot be here and the rubric lets a judge step in, nor what only many
        conversations or the organisation itself can show.
        """
        return tuple(item for item in self._in_channel(transcript) if not self._is_computed(item, transcript))

    def asks(self, item: Item, transcript: Transcript) -> bool:
        """Whether people are asked an item about a conversation: one of `items_for`."""
        return self.rubric.in_channel(item, transcript.channel) and not self._is_computed(item, transcript)

    def computed(self, transcript: Transcript) -> dict[str, Verdict]:
        """Item → what was computed, for the items that are computed."""
        return {
            item.id: judge_signal(item, transcript)
            for item in self._in_channel(transcript)
            if item.judged in ("signal", "ticket") and self._is_computed(item, transcript)
        }

    def _in_channel(self, transcript: Transcript) -> list[Item]:
        return [item for item in self.rubric.items() if self.rubric.in_channel(item, transcript.channel)]

    def _is_computed(self, item: Item, transcript: Transcript) -> bool:
        if item.judged not in ("signal", "ticket"):
            return item.judged in ("corpus", "org")  # no single conversation shows them
        return item.fallback is None or judge_signal(item, transcript).label != CANNOT_ASSESS

    @cached_property
    def seed(self) -> int:
        """The seed of the sample, from which the orders of all annotators follow."""
        return self.sample[0].seed if self.sample else 0


def load_folder(path: Path, rubric: str | Path | None = None) -> GoldFolder:
    """The gold folder at `path`.

    Without a `sample.jsonl` every conversation counts as drawn, for two people where there are two.

    Args:
        path: a folder with `transcripts.jsonl`, and `rubric.yaml` unless a rubric is named.
        rubric: id or path of the rubric to label by.

    Raises:
        InputError: a file is missing or wrong; names it.
    """
    source = path / "transcripts.jsonl"
    if not source.exists():
        raise InputError("there are no conversations to label: draw some with `llm-grader audit sample`", path=source)
    transcripts: dict[str, Transcript] = {}
    for transcript in read_transcripts(source):
        if transcript.id in transcripts:
            raise MalformedInput(f"the id {transcript.id!r} stands twice", path=source)
        transcripts[transcript.id] = transcript
    sample = read_sample(path / FILE).values()
    rows = tuple(SampledRow(transcript_id=one.transcript_id, overlap=one.overlap, seed=one.seed) for one in sample)
    drawn = rows or tuple(SampledRow(transcript_id=id_, overlap=True) for id_ in transcripts)
    for number, row in enumerate(drawn, 1):
        if row.transcript_id not in transcripts:
            message = f"no conversation has the id {row.transcript_id!r}"
            raise MalformedInput(message, path=path / FILE, where=f"line {number}")
    return GoldFolder(path, load_rubric(rubric or _own_rubric(path)), transcripts, drawn)


def _own_rubric(folder: Path) -> str | Path:
    """The folder's own rubric, else the packaged one that all of its labels are about."""
    own = folder / "rubric.yaml"
    if own.exists():
        return own
    labelled = {path.stem for path in folder.glob("labels/*")} & set(packaged_rubrics())
    if len(labelled) == 1:
        return labelled.pop()
    raise InputError("there is no rubric to label by: put it there, or name it with --rubric", path=own)
