"""Dates and times before, behind and above the label of a turn, as programs of several countries write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript

WORDS = ("Hello", "my card is late", "I look into it")


def read(folder: Path, text: str) -> Transcript:
    (folder / "dates.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(folder / "dates.txt")
    return transcript


def minutes(transcript: Transcript) -> list[int | None]:
    clocks = (turn.at or turn.clock for turn in transcript.turns)
    return [None if clock is None else clock.minute for clock in clocks]


@pytest.mark.parametrize(
    "stamp",
    [
        "5. 1. 2026 10:{}",
        "5. 1. 2026, 10:{}",
        "5. 1. 2026 10:{} -",
        "[5. 1. 2026 10:{}]",
        "5. 1. 26 10:{}",
        "5.1.2026 v 10:{}",
        "05.01.2026 um 10:{} Uhr",
        "05.01.2026, 10:{} Uhr -",
        "05.01.2026 kell 10:{}",
        "2026. 01. 05. 10:{}",
        "2026-01-05 at 10:{}",
        "2026-01-05 10:{}:11 UTC",
        "Mon 10:{}",
        "[Mon 10:{}]",
        "Mo., 05.01.2026 10:{}",
        "po 5. 1. 2026 10:{}",
        "esmaspäev 05.01.2026 kell 10:{}",
        "10:{} AM CET |",
    ],
)
@pytest.mark.parametrize("names", [("Agent", "Zákazník"), ("Jana", "Petr Novák")])
def test_a_day_belongs_to_the_time_below_it(tmp_path: Path, stamp: str, names: tuple[str, str]) -> None:
    who = (names[0], names[1], names[0])
    lines = [f"{stamp.format(f'0{at}')} {name}: {text}" for at, (name, text) in enumerate(zip(who, WORDS, strict=True))]
    transcript = read(tmp_path, "\n".join(lines))
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == list(zip(who, WORDS, strict=True))
    assert "heading" not in transcript.metadata
    assert (minutes(transcript) == [0, 1, 2]) != any("could not be read" in told for told in transcript.warnings)


@pytest.mark.parametrize("stamp", ["Jan 5, 10:0{} AM", "5. Januar 10:0{}", "5. ledna v 10:0{}"])
def test_a_day_without_its_year_is_no_part_of_what_was_said(tmp_path: Path, stamp: str) -> None:
    text = f"{stamp.format(2)} Agent: Hello\n{stamp.format(3)} Kunde: my card is late\n"
    transcript = read(tmp_path, text)
    assert [turn.text for turn in transcript.turns] == ["Hello", "my card is late"]
    assert any("2 times could not be read" in told for told in transcript.warnings)


@pytest.mark.parametrize(
    "words",
    [
        "it was sent twice\n5. 1. 2026 10:02 Praha: odesláno\n6. 1. 2026 11:10 Brno: doručeno",
        "I called\nMon 10:02 Billing: no answer",
        "free are\n5. 1. 2026 v 10:02\n6. 1. 2026 v 11:00",
        "1. 2. 2026 is fine, 10:02 is not: too early",
        "Room 5, 10:02 is the time: be there",
        "the match is 5. 1. 10:02 at home",
    ],
)
def test_days_within_what_somebody_says_stay_there(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Agent: Hello\nCustomer: {words}\nAgent: I look into it\nCustomer: ok\n")
    assert [turn.text for turn in transcript.turns] == ["Hello", words, "I look into it", "ok"]


@pytest.mark.parametrize(
    ("above", "starts"),
    [
        ("10:0{}", [0, 60, 180]),
        ("[00:00:0{}]", [2, 3, 5]),
        ("00:00:0{} - 00:00:09", [2, 3, 5]),
        ("10:0{} AM", [0, 60, 180]),
        ("05.01.2026 10:0{}", None),
        ("5. 1. 2026 v 10:0{}", None),
        ("05.01.2026 um 10:0{} Uhr", None),
        ("Mon 10:0{}", [0, 60, 180]),
    ],
)
@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_time_above_each_label_is_that_of_its_turn(
    tmp_path: Path, above: str, starts: list[int] | None, gap: str
) -> None:
    turns = ((2, "Agent: Hello"), (3, "Kunde: My parcel"), (5, "Agent: ok"))
    transcript = read(tmp_path, "".join(f"{above.format(at)}\n{gap}{turn}\n{gap}" for at, turn in turns))
    assert [turn.text for turn in transcript.turns] == ["Hello", "My parcel", "ok"]
    assert [turn.start for turn in transcript.turns] == starts or minutes(transcript) == [2, 3, 5]
    assert "heading" not in transcript.metadata


def test_a_time_that_stands_above_few_turns_is_read_as_before(tmp_path: Path) -> None:
    turns = "Agent: When?\nKunde: I can come at:\n10:30\n11:00\nAgent: Good.\nKunde: ok\nAgent: bye\n"
    transcript = read(tmp_path, f"10:02\n{turns}")
    assert transcript.turns[1].text == "I can come at:\n10:30\n11:00"
    assert {turn.start for turn in transcript.turns} == {None}
    assert transcript.metadata["heading"] == "10:02"


def test_times_in_what_is_said_stay_where_each_turn_has_its_own_above(tmp_path: Path) -> None:
    text = "10:02\nAgent: When?\n10:03\nKunde: I can come at\n10:30\n11:00 or\n12:00 too\n10:05\nAgent: ok\n"
    transcript = read(tmp_path, text)
    assert [turn.start for turn in transcript.turns if turn.kind == "message"][:2] == [0, 60]
    assert "12:00 too" in transcript.turns[-2].text


def test_a_timetable_that_somebody_writes_names_no_speaker(tmp_path: Path) -> None:
    times = "the bus\nMon 10:00 Praha: full\nTue 10:00 Praha: full\nWed 10:00 Praha: full"
    (tmp_path / "bus.txt").write_text(f"Jana Nova: Hello\nPeter Weber: {times}\nJana Nova: ok\nPeter Weber: bye\n")
    (transcript,) = read_transcripts(tmp_path / "bus.txt")
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == [
        ("Jana Nova", "Hello"),
        ("Peter Weber", times),
        ("Jana Nova", "ok"),
        ("Peter Weber", "bye"),
    ]
    assert any("'Praha' is not known as a speaker" in warning for warning in transcript.warnings)


@pytest.mark.parametrize(
    "form",
    [
        "{who} {time}: {words}",
        "{who}, {time}: {words}",
        "{who} {time}:11 AM: {words}",
        "{who} ({time}-10:59): {words}",
        "{who}, [{time}:11]:\n{words}",
        "**{who}** *({time})*: {words}",
        "{who} wrote at {time}:\n{words}",
        "{who}, um {time} Uhr: {words}",
    ],
)
@pytest.mark.parametrize(("one", "other"), [("Agent", "Customer"), ("Ügyintéző", "Ügyfél"), ("Ana Weber", "Jon Roe")])
def test_a_time_may_stand_behind_the_label(tmp_path: Path, form: str, one: str, other: str) -> None:
    spoken = ((one, "10:02", "Good morning."), (other, "10:03", "It is late."), (one, "10:04", "I look."))
    text = "\n".join(form.format(who=who, time=time, words=words) for who, time, words in spoken)
    (tmp_path / "talk.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert [(turn.speaker, turn.start, turn.text) for turn in transcript.turns] == [
        (who, 60 * number, words) for number, (who, _, words) in enumerate(spoken)
    ]


@pytest.mark.parametrize(
    "lines",
    [
        "Monday 10:00: free\nTuesday 10:30: busy\nMonday 12:00: free",
        "Praha 10:00: bus\nMeeting 11:00: at the shop",
        "Call customer 10:02: no answer",
        "at 10:30: yes",
    ],
)
def test_a_time_behind_other_words_is_somebodys(tmp_path: Path, lines: str) -> None:
    for one, other in (("Agent", "Customer"), ("Ana Weber", "Jon Roe")):
        (tmp_path / "talk.txt").write_text(f"{one}: When?\n{other}: So:\n{lines}\n{one}: Fine.\n{other}: Yes.\n")
        (transcript,) = read_transcripts(tmp_path / "talk.txt")
        assert [turn.text for turn in transcript.turns] == ["When?", f"So:\n{lines}", "Fine.", "Yes."]


def test_a_log_of_calls_that_somebody_writes_is_theirs(tmp_path: Path) -> None:
    log = "Agent 10:02: no answer\nCustomer 10:03: called"
    (tmp_path / "talk.txt").write_text(f"Ana: See:\n{log}\nJon: Oh.\nAna: Yes.\nJon: Bye.\n")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert [turn.text for turn in transcript.turns] == [f"See:\n{log}", "Oh.", "Yes.", "Bye."]


@pytest.mark.parametrize(
    "form",
    [
        "{who}:\t{time}\t{words}",
        "{who} | {time} | {words}",
        "{who}: {time} – {words}",
        "{who}: {words} ({time})",
        "{who}: {words} [{time}]",
        "{time}:07\n{who}: {words}\n",
    ],
)
@pytest.mark.parametrize(("one", "other"), [("Agent", "Customer"), ("Operátorka", "Zákaznice")])
def test_a_time_beside_the_words_of_every_turn_is_no_part_of_them(
    tmp_path: Path, form: str, one: str, other: str
) -> None:
    spoken = ((one, "00:00:02", "Good morning."), (other, "00:00:09", "It is late."), (one, "00:01:20", "I look."))
    text = "\n".join(form.format(who=who, time=time, words=words) for who, time, words in spoken)
    (tmp_path / "talk.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert [(turn.speaker, turn.start, turn.text) for turn in transcript.turns] == [
        (who, start, words) for (who, _, words), start in zip(spoken, (2, 9, 80), strict=True)
    ]


@pytest.mark.parametrize(
    "turns",
    [
        ("When does it leave? (10:02)", "The next one (10:05)", "And then?", "(10:30)"),
        ("10:02 - that is your train", "10:30 - that one", "Fine"),
        ("Which of them?", "10:02 | 10:05 | 10:09", "10:05 | track 4"),
    ],
)
def test_a_time_in_the_words_of_some_turns_is_said(tmp_path: Path, turns: tuple[str, ...]) -> None:
    labelled = (f"{('Agent', 'Customer')[number % 2]}: {words}" for number, words in enumerate(turns))
    (tmp_path / "talk.txt").write_text("\n".join(labelled))
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert [turn.text for turn in transcript.turns] == list(turns)


def test_a_time_and_its_day_below_a_name_are_not_said(tmp_path: Path) -> None:
    heads = ("Ana Weber\n10:02 AM, Jan 5, 2026", "Jon Roe\n10:03 AM, Jan 5, 2026", "Ana Weber\n10:04 AM, Jan 5, 2026")
    (tmp_path / "talk.txt").write_text("\n\n".join(f"{head}\nIt is late." for head in heads))
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert [turn.text for turn in transcript.turns] == ["It is late."] * 3


@pytest.mark.parametrize(
    "words",
    [
        "Conversation ended on : Monday, January 5, 2026, at 10:06",
        "Chat closed: 5.1.2026",
        "Chat ended: 5 May 2026, 10:06 (UTC)",
        "Call ended at: 2026-05-05 10:06 AM",
    ],
)
def test_when_a_chat_ended_is_said_by_nobody(tmp_path: Path, words: str) -> None:
    talk = f"[10:02] Jon: It is late.\n[10:03] Ana: I look.\n[10:04] Jon: Thanks.\n{words}\n"
    (tmp_path / "talk.txt").write_text(talk)
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert [(turn.event, turn.text) for turn in transcript.turns[2:]] == [(None, "Thanks."), ("end", words)]


@pytest.mark.parametrize(
    "words",
    [
        "The chat ended on: 5. 5. 2024, as far as I know.",
        "Chat closed: 2024 was the order, not 2023",
    ],
)
def test_sentences_with_a_year_behind_an_end_are_somebodys(tmp_path: Path, words: str) -> None:
    (tmp_path / "talk.txt").write_text(f"Agent: Hi.\nCustomer: It is late.\n{words}\nAgent: I look.\n")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert [turn.text for turn in transcript.turns] == ["Hi.", f"It is late.\n{words}", "I look."]


@pytest.mark.parametrize(
    "log",
    [
        "Agent 10:02: said wait.",
        "Operator at 10:02 am: promised a call back.",
        "Parcel, 10:02: left the depot\nParcel, 11:30: in the van\nCourier 12:00: at the door",
        "Jana 10:00: she comes\nPetr 11:00: he comes\nJana 12:00: she leaves",
    ],
)
@pytest.mark.parametrize("other", ["Customer", "Jon Roe"])
def test_a_log_between_turns_that_have_no_time_is_somebodys(tmp_path: Path, log: str, other: str) -> None:
    (tmp_path / "talk.txt").write_text(f"{other}: It is late.\n{log}\nAgent: I look.\n{other}: Thanks.\n")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert [turn.text for turn in transcript.turns] == [f"It is late.\n{log}", "I look.", "Thanks."]
