"""Times as people and programs write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from llm_grader.readers.source.moments import Moments, day_first, seconds

TEN = datetime(2026, 1, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-05T10:00:00Z",
        "2026-01-05T10:00:00+0000",
        "2026-01-05 10:00:00 UTC",
        "2026-01-05 10:00",
        "2026-01-05 10:00 AM",
        "20260105T100000Z",
        "2026/01/05 10:00",
        "2026.01.05 10:00",
        "05.01.2026 10:00",
        "5.1.2026, 10:00:00",
        "05.01.26 10:00",
        "5. 1. 2026 10:00",
        "Jan 5, 2026 10:00 AM",
        "5 Jan 2026 10:00",
        "5 January 2026, 10:00",
        "Monday, January 5th, 2026 at 10:00 AM",
        "Mon Jan 05 10:00:00 +0000 2026",
        "Mon, 05 Jan 2026 10:00:00 +0000",
        "Mon Jan 05 2026 11:00:00 GMT+0100 (CET)",
        "5. Januar 2026, 10:00 Uhr",
        "5. ledna 2026 10:00",
        "2026. január 5. 10:00",
        "2026. 01. 05. 10:00",
        "2026.01.05. 10:00:00",
        "05-JAN-2026 10:00",
        "5.1.2026 v 10:00",
        "05.01.2026 um 10:00 Uhr",
        "5.1.2026 kell 10:00",
        "Mon Jan 05 2026 05:00:00 GMT-0500 (EST)",
        "5. jaanuar 2026 10:00",
        "5 janvier 2026 à 10:00",
        "5 janv. 2026 10:00",
        "5 de enero de 2026, 10:00",
        "5 stycznia 2026 10:00",
        "20260105 10:00:00",
        "20260105100000",
        "10:00 05.01.2026",
        "10:00:00, 5 Jan 2026",
        "05/Jan/26 10:00 AM",
        "05/Jan/2026:10:00:00 +0000",
        "05-JAN-26 10.00.00.000000 AM",
        "1.7676072E+12",
        "46027,4166666667",
        20260105100000,
        "2026-01-05 02:00:00 PST",
        "2026-01-05 05:00 EST",
        "05.01.2026 11:00 MEZ",
        "5. 1. 2026 11:00 SEČ",
        "Mon, 05 Jan 2026 05:00:00 EST",
        "Mon Jan 05 05:00:00 EST 2026",
        "Jan 5, 2026 2:00 AM (PST)",
        "2026-01-05 11:00 Europe/Prague",
        "2026-01-05T11:00:00+01:00[Europe/Prague]",
        "05.01.2026 12:00 UTC+2",
        "05.01.2026 12:00:00 +02",
        "5.1.2026 10:00 dop.",
        "2026. 01. 05. de. 10:00",
        "05.01.2026 vorm. 10:00 Uhr",
        "05.01.2026 10:00 hod.",
        "05.01.2026 10:00 - 10:05",
        # 20458 days from 1970-01-01 to 2026-01-05, of 86400 s, and 36000 s
        "1767607200",
        "1767607200000",
        "1767607200000000",
        1767607200,
        1767607200.0,
        # Excel's day 1 is 1900-01-01, so that 1970-01-01 is 25569: 25569 + 20458 + 10/24
        46027.416666666664,
        "46027.4166666667",
    ],
)
def test_each_usual_way_of_writing_a_time_is_read(written: str | float) -> None:
    assert Moments("at").read(written) == TEN


@pytest.mark.parametrize(
    ("written", "other", "expected"),
    [
        ("5/1/2026 10:00", "13/1/2026 10:00", TEN),
        ("1/5/2026 10:00 AM", "1/13/2026 10:00 AM", TEN),
        ("1-5-2026 10:00", "1-13-2026 10:00", TEN),
    ],
)
def test_the_whole_column_decides_whether_the_day_or_the_month_comes_first(
    written: str, other: str, expected: datetime
) -> None:
    assert Moments("at", [written, other]).read(written) == expected


def test_what_can_be_read_either_way_is_left_out_with_one_warning_that_names_column_and_shape() -> None:
    moments = Moments("Sent", ["1/5/2026 10:00 AM", "2/6/2026 9:00 AM"])
    assert moments.read("1/5/2026 10:00 AM") is None
    assert moments.read("2/6/2026 10:30 AM") is None
    (warning,) = moments.warnings
    assert warning.startswith("Sent: dates of the shape 9/9/9999 99:99 xx can be read with the day or the month first")
    assert "time_format" in warning
    assert "2026" not in warning


def test_contradicting_dates_decide_nothing() -> None:
    assert day_first(["13/1/2026", "1/13/2026"]) is None
    assert day_first(["13/1/2026 10:00"]) is True
    assert day_first(["1/13/2026 10:00"]) is False


def test_a_format_that_is_given_is_the_only_one() -> None:
    moments = Moments("at", time_format="%m/%d/%Y %I:%M %p")
    assert moments.read("1/5/2026 10:00 AM") == TEN
    assert moments.read("2026-01-05T10:00:00Z") is None
    assert any("time_format" in warning for warning in moments.warnings)


@pytest.mark.parametrize(
    ("unit", "number"), [("s", 1767607200), ("ms", 1767607200e3), ("us", 1767607200e6), ("ticks", 1767607200e7)]
)
def test_a_unit_that_is_given_is_what_numbers_count(unit: str, number: float) -> None:
    assert Moments("at", unit=unit).read(number) == TEN


@pytest.mark.parametrize("nothing", ["hello", "99.99.2026 10:00", "2026-13-45", "12345", "1e400", "", True, "10:00"])
def test_what_is_no_time_is_none_and_told_without_its_words(nothing: str | bool) -> None:
    moments = Moments("at")
    assert moments.read(nothing) is None
    assert all("hello" not in warning for warning in moments.warnings)
    assert moments.warnings


@pytest.mark.parametrize("half", [" PM", " pm", " p.m.", " p. m.", " P.M.", "\u202fPM", "\xa0pm"])
def test_the_half_of_the_day_counts_however_it_is_written(half: str) -> None:
    assert Moments("at", ["13/1/2026 10:00"]).read(f"13/1/2026 10:00{half}") == datetime(2026, 1, 13, 22, tzinfo=UTC)


def test_a_zone_is_kept_and_its_absence_is_told() -> None:
    moments = Moments("at")
    assert moments.read("2026-01-05 10:00 +0200") == datetime(2026, 1, 5, 10, tzinfo=timezone(timedelta(hours=2)))
    assert not moments.warnings
    moments.read("5 Jan 2026 10:00")
    assert moments.warnings == ("times without a zone were read as UTC",)
    assert not moments.afresh().warnings


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1.5, None, 1.5),
        ("1.5", None, 1.5),
        (1500, "ms", 1.5),
        (15_000_000, "ticks", 1.5),
        ("1.500s", "ms", 1.5),
        ("PT1M1.5S", None, 61.5),
        ("01:01.5", None, 61.5),
        ("00:01:01,500", None, 61.5),
        ({"seconds": "61", "nanos": 500_000_000}, None, 61.5),
        ("a:b", None, None),
        ("nan", None, None),
        (True, None, None),
        ([1], None, None),
    ],
)
def test_seconds_are_read_as_what_they_count(value: object, unit: str | None, expected: float | None) -> None:
    assert seconds(value, unit) == expected


@pytest.mark.parametrize(
    "written",
    [
        "5.1.2026 1:05 odp.",
        "2026.01.05. du. 1:05",
        "5. ledna 2026 1:05 odp.",
        "5. Januar 2026 nachm. 1:05",
        "5.1.2026 1:05 odpoledne",
        "2026.01.05. délután 1:05",
        "5.1.2026 1:05 Uhr nachmittags",
    ],
)
def test_the_second_half_of_the_day_is_known_in_other_languages(written: str) -> None:
    assert Moments("at").read(written) == datetime(2026, 1, 5, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-05 10:00 IST",  # of India, Ireland or Israel
        "05.01.2026 10:00 XYZ",
        "1/15/2026 10:00 AM Eastern Time",
        "Mon, 05 Jan 2026 10:00:00 QQT",
        "2026-01-05 10:00 Nowhere/Atlantis",
    ],
)
def test_a_zone_that_nobody_knows_leaves_the_time_unread_and_told(written: str) -> None:
    moments = Moments("Sent", ["1/15/2026"])
    assert moments.read(written) is None
    assert all(warning.startswith("Sent: times of the shape ") for warning in moments.warnings)
    assert moments.warnings


@pytest.mark.parametrize("day", ["martes, 5 de mayo de 2026", "mardi 5 mai 2026", "Tuesday, May 5, 2026"])
def test_a_day_of_the_week_is_no_month(day: str) -> None:
    assert Moments("at").read(day) == datetime(2026, 5, 5, tzinfo=UTC)


def test_seconds_may_have_a_decimal_comma() -> None:
    assert seconds("0,5") == 0.5
    assert seconds("12,25") == 12.25
    assert seconds("1,234,5") is None


def test_three_figures_behind_a_comma_may_be_thousands_and_are_no_seconds() -> None:
    assert seconds("1,134") is None
    assert seconds("0,1345") == 0.1345
