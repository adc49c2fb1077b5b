from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.errors import MalformedInput
from llm_grader.files.yaml_strict import MAX_BYTES, MAX_DEPTH, Parser, load_yaml

PARSERS = [yaml.SafeLoader, yaml.CSafeLoader] if yaml.__with_libyaml__ else [yaml.SafeLoader]


Data = Callable[[str], Any]
Refusal = Callable[[str | bytes], str]


@pytest.fixture(scope="module", params=PARSERS, ids=lambda parser: parser.__name__)
def parser(request: pytest.FixtureRequest) -> Parser:
    chosen: Parser = request.param
    return chosen


@pytest.fixture(scope="module")
def data(parser: Parser) -> Data:
    return lambda text: load_yaml(text, parser=parser)[0]


@pytest.fixture(scope="module")
def refusal(parser: Parser) -> Refusal:
    def refuse(text: str | bytes) -> str:
        with pytest.raises(MalformedInput) as caught:
            load_yaml(text, path="r.yaml", parser=parser)
        return str(caught.value)

    return refuse


@pytest.mark.parametrize(
    "word",
    ["no", "yes", "on", "off", "y", "True", "NULL", "~", "12:30", "007", "1e5", "1_000", "0x1F", "+5", ".5", "5.",
     ".inf", "2026-01-31", "1.2.3", "1234567890123456", "=", "٣"],
)  # fmt: skip
def test_a_word_that_yaml_would_turn_into_something_else_stays_text(word: str, data: Data) -> None:
    assert data(f"value: {word}") == {"value": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("false", False), ("null", None), ("", None), ("0", 0), ("-3", -3), ("80", 80), ("1.5", 1.5),
     ("0.10", 0.1), ("123456789012345", 123456789012345)],
)  # fmt: skip
def test_booleans_null_and_plain_decimal_numbers_are_what_they_say(word: str, value: Any, data: Data) -> None:
    found = data(f"value: {word}")["value"]
    assert found == value
    assert type(found) is type(value)


def test_what_is_quoted_is_text(data: Data) -> None:
    assert data("""[ "true", 'null', "1", '' ]""") == ["true", "null", "1", ""]


def test_keys_are_text_even_if_they_look_like_something_else(data: Data) -> None:
    assert data("no: Norsk\n1: one\ntrue: yes\n") == {"no": "Norsk", "1": "one", "true": "yes"}


def test_every_value_has_the_line_of_its_key_or_entry(parser: Parser) -> None:
    text = "# a comment\nsections:\n  - id: opening\n    items:\n      - id: greeting\n        weight:\n          2\n"
    found, lines = load_yaml(text, parser=parser)
    assert found == {"sections": [{"id": "opening", "items": [{"id": "greeting", "weight": 2}]}]}
    assert lines == {
        (): 1,
        ("sections",): 2,
        ("sections", 0): 3,
        ("sections", 0, "id"): 3,
        ("sections", 0, "items"): 4,
        ("sections", 0, "items", 0): 5,
        ("sections", 0, "items", 0, "id"): 5,
        ("sections", 0, "items", 0, "weight"): 6,
    }


def test_an_empty_text_is_nothing(data: Data) -> None:
    assert data("") is None
    assert data("# only a comment\n") is None


def test_a_repeated_key_is_named_with_both_lines(refusal: Refusal) -> None:
    assert refusal("a:\n  weight: 1\n  title: x\n  weight: 2\n") == (
        "r.yaml: line 4: the key 'weight' stands in line 2 already; expected it once"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x text\nb: *x", "line 1: anchors (&) and aliases (*) are not allowed"),
        ("a: 1\nb: *nowhere", "line 2: anchors (&) and aliases (*) are not allowed"),
        ("a: 1\n&x b: 2", "line 2: anchors"),
        ("a: 1\nb: [&x {c: d}]", "line 2: anchors"),
        ("a: 1\nb: !!python/object:os.system ls", "line 2: tags (!) are not allowed"),
        ("a: ! text", "line 1: tags"),
        ("!!str a: 1", "line 1: tags"),
        ("a: {x: 1}\n<<: {y: 2}", "line 2: merge keys (<<) are not allowed"),
        ("a: 1\n? [x, y]\n: 2", "line 2: a key must be a single word"),
        ("a: 1\n---\nb: 2", "line 2: a second document begins here"),
    ],
)
def test_what_makes_yaml_more_than_data_is_refused_with_its_line(text: str, message: str, refusal: Refusal) -> None:
    assert refusal(text).startswith(f"r.yaml: {message}")


