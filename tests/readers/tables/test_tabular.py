from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError, MalformedInput, UnsupportedFormat
from llm_grader.readers import ColumnMapping, read_transcripts
from llm_grader.transcript import Transcript

DATA = Path(__file__).parents[2] / "data" / "readers"
SAMPLES = Path(__file__).parents[3].parent / "shared" / "samples"
HARD_TEXTS = [
    "007",
    "1e5",
    "true",
    "null",
    "NA",
    "N/A",
    "1.0",
    "2024-05-01",
    " a ",
    "-",
    "nan",
    "1,5",
    "=1+1",
    "\t",
    "“x”",
]

LONG = {
    "id": "Ticket",
    "channel": "email",
    "turn": {"text": "Nachricht", "role": "Wer", "speaker": "Name", "at": "Zeit"},
    "roles": {"K": "customer", "A": "agent"},
}
SIMPLE = {"id": "id", "channel": "chat", "turn": {"text": "text", "role": "role"}}


def read(tmp_path: Path, content: str | bytes, columns: Any = None, **options: Any) -> list[Transcript]:
    (tmp_path / "export").write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_transcripts(tmp_path / "export", columns=columns, **options))


def test_rows_with_one_id_are_one_transcript_and_no_cell_changes_its_type() -> None:
    transcripts = list(read_transcripts(DATA / "long_de.csv", columns=LONG))
    assert [(t.id, [(turn.role, turn.speaker, turn.text) for turn in t.turns]) for t in transcripts] == [
        ("007", [("customer", "Petr", 'Hallo;\nmeine "Rechnung" fehlt'), ("agent", "Eva", "null")]),
        ("1e5", [("customer", "Ida", "NA")]),
        ("true", [("agent", "Eva", "Guten Tag")]),
    ]
    assert [t.metadata for t in transcripts] == [{"Filiale": "Wien"}, {"Filiale": "Linz"}, {"Filiale": "Linz"}]
    assert transcripts[0].turns[0].at is not None
    assert "times without a zone were read as UTC" in transcripts[0].warnings


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet", "dataset"])
def test_ids_and_texts_arrive_letter_by_letter(tmp_path: Path, kind: str) -> None:
    rows = [{"id": f"{value}", "role": "agent", "text": value} for value in HARD_TEXTS]
    if kind == "csv":
        import csv

        with (tmp_path / "in").open("w", newline="") as file:
            writer = csv.DictWriter(file, ["id", "role", "text"])
            writer.writeheader()
            writer.writerows(rows)
    elif kind == "jsonl":
        (tmp_path / "in").write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        import datasets  # type: ignore[import-untyped]

        features = datasets.Features({name: datasets.Value("string") for name in ("id", "role", "text")})
        data = datasets.Dataset.from_list(rows, features=features)
        if kind == "parquet":
            data.to_parquet(tmp_path / "in")
    source = data if kind == "dataset" else tmp_path / "in"
    transcripts = list(read_transcripts(source, columns=SIMPLE))
    assert [(t.id, t.turns[0].text) for t in transcripts] == [(value, value) for value in HARD_TEXTS]


def test_numbers_of_json_and_parquet_become_the_text_they_are_written_as(tmp_path: Path) -> None:
    (transcript,) = read(tmp_path, '{"id": 7, "role": "agent", "text": "x", "n": 1.5, "on": true, "no": null}', SIMPLE)
    assert transcript.id == "7"
    assert transcript.metadata == {"n": 1.5, "on": True}


def test_a_wide_row_is_a_transcript_and_empty_cells_are_no_turns(tmp_path: Path) -> None:
    columns = {
        "id": "case",
        "channel": "chat",
        "columns": {"question": "customer", "answer": "agent", "thanks": "customer"},
    }
    table = "case,question,answer,thanks,branch\n1,Why?,Because.,,Linz\n2,How?,Thus.,Thanks!,\n"
    one, two = read(tmp_path, table, columns)
    assert [(turn.role, turn.text) for turn in one.turns] == [("customer", "Why?"), ("agent", "Because.")]
    assert [turn.text for turn in two.turns] == ["How?", "Thus.", "Thanks!"]
    assert (one.metadata, two.metadata) == ({"branch": "Linz"}, {})


