from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from llm_grader.cli.main import app
from llm_grader.errors import UsageError
from llm_grader.readers import FORMATS, read_transcripts
from llm_grader.transcript import Transcript

DATA = Path(__file__).parents[1] / "data" / "readers"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["read", *map(str, arguments)])


def test_stdout_is_one_canonical_transcript_a_line() -> None:
    result = run(DATA / "hovor_cs.txt", DATA / "vestlus_et.txt")
    assert result.exit_code == 0
    read_again = [Transcript.model_validate_json(line) for line in result.stdout.splitlines()]
    assert read_again == list(read_transcripts([DATA / "hovor_cs.txt", DATA / "vestlus_et.txt"]))


def test_check_reports_format_speakers_roles_and_warnings() -> None:
    result = run(DATA / "vestlus_et.txt", "--check")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{DATA / 'vestlus_et.txt'}: text",
        "  vestlus_et: chat, 2 turns",
        "    language: et (by the words)",
        "    Klienditeenindaja: agent (by source 1.00), 1 turns",
        "    Klient: customer (by source 1.00), 1 turns",
        "    warning: the channel is not stated: read as chat",
        "in all: 1 files, 1 conversations, 2 turns, 0 refused, 1 warnings",
    ]


def test_check_says_what_to_do_about_speakers_nobody_knows(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Speaker 1: Hello\nSpeaker 2: Hi\n")
    result = run(tmp_path / "a.txt", "--check")
    assert "    Speaker 1: unknown (say who it is with --agent or --roles), 1 turns" in result.stdout.splitlines()


def test_agent_and_channel_may_be_said_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Speaker 1: Hello\nSpeaker 2: Hi\n")
    result = run(tmp_path / "a.txt", "--agent", "speaker 2", "--channel", "call")
    transcript = Transcript.model_validate_json(result.stdout)
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"]
    assert transcript.channel == "call"


@pytest.mark.parametrize(("days", "conversations"), [("30", 1), ("5", 2), ("0", 2)])
def test_how_far_apart_mails_of_one_subject_may_be_is_said_on_the_command_line(
    tmp_path: Path, days: str, conversations: int
) -> None:
    for day, who, to, re in ((1, "bo@x.test", "help@h.test", ""), (11, "help@h.test", "bo@x.test", "Re: ")):
        head = f"From: {who}\nTo: {to}\nSubject: {re}Parcel 7\nDate: {day} May 2026 10:00 +0000\n"
        (tmp_path / f"{day}.eml").write_text(f"{head}Message-ID: <{day}@x.test>\n\nHello you.\n")
    result = run(tmp_path, "--subject-days", days)
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, conversations)


