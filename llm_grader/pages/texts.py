"""Texts of pages in five languages: by key, with the plural forms and number formats of the language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources

from llm_grader.files.yaml_strict import load_yaml

LANGUAGES = ("en", "de", "cs", "hu", "et")
_COMMA = ("de", "cs", "hu", "et")
_DATES = {
    "en": "{d} {month} {y}",
    "de": "{d}. {m}. {y}",
    "cs": "{d}. {m}. {y}",
    "hu": "{y}. {m}. {d}.",
    "et": "{d}.{m}.{y}",
}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_NARROW = "\u202f"
_MINUS = "\u2212"


class Strings:
    """The texts of one language.

    Args:
        language: one of `LANGUAGES`.
        texts: key → text, or key → {plural form → text} where a number decides.
    """

    def __init__(self, language: str, texts: Mapping[str, str | Mapping[str, str]]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, n: float | None = None, **values: object) -> str:
        """The text of `key` with its `{placeholders}` filled in; `n` chooses the plural form and fills `{n}`.

        Raises:
            KeyError: there is no such text, or it wants another value.
        """
        text = self.texts[key]
        if not isinstance(text, str):
            if n is None:
                raise KeyError(f"{key}: its plural forms need a number n")
            text = text[plural_form(self.language, n)]
        shown = {} if n is None else {"n": self.number(n, None if float(n).is_integer() else 1)}
        return text.format(**shown, **values)

    def number(self, value: float, decimals: int | None = None) -> str:
        """A number as the language writes it; thousands are set apart by a narrow blank."""
        text = f"{value:,.{decimals or 0}f}".replace(",", _NARROW).replace("-", _MINUS)
        return text.replace(".", ",") if self.language in _COMMA else text

    def percent(self, share: float, decimals: int = 0) -> str:
        """A share (0–1) in per cent."""
        return f"{self.number(share * 100, decimals)}{_NARROW}%"

    def date(self, day: date | datetime) -> str:
        """A day as the language writes it."""
        form = _DATES[self.language]
        return form.format(d=day.day, m=day.month, month=_MONTHS[day.month - 1], y=day.year)


def plural_form(language: str, n: float) -> str:
    """Which of a text's forms goes with the number: one, few, many (decimals in Czech) or other.

    Source: the cardinal rules of Unicode CLDR for en, de, et (1 and other), hu (a noun after a number has no plural),
    cs (1, 2 to 4, decimals, other).
    """
    whole = float(n).is_integer()
    if language == "hu":
        return "other"
    if language == "cs" and not whole:
        return "many"
    if n == 1:
        return "one"
    return "few" if language == "cs" and 2 <= n <= 4 else "other"


@cache
def load_strings(language: str) -> Strings:
    """The packaged texts of a language.

    Raises:
        ValueError: there are none.
    """
    if language not in LANGUAGES:
        raise ValueError(f"pages are written in {', '.join(LANGUAGES)}, not in {language!r}")
    file = resources.files("llm_grader.pages") / "strings" / f"{language}.yaml"
    texts, _ = load_yaml(file.read_text("utf-8"), path=file.name)
    return Strings(language, texts)
