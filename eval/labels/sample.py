"""The sample that was drawn to be labelled: which conversations, why, and with what chance."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, ValidationError

from llm_grader.errors import InputError, MalformedInput
from llm_grader.transcript import Model

FILE = "sample.jsonl"
Stratum = Literal["random", "uncertain", "critical", "rare"]


class Drawn(Model):
    """One conversation of a sample: why it was drawn, with what chance (None where it was picked), in which order.

    Only those drawn at `random` say how common something is. `overlap` ones go to two people.
    """

    transcript_id: str
    stratum: Stratum
    probability: float | None = Field(default=None, gt=0, le=1)
    order: int = Field(ge=0)
    overlap: bool = False
    seed: int
    at: AwareDatetime


def read_sample(path: Path) -> dict[str, Drawn]:
    """The sample of a file by transcript id, in its order; nothing where there is no file.

    Raises:
        MalformedInput: a line is none that `llm-grader audit sample` writes, or an id stands twice; names the line.
        InputError: the file cannot be read.
    """
    try:
        lines = path.read_text("utf-8").removesuffix("\n").split("\n")  # ids may hold what else breaks lines
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot be read as UTF-8", path=path) from error
    found: dict[str, Drawn] = {}
    for number, line in enumerate(lines if lines != [""] else [], 1):
        try:
            drawn = Drawn.model_validate_json(line)
        except ValidationError:
            raise MalformedInput(
                "expected a line as `llm-grader audit sample` writes it", path=path, where=f"line {number}"
            ) from None
        if drawn.transcript_id in found:
            raise MalformedInput(f"{drawn.transcript_id!r} stands twice", path=path, where=f"line {number}")
        found[drawn.transcript_id] = drawn
    return found


def render_sample(sample: Iterable[Drawn]) -> str:
    """The sample as JSONL, one conversation a line; `read_sample` gives it back."""
    return "".join(drawn.model_dump_json() + "\n" for drawn in sample)
