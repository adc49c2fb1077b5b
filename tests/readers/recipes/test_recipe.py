"""What a recipe can say, and what of an export it leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jmespath
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llm_grader.errors import InputError, MalformedInput
from llm_grader.readers import read_transcripts
from llm_grader.readers.recipes.packaged import load_recipe
from llm_grader.readers.recipes.paths import left_over, path, tree_of
from llm_grader.transcript import Transcript

SMALL: dict[str, Any] = {
    "name": "ours",
    "title": "Our export",
    "applies": ["log"],
    "turns": "log",
    "channel": "chat",
    "turn": {"text": "said", "role": "by"},
}


def read(tmp_path: Path, data: Any, recipe: dict[str, Any], **options: Any) -> list[Transcript]:
    file = tmp_path / "export"
    file.write_text(json.dumps(data) if not isinstance(data, str) else data)
    return list(read_transcripts(file, columns=recipe, **options))


EXPRESSIONS = [
    *("a.b", "a[0]", "a[0][1] || a[0]", "a || b", "a && b", "!a", "a == `1`", "a == `true`", "a != b", "a > `0`"),
    *("[0].a", "[-1].a", "a[].b", "a[?b==`1`] | [0].b", "@", "a || 'x'", "(a || b)[0].b", "!a && b", "a < b", "'x'"),
    *("starts_with(a, 'x')", "contains(keys(@), 'a')", "a == 'x' && 'y' || b", "join('', a[].b)", "*.a"),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "x", "xy"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(EXPRESSIONS), VALUES)
@example("a < b", {"a": "x", "b": "xy"})
def test_a_place_is_what_jmespath_finds_there(expression: str, value: Any) -> None:
    try:
        expected = jmespath.search(expression, value)
    except (jmespath.exceptions.JMESPathError, TypeError):
        expected = None
    found = path(expression)(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"turn": {"role": "by"}}, "expected text or html"),
        ({"turn": {"text": "said[", "role": "by"}}, "JMESPath"),
        ({"turn": {"text": "said", "role": {"path": "by", "values": {"x": "boss"}}}}, "found boss, expected some of"),
        (
            {"turn": {"text": "said", "kind": {"path": "k", "otherwise": "chat"}}},
            "found chat, expected some of message",
        ),
        ({"ticket": {"csta": "x"}}, "unknown fields"),
        ({"turms": "log"}, "did you mean 'turns'"),
        ({"applies": []}, "applies"),
        ({"name": "Our Export"}, "name"),
    ],
)
def test_a_wrong_recipe_is_refused_before_anything_is_read(change: dict[str, Any], message: str) -> None:
    with pytest.raises(MalformedInput, match=message):
        load_recipe({**SMALL, **change})


def test_a_wrong_recipe_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("name: ours\ntitle: x\napplies: [log]\nturns: log\nturn: {tekst: said}\n")
    with pytest.raises(MalformedInput, match=r"r\.yaml: line 5: .*tekst"):
        read_transcripts("nowhere", columns=tmp_path / "r.yaml")


def test_what_no_place_reads_is_kept_as_metadata(tmp_path: Path) -> None:
    data = {
        "log": [{"by": "agent", "said": "Hi", "mood": "good"}, {"by": "customer", "said": "Hello", "empty": None}],
        "branch": "Linz",
        "meta": {"id": "m1", "size": 2},
    }
    (transcript,) = read(tmp_path, data, {**SMALL, "id": "meta.id"})
    assert transcript.id == "m1"
    assert transcript.metadata == {"branch": "Linz", "meta": {"size": 2}, "turns": [{"mood": "good"}, {}]}


def test_items_that_are_ignored_or_say_nothing_are_counted_in_warnings(tmp_path: Path) -> None:
    data = {"log": [{"by": "agent", "said": "Hi"}, {"by": "agent", "typing": True}, {"by": "agent", "said": " "}]}
    (transcript,) = read(tmp_path, data, {**SMALL, "ignore": "typing"})
    assert [turn.text for turn in transcript.turns] == ["Hi"]
    assert "1 of 3 items are no part of the conversation and were left out" in transcript.warnings
    assert "1 of 2 items hold no text and were left out" in transcript.warnings


def test_an_item_that_cannot_be_read_costs_itself_alone(tmp_path: Path) -> None:
    problems: list[InputError] = []
    data = {"log": [{"by": "agent", "said": "Hi"}, {"by": "agent", "said": ["secret"]}, 7]}
    (transcript,) = read(tmp_path, data, SMALL, on_error=problems.append)
    assert [turn.text for turn in transcript.turns] == ["Hi"]
    assert [problem.where for problem in problems] == ["turn 2", "turn 3"]
    assert "said: expected text, found a list" in str(problems[0])
    assert "secret" not in str(problems[0])
    assert any("turns may be missing" in warning for warning in transcript.warnings)


@pytest.mark.parametrize("layout", ["object", "list", "lines", "wrapped", "flat", "flat lines", "pages"])
def test_a_record_a_list_lines_and_turns_of_their_own_are_the_same(tmp_path: Path, layout: str) -> None:
    turns = [{"by": "agent", "said": "Hi", "c": 1}, {"by": "customer", "said": "Hello", "c": 1}]
    data: Any = {
        "object": {"log": turns},
        "list": [{"log": turns}],
        "lines": json.dumps({"log": turns}) + "\n" + json.dumps({"log": turns}) + "\n",
        "wrapped": {"all": [{"log": turns}, {"log": turns}]},
        "flat": turns,
        "flat lines": "".join(json.dumps(turn) + "\n" for turn in turns),
        "pages": [{"log": turns[:1]}, {"log": turns[1:]}],
    }[layout]
    recipe = {**SMALL, "applies": ["log || [0].said"], "conversations": "all", "turns": "log || [?said]"}
    transcripts = read(tmp_path, data, recipe)
    assert len(transcripts) == (2 if layout in ("lines", "wrapped", "pages") else 1)
    assert sum(len(transcript.turns) for transcript in transcripts) == (4 if layout in ("lines", "wrapped") else 2)


def test_groups_and_threads_part_a_list_into_conversations(tmp_path: Path) -> None:
    turns = [
        {"by": "agent", "said": "b", "n": 2, "to": 1, "c": "x"},
        {"by": "customer", "said": "a", "n": 1, "to": None, "c": "x"},
        {"by": "customer", "said": "d", "n": 4, "to": 9, "c": "y"},
        {"by": "agent", "said": "c", "n": 3, "to": 2, "c": "x"},
    ]
    flat = {**SMALL, "applies": ["[0].said"], "turns": "[?said]"}
    by_group = read(tmp_path, turns, {**flat, "group": "c"})
    by_thread = read(tmp_path, turns, {**flat, "thread": {"id": "n", "replies_to": "to"}, "order": "n"})
    assert [(t.id, [turn.text for turn in t.turns]) for t in by_group] == [("x", ["b", "a", "c"]), ("y", ["d"])]
    assert [(t.id, [turn.text for turn in t.turns]) for t in by_thread] == [("1", ["a", "b", "c"]), ("4", ["d"])]


def test_a_circle_of_answers_is_one_conversation(tmp_path: Path) -> None:
    turns = [{"by": "agent", "said": "a", "n": 1, "to": 2}, {"by": "agent", "said": "b", "n": 2, "to": 1}]
    recipe = {**SMALL, "applies": ["[0].said"], "turns": "[?said]", "thread": {"id": "n", "replies_to": "to"}}
    (transcript,) = read(tmp_path, turns, recipe)
    assert len(transcript.turns) == 2


def test_people_give_names_addresses_and_roles(tmp_path: Path) -> None:
    data = {
        "log": [{"by": 1, "said": "Hi"}, {"by": 2, "said": "Hello"}],
        "who": [{"n": 1, "name": "Ana", "side": "us"}, {"n": 2, "name": "Bo", "side": "them", "mail": "bo@x.example"}],
    }
    people = {"each": "who", "id": "n", "name": "name", "email": "mail"}
    people["role"] = {"path": "side", "values": {"us": "agent", "them": "customer"}}  # type: ignore[assignment]
    (transcript,) = read(tmp_path, data, {**SMALL, "turn": {"text": "said", "speaker": "by"}, "people": people})
    assert [(turn.speaker, turn.role) for turn in transcript.turns] == [("Ana", "agent"), ("Bo", "customer")]
    assert [(who.id, who.email, who.key) for who in transcript.participants] == [
        ("Ana", None, "1"),
        ("Bo", "bo@x.example", "2"),
    ]


def test_a_role_of_somebody_nameless_may_be_given_on_the_command_line(tmp_path: Path) -> None:
    recipe = {**SMALL, "turn": {"text": "said", "role": {"path": "by", "values": {"ai": "bot", "user": "customer"}}}}
    data = {"log": [{"by": "ai", "said": "Hi"}, {"by": "user", "said": "Hello"}]}
    (transcript,) = read(tmp_path, data, recipe)
    assert [turn.role for turn in transcript.turns] == ["bot", "customer"]
    assert any("read as a bot" in warning for warning in transcript.warnings)
    (transcript,) = read(tmp_path, data, recipe, roles={"agents": ["ai"]})
    assert [(turn.role, turn.role_source) for turn in transcript.turns] == [
        ("agent", "mapping"),
        ("customer", "source"),
    ]


def test_a_ticket_keeps_what_fits_and_tells_what_does_not(tmp_path: Path) -> None:
    data = {
        "log": [{"by": "agent", "said": "Hi"}],
        "t": {"s": "open", "c": "x", "g": [{"name": "late"}], "at": 1772438400},
    }
    ticket = {"status": "t.s", "csat": "t.c", "tags": "t.g", "opened_at": "t.at"}
    (transcript,) = read(tmp_path, data, {**SMALL, "ticket": ticket})
    assert transcript.ticket is not None
    assert transcript.ticket.model_dump(exclude_none=True, mode="json") == {
        "status": "open",
        "tags": ["late"],
        "opened_at": "2026-03-02T08:00:00Z",  # 20514 days of 86400 s after 1970, and 28800 s
        "vendor": {},
    }
    assert "the ticket's csat is of another kind than expected and was left out" in transcript.warnings


def test_words_are_put_together_by_speaker_and_pause(tmp_path: Path) -> None:
    said = [("Hi", "a", 0.0), ("there", "a", 0.4), ("Yes", "b", 1.0), ("bye", "a", 9.0), ("now", "a", 12.0)]
    data = {"log": [{"w": word, "s": who, "t": at, "e": at + 0.3} for word, who, at in said]}
    recipe = {**SMALL, "turn": {"text": "w"}, "words": {"text": "w", "speaker": "s", "start": "t", "end": "e"}}
    (transcript,) = read(tmp_path, data, {**recipe, "channel": "call"})
    # a pause of 2.7 s, from 9.3 to 12, ends the turn of a
    assert [(turn.speaker, turn.text, turn.start) for turn in transcript.turns] == [
        ("a", "Hi there", 0.0),
        ("b", "Yes", 1.0),
        ("a", "bye", 9.0),
        ("a", "now", 12.0),
    ]


def test_a_recipe_that_does_not_fit_is_told(tmp_path: Path) -> None:
    with pytest.raises(MalformedInput, match="ours: no turns at log"):
        read(tmp_path, {"other": []}, SMALL)
    with pytest.raises(MalformedInput, match="no JSON"):
        read(tmp_path, "Agent: Hello\n", SMALL)


def test_what_is_left_is_what_was_not_read() -> None:
    tree = tree_of([("a", "b"), ("c",), ("c", "d"), ("l", "x")])
    value = {"a": {"b": 1, "z": 2}, "c": {"d": 1, "e": 2}, "l": [{"x": 1, "y": 2}, {"x": 3}], "n": None, "k": 0}
    assert left_over(value, tree) == {"a": {"z": 2}, "l": [{"y": 2}, {}], "k": 0}
