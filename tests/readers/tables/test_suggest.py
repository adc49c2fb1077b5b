"""Mappings drafted from tables read them, or say what could not be told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from llm_grader.errors import MalformedInput, UnsupportedFormat
from llm_grader.readers import read_transcripts
from llm_grader.readers.recipes.draft import suggest_mapping
from llm_grader.readers.source.document import Document, Options
from llm_grader.transcript import Transcript

SIDES = ("agent", "customer")
SAID = ("Good morning, how can I help?", "My parcel is late again")


def drafted(tmp_path: Path, content: str) -> tuple[str, list[Transcript]]:
    """The draft, and what is read with it."""
    file = tmp_path / "in"
    file.write_text(content)
    text = suggest_mapping(Document(file, name="in", stem="in", options=Options()))
    (tmp_path / "mapping.yaml").write_text(text)
    return text, list(read_transcripts(file, columns=tmp_path / "mapping.yaml"))


def in_memory(table: str) -> Document:
    return Document(table.encode(), name="in", stem="in", options=Options())


def sides(transcripts: list[Transcript]) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for transcript in transcripts for turn in transcript.turns]


@pytest.mark.parametrize(
    "header",
    [
        "conversation_id,role,message,created_at",
        "Ticket ID,sender_type,body,timestamp",
        "Vorgang,Wer,Nachricht,Zeit",
        "case,Who,Text,Date",
        "chatId,participantRole,content,createdAt",
    ],
)
@pytest.mark.parametrize("words", [("agent", "customer"), ("Mitarbeiter", "Kunde"), ("admin", "end-user")])
def test_a_row_a_turn(tmp_path: Path, header: str, words: tuple[str, str]) -> None:
    rows = "".join(
        f'7,{word},"{said}",05.01.2026 10:0{n}\n' for n, (word, said) in enumerate(zip(words, SAID, strict=True))
    )
    _, transcripts = drafted(tmp_path, f"{header}\n{rows}")
    assert sides(transcripts) == list(zip(("agent", "customer"), SAID, strict=True))
    assert transcripts[0].id == "7"
    assert all(turn.at for turn in transcripts[0].turns)


@pytest.mark.parametrize(
    ("column", "values"), [("incoming", ("False", "True")), ("is_agent", ("1", "0")), ("direction", ("out", "in"))]
)
def test_a_direction_says_who_speaks(tmp_path: Path, column: str, values: tuple[str, str]) -> None:
    rows = "".join(f'7,bo@x.example,"{said}",{value}\n' for value, said in zip(values, SAID, strict=True))
    _, transcripts = drafted(tmp_path, f"case,sender,body,{column}\n{rows}")
    assert sides(transcripts) == list(zip(("agent", "customer"), SAID, strict=True))


def test_a_conversation_in_a_cell_and_a_column_for_each_turn(tmp_path: Path) -> None:
    talk = f"Agent: {SAID[0]}\nCustomer: {SAID[1]}"
    _, transcripts = drafted(tmp_path, f'id,chat_text,agent\n1,"{talk}",Ana\n2,"{talk}",Ben\n')
    assert sides(transcripts[:1]) == list(zip(("agent", "customer"), SAID, strict=True))
    as_list = json.dumps([{"by": "agent", "said": SAID[0]}, {"by": "customer", "said": SAID[1]}]).replace('"', '""')
    _, transcripts = drafted(tmp_path, f'id,turns\n1,"{as_list}"\n')
    assert sides(transcripts) == list(zip(("agent", "customer"), SAID, strict=True))
    _, transcripts = drafted(tmp_path, f'id,answer,question\n1,"{SAID[0]}",{SAID[1]}\n')
    assert sides(transcripts) == list(zip(("agent", "customer"), SAID, strict=True))


@pytest.mark.parametrize(
    "shape",
    [
        lambda turns: {"data": {"talk": turns}},
        lambda turns: [{"id": 1, "entries": turns}, {"id": 2, "entries": turns}],
        lambda turns: turns,
        lambda turns: {"meta": [{"k": "v"}], "result": {"items": turns}},
        lambda turns: [{"wrapped": {"log lines": turns}}],
    ],
)
def test_nested_json_gets_a_recipe(tmp_path: Path, shape: Any) -> None:
    turns = [{"by": {"kind": "agent"}, "said": SAID[0]}, {"by": {"kind": "customer"}, "said": SAID[1]}]
    text, transcripts = drafted(tmp_path, json.dumps(shape(turns)))
    assert "turns" in yaml.safe_load(text)
    assert sides(transcripts[:1]) == list(zip(("agent", "customer"), SAID, strict=True))


def test_a_list_of_conversations_inside_an_object_is_drafted_as_several(tmp_path: Path) -> None:
    turns = [{"by": {"kind": "agent"}, "said": SAID[0]}, {"by": {"kind": "customer"}, "said": SAID[1]}]
    shape = {"page": 1, "tickets": [{"ticket_id": "T1", "thread": turns}, {"ticket_id": "T2", "thread": turns}]}
    _, transcripts = drafted(tmp_path, json.dumps(shape))
    assert [transcript.id for transcript in transcripts] == ["T1", "T2"]
    assert sides(transcripts[1:]) == list(zip(("agent", "customer"), SAID, strict=True))


def test_what_cannot_be_told_is_said(tmp_path: Path) -> None:
    text, _ = drafted(tmp_path, f'nr,name,text\n1,Ana,"{SAID[0]}"\n1,Bo,{SAID[1]}\n')
    assert "# Not told by the file: who is the agent" in text
    text, _ = drafted(tmp_path, f'nr,role,text\n1,X,"{SAID[0]}"\n1,customer,{SAID[1]}\n')
    assert "# Not told by the file: whose these words of role are (write them under `roles`): 'X'" in text
    text, _ = drafted(tmp_path, f'nr,role,text\n1,agent,"{SAID[0]}"\n2,customer,{SAID[1]}\n')
    assert "(`id`)" in text


@pytest.mark.parametrize("content", ["a,b,c\n1,2,3\n", '{"a": 1}', '[{"n": 1}, {"n": 2}]', "Hello there\n", "{}"])
def test_nothing_is_drafted_where_nobody_says_anything(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnsupportedFormat):
        drafted(tmp_path, content)


def test_a_row_that_cannot_be_read_costs_itself_and_no_draft() -> None:
    table = "chat_id,role,message\n1,customer,It, again, is late\n1,agent,Good morning to you\n2,agent,Hello\n"
    text = suggest_mapping(in_memory(table))
    assert yaml.safe_load(text)["turn"] == {"text": "message", "role": "role"}


def test_a_table_of_which_no_row_can_be_read_says_why() -> None:
    with pytest.raises(MalformedInput, match="not valid CSV"):
        suggest_mapping(in_memory('chat_id,role,message\n1,customer,"My parcel is late\n'))


def test_a_column_of_kinds_is_known_by_its_words(tmp_path: Path) -> None:
    table = (
        f"chat_id;type;role;message\n1;comment;customer;{SAID[1]}\n1;note;agent;He shouts\n1;reply;agent;{SAID[0]}\n"
    )
    text, (transcript,) = drafted(tmp_path, table)
    assert yaml.safe_load(text)["turn"]["kind"] == "type"
    assert [(turn.kind, turn.visibility) for turn in transcript.turns] == [
        ("message", "public"),
        ("note", "internal"),
        ("message", "public"),
    ]


@pytest.mark.parametrize("column", ["turn", "Turn Index", "seq", "position", "message_number"])
def test_turns_that_are_numbered_are_put_in_that_order(tmp_path: Path, column: str) -> None:
    table = f"chat_id;{column};role;message\n1;1;customer;{SAID[1]}\n1;10;customer;Many thanks\n1;9;agent;{SAID[0]}\n"
    text, transcripts = drafted(tmp_path, table)
    assert yaml.safe_load(text)["order"] == column
    assert sides(transcripts) == [("customer", SAID[1]), ("agent", SAID[0]), ("customer", "Many thanks")]


def test_a_draft_without_an_agent_says_so(tmp_path: Path) -> None:
    table = f"chat_id;sender_type;message\n1;Contact;{SAID[1]}\n1;User;{SAID[0]}\n"
    assert "no word of sender_type was taken for one" in drafted(tmp_path, table)[0]


@pytest.mark.parametrize(
    "header",
    [
        "sentiment,time,speaker,text",
        "department,customer_name,text,role",
        "Stimmung;Uhrzeit;Sprecher;Nachricht",
        "priority,contact_number,role,text",
        "oddělení;čas;role;zpráva",
    ],
)
def test_a_column_that_is_not_called_so_is_no_id(tmp_path: Path, header: str) -> None:
    mark = ";" if ";" in header else ","
    columns = header.split(mark)
    rows = [
        mark.join(
            said if c in ("text", "Nachricht", "zpráva") else who if c in ("role", "speaker", "Sprecher") else "a1"
            for c in columns
        )
        for who, said in zip(("agent", "customer"), SAID, strict=True)
    ]
    text, transcripts = drafted(tmp_path, "\n".join([header, *rows, ""]).replace(", how", " how"))
    assert "id" not in yaml.safe_load(text)
    assert "(`id`)" in text
    assert len(transcripts) == 1


@pytest.mark.parametrize(
    "name",
    [
        "case_number",
        "Ticket No.",
        "Číslo případu",
        "Ügyszám",
        "Vestluse ID",
        "N° ticket",
        "id_conversacion",
        "Fall-Nr.",
    ],
)
def test_a_number_of_a_conversation_is_its_id_wherever_it_stands(tmp_path: Path, name: str) -> None:
    rows = [f"open;high;{n};{said};{who}" for n in (77, 78) for who, said in zip(SIDES, SAID, strict=True)]
    text, transcripts = drafted(tmp_path, "\n".join([f"status;priority;{name};body;author_role", *rows, ""]))
    assert yaml.safe_load(text)["id"] == name
    assert [len(transcript.turns) for transcript in transcripts] == [2, 2]


def test_an_instruction_and_its_response_are_a_row_of_turns_each(tmp_path: Path) -> None:
    _, transcripts = drafted(tmp_path, f"flags,instruction,category,response\nB,{SAID[1]},ORDER,I can look it up\n")
    assert sides(transcripts) == [("customer", SAID[1]), ("agent", "I can look it up")]
