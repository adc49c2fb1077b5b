from __future__ import annotations

import io
import json
import os
import tempfile
import tracemalloc
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.errors import InputError, MalformedInput, UnsupportedFormat, UsageError
from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.readers.chats import canonical
from llm_grader.readers.mail.mail_turns import with_mail_parts
from llm_grader.readers.source.document import Document, Options
from llm_grader.transcript import Segment, Ticket, Transcript, Turn

SMALLEST = '{"id": "t1", "channel": "chat", "turns": [{"role": "agent", "text": "Hello"}]}'


def write(tmp_path: Path, content: str | bytes, name: str = "in.jsonl") -> Path:
    file = tmp_path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def read_all(source: Path) -> tuple[list[Transcript], list[InputError]]:
    problems: list[InputError] = []
    return list(read_transcripts(source, on_error=problems.append)), problems


def test_the_smallest_valid_transcript_is_read_as_it_was_written(tmp_path: Path) -> None:
    (read,) = read_transcripts(write(tmp_path, SMALLEST))
    assert read.warnings == ("no turn of a customer",)
    assert read.model_copy(update={"warnings": ()}) == Transcript.model_validate_json(SMALLEST)


@pytest.mark.parametrize("layout", ["{0}", "[{0}, {0}]", "{0}\n{0}\n", "\n{0}\n\n{0}", "[\n {0}\n]"])
def test_one_document_a_list_and_one_a_line_are_the_same_to_the_reader(tmp_path: Path, layout: str) -> None:
    transcripts, problems = read_all(write(tmp_path, layout.format(SMALLEST)))
    assert len(transcripts) == layout.count("{0}")
    assert {transcript.id for transcript in transcripts} == {"t1"}
    assert not problems


def test_a_pretty_printed_document_is_one_transcript(tmp_path: Path) -> None:
    text = json.dumps(json.loads(SMALLEST), indent=2)
    assert [t.id for t in read_transcripts(write(tmp_path, text))] == ["t1"]


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        ('{"id": "x", "channel": "chat", "turns": [', "not valid JSON"),
        ('{"id": "x", "channel": "chat", "turns": [], "turns": []}', "'turns' stands twice"),
        ('{"id": "x", "channel": "chat", "turns": [], "metadata": {"a": 1e999}}', "too large"),
        ('{"id": "x", "channel": "fax", "turns": []}', "channel"),
        ('{"id": "x", "channel": "chat", "turns": [{"role": "Agent", "text": "a"}]}', r"turns\.0\.role"),
        ('{"id": "", "channel": "chat", "turns": []}', "id"),
        ('{"id": 7, "channel": "chat", "turns": []}', "id"),
        ('{"id": "x", "channel": "chat", "turns": [], "surprise": 1}', "surprise"),
        ('["not", "an", "object"]', ""),
        ('{"id": "x", "channel": "chat", "turns": [], "metadata": ' + "[" * 500 + "]" * 500 + "}", "recursion"),
    ],
)
def test_one_corrupt_line_is_told_with_file_and_line_and_the_rest_is_read(
    tmp_path: Path, broken: str, found: str
) -> None:
    file = write(tmp_path, "\n".join((SMALLEST, broken, SMALLEST.replace("t1", "t2"))))
    transcripts, (problem,) = read_all(file)
    assert [transcript.id for transcript in transcripts] == ["t1", "t2"]
    assert isinstance(problem, MalformedInput)
    assert str(problem).startswith(f"{file}: line 2: ")
    assert found.replace("\\", "") in str(problem)


def test_without_anyone_listening_the_first_problem_is_raised_after_what_came_before(tmp_path: Path) -> None:
    transcripts = read_transcripts(write(tmp_path, f"{SMALLEST}\n{{\n{SMALLEST}"))
    assert next(transcripts).id == "t1"
    with pytest.raises(MalformedInput, match="line 2"):
        next(transcripts)


