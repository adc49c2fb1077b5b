from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from llm_grader.cli.main import app
from llm_grader.errors import DiskError, InputError, MalformedInput, UsageError
from llm_grader.privacy.pseudonyms import (
    Pseudonyms,
    SavedValues,
    Values,
    new_values_file,
    pseudonymise,
    restore_transcript,
)
from llm_grader.readers.mail.mail_turns import with_mail_parts
from llm_grader.transcript import Participant, Segment, Ticket, Transcript, Turn

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def conversation() -> Transcript:
    text = "Guten Tag Frau TRAUTWEIN, ich rufe 0171 2345678 an.\n> Silke"
    transcript = Transcript(
        id="t",
        channel="email",
        language="de",
        agent_id="Bernd Kolloch",
        metadata={"crm": {"owner": "Silke Trautwein"}},
        warnings=("speaker 'Bernd Kolloch': the source's role was kept",),
        ticket=Ticket(
            id="4711",
            customer_name="Silke Trautwein",
            customer_contact="+49 171 2345678",
            subject="Frage von Silke",
            opened_at=AT,
            vendor={"requester": "Silke"},
        ),
        participants=(
            Participant(id="Bernd Kolloch", role="agent", name="Bernd Kolloch", email="bk@example.com"),
            Participant(id="Kunde", role="customer", phone="0171/2345678"),
        ),
        turns=(
            Turn(role="customer", speaker="Kunde", text="Hier ist silke trautwein.", subject="Frage von Silke", at=AT),
            Turn(
                role="agent",
                speaker="Bernd Kolloch",
                text=text,
                segments=(Segment(kind="body", start=0, end=52), Segment(kind="quoted", start=52, end=59)),
            ),
        ),
    )
    return with_mail_parts(transcript, as_written=True)  # as it is once it was read


def test_nothing_of_the_fields_and_texts_is_left_but_ids_roles_and_times() -> None:
    redacted, _ = pseudonymise(conversation())
    written = redacted.model_dump_json()
    for secret in ("silke", "trautwein", "bernd", "kolloch", "2345678", "bk@example.com"):
        assert secret not in written.casefold()
    assert (redacted.id, redacted.turns[0].at) == ("t", AT)
    assert redacted.ticket is not None
    assert (redacted.ticket.id, redacted.ticket.opened_at, redacted.ticket.vendor) == ("4711", AT, {})
    assert redacted.turns[0].speaker == "Kunde"


def test_a_number_has_the_same_token_in_fields_and_texts() -> None:
    people = (
        Participant(id="a", role="customer", phone="+31207940018"),
        Participant(id="+49 171 2345678", role="unknown"),
    )
    turn = Turn(role="customer", speaker="+49 171 2345678", text="+31 20 794 0018 or +491712345678")
    redacted, _ = pseudonymise(Transcript(id="t", channel="chat", participants=people, turns=(turn,)))
    assert redacted.turns[0].text == f"{redacted.participants[0].phone} or {redacted.turns[0].speaker}"
    assert {redacted.participants[0].phone, redacted.participants[1].id} == {"[PHONE_1]", "[PHONE_2]"}


def test_an_id_of_the_source_that_is_an_address_has_its_token() -> None:
    person = Participant(id="Jana", role="customer", email="jana@example.com", key="jana@example.com")
    turn = Turn(role="customer", speaker="Jana", text="Hello")
    redacted, _ = pseudonymise(Transcript(id="t", channel="chat", participants=(person,), turns=(turn,)))
    assert (redacted.participants[0].email, redacted.participants[0].key) == ("[EMAIL_1]", "[EMAIL_1]")