def test_what_is_said_about_nobody_is_told_once_at_the_end(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Speaker 1: Hello\nSpeaker 2: Hi\n")
    said = ("--agent", "Speaker 1", "--agent", "Jana", "--channel-roles", "0=agent")
    for check in ((), ("--check",)):
        result = run(tmp_path / "a.txt", tmp_path / "b.txt", *said, *check)
        assert result.exit_code == 0
        assert result.stderr.splitlines() == [
            "llm-grader: --agent: nobody is 'Jana': see `llm-grader read INPUT --check`",
            "llm-grader: --channel-roles: nobody is channel 0: see `llm-grader read INPUT --check`",
        ]


def test_who_has_a_role_by_the_source_was_not_named_in_vain(tmp_path: Path) -> None:
    turns = [{"role": role, "speaker": role.title(), "text": "Hello"} for role in ("bot", "agent", "customer")]
    (tmp_path / "t.json").write_text(json.dumps({"id": "t", "channel": "chat", "turns": turns}))
    result = run(tmp_path / "t.json", "--agent", "bot", "--agent", "agent")
    assert (result.exit_code, result.stderr) == (0, "")


def stereo(tmp_path: Path) -> Path:
    """A recording with a voice on each of two channels."""
    said = ({"start": 0, "end": 1, "word": "hello"}, {"start": 2, "end": 3, "word": "yes"})
    channels = [{"alternatives": [{"transcript": word["word"], "words": [word]}]} for word in said]
    file = tmp_path / "stereo.json"
    file.write_text(json.dumps({"results": {"channels": channels}}))
    return file


@pytest.mark.parametrize("said", ["0=agent,1=customer", " ch_0 = agent , 1=customer"])
def test_who_is_on_which_channel_may_be_said_on_the_command_line(tmp_path: Path, said: str) -> None:
    transcript = Transcript.model_validate_json(run(stereo(tmp_path), "--channel-roles", said).stdout)
    assert [(turn.role, turn.role_source) for turn in transcript.turns] == [
        ("agent", "mapping"),
        ("customer", "mapping"),
    ]


def test_who_is_on_a_channel_that_is_heard_was_not_told_in_vain(tmp_path: Path) -> None:
    result = run(stereo(tmp_path), "--channel-roles", "0=agent,1=customer,2=bot")
    assert result.stderr.count("nobody is") == result.stderr.count("nobody is channel 2") == 1


def test_the_command_line_has_the_last_word_about_a_channel(tmp_path: Path) -> None:
    (tmp_path / "roles.yaml").write_text('channels: {"0": agent, "1": bot}\n')
    result = run(stereo(tmp_path), "--roles", tmp_path / "roles.yaml", "--channel-roles", "1=customer")
    assert [turn.role for turn in Transcript.model_validate_json(result.stdout).turns] == ["agent", "customer"]


@pytest.mark.parametrize("said", ["", "agent", "0:agent", "left=agent", "0=Agent", "0=agent,0=customer", "0=agent,"])
def test_channel_roles_that_are_written_otherwise_are_refused_with_an_example(tmp_path: Path, said: str) -> None:
    with pytest.raises(UsageError, match=r"--channel-roles: found .*customer.*such as 0=agent,1=customer"):
        CliRunner().invoke(
            app, ["read", str(stereo(tmp_path)), "--channel-roles", said], catch_exceptions=False, standalone_mode=False
        )


@pytest.mark.parametrize(
    ("files", "code"), [(["good"], 0), (["good", "bad"], 3), (["bad"], 65), (["missing"], 65), (["nothing"], 65)]
)
def test_the_exit_code_says_whether_some_or_all_failed(tmp_path: Path, files: list[str], code: int) -> None:
    (tmp_path / "good").write_text("Agent: Hello\nCustomer: Hi\n")
    (tmp_path / "bad").write_text("nobody speaks here\n")
    (tmp_path / "nothing").mkdir()
    result = run(*(tmp_path / name for name in files))
    assert result.exit_code == code
    assert len(result.stdout.splitlines()) == files.count("good")
    assert ("llm-grader: " in result.stderr) == (code != 0)


def test_each_format_is_listed_once_with_what_it_reads_and_no_junk_file_names_them(tmp_path: Path) -> None:
    listed = [line.split(maxsplit=1) for line in run("formats").stdout.splitlines()]
    assert [name for name, _ in listed] == list(FORMATS)
    assert all(about for _, about in listed)
    (tmp_path / "junk.txt").write_text("nobody speaks here\n")
    (tmp_path / "page.html").write_text(" <!DOCTYPE  HTML>\n<html><body>Agent: Hello</body></html>\n")
    (tmp_path / "tree.xml").write_text('<?xml version="1.0"?>\n<chat><turn who="agent">Hello</turn></chat>\n')
    junk, page, tree = run(tmp_path).stderr.splitlines()
    assert "XML, of which no format is known" in tree
    assert "is it one of `llm-grader read formats`? Then say --format NAME" in junk
    assert "whatsapp" not in junk
    assert "a page of HTML: save what it shows as text" in page


def test_check_ends_with_totals_of_what_was_read_and_what_was_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Agent: Hello\nCustomer: Hi\n")
    (tmp_path / "b.txt").write_text("nobody speaks here\n")
    (tmp_path / "c.csv").write_text("conversation_id,role,text\n1,agent,Hi\n1,customer,Hello\n2,agent,Bye\n")
    # a: one conversation of 2 turns; c: two, of 2 turns and 1. Warnings: no channel is stated of each of the three,
    # c has no times, and the last has no turn of a customer.
    assert run(tmp_path, "--check").stdout.splitlines()[-1] == (
        "in all: 2 files, 3 conversations, 5 turns, 1 refused, 6 warnings"
    )


def test_a_recipe_of_ones_own_is_forced(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(
        json.dumps({"log": [{"by": "op", "said": "Hello"}, {"by": "cl", "said": "Hi"}]})
    )
    (tmp_path / "recipe.yaml").write_text(
        "name: ours\ntitle: Our export\napplies: [log]\nturns: log\nchannel: chat\n"
        "turn: {text: said, role: {path: by, values: {op: agent, cl: customer}}}\n"
    )
    for flag in ("--recipe", "--columns"):
        result = run(tmp_path / "export.json", flag, tmp_path / "recipe.yaml")
        (line,) = result.stdout.splitlines()
        assert [turn.role for turn in Transcript.model_validate_json(line).turns] == ["agent", "customer"]
    with pytest.raises(UsageError, match="--recipe and --columns"):
        CliRunner().invoke(
            app,
            ["read", "x", "--recipe", str(tmp_path / "recipe.yaml"), "--columns", "y"],
            catch_exceptions=False,
            standalone_mode=False,
        )


def test_what_is_suggested_for_a_table_and_for_other_json_reads_them(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        'case,who,said\n1,agent,"How can I help you, please?"\n1,customer,My parcel is late\n'
    )
    turns = [{"by": "agent", "said": "How can I help you?"}, {"by": "customer", "said": "My parcel is late"}]
    (tmp_path / "t.json").write_text(json.dumps({"data": {"talk": turns}}))
    for name in ("t.csv", "t.json"):
        (tmp_path / "mapping.yaml").write_text(run(tmp_path / name, "--suggest-columns").stdout)
        result = run(tmp_path / name, "--columns", tmp_path / "mapping.yaml")
        (line,) = result.stdout.splitlines()
        assert [turn.role for turn in Transcript.model_validate_json(line).turns] == ["agent", "customer"]


def test_the_schema_of_mappings_and_recipes_is_printed() -> None:
    schema = json.loads(run("schema").stdout)
    assert {"turn", "kinds", "visibilities", "time_format"} <= schema["columns"]["properties"].keys()
    assert {"applies", "turns", "turn", "words", "people"} <= schema["recipe"]["properties"].keys()


def test_the_help_says_what_a_value_is_and_not_its_type() -> None:
    told = run("--help").stdout
    assert "FILE" in told
    assert not {"PATH", "TEXT", "INTEGER", "FLOAT"} & set(told.split())


def test_the_command_loads_no_client_library_and_no_datasets() -> None:
    code = (
        "import sys, llm_grader.readers, llm_grader.cli.commands.read;"
        "print([m for m in ('openai', 'instructor', 'datasets', 'scipy', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
