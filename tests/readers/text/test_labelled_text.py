from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import InputError, MalformedInput, UnsupportedFormat
from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.transcript import Transcript

DATA = Path(__file__).parents[2] / "data" / "readers"
SAMPLES = Path(__file__).parents[3].parent / "shared" / "samples"


def read(tmp_path: Path, text: str, roles: RoleMapping | None = None, **options: str) -> Transcript:
    file = tmp_path / "chat.txt"
    file.write_text(text, encoding="utf-8")
    (transcript,) = read_transcripts(file, roles=roles, **options)  # type: ignore[arg-type]
    return transcript


def said(transcript: Transcript) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in transcript.turns]


@pytest.mark.parametrize(
    ("file", "roles"),
    [
        ("hovor_cs.txt", ["agent", "customer", "agent"]),
        ("beszelgetes_hu.txt", ["agent", "customer", "agent"]),
        ("vestlus_et.txt", ["agent", "customer"]),
        ("gespraech_de.txt", ["agent", "customer", "agent"]),
    ],
)
def test_speaker_words_of_each_language_are_roles_the_source_states(file: str, roles: list[str]) -> None:
    (transcript,) = read_transcripts(DATA / file)
    assert [turn.role for turn in transcript.turns] == roles
    assert {(turn.role_source, turn.role_confidence) for turn in transcript.turns} == {("source", 1.0)}


def test_times_colons_continuations_and_a_header_are_read_as_what_they_are() -> None:
    (transcript,) = read_transcripts(DATA / "hovor_cs.txt")
    assert transcript.id == "hovor_cs"
    assert transcript.channel == "call"
    assert transcript.metadata == {"header": {"Hovor": "4711", "Datum": "2024-05-01", "Agent": "Jana Nováková"}}
    assert [turn.start for turn in transcript.turns] == [1, 5, 62]
    assert [turn.text for turn in transcript.turns] == [
        "Dobrý den, tady Jana. Jak vám mohu pomoci?",
        "Mám problém: modem nesvítí.\nZkoušel jsem ho restartovat.\n\nPoznámka: byl to už druhý pokus.",
        "Podívám se na to: https://example.test/modem",
    ]


def test_a_conversation_below_header_lines_is_no_header(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Date: today\nAgent: Good morning!\nCustomer: Hi, it broke.\n\nAgent: Oh.\n")
    assert transcript.metadata == {"header": {"Date": "today"}}
    assert said(transcript) == [("agent", "Good morning!"), ("customer", "Hi, it broke."), ("agent", "Oh.")]


def test_header_lines_may_stand_below_a_heading(tmp_path: Path) -> None:
    text = "Customer Service Call Transcript\nDate: 2024-05-01\nAgent: Jana Nová\n\nAgent: Hello.\nCustomer: Hi.\n"
    transcript = read(tmp_path, text)
    assert transcript.metadata == {
        "header": {"Date": "2024-05-01", "Agent": "Jana Nová"},
        "heading": "Customer Service Call Transcript",
    }
    assert said(transcript) == [("agent", "Hello."), ("customer", "Hi.")]


def test_a_recording_that_begins_late_keeps_its_offsets(tmp_path: Path) -> None:
    transcript = read(tmp_path, "[00:05:31] Agent: a\n[00:05:40] Customer: b\n")
    assert [turn.start for turn in transcript.turns] == [331, 340]
    assert transcript.channel == "call"


def test_a_heading_is_no_speaker_and_is_kept() -> None:
    (transcript,) = read_transcripts(DATA / "gespraech_de.txt")
    assert transcript.metadata == {"heading": "**Protokoll des Gesprächs**"}
    assert transcript.turns[1].text == "Meine Rechnung stimmt nicht.\nDort steht: 40 Euro."


@pytest.mark.parametrize(
    "line",
    [
        "Agent: Hi",
        "AGENT: Hi",
        "**Agent:** Hi",
        "**Agent**: Hi",
        "- **Agent:** Hi",
        "__Agent:__ Hi",
        "[00:00:03] Agent: Hi",
        "00:00:03 Agent: Hi",
        "(0:03) Agent: Hi",
        "[00:00:03.250] Agent: Hi",
        "[10:22 AM] - Agent: Hi",
        "Agent (10:22): Hi",
        "[2024-05-01 10:22:31] Agent: Hi",
        "Agent 1: Hi",
        "Agent Jana: Hi",
        "Jana (Agent): Hi",
        "  Agent : Hi",
        "Agent：\tHi",
    ],
)
def test_a_turn_may_begin_in_many_ways(tmp_path: Path, line: str) -> None:
    assert said(read(tmp_path, f"{line}\nCustomer: Hello\n")) == [("agent", "Hi"), ("customer", "Hello")]


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Customer Service Representative", "agent"),
        ("Client Advisor", "agent"),
        ("Zakaznik", "customer"),
        ("IVR", "bot"),
        ("AI Agent", "bot"),
        ("Fin AI Agent", "bot"),
        ("KI-Agent", "bot"),
        ("Agent (AI)", "bot"),
        ("Agent (Jana)", "agent"),
        ("Digital Assistant", "bot"),
        ("Assistent", "bot"),
        ("Asistent", "bot"),
        ("Asszisztens", "bot"),
        ("Voice Agent", "agent"),
        ("System", "system"),
        ("Team Lead", "supervisor"),
        ("Kundin", "customer"),
        ("Ügyfélszolgálat", "agent"),
    ],
)
def test_labels_of_several_words_and_without_accents_are_known(tmp_path: Path, label: str, role: str) -> None:
    transcript = read(tmp_path, f"{label}: One\nAgent: Two\nCustomer: Three\n")
    assert said(transcript)[0] == (role, "One")


