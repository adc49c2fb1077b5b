from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.transcript import Transcript
from tests.support.exports import SAMPLES, needs_samples, refusal, spoken

DATA = Path(__file__).parents[2] / "data" / "readers"
LRM = "\u200e"


def read(folder: Path, text: str, roles: RoleMapping | None = None) -> Transcript:
    file = folder / "chat.txt"
    file.write_text(text, "utf-8")
    names: list[str] = []
    (transcript,) = read_transcripts(file, roles=roles, on_file=lambda _, name: names.append(name))
    assert names == ["whatsapp"]
    return transcript


def times(transcript: Transcript) -> list[str | None]:
    return [f"{turn.at:%Y-%m-%d %H:%M:%S}" if turn.at else None for turn in transcript.turns]


def test_a_chat_with_lines_below_system_lines_and_files() -> None:
    (transcript,) = read_transcripts(DATA / "whatsapp_de.txt")
    assert [(turn.kind, turn.speaker, turn.text) for turn in transcript.turns] == [
        ("event", None, "Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt."),
        ("message", "Petra Kundin", "Guten Tag,\nmeine Waschmaschine läuft nicht."),
        ("message", "Service Nord", "Was zeigt die Anzeige: E5 oder E6?"),
        ("event", "Petra Kundin", "<Medien ausgeschlossen>"),
        ("message", "Petra Kundin", "E5"),
    ]
    assert [turn.event for turn in transcript.turns] == ["system", None, None, "attachment", None]
    assert transcript.turns[0].role == "system"
    assert times(transcript)[1] == "2024-05-01 14:05:00"
    assert transcript.channel == "chat"
    assert "times without a zone were read as UTC" in transcript.warnings


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("01.05.24, 14:05 - Jana: Hi", "2024-05-01 14:05:00"),
        ("1. 5. 2024 14:05 - Jana: Hi", "2024-05-01 14:05:00"),
        ("2024. 05. 01. 14:05 - Jana: Hi", "2024-05-01 14:05:00"),
        ("2024-05-01 14:05 - Jana: Hi", "2024-05-01 14:05:00"),
        ("13/05/2024, 2:05 pm - Jana: Hi", "2024-05-13 14:05:00"),
        ("5/13/24, 12:05\u202fAM - Jana: Hi", "2024-05-13 00:05:00"),
        ("13/5/24 2:05 p.\u00a0m. - Jana: Hi", "2024-05-13 14:05:00"),
        (f"{LRM}[13/05/24, 14:05:31] Jana: Hi", "2024-05-13 14:05:31"),
        ("[13.5.2024 klo 14.05.31] Jana: Hi", "2024-05-13 14:05:31"),
        ("[13/05/2024, 2:05:31\u202fPM] ~\u202fJana: Hi", "2024-05-13 14:05:31"),
        ("13/05/24, 14:05 \u2013 \u202aJana\u202c: Hi", "2024-05-13 14:05:00"),
    ],
)
def test_dates_of_many_phones(tmp_path: Path, line: str, time: str) -> None:
    transcript = read(tmp_path, line)
    assert times(transcript) == [time]
    assert spoken(transcript) == [("Jana", "Hi")]


@pytest.mark.parametrize(
    ("dates", "second"),
    [
        (["01/02/24", "01/13/24"], "2024-01-13"),  # no month has the number 13
        (["01/02/24", "13/02/24"], "2024-02-13"),
        (["30/01/24", "01/02/24"], "2024-02-01"),
        (["03/01/24", "01/02/24"], "2024-02-01"),  # 3 January, 1 February; as March 1, January 2 it would run backwards
        (["01/03/24", "02/01/24"], "2024-02-01"),  # January 3, February 1; the other way round it would run backwards
        (["05/05/24", "06/06/24"], "2024-06-06"),  # the same either way
    ],
)
def test_the_order_of_the_date_is_decided_by_all_dates(tmp_path: Path, dates: list[str], second: str) -> None:
    transcript = read(tmp_path, "\n".join(f"{date}, 10:00 - Jana: Hi" for date in dates))
    assert times(transcript)[1] == f"{second} 10:00:00"