@pytest.mark.parametrize(
    ("cell", "turn"),
    [
        ([{"who": "agent", "said": "Hi"}, {"who": "customer", "said": "Hello"}], {"text": "said", "role": "who"}),
        ([["agent", "Hi"], ["customer", "Hello"]], {"text": "1", "role": "0"}),
        ("Agent: Hi\nCustomer: Hello", None),
    ],
)
def test_the_turns_may_stand_in_one_cell(tmp_path: Path, cell: Any, turn: Any) -> None:
    columns = {"id": "id", "channel": "chat", "cell": "talk", "turn": turn}
    as_json = [{"id": "x", "talk": cell}]
    quoted = str(cell if isinstance(cell, str) else json.dumps(cell)).replace('"', '""')
    for content in (json.dumps(as_json), f'id,talk\nx,"{quoted}"\n'):
        (transcript,) = read(tmp_path, content, columns)
        assert [(turn.role, turn.text) for turn in transcript.turns] == [("agent", "Hi"), ("customer", "Hello")]


def test_with_a_mapping_a_table_is_a_table_even_if_it_looks_like_something_else(tmp_path: Path) -> None:
    record = {"id": "x", "turns": [{"speaker": "customer", "text": "Hi"}]}
    columns = {"id": "id", "channel": "chat", "cell": "turns", "turn": {"text": "text", "role": "speaker"}}
    (transcript,) = read(tmp_path, json.dumps(record), columns)
    assert [(turn.role, turn.text) for turn in transcript.turns] == [("customer", "Hi")]


def test_notes_times_order_and_ticket_fields_are_mapped(tmp_path: Path) -> None:
    columns = {
        "id": "id",
        "order": "n",
        "channel_column": "channel",
        "language_column": "lang",
        "turn": {"text": "text", "role": "role", "visibility": "public", "kind": "kind", "start": "s", "end": "e"},
        "ticket": {"id": "ticket", "tags": "tags", "csat": "csat", "opened_at": "opened", "status": "status"},
    }
    table = (
        "id,n,role,text,public,kind,s,e,channel,lang,ticket,tags,csat,opened,status\n"
        'a,10,agent,second,TRUE,message,00:01:05,70.5,call,cs,0012,"x, y",4,2024-05-01T10:00:00Z,\n'
        'a,9,agent,first,false,note,1,2,call,cs,0012,"x, y",4,2024-05-01T10:00:00Z,\n'
    )
    (transcript,) = read(tmp_path, table, columns)
    assert [(t.text, t.kind, t.visibility, t.start, t.end) for t in transcript.turns] == [
        ("first", "note", "internal", 1, 2),
        ("second", "message", "public", 65, 70.5),
    ]
    assert (transcript.channel, transcript.language) == ("call", "cs")
    assert transcript.ticket is not None
    assert transcript.ticket.model_dump(exclude_none=True, mode="json") == {
        "id": "0012",
        "tags": ["x", "y"],
        "csat": 4,
        "opened_at": "2024-05-01T10:00:00Z",
        "vendor": {},
    }
    assert transcript.metadata == {}


def test_columns_that_nothing_names_are_kept_by_turn_where_they_differ(tmp_path: Path) -> None:
    (transcript,) = read(tmp_path, "id,role,text,mood\na,agent,x,good\na,agent,y,\n", SIMPLE)
    assert transcript.metadata == {"mood": ["good", None]}


def test_a_table_whose_columns_speak_for_themselves_needs_no_mapping(tmp_path: Path) -> None:
    (transcript,) = read(tmp_path, "conversation_id\trole\ttext\n1\tagent\tHi\n1\tcustomer\tHello\n")
    assert [(turn.role, turn.text) for turn in transcript.turns] == [("agent", "Hi"), ("customer", "Hello")]


