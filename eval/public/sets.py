"""Public conversations that people labelled, to measure judges on.

They stay where they are: each is read from a local folder, or fetched from its authors at run time. Each
has a rubric of its own, in `gold/rubrics/`, whose items ask just what its people were asked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from llm_grader.errors import InputError, MalformedInput, UsageError
from llm_grader.eval.labels.checked import checked_label
from llm_grader.eval.labels.units import Unit
from llm_grader.eval.public.bc3 import fetch_bc3
from llm_grader.eval.public.fetching import Fetch, Rows, download
from llm_grader.eval.public.star import fetch_star
from llm_grader.eval.public.tables import fetch_ab_redial, fetch_lend_an_ear, fetch_politeness_hu, fetch_uptake
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import MET, NOT_MET, Label


@dataclass(frozen=True)
class PublicSet:
    """A set of labelled conversations.

    `labels` are about the items of `rubric` (None: the set has no labels and is there to run on). `values` are numbers
    that people gave on average, where that is what is published: to be ranked, not to be matched.
    """

    name: str
    licence: str
    transcripts: dict[str, Transcript]
    labels: tuple[Label, ...]
    values: dict[Unit, float]
    rubric: Rubric | None


@dataclass(frozen=True)
class _Traits:
    """What is particular to a set.

    `fetch` gets it from its authors. `derived` names annotators whose labels were worked out by a rule and are no
    person's answer. `value` is the key of a row that holds a mean of several people; `rows_hold_labels` says whether
    there is a label beside it. `renamed` maps the set's names of items to the rubric's.
    """

    licence: str
    labelled: bool = True
    fetch: Callable[[Fetch], Rows] | None = None
    derived: frozenset[str] = frozenset()
    value: str | None = None
    rows_hold_labels: bool = True
    renamed: Mapping[str, str] = field(default_factory=dict)


_SETS = {
    "lend_an_ear": _Traits("MIT", fetch=fetch_lend_an_ear),
    "star": _Traits("MIT", fetch=fetch_star, derived=frozenset({"agent_action"})),
    "bc3": _Traits("CC BY-SA 3.0", fetch=fetch_bc3),
    "ab_redial": _Traits("MIT", fetch=fetch_ab_redial),
    "uptake": _Traits("MIT", fetch=fetch_uptake, value="mean"),
    "politeness_hu": _Traits(
        "CC BY 4.0",
        fetch=fetch_politeness_hu,
        value="label",
        rows_hold_labels=False,
        renamed={"politeness_z": "politeness"},
    ),
    "primock57": _Traits("CC BY 4.0", labelled=False),
    "abcd_mini": _Traits("MIT", labelled=False),
    "hvb_mini": _Traits("Apache-2.0", labelled=False),
    "codealltag_de": _Traits("CC BY-SA 4.0", labelled=False),
}

PUBLIC_SETS = tuple(_SETS)
_ROLES = {"agent": "agent", "customer": "customer"}


def read_public_set(name: str, folder: Path, *, split: str = "dev") -> PublicSet:
    """A set from `folder/name/split/`, in which `transcripts.jsonl` and `labels.jsonl` lie.

    Raises:
        UsageError: there is no set of this name.
        InputError: a file is missing.
        MalformedInput: a row is not what it should be; names the file and the line.
    """
    _traits(name)
    place = folder / name / split
    return _assembled(name, Rows(_read(place / "transcripts.jsonl"), _read(place / "labels.jsonl")), str(place))


def fetch_public_set(name: str, *, fetch: Fetch = download) -> PublicSet:
    """A whole set from its authors, at a pinned version.

    Raises:
        UsageError: there is no set of this name, or it can only be read from a folder.
        InputError: it cannot be fetched.
        MalformedInput: what came is not what it should be.
    """
    get = _traits(name).fetch
    if get is None:
        raise UsageError(f"{name} is not fetched: read it from a folder")
    return _assembled(name, get(fetch), name)


def public_rubric(name: str) -> Rubric | None:
    """The rubric whose items ask what the people of this set were asked; None for a set without labels."""
    if not _traits(name).labelled:
        return None
    with as_file(files("llm_grader.eval") / "gold" / "rubrics" / f"{name}.yaml") as path:
        return load_rubric(path)


def _traits(name: str) -> _Traits:
    if name not in _SETS:
        raise UsageError(f"no public set is called {name!r}; these are: {', '.join(PUBLIC_SETS)}")
    return _SETS[name]


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text("utf-8").split("\n")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            rows += [json.loads(line)] if line.strip() else []
        except ValueError as error:
            raise MalformedInput(f"not valid JSON: {error}", path=path, where=f"line {number}") from None
    return rows


def _assembled(name: str, rows: Rows, source: str) -> PublicSet:
    traits, rubric = _traits(name), public_rubric(name)
    try:
        transcripts = {row["id"]: _transcript(row) for row in rows.transcripts}
        labels = [] if rubric is None else list(_labels(rows.labels, traits, rubric))
        values = {} if traits.value is None else dict(_values(rows.labels, traits))
    except (KeyError, ValueError) as error:
        raise MalformedInput(f"not a row of {name}: {error}", path=source) from error
    return PublicSet(name, traits.licence, transcripts, tuple(labels), values, rubric)


def _transcript(row: Mapping[str, Any]) -> Transcript:
    turns = [_turn(turn, row["channel"]) for turn in row["turns"]]
    if turns and "subject" in row:
        turns[0]["subject"] = row["subject"]
    fields = {"id", "channel", "language", "turns", "subject"}
    return Transcript.model_validate(
        {
            "id": row["id"],
            "channel": row["channel"],
            "language": row["language"],
            "turns": turns,
            "metadata": {key: value for key, value in row.items() if key not in fields},
        }
    )


def _turn(turn: Mapping[str, Any], channel: str) -> dict[str, Any]:
    role = _ROLES.get(turn["speaker"], "unknown" if channel == "email" else "system")
    read: dict[str, Any] = {"role": role, "text": turn["text"], "speaker": turn.get("speaker_name")}
    if role == "system":
        read["kind"] = "event"
    time = turn.get("timestamp")
    if isinstance(time, str):
        read["at"] = datetime.strptime(time, "%a %b %d %H:%M:%S %z %Y")
    elif time is not None and channel == "call":
        read["start"] = time
    elif time is not None:
        read["at"] = datetime.fromtimestamp(time, UTC)
    return read


def _item_id(row: Mapping[str, Any], traits: _Traits) -> str:
    name = str(row["item_id"])
    return traits.renamed.get(name, name).replace("-", "_")


def _labels(rows: Iterable[Mapping[str, Any]], traits: _Traits, rubric: Rubric) -> Iterable[Label]:
    for row in rows:
        if row["label"] is None or not traits.rows_hold_labels:
            continue
        label = {
            "transcript_id": row["transcript_id"],
            "item_id": _item_id(row, traits),
            "label": _label_text(row["label"]),
            "annotator": row["annotator"],
            "label_source": "synthetic" if row["annotator"] in traits.derived else "human",
            "turn": row.get("turn_index"),
            "evidence_quotes": row.get("evidence_quotes", []),
        }
        yield checked_label(label, rubric)


def _label_text(value: bool | float) -> str:
    if isinstance(value, bool):
        return MET if value else NOT_MET
    if value != int(value):
        raise ValueError(f"expected a whole number as label, found {value}")
    return str(int(value))


def _values(rows: Iterable[Mapping[str, Any]], traits: _Traits) -> Iterable[tuple[Unit, float]]:
    for row in rows:
        value = row[traits.value or "label"]
        if value is not None and math.isfinite(value):
            yield Unit(row["transcript_id"], _item_id(row, traits), row.get("turn_index")), float(value)
