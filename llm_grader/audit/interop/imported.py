"""Labels of other tools on their way into a gold folder: who gave them, checked, and kept in journals as their own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from llm_grader.audit.folder import GoldFolder
from llm_grader.audit.labelling.events import EvidenceSpan
from llm_grader.audit.labelling.journal import AnnotatorJournal, gold_file
from llm_grader.checking.evidence import QuoteFinder
from llm_grader.errors import InputError, MalformedInput, UsageError
from llm_grader.eval.judge.item_answers import ADJUDICATOR
from llm_grader.files.json_strict import parse_json
from llm_grader.files.yaml_strict import load_yaml
from llm_grader.rubric.model import EvidenceRule
from llm_grader.transcript import Transcript
from llm_grader.verdict import Evidence

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_ANYBODY = EvidenceRule.model_validate(
    {"from": ["agent", "customer", "bot", "system", "supervisor", "third_party", "unknown"]}
)


@dataclass
class ImportedCell:
    """One answer of another tool. `at` is when it was given, where the tool says so."""

    annotator: str
    transcript_id: str
    item_id: str
    label: str
    evidence: tuple[EvidenceSpan, ...] = ()
    reason: str = ""
    at: datetime | None = None
    given_by: str | None = None


class Imports:
    """Cells taken over so far, and what had to be left out, in words.

    Args:
        folder: what they are about.
        users: id of a user of the other tool → name of an annotator.
    """

    def __init__(self, folder: GoldFolder, users: Mapping[str, str]) -> None:
        self.folder = folder
        self.cells: list[ImportedCell] = []
        self.warnings: list[str] = []
        self._users = users

    def annotator(self, user: object) -> str:
        """The annotator that a user of the other tool is: as the users' file says, else `user-` and the id."""
        name = self._users.get(str(user)) or re.sub(r"[^A-Za-z0-9._-]", "-", f"user-{user}")[:40]
        if _NAME.fullmatch(name) is None or name.casefold() == ADJUDICATOR:
            raise UsageError(f"--users: {str(user)[:40]}: expected a name of letters, digits, dots and dashes")
        return name

    def add(self, cell: ImportedCell) -> None:
        """Take a cell over, if item and label are the rubric's."""
        labels = {item.id: item.labels for item in self.folder.rubric.items()}
        if cell.label in labels.get(cell.item_id, ()):
            self.cells.append(cell)
        else:
            self.warn(cell.transcript_id, f"item {cell.item_id[:64]}: no such item or label in the rubric, left out")

    def warn(self, transcript_id: str, what: str) -> None:
        """Note what was left out of a conversation."""
        self.warnings.append(f"{transcript_id}: {what}")

    def keep(self) -> dict[Path, int]:
        """Write the cells into the journals of their annotators, each conversation as submitted; file → how many.

        A conversation that an annotator has begun here already stays as it is, with a warning.

        Raises:
            UsageError: an annotator is labelling right now.
            DiskError: it cannot be written.
        """
        by_annotator: dict[str, dict[str, list[ImportedCell]]] = defaultdict(lambda: defaultdict(list))
        for cell in self.cells:
            by_annotator[cell.annotator][cell.transcript_id].append(cell)
        return {
            gold_file(self.folder.path, self.folder.rubric.id, name): self._keep(name, by_transcript)
            for name, by_transcript in by_annotator.items()
        }

    def _keep(self, annotator: str, by_transcript: Mapping[str, Sequence[ImportedCell]]) -> int:
        count = 0
        with AnnotatorJournal(self.folder.path, annotator, self.folder.rubric) as journal:
            for transcript_id, cells in by_transcript.items():
                if annotator != ADJUDICATOR and journal.answers.of(transcript_id).state != "new":
                    self.warn(transcript_id, f"{annotator} has begun it here: left as it is")
                    continue
                journal.append(transcript_id, _steps(cells, decided=annotator == ADJUDICATOR))
                count += len(cells)
            journal.project()
        return count


def _steps(cells: Iterable[ImportedCell], *, decided: bool) -> Iterator[dict[str, Any]]:
    for cell in cells:
        about = {"item_id": cell.item_id, **({"at": cell.at} if cell.at else {})}
        if decided:
            resolved = {"label": cell.label, "evidence": cell.evidence, "reason": cell.reason, "by": cell.given_by}
            yield {"event": "resolve", **about, **resolved}
            continue
        yield {"event": "label", **about, "label": cell.label}
        if cell.evidence:
            yield {"event": "evidence_add", **about, "evidence": cell.evidence}
        if cell.reason:
            yield {"event": "reason", **about, "reason": cell.reason}
    if not decided:
        yield {"event": "submit"}


def find_words(transcript: Transcript, quote: str, turn: int | None = None) -> EvidenceSpan | None:
    """Where words stand in a conversation, whoever said them; None where they cannot be found."""
    found = QuoteFinder(transcript).resolve(quote, _ANYBODY, turn=turn)
    if not isinstance(found, Evidence):
        return None
    return EvidenceSpan(turn=found.turn, start=found.start, end=found.end, quote=found.quote)


def read_records(path: Path, key: str = "") -> list[dict[str, Any]]:
    """The records of a JSON file: a list of objects, or an object that has one under `key`.

    Raises:
        InputError: it is not that; names the file.
    """
    try:
        read = parse_json(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    except (UnicodeDecodeError, MalformedInput):
        raise MalformedInput("expected JSON", path=path) from None
    listed = read.get(key) if isinstance(read, dict) else read
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise MalformedInput("expected a list of objects, as the tool exports them", path=path)
    return listed


def load_users(path: Path | None) -> dict[str, str]:
    """Who is who: id of a user → name of an annotator.

    Raises:
        MalformedInput: the file is no such mapping.
    """
    if path is None:
        return {}
    read, _ = load_yaml(path)
    if not isinstance(read, dict) or not all(isinstance(name, str) for name in read.values()):
        raise MalformedInput("expected one line a user, such as 12: anna", path=path)
    return {str(user): name for user, name in read.items()}
