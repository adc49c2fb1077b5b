"""The command line as a user meets it: what it prints where, and the code it exits with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llm_grader.cli.setup.settings import Settings
from llm_grader.rubric.load import load_rubric
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion, failure
from tests.support import command_line
from tests.support.command_line import Finished

CHAT = "Agent: Good morning, this is Ines.\nCustomer: My lamp is broken.\nAgent: Sorry. A new one comes on Friday.\n"
PROVED = [item.id for item in load_rubric("helpdesk_qa").model_items("chat") if item.id != "greeting"]
QUOTES = dict(
    zip(
        PROVED,
        [(0, "this is Ines")] * 6 + [(2, "Sorry. A new one comes on Friday.")] * 10 + [(2, "comes on Friday")] * 6,
        strict=False,
    )
)
KEY = "sk-very-secret"
Run = Callable[..., Finished]


def truthful(request: ScriptedRequest) -> ScriptedResponse:
    """Everything is met, the greeting shown by its words, the rest by others, no more than two items a word."""
    given = {item_id: answer("met", QUOTES.get(item_id, (0, "Good morning"))) for item_id in request.item_ids()}
    return completion(given)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command line in an empty folder that has `chat.txt`."""
    (tmp_path / "chat.txt").write_text(CHAT, "utf-8")

    def call(*arguments: str, stdin: str = "", **environment: str) -> Finished:
        return command_line.run(
            *arguments, folder=tmp_path, environment={"OPENAI_API_KEY": KEY, **environment}, stdin=stdin
        )

    return call


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(truthful) as running:
        yield running


def test_grading_prints_the_score_each_verdict_and_its_words(run: Run, server: ScriptedServer) -> None:
    result = run("grade", "chat.txt", "--model", "m", "--base-url", server.base_url)
    assert result.code == 0, result.stderr
    assert "chat: score 100 of 100, passed" in result.stdout
    assert "Greet the customer" in result.stdout
    assert "“Good morning” [agent 0]" in result.stdout
    assert "1 graded: 1 ok" in result.stderr
    assert "\x1b" not in result.stdout + result.stderr


def test_json_is_one_scorecard_a_line_and_nothing_else(run: Run, server: ScriptedServer) -> None:
    result = run("grade", "chat.txt", "--model", "m", "--base-url", server.base_url, "--json")
    (line,) = result.stdout.splitlines()
    card = json.loads(line)
    assert card["transcript_id"] == "chat"
    assert card["verdicts"]["greeting"]["evidence"][0] == {
        "turn": 0, "role": "agent", "quote": "Good morning", "start": 0, "end": 12, "match": "exact"
    }  # fmt: skip
    assert card["provenance"]["answered_by"] == "scripted-1"


def test_a_second_run_sends_nothing_and_nor_does_a_changed_weight(
    run: Run, server: ScriptedServer, tmp_path: Path
) -> None:
    first = ("grade", "chat.txt", "--base-url", server.base_url, "--model", "m")
    run(*first)
    assert len(server.requests) == 1
    again = run(*first)
    assert again.code == 0
    assert len(server.requests) == 1
    assert "resuming: 1 done, 0 in doubt, 0 left" in again.stderr
    starter = run("rubric", "new", "mine.yaml")
    assert starter.code == 0, starter.stderr
    run(*first, "--rubric", "mine.yaml")
    assert len(server.requests) == 2
    changed = (tmp_path / "mine.yaml").read_text("utf-8").replace("weight: 2", "weight: 3", 1)
    (tmp_path / "mine.yaml").write_text(changed + "\n# a comment changes nothing\n", "utf-8")
    result = run(*first, "--rubric", "mine.yaml")
    assert len(server.requests) == 2
    assert "1 results belong to another version of this rubric; they are kept" in result.stderr
    listed = run("results", "list", "--json")
    assert [json.loads(line)["ok"] for line in listed.stdout.splitlines()] == [1, 1, 1, 1]


@pytest.mark.parametrize(("language", "title"), [("en", "Greet the customer"), ("de", "Den Kunden begrüßen")])
def test_a_stored_card_is_shown_as_it_was_when_it_was_graded(
    run: Run, server: ScriptedServer, language: str, title: str
) -> None:
    graded = run("grade", "chat.txt", "--base-url", server.base_url, "--model", "m", "--language", language).stdout
    shown = run("results", "show", "chat").stdout
    assert title in shown
    assert graded.startswith(shown)  # and then the summary


