"""Where labels lie in a gold folder: in a file a person, in one file for all, and in those that the page writes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from llm_grader.errors import InputError
from llm_grader.eval.labels.files import SUFFIXES
from llm_grader.rubric.model import Rubric

JOURNAL = ".events.jsonl"
"""The ending of a journal in `audit`: whoever has one labels on the page, which writes their file of labels."""

BY_HAND = "-by-hand"
"""The end of the name of a file of labels that the page found in its own file of that person, and moved aside."""
_HIDDEN = (".", "~$")  # those of the system, and what Excel holds open


class LabelFiles(NamedTuple):
    """The files of labels about one rubric: those that the page writes, those of one person each, and one for all.

    `others` lie among those of people and are not read, as nobody can; `passed_over` are for all rubrics, where this
    one has its own.
    """

    on_page: tuple[Path, ...]
    by_person: tuple[Path, ...]
    shared: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()
    passed_over: tuple[Path, ...] = ()

    @property
    def by_hand(self) -> tuple[Path, ...]:
        """The files that people wrote."""
        return (*self.by_person, *self.shared)


def find_label_files(folder: Path, rubric: Rubric | None) -> LabelFiles:
    """The files of labels in a gold folder: those in or named `labels/<id of the rubric>`, else `labels`.

    What the page writes counts beside whichever there are.

    Raises:
        InputError: one file for all is there twice, in several formats.
    """
    if rubric is None:
        return LabelFiles((), (), shared=_shared(folder / "labels"))
    own = folder / "labels" / rubric.id
    there = sorted(path for path in own.glob("*") if not path.name.startswith(_HIDDEN))
    known = [path for path in there if path.suffix.lower() in SUFFIXES]
    on_page = tuple(path for path in known if _is_of_page(path, folder))
    by_person = tuple(path for path in known if path not in on_page)
    shared, general = _shared(own), _shared(folder / "labels")
    has_own = bool(shared or by_person)
    return LabelFiles(
        on_page,
        by_person,
        shared=shared if has_own else general,
        others=tuple(path for path in there if path not in known),
        passed_over=general if has_own else (),
    )


def person_of(path: Path) -> str:
    """Whose labels a file of one person holds, after whom it is named."""
    return path.stem.removesuffix(BY_HAND)


def _is_of_page(path: Path, folder: Path) -> bool:
    return path.suffix == ".jsonl" and (folder / "audit" / f"{path.stem}{JOURNAL}").exists()


def _shared(stem: Path) -> tuple[Path, ...]:
    found = tuple(path for suffix in SUFFIXES if (path := stem.with_name(stem.name + suffix)).exists())
    if len(found) > 1:
        both = " and ".join(path.name for path in found)
        raise InputError(f"expected one file of labels, found both {both}: keep one", path=stem.parent)
    return found
