"""A gold folder, begun: the conversations drawn, the rubric they are labelled by, and how they were drawn."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from llm_grader.errors import DiskError, UsageError
from llm_grader.eval.labels.sample import FILE as SAMPLE
from llm_grader.eval.labels.sample import Drawn, render_sample
from llm_grader.transcript import Transcript

TRANSCRIPTS, RUBRIC = "transcripts.jsonl", "rubric.yaml"


def begin_gold(folder: Path, sample: Iterable[Drawn], transcripts: Mapping[str, Transcript], rubric_text: str) -> None:
    """Write the folder's three files, for their owner's eyes alone; the sample last.

    Raises:
        UsageError: a conversation is missing, or the folder has a sample already, which is drawn once.
        DiskError: a file cannot be written.
    """
    drawn = list(sample)
    check_new(folder)
    if missing := [one.transcript_id for one in drawn if one.transcript_id not in transcripts]:
        raise UsageError(
            f"{len(missing):,} of {len(drawn):,} conversations drawn are not kept in the store: give the files that "
            "they were read from as INPUT"
        )
    lines = (transcripts[one.transcript_id].model_dump_json(exclude_defaults=True) + "\n" for one in drawn)
    texts = {TRANSCRIPTS: "".join(lines), RUBRIC: rubric_text, SAMPLE: render_sample(drawn)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            _write_private(folder / name, text)
    except OSError as error:
        raise DiskError(f"{folder}: cannot be written: {error.strerror}") from error


def extend_gold(folder: Path, sample: Iterable[Drawn], added: Iterable[Transcript]) -> None:
    """Add conversations to a folder that people label in, and put its new sample in place; what is labelled stays.

    Raises:
        DiskError: a file cannot be written; the sample is then as it was.
    """
    lines = (folder / TRANSCRIPTS).read_text("utf-8")
    lines += "".join(transcript.model_dump_json(exclude_defaults=True) + "\n" for transcript in added)
    try:
        for name, text in ((TRANSCRIPTS, lines), (SAMPLE, render_sample(sample))):
            beside = folder / f".{name}.{os.getpid()}.tmp"
            _write_private(beside, text)
            beside.replace(folder / name)
    except OSError as error:
        raise DiskError(f"{folder}: cannot be written: {error.strerror}") from error


def check_new(folder: Path) -> None:
    """Refuse a folder that has conversations or a sample already.

    Raises:
        UsageError: it has.
    """
    for name in (SAMPLE, TRANSCRIPTS):
        if (folder / name).exists():
            raise UsageError(f"{folder / name} is there already: add to it with --extend, or choose another folder")


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