def test_dates_that_nothing_decides_are_told_and_not_guessed(tmp_path: Path) -> None:
    lines = ["01/02/24, 10:00 - Jana: Hi", "01/02/24, 10:30 - Petr: Hello", "01/03/24, 10:00 - Jana: Hi"]
    of_two_days = read(tmp_path, "\n".join(lines))
    assert times(of_two_days) == [None, None, None]
    assert [str(turn.clock) for turn in of_two_days.turns] == ["10:00:00", "10:30:00", "10:00:00"]
    assert "dates can be read with the day or the month first: only the times of day are kept" in of_two_days.warnings
    of_one = read(tmp_path, "\n".join(lines[:2]))
    assert [(turn.start, str(turn.clock)) for turn in of_one.turns] == [(0, "10:00:00"), (1800, "10:30:00")]
    assert "dates can be read with the day or the month first: kept as seconds since the first" in of_one.warnings


def test_a_date_that_does_not_exist_is_told(tmp_path: Path) -> None:
    transcript = read(tmp_path, "31/04/24, 10:00 - Jana: Hi\n01/05/24, 10:00 - Jana: Hi")
    assert times(transcript) == [None, "2024-05-01 10:00:00"]
    assert "1 times could not be read and were left out" in transcript.warnings


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<Media omitted>",
            "<Medien ausgeschlossen>",
            "<Média vynechána>",
            "<Hiányzó médiafájl>",
            "<Meedia ära jäetud>",
        ),
        *("<Multimedia omitido>", "<Médias omis>", "<Media omessi>", "<Media weggelaten>", "<pominięto multimedia>"),
        *(f"{LRM}image omitted", f"{LRM}Bild weggelassen", f"{LRM}<attached: 00000012-PHOTO.jpg>", "sticker omitted"),
        *("IMG-20240501-WA0001.jpg (file attached)", "rechnung.pdf (Datei angehängt)"),
    ],
)
def test_what_stands_for_a_file_is_an_attachment(tmp_path: Path, text: str) -> None:
    turn = read(tmp_path, f"13/05/24, 10:00 - Jana: {text}").turns[0]
    assert (turn.kind, turn.event, turn.speaker) == ("event", "attachment", "Jana")
    assert turn.text == text.removeprefix(LRM)


@pytest.mark.parametrize(
    "file",
    ["IMG-1.jpg (file attached)", f"{LRM}rechnung.pdf (Datei angehängt)", "<Media omitted>", f"{LRM}image omitted"],
)
def test_what_is_written_below_a_file_is_a_message(tmp_path: Path, file: str) -> None:
    transcript = read(tmp_path, f"13/05/24, 10:00 - Jana: {file}\nsee picture\nplease {LRM}<This message was edited>")
    assert [(turn.event, turn.speaker, turn.text) for turn in transcript.turns] == [
        ("attachment", "Jana", file.removeprefix(LRM)),
        (None, "Jana", "see picture\nplease"),
    ]
    assert transcript.turns[0].at == transcript.turns[1].at is not None
    assert transcript.metadata["edited"] == [1]


@pytest.mark.parametrize(
    "text", ["Diese Nachricht wurde gelöscht.", "This message was deleted", f"{LRM}Tato zpráva byla smazána"]
)
def test_a_deleted_message_is_an_event(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, f"13/05/24, 10:00 - Jana: {text}").turns[0].event == "deleted"


@pytest.mark.parametrize(
    "text", ["the image was omitted", "see <the form>", "I sent form.pdf (file attached) twice", "1 < 2"]
)
def test_words_about_files_are_words(tmp_path: Path, text: str) -> None:
    turn = read(tmp_path, f"13/05/24, 10:00 - Jana: {text}").turns[0]
    assert (turn.kind, turn.text) == ("message", text)


def test_the_mark_of_an_edited_message_is_no_word_of_its_author(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"13/05/24, 10:00 - Jana: At noon {LRM}<This message was edited>")
    assert transcript.turns[0].text == "At noon"
    assert transcript.metadata["edited"] == [0]


