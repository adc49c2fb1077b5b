"""Rubrics on disk: the packaged ones by id, others by path, and the JSON Schema of the format."""

from __future__ import annotations

import difflib
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from llm_grader.errors import MalformedInput, RubricError
from llm_grader.files.problems import Problem, explain
from llm_grader.files.yaml_strict import Key, Lines, load_yaml
from llm_grader.rubric.model import Rubric

_SUFFIXES = (".yaml", ".yml")


def load_rubric(source: str | Path) -> Rubric:
    """Read a rubric: the id of a packaged one, or the path of a YAML file.

    Raises:
        RubricError: there is no such rubric, or the file is wrong; the message lists every problem with its line, the
            item it belongs to and what was expected.
    """
    packaged = _packaged()
    name = str(source)
    try:
        if isinstance(source, str) and source in packaged:
            name = packaged[source].name
            data, lines = load_yaml(packaged[source].read_bytes(), path=name)
        elif _looks_like_a_path(source):
            data, lines = load_yaml(Path(source))
        else:
            raise RubricError(_unknown(name, list(packaged)))
    except MalformedInput as error:
        raise RubricError(error.message, path=error.path, where=error.where) from error
    try:
        return Rubric.model_validate(data)
    except ValidationError as error:
        raise _rubric_error(explain(error, data, keys=_keys()), data, lines, name) from error


def read_rubric_text(source: str | Path) -> tuple[str, str]:
    """The name and the text of a rubric's file, as it was written.

    Raises:
        RubricError: there is no such rubric, or it cannot be read as text.
    """
    packaged = _packaged()
    if isinstance(source, str) and source in packaged:
        return packaged[source].name, packaged[source].read_text("utf-8")
    try:
        return Path(source).name, Path(source).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RubricError(f"cannot be read as text: {error}", path=source) from error


def packaged_rubrics() -> list[str]:
    """The ids of the rubrics that come with the library, sorted."""
    return sorted(_packaged())


def rubric_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a rubric file, for editors and other programs.

    It describes shape and types; that references hold and ids differ is checked by `load_rubric` alone.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:llm-grader:rubric:1",
        **Rubric.model_json_schema(by_alias=True),
        "title": "llm-grader rubric",
    }


def _packaged() -> dict[str, Traversable]:
    found = files("llm_grader.rubrics").iterdir()
    return {Path(entry.name).stem: entry for entry in found if entry.name.endswith(_SUFFIXES)}


def _looks_like_a_path(source: str | Path) -> bool:
    path = Path(source)
    return isinstance(source, Path) or path.suffix in _SUFFIXES or len(path.parts) > 1 or path.exists()


def _unknown(name: str, packaged: list[str]) -> str:
    close = difflib.get_close_matches(name, packaged, n=3)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    listed = ", ".join(sorted(packaged))
    return (
        f"no rubric is called {name!r}; {hint}packaged: {listed}; your own is given by its path, such as ./{name}.yaml"
    )


@cache
def _keys() -> frozenset[str]:
    schema = Rubric.model_json_schema(by_alias=True)
    return frozenset(key for part in (schema, *schema["$defs"].values()) for key in part["properties"])


def _rubric_error(problems: list[Problem], data: Any, lines: Lines, name: str) -> RubricError:
    placed = [_placed(problem, data, lines) for problem in problems]
    placed.sort(key=lambda entry: entry[0])
    if len(placed) == 1:
        return RubricError(placed[0][1], path=name, where=f"line {placed[0][0]}")
    listed = "".join(f"\n  line {line}: {message}" for line, message in placed)
    return RubricError(f"{len(placed)} problems{listed}", path=name)


def _placed(problem: Problem, data: Any, lines: Lines) -> tuple[int, str]:
    """The line of a problem, and its message with the item and the keys that lead to it."""
    place, message = problem
    if not place and (named := _item_named(message, data)):
        return lines[named], message
    item = _item_at(place, data)
    keys = ".".join(str(key) for key in place[4 if item else 0 :] if isinstance(key, str))
    return lines[place], ": ".join(part for part in (item, keys, message) if part)


def _item_at(place: tuple[Key, ...], data: Any) -> str:
    match place:
        case ("sections", int(section), "items", int(position), *_):
            item = data["sections"][section]["items"][position]
            has_id = isinstance(item, dict) and isinstance(item.get("id"), str)
            return f"item {item['id']}" if has_id else f"item {position + 1} of section {section + 1}"
    return ""


def _item_named(message: str, data: Any) -> tuple[Key, ...] | None:
    """The place of the section or item that a message about the whole rubric begins with.

    Of several with the same id it is the first, and the last when the repetition itself is the problem.
    """
    named = re.match(r"(section|item) (\w+): (this id is used)?", message)
    if named is None:
        return None
    sections = list(enumerate(data["sections"]))
    if named[1] == "section":
        places: list[tuple[Key, ...]] = [("sections", n) for n, section in sections if section["id"] == named[2]]
    else:
        items = [(n, at, item) for n, section in sections for at, item in enumerate(section["items"])]
        places = [("sections", n, "items", at) for n, at, item in items if item["id"] == named[2]]
    return places[-1 if named[3] else 0]