def test_tags_articles_and_ids_of_the_ticket_have_tokens_too() -> None:
    ticket = Ticket(
        id="7",
        customer_id="m@example.com",
        customer_name="Maya Lopez",
        tags=("refund", "maya_lopez", "vip_lopez"),
        articles=("For Maya",),
    )
    original = Transcript(id="t", channel="chat", ticket=ticket, turns=(Turn(role="customer", text="Hi"),))
    redacted, values = pseudonymise(original)
    assert redacted.ticket is not None
    assert redacted.ticket.tags == ("refund", "[NAME_1]_[NAME_2]", "vip_[NAME_2]")
    assert redacted.ticket.articles == ("For [NAME_1]",)
    assert (redacted.ticket.id, redacted.ticket.customer_id) == ("7", "[EMAIL_1]")
    assert restore_transcript(redacted, values) == original


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("WhatsApp Chat with Konstanze Oberhuber", "WhatsApp Chat with [NAME_2] [NAME_3]-"),
        ("chat_konstanze_oberhuber", "chat_[NAME_2]_[NAME_3]-"),
        ("WhatsApp Chat with +49 171 2345678", "WhatsApp Chat with [PHONE_1]-"),
    ],
)
def test_an_id_that_names_somebody_is_replaced_and_comes_back(name: str, begins: str) -> None:
    turn = Turn(role="customer", speaker="Konstanze Oberhuber", text="Hi")
    original = Transcript(id=name, channel="chat", turns=(turn,))
    redacted, values = pseudonymise(original)
    assert redacted.id.startswith(begins)
    assert restore_transcript(redacted, values) == original


def test_transcripts_that_say_the_same_once_redacted_come_back_as_their_own() -> None:
    people = ("Eva Nováková", "Jan Král", "Eva Nováková")
    originals = [
        Transcript(id=f"Chat with {name}", channel="chat", turns=(Turn(role="customer", speaker=name, text="Hi!"),))
        for name in people
    ]
    pairs = list(map(Pseudonyms(), originals))
    assert len({redacted.id for redacted, _ in pairs}) == 3
    assert [restore_transcript(redacted, values) for redacted, values in pairs] == originals


def test_ids_that_two_people_had_stay_apart() -> None:
    names = ("Konstanze Oberhuber", "Hildegard Vogt")
    written = [Turn(role="customer", speaker=name, text=f"Hi {name[0]}") for name in names]
    chats = [
        Transcript(id=f"Chat with {name}", channel="chat", turns=(turn,))
        for name, turn in zip(names, written, strict=True)
    ]
    assert len({pseudonymise(chat)[0].id for chat in chats}) == 2


@pytest.mark.parametrize("name", ["4870952797", "2024-05-01.777123456", "help-1714001000.000000"])
def test_an_id_that_is_a_number_stays(name: str) -> None:
    turn = Turn(role="customer", speaker="Konstanze", text="Zavolejte mi prosím na 777 123 456, děkuji.")
    assert pseudonymise(Transcript(id=name, channel="chat", turns=(turn,)))[0].id == name


def test_the_agent_under_review_stays_the_one_under_review() -> None:
    redacted, _ = pseudonymise(conversation())
    assert redacted.agent_id == redacted.turns[1].speaker == redacted.participants[0].id
    assert redacted.under_review(redacted.turns[1])


def test_the_original_comes_back_character_by_character() -> None:
    redacted, values = pseudonymise(conversation())
    assert restore_transcript(redacted, values) == conversation()


_WORDS = ["Anna", "ANNA", "Annas", "a@example.com", "+372 5123 4567", "[NAME_1]", "und", "ž", "🙂", "\n", "\u2028"]


@given(st.lists(st.lists(st.sampled_from(_WORDS), max_size=12), max_size=4), st.booleans())
def test_any_words_come_back(turns: list[list[str]], saved: bool) -> None:
    spoken = tuple(Turn(role="agent", text=" ".join(words), speaker="Anna Kiss", subject="Anna") for words in turns)
    original = Transcript(id="t", channel="chat", turns=spoken)
    redacted, values = pseudonymise(original)
    if saved:
        values = type(values).model_validate_json(values.model_dump_json(exclude_defaults=True))
    assert restore_transcript(redacted, values) == original


def test_values_of_another_transcript_restore_nothing() -> None:
    redacted, values = pseudonymise(conversation())
    other = redacted.model_copy(update={"turns": redacted.turns[:1]})
    for wrong in (other, redacted.model_copy(update={"id": "u"})):
        with pytest.raises(InputError, match="another transcript, or it was changed"):
            restore_transcript(wrong, values)