@pytest.mark.parametrize("filler", range(8_170, 8_180))
def test_where_the_sniffed_part_is_cut_does_not_matter(tmp_path: Path, filler: int) -> None:
    transcript = read(tmp_path, f"Zákazník: {'x' * filler}ěščřžýáíé\nOperátor: Dobrý den\n")
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"]


def test_files_of_one_name_are_told_apart_and_named(tmp_path: Path) -> None:
    files = [tmp_path / folder / "c1.txt" for folder in ("d1", "d2", "d3")]
    for file in files:
        file.parent.mkdir()
        file.write_text("Agent: Hello\nCustomer: Hi\n")
    first, second, third = read_transcripts(tmp_path)
    assert [transcript.id for transcript in (first, second, third)] == ["c1", "c1-2", "c1-3"]
    assert [w for w in first.warnings if "c1" in w] == []
    assert f"the id c1 is that of {files[0]}: {files[1]} is called c1-2" in second.warnings
    assert f"the id c1 is that of {files[0]}: {files[2]} is called c1-3" in third.warnings


def test_unlabelled_text_is_refused_not_guessed_at(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormat, match=r"no line begins with a speaker.*`llm-grader read formats`.*--format"):
        read(tmp_path, "Hi, my name is Joanna. Hello Joanna, thank you for calling. How can I help: anything?")
    with pytest.raises(MalformedInput, match="no line begins with a speaker"):
        read(tmp_path, "Hi, my name is Joanna.\nHello Joanna.\n", format="text")


def test_an_empty_list_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormat, match="an empty list: there is no conversation in it"):
        read(tmp_path, "[\n]\n")


