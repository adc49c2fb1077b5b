"""What cells mean: kinds, visibilities, times, order, HTML, quotes, and cells that are no text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError, MalformedInput
from llm_grader.readers import read_transcripts
from llm_grader.readers.recipes.draft import suggest_mapping
from llm_grader.readers.source.document import Document, Options
from llm_grader.transcript import Transcript

MAIL = {"id": "id", "channel": "email", "turn": {"text": "body", "role": "role"}}


def read(tmp_path: Path, content: str, columns: Any, **options: Any) -> list[Transcript]:
    (tmp_path / "table").write_text(content)
    return list(read_transcripts(tmp_path / "table", columns=columns, **options))


def with_turn(**turn: str) -> dict[str, Any]:
    return {"id": "id", "channel": "chat", "turn": {"text": "body", "role": "role", **turn}}


@pytest.mark.parametrize(
    ("column", "value", "visibility"),
    [
        ("internal", "true", "internal"),
        ("internal", "FALSE", "public"),
        ("is_private", "1", "internal"),
        ("Private note", "no", "public"),
        ("Interne Notiz", "ja", "internal"),
        ("public", "true", "public"),
        ("is_public", "0", "internal"),
        ("veřejná", "ne", "internal"),
        ("public_note", "true", "public"),
        ("note", "x", "internal"),
        ("anything", "Public reply", "public"),
        ("anything", "Internal note", "internal"),
        ("anything", "private", "internal"),
        ("anything", "Public", "public"),
    ],
)
def test_true_means_what_the_name_of_the_column_says(tmp_path: Path, column: str, value: str, visibility: str) -> None:
    table = f"id,role,body,{column}\n1,agent,vip,{value}\n1,customer,Hello,\n"
    (transcript,) = read(tmp_path, table, with_turn(visibility=column))
    assert [turn.visibility for turn in transcript.turns] == [visibility, "public"]
    assert transcript.turns[0].spoken == (visibility == "public")


def test_true_in_a_column_whose_name_says_nothing_is_no_guess_but_a_question(tmp_path: Path) -> None:
    problems: list[InputError] = []
    table = "id,role,body,flag\n1,agent,vip,true\n1,agent,Hello,\n"
    (transcript,) = read(tmp_path, table, with_turn(visibility="flag"), on_error=problems.append)
    assert [turn.text for turn in transcript.turns] == ["Hello"]
    assert "line 2: flag: found 'true'; say under `visibilities`" in str(problems[0])
    (told,) = read(tmp_path, table, {**with_turn(visibility="flag"), "visibilities": {"TRUE": "internal"}})
    assert [turn.visibility for turn in told.turns] == ["internal", "public"]


def test_a_note_is_internal_whether_or_not_a_column_says_so(tmp_path: Path) -> None:
    table = "id,role,body,kind\n1,agent,vip,Internal comment\n1,agent,Hello,Public reply\n1,agent,assigned,system\n"
    (transcript,) = read(tmp_path, table, with_turn(kind="kind"))
    assert [(turn.kind, turn.visibility) for turn in transcript.turns] == [
        ("note", "internal"),
        ("message", "public"),
        ("event", "internal"),
    ]


def test_a_word_for_a_kind_that_nobody_explained_costs_its_row_and_a_map_explains_it(tmp_path: Path) -> None:
    problems: list[InputError] = []
    table = "id,role,body,part\n1,customer,Hello,comment\n1,agent,Bye,close\n2,agent,Hi,comment\n"
    one, two = read(tmp_path, table, with_turn(kind="part"), on_error=problems.append)
    assert [len(one.turns), len(two.turns)] == [1, 1]
    assert "line 3: part: found 'close'; say under `kinds`" in str(problems[0])
    assert "rows of this file could not be read: turns may be missing" in one.warnings
    one, two = read(tmp_path, table, {**with_turn(kind="part"), "kinds": {"Close": "message"}})
    assert [turn.text for turn in one.turns] == ["Hello", "Bye"]


def test_words_of_a_conversation_in_the_column_of_kinds_are_not_printed(tmp_path: Path) -> None:
    table = "id,role,body,part\n1,customer,Hello,my card ends with 1234\n"
    with pytest.raises(MalformedInput) as problem:
        read(tmp_path, table, with_turn(kind="part"))
    assert "1234" not in str(problem.value)


def test_roles_are_compared_without_case_and_booleans_as_text(tmp_path: Path) -> None:
    columns = {**with_turn(role="incoming"), "roles": {"true": "customer", "false": "agent"}}
    table = json.dumps([{"id": 1, "incoming": True, "body": "Hi"}, {"id": 1, "incoming": False, "body": "Hello"}])
    (transcript,) = read(tmp_path, table, columns)
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"]
    (transcript,) = read(tmp_path, "id,incoming,body\n1,True,Hi\n1,False,Hello\n", columns)
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"]


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["30.12.2025 16:40", "05.01.2026 09:00", "02.01.2026 08:10"], "acb"),
        (["10", "9", "100"], "bac"),
        (["m10", "m9", "m100"], "bac"),
        (["9:58", "10:07", "10:05"], "acb"),
        (["9:58 AM", "1:05 PM", "12:00 PM"], "acb"),
        (["2026-01-05", "2025-12-30", "2026-01-02"], "bca"),
        (["1/13/2026", "1/2/2026", "12/30/2025"], "cba"),
        (["first", "second", "third"], "abc"),
        (["2", "", "1"], "cab"),  # one without a value stays behind the one it follows
    ],
)
@pytest.mark.parametrize("layout", ["rows", "cell"])
def test_order_is_that_of_numbers_or_times_and_never_of_letters(
    tmp_path: Path, values: list[str], order: str, layout: str
) -> None:
    items = [{"id": "1", "role": "agent", "body": body, "n": n} for body, n in zip("abc", values, strict=True)]
    turn = {"text": "body", "role": "role"}
    if layout == "rows":
        content, columns = json.dumps(items), {"id": "id", "channel": "chat", "order": "n", "turn": turn}
    else:
        content = json.dumps({"id": "1", "talk": items})
        columns = {"id": "id", "channel": "chat", "cell": "talk", "order": "n", "turn": turn}
    (transcript,) = read(tmp_path, content, columns)
    assert "".join(turn.text for turn in transcript.turns) == order
    readable = values not in (["first", "second", "third"], ["2", "", "1"])
    assert any(warning.startswith("order: ") for warning in transcript.warnings) != readable


def test_complete_times_sort_cells_too_and_turn_what_is_newest_first_round(tmp_path: Path) -> None:
    day = [{"role": "agent", "body": body, "at": at} for body, at in (("c", "6"), ("b", "5"), ("a", "5"))]
    content = json.dumps({"id": "1", "talk": [{**turn, "at": f"0{turn['at']}.01.2026 10:00"} for turn in day]})
    columns = {"id": "id", "channel": "chat", "cell": "talk", "turn": {"text": "body", "role": "role", "at": "at"}}
    (transcript,) = read(tmp_path, content, columns)
    assert [turn.text for turn in transcript.turns] == ["a", "b", "c"]


def test_times_of_day_are_seconds_since_the_first_over_midnight(tmp_path: Path) -> None:
    table = "id,role,body,at\n1,agent,a,23:58\n1,agent,b,00:01\n"
    (transcript,) = read(tmp_path, table, with_turn(at="at"))
    # two minutes to midnight, and one after it
    assert [(turn.start, str(turn.clock)) for turn in transcript.turns] == [(0, "23:58:00"), (180, "00:01:00")]
    assert "times of day without a date: kept as seconds since the first" in transcript.warnings


def test_undecidable_dates_are_one_warning_for_all_of_a_conversation(tmp_path: Path) -> None:
    table = "id,role,body,at\n" + "".join(f"1,agent,a,{day}/2/2026\n" for day in range(1, 10))
    (transcript,) = read(tmp_path, table, with_turn(at="at"))
    assert sum("day or the month" in warning for warning in transcript.warnings) == 1
    (read_ones,) = read(tmp_path, table, {**with_turn(at="at"), "time_format": "%d/%m/%Y"})
    assert [turn.at.day for turn in read_ones.turns if turn.at] == list(range(1, 10))


@pytest.mark.parametrize("value", [["a"], {"a": 1}, [{"type": "text"}]])
def test_a_list_or_an_object_in_a_text_column_is_refused_with_its_place(tmp_path: Path, value: Any) -> None:
    problems: list[InputError] = []
    rows = [{"id": 1, "role": "agent", "body": value}, {"id": 1, "role": "agent", "body": "Hello"}]
    (transcript,) = read(tmp_path, json.dumps(rows), MAIL, on_error=problems.append)
    assert [turn.text for turn in transcript.turns] == ["Hello"]
    assert problems[0].where == "item 1"
    assert "body: expected text, found a" in str(problems[0])


def test_keys_inside_objects_are_named_with_dots(tmp_path: Path) -> None:
    rows = [{"id": 1, "who": {"type": "agent"}, "body": {"plain": "Hello"}}, {"id": 1, "body": {"plain": "Hi"}}]
    columns = {"id": "id", "channel": "chat", "turn": {"text": "body.plain", "role": "who.type"}}
    (transcript,) = read(tmp_path, json.dumps(rows), columns)
    assert [(turn.role, turn.text) for turn in transcript.turns] == [("agent", "Hello"), ("unknown", "Hi")]


def test_html_is_read_as_the_text_it_shows_and_its_quotes_are_marked(tmp_path: Path) -> None:
    table = 'id,role,body\n1,agent,"<p>Let me <b>look</b>.&nbsp;</p><blockquote>Where is it?</blockquote>"\n'
    (transcript,) = read(tmp_path, table, MAIL)
    (turn,) = transcript.turns
    assert turn.text == "Let me look.\n\n> Where is it?"
    assert [segment.kind for segment in turn.segments] == ["body", "quoted"]
    assert "body holds HTML: read as the text that it shows" in transcript.warnings


@pytest.mark.parametrize("text", ["a < b and b > c", "<3", "use <ENTER>", "x<y>z"])
def test_what_only_looks_like_markup_stays_letter_by_letter(tmp_path: Path, text: str) -> None:
    (transcript,) = read(tmp_path, json.dumps([{"id": 1, "role": "agent", "body": text}]), MAIL)
    assert transcript.turns[0].text == text


QUOTING = "Good morning.\n\nOn Mon, Jan 5, 2026 Bo <bo@example.org> wrote:\n> It is your own fault."


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ([{"id": 1, "role": "agent", "body": QUOTING}], MAIL),
        (
            {"id": 1, "talk": [{"role": "agent", "body": QUOTING}]},
            {"cell": "talk", "channel": "email", "turn": MAIL["turn"]},
        ),
        ({"id": 1, "q": "Hi", "a": QUOTING}, {"channel": "email", "columns": {"q": "customer", "a": "agent"}}),
        ({"id": "1", "channel": "email", "turns": [{"role": "agent", "text": QUOTING}]}, None),
        ({"messages": [{"role": "assistant", "content": QUOTING}]}, None),
    ],
)
def test_what_a_mail_quotes_is_marked_wherever_the_mail_comes_from(tmp_path: Path, content: Any, columns: Any) -> None:
    (transcript,) = read(tmp_path, json.dumps(content), columns, channel="email")
    last = transcript.turns[-1]
    assert [segment.kind for segment in last.segments] == ["body", "quoted"]
    assert last.text == QUOTING


def test_columns_that_do_not_exist_are_an_error_with_those_that_do(tmp_path: Path) -> None:
    columns = with_turn(speaker="Nmae", at="Ziet")
    with pytest.raises(MalformedInput, match="the columns are id, role, body; the mapping needs Nmae, Ziet besides"):
        read(tmp_path, "id,role,body\n1,agent,Hi\n", columns)
    with pytest.raises(MalformedInput, match="the mapping needs Nmae, Ziet besides"):
        read(tmp_path, '[{"id": 1, "role": "agent", "body": "Hi"}]', columns)
    with pytest.raises(MalformedInput, match="the mapping needs state besides"):
        read(tmp_path, "id,role,body\n1,agent,Hi\n", {**MAIL, "ticket": {"status": "state"}})


def test_a_key_that_the_first_record_lacks_is_no_missing_column(tmp_path: Path) -> None:
    rows = [{"id": 1, "role": "agent", "body": "Hi"}, {"id": 1, "role": "customer", "body": "Hello", "name": "Bo"}]
    (transcript,) = read(tmp_path, json.dumps(rows), with_turn(speaker="name"))
    assert [turn.speaker for turn in transcript.turns] == [None, "Bo"]


def test_an_id_named_as_a_part_of_the_turn_is_that_of_the_conversation(tmp_path: Path) -> None:
    columns = {"channel": "chat", "turn": {"id": "id", "text": "body", "role": "role"}}
    (transcript,) = read(tmp_path, "id,role,body\n1,agent,Hi\n1,customer,Hello\n", columns)
    assert len(transcript.turns) == 2


@pytest.mark.parametrize(
    ("word", "channel"), [("Phone", "call"), ("E-Mail", "email"), ("WhatsApp", "chat"), ("fax", "chat")]
)
def test_a_channel_is_read_from_the_usual_words_for_it(tmp_path: Path, word: str, channel: str) -> None:
    columns = {"id": "id", "channel_column": "via", "turn": {"text": "body", "role": "role"}}
    (transcript,) = read(tmp_path, f"id,role,body,via\n1,agent,Hi,{word}\n", columns)
    assert transcript.channel == channel
    assert any("channel" in warning for warning in transcript.warnings) == (word == "fax")


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("timestamp", ("1/13/2026 10:00 AM", "1/13/2026 10:05 AM")),
        ("datum", ("13.1.2026 10:00", "13.1.2026 10:05")),
        ("date", ("46035.416666667", "46035.420138889")),  # days since 1899-12-30, as spreadsheets count
    ],
)
def test_the_times_of_a_table_that_needs_no_mapping_are_read_whatever_their_column_is_called(
    tmp_path: Path, column: str, values: tuple[str, str]
) -> None:
    (tmp_path / "t.csv").write_text(
        f"conversation_id,role,text,{column}\n1,agent,Hello there,{values[0]}\n1,customer,My parcel,{values[1]}\n"
    )
    (transcript,) = read_transcripts(tmp_path / "t.csv")
    assert [turn.at and turn.at.isoformat()[:16] for turn in transcript.turns] == [
        "2026-01-13T10:00",
        "2026-01-13T10:05",
    ]


@pytest.mark.parametrize(
    ("yes", "no"),
    [("WAHR", "FALSCH"), ("PRAVDA", "NEPRAVDA"), ("IGAZ", "HAMIS"), ("TÕENE", "VÄÄR"), ("1.0", "0.0"), ("on", "off")],
)
def test_true_and_false_are_read_as_spreadsheets_and_data_frames_write_them(tmp_path: Path, yes: str, no: str) -> None:
    rows = f"id,role,internal,text\n1,customer,{no},It is late\n1,agent,{yes},He shouts\n1,agent,{no},I look\n"
    (tmp_path / "in.csv").write_text(rows, "utf-8")
    columns = {"id": "id", "turn": {"text": "text", "role": "role", "visibility": "internal"}}
    (transcript,) = read_transcripts(tmp_path / "in.csv", columns=columns)
    assert [turn.visibility for turn in transcript.turns] == ["public", "internal", "public"]


def test_a_word_that_the_roles_of_the_mapping_lack_is_told(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,who,text\n1,K,It is late\n1,S,I look\n1,X,Wait\n")
    columns = {"id": "id", "turn": {"text": "text", "role": "who"}, "roles": {"K": "customer", "S": "agent"}}
    (transcript,) = read_transcripts(tmp_path / "in.csv", columns=columns)
    assert any("'X' is no role" in warning for warning in transcript.warnings)


def test_the_roles_of_the_mapping_are_those_of_labels_in_a_cell(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('id,talk\n1,"K: It is late\nS: I look\nK: Thanks"\n')
    columns = {"id": "id", "cell": "talk", "roles": {"K": "customer", "S": "agent"}}
    (transcript,) = read_transcripts(tmp_path / "in.csv", columns=columns)
    assert [turn.role for turn in transcript.turns] == ["customer", "agent", "customer"]


@pytest.mark.parametrize(
    ("column", "shown", "hidden"),
    [
        ("type", "reply", "note"),
        ("message_type", "public", "internal_note"),
        ("is_note", "0", "1"),
        ("is_note", "false", "true"),
        ("comment_type", "public", "private"),
        ("intern", "nein", "ja"),
    ],
)
def test_a_plain_table_keeps_notes_inside_whatever_their_column_is_called(
    tmp_path: Path, column: str, shown: str, hidden: str
) -> None:
    rows = [f"1,customer,{shown},It is late", *[f"1,agent,{shown},I look"] * 60, f"1,agent,{hidden},He shouts"]
    (tmp_path / "in.csv").write_text("\n".join([f"transcript_id,role,{column},text", *rows]))
    (transcript,) = read_transcripts(tmp_path / "in.csv")
    assert {turn.text for turn in transcript.turns if not turn.spoken} == {"He shouts"}


def test_a_column_of_other_types_hides_nothing(tmp_path: Path) -> None:
    rows = "transcript_id,role,type,text\n1,customer,text,It is late\n1,agent,image,I look\n"
    (tmp_path / "in.csv").write_text(rows)
    (transcript,) = read_transcripts(tmp_path / "in.csv")
    assert all(turn.spoken for turn in transcript.turns)


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("Privatkunde", "nein", "ja"),
        ("international", "no", "yes"),
        ("has_internet", "false", "true"),
        ("delivery_note", "no", "yes"),
        ("public_sector", "0", "1"),
        ("call_type", "external", "internal"),
        ("customer_type", "public", "private"),
    ],
)
def test_a_column_whose_name_only_contains_a_word_for_notes_hides_nothing(
    tmp_path: Path, column: str, first: str, second: str
) -> None:
    rows = f"1,customer,It is late,{first}\n1,agent,I look,{first}\n2,customer,Hi,{second}\n2,agent,Yes,{second}\n"
    (tmp_path / "in.csv").write_text(f"conversation_id,role,text,{column}\n{rows}")
    transcripts = list(read_transcripts(tmp_path / "in.csv"))
    turns = [turn for transcript in transcripts for turn in transcript.turns]
    assert {(turn.kind, turn.visibility) for turn in turns} == {("message", "public")}
    assert column in transcripts[0].metadata


@pytest.mark.parametrize("column", ["isNote", "is_private", "visible_to_customer", "Internal Comment"])
def test_a_column_of_notes_is_known_however_its_words_are_joined(tmp_path: Path, column: str) -> None:
    shown, hidden = ("yes", "no") if column.startswith("visible") else ("no", "yes")
    rows = f"1,customer,It is late,{shown}\n1,agent,He shouts,{hidden}\n"
    (tmp_path / "in.csv").write_text(f"conversation_id,role,text,{column}\n{rows}")
    (transcript,) = read_transcripts(tmp_path / "in.csv")
    assert {turn.text for turn in transcript.turns if not turn.spoken} == {"He shouts"}


APART = [
    ("date", "time", "2026-01-05", "09:58", "10:05"),
    ("Datum", "Uhrzeit", "05.01.2026", "9:58", "10:05"),
    ("datum", "čas", "5.1.2026", "9:58", "10:05"),
    ("Dátum", "Idő", "2026.01.05.", "9:58", "10:05"),
    ("Kuupäev", "Kellaaeg", "05.01.2026", "09:58:00", "10:05:00"),
    ("Date", "Heure", "2026-01-05", "9h58", "10h05"),
    ("Fecha", "Hora", "2026-01-05 00:00:00", "9:58", "10:05"),
    ("Date", "Time", "2026-01-05", "9:58 AM", "10:05 AM"),
]


@pytest.mark.parametrize(("day", "clock", "date", "first", "second"), APART)
def test_a_date_and_a_time_in_two_columns_are_one(
    tmp_path: Path, day: str, clock: str, date: str, first: str, second: str
) -> None:
    rows = f"1;{date};{first};customer;Where is my parcel?\n1;{date};{second};agent;It is here.\n"
    table = f"conversation_id;{day};{clock};role;text\n{rows}"
    file = tmp_path / "in.csv"
    file.write_text(table, "utf-8")
    draft = suggest_mapping(Document(file, name="in", stem="in", options=Options()))
    (tmp_path / "draft.yaml").write_text(draft, "utf-8")
    for columns in (None, tmp_path / "draft.yaml"):
        (transcript,) = read_transcripts(file, columns=columns)
        found = [turn.at.isoformat()[:16] for turn in transcript.turns if turn.at]
        assert found == ["2026-01-05T09:58", "2026-01-05T10:05"]
        assert not transcript.metadata


def days_apart(tmp_path: Path, rows: list[tuple[str, str]]) -> Transcript:
    table = "".join(f"1,{day},{clock},agent,said {at}\n" for at, (day, clock) in enumerate(rows))
    (transcript,) = read(tmp_path, f"conversation_id,date,time,role,text\n{table}", None)
    return transcript


def times_of_turns(transcript: Transcript) -> list[str]:
    return [f"{turn.at:%d %H:%M} {turn.text[-1]}" for turn in transcript.turns if turn.at]


@pytest.mark.parametrize("below", ["2026-01-05", ""])
def test_times_of_a_day_that_stays_the_same_go_on_past_midnight(tmp_path: Path, below: str) -> None:
    clocks = [("2026-01-05", "23:58"), (below, "23:59"), (below, "00:01"), (below, "00:02")]
    transcript = days_apart(tmp_path, clocks)
    assert times_of_turns(transcript) == ["05 23:58 0", "05 23:59 1", "06 00:01 2", "06 00:02 3"]
    assert any(warning.startswith("date: the same day in all rows") for warning in transcript.warnings)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("2026-01-05", "21:00"), ("2026-01-05", "08:00")], ["05 08:00 1", "05 21:00 0"]),
        (
            [("2026-01-05", "21:00"), ("2026-01-05", "20:30"), ("2026-01-05", "08:00")],
            ["05 08:00 2", "05 20:30 1", "05 21:00 0"],
        ),
        ([("2026-01-05", "23:58"), ("2026-01-06", "00:01")], ["05 23:58 0", "06 00:01 1"]),
    ],
)
def test_rows_of_which_the_newest_is_first_are_of_one_day(
    tmp_path: Path, rows: list[tuple[str, str]], expected: list[str]
) -> None:
    transcript = days_apart(tmp_path, rows)
    assert times_of_turns(transcript) == expected
    assert not any(warning.startswith("date: the same day") for warning in transcript.warnings)


def test_a_day_in_the_first_row_of_a_conversation_is_that_of_the_rows_below(tmp_path: Path) -> None:
    rows = ["1,2026-01-05,9:58", "1,,10:05", "2,2026-01-06,9:00", "2,,9:01", "3,,9:02"]
    table = "".join(f"{row},agent,said\n" for row in rows)
    one, two, three = read(tmp_path, f"conversation_id,date,time,role,text\n{table}", None)
    assert [f"{turn.at:%d %H:%M}" for turn in (*one.turns, *two.turns) if turn.at] == [
        "05 09:58",
        "05 10:05",
        "06 09:00",
        "06 09:01",
    ]
    assert three.turns[0].at is None
    assert any(warning.startswith("date: empty in some rows") for warning in one.warnings)


def test_an_undecided_date_apart_is_told_by_both_columns(tmp_path: Path) -> None:
    columns = {"id": "id", "turn": {"text": "text", "role": "role", "at": "t", "date": "d"}}
    (transcript,) = read(tmp_path, "id,d,t,role,text\n1,1/4/2026,9:58,agent,Hi\n", columns)
    assert any(warning.startswith("d and t: dates of the shape") for warning in transcript.warnings)
    (transcript,) = read(tmp_path, "id,d,t,role,text\n1,1/4/2026,,agent,Hi\n1,1/14/2026,9:58,agent,Yes\n", columns)
    found = [turn.at and turn.at.isoformat()[:16] for turn in transcript.turns]
    assert found == ["2026-01-04T00:00", "2026-01-14T09:58"]


@pytest.mark.parametrize(
    ("other", "values"), [("response_time", ("00:05", "00:10")), ("time", ("0:00", "0:12")), ("due_date", ("a", "b"))]
)
def test_a_column_beside_a_date_that_holds_no_time_of_day_is_not_joined(
    tmp_path: Path, other: str, values: tuple[str, str]
) -> None:
    rows = [f"1,2026-01-05,{value},agent,Hello to you" for value in values]
    (transcript,) = read(tmp_path, "\n".join([f"conversation_id,date,{other},role,text", *rows, ""]), None)
    assert not any(turn.at and (turn.at.hour or turn.at.minute) for turn in transcript.turns)


@pytest.mark.parametrize(
    ("start", "end", "values"),
    [
        ("start_ms", "end_ms", ("1500", "2000", "62000", "63000")),
        ("startMs", "endMs", ("1500", "2000", "62000", "63000")),
        ("Start (ms)", "End (ms)", ("1500", "2000", "62000", "63000")),
        ("start_millis", "end_millis", ("1500", "2000", "62000", "63000")),
        ("start", "end", ("1.5", "2", "62", "63")),
        ("start_time", "end_time", ("00:01.5", "00:02", "01:02", "01:03")),
    ],
)
def test_a_column_of_milliseconds_is_read_as_such(
    tmp_path: Path, start: str, end: str, values: tuple[str, str, str, str]
) -> None:
    a, b, c, d = values
    file = tmp_path / "in.csv"
    rows = f"1,{a},{b},agent,Hello to you\n1,{c},{d},customer,Hi to you\n"
    file.write_text(f"transcript_id,{start},{end},role,text\n{rows}")
    (tmp_path / "d.yaml").write_text(suggest_mapping(Document(file, name="in", stem="in", options=Options())))
    for columns in (None, tmp_path / "d.yaml"):
        (transcript,) = read_transcripts(file, columns=columns)
        assert [(turn.start, turn.end) for turn in transcript.turns] == [(1.5, 2), (62, 63)]


def test_when_a_conversation_began_is_no_time_of_its_turns(tmp_path: Path) -> None:
    table = "conversation_id,start_time,role,text\n1,10:00:00,agent,Hi\n1,10:00:00,customer,Hello\n"
    (transcript,) = read(tmp_path, table, None)
    assert [turn.start for turn in transcript.turns] == [None, None]


@pytest.mark.parametrize("written", ["week 3, day 5", "05012026-1000", "10:00 IST 5 Jan 2026"])
def test_times_that_cannot_be_read_are_told_without_a_mapping_too(tmp_path: Path, written: str) -> None:
    table = (
        f'conversation_id,created_at,role,text\n1,"{written}",agent,Hello to you\n1,"{written}",customer,Hi to you\n'
    )
    (transcript,) = read(tmp_path, table, None)
    assert any(warning.startswith("created_at: ") for warning in transcript.warnings)
    assert not any(written in warning for warning in transcript.warnings)
    draft = suggest_mapping(Document(table.encode(), name="in", stem="in", options=Options()))
    assert "# Not told by the file: created_at: " in draft


def test_a_column_called_like_a_time_with_none_in_it_is_not_told(tmp_path: Path) -> None:
    table = (
        "conversation_id,sent,at,role,text\n1,yes,2026-01-05 10:00,agent,Hi\n1,yes,2026-01-05 10:01,customer,Hello\n"
    )
    (transcript,) = read(tmp_path, table, None)
    assert not any("sent" in warning for warning in transcript.warnings)


@pytest.mark.parametrize(
    ("customer", "agent"),
    [
        ("Requester", "Admin"),
        ("END_USER", "HUMAN_AGENT"),
        ("Customer:", "Agent:"),
        ("client", "conseiller"),
        ("cliente", "agente"),
        ("Klient", "Konsultant"),
        ("incoming", "outgoing"),
    ],
)
def test_more_words_for_the_two_sides_are_known(tmp_path: Path, customer: str, agent: str) -> None:
    table = f"conversation_id,role,text\n1,{customer},Where is it?\n1,{agent},Let me look.\n"
    (transcript,) = read(tmp_path, table, None)
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"]
