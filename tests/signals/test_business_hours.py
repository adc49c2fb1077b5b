from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llm_grader.errors import MalformedInput
from llm_grader.signals.business_hours import BusinessHours, load_business_hours

HOUR = 3600.0
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OFFICE = ["09:00-12:00", "13:00-17:00"]


def hours(days: Mapping[str, Sequence[str]], timezone: str = "Europe/Prague", holidays: Any = ()) -> BusinessHours:
    return BusinessHours.model_validate({"timezone": timezone, "hours": days, "holidays": holidays})


def every_day(timezone: str, *openings: str) -> BusinessHours:
    return hours(dict.fromkeys(DAYS, openings), timezone)


def local(text: str, timezone: str = "Europe/Prague") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))


def between(found: BusinessHours, begin: str, end: str) -> float:
    return found.seconds_between(local(begin, found.timezone), local(end, found.timezone))


# --- an ordinary week: 2026-03-02 is a Monday -------------------------------------------------------------------------

WEEK = hours(dict.fromkeys(DAYS[:5], OFFICE))


def test_only_opening_hours_count() -> None:
    # 8:00–18:00 on a Monday: 9–12 and 13–17 = 3 h + 4 h
    assert between(WEEK, "2026-03-02 08:00", "2026-03-02 18:00") == 7 * HOUR
    # 11:30–13:15: half an hour before lunch and a quarter after
    assert between(WEEK, "2026-03-02 11:30", "2026-03-02 13:15") == 0.75 * HOUR
    assert between(WEEK, "2026-03-02 12:10", "2026-03-02 12:50") == 0


def test_a_weekend_does_not_count() -> None:
    # Friday 16:00 → Monday 10:00: one hour on Friday, one on Monday
    assert between(WEEK, "2026-03-06 16:00", "2026-03-09 10:00") == 2 * HOUR


def test_a_holiday_does_not_count() -> None:
    # Monday 16:00 → Wednesday 10:00 with Tuesday off
    off = hours(dict.fromkeys(DAYS[:5], OFFICE), holidays=["2026-03-03"])
    assert between(off, "2026-03-02 16:00", "2026-03-04 10:00") == 2 * HOUR


def test_the_zone_of_the_moments_does_not_matter() -> None:
    # 08:00–09:00 UTC in winter is 09:00–10:00 in Prague
    begin, end = datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert WEEK.seconds_between(begin, end) == HOUR
    elsewhere = ZoneInfo("America/New_York")
    assert WEEK.seconds_between(begin.astimezone(elsewhere), end.astimezone(elsewhere)) == HOUR


def test_fractions_of_seconds_are_kept() -> None:
    begin = local("2026-03-02 10:00:00.250000")
    assert WEEK.seconds_between(begin, begin + timedelta(microseconds=750_001)) == 0.750001


def test_nothing_is_between_a_moment_and_an_earlier_one() -> None:
    assert between(WEEK, "2026-03-02 11:00", "2026-03-02 10:00") == 0


def test_a_moment_without_a_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="with a time zone"):
        WEEK.seconds_between(datetime(2026, 3, 2, 8), local("2026-03-02 10:00"))


# --- the clock is put forward and back: Prague 2026-03-29 at 2:00, 2026-10-25 at 3:00 --------------------------------


def test_a_day_is_23_or_25_hours_long_when_the_clock_changes() -> None:
    always = every_day("Europe/Prague", "00:00-24:00")
    assert between(always, "2026-03-28 00:00", "2026-03-29 00:00") == 24 * HOUR
    assert between(always, "2026-03-29 00:00", "2026-03-30 00:00") == 23 * HOUR
    assert between(always, "2026-10-25 00:00", "2026-10-26 00:00") == 25 * HOUR


def test_the_skipped_hour_is_no_opening_hour() -> None:
    # on the wall 1:00–2:00 and 3:00–4:00 exist, 2:00–3:00 does not
    night = every_day("Europe/Prague", "01:00-04:00")
    assert between(night, "2026-03-29 00:00", "2026-03-29 12:00") == 2 * HOUR
    skipped = every_day("Europe/Prague", "02:15-02:45")
    assert between(skipped, "2026-03-29 00:00", "2026-03-30 00:00") == 0


def test_the_repeated_hour_counts_twice() -> None:
    # 2:00–3:00 comes twice: 1–2, 2–3, 2–3, 3–4
    night = every_day("Europe/Prague", "01:00-04:00")
    assert between(night, "2026-10-25 00:00", "2026-10-25 12:00") == 4 * HOUR
    repeated = every_day("Europe/Prague", "02:15-02:45")
    assert between(repeated, "2026-10-25 00:00", "2026-10-26 00:00") == HOUR


def test_office_hours_start_by_the_clock_after_it_changed() -> None:
    # Saturday 17:00 → Monday 10:00 over the change, seven days a week 9–17: eight hours on Sunday, one on Monday
    office = every_day("Europe/Prague", "09:00-17:00")
    assert between(office, "2026-03-28 17:00", "2026-03-30 10:00") == 9 * HOUR