def test_names_are_speakers_of_unknown_role_when_they_open_every_line(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Jana: Good\nPetr: Bad\nJana: Ugly\n")
    assert [(turn.speaker, turn.role, turn.role_source) for turn in transcript.turns] == [
        ("Jana", "unknown", "unknown"),
        ("Petr", "unknown", "unknown"),
        ("Jana", "unknown", "unknown"),
    ]
    assert {"no turn of an agent", "no turn of a customer"} <= set(transcript.warnings)


def test_with_both_sides_known_another_label_stays_text_and_is_told(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Agent: Your data.\nOrder: 17\nPetra: yes\nCustomer: Fine.\n")
    assert said(transcript) == [("agent", "Your data.\nOrder: 17\nPetra: yes"), ("customer", "Fine.")]
    told = [warning for warning in transcript.warnings if "not known as a speaker" in warning]
    assert told == ["line 3: 'Petra' is not known as a speaker: read as text of the turn above"]


def test_a_colleague_who_takes_over_is_nobody_known(tmp_path: Path) -> None:
    lines = "Agent: Moment\nCustomer: hi\nEva: I take over.\nCustomer: ok\nEva: I refunded it.\n"
    transcript = read(tmp_path, lines)
    assert [(turn.role, turn.text) for turn in transcript.turns if turn.speaker == "Eva"] == [
        ("unknown", "I take over."),
        ("unknown", "I refunded it."),
    ]
    assert [turn.text for turn in transcript.turns if turn.role == "customer"] == ["hi", "ok"]


def test_a_list_in_one_turn_has_no_speakers(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Customer: I want\nSize: M\nColour: red\nSize: L\nColour: blue\nAgent: Fine.\n")
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"]


def test_a_named_customer_beside_a_known_agent_is_a_speaker_of_their_own(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Support: Hello\nPetr Novák: Hi\nSupport: Well?\nPetr Novák: Bye\n")
    assert [turn.role for turn in transcript.turns] == ["agent", "customer", "agent", "customer"]
    assert transcript.turns[1].role_source == "source"
    assert transcript.turns[1].role_confidence == 0.9


def test_the_mapping_names_speakers_and_is_asked_before_our_own_words(tmp_path: Path) -> None:
    roles = RoleMapping(customers=("Agent 007",), speakers={"Recepce": "agent", "Menu": "bot"})
    transcript = read(tmp_path, "Menu: one\nRecepce: two\nAgent 007: three\n", roles)
    assert [(turn.role, turn.role_source) for turn in transcript.turns] == [
        ("bot", "mapping"),
        ("agent", "mapping"),
        ("customer", "mapping"),
    ]


def test_times_of_day_become_seconds_since_the_first_with_a_warning(tmp_path: Path) -> None:
    transcript = read(tmp_path, "[23:59] Agent: a\n[00:01] Customer: b\n")
    assert [(turn.start, str(turn.clock)) for turn in transcript.turns] == [(0, "23:59:00"), (120, "00:01:00")]
    assert "times of day without a date: kept as seconds since the first" in transcript.warnings


def test_times_into_a_recording_are_no_times_of_day(tmp_path: Path) -> None:
    transcript = read(tmp_path, "[00:03] Agent: a\n[00:09] Customer: b\n")
    assert [(turn.start, turn.clock) for turn in transcript.turns] == [(3, None), (9, None)]


def test_dates_without_a_zone_are_utc_with_a_warning(tmp_path: Path) -> None:
    transcript = read(tmp_path, "[2024-05-01 10:22:31] Agent: a\n[2024-05-01 10:23:01] Customer: b\n")
    assert [turn.at.isoformat() for turn in transcript.turns if turn.at] == [
        "2024-05-01T10:22:31+00:00",
        "2024-05-01T10:23:01+00:00",
    ]
    assert "times without a zone were read as UTC" in transcript.warnings


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (("1.5.2024 10:22", "2.5.2024 10:23"), "2024-05-01T10:22:00+00:00"),
        (("5/13/2024 10:22 PM", "5/14/2024 1:00 AM"), "2024-05-13T22:22:00+00:00"),
        (("13/5/24, 10:22", "14/5/24, 10:23"), "2024-05-13T10:22:00+00:00"),
        (("5/6/2024 10:22", "5/7/2024 10:23"), None),
        (("5/6/2024 99:99", "5/77/2024 10:23"), None),
    ],
)
def test_a_date_is_read_only_when_day_and_month_can_be_told_apart(
    tmp_path: Path, dates: tuple[str, str], expected: str | None
) -> None:
    transcript = read(tmp_path, f"[{dates[0]}] Agent: a\n[{dates[1]}] Customer: b\n")
    at = transcript.turns[0].at
    assert (at and at.isoformat()) == expected
    if expected is None:
        assert "2 times could not be read and were left out" in transcript.warnings


def test_line_ends_of_one_kind_are_syntax_and_a_mix_is_told(tmp_path: Path) -> None:
    (tmp_path / "crlf.txt").write_bytes(b"Agent: a\r\nb\r\nCustomer: c\r\n")
    (tmp_path / "mix.txt").write_bytes(b"Agent: a\r\nb\nCustomer: c\r")
    crlf, mixed = read_transcripts(tmp_path)
    assert said(crlf) == said(mixed) == [("agent", "a\nb"), ("customer", "c")]
    assert not any("line ends" in warning for warning in crlf.warnings)
    assert any("line ends are mixed" in warning for warning in mixed.warnings)


@pytest.mark.parametrize(
    "hostile",
    ["*_ [(( 10:22:" * 20_000, "a" * 300_000 + ": x", "[00:" * 70_000, "Agent " * 50_000 + ":", ": " * 150_000],
)
def test_hostile_lines_are_text_and_take_no_time(tmp_path: Path, hostile: str) -> None:
    assert len(read(tmp_path, f"Agent: hi\nCustomer: oh\n{hostile}\n").turns) == 2


@pytest.mark.skipif(not SAMPLES.exists(), reason="the public samples are not here")
def test_public_samples_are_read_or_refused_for_want_of_labels() -> None:
    problems: list[InputError] = []
    read_ones = list(read_transcripts(SAMPLES / "plain", on_error=problems.append))
    assert [len(transcript.turns) for transcript in read_ones] == [35, 33, 25]
    assert {turn.role for transcript in read_ones for turn in transcript.turns} == {"agent", "customer"}
    assert [type(problem) for problem in problems] == [UnsupportedFormat, UnsupportedFormat]


def test_fields_about_people_above_a_conversation_are_no_turns(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text(
        "Customer Name: Bo Ek\nCustomer Email: bo@x.test\nAgent ID: 4\n\nAgent: Hello\nCustomer: My parcel\n"
    )
    (transcript,) = read_transcripts(tmp_path / "chat.txt")
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == [("Agent", "Hello"), ("Customer", "My parcel")]
    assert transcript.metadata["header"] == {"Customer Name": "Bo Ek", "Customer Email": "bo@x.test", "Agent ID": "4"}


def test_names_in_fields_say_who_is_who(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text("Customer Name: Bo Ek\nAgent Name: Ana Lee\n\nAna Lee: Hello\nBo Ek: Late\n")
    (transcript,) = read_transcripts(tmp_path / "chat.txt")
    assert [(turn.role, turn.text) for turn in transcript.turns] == [("agent", "Hello"), ("customer", "Late")]


def test_a_chat_with_times_since_its_beginning_is_a_chat_where_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text("Chat started by Bo\n(0:03) Agent: Hello\n(0:15) Visitor: Late\n")
    (transcript,) = read_transcripts(tmp_path / "chat.txt")
    starts = [turn.start for turn in transcript.turns if turn.kind == "message"]
    assert (transcript.channel, starts) == ("chat", [3, 15])


@pytest.mark.parametrize("label", ["Caller", "Anruferin", "Volající", "Hívó", "Helistaja"])
def test_where_somebody_calls_it_is_a_call(tmp_path: Path, label: str) -> None:
    (tmp_path / "talk.txt").write_text(f"Agent: Hello\n{label}: Late\n", "utf-8")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert transcript.channel == "call"
    assert "the channel is not stated: read as chat" not in transcript.warnings


def test_a_legend_with_names_beside_the_roles_is_one(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("S1 = Agent (Ana)\nS2 = Customer\n\nS1: Hello\nS2: Late\n")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert [(turn.role, turn.text) for turn in transcript.turns] == [("agent", "Hello"), ("customer", "Late")]


def test_who_may_speak_above_the_first_speaker_is_told(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("Eva: Hello\nAgent: Hi\nCustomer: Late\n")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert "line 1: 'Eva' is not known as a speaker: read as a heading" in transcript.warnings


def test_the_one_who_is_named_in_a_field_is_known(tmp_path: Path) -> None:
    above = "Timestamp: 2026-05-04T10:00:00Z\nUnread: false\nVisitor ID: 10.1\nVisitor Name: Bo Ek\n\n"
    (tmp_path / "talk.txt").write_text(f"{above}(10:00:02 AM) Bo Ek: It is late\n(10:00:32 AM) Ana: I look\n")
    (transcript,) = read_transcripts(tmp_path / "talk.txt")
    assert [(turn.speaker, turn.role) for turn in transcript.turns] == [("Bo Ek", "customer"), ("Ana", "agent")]


@pytest.mark.parametrize(
    "above",
    [
        "Good morning, my parcel is late.",
        "Dobrý den, balík stále nedorazil!\n\nProsím o pomoc.",
        "Jó napot, hol van a csomagom?",
        "Tere, kus minu pakk on?",
        "# Chat\n\nIch warte seit Wochen auf mein Paket.",
    ],
)
def test_sentences_above_the_first_speaker_are_told(tmp_path: Path, above: str) -> None:
    transcript = read(tmp_path, f"{above}\n\nAgent: I look.\nCustomer: Please.\n")
    count = len([line for line in above.split("\n") if line])
    (told,) = (warning for warning in transcript.warnings if "above the first speaker" in warning)
    assert f"read as a heading (lines: {count})" in told
    assert not set(told.split()) & {"parcel", "balík", "csomagom?", "pakk", "Paket."}


@pytest.mark.parametrize(
    "above",
    [
        "Call transcript",
        "Monday, January 5, 2026",
        "Exported from Shop on January 6, 2026 at 09:00 AM Eastern Time (US & Canada)",
        "Jan 5, 2026\nCall with Jon - Transcript\nAttendees\nAna Weber, Jon Roe",
        "# Gespräch mit dem Kunden",
        "Date: 5 May 2026\nSubject: It is late and nobody helps.",
    ],
)
def test_a_title_above_the_first_speaker_is_no_doubt(tmp_path: Path, above: str) -> None:
    transcript = read(tmp_path, f"{above}\n\nAgent: I look.\nCustomer: Please.\n")
    assert not any("above the first speaker" in told for told in transcript.warnings)