def test_a_line_break_in_the_first_text_hides_no_table(tmp_path: Path) -> None:
    table = '"transcript_id","text","speaker"\n"1","Hello\n\nsecond line","Agent"\n"1","Hi","Kunde"\n'
    (transcript,) = read(tmp_path, table)
    assert [(turn.role, turn.text) for turn in transcript.turns] == [
        ("agent", "Hello\n\nsecond line"),
        ("customer", "Hi"),
    ]


def test_without_a_role_a_speaker_may_name_one(tmp_path: Path) -> None:
    table = "conversation_id;speaker;text\n1;Agent;Hi\n1;Kundin;Hello\n1;Eva;Bye\n"
    (transcript,) = read(tmp_path, table)
    assert [(turn.role, turn.speaker) for turn in transcript.turns] == [
        ("agent", "Agent"),
        ("customer", "Kundin"),
        ("unknown", "Eva"),
    ]
    (mapped,) = read(tmp_path, table, roles={"speakers": {"Agent": "bot"}})
    assert [(turn.role, turn.role_source) for turn in mapped.turns[:2]] == [("bot", "mapping"), ("customer", "source")]


def test_an_unknown_word_for_a_role_is_a_speaker_for_the_role_mapping(tmp_path: Path) -> None:
    table = "id,role,text\na,S-17,Hi\na,end-user,Hello\n"
    (unknown,) = read(tmp_path, table, SIMPLE)
    assert [(turn.role, turn.role_source) for turn in unknown.turns] == [("unknown", "unknown"), ("customer", "source")]
    (known,) = read(tmp_path, table, SIMPLE, roles={"agents": ["s-17"]})
    assert [(turn.role, turn.role_source) for turn in known.turns] == [("agent", "mapping"), ("customer", "source")]


def test_an_unknown_word_for_a_role_beside_a_speaker_is_told(tmp_path: Path) -> None:
    table = "conversation_id,role,speaker,text\n1,Tier2,Eva,Hi\n1,customer,Jan,Hello\n"
    (transcript,) = read(tmp_path, table)
    assert transcript.turns[0].speaker == "Eva"
    told = "'Tier2' is no role that we know: say which it is under `roles` of the column mapping"
    assert told in transcript.warnings


def test_rows_without_an_id_belong_to_nobody(tmp_path: Path) -> None:
    problems: list[InputError] = []
    table = "id,role,text\n,agent,x\na,agent,y\n,agent,z\n"
    (transcript,) = read(tmp_path, table, SIMPLE, on_error=problems.append)
    assert [turn.text for turn in transcript.turns] == ["y"]
    assert [problem.where for problem in problems] == ["line 2", "line 4"]
    assert "rows of this file could not be read: turns may be missing" in transcript.warnings


def test_of_the_whole_the_last_row_that_says_something_is_read(tmp_path: Path) -> None:
    columns = {**SIMPLE, "channel_column": "ch", "language_column": "lang", "ticket": {"csat": "csat", "status": "st"}}
    table = "id,role,text,ch,lang,csat,st\na,agent,x,,,,open\na,agent,y,email,de,5,solved\na,agent,z,,,,\n"
    (transcript,) = read(tmp_path, table, columns)
    assert transcript.ticket is not None
    assert (transcript.ticket.csat, transcript.ticket.status) == (5, "solved")
    assert (transcript.channel, transcript.language) == ("email", "de")
    differ = [warning for warning in transcript.warnings if "differ" in warning]
    assert differ == ["the rows differ in the column 'st': the last one that is filled was read"]