def test_standard_input_is_read(run: Run, server: ScriptedServer) -> None:
    transcript = '{"id": "t1", "channel": "chat", "turns": [{"role": "agent", "text": "Good morning, Ines here."}]}\n'
    result = run("grade", "-", "--base-url", server.base_url, "--model", "m", "--json", "--no-store", stdin=transcript)
    assert json.loads(result.stdout)["transcript_id"] == "t1"


def test_a_score_below_the_threshold_exits_with_1(run: Run) -> None:
    def poor(request: ScriptedRequest) -> ScriptedResponse:
        quoted = {"avoid_jargon", "active_listening", "positive_tone", "no_blame", "product_knowledge"}
        return completion(
            {i: answer("not_met", *([(0, "Good morning")] if i in quoted else [])) for i in request.item_ids()}
        )

    with ScriptedServer(poor) as server:
        result = run("grade", "chat.txt", "--base-url", server.base_url, "--model", "m", "--fail-under", "50")
    assert result.code == 1


def test_a_card_that_needs_review_exits_with_3(run: Run) -> None:
    with ScriptedServer(
        lambda request: completion({i: answer("met", (0, "never said")) for i in request.item_ids()})
    ) as server:
        result = run("grade", "chat.txt", "--base-url", server.base_url, "--model", "m")
    assert result.code == 3
    assert "unverified_evidence" in result.stdout
    assert len(server.requests) == 2  # the answer, and one repair


@pytest.mark.parametrize(("response", "words"), [(failure(401), "OPENAI_API_KEY"), (failure(404), "--model")])
def test_a_wrong_endpoint_exits_with_4_and_one_line(run: Run, response: ScriptedResponse, words: str) -> None:
    with ScriptedServer(lambda _request: response) as server:
        result = run("grade", "chat.txt", "--base-url", server.base_url, "--model", "m")
    assert result.code == 4
    assert words in result.stderr
    assert KEY not in result.stderr + result.stdout
    assert "Traceback" not in result.stderr
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("grade", "nothing-here.txt", "--model", "m"), 65, "nothing-here.txt"),
        (("grade", "chat.txt", "--rubric", "helpdesk_qaa"), 65, "helpdesk_qa"),
        (("grade", "chat.txt", "--mode", "telepathy"), 2, "mode"),
        (("grade", "chat.txt", "--base-url", "http://example.com/v1"), 2, "https"),
        (("grade", "chat.txt", "--shard", "4/3"), 2, "--shard"),
        (("grade", "chat.txt", "--items-per-call", "0"), 2, "items_per_call"),
        (("grade",), 2, "INPUT"),
        (("nonsense",), 2, "nonsense"),
        (("results", "show"), 2, "no such store"),
        (("grade", "chat.txt", "--store", "chat.txt"), 65, "not an llm_grader store"),
    ],
)
def test_wrong_usage_is_told_in_one_line(run: Run, arguments: tuple[str, ...], code: int, words: str) -> None:
    result = run(*arguments)
    assert result.code == code, result.stderr
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_flags_win_over_the_environment_and_that_over_the_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "llm-grader.toml").write_text('model = "from-file"\nlanguage = "de"\nmode = "md_json"\n', "utf-8")
    with ScriptedServer(truthful) as server:
        doctor = ("doctor", "--base-url", server.base_url)
        lines = run(*doctor, "--mode", "tools", LLM_GRADER_LANGUAGE="cs").stdout.splitlines()
    settings = dict(words for line in reversed(lines) if len(words := line.split(maxsplit=1)) == 2)
    assert (settings["model"], settings["language"], settings["mode"]) == ("from-file", "cs", "tools")


def test_the_help_says_where_all_settings_are_and_claims_no_flag_for_each(run: Run) -> None:
    told = " ".join(run("--help").stdout.split())
    assert "Every setting can be given as LLM_GRADER_<NAME> in the environment or in llm-grader.toml, many as" in told
    assert "All settings and their values: llm-grader doctor." in told.replace("llm- grader", "llm-grader")
    with ScriptedServer(truthful) as server:
        listed = run("doctor", "--base-url", server.base_url, LLM_GRADER_TIMEOUT="7").stdout
    assert "timeout  7.0" in listed
    assert [name for name in Settings.model_fields if f" {name}  " not in listed] == []


