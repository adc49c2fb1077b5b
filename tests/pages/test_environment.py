"""The environment of pages: nothing that anybody wrote becomes markup."""

from __future__ import annotations

import json
import re
from importlib import resources

import pytest
from jinja2 import UndefinedError

from llm_grader.pages.environment import environment, inline_json
from llm_grader.pages.svg import interval, trend

HOSTILE = ["</script><script>alert(1)</script>", "<!--<script>", "\u2028x\u2029", "a & b", "{{ 7*7 }}", '"onfocus="x']


@pytest.mark.parametrize("text", HOSTILE)
def test_json_in_a_script_element_cannot_end_it(text: str) -> None:
    written = inline_json({"text": text})
    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written) == {"text": text}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_is_escaped_without_being_asked_for(text: str) -> None:
    page = environment().from_string('<p title="{{ value }}">{{ value }}</p>').render(value=text)
    assert page.count("<") == 2
    assert page.count('"') == 2


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ missing }}").render()


def test_no_template_switches_escaping_off_and_no_script_writes_markup() -> None:
    forbidden = {
        ".j2": re.compile(r"\|\s*safe\b|autoescape"),
        ".js": re.compile(r"innerHTML|insertAdjacentHTML|outerHTML|document\.write|\beval\b|Function\("),
    }
    for file in resources.files("llm_grader.pages").iterdir():
        for ending, pattern in forbidden.items():
            if file.name.endswith(ending):
                assert not pattern.search(file.read_text("utf-8")), file.name


def test_drawings_are_made_of_numbers() -> None:
    assert re.fullmatch(r'[-\w\s<>="./#MlzV]+', interval(0.5, 0.4, 0.6) + trend([0.1, None, 0.9], changes=[1]))
    numbered = trend([0.1, 0.9], mark=0.8, axis=[(2025, 52), (2026, 1)], size=(640, 150))
    assert re.findall(r">(\d+)</text>", numbered) == ["0", "80", "100", "52", "2025", "1", "2026"]
    # ten weeks out of twelve lie before the second: from 34 to 634 it stands at 34 + 600 · 10 ÷ 12
    apart = trend([0.1, 0.5, 0.9], axis=[(2026, 1), (2026, 11), (2026, 13)], size=(644, 150))
    assert re.findall(r'cx="([\d.]+)"', apart) == ["34.0", "534.0", "634.0"]
    # with intervals a line joins only values that have one
    ends = [(0.0, 0.2), None, (0.8, 1.0), (0.8, 1.0)]
    assert trend([0.1, 0.5, 0.9, 0.9], ranges=ends).count('class="trend"') == 1
    assert 'cx="80.0"' in interval(0.5)  # 5 + .5 · (160 - 2 · 5)