def test_errors_do_not_quote_what_was_said(tmp_path: Path) -> None:
    line = '{"id": "x", "channel": "chat", "turns": [{"role": "agent", "text": "a", "start": "my secret PIN 1234"}]}'
    _, (problem,) = read_all(write(tmp_path, line))
    assert "secret" not in str(problem)


def test_a_broken_document_is_malformed_json_not_an_unknown_format(tmp_path: Path) -> None:
    _, (problem,) = read_all(write(tmp_path, '{"id": "x",\n "turns": [}'))
    assert isinstance(problem, MalformedInput)
    assert "line 2 column 12" in str(problem)


def test_what_no_reader_knows_is_told_with_what_was_found_and_where_the_formats_are(tmp_path: Path) -> None:
    _, (problem,) = read_all(write(tmp_path, '{"weather": "fine"}'))
    assert isinstance(problem, UnsupportedFormat)
    assert all(name in str(problem) for name in ("weather", "llm-grader read formats", "--format"))


def test_half_a_surrogate_pair_is_no_text_and_is_told(tmp_path: Path) -> None:
    line = SMALLEST.replace("Hello", r"a\ud83d b\ud83d\ude00 c\\ud83d")
    (transcript,) = read_transcripts(write(tmp_path, line))
    assert transcript.turns[0].text == "a\ufffd b😀 c\\ud83d"
    assert "1 halves of surrogate pairs are no text and were read as U+FFFD" in transcript.warnings


@pytest.mark.parametrize(
    "text", ["a\r\nb", "\u2028", "NBSP\xa0", "\u200d👩\u200d🚒", "e\u0301", "שלום", "\t tab ", "a\x00b", ""]
)
def test_what_was_said_arrives_unchanged(tmp_path: Path, text: str) -> None:
    line = json.dumps({"id": "x", "channel": "chat", "turns": [{"role": "agent", "text": text}]}, ensure_ascii=False)
    (transcript,) = read_transcripts(write(tmp_path, line))
    assert transcript.turns[0].text == text


def test_an_id_that_occurs_again_is_kept_and_told(tmp_path: Path) -> None:
    first, second = read_transcripts(write(tmp_path, f"{SMALLEST}\n{SMALLEST}"))
    assert second.id == "t1"
    assert {*second.warnings} - {*first.warnings} == {"the id 't1' was read before: two transcripts have it"}


def test_roles_the_caller_gives_apply_to_unknown_speakers_only(tmp_path: Path) -> None:
    line = SMALLEST.replace(
        '{"role": "agent"', '{"role": "customer", "speaker": "b", "text": "x"}, {"role": "unknown", "speaker": "a"'
    )
    (transcript,) = read_transcripts(write(tmp_path, line), roles=RoleMapping(agents=("A", "b")))
    assert [(turn.role, turn.role_source) for turn in transcript.turns] == [
        ("customer", "source"),
        ("agent", "mapping"),
    ]
    assert any("'b': the source says customer, the mapping agent" in warning for warning in transcript.warnings)


def test_standard_input_is_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SMALLEST.encode())))
    assert [transcript.id for transcript in read_transcripts("-")] == ["t1"]


