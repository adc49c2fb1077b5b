"""Exports that lost fields, hold values of another type or end early are read or refused, and nothing else happens."""

from __future__ import annotations

import json
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.errors import InputError, UnsupportedFormat
from llm_grader.readers import FORMATS, read_transcripts
from llm_grader.transcript import Transcript
from tests.support.exports import EXPORTS, put

STRANGE: list[Any] = [10**400, 1e300, None, True, 0, -1, 3.5, "", "text", "nan", "2024-05-01", "PT1S"]
STRANGE += [[], {}, [[]], [{}], [None], {"a": {}}]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


PLACES = [(name, place) for name, value in EXPORTS.items() for place in places(value)[1:]]


def damaged(name: str, place: tuple[Any, ...], change: Any) -> Any:
    """An export in which one value is another, or is missing."""
    export = deepcopy(EXPORTS[name])
    holder: Any = export
    for key in place[:-1]:
        holder = holder[key]
    if change is damaged:
        del holder[place[-1]]
    else:
        holder[place[-1]] = change
    return export


def read_bytes(data: bytes, name: str | None = None) -> list[Transcript]:
    """What is read; an `InputError` with the file's name is the only other way."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export.json"
        file.write_bytes(data)
        problems: list[InputError] = []
        read = list(read_transcripts(file, format=name, on_error=problems.append))
        assert all(str(file) in str(problem) for problem in problems)
        assert read or problems
        return read


@pytest.mark.parametrize("name", EXPORTS)
def test_each_export_is_known_by_its_content_alone(tmp_path: Path, name: str) -> None:
    known: list[str] = []
    list(read_transcripts(put(tmp_path, EXPORTS[name]), on_file=lambda _, found: known.append(found)))
    assert known == [name.split(" ")[0]]


@settings(max_examples=400)
@given(st.sampled_from(PLACES), st.sampled_from(STRANGE) | st.just(damaged), st.booleans())
def test_a_value_of_another_type_is_read_or_told(place: tuple[str, tuple[Any, ...]], change: Any, forced: bool) -> None:
    export = damaged(*place, change)
    for transcript in read_bytes(json.dumps(export).encode(), place[0].split(" ")[0] if forced else None):
        assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript


@settings(max_examples=100)
@given(st.sampled_from(sorted(EXPORTS)), st.floats(0, 1), st.sampled_from([b"", b"\0", b"\xff", b"]", b"}"]))
def test_a_file_that_ends_early_is_refused(name: str, share: float, tail: bytes) -> None:
    data = json.dumps(EXPORTS[name]).encode()
    cut = data[: int(share * (len(data) - 1))]
    read_bytes((cut or b"{") + tail)


@pytest.mark.parametrize("name", [name for name in FORMATS if name in {key.split(" ")[0] for key in EXPORTS}])
@pytest.mark.parametrize("value", [{}, [], [1], {"a": 1}, [{"a": 1}], [[]]])
def test_an_export_of_another_kind_is_refused_where_the_format_is_named(name: str, value: Any) -> None:
    assert read_bytes(json.dumps(value).encode(), name) == []


def test_json_of_no_kind_we_know_is_nobodys(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormat):
        list(read_transcripts(put(tmp_path, {"segments": 1, "results": [], "parties": {}, "messages": "x"})))
