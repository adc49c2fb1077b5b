"""`python -m llm_grader.eval.bench`: what grading costs besides the model, as a table and as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from llm_grader.eval.bench.case import BARE, KINDS, PEERS, CaseResult, Setting, endpoint_process, run_case
from llm_grader.eval.bench.workload import write_transcripts

_HEADINGS = (
    *("n", "graded", "per s", "of ideal", "CPU ms each", "peak MB", "requests each", "tokens each"),
    *("speed of bare", "CPU of bare"),
)
_PEER_HELP = f"another library ({' or '.join(PEERS)}) and the Python of an environment that has it"


def main() -> None:
    """The command line: measures all cases, prints each as it is done, and writes them to a file."""
    arguments = _parser().parse_args()
    figures: list[CaseResult] = []
    sys.stdout.write(_line("", *_HEADINGS))
    with tempfile.TemporaryDirectory() as folder:
        for faults in (False, True) if arguments.faults else (False,):
            setting = Setting(arguments.latency, arguments.concurrency, faults, Path(folder), dict(arguments.peer))
            for measured in _measured(setting, arguments.n, [*arguments.kinds, *setting.peers]):
                figures.append(measured)
                sys.stdout.write(_render(measured, _bare_of(figures, measured)))
                sys.stdout.flush()
    if arguments.out is not None:
        about: dict[str, Any] = {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "cores": os.cpu_count(),
        }
        about |= {"load_1_min": os.getloadavg()[0], "latency_s": arguments.latency}
        cases = [measured._asdict() for measured in figures]
        arguments.out.write_text(json.dumps({**about, "concurrency": arguments.concurrency, "cases": cases}, indent=1))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m llm_grader.eval.bench", description=__doc__)
    parser.add_argument(
        "--n", type=int, nargs="+", default=[100, 1000, 10_000], help="transcripts; several sizes are fine"
    )
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="what is measured")
    parser.add_argument("--latency", type=float, default=0.1, help="seconds the endpoint takes")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument(
        "--faults", action="store_true", help="again with 10 %% refusals, 5 %% failures, 2 %% half answers"
    )
    parser.add_argument("--peer", type=_peer, action="append", default=[], metavar="NAME=PYTHON", help=_PEER_HELP)
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    return parser


def _peer(text: str) -> tuple[str, str]:
    name, _, python = text.partition("=")
    if name not in PEERS or not python:
        raise argparse.ArgumentTypeError(f"expected NAME=PYTHON with a name of {', '.join(PEERS)}, found {text!r}")
    return name, python


def _measured(setting: Setting, sizes: Iterable[int], kinds: Iterable[str]) -> Iterator[CaseResult]:
    with endpoint_process(setting) as url:
        for count in sizes:
            file = setting.folder / f"{count}.jsonl"
            write_transcripts(file, count)
            for kind in kinds:
                yield run_case(kind, file, count, setting, url)


def _bare_of(figures: Iterable[CaseResult], one: CaseResult) -> CaseResult | None:
    """The bare SDK's figures in the same setting, None where it was not measured."""
    alike = (each for each in figures if (each.transcripts, each.faults) == (one.transcripts, one.faults))
    return next((each for each in alike if each.kind == BARE), None)


def _render(figures: CaseResult, bare: CaseResult | None) -> str:
    name = f"{figures.kind}, faults" if figures.faults else figures.kind
    tokens = (figures.prompt_tokens + figures.completion_tokens) / figures.transcripts
    return _line(
        name,
        f"{figures.transcripts:,}",
        "" if figures.graded is None else f"{figures.graded:,}",
        f"{figures.transcripts / figures.wall_s:.0f}",
        f"{figures.wall_s / figures.ideal_s:.2f} ×" if figures.ideal_s else f"{figures.wall_s:.1f} s",
        f"{figures.cpu_ms:.2f}",
        f"{figures.peak_mb:.0f}",
        f"{figures.requests / figures.transcripts:.3f}",
        f"{tokens:,.0f}",
        f"{bare.wall_s / figures.wall_s:.0%}" if bare else "",
        f"{figures.cpu_ms / bare.cpu_ms:.2f} ×" if bare else "",
    )


def _line(name: str, *columns: str) -> str:
    return f"{name:<30}" + "".join(f"{column:>14}" for column in columns) + "\n"


if __name__ == "__main__":
    main()
