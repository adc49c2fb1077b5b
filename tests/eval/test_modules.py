"""The modules of the evaluation that are run with `python -m`."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODULES = (
    "bench",
    "bench.reading",
    "measured.fit_local",
    "measured.gate_simulation",
    "measured.public_results",
    "recall.neighbours",
    "recall.redaction",
)


@pytest.mark.parametrize("module", MODULES)
def test_help_tells_what_a_module_is_for(module: str) -> None:
    name = f"llm_grader.eval.{module}"
    done = subprocess.run([sys.executable, "-m", name, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"usage: python -m {name}" in done.stdout
