from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from llm_grader.eval.bench.reading import FORMATS, write_file
from llm_grader.readers import read_transcripts

KINDS = {"JSONL": "canonical", "WhatsApp": "whatsapp", "CSV": "table", "Parquet": "table", "SRT": "captions"}
KINDS |= {"name and time": "text", "bare names": "text", "name over time": "text", "recipe": "crisp"}
KINDS |= {"WebVTT": "captions", "mbox": "email", "mbox, HTML": "email"}


@pytest.mark.parametrize("name", FORMATS)
def test_each_file_has_the_size_asked_for_and_is_read_as_its_format(tmp_path: Path, name: str) -> None:
    write_file(tmp_path / "file", name, 0.02)
    assert 15_000 < (tmp_path / "file").stat().st_size < 40_000
    kinds: list[str] = []
    assert list(read_transcripts(tmp_path / "file", on_file=lambda _, kind: kinds.append(kind)))
    assert kinds == [KINDS.get(name, name)]


def test_the_benchmark_tells_what_each_format_took() -> None:
    command = [sys.executable, "-m", "llm_grader.eval.bench.reading", "--mb", "0.02", "--formats", "text", "mbox, HTML"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [line.rsplit(maxsplit=4) for line in done.stdout.splitlines()]
    assert [line[0] for line in rows] == ["text", "mbox, HTML"]
    assert all(0 <= float(line[1]) < 5 for line in rows)
