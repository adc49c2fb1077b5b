"""Patches of a rubric's file: a change of wording, with everything else as it was, letter by letter."""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import yaml

from llm_grader.errors import MalformedInput, RubricError
from llm_grader.eval.refine.wordings import Wording, example_of
from llm_grader.files.yaml_strict import Key, Lines, load_yaml

_WIDTH = 110
_LONG = 60

Place = tuple[Key, ...]


class _Folding(yaml.SafeDumper):
    """Writes long texts folded over several lines."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = ">" if len(text) > _LONG and "\n" not in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Folding.add_representer(str, _represent_text)


def render_diff(before: str, after: str, name: str) -> str:
    """A unified diff that `patch` and `git apply` take; empty where nothing changed."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"))


def patch_rubric(text: str, wordings: Mapping[str, Wording], language: str) -> str:
    """The text of a rubric's file with other wordings (item id → wording) in one language.

    Raises:
        RubricError: the file has no such item, or is written in a way in which it cannot be changed piece by piece.
    """
    for item_id, new in wordings.items():
        place, item = _find(load_yaml(text)[0], item_id)
        if new.question is not None:
            text = _put_text(text, (*place, "question"), new.question, language)
        for label, wanted in new.policy.items():
            text = _put_text(text, (*place, *_policy_place(item, label)), wanted, language)
        for number, anchor in enumerate(new.examples, len(item.get("examples", []))):
            text = _put(text, (*place, "examples", number), example_of(anchor, language))
    return text


def _find(data: Any, item_id: str) -> tuple[Place, dict[str, Any]]:
    for n, section in enumerate(data["sections"]):
        for m, item in enumerate(section["items"]):
            if item["id"] == item_id:
                return ("sections", n, "items", m), item
    raise RubricError(f"the file has no item {item_id!r}")


def _policy_place(item: dict[str, Any], label: str) -> Place:
    scale = item.get("scale")
    levels = [level["value"] for level in scale["levels"]] if isinstance(scale, dict) else []
    return ("scale", "levels", levels.index(label), "anchor") if label in levels else ("guidance", label)


def _put_text(text: str, place: Place, value: str, language: str) -> str:
    """Put a text in one language; a text in no language is English, and stays so."""
    plain = isinstance(_at(load_yaml(text)[0], place), str) and language == "en"
    return _put(text, place if plain else (*place, language), value)


def _at(data: Any, place: Place) -> Any:
    """What is at a place, None where there is nothing."""
    for key in place:
        if isinstance(data, Mapping):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def _put(text: str, place: Place, value: Any) -> str:
    """The text with `value` at `place`; rewritten is the smallest part around it that stands on lines of its own."""
    data, lines = load_yaml(text)
    wanted = copy.deepcopy(data)
    _set(wanted, place, value)
    listed = text.splitlines()
    for depth in range(len(place), 0, -1):
        part = place[:depth]
        span = _span(listed, lines, part, data)
        if span is None:
            continue
        start, end, column = span
        changed = _at(wanted, part)
        block = _dump({part[-1]: changed} if isinstance(part[-1], str) else [changed], column)
        if end > start:
            block[0] = listed[start][:column] + block[0][column:]
        written = "\n".join([*listed[:start], *block, *listed[end:]]) + "\n"
        if _reads_as(written, wanted):
            return written
    where = ".".join(map(str, place))
    raise RubricError(f"{where}: cannot be changed by itself; change it by hand to: {value}")


def _set(data: Any, place: Place, value: Any) -> None:
    """Set a value; a plain text on the way becomes the English of several, and what is missing is made."""
    for key, following in pairwise(place):
        if isinstance(data, dict) and not isinstance(data.get(key), dict | list):
            plain = data.get(key)
            data[key] = [] if isinstance(following, int) else {} if plain is None else {"en": plain}
        data = data[key]
    if isinstance(data, list) and place[-1] == len(data):
        data.append(value)
    else:
        data[place[-1]] = value


def _span(listed: list[str], lines: Lines, place: Place, data: Any) -> tuple[int, int, int] | None:
    """The lines (from, up to) of a key or entry that begins one, and its column.

    What is new gets an empty span after the last of its siblings. None where lines are shared with other parts.
    """
    key, present = place[-1], _at(data, place)
    if present is not None:
        start = lines[place] - 1
        head = r"(?=- )" if isinstance(key, int) else rf"{re.escape(key)}\s*:"
        found = re.match(rf"(\s*(?:- +)*?){head}", listed[start])
        return None if found is None else (start, _end(listed, start + 1, len(found[1]), key), len(found[1]))
    siblings = _at(data, place[:-1])
    if not siblings or isinstance(siblings, str):
        return None
    last = len(siblings) - 1 if isinstance(siblings, list) else next(reversed(siblings))
    beside = _span(listed, lines, (*place[:-1], last), data)
    return None if beside is None else (beside[1], beside[1], beside[2])


def _end(listed: list[str], start: int, column: int, key: Key) -> int:
    """Where the block of a key or entry at `column` ends; blank lines after it are not part of it."""
    end = start
    for number, line in enumerate(listed[start:], start):
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        listed_below = indent == column and isinstance(key, str) and line.lstrip().startswith("- ")
        if indent <= column and not listed_below:
            break
        end = number + 1
    return end


def _dump(value: Any, column: int) -> list[str]:
    dumped = yaml.dump(value, Dumper=_Folding, allow_unicode=True, sort_keys=False, width=_WIDTH - column)
    return [f"{' ' * column}{line}" if line else "" for line in dumped.splitlines()]


def _reads_as(text: str, wanted: Any) -> bool:
    try:
        return bool(load_yaml(text)[0] == wanted)
    except MalformedInput:
        return False
