"""Tickets that lost fields in several places at once are read or refused, and nothing else happens."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.transcript import Transcript
from tests.readers.test_damage import STRANGE, places, read_bytes
from tests.support.help_desk_exports import HELP_DESKS


@st.composite
def broken(draw: st.DrawFn) -> tuple[str, Any]:
    """The name of an export and the export, with up to six places in it lost, exchanged or doubled."""
    name = draw(st.sampled_from(sorted(HELP_DESKS)))
    export: Any = deepcopy(HELP_DESKS[name])
    for _ in range(draw(st.integers(1, 6))):
        *way, key = draw(st.sampled_from(places(export)[1:] or [("id",)]))
        holder = export
        for step in way:
            holder = holder[step]
        how = draw(st.sampled_from(("lost", "exchanged", "doubled")))
        if how == "lost" and (isinstance(holder, list) or key in holder):
            del holder[key]
        elif how == "doubled" and isinstance(holder, list):
            holder.append(deepcopy(holder[key]))
        else:
            holder[key] = deepcopy(draw(st.sampled_from(STRANGE)))
    return name, export


@settings(max_examples=300)
@given(broken(), st.booleans())
def test_tickets_broken_in_several_places_are_read_or_refused(case: tuple[str, Any], forced: bool) -> None:
    name, export = case
    for transcript in read_bytes(json.dumps(export).encode(), name.split(" ")[0] if forced else None):
        assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript
        for turn in transcript.turns:
            assert not turn.segments or turn.segments[-1].end == len(turn.text)


@pytest.mark.parametrize("name", HELP_DESKS)
def test_each_line_of_a_file_may_be_an_export(name: str) -> None:
    line = json.dumps(HELP_DESKS[name])
    read = read_bytes(f"{line}\n{line[:-9]}\n{line}\n".encode(), name.split(" ")[0])
    assert len(read) == 2
    assert read[0].turns == read[1].turns
    assert re.search("the id .* was read before", " ".join(read[1].warnings))
