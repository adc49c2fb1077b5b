"""The recipes that ship: each reads its export, and only its own."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from llm_grader.readers import FORMATS, read_transcripts
from llm_grader.readers.recipes.packaged import RECIPE_NAMES, packaged_recipe
from llm_grader.readers.source.document import Document, Options
from llm_grader.transcript import Transcript

DATA = Path(__file__).parents[2] / "data" / "recipes"
SHARED = Path(__file__).parents[3].parent / "shared" / "cases" / "exports"


class Case(NamedTuple):
    """An export in the shape that its documentation gives, with people and words of our own, and what is in it.

    Turns are (role that the source states, kind, what the text begins with); `at` and `start` are those of the first
    turn that has one; `id` and `channel` are those of the first conversation.
    """

    recipe: str
    data: Any
    turns: list[list[str]]
    at: str | None = None
    start: float | None = None
    conversations: int = 1
    channel: str | None = None
    id: str | None = None


CASES = {file.stem: Case(**json.loads(file.read_text("utf-8"))) for file in sorted(DATA.glob("*.json"))}


def put(tmp_path: Path, case: Case, *, lines: bool = False) -> Path:
    file = tmp_path / "export"
    if isinstance(case.data, str):
        file.write_text(case.data)
    elif lines and isinstance(case.data, list):
        file.write_text("".join(json.dumps(record) + "\n" for record in case.data))
    else:
        file.write_text(json.dumps(case.data, indent=2))
    return file


def read(file: Path) -> tuple[list[Transcript], list[str]]:
    known: list[str] = []
    return list(read_transcripts(file, on_file=lambda _, name: known.append(name))), known


def stated(transcript: Transcript) -> list[list[str]]:
    """The turns, with the roles that the source states alone."""
    return [[t.role if t.role_source == "source" else "unknown", t.kind, t.text] for t in transcript.turns]


@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_each_export_is_read_by_its_recipe(tmp_path: Path, name: str, lines: bool) -> None:
    case = CASES[name]
    transcripts, known = read(put(tmp_path, case, lines=lines))
    assert known == [case.recipe]
    assert len(transcripts) == case.conversations
    first = transcripts[0]
    found = [[role, kind, text[: len(e[2])]] for (role, kind, text), e in zip(stated(first), case.turns, strict=True)]
    assert found == case.turns
    assert case.at is None or next(t.at for t in first.turns if t.at) == datetime.fromisoformat(case.at)
    assert case.start is None or next(t.start for t in first.turns if t.start is not None) == case.start
    assert case.channel in (None, first.channel)
    assert case.id in (None, first.id)
    assert Transcript.model_validate_json(first.model_dump_json()) == first


@pytest.mark.parametrize("name", CASES)
def test_no_two_recipes_claim_an_export_but_the_more_special_comes_first(tmp_path: Path, name: str) -> None:
    file = put(tmp_path, CASES[name])
    document = Document(file, name="in", stem="in", options=Options())
    claiming = [recipe for recipe in RECIPE_NAMES if packaged_recipe(recipe).sniff(document)]
    assert claiming[0] == CASES[name].recipe
    assert set(claiming[1:]) <= {"rocketchat-room"}  # which is what is no omnichannel conversation


@pytest.mark.parametrize("name", CASES)
def test_what_is_internal_is_never_shown_as_said_to_the_customer(tmp_path: Path, name: str) -> None:
    transcripts, _ = read(put(tmp_path, CASES[name]))
    for turn in (turn for transcript in transcripts for turn in transcript.turns):
        assert turn.kind == "message" or turn.visibility == "internal"
        assert turn.spoken == (turn.kind == "message")


@pytest.mark.parametrize(
    ("public", "more"),
    [(True, {}), ("yes", {"via": {"channel": "web"}}), (1, {"audit_id": 7}), (None, {"ticket_id": 7})],
)
def test_comments_of_any_program_are_none_of_zendesk(public: Any, more: dict[str, Any]) -> None:
    comment = {"author_id": 10, "body": "Where is it?", "public": public, "created_at": "2026-03-02T08:00:00Z", **more}
    document = Document(json.dumps({"comments": [comment]}).encode(), name="in", stem="in", options=Options())
    assert not packaged_recipe("zendesk-comments").sniff(document)
    known = {**comment, "public": False, "plain_body": "Where is it?"}
    document = Document(json.dumps({"comments": [known]}).encode(), name="in", stem="in", options=Options())
    assert packaged_recipe("zendesk-comments").sniff(document)


def test_every_recipe_is_a_format_has_a_test_and_says_where_its_shape_is_from() -> None:
    assert {case.recipe for case in CASES.values()} == set(RECIPE_NAMES) - {"rocketchat-room"}
    assert set(RECIPE_NAMES) <= set(FORMATS)
    for name in RECIPE_NAMES:
        assert packaged_recipe(name).recipe.name == name
        assert packaged_recipe(name).recipe.source


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("change", [None, [], {}, "x", 7, True])
def test_a_value_of_another_kind_is_read_or_told(tmp_path: Path, name: str, change: Any) -> None:
    case = CASES[name]
    if isinstance(case.data, str):
        return
    first = case.data[0] if isinstance(case.data, list) else case.data
    for key in first:
        broken = {**first, key: change}
        data = [broken, *case.data[1:]] if isinstance(case.data, list) else broken
        file = put(tmp_path, case._replace(data=data))
        problems: list[Any] = []
        for transcript in read_transcripts(file, format=case.recipe, on_error=problems.append):
            assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript
        assert all(str(file) in str(problem) for problem in problems)


@pytest.mark.skipif(not SHARED.exists(), reason="the cases are not here")
@pytest.mark.parametrize("file", sorted(SHARED.glob("*")) if SHARED.exists() else [], ids=lambda file: file.name)
def test_the_exports_of_the_cases_are_read(file: Path) -> None:
    transcripts, (known,) = read(file)
    assert known in RECIPE_NAMES
    turns = [turn for transcript in transcripts for turn in transcript.turns]
    assert turns
    for turn in turns:
        late = "My parcel is late." in turn.text
        assert turn.role in (("customer", "unknown") if late else ("agent", "bot", "unknown", "customer"))
        assert (turn.text == "vip") == (turn.kind == "note")