def test_complete_times_sort_the_turns_and_that_they_did_is_told(tmp_path: Path) -> None:
    columns = {**SIMPLE, "turn": {"text": "text", "role": "role", "at": "at"}}
    table = "id,role,text,at\na,agent,y,2024-05-01T11:00:00Z\na,customer,x,2024-05-01T10:00:00Z\n"
    (transcript,) = read(tmp_path, table, columns)
    assert [turn.text for turn in transcript.turns] == ["x", "y"]
    assert any("order of its times" in warning for warning in transcript.warnings)
    (ordered,) = read(tmp_path, table, {**columns, "order": "at"})
    assert [turn.text for turn in ordered.turns] == ["x", "y"]
    assert not any("order of its times" in warning for warning in ordered.warnings)


@pytest.mark.parametrize(
    ("table", "where", "found"),
    [
        ("id,role,text\na,agent,x\na,agent\nb,agent,y\n", "line 3", "expected 3 cells as in the header, found 2"),
        ('id,role,text\na,agent,"x\ny"\na,agent,x,y\nb,agent,y\n', "line 4", "found 4"),
        ('id,role,text\na,agent,x\na,agent,"x"y\nb,agent,y\n', "line 3", "not valid CSV"),
        (
            "id,role,text,visibility\na,agent,x,public\nc,agent,x,\nc,agent,x,?\nb,agent,y,true\n",
            "line 4",
            "visibility",
        ),
    ],
)
def test_a_broken_row_is_told_with_its_line_and_the_rest_is_read(
    tmp_path: Path, table: str, where: str, found: str
) -> None:
    turn = {"text": "text", "role": "role"} | ({"visibility": "visibility"} if "visibility" in table else {})
    problems: list[InputError] = []
    transcripts = read(tmp_path, table, {**SIMPLE, "turn": turn}, on_error=problems.append)
    assert [(t.id, len(t.turns)) for t in transcripts if t.id != "c"] == [("a", 1), ("b", 1)]
    assert all("turns may be missing" in " ".join(t.warnings) for t in transcripts if t.id == "c")
    (problem,) = problems
    assert isinstance(problem, MalformedInput)
    assert problem.where == where
    assert found in str(problem)


def test_every_transcript_of_a_table_with_broken_rows_says_that_turns_may_be_missing(tmp_path: Path) -> None:
    table = "id,role,text\na,agent,x\na,agent\n"
    (transcript,) = read(tmp_path, table, SIMPLE, on_error=lambda _: None)
    assert "rows of this file could not be read: turns may be missing" in transcript.warnings


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        ("id,text\n1,x\n", SIMPLE, "the columns are id, text; the mapping needs role besides"),
        ("id,role,words\n1,agent,x\n", SIMPLE, "the columns are id, role, words; the mapping needs text besides"),
        ("id,role,id,text\n1,agent,2,x\n", SIMPLE, "the column 'id' stands twice"),
        (b"PAR1 and nothing else PAR1", SIMPLE, "not valid Parquet"),
        ("no table at all", SIMPLE, "this is no table"),
    ],
)
def test_a_table_that_does_not_fit_the_mapping_is_refused(
    tmp_path: Path, content: str | bytes, columns: Any, message: str
) -> None:
    with pytest.raises(MalformedInput, match=message):
        read(tmp_path, content, columns, format="table")