def test_a_bomb_of_aliases_is_refused_before_anything_is_expanded(refusal: Refusal) -> None:
    # Each line holds the one before it nine times: 9^10 ≈ 3.5 billion words, if it were expanded.
    bomb = "a0: &a0 [lol, lol]\n"
    bomb += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 11))
    assert "line 1: anchors" in refusal(bomb)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_is_bounded_however_deep_it_goes(opening: str, refusal: Refusal) -> None:
    assert refusal(opening * 100_000) == f"r.yaml: line 1: nested deeper than {MAX_DEPTH} levels"


def test_twenty_levels_are_read_and_twenty_one_are_not(data: Data, refusal: Refusal) -> None:
    twenty: Any = "x"
    for _ in range(20):
        twenty = [twenty]
    assert data("[" * 20 + "x" + "]" * 20) == twenty
    assert "nested deeper" in refusal("[" * 21 + "x" + "]" * 21)


def test_more_than_a_megabyte_is_refused(tmp_path: Path, data: Data, refusal: Refusal, parser: Parser) -> None:
    fits = "#" * MAX_BYTES
    assert data(fits) is None
    assert "larger than 1,000,000 bytes" in refusal(fits + "#")
    file = tmp_path / "big.yaml"
    file.write_text(fits + "#")
    with pytest.raises(MalformedInput, match=r"big\.yaml: larger than"):
        load_yaml(file, parser=parser)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb:\n\tc: 2", "line 3: a tab; indent and separate with spaces"),
        ("a: 1\nb:\t2", "line 2: a tab"),
        ("a: 1\nb: x\0y", "line 2: a NUL character"),
        ("a: \x1b[31m", "line 1: the control character U+001B"),
        ("a: \ud800", "line 1: the control character U+D800"),
        ('a: 1\nb: "x\\0y"', "line 2: the escape for U+0000"),
        (b"a: 1\nb: 2\nc: caf\xe9", "line 3: the byte 0xE9 is not UTF-8; save the file as UTF-8"),
        ("a: ü".encode("utf-16"), "line 1: the byte 0xFF is not UTF-8"),
    ],
)
def test_characters_that_are_not_text_are_named_with_their_line(
    text: str | bytes, message: str, refusal: Refusal
) -> None:
    assert refusal(text).startswith(f"r.yaml: {message}")


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(parser: Parser) -> None:
    assert load_yaml("\ufeffa: 1\r\nb: x\r\n".encode(), parser=parser) == (
        {"a": 1, "b": "x"},
        {(): 1, ("a",): 1, ("b",): 2},
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nmet: Note: hello", "line 2: not valid YAML: a colon inside unquoted text"),
        ("a:\n  - b\n c: d", "line 3: not valid YAML: this line does not fit the ones above it"),
        ("a: 'never closed\n", "not valid YAML: a quote is opened and never closed"),
        ("a: [1, 2\nb: 3", "not valid YAML: a bracket or brace is opened and not closed"),
        ("a: @home", "line 1: not valid YAML: unquoted text cannot begin with this character"),
    ],
)
def test_a_common_slip_is_put_in_plain_words(text: str, message: str, refusal: Refusal) -> None:
    assert message in refusal(text)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, parser: Parser) -> None:
    with pytest.raises(MalformedInput, match=r"nowhere\.yaml: cannot be read: No such file"):
        load_yaml(tmp_path / "nowhere.yaml", parser=parser)
    with pytest.raises(MalformedInput, match="cannot be read"):
        load_yaml(tmp_path, parser=parser)


def depth(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inside is None else 1 + max(map(depth, inside), default=0)


ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text("ab1: -?[]{},&*!|>'\"#%@<\n\t\\~.", max_size=60)


@settings(max_examples=300)
@given(text=ANY_TEXT)
def test_any_text_is_data_of_bounded_depth_or_malformed(text: str, parser: Parser) -> None:
    try:
        found, lines = load_yaml(text, parser=parser)
    except MalformedInput:
        return
    assert depth(found) <= MAX_DEPTH
    assert all(line >= 1 for line in lines.values())