def test_a_folder_is_read_in_order_without_hidden_files_and_goes_on_past_bad_ones(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    write(tmp_path, SMALLEST.replace("t1", "in b"), "b/x.json")
    write(tmp_path, SMALLEST.replace("t1", "in a"), "a.json")
    write(tmp_path, SMALLEST, ".git/x.json")
    write(tmp_path, b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe", "image.png")
    write(tmp_path, "", "empty.txt")
    transcripts, problems = read_all(tmp_path)
    assert [transcript.id for transcript in transcripts] == ["in a", "in b"]
    assert [Path(problem.path or "").name for problem in problems] == ["empty.txt", "image.png"]
    assert all(isinstance(problem, UnsupportedFormat) for problem in problems)


def test_patterns_and_lists_are_sources_and_a_missing_file_is_told(tmp_path: Path) -> None:
    write(tmp_path, SMALLEST, "a[1].json")
    write(tmp_path, SMALLEST.replace("t1", "t2"), "b.json")
    assert len(list(read_transcripts(str(tmp_path / "*.json")))) == 2
    assert len(list(read_transcripts([tmp_path / "a[1].json", str(tmp_path / "b.json")]))) == 2
    with pytest.raises(InputError, match="no such file"):
        list(read_transcripts(tmp_path / "c.json"))


def test_what_cannot_be_opened_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, SMALLEST, "z.json")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    transcripts, problems = read_all(tmp_path)
    assert [transcript.id for transcript in transcripts] == ["t1"]
    assert sorted(Path(problem.path or "").name for problem in problems) == ["gone", "pipe"]
    with pytest.raises(InputError, match="cannot be read"):
        list(read_transcripts("a long text that was meant to be read itself" * 100))


def test_a_link_is_followed_within_the_folder_only_and_never_to_a_pipe(tmp_path: Path) -> None:
    folder, outside = tmp_path / "inbox", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    write(folder, SMALLEST, "a.json")
    write(outside, SMALLEST.replace("t1", "secret"), "b.json")
    os.mkfifo(outside / "pipe")
    os.mkfifo(folder / ".pipe")
    (folder / "same.json").symlink_to(folder / "a.json")
    (folder / "out.json").symlink_to(outside / "b.json")
    (folder / "pipe out").symlink_to(outside / "pipe")
    (folder / "pipe in").symlink_to(folder / ".pipe")
    transcripts, problems = read_all(folder)
    assert [transcript.id for transcript in transcripts] == ["t1", "t1"]
    assert sorted(Path(problem.path or "").name for problem in problems) == ["out.json", "pipe in", "pipe out"]


def test_an_unknown_format_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UsageError, match=r"expected one of .*canonical.*found 'fax'"):
        read_transcripts("nowhere", format="fax")


def test_reading_is_lazy(tmp_path: Path) -> None:
    write(tmp_path, SMALLEST, "a.json")
    write(tmp_path, "{", "b.json")
    assert next(read_transcripts(tmp_path)).id == "t1"


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    text = draw(names)
    cut = draw(st.integers(0, len(text)))
    parts = (Segment(kind="body", start=0, end=cut), Segment(kind="quoted", start=cut, end=len(text)))
    return Turn(
        role=draw(st.sampled_from(["agent", "customer", "bot", "unknown"])),
        text=text,
        speaker=draw(st.none() | names),
        at=draw(st.none() | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]))),
        start=draw(st.none() | st.floats(0, 1e6)),
        segments=draw(st.sampled_from([(), parts])),
        role_source=draw(st.sampled_from([None, "source", "cues"])),
    )


@settings(max_examples=60)
@given(
    st.builds(
        Transcript,
        id=names.filter(bool),
        channel=st.sampled_from(["chat", "email", "call"]),
        turns=st.lists(turns(), max_size=4).map(tuple),
        ticket=st.none() | st.builds(Ticket, id=names, vendor=st.dictionaries(names, json_values, max_size=3)),
        metadata=st.dictionaries(names, json_values, max_size=3),
        warnings=st.lists(names, max_size=2).map(tuple),
    )
)
def test_serialise_and_read_is_the_identity_but_that_mail_gets_segments(transcript: Transcript) -> None:
    transcript = with_mail_parts(transcript, as_written=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "t.jsonl"
        file.write_text(transcript.model_dump_json(exclude_none=True) + "\n", encoding="utf-8")
        (read,) = read_transcripts(file)
        # what speaks against it is added, and nothing else changes
        assert read.warnings[: len(transcript.warnings)] == transcript.warnings
        assert read.model_copy(update={"warnings": transcript.warnings}) == transcript
        file.write_text(read.model_dump_json(exclude_none=True) + "\n", encoding="utf-8")
        assert list(read_transcripts(file)) == [read]


# A file on disk is read line by line, what comes through a pipe all at once: both say the same.


_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                json.dumps({"id": "t1", "channel": "chat", "turns": [{"role": "agent", "text": "Dobrý den 🙂"}]}),
                json.dumps(
                    {"id": "t2", "channel": "chat", "turns": [{"role": "agent", "text": "A\u2028B\u0085C"}]},
                    ensure_ascii=False,
                ),
                '{"id": "t3", "channel": "chat", "turns": [{"role": "agent", "text": "half \\ud83d of it"}]}',
                '{"id": "t4", "channel": "chat", "turns": [',
                "",
                "  ",
                "\ufeff",
                "no JSON",
            ]
        ),
        st.text(alphabet='{}[]":,ab\\u\n\r\t\x00é', max_size=20),
    ),
    max_size=8,
)


