"""Mapping files: what a user writes once of roles or columns, in YAML or as the same Python mapping."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from llm_grader.errors import MalformedInput
from llm_grader.files.problems import explain
from llm_grader.files.yaml_strict import load_yaml
from llm_grader.transcript import Model

_M = TypeVar("_M", bound=Model)


def load_mapping(model: type[_M], source: Mapping[str, Any] | Path | str) -> _M:
    """A mapping as this model, from a path (text or `Path`) to a YAML file, or from the mapping itself.

    Raises:
        MalformedInput: the file cannot be read, or something in it is not what the model expects; with the line.
    """
    if isinstance(source, Mapping):
        return _validated(model, dict(source), None, {})
    data, lines = load_yaml(Path(source))
    return _validated(model, {} if data is None else data, Path(source), lines)


def _validated(model: type[_M], data: Any, path: Path | None, lines: Mapping[Any, int]) -> _M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problem = explain(error, data, keys=model.model_fields)[0]
        keys = ".".join(str(key) for key in problem.place)
        where = f"line {lines[problem.place]}" if problem.place in lines else None
        raise MalformedInput(
            f"{keys}: {problem.message}" if keys else problem.message, path=path, where=where
        ) from error