@pytest.mark.parametrize("content", ["id,role,words\n1,agent,x\n", '[{"id": 1, "role": "agent", "words": "x"}]'])
def test_a_column_that_the_mapping_names_in_vain_is_told_without_a_format_too(tmp_path: Path, content: str) -> None:
    with pytest.raises(MalformedInput, match="the columns are id, role, words; the mapping needs text besides"):
        read(tmp_path, content, SIMPLE)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"id": "a"}, "expected one layout"),
        ({"cell": "a", "columns": {"b": "agent"}}, "expected one layout"),
        ({"id": "a", "turn": {"text": "b"}, "ticket": {"csta": "c"}}, "unknown fields"),
        ({"id": "a", "turn": {"text": "b"}, "colums": {}}, "did you mean 'columns'"),
    ],
)
def test_a_wrong_mapping_is_refused_before_anything_is_read(mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(MalformedInput, match=message):
        read_transcripts("nowhere", columns=mapping)


def test_a_mapping_is_read_from_yaml(tmp_path: Path) -> None:
    (tmp_path / "columns.yaml").write_text(
        "id: Ticket\nchannel: email\nturn: {text: Nachricht, role: Wer}\nroles: {K: customer, A: agent}\n"
    )
    transcripts = list(read_transcripts(DATA / "long_de.csv", columns=tmp_path / "columns.yaml"))
    assert [len(t.turns) for t in transcripts] == [2, 1, 1]
    assert isinstance(ColumnMapping.model_validate(LONG), ColumnMapping)


@pytest.mark.skipif(not SAMPLES.exists(), reason="the public samples are not here")
def test_public_tables_are_refused_with_their_columns_or_read_with_a_mapping() -> None:
    problems: list[InputError] = []
    assert not list(read_transcripts(SAMPLES / "tabular", on_error=problems.append))
    assert len(problems) == 6
    assert all(isinstance(problem, UnsupportedFormat) and "columns" in str(problem) for problem in problems)
    wide = {"id": "id", "channel": "email", "columns": {"description": "customer"}, "ticket": {"status": "status"}}
    tickets = list(read_transcripts(SAMPLES / "tabular" / "dbtzd_ticket_data.csv", columns=wide))
    assert {turn.role for ticket in tickets for turn in ticket.turns} == {"customer"}
    chats = {"id": "convo_id", "channel": "chat", "cell": "original", "turn": {"text": "1", "role": "0"}}
    read_ones = list(read_transcripts(SAMPLES / "chat-corpora", columns={**chats, "roles": {"action": "system"}}))
    assert {turn.role for t in read_ones for turn in t.turns} == {"agent", "customer", "system"}
    assert read_ones[0].id == "3592"


def test_a_plain_table_whose_turns_are_numbered_is_in_that_order(tmp_path: Path) -> None:
    table = "transcript_id,turn,role,text\n1,1,customer,It is late\n1,10,customer,Thanks\n1,2,agent,I look\n"
    (transcript,) = read(tmp_path, table)
    assert [turn.text for turn in transcript.turns] == ["It is late", "I look", "Thanks"]


def test_a_broken_row_of_a_table_without_a_mapping_is_told_once(tmp_path: Path) -> None:
    told: list[InputError] = []
    table = "chat_id,role,message\n1,customer,It, again, is late\n1,agent,Good morning\n2,agent,Hello\n"
    assert read(tmp_path, table, on_error=told.append) == []
    assert ["a column mapping" in str(error) for error in told] == [True]


@pytest.mark.parametrize(
    ("column", "numbers"), [("line", (3, 1, 2)), ("step", (3, 1, 2)), ("turn", (2, 1, 1)), ("position", (2, 2, 1))]
)
def test_numbers_that_are_not_those_of_turns_leave_the_order(
    tmp_path: Path, column: str, numbers: tuple[int, ...]
) -> None:
    said = ("It is late", "I look", "Thanks")
    rows = "".join(f"1,{number},customer,{text}\n" for number, text in zip(numbers, said, strict=True))
    (transcript,) = read(tmp_path, f"transcript_id,{column},role,text\n{rows}")
    assert tuple(turn.text for turn in transcript.turns) == said


def test_numbers_that_stand_twice_far_down_leave_the_order_as_well(tmp_path: Path) -> None:
    rows = [f"{name},{turn},customer,Hi" for name in range(150) for turn in (1, 2)]
    rows += ["last,2,customer,It is late", "last,1,agent,I look", "last,1,customer,Thanks"]
    *_, last = read(tmp_path, "\n".join(["transcript_id,turn,role,text", *rows]))
    assert [turn.text for turn in last.turns] == ["It is late", "I look", "Thanks"]
    assert last.metadata["turn"] == ["2", "1", "1"]