@given(_LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
@settings(max_examples=300)
def test_a_file_says_the_same_as_its_bytes(tmp_path: Path, lines: list[str], end: str, encoding: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(end.join(lines).encode(encoding, "replace"))
    assert outcome(path) == outcome(path.read_bytes())


def outcome(content: Path | bytes) -> tuple[list[Transcript], list[str], str]:
    """What a document holds: its transcripts, its problems and warnings; or why it is not read."""
    problems: list[str] = []
    document = Document(
        content, name="in.jsonl", stem="in", options=Options(on_error=lambda error: problems.append(str(error)))
    )
    try:
        known = canonical.sniff(document)
        return list(canonical.read(document)) if known else [], [*problems, *document.warnings], str(document.is_empty)
    except InputError as error:
        return [], problems, str(error)


def test_reading_many_lines_holds_few_of_them(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    text = "Hello. " * 3000
    line = json.dumps({"id": "t", "channel": "chat", "turns": [{"role": "agent", "text": text}]}) + "\n"
    path.write_text(line * 500, "utf-8")  # 10 MB
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_transcripts(path)) == 500
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 3_000_000


def test_a_file_that_goes_away_is_told(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text("{}\n{}\n")
    document = Document(path, name=str(path), stem="in", options=Options())
    path.unlink()
    with pytest.raises(InputError, match="cannot be read: No such file"):
        _ = document.is_empty


def test_a_transcript_without_a_channel_is_a_chat_and_says_so(tmp_path: Path) -> None:
    unstated = SMALLEST.replace('"channel": "chat", ', "")
    transcripts, problems = read_all(write(tmp_path, f"[{unstated}, {SMALLEST.replace('t1', 't2')}]"))
    assert not problems
    assert [transcript.channel for transcript in transcripts] == ["chat", "chat"]
    told = ["the channel is not stated: read as chat" in transcript.warnings for transcript in transcripts]
    assert told == [True, False]


def test_the_channel_that_a_transcript_does_not_state_is_the_callers(tmp_path: Path) -> None:
    unstated = SMALLEST.replace('"channel": "chat", ', "")
    (read,) = read_transcripts(write(tmp_path, unstated), channel="call")
    assert (read.channel, read.warnings) == ("call", ("no turn of a customer",))


def test_a_list_of_foreign_turns_is_known_as_such_though_its_first_conversation_is_empty(tmp_path: Path) -> None:
    """Both were refused as broken ones of ours, `id: Field required (and 2 more)`."""
    said = [{"speaker": "USER", "utterance": "A hotel?", "turn_id": "0"}]
    dialogues = [
        {"dialogue_id": f"M{number}", "services": [], "turns": turns} for number, turns in enumerate([[], said])
    ]
    path = tmp_path / "dialogues.json"
    path.write_text(json.dumps(dialogues), "utf-8")
    assert [turn.text for transcript in read_transcripts(path) for turn in transcript.turns] == ["A hotel?"]
