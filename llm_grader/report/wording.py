"""Figures and labels in the words of a report's language; templates ask for them here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from math import isfinite
from typing import NamedTuple

from llm_grader.eval.stats.bootstrap import Interval
from llm_grader.eval.stats.pass_rates import Corrected
from llm_grader.pages.text import visible
from llm_grader.pages.texts import Strings
from llm_grader.report.figures import Difference, Mean, Share
from llm_grader.report.people import earned
from llm_grader.report.rows import FAILED_CHECK, NOT_ASKED, NOT_JUDGED, ConversationRow, level_of
from llm_grader.rubric.model import Item, wording
from llm_grader.verdict import CANNOT_ASSESS, NOT_APPLICABLE

_OFF_SCALE = {NOT_APPLICABLE: ("–", "none"), CANNOT_ASSESS: ("?", "unsure")}
_CODES = {"n": NOT_APPLICABLE, "c": CANNOT_ASSESS}


class Shown(NamedTuple):
    """A label as it is shown: a sign and a kind (`good`, `part`, `bad`, `none`, `unsure`, `review`), and words."""

    sign: str
    kind: str
    words: str


class Worded(NamedTuple):
    """Text of the rubric, and the language it is in."""

    text: str
    language: str


class ReportWording:
    """The words of one report.

    Args:
        strings: the texts of its language.
        zone: of its times.
    """

    def __init__(self, strings: Strings, zone: tzinfo) -> None:
        self.t = strings
        self.zone = zone

    def rubric(self, text: Mapping[str, str]) -> Worded:
        """A text of the rubric in the report's language, or the one it falls back to."""
        found = wording(dict(text), self.t.language)
        languages = (code for code in (self.t.language, "en", *text) if text.get(code) == found)
        return Worded(visible(found), next(languages, self.t.language))

    def label(self, item: Item, label: str | None) -> Shown:
        """A label of an item; None is a failed check. A fault that was found looks as bad as it is."""
        if label is None:
            return Shown("!", "review", self.t("label_needs_review"))
        if label not in item.levels:
            sign, kind = _OFF_SCALE.get(label, ("·", "none"))
            known = label in _OFF_SCALE
            return Shown(sign, kind, self.t(f"label_{label}") if known else self.t("label_not_asked"))
        share = earned(item, label) or 0.0
        sign, kind = ("●", "good") if share == 1 else ("○", "bad") if share == 0 else ("◐", "part")
        return Shown(sign, kind, self._level(item, label))

    def code(self, item: Item, code: str) -> Shown:
        """A label from the character that stands for it in a row."""
        if code == NOT_ASKED:
            return Shown("·", "none", self.t("label_not_asked"))
        if code == FAILED_CHECK:
            return self.label(item, None)
        level = level_of(code)
        return self.label(item, _CODES[code] if level is None else item.levels[level])

    def _level(self, item: Item, label: str) -> str:
        if item.penalty and item.scale == "binary":
            return self.t("label_fault" if label == "met" else "label_no_fault")
        if item.scale == "binary":
            return self.t(f"label_{label}")
        return self.t("label_level", label=visible(label), place=item.levels.index(label) + 1, of=len(item.levels))

    def day(self, time: datetime | None) -> str:
        """The day of a point in time; – where it is not known."""
        return "–" if time is None else self.t.date(time.astimezone(self.zone))

    def share(self, found: Share) -> str:
        """A share in per cent; – of nothing."""
        return "–" if found.estimate is None else self.t.percent(found.estimate)

    def mean(self, found: Mean) -> str:
        """A mean with a decimal; – of nothing."""
        return "–" if found.estimate is None else self.t.number(found.estimate, 1)

    def percent(self, value: float | None) -> str:
        """A share from 0 to 1 in per cent; – where it is not known."""
        return "–" if value is None or not isfinite(value) else self.t.percent(value)

    def figure(self, value: float) -> str:
        """A statistic with two decimals; – where it is not a number."""
        return self.t.number(value, 2) if isfinite(value) else "–"

    def range_of(self, found: Share | Mean | Difference | Corrected | Interval, *, scale: float = 100) -> str:
        """A 95 % interval in words: low to high, times `scale`, or that they are too few."""
        if found.low is None or found.high is None or not isfinite(found.low):
            return self.t("too_few")
        decimals = 0 if scale == 100 else 1
        low, high = (self.t.number(end * scale, decimals) for end in (found.low, found.high))
        return self.t("interval", low=low, high=high)

    def points(self, value: float | None, *, scale: float = 1) -> str:
        """A difference with its sign."""
        if value is None:
            return "–"
        text = self.t.number(abs(value * scale), 1)
        return text if float(f"{value * scale:.1f}") == 0 else f"{'+' if value > 0 else '−'}{text}"

    def why(self, code: str) -> str:
        """The reason why a verdict waits, in words where it is a known one."""
        key = f"why_{code}"
        return self.t(key) if key in self.t.texts else self.t("why_other", code=visible(code.replace("_", " ")))


def passed_in_words(row: ConversationRow, strings: Strings) -> str:
    """Whether a conversation passed; – where nothing of it was judged."""
    if row.passed is None and row.status in NOT_JUDGED:
        return "–"
    return strings({True: "yes", False: "no", None: "undecided"}[row.passed])