def test_the_file_of_values_is_readable_by_its_owner_alone_and_leads_back(tmp_path: Path) -> None:
    path = tmp_path / "values.jsonl"
    redacted, values = pseudonymise(conversation())
    with new_values_file(path) as keep:
        keep(values)
        assert not path.exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["values.jsonl"]
    assert SavedValues(path).restore(redacted) == conversation()


def test_a_file_that_exists_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "values.jsonl"
    path.write_text("mine")
    with pytest.raises(DiskError, match="name a file that does not exist"), new_values_file(path):
        raise AssertionError("the block must not begin")
    path.unlink()
    with pytest.raises(DiskError, match="name a file that does not exist"), new_values_file(path):
        path.write_text("somebody else was faster")
    assert path.read_text() == "somebody else was faster"
    assert [entry.name for entry in tmp_path.iterdir()] == ["values.jsonl"]


def test_what_fails_halfway_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyError), new_values_file(tmp_path / "values.jsonl") as keep:
        keep(dict[str, Values]()["of nobody"])
    assert list(tmp_path.iterdir()) == []


def test_lines_that_are_no_values_or_contradict_each_other_are_refused(tmp_path: Path) -> None:
    _, values = pseudonymise(conversation())
    line = values.model_dump_json(exclude_defaults=True)
    path = tmp_path / "values.jsonl"
    for second, found in (("{}", "expected the values"), (line.replace("TRAUTWEIN", "WEINTRAUT"), "something else")):
        path.write_text(f"{line}\n{second}\n", "utf-8")
        with pytest.raises(MalformedInput, match=f"values.jsonl: line 2: .*{found}"):
            SavedValues(path)


def read(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["read", *map(str, arguments)], catch_exceptions=False, standalone_mode=False)


def test_the_command_redacts_and_restores(tmp_path: Path) -> None:
    source, redacted, values = (tmp_path / name for name in ("in.jsonl", "redacted.jsonl", "values.jsonl"))
    source.write_text(conversation().model_dump_json(exclude_none=True), "utf-8")
    result = read(source, "--redact", "--values", values)
    assert "Silke" not in result.stdout
    redacted.write_text(result.stdout, "utf-8")
    back = read(redacted, "--restore", values)
    assert Transcript.model_validate_json(back.stdout) == conversation()


def test_the_command_says_which_flags_belong_together(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Agent: Hello\nCustomer: Hi\n")
    with pytest.raises(UsageError, match="--values: expected with --redact"):
        read(tmp_path / "a.txt", "--values", tmp_path / "v")
    with pytest.raises(UsageError, match="--redact and --restore"):
        read(tmp_path / "a.txt", "--redact", "--restore", tmp_path / "v")


def test_a_transcript_that_the_values_do_not_have_is_named_and_the_others_are_restored(tmp_path: Path) -> None:
    redacted, values = pseudonymise(conversation())
    unknown = redacted.model_copy(update={"id": "unknown"})
    (tmp_path / "in.jsonl").write_text(f"{unknown.model_dump_json()}\n{redacted.model_dump_json()}", "utf-8")
    with new_values_file(tmp_path / "values.jsonl") as keep:
        keep(values)
    result = read(tmp_path / "in.jsonl", "--restore", tmp_path / "values.jsonl")
    assert "has no values of unknown" in result.stderr
    assert Transcript.model_validate_json(result.stdout) == conversation()


@pytest.mark.parametrize(("some", "code"), [(True, 3), (False, 65)])
def test_the_exit_code_says_whether_some_or_all_were_not_restored(tmp_path: Path, some: bool, code: int) -> None:
    redacted, values = pseudonymise(conversation())
    unknown = [redacted.model_copy(update={"id": id_}) for id_ in ("a", "b")]
    lines = [transcript.model_dump_json() for transcript in ([redacted] if some else []) + unknown]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    with new_values_file(tmp_path / "values.jsonl") as keep:
        keep(values)
    result = CliRunner().invoke(
        app, ["read", str(tmp_path / "in.jsonl"), "--restore", str(tmp_path / "values.jsonl")], catch_exceptions=False
    )
    assert (result.exit_code, len(result.stdout.splitlines())) == (code, int(some))