def test_a_day_that_a_country_skipped_has_no_hours() -> None:
    # Samoa went from 29 December 2011 to the 31st
    always = every_day("Pacific/Apia", "00:00-24:00")
    assert between(always, "2011-12-29 00:00", "2012-01-01 00:00") == 48 * HOUR


# --- properties -------------------------------------------------------------------------------------------------------

ZONES = ("Europe/Prague", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "UTC")
STEP = timedelta(minutes=5)
OPEN = every_day("Europe/Prague", "00:00-24:00")


@st.composite
def schedules(draw: st.DrawFn) -> BusinessHours:
    """Opening hours in steps of five minutes."""
    days: dict[str, list[str]] = {}
    for day in draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True)):
        marks = sorted(draw(st.lists(st.integers(0, 288), min_size=2, max_size=4, unique=True)))
        openings = list(zip(marks[::2], marks[1::2], strict=False))
        days[day] = [f"{a // 12}:{a % 12 * 5:02}-{b // 12}:{b % 12 * 5:02}" for a, b in openings]
    off = draw(st.lists(st.dates(date(2018, 1, 1), date(2018, 12, 31)).map(str), max_size=3))
    return hours(days, draw(st.sampled_from(ZONES)), off)


moments = st.integers(0, 365 * 288).map(lambda n: datetime(2018, 1, 1, tzinfo=UTC) + n * STEP)


def is_open(found: BusinessHours, moment: datetime) -> bool:
    """What the clock on the wall says, read independently of any arithmetic with offsets."""
    wall = moment.astimezone(ZoneInfo(found.timezone))
    minute = wall.hour * 60 + wall.minute
    today = [openings for day, openings in found.hours.items() if day == DAYS[wall.weekday()]]
    return wall.date() not in found.holidays and any(a <= minute < b for openings in today for a, b in openings)


@settings(max_examples=80)
@given(schedules(), moments, st.integers(0, 900))
@example(every_day("America/Sao_Paulo", "00:00-24:00"), datetime(2018, 11, 4, 2, 30, tzinfo=UTC), 100)
@example(every_day("Australia/Lord_Howe", "01:30-02:30"), datetime(2018, 4, 7, 12, tzinfo=UTC), 100)
def test_it_is_the_time_during_which_the_clock_shows_an_opening_hour(
    found: BusinessHours, begin: datetime, steps: int
) -> None:
    # every clock change and opening hour here lies on a step of five minutes, so a step is open or not as a whole
    counted = sum(is_open(found, begin + n * STEP) for n in range(steps))
    assert found.seconds_between(begin, begin + steps * STEP) == counted * STEP.total_seconds()


@settings(max_examples=60)
@given(schedules(), st.tuples(moments, moments, moments))
def test_parts_add_up_to_the_whole(found: BusinessHours, three: tuple[datetime, datetime, datetime]) -> None:
    a, b, c = sorted(three)
    assert found.seconds_between(a, b) + found.seconds_between(b, c) == found.seconds_between(a, c)


@given(moments, moments)
def test_where_it_never_closes_all_time_counts(a: datetime, b: datetime) -> None:
    assert OPEN.seconds_between(min(a, b), max(a, b)) == abs((b - a).total_seconds())


# --- files ------------------------------------------------------------------------------------------------------------

FILE = """\
timezone: Europe/Berlin
hours:
  monday: [09:00-12:00, 13:00-17:30]
  saturday: 10:00-24:00
  sunday:
holidays: [2026-01-01, 2026-12-25]
"""


def test_a_file_says_when_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "hours.yaml"
    path.write_text(FILE, "utf-8")
    found = load_business_hours(path)
    assert found.hours == {"monday": ((540, 720), (780, 1050)), "saturday": ((600, 1440),), "sunday": ()}
    assert found.holidays == {date(2026, 1, 1), date(2026, 12, 25)}
    assert load_business_hours(path, timezone="Asia/Tokyo").timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "Europe/Berlin",
            "Berlin",
            "line 1: timezone: expected an IANA time zone such as Europe/Prague, found 'Berlin'",
        ),
        ("09:00-12:00", "9-12", "line 3.*expected opening hours such as 09:00-17:30, found '9-12'"),
        ("13:00-17:30", "22:00-06:00", "line 3.*found '22:00-06:00'; split what spans midnight"),
        ("13:00-17:30", "11:00-17:30", "hours.monday: expected opening hours in order, and none inside another"),
        ("10:00-24:00", "10:00-24:01", "at most 24:00"),
        ("10:00-24:00", "10:75-24:00", "expected a time and a later one"),
        ("  monday", "  montag", "line 3"),
        ("2026-12-25", "25.12.", "line 6"),
        ("holidays", "holiday", "line 6: .*unknown key; did you mean 'holidays'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "hours.yaml"
    path.write_text(FILE.replace(old, new), "utf-8")
    with pytest.raises(MalformedInput, match=message):
        load_business_hours(path)


def test_a_desk_that_never_opens_is_an_error() -> None:
    with pytest.raises(MalformedInput, match="expected opening hours on some day, found none"):
        load_business_hours({"timezone": "UTC", "hours": {"monday": []}})


def test_it_reads_back_what_it_writes() -> None:
    assert BusinessHours.model_validate_json(WEEK.model_dump_json()) == WEEK
