"""Columns that say what the other side does not see, whatever they and their words are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.readers.recipes.draft import suggest_mapping
from llm_grader.readers.source.document import Document, Options
from llm_grader.transcript import Transcript

SAID = ("Where is my parcel now?", "He is an important man here.", "It is on the way to you.")
ROLES = ("customer", "agent", "agent")


def table(column: str, words: tuple[str, str, str], first: str = "conversation_id") -> str:
    rows = [f"1;{role};{word};{said}" for role, word, said in zip(ROLES, words, SAID, strict=True)]
    return "\n".join([f"{first};role;{column};text", *rows, ""])


def read(tmp_path: Path, content: str, columns: object = None) -> Transcript:
    (tmp_path / "in.csv").write_text(content, "utf-8")
    (transcript,) = read_transcripts(tmp_path / "in.csv", columns=columns)  # type: ignore[arg-type]
    return transcript


def read_by_draft(tmp_path: Path, content: str) -> Transcript:
    (tmp_path / "in.csv").write_text(content, "utf-8")
    draft = suggest_mapping(Document(tmp_path / "in.csv", name="in", stem="in", options=Options()))
    (tmp_path / "draft.yaml").write_text(draft, "utf-8")
    return read(tmp_path, content, tmp_path / "draft.yaml")


def hidden(transcript: Transcript) -> set[str]:
    return {turn.text for turn in transcript.turns if not turn.spoken}


@pytest.mark.parametrize("way", [read, read_by_draft])
@pytest.mark.parametrize(
    ("column", "no", "yes"),
    [
        ("is_note", "false", "true"),
        ("Is Note", "No", "Yes"),
        ("note", "0", "1"),
        ("private_note", "false", "true"),
        ("internal_note", "N", "Y"),
        ("Intern", "Nein", "Ja"),
        ("Interní", "ne", "ano"),
        ("Belső", "nem", "igen"),
        ("Sisemine", "ei", "jah"),
        ("Note interne", "non", "oui"),
        ("Nota interna", "no", "sí"),
        ("Wewnętrzna", "nie", "tak"),
        ("non_public", "no", "yes"),
        ("not_visible_to_customer", "false", "true"),
        ("Nicht öffentlich", "Nein", "Ja"),
        ("Für Kunden nicht sichtbar", "Nein", "Ja"),
        ("Neveřejné", "ne", "ano"),
        ("Není veřejné", "ne", "ano"),
        ("Nem nyilvános", "nem", "igen"),
        ("Mitteavalik", "ei", "jah"),
        ("Non publique", "non", "oui"),
        ("Niepubliczne", "nie", "tak"),
        ("Öffentlich", "Ja", "Nein"),
        ("Veřejné", "ano", "ne"),
        ("is_note", "", "x"),
    ],
)
def test_true_in_a_column_of_notes_is_a_note(tmp_path: Path, way: object, column: str, no: str, yes: str) -> None:
    assert hidden(way(tmp_path, table(column, (no, yes, no)))) == {SAID[1]}  # type: ignore[operator]


@pytest.mark.parametrize(
    ("column", "no", "yes"),
    [("non_public", "no", "yes"), ("Nicht öffentlich", "Nein", "Ja"), ("unsichtbar", "0", "1"), ("public", "1", "0")],
)
def test_a_mapping_that_names_the_column_is_enough(tmp_path: Path, column: str, no: str, yes: str) -> None:
    for part in ("visibility", "kind"):
        columns = {"id": "conversation_id", "turn": {"text": "text", "role": "role", part: column}}
        assert hidden(read(tmp_path, table(column, (no, yes, no)), columns)) == {SAID[1]}


WORDS = [
    ("type", ("Incoming", "Private Note", "Outgoing")),
    ("message_type", ("incoming", "internal", "outgoing")),
    ("message_type", ("visitor", "internal note", "operator")),
    ("Sichtbarkeit", ("öffentlich", "intern", "öffentlich")),
    ("Art", ("Antwort", "Interne Notiz", "Antwort")),
    ("Typ", ("veřejná odpověď", "interní poznámka", "veřejná odpověď")),
    ("Típus", ("nyilvános válasz", "belső megjegyzés", "nyilvános válasz")),
    ("Tüüp", ("avalik vastus", "sisemine märkus", "avalik vastus")),
    ("Type", ("réponse publique", "note interne", "réponse publique")),
    ("Tipo", ("respuesta pública", "nota interna", "respuesta pública")),
    ("Typ", ("odpowiedź", "notatka wewnętrzna", "odpowiedź")),
    ("channel", ("email", "internal-note", "email")),
    ("direction", ("incoming", "internal", "outgoing")),
    ("Richtung", ("eingehend", "intern", "ausgehend")),
    ("kind", ("incoming", "private note", "outgoing")),
    ("type", ("Web widget", "Private note", "Web widget")),
    ("Visibility", ("Everyone", "Agents only", "Everyone")),
    ("visibility", ("Partner portal", "internal", "Partner portal")),
    ("visible", ("visible to customer", "not visible to customer", "visible to customer")),
]


@pytest.mark.parametrize("way", [read, read_by_draft])
@pytest.mark.parametrize(("column", "words"), WORDS)
def test_a_word_for_a_note_hides_its_own_row_and_no_other(
    tmp_path: Path, way: object, column: str, words: tuple[str, str, str]
) -> None:
    transcript = way(tmp_path, table(column, words))  # type: ignore[operator]
    assert hidden(transcript) == {SAID[1]}
    assert [turn.role for turn in transcript.turns] == list(ROLES)


def test_what_an_open_word_means_is_told_by_its_column_alone(tmp_path: Path) -> None:
    transcript = read(tmp_path, table("type", ("Web widget", "Private note", "Web widget")))
    (told,) = [warning for warning in transcript.warnings if warning.startswith("type: ")]
    assert "widget" not in told


def test_a_mapping_that_names_sichtbarkeit_knows_its_words(tmp_path: Path) -> None:
    columns = {"id": "conversation_id", "turn": {"text": "text", "role": "role", "visibility": "Sichtbarkeit"}}
    assert hidden(read(tmp_path, table("Sichtbarkeit", ("öffentlich", "intern", "öffentlich")), columns)) == {SAID[1]}


@pytest.mark.parametrize("way", [read, read_by_draft])
@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("Privatkunde", ("nein", "ja", "nein")),
        ("public_sector", ("no", "yes", "no")),
        ("delivery_note", ("no", "yes", "no")),
        ("international", ("no", "yes", "no")),
        ("extern", ("ja", "nein", "ja")),
        ("call_type", ("external", "internal", "external")),
        ("customer_type", ("private", "business", "private")),
        ("Typ", ("Privat", "Firma", "Privat")),
        ("type", ("private", "business", "private")),
        ("type", ("voice note", "text", "voice note")),
        ("type", ("question", "answer", "answer")),
        ("message_type", ("private", "group", "private")),
        ("message_type", ("incoming", "outgoing", "outgoing")),
        ("note_type", ("billing", "delivery", "billing")),
        ("department", ("Internal", "Private", "Public")),
        ("tags", ("note", "parcel", "note")),
        ("channel", ("chat", "private chat", "chat")),
        ("product", ("Galaxy Note", "Phone", "Note 9")),
        ("sentiment", ("public", "private", "internal")),
    ],
)
def test_columns_that_tell_of_other_things_hide_nothing(
    tmp_path: Path, way: object, column: str, words: tuple[str, str, str]
) -> None:
    assert hidden(way(tmp_path, table(column, words))) == set()  # type: ignore[operator]


def test_what_is_said_of_each_conversation_as_a_whole_hides_none(tmp_path: Path) -> None:
    rows = [f"{n};{role};{word};{SAID[0]}" for n, word in ((1, "internal"), (2, "external")) for role in ROLES]
    (tmp_path / "in.csv").write_text("\n".join(["conversation_id;role;type;text", *rows, ""]))
    transcripts = list(read_transcripts(tmp_path / "in.csv"))
    assert all(turn.spoken for transcript in transcripts for turn in transcript.turns)


@pytest.mark.parametrize("way", [read, read_by_draft])
@pytest.mark.parametrize(
    ("column", "ours", "theirs"),
    [
        ("Richtung", "intern", "extern"),
        ("Art", "intern", "extern"),
        ("Typ", "interní", "externí"),
        ("Típus", "belső", "külső"),
        ("type", "internal", "external"),
        ("message_type", "Internal", "External"),
    ],
)
def test_internal_and_external_that_go_with_the_roles_say_whose_turn_it_is(
    tmp_path: Path, way: object, column: str, ours: str, theirs: str
) -> None:
    transcript = way(tmp_path, table(column, (theirs, ours, ours)))  # type: ignore[operator]
    assert not hidden(transcript)
    assert hidden(way(tmp_path, table(column, (theirs, ours, theirs)))) == (  # type: ignore[operator]
        set() if column == "Richtung" else {SAID[1]}
    )


def test_internal_and_external_that_go_with_the_roles_are_told(tmp_path: Path) -> None:
    for words in (("extern", "intern", "intern"), ("extern", "intern", "extern")):
        told = read(tmp_path, table("Richtung", words)).warnings
        assert any(warning.startswith("Richtung: some of its words may mean notes") for warning in told)
    told = read(tmp_path, table("Art", ("extern", "intern", "intern"))).warnings
    assert any(warning.startswith("Art: some of its words may mean notes") for warning in told)


def test_words_that_may_mean_notes_or_not_are_told(tmp_path: Path) -> None:
    transcript = read(tmp_path, table("type", ("business", "private", "business")))
    assert any(warning.startswith("type: some of its words may mean notes") for warning in transcript.warnings)
    assert not any("type: " in warning for warning in read(tmp_path, table("type", ("a", "b", "a"))).warnings)
