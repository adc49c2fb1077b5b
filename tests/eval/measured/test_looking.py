"""What looking at results costs: measured in processes of their own, and within what is promised."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from llm_grader.eval.measured.looking import ITEMS, look_at, measure, write_store
from llm_grader.store.store import Store
from tests.support.browser import CHROMIUM, needs_browser


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("looking") / "results.db"
    write_store(path, 300)
    return path


def test_the_store_has_as_many_verdicts_as_are_promised(store: Path) -> None:
    with Store(store) as opened:
        assert sum(len(card.verdicts) for card in opened.cards()) == 300 * ITEMS


def test_an_export_takes_no_more_memory_than_promised(store: Path) -> None:
    # by the command: the peak of a process that was started by a large one counts what that one had
    command = [sys.executable, "-m", "llm_grader.eval.measured.looking", "--store", str(store), "--kinds"]
    done = subprocess.run([*command, "csv", "xlsx", "parquet"], capture_output=True, text=True, check=True)
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == ["csv", "xlsx", "parquet"]
    assert all(float(peak) <= 150 for _, _, peak, _ in rows)


@needs_browser
def test_a_report_is_soon_there_and_so_is_each_conversation(store: Path, tmp_path: Path) -> None:
    measure("report", store, tmp_path)
    seen = look_at(tmp_path / "results.report", str(CHROMIUM))
    assert seen.load_s <= 2
    assert seen.open_s <= 0.5


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_an_export_loads_neither_scipy_nor_pandas(store: Path, tmp_path: Path, kind: str) -> None:
    arguments = ["results", "export", kind, "--store", str(store), "-o", str(tmp_path / f"out.{kind}")]
    look = "print(sorted({'pandas', 'scipy'} & set(sys.modules)))"
    code = f"import atexit, sys; atexit.register(lambda: {look}); from llm_grader.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