@pytest.mark.parametrize(
    "line",
    [
        'Jana changed the subject from "A: B" to "C: D"',
        "Messages and calls are end-to-end encrypted.",
        "Jana started a call at 10:30",
        f"Help: {LRM}You created this group",
    ],
)
def test_a_line_that_nobody_said_is_an_event(tmp_path: Path, line: str) -> None:
    transcript = read(tmp_path, f"13/05/24, 10:00 - {line}\n13/05/24, 10:01 - Jana: Hi")
    assert (transcript.turns[0].kind, transcript.turns[0].role, transcript.turns[0].speaker) == (
        "event",
        "system",
        None,
    )
    assert transcript.turns[1].speaker == "Jana"


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("Jana hat Ferdinand Stoiber hinzugefügt", ["Jana", "Ferdinand Stoiber"]),
        ("Petr added Ferdinand Stoiber, Bo Li and +49 171 2345678", ["Jana", "Petr", "Ferdinand Stoiber", "Bo Li"]),
        ("You added ~ Ferdinand Stoiber", ["Jana", "Ferdinand Stoiber"]),
        (f"{LRM}Petr added {LRM}Ferdinand Stoiber", ["Jana", "Petr", "Ferdinand Stoiber"]),
        ("Ferdinand Stoiber left", ["Jana", "Ferdinand Stoiber"]),
        ("Ferdinand Stoiber joined using this group's invite link", ["Jana", "Ferdinand Stoiber"]),
        ('Ferdinand Stoiber created group "Help at Home"', ["Jana", "Ferdinand Stoiber"]),
        ("Ferdinand Stoiber hat die Gruppe verlassen.", ["Jana", "Ferdinand Stoiber"]),
        ("Deine Sicherheitsnummer für Ferdinand Stoiber hat sich geändert.", ["Jana", "Ferdinand Stoiber"]),
        ("Petr přidal(a) Ferdinanda Stoibera", ["Jana", "Petr", "Ferdinanda Stoibera"]),
        ("Petr hozzáadta Ferdinand Stoiber", ["Jana", "Petr", "Ferdinand Stoiber"]),
        ("Petr lisas Ferdinand Stoiber", ["Jana", "Petr", "Ferdinand Stoiber"]),
        ("Messages and calls are end-to-end encrypted. Tap to learn more.", ["Jana"]),
        ("Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.", ["Jana"]),
        ("You were added", ["Jana"]),
        ("Waiting for this message was added to the list of things left", ["Jana"]),
    ],
)
def test_who_comes_goes_and_is_brought_takes_part(tmp_path: Path, line: str, people: list[str]) -> None:
    transcript = read(tmp_path, f"13/05/24, 10:00 - {line}\n13/05/24, 10:01 - Jana: Hi")
    assert [person.name for person in transcript.participants if person.name] == people
    numbers = [person.phone for person in transcript.participants if person.phone]
    assert numbers == (["+49 171 2345678"] if "+49" in line else [])


def test_the_agent_is_who_the_user_says(tmp_path: Path) -> None:
    text = "13/05/24, 10:00 - Petr: It is broken\n13/05/24, 10:01 - +420 601 123 456: Which one?"
    transcript = read(tmp_path, text, RoleMapping(customers=("petr",)))
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"]


def test_a_stamped_transcript_with_another_shape_stays_labelled_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("[2024-05-01 10:22] Agent: Hello\n[2024-05-01 10:23] Customer: Hi\n")
    names: list[str] = []
    list(read_transcripts(tmp_path / "a.txt", on_file=lambda _, name: names.append(name)))
    assert names == ["text"]


def test_text_without_dates_is_refused_where_the_format_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Agent: Hello\n")
    assert "no line begins with a date" in str(refusal(tmp_path / "a.txt", format="whatsapp"))


@needs_samples
@pytest.mark.parametrize(
    "name",
    ["chatminer_test_[mmddyy]_24hrs.txt", "chatminer_test_ddmmyy_24hrs.txt", "chatminer_test_mmddyyyy_12hrs.txt"],
)
def test_the_public_samples_are_one_chat_written_three_ways(name: str) -> None:
    (transcript,) = read_transcripts(SAMPLES / "whatsapp" / name)
    assert spoken(transcript) == [
        ("John Doe", "Lorem ipsum dolor sit amet."),
        ("John Doe", "."),
        ("Jahn Doe", "Lorem ipsum dolor sit amet,\nconsectetur adipiscing elit. Duis libero."),
        ("John-John Doe", "Lorem ipsum : dolor sit amet."),
        (None, '+12 345 578 created group "Groupname"'),
        (None, "You were added"),
        ("John Doe 🤓", "Lorem ipsum 🤓"),
        ("🤓", "Lorem ipsum 🤓"),
        ("John Doe", "Lorem ipsum dolor sit amet,\nconsectetur adipiscing elit. Duis libero."),
    ]
    assert times(transcript)[::8] == ["2019-01-01 11:25:00", "2021-12-30 22:01:00"]


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from([*"0159[]/.,:-~<> \n\u200e\u202f\u2013apm", "99/99/9999, 99:99 - a: b", "0/0/0, 0:00 - "]))
)
def test_broken_lines_are_read_or_refused(tmp_path: Path, crumbs: list[str]) -> None:
    (tmp_path / "chat.txt").write_text("01/05/24, 10:00 - Jana: Hi\n" + "".join(crumbs), "utf-8")
    (transcript,) = read_transcripts(tmp_path / "chat.txt", format="whatsapp")
    assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript


@pytest.mark.parametrize(
    "line",
    [
        "[15-01-20 02:22:56] Jana: Hi",
        "15-01-20 02:22 - Jana: Hi",
        "15/01/2020 02:22 – Jana: Hi",
        "15.01.20 02:22 — Jana: Hi",
        "15-01-2020, 02:22 −Jana: Hi",
        "2020-01-15, 02:22 - Jana: Hi",
        "15‑01‑20 02:22 - Jana: Hi",
    ],
)
def test_commas_and_dashes_are_written_in_many_ways(tmp_path: Path, line: str) -> None:
    transcript = read(tmp_path, f"{line}\n")
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == [("Jana", "Hi")]
    assert (times(transcript)[0] or "").startswith("2020-01-15 02:22")


@pytest.mark.parametrize(
    ("dates", "last"),
    [
        (["15-01-20", "16-01-20"], "2020-01-16"),  # days, then the same year
        (["15-01-20", "15-01-21"], "2015-01-21"),  # one year, then two days
        (["15-12-31", "16-01-01", "16-01-02"], "2016-01-02"),  # two years, then three days
    ],
)
def test_a_year_of_two_digits_may_stand_in_front(tmp_path: Path, dates: list[str], last: str) -> None:
    transcript = read(tmp_path, "".join(f"[{date} 10:00:00] Jana: Hi\n" for date in dates))
    assert times(transcript)[-1] == f"{last} 10:00:00"


def test_the_notice_of_encryption_is_nobodys_though_a_name_stands_before_it(tmp_path: Path) -> None:
    notice = "Messages and calls are end-to-end encrypted. No one outside of this chat can read them."
    (tmp_path / "chat.txt").write_text(f"[13/05/24, 10:22:01] Acme: {notice}\n[13/05/24, 10:22:31] Bo: Hi\n")
    (transcript,) = read_transcripts(tmp_path / "chat.txt")
    assert [(turn.role, turn.kind) for turn in transcript.turns[:1]] == [("system", "event")]


def format_of(folder: Path, text: str) -> tuple[str, list[tuple[str | None, str]]]:
    file = folder / "chat.txt"
    file.write_text(text, "utf-8")
    names: list[str] = []
    (transcript,) = read_transcripts(file, on_file=lambda _, name: names.append(name))
    return names[0], [(turn.speaker, turn.text) for turn in transcript.turns if turn.kind == "message"]


@pytest.mark.parametrize(
    "stamp",
    ["25/01/2026 10:0{}", "1/25/2026 10:0{} AM", "25.01.2026 10:0{}", "25. 1. 2026 10:0{}", "25/01/2026, 10:0{}"],
)
def test_names_alone_behind_dates_in_brackets_are_those_of_a_meeting(tmp_path: Path, stamp: str) -> None:
    heads = [f"[{stamp.format(number)}] {name}" for number, name in enumerate(("Ana Weber", "Jon Roe", "Ana Weber"))]
    text = f"{heads[0]}\nGood morning.\n\n{heads[1]}\nIt is late.\nVery: late.\n\n{heads[2]}\nI look.\n"
    found = [("Ana Weber", "Good morning."), ("Jon Roe", "It is late.\nVery: late."), ("Ana Weber", "I look.")]
    assert format_of(tmp_path, text) == ("text", found)


@pytest.mark.parametrize(
    "text",
    [
        "[25/01/2026, 10:02:11] Jon Roe joined\n[25/01/2026, 10:03:11] Jon Roe: It\nis late\n",
        "[25/01/2026, 10:02:11] Ana Weber\nadded you\n[25/01/2026, 10:03:11] Jon Roe\nleft\n"
        "[25/01/2026, 10:04:11] Jon Roe: It is late\n",
        "25/01/2026, 10:02 - Ana Weber\n25/01/2026, 10:03 - Jon Roe: It is late\n",
    ],
)
def test_a_name_alone_beside_messages_stays_whatsapps(tmp_path: Path, text: str) -> None:
    assert format_of(tmp_path, text)[0] == "whatsapp"
