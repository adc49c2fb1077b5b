"""Labelled sets: a folder of one's own, a public set, or a file of labels alone."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from llm_grader.errors import InputError, UsageError
from llm_grader.eval.labels.checked import name_key
from llm_grader.eval.labels.files import read_label_files
from llm_grader.eval.labels.gold import read_gold
from llm_grader.eval.labels.sample import Drawn
from llm_grader.eval.labels.sources import sources_of
from llm_grader.eval.labels.turns import TurnPieces, turn_pieces
from llm_grader.eval.labels.units import Conversations
from llm_grader.eval.labels.words import FILE as WORDS
from llm_grader.eval.labels.words import load_words
from llm_grader.eval.public.sets import PUBLIC_SETS, read_public_set
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label, LabelSource

RUBRIC = "rubric.yaml"
"""What the people of a folder labelled by."""
_MOST_NAMES = 8


@dataclass(frozen=True)
class LabelledSet:
    """Labels, the rubric they answer, and the conversations they are about (none, when only labels were given).

    `sample` says how the conversations were drawn, where that is known; `notes` what was left aside on reading.
    """

    name: str
    rubric: Rubric
    transcripts: dict[str, Transcript]
    labels: tuple[Label, ...]
    sample: Mapping[str, Drawn] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[LabelSource, ...]:
        """Where the labels come from, the best first."""
        return sources_of(self.labels)

    def by_annotators(self, annotators: Iterable[str]) -> LabelledSet:
        """The set with the labels of some annotators alone.

        Args:
            annotators: names, or patterns such as `expert*`.

        Raises:
            UsageError: nobody is called like one of them.
        """
        names = sorted({label.annotator for label in self.labels})
        chosen: set[str] = set()
        for pattern in annotators:
            like = [name for name in names if fnmatch.fnmatchcase(name_key(name), name_key(pattern))]
            if not like:
                listed = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
                raise UsageError(f"--annotators: no labels are by {pattern!r}; they are by {listed}")
            chosen.update(like)
        return replace(self, labels=tuple(label for label in self.labels if label.annotator in chosen))

    @cached_property
    def pieces(self) -> TurnPieces:
        """The turns that were labelled one by one, each as a conversation of its own."""
        return turn_pieces(self.labels, self.transcripts)

    @property
    def asked(self) -> list[Transcript]:
        """Transcripts for a judge to grade: whole conversations, unless all labels are about turns, and the pieces."""
        by_turn = self.pieces.items
        whole = not by_turn or any(label.item_id not in by_turn for label in self.labels)
        return [*(self.transcripts.values() if whole else ()), *self.pieces.transcripts.values()]

    @cached_property
    def conversations(self) -> Conversations:
        """What is known of the conversations: which say the same, and which were drawn at random."""
        contents = {name: transcript.content_hash() for name, transcript in self.transcripts.items()}
        random = frozenset(name for name, drawn in self.sample.items() if drawn.stratum == "random")
        return Conversations(contents, random if self.sample else None)

    @cached_property
    def labels_hash(self) -> str:
        """SHA-256 of every label, whatever their order in the files."""
        lines = sorted(label.model_dump_json(exclude_defaults=True) for label in self.labels)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def data_hash(self) -> str:
        """SHA-256 of every label and of the turns of every conversation, whatever their order in the files."""
        lines = [label.model_dump_json(exclude_defaults=True) for label in self.labels]
        lines += [f"{name} {transcript.content_hash()}" for name, transcript in self.transcripts.items()]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()

    def need_transcripts(self, what: str) -> None:
        """Refuse to do what takes the conversations themselves when they are not there.

        Raises:
            UsageError: they are not.
        """
        if not self.transcripts:
            raise UsageError(f"{what} needs the conversations: give a folder with transcripts.jsonl beside the labels")

    def need_rubric(self, rubric: Rubric) -> None:
        """Refuse to change a rubric that is not the one by which the set is labelled.

        Raises:
            UsageError: it is another.
        """
        if rubric != self.rubric:
            raise UsageError(f"{self.name} has a rubric of its own, which is not yours to change")


def load_labelled_set(
    path: Path, rubric: str | Path | Rubric | None = None, *, default_rubric: str = "helpdesk_qa"
) -> LabelledSet:
    """A labelled set from disk: labels, and the conversations where they are there.

    Args:
        path: a folder that `read_gold` reads; a public set's folder, named like the set, which has its own rubric; or a
            `.jsonl`, `.csv` or `.xlsx` file of labels.
        rubric: id or path of the rubric that the labels answer, or the rubric itself.
        default_rubric: the same, where none is named and the set has none of its own, as `rubric.yaml` in its folder.

    Raises:
        UsageError: another rubric is named for a public set.
        InputError: something is missing or wrong, or there are no labels; names the file and the line.
    """
    if not path.exists():
        raise InputError("there is no such file or folder", path=path)
    public = _public_folder(path)
    if public is not None:
        read = _load_public(public, rubric)
    else:
        own = path / RUBRIC
        wanted = rubric or (own if own.is_file() else default_rubric)
        read = _load_own(path, wanted if isinstance(wanted, Rubric) else load_rubric(wanted))
    if not read.labels:
        raise InputError("there are no labels to compare with", path=path)
    return read


def _load_own(path: Path, rubric: Rubric) -> LabelledSet:
    if path.is_dir():
        gold = read_gold(path, rubric=rubric)
        notes = (*gold.notes, *_other_wording(path / RUBRIC, rubric))
        return LabelledSet(path.name, rubric, gold.transcripts, gold.labels, gold.sample, notes)
    labels, notes = read_label_files([path], rubric=rubric, words=load_words(path.parent / WORDS))
    return LabelledSet(path.stem, rubric, {}, labels, notes=notes)


def _other_wording(labelled_by: Path, rubric: Rubric) -> Iterator[str]:
    """What to mind where people labelled by another wording of the rubric than the one that they are compared by."""
    if not labelled_by.is_file():
        return
    theirs = {item.id: item for item in load_rubric(labelled_by).items()}
    if changed := [item.id for item in rubric.items() if item.id in theirs and theirs[item.id] != item]:
        yield (
            f"people labelled by another wording of {', '.join(changed)}: give {labelled_by} with --rubric, "
            "or have them labelled anew"
        )


def _public_folder(path: Path) -> Path | None:
    """The folder of a public set, in which one folder a split lies."""
    whole = path.resolve()
    return next((p for p in (whole, whole.parent) if p.name in PUBLIC_SETS and (p / "dev").is_dir()), None)


def _load_public(folder: Path, rubric: str | Path | Rubric | None) -> LabelledSet:
    read = read_public_set(folder.name, folder.parent)
    if rubric is not None and not (isinstance(rubric, Rubric) and rubric == read.rubric):
        raise UsageError(f"{folder.name} has a rubric of its own: leave out --rubric")
    if read.rubric is None:
        raise InputError("there are no labels to compare with", path=folder)
    return LabelledSet(read.name, read.rubric, read.transcripts, read.labels)