def test_the_embedded_model_is_meant_whatever_address_the_environment_has(
    run: Run, server: ScriptedServer, tmp_path: Path
) -> None:
    weights = str(tmp_path / "none.gguf")  # so that it fails to start, rather than taking minutes
    environment = {"OPENAI_BASE_URL": server.base_url, "LLM_GRADER_LOCAL_WEIGHTS": weights}
    result = run("grade", "chat.txt", "--model", "local", **environment)
    assert result.code == 4, result.stderr
    assert server.requests == []
    assert run("grade", "chat.txt", "--model", "local", "--base-url", server.base_url).code == 2


def test_a_model_file_with_a_wrong_name_is_told_and_nothing_is_sent(run: Run, server: ScriptedServer) -> None:
    result = run("grade", "chat.txt", "--model", "mistyped.gguf", OPENAI_BASE_URL=server.base_url)
    assert result.code == 4, result.stderr
    assert "mistyped.gguf: the model file cannot be read" in " ".join(result.stderr.split())
    assert server.requests == []


def test_a_dry_run_sends_nothing_and_tells_what_it_would_take(run: Run, server: ScriptedServer) -> None:
    result = run("grade", "chat.txt", "--base-url", server.base_url, "--model", "m", "--dry-run", "--json")
    figures = json.loads(result.stdout)
    assert result.code == 0
    assert server.requests == []
    assert figures["requests"] == 1
    assert 4_000 < figures["prompt_tokens"] < 5_500
    assert figures["cost"] is None


def test_render_shows_the_very_request(run: Run, server: ScriptedServer) -> None:
    shown = json.loads(run("render", "chat.txt", "--json", "--base-url", server.base_url, "--model", "m").stdout)
    run("grade", "chat.txt", "--base-url", server.base_url, "--model", "m")
    assert shown == server.requests[0].body


@pytest.mark.parametrize(("flags", "environment"), [(("--redact",), {}), ((), {"LLM_GRADER_REDACT": "true"})])
def test_render_shows_the_tokens_that_are_sent_in_place_of_names(
    run: Run, server: ScriptedServer, tmp_path: Path, flags: tuple[str, ...], environment: dict[str, str]
) -> None:
    (tmp_path / "chat.txt").write_text(CHAT.replace("Agent:", "Ines:").replace("Customer:", "Tom:"), "utf-8")
    chat = ("chat.txt", "--agent", "Ines", *flags)
    shown = run("render", *chat, "--json", "--base-url", server.base_url, "--model", "m", **environment).stdout
    run("grade", *chat, "--base-url", server.base_url, "--model", "m", **environment)
    assert json.loads(shown) == server.requests[0].body
    assert "this is [NAME_1]" in shown
    assert "Ines" not in shown


def test_render_shows_what_is_sent_with_every_setting(run: Run, server: ScriptedServer) -> None:
    settings = {"LLM_GRADER_SAMPLES": "2", "LLM_GRADER_ITEMS_PER_CALL": "8", "LLM_GRADER_MODEL": "m"}
    flags = ("--base-url", server.base_url, "--param", "reasoning_effort=low")
    shown = [json.loads(line) for line in run("render", "chat.txt", "--json", *flags, **settings).stdout.splitlines()]
    run("grade", "chat.txt", *flags, "--no-store", **settings)
    assert {body["reasoning_effort"] for body in shown} == {"low"}
    assert len(shown) == 3
    assert shown[0]["temperature"] == 0.7
    sent = [request.body for request in server.requests]
    assert [sent.count(body) for body in shown] == [2, 2, 2]
    assert len(sent) == 6


@pytest.mark.parametrize(
    ("text", "rubric"), [("Customer: Hello?\nCustomer: Anybody?\n", "helpdesk_qa"), (CHAT, "call_quality")]
)
def test_render_shows_nothing_where_nothing_is_asked(run: Run, tmp_path: Path, text: str, rubric: str) -> None:
    (tmp_path / "chat.txt").write_text(text, "utf-8")
    result = run("render", "chat.txt", "--json", "-r", rubric)
    assert (result.code, result.stdout) == (0, ""), result.stderr


def test_render_and_a_dry_run_know_that_the_embedded_model_is_asked_item_by_item(run: Run) -> None:
    shown = [json.loads(line) for line in run("render", "chat.txt", "--json", "--model", "local").stdout.splitlines()]
    estimate = json.loads(run("grade", "chat.txt", "--model", "local", "--dry-run", "--json").stdout)
    assert len(shown) == estimate["requests"] > 20
    assert estimate["cost"] == 0
    assert all("My lamp is broken." in body["messages"][0]["content"] for body in shown)
    assert {body["grammar"] for body in shown} == {'root ::= "Yes" | "No"'}


