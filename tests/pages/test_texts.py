"""Texts of pages: five languages with the same keys, their plural forms and number formats."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from llm_grader.pages.texts import LANGUAGES, Strings, load_strings, plural_form

FORMS = {"en": {"one", "other"}, "de": {"one", "other"}, "et": {"one", "other"}, "hu": {"other"}}
FORMS["cs"] = {"one", "few", "many", "other"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_have_the_same_keys_and_placeholders(language: str) -> None:
    english, texts = load_strings("en").texts, load_strings(language).texts
    assert texts.keys() == english.keys()
    for key, text in texts.items():
        original = english[key]
        assert isinstance(text, str) == isinstance(original, str), key
        if isinstance(text, str) and isinstance(original, str):
            assert placeholders(text) == placeholders(original), key
        elif not isinstance(text, str) and not isinstance(original, str):
            assert set(text) == FORMS[language], key
            assert {frozenset(placeholders(form)) for form in text.values()} == {
                frozenset(placeholders(form)) for form in original.values()
            }, key


@pytest.mark.parametrize(
    ("language", "n", "form"),
    [
        ("en", 1, "one"), ("en", 0, "other"), ("en", 1.5, "other"), ("de", 1, "one"), ("et", 2, "other"),
        ("hu", 1, "other"), ("cs", 1, "one"), ("cs", 3, "few"), ("cs", 5, "other"), ("cs", 2.5, "many"),
    ],
)  # fmt: skip
def test_a_number_chooses_the_plural_form(language: str, n: float, form: str) -> None:
    assert plural_form(language, n) == form


def test_numbers_and_days_are_written_as_the_language_writes_them() -> None:
    english, czech, hungarian = (Strings(language, {}) for language in ("en", "cs", "hu"))
    assert english.number(1234.5, 1) == "1\u202f234.5"
    assert czech.number(1234.5, 1) == "1\u202f234,5"
    assert czech.percent(0.125, 1) == "12,5\u202f%"
    day = date(2026, 11, 3)
    assert [s.date(day) for s in (english, czech, hungarian)] == ["3 Nov 2026", "3. 11. 2026", "2026. 11. 3."]


def test_a_text_tells_what_it_lacks() -> None:
    strings = Strings("en", {"left": {"one": "{n} left", "other": "{n} left"}, "by": "by {name}"})
    assert strings("left", 2) == "2 left"
    for lacking in ("left", "by", "nothing"):
        with pytest.raises(KeyError):
            strings(lacking)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("not in 'xx'")):
        load_strings("xx")


def test_no_text_is_kept_that_nothing_shows() -> None:
    folder = Path(__file__).parents[2] / "llm_grader"
    files = [*(folder / "pages").glob("*.j2"), *(folder / "pages").glob("*.js"), *(folder / "report").rglob("*.py")]
    sources = "".join(file.read_text("utf-8") for file in files)
    made = ("label_", "status_", "role_", "gate_", "state_", "why_", "text_")  # their ends are values
    unused = [
        key for key in load_strings("en").texts if not key.startswith(made) and not re.search(rf"\b{key}\b", sources)
    ]
    assert unused == []
