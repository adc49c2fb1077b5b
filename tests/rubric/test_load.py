from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.authoring.lint import lint_rubric
from llm_grader.errors import RubricError
from llm_grader.files.yaml_strict import load_yaml
from llm_grader.rubric.load import load_rubric, packaged_rubrics, rubric_schema

DATA = Path(__file__).parents[1] / "data" / "rubrics"


def error_of(source: str | Path) -> str:
    with pytest.raises(RubricError) as caught:
        load_rubric(source)
    return str(caught.value)


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "r.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_problem_of_a_file_is_told_with_its_line_and_item() -> None:
    assert error_of(DATA / "broken.yaml").splitlines()[1:] == [
        "  line 1: id: expected lower-case letters, digits and underscores, a letter first, 64 at most, found 'Broken'",
        "  line 1: the key 'title' is missing",
        "  line 2: version: expected text, found the number 1.0; put it in quotes",
        "  line 3: titel: unknown key; did you mean 'title'?",
        "  line 4: channels: expected 'chat', 'email' or 'call', found 'fax'",
        "  line 5: pass_mark: expected at most 100, found the number 180",
        "  line 8: sections.title: expected text, or one text per language such as {en: …, de: …}",
        "  line 13: item greeting: wieght: unknown key; did you mean 'weight'?",
        "  line 14: item greeting: weight: expected at least 0, found the number -1",
        "  line 15: item greeting: judged: expected 'llm', 'signal', 'ticket', 'audio', 'corpus' or 'org', found "
        "'lmm'; did you mean 'llm'?",
        "  line 16: item greeting: critical: expected true or false, found 'perhaps'",
        "  line 17: item greeting: scale: expected 'binary' or a mapping, found 'ordinal'",
        "  line 18: item options: the key 'question' is missing",
        "  line 22: item options: scale.levels.value: expected text, found the number 1; put it in quotes",
        "  line 22: item options: scale.levels.points: expected at most 1, found the number 2",
        "  line 24: item options: applies_when: say which label of greeting it takes",
        "  line 25: item 3 of section 1: expected a mapping, found 'just text'",
        "  line 28: sections.items: expected a list of at least 1, found a list of 0",
    ]


def test_every_wrong_reference_is_told_with_the_line_of_its_item() -> None:
    assert error_of(DATA / "references.yaml").splitlines()[1:] == [
        # A repeated id stands where it is used again.
        "  line 8: item greeting: evidence.required_for names 'greeted', expected one of met, not_met, cannot_assess",
        "  line 12: item name: applies_when names the unknown item 'nobody'",
        "  line 16: item apology: applies_when waits for greeting to be 'sorry', expected one of met, not_met, "
        "cannot_assess",
        "  line 20: item greeting: this id is used 2 times, each item needs one of its own",
        "  line 23: section opening: this id is used 2 times, each section needs one of its own",
        "  line 26: item chicken: applies_when goes round in a circle: chicken → egg → chicken",
        "  line 30: item egg: an example is labelled 'boiled', expected one of met, not_met, cannot_assess",
    ]


@pytest.mark.parametrize("file", ["broken.yaml", "references.yaml"])
def test_no_word_of_the_validation_library_reaches_the_reader(file: str) -> None:
    assert not re.search(
        r"pydantic|https?:|type=|Input should|valid dictionary|instance of|function-|_error", error_of(DATA / file)
    )


def test_a_single_problem_is_one_line(tmp_path: Path) -> None:
    text = (DATA / "small.yaml").read_text(encoding="utf-8").replace("weight: 2", "weight: heavy")
    file = written(tmp_path, text)
    assert error_of(file) == f"{file}: line 20: item greeting: weight: expected a number, found 'heavy'"


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("id: a\nid: b", "line 2: the key 'id' stands in line 1 already"),
        ("id: &a x\nversion: *a", "line 1: anchors"),
        ("", "line 1: expected a mapping, found nothing"),
        ("- a", "line 1: expected a mapping, found a list of 1"),
    ],
)
def test_a_file_that_is_no_rubric_at_all_is_a_rubric_error(tmp_path: Path, text: str, reply: str) -> None:
    file = written(tmp_path, text)
    assert error_of(file).startswith(f"{file}: {reply}")


def test_a_missing_file_is_named() -> None:
    assert error_of("nowhere/r.yaml") == "nowhere/r.yaml: cannot be read: No such file or directory"


def test_an_unknown_id_names_the_packaged_rubrics_and_the_closest() -> None:
    message = error_of("helpdesk")
    assert message.startswith("no rubric is called 'helpdesk'; did you mean helpdesk_qa?")
    assert all(name in message for name in packaged_rubrics())


def test_a_field_for_seconds_takes_a_number_or_one_per_channel(tmp_path: Path) -> None:
    text = (DATA / "small.yaml").read_text(encoding="utf-8").replace("{chat: 3600, call: 7200}", "{caht: 60}")
    assert "signal.within_seconds.caht: expected 'chat', 'email' or 'call', found 'caht'" in error_of(
        written(tmp_path, text)
    )
    text = text.replace("{caht: 60}", "soon")
    assert "signal.within_seconds: expected a number or a mapping, found 'soon'" in error_of(written(tmp_path, text))


def test_the_schema_speaks_the_names_of_the_file() -> None:
    schema = rubric_schema()
    assert schema["$id"] == "urn:llm-grader:rubric:1"
    assert schema["required"] == ["id", "version", "title", "sections"]
    assert schema["additionalProperties"] is False
    assert {"from", "required_for"} == set(schema["$defs"]["EvidenceRule"]["properties"])
    assert {"item", "label", "ticket", "is"} == set(schema["$defs"]["Condition"]["properties"])


def test_the_schema_allows_plain_text_wherever_there_may_be_one_text_per_language() -> None:
    allowed = rubric_schema()["$defs"]["Item"]["properties"]["question"]["anyOf"]
    assert [option["type"] for option in allowed] == ["string", "object"]


def test_the_schema_is_json() -> None:
    assert json.loads(json.dumps(rubric_schema())) == rubric_schema()


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a file where something else could stand, as (the container, its key)."""
    for key, inside in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(inside, (dict, list)):
            yield from places(inside)


SOMETHING_ELSE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 200),
    st.sampled_from(["met", "greeting", "binary", "ordinal", "chat", "", "A b"]),
    st.just([]),
    st.just({}),
    st.just(["met", "met"]),
    st.just({"en": 1}),
    st.just({"item": "in_time", "label": "met"}),
)


@settings(max_examples=200)
@given(choice=st.data())
def test_whatever_stands_in_a_file_it_can_be_linted_or_is_a_rubric_error_with_a_line(
    tmp_path_factory: pytest.TempPathFactory, choice: st.DataObject
) -> None:
    data = load_yaml(DATA / "small.yaml")[0]
    container, key = choice.draw(st.sampled_from(list(places(data))))
    container[key] = choice.draw(SOMETHING_ELSE)
    file = tmp_path_factory.getbasetemp() / "mutated.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    shown = "line 1: nothing"
    try:
        lint_rubric(load_rubric(file))
    except RubricError as error:
        shown = str(error)
    assert re.search(r"line \d+: ", shown)