def test_one_bad_file_does_not_stop_a_folder(run: Run, server: ScriptedServer, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "good.txt").write_text(CHAT, "utf-8")
    (tmp_path / "inbox" / "bad.json").write_text('{"id": "x", "channel": "chat", "turns": [', "utf-8")
    result = run("grade", "inbox", "--base-url", server.base_url, "--model", "m", "--json")
    assert result.code == 3
    assert json.loads(result.stdout)["transcript_id"] == "good"
    assert "bad.json" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("grade", "--fail-under", "100"),
        ("grade", "--dry-run"),
        ("grade", "--shard", "1/2"),
        ("consistency",),
        ("batch", "export", "--out", "jobs"),
        ("batch", "import", "--results", "out.jsonl"),
    ],
)
def test_an_empty_folder_is_no_success(
    run: Run, server: ScriptedServer, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "nothing").mkdir()
    (tmp_path / "out.jsonl").touch()
    result = run(*command, "nothing", "--model", "m", "--base-url", server.base_url)
    assert result.code == 65
    assert "llm-grader: nothing: no transcript to read" in result.stderr


def test_a_part_that_no_transcript_falls_into_is_none_that_failed(run: Run, server: ScriptedServer) -> None:
    parts = [
        run("grade", "chat.txt", "--shard", f"{number}/2", "--no-store", "--base-url", server.base_url, "--model", "m")
        for number in (1, 2)
    ]
    assert [part.code for part in parts] == [0, 0]
    assert len(server.requests) == 1


def test_a_run_that_is_not_there_is_not_shown_as_one_without_results(run: Run, server: ScriptedServer) -> None:
    assert run("grade", "chat.txt", "--base-url", server.base_url, "--model", "m").code == 0
    assert run("results", "show", "--run", "1").code == 0
    for arguments in ((), ("--json",), ("chat",)):
        result = run("results", "show", "--run", "99", *arguments)
        assert (result.code, result.stdout) == (2, "")
        assert "--run 99: there is no such run in llm-grader.db: see `llm-grader results list`" in result.stderr


def test_a_rubric_that_asks_nothing_of_a_channel_is_told_at_the_end(run: Run, server: ScriptedServer) -> None:
    grading = ("grade", "chat.txt", "--base-url", server.base_url, "--model", "m", "--no-store")
    told = "1 transcript: the rubric call_quality asks nothing of chat, it is for call"
    assert run(*grading, "-r", "call_quality").stderr.splitlines()[-1] == told
    assert told in run(*grading, "-r", "call_quality", "--dry-run").stderr
    assert server.requests == []
    assert "asks nothing" not in run(*grading).stderr


def test_an_agent_whom_nobody_is_is_told_once(run: Run, server: ScriptedServer) -> None:
    grading = ("grade", "chat.txt", "--base-url", server.base_url, "--model", "m", "--no-store")
    result = run(*grading, "--agent", "Ines")
    assert result.code == 0
    assert result.stderr.count("--agent: nobody is 'Ines'") == 1
    assert "nobody is" not in run(*grading, "--agent", "Agent").stderr


def test_a_language_that_the_rubric_is_not_written_in_is_told_once(run: Run, server: ScriptedServer) -> None:
    grading = ("grade", "chat.txt", "--base-url", server.base_url, "--model", "m", "--no-store")
    result = run(*grading, "--language", "pt")
    assert result.code == 0
    told = "language pt: helpdesk_qa is written in en, de, cs, hu, et; the checklist is in en"
    assert result.stderr.splitlines().count(told) == 1
    assert "Greet the customer" in result.stdout
    assert "is written in" not in run(*grading, "--language", "de-AT").stderr


def test_escape_codes_in_a_transcript_do_not_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    turns = [{"role": "agent", "text": "Good morning \x1b[2J\x1b]0;owned\x07"}]
    transcript = {"id": "t\x1b[31m", "channel": "chat", "turns": turns}
    (tmp_path / "t.jsonl").write_text(json.dumps(transcript), "utf-8")

    def quote_all(request: ScriptedRequest) -> ScriptedResponse:
        said = answer("met", (0, "Good morning \x1b[2J\x1b]0;owned\x07"), reason="\x1b[1m")
        return completion(dict.fromkeys(request.item_ids(), said))

    with ScriptedServer(quote_all) as hostile:
        result = run("grade", "t.jsonl", "--base-url", hostile.base_url, "--model", "m")
    assert "Good morning" in result.stdout
    assert "\x1b" not in result.stdout + result.stderr
