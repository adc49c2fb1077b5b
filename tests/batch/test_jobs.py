"""Batch jobs: what is exported is what would be sent, and what comes back is graded as if it had been asked online."""

from __future__ import annotations

import asyncio
import json
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from llm_grader.batch.files import Limits, Results
from llm_grader.batch.jobs import Exported, Imported, export_batch, import_batch
from llm_grader.cli.commands.batch import app
from llm_grader.errors import DiskError, GraderError, MalformedInput, UsageError
from llm_grader.gateway.endpoint import Endpoint, Mode
from llm_grader.grader.grader import Grader
from llm_grader.rubric.model import Rubric
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion, failure
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Scorecard

RUBRIC = Rubric.model_validate(
    {
        "id": "small",
        "version": "1",
        "title": "Small",
        "channels": ["chat", "email"],
        "sections": [
            {
                "id": "all",
                "title": "All",
                "items": [
                    {"id": "greeting", "title": "Greeting", "question": "Did the agent greet the customer?"},
                    {"id": "closing", "title": "Closing", "question": "Did the agent say goodbye?"},
                ],
            }
        ],
    }
)
GOOD = {"greeting": answer("met", (0, "Good morning")), "closing": answer("not_met")}
URL = "http://127.0.0.1:9/v1"  # nobody listens there


def talk(id_: str, said: str | None = None) -> Transcript:
    turns = (Turn(role="agent", text=said or f"Good morning, {id_}."), Turn(role="customer", text="Hello."))
    return Transcript(id=id_, channel="chat", turns=turns)


def grader(store: Path | None = None, *, url: str = URL, mode: Mode = "tools", **settings: Any) -> Grader:
    return Grader(RUBRIC, endpoint=Endpoint(model="m", base_url=url, mode=mode), store=store, **settings)


def result_line(key: str, response: ScriptedResponse) -> dict[str, Any]:
    """A line as OpenAI writes it into the output file and, for other statuses than 200, into the error file."""
    answered = {"status_code": response.status, "request_id": "r1", "body": json.loads(response.body)}
    return {"id": "batch_req_1", "custom_id": key, "response": answered, "error": None}


def key_of(transcript: Transcript) -> str:
    return grader().provenance(transcript).key


def lines_of(files: Iterable[Path]) -> list[dict[str, Any]]:
    return [json.loads(line) for file in files for line in file.read_bytes().split(b"\n") if line]


def results_file(path: Path, lines: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def imported(
    transcripts: Sequence[Transcript], lines: Iterable[Mapping[str, Any]], tmp_path: Path, **settings: Any
) -> dict[str, Imported]:
    """Import `lines` for `transcripts` into the store of `tmp_path`; by transcript id."""
    file = results_file(tmp_path / "results.jsonl", lines)

    async def run() -> dict[str, Imported]:
        judge = grader(tmp_path / "store.db", **settings)
        return {found.transcript_id: found async for found in import_batch(judge, transcripts, Results([file]))}

    return asyncio.run(run())


def apart_from_time_and_usage(card: Scorecard) -> dict[str, Any]:
    return card.model_dump(exclude={"usage": True, "provenance": {"graded_at"}})


def card_of(response: ScriptedResponse, tmp_path: Path) -> Scorecard:
    """The card of one conversation that was answered by `response`."""
    card = imported([talk("t1")], [result_line(key_of(talk("t1")), response)], tmp_path)["t1"].card
    assert card is not None
    return card


def stored_rows(store: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(store) as db:
        rows = db.execute("select * from results order by key").fetchall()
    db.close()
    return rows


# --- export


@pytest.mark.parametrize("mode", ["tools", "json_schema", "md_json"])
def test_an_exported_line_is_the_request_that_would_be_sent_under_the_key_of_its_result(
    mode: Mode, tmp_path: Path
) -> None:
    with ScriptedServer(lambda _: completion(GOOD, mode=mode)) as server:
        online = grader(url=server.base_url, mode=mode).grade(talk("t1"))
        exported = export_batch(grader(url=server.base_url, mode=mode), [talk("t1")], tmp_path)
    (line,) = lines_of(exported.files)
    assert line == {
        "custom_id": online.provenance.key,
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": server.requests[0].body,
    }


def test_files_hold_no_more_requests_than_the_limit(tmp_path: Path) -> None:
    limits = Limits(requests=2, bytes=1_000_000)
    exported = export_batch(grader(), [talk(f"t{n}") for n in range(5)], tmp_path, limits=limits)
    assert [file.name for file in exported.files] == ["batch-0001.jsonl", "batch-0002.jsonl", "batch-0003.jsonl"]
    assert [len(lines_of([file])) for file in exported.files] == [2, 2, 1]
    assert [line["custom_id"] for line in lines_of(exported.files)] == [key_of(talk(f"t{n}")) for n in range(5)]


def test_files_are_no_larger_than_the_limit(tmp_path: Path) -> None:
    # t0 to t4 differ in one letter, so that all lines have one length: two of them fit, a byte less and they do not
    (file,) = export_batch(grader(), [talk("t0")], tmp_path / "one").files
    size = file.stat().st_size
    talks = [talk(f"t{n}") for n in range(4)]
    fitting = export_batch(grader(), talks, tmp_path / "two", limits=Limits(100, 2 * size))
    tighter = export_batch(grader(), talks, tmp_path / "four", limits=Limits(100, 2 * size - 1))
    assert [file.stat().st_size for file in fitting.files] == [2 * size, 2 * size]
    assert [file.stat().st_size for file in tighter.files] == [size] * 4


def test_what_needs_no_request_of_its_own_is_left_out_and_told(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    imported([talk("done")], [result_line(key_of(talk("done")), completion(GOOD))], tmp_path)
    alone = Transcript(id="alone", channel="chat", turns=(Turn(role="customer", text="Anybody?"),))
    empty = Transcript(id="empty", channel="chat", turns=())
    twin = talk("new").model_copy(update={"id": "twin"})
    long = talk("long", "Good morning. " * 1000)
    talks = [talk("done"), alone, empty, talk("new"), twin, long]
    exported = export_batch(grader(store), talks, tmp_path / "out", limits=Limits(10, 12_000))
    assert [line["custom_id"] for line in lines_of(exported.files)] == [key_of(talk("new"))]
    assert exported.requests == 1
    assert exported.left_out == {
        "stored": ("done",),
        "nothing_to_ask": ("alone", "empty"),
        "repeated": ("twin",),
        "too_large": ("long",),
    }


def test_a_result_that_needs_review_is_exported_again(tmp_path: Path) -> None:
    imported([talk("t1")], [result_line(key_of(talk("t1")), completion({}))], tmp_path)
    exported = export_batch(grader(tmp_path / "store.db"), [talk("t1")], tmp_path / "out")
    assert exported.requests == 1


def test_an_export_that_breaks_off_leaves_no_file_behind(tmp_path: Path) -> None:
    def broken() -> Iterator[Transcript]:
        yield talk("t1")
        raise MalformedInput("the second one is broken")

    with pytest.raises(MalformedInput):
        export_batch(grader(), broken(), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_earlier_export_is_never_overwritten_or_mixed_with_another(tmp_path: Path) -> None:
    (file,) = export_batch(grader(), [talk("t1")], tmp_path).files
    before = file.read_bytes()
    with pytest.raises(UsageError, match="earlier export"):
        export_batch(grader(), [talk("t2")], tmp_path)
    assert file.read_bytes() == before


def test_an_unwritable_folder_is_told_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DiskError, match=r"file/out: cannot be written"):
        export_batch(grader(), [talk("t1")], tmp_path / "file" / "out")


def test_a_line_end_of_unicode_in_a_transcript_neither_tears_the_line_nor_changes_the_text(tmp_path: Path) -> None:
    said = "Good morning.\u2028Guten Tag.\x85Dobrý den.\u2029"
    (file,) = export_batch(grader(), [talk("t1", said)], tmp_path).files
    text = file.read_text("utf-8")
    assert len(text.splitlines()) == 1
    assert said in json.loads(text)["body"]["messages"][1]["content"]


def test_a_parameter_that_the_model_does_not_take_is_left_out_and_the_key_stays(tmp_path: Path) -> None:
    (line,) = lines_of(export_batch(grader(), [talk("t1")], tmp_path, without=["temperature"]).files)
    assert "temperature" not in line["body"]
    assert line["custom_id"] == key_of(talk("t1"))


@pytest.mark.parametrize("settings", [{"items_per_call": 1}, {"samples": 3}])
def test_settings_that_take_several_requests_a_transcript_are_refused(settings: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one request for each transcript"):
        export_batch(grader(**settings), [talk("t1")], tmp_path)
    with pytest.raises(UsageError, match="one request for each transcript"):
        imported([talk("t1")], [], tmp_path, **settings)


def test_the_embedded_model_takes_no_batch_files(tmp_path: Path) -> None:
    local = Grader(RUBRIC, endpoint=Endpoint(model="local"))
    with pytest.raises(UsageError, match="embedded model"):
        export_batch(local, [talk("t1")], tmp_path)


# --- the same answers, online and by a batch job

SCRIPTS: dict[str, Callable[[], ScriptedResponse]] = {
    "good": lambda: completion(GOOD),
    "as text": lambda: completion(GOOD, mode="json"),
    "fenced": lambda: completion(f"```json\n{json.dumps(GOOD)}\n```", mode="md_json"),
    "quote not there": lambda: completion({**GOOD, "greeting": answer("met", (0, "Good evening"))}),
    "unknown label": lambda: completion({**GOOD, "greeting": answer("perhaps")}),
    "item missing": lambda: completion({"greeting": GOOD["greeting"]}),
    "unknown item": lambda: completion({**GOOD, "tone": answer("met")}),
    "extra key": lambda: completion({**GOOD, "closing": {**answer("not_met"), "sure": True}}),
    "key twice": lambda: completion(json.dumps(GOOD)[:-1] + ', "closing": ' + json.dumps(answer("not_met")) + "}"),
    "prose": lambda: completion("I would rather talk about the weather."),
    "cut off": lambda: completion(json.dumps(GOOD)[:-10]),
    "refused": lambda: completion(GOOD, refusal="I cannot help with that."),
    "filtered": lambda: completion("", finish_reason="content_filter"),
    "no usage": lambda: completion(GOOD, usage=None),
    "too long": lambda: failure(400, "context_length_exceeded", "too many tokens"),
    "rejected": lambda: failure(400, "invalid_request_error", "no"),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_card_from_a_batch_job_is_the_card_from_the_endpoint_without_the_repair(script: str, tmp_path: Path) -> None:
    response = SCRIPTS[script]()

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return response if request.number == 0 else completion({})  # a repair brings nothing

    with ScriptedServer(respond) as server:
        online = grader(url=server.base_url).grade(talk("t1"))
        line = result_line(online.provenance.key, response)
        card = imported([talk("t1")], [line], tmp_path, url=server.base_url)["t1"].card
    assert card is not None
    assert apart_from_time_and_usage(card) == apart_from_time_and_usage(online)
    assert card.usage.requests == 1


def test_personal_data_stays_here_where_it_is_to_be_redacted(tmp_path: Path) -> None:
    said = "Good morning, write to eva@shop.example."
    transcript = talk("t1", said)
    (file,) = export_batch(grader(redact=True), [transcript], tmp_path / "jobs").files
    assert "[EMAIL_1]" in file.read_text("utf-8")
    assert "eva@shop.example" not in file.read_text("utf-8")
    answers = {**GOOD, "greeting": answer("met", (0, "write to [EMAIL_1]"))}
    line = result_line(lines_of([file])[0]["custom_id"], completion(answers))
    card = imported([transcript], [line], tmp_path, redact=True)["t1"].card
    assert card is not None
    assert card.verdicts["greeting"].evidence[0].quote == "write to eva@shop.example"


def test_grading_after_an_import_asks_for_nothing_that_was_imported(tmp_path: Path) -> None:
    talks = [talk(f"t{n}") for n in range(6)]
    with ScriptedServer(lambda _: completion(GOOD)) as server:
        settings: dict[str, Any] = {"url": server.base_url}
        exported = export_batch(grader(**settings), talks, tmp_path / "out")
        lines = [result_line(line["custom_id"], completion(GOOD)) for line in lines_of(exported.files)]
        found = imported(talks, reversed(lines), tmp_path, **settings)
        cards = list(grader(tmp_path / "store.db", **settings).grade_many(talks))
        assert server.requests == []
    assert {card.transcript_id: card for card in cards} == {id_: outcome.card for id_, outcome in found.items()}


def test_grading_after_an_import_asks_again_about_what_is_not_ok(tmp_path: Path) -> None:
    talks = [talk("good"), talk("poor"), talk("failed")]
    answers = [completion(GOOD), completion({}), failure(500)]
    with ScriptedServer(lambda _: completion(GOOD)) as server:
        judge = grader(tmp_path / "store.db", url=server.base_url)
        keys = [judge.provenance(transcript).key for transcript in talks]
        imported(talks, map(result_line, keys, answers), tmp_path, url=server.base_url)
        cards = list(judge.grade_many(talks))
    assert len(server.requests) == 2
    assert {card.status for card in cards} == {"ok"}


# --- import


def test_what_an_odd_body_took_is_unknown(tmp_path: Path) -> None:
    card = card_of(ScriptedResponse(body=b'{"choices": 5, "usage": "many"}'), tmp_path)
    assert (card.status, card.usage.requests, card.usage.prompt_tokens, card.usage.cost) == ("error", 1, None, None)


def test_tokens_are_those_the_provider_reported_and_the_cost_of_a_batch_job_is_not_guessed(tmp_path: Path) -> None:
    usage = card_of(completion(GOOD, usage={"prompt_tokens": 70, "completion_tokens": 9}), tmp_path).usage
    assert (usage.requests, usage.prompt_tokens, usage.completion_tokens, usage.cost) == (1, 70, 9, None)


def test_the_probabilities_of_labels_become_confidences(tmp_path: Path) -> None:
    # the label "met" of greeting is one token of probability 1/2; nothing is told about closing
    response = completion(GOOD, mode="json")
    body = json.loads(response.body)
    tokens = ['{"greeting": {"label": "', "met", '"}}']
    content = [
        {"token": token, "logprob": logprob} for token, logprob in zip(tokens, [0, math.log(1 / 2), 0], strict=True)
    ]
    body["choices"][0]["logprobs"] = {"content": content}
    card = card_of(ScriptedResponse(body=json.dumps(body).encode()), tmp_path)
    assert card.verdicts["greeting"].confidence == pytest.approx(0.5)
    assert card.verdicts["closing"].confidence is None


def test_items_that_fail_a_check_need_review_and_the_others_keep_their_labels(tmp_path: Path) -> None:
    card = card_of(completion({**GOOD, "greeting": answer("met", (0, "Good evening"))}), tmp_path)
    assert (card.status, card.verdicts["closing"].label) == ("needs_review", "not_met")
    verdict = card.verdicts["greeting"]
    assert (verdict.label, verdict.status, verdict.problem) == (None, "needs_review", "unverified_evidence")
    assert (verdict.claimed, verdict.detail) == ("met", "quote_not_found")


def test_of_an_answer_that_hit_the_token_limit_the_items_count_that_were_whole(tmp_path: Path) -> None:
    card = card_of(completion(json.dumps(GOOD)[:-10], finish_reason="length"), tmp_path)
    assert card.status == "needs_review"
    assert {id_: (verdict.label, verdict.problem) for id_, verdict in card.verdicts.items()} == {
        "greeting": ("met", None),
        "closing": (None, "truncated"),
    }


EXPIRED = {"code": "batch_expired", "message": "This request expired."}
CONTEXT = {"message": "This model's maximum context length is 10 tokens.", "type": "BadRequestError", "code": 400}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"response": None, "error": EXPIRED}, "transient"),
        ({"response": {"status_code": 429, "body": {"error": {"message": "slow"}}}}, "rate_limited"),
        ({"response": {"status_code": 401, "body": {"error": {"message": "key"}}}}, "auth"),
        ({"response": {"status_code": 429, "body": {"error": {"code": "insufficient_quota"}}}}, "quota"),
        ({"response": {"status_code": 500, "body": None}, "error": "engine died"}, "transient"),
        # as vLLM's batch runner writes it, in two versions
        ({"response": {"status_code": 400, "request_id": "r"}, "error": {"error": CONTEXT}}, "context_too_long"),
        ({"response": {"status_code": 400, "request_id": "r"}, "error": CONTEXT}, "context_too_long"),
        ({"response": {"status_code": 200, "body": "<html>"}}, "transient"),
        ({"response": {"status_code": 200, "body": {"choices": []}}}, "transient"),
    ],
)
def test_a_failed_request_is_an_error_with_its_code_and_stops_nobody(
    line: dict[str, Any], code: str, tmp_path: Path
) -> None:
    lines = [{"custom_id": key_of(talk("t1")), **line}, result_line(key_of(talk("t2")), completion(GOOD))]
    found = imported([talk("t1"), talk("t2")], lines, tmp_path)
    failed, good = found["t1"].card, found["t2"].card
    assert failed is not None
    assert good is not None
    assert failed.failure is not None
    assert (failed.status, failed.failure.code, failed.score) == ("error", code, None)
    assert good.status == "ok"


def test_a_rejected_parameter_is_told_with_the_flag_that_leaves_it_out(tmp_path: Path) -> None:
    error = {"code": "unsupported_value", "param": "temperature", "message": "Unsupported value: 'temperature'"}
    card = card_of(ScriptedResponse(400, json.dumps({"error": error}).encode()), tmp_path)
    assert card.failure is not None
    assert "--without temperature" in card.failure.message


def test_the_text_of_an_error_is_never_copied(tmp_path: Path) -> None:
    line = {"custom_id": key_of(talk("t1")), "error": {"code": "my secret", "message": "my secret"}}
    card = imported([talk("t1")], [line], tmp_path)["t1"].card
    assert card is not None
    assert card.failure is not None
    assert "secret" not in card.failure.message


def test_what_needs_no_request_is_scored_on_import(tmp_path: Path) -> None:
    alone = Transcript(id="alone", channel="chat", turns=(Turn(role="customer", text="Anybody?"),))
    card = imported([alone], [], tmp_path)["alone"].card
    assert card is not None
    assert (card.status, card.score, card.usage.requests) == ("not_graded", None, 0)
    assert {(verdict.label, verdict.status) for verdict in card.verdicts.values()} == {(None, "not_graded")}


def test_importing_twice_changes_no_result(tmp_path: Path) -> None:
    talks = [talk("good"), talk("poor"), talk("failed")]
    answers = [completion(GOOD), completion({}), failure(500)]
    lines = [result_line(key_of(transcript), response) for transcript, response in zip(talks, answers, strict=True)]
    first = imported(talks, lines, tmp_path)
    rows = stored_rows(tmp_path / "store.db")
    second = imported(talks, lines, tmp_path)
    assert stored_rows(tmp_path / "store.db") == rows
    assert [outcome.saved for outcome in first.values()] == [True] * 3
    assert [outcome.saved for outcome in second.values()] == [False] * 3
    assert {id_: outcome.card for id_, outcome in second.items()} == {id_: o.card for id_, o in first.items()}


def test_half_of_the_results_now_and_half_of_them_later_is_all_of_them(tmp_path: Path) -> None:
    talks = [talk(f"t{n}") for n in range(4)]
    lines = [result_line(key_of(transcript), completion(GOOD)) for transcript in talks]
    first = imported(talks, lines[2:], tmp_path)
    assert {id_ for id_, outcome in first.items() if outcome.card is None} == {"t0", "t1"}
    second = imported(talks, lines[:2], tmp_path)
    assert {outcome.card.status for outcome in second.values() if outcome.card} == {"ok"}
    assert {id_ for id_, outcome in second.items() if outcome.saved} == {"t0", "t1"}
    assert len(stored_rows(tmp_path / "store.db")) == 4


POOR = completion({})
FAIR = completion({"greeting": GOOD["greeting"]})


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [(failure(500), POOR, "second"), (POOR, FAIR, "second"), (FAIR, POOR, "first"), (FAIR, failure(500), "first")],
)
def test_a_result_is_replaced_only_by_one_with_fewer_open_items(
    first: ScriptedResponse, second: ScriptedResponse, kept: str, tmp_path: Path
) -> None:
    outcomes = [
        imported([talk("t1")], [result_line(key_of(talk("t1")), response)], tmp_path)["t1"]
        for response in (first, second)
    ]
    assert outcomes[1].saved == (kept == "second")
    assert (outcomes[1].card == outcomes[0].card) == (kept == "first")


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_lines_for_one_request_the_better_answer_counts(order: int, tmp_path: Path) -> None:
    lines = [result_line(key_of(talk("t1")), response) for response in (failure(500), POOR, completion(GOOD), FAIR)]
    card = imported([talk("t1")], lines[::order], tmp_path)["t1"].card
    assert card is not None
    assert card.status == "ok"


def test_one_result_serves_two_transcripts_with_the_same_conversation(tmp_path: Path) -> None:
    twin = talk("t1").model_copy(update={"id": "twin"})
    found = imported([talk("t1"), twin], [result_line(key_of(twin), completion(GOOD))], tmp_path)
    assert {outcome.card.transcript_id for outcome in found.values() if outcome.card} == {"t1", "twin"}
    assert len(stored_rows(tmp_path / "store.db")) == 1


def test_a_rubric_without_items_for_a_model_sends_nothing() -> None:
    item = {"id": "policy", "title": "Policy", "question": "Is there a policy?", "judged": "org"}
    rubric = RUBRIC.model_dump(by_alias=True) | {"sections": [{"id": "all", "title": "All", "items": [item]}]}
    with ScriptedServer(lambda _: completion({})) as server:
        card = Grader(Rubric.model_validate(rubric), "m", base_url=server.base_url).grade(talk("t1"))
    assert server.requests == []
    assert (card.status, card.failure and card.failure.code) == ("not_graded", "nothing_applies")


# --- lines that cannot be used


def test_torn_foreign_and_repeated_lines_are_told_and_the_rest_is_used(tmp_path: Path) -> None:
    good = json.dumps(result_line("a" * 64, completion(GOOD)))
    request = json.dumps({"custom_id": "c" * 64, "method": "POST", "url": "/v1/chat/completions", "body": {}})
    foreign = json.dumps(result_line("somebody-elses", completion(GOOD)))
    torn = json.dumps(result_line("b" * 64, completion(GOOD)))[:-30]
    file = tmp_path / "results.jsonl"
    file.write_text("\n".join([good, "", request, foreign, good, torn]), "utf-8-sig")
    results = Results([tmp_path])
    assert list(results.keys()) == ["a" * 64]
    assert len(results.of("a" * 64)) == 2
    assert (results.repeated, results.foreign) == (1, 1)
    assert [problem.where for problem in results.problems] == ["line 3", "line 6"]
    assert results.of("b" * 64) == []


def test_results_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        Results([str(tmp_path / "*.jsonl")])


# --- the commands


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with three transcripts, a rubric, and the settings of an endpoint that is never asked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LLM_GRADER_BASE_URL", URL)
    monkeypatch.setenv("LLM_GRADER_MODEL", "m")
    monkeypatch.setenv("LLM_GRADER_RUBRIC", "small.yaml")
    Path("small.yaml").write_text(RUBRIC.model_dump_json(by_alias=True, exclude_unset=True), "utf-8")
    talks = [talk(f"t{n}") for n in range(3)]
    Path("in.jsonl").write_text("".join(t.model_dump_json(exclude_none=True) + "\n" for t in talks), "utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def exported_keys() -> list[str]:
    """Export, and the keys of the requests."""
    result = run("export", "in.jsonl", "--out", "jobs")
    assert result.stdout == f"{Path('jobs', 'batch-0001.jsonl')}\n"
    assert (result.stderr, result.exit_code) == ("3 requests in 1 file\n", 0)
    return [line["custom_id"] for line in lines_of(Path("jobs").glob("*.jsonl"))]


def test_the_commands_export_import_and_then_there_is_nothing_left_to_export(folder: Path) -> None:
    results_file(folder / "out.jsonl", [result_line(key, completion(GOOD)) for key in exported_keys()])
    result = run("import", "in.jsonl", "--results", "out.jsonl")
    assert result.stderr == "3 ok, 0 needs_review, 0 error, 0 without a result yet; 3 new results\n"
    assert (result.stdout, result.exit_code) == ("", 0)
    again = run("export", "in.jsonl", "--out", "more")
    assert (again.stdout, again.exit_code) == ("", 0)
    assert again.stderr == "0 requests in 0 files\n3 have a result in the store\n"


@pytest.mark.usefixtures("folder")
def test_the_commands_keep_to_the_settings_that_grade_keeps_to(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript = talk("t0", "Good morning, eva@shop.example.")
    Path("in.jsonl").write_text(transcript.model_dump_json(exclude_none=True), "utf-8")
    monkeypatch.setenv("LLM_GRADER_REDACT", "true")
    assert run("export", "in.jsonl", "--out", "jobs").exit_code == 0
    assert "eva@shop.example" not in Path("jobs", "batch-0001.jsonl").read_text("utf-8")


@pytest.mark.usefixtures("folder")
def test_the_commands_redact_where_it_is_said_on_the_command_line() -> None:
    transcript = talk("t0", "Good morning, eva@shop.example.")
    Path("in.jsonl").write_text(transcript.model_dump_json(exclude_none=True), "utf-8")
    assert run("export", "in.jsonl", "--out", "jobs", "--redact").exit_code == 0
    assert "eva@shop.example" not in Path("jobs", "batch-0001.jsonl").read_text("utf-8")
    (line,) = lines_of([Path("jobs", "batch-0001.jsonl")])
    results_file(Path("out.jsonl"), [result_line(line["custom_id"], completion(GOOD))])
    assert run("import", "in.jsonl", "--results", "out.jsonl").exit_code == 75  # it is of other settings
    assert run("import", "in.jsonl", "--results", "out.jsonl", "--redact").exit_code == 0


@pytest.mark.usefixtures("folder")
def test_what_was_exported_for_plain_http_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_GRADER_BASE_URL", "http://models.example/v1")
    assert run("export", "in.jsonl", "--out", "jobs", "--allow-http").exit_code == 0
    keys = [line["custom_id"] for line in lines_of(Path("jobs").glob("*.jsonl"))]
    results_file(Path("out.jsonl"), [result_line(key, completion(GOOD)) for key in keys])
    assert run("import", "in.jsonl", "--results", "out.jsonl", "--allow-http").exit_code == 0


def test_import_tells_every_line_it_does_not_use_and_exits_with_3_when_something_is_open(folder: Path) -> None:
    first, second, third = exported_keys()
    used = [result_line(first, completion(GOOD)), result_line(second, completion({})), result_line(second, POOR)]
    results_file(folder / "out.jsonl", [*used, result_line("d" * 64, POOR), result_line("x", POOR)])
    results_file(folder / "err.jsonl", [{"custom_id": third, "response": None, "error": EXPIRED}])
    with Path("out.jsonl").open("a") as file:
        file.write('{"custom_id": "' + third)
    result = run("import", "in.jsonl", "--results", "out.jsonl", "--errors", "err.jsonl", "--json")
    assert result.exit_code == 3
    assert {json.loads(line)["status"] for line in result.stdout.splitlines()} == {"ok", "needs_review", "error"}
    told = result.stderr.splitlines()
    assert told[0] == "1 ok, 1 needs_review, 1 error, 0 without a result yet; 3 new results"
    assert "llm-grader grade" in told[1]
    assert told[2].startswith("llm-grader: out.jsonl: line 6: cut off")
    assert [line.split(" ")[0] for line in told[3:]] == ["1", "1", "1"]


def test_import_exits_with_75_while_some_transcripts_have_no_result(folder: Path) -> None:
    results_file(folder / "out.jsonl", [result_line(exported_keys()[0], completion(GOOD))])
    result = run("import", "in.jsonl", "--results", "out.jsonl")
    assert result.exit_code == 75
    assert result.stderr == "1 ok, 0 needs_review, 0 error, 2 without a result yet; 1 new result\n"


def test_an_input_that_cannot_be_read_is_told_and_the_rest_is_exported(folder: Path) -> None:
    with (folder / "in.jsonl").open("a") as file:
        file.write('{"id": "t9"\n')
    result = run("export", "in.jsonl", "--out", "jobs")
    assert result.exit_code == 3
    assert "in.jsonl: line 4" in result.stderr
    assert len(lines_of(Path("jobs").glob("*.jsonl"))) == 3


@pytest.mark.parametrize(
    ("size", "bytes_"), [("9", 9), ("1KB", 1000), ("90 kb", 90_000), ("1MB", 10**6), ("2GB", 2 * 10**9)]
)
def test_sizes_are_numbers_with_units_of_a_thousand(
    size: str, bytes_: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del folder
    given: list[Limits] = []

    def exporting(*arguments: Any, limits: Limits, **more: Any) -> Exported:
        given.append(limits)
        return export_batch(*arguments, limits=limits, **more)

    monkeypatch.setattr("llm_grader.batch.jobs.export_batch", exporting)
    result = run("export", "in.jsonl", "--out", "jobs", "--max-bytes-per-file", size)
    assert [limits.bytes for limits in given] == [bytes_]
    assert ("larger than a file may be" in result.stderr) == (bytes_ < 2000)  # a request takes about 3,000 bytes


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--max-bytes-per-file", "many"], "--max-bytes-per-file: expected a size"),
        (["--max-bytes-per-file", "0MB"], "--max-bytes-per-file: expected a size"),
        (["--without", "model"], "--without: expected one of temperature"),
    ],
)
def test_flags_that_make_no_sense_are_refused(flags: list[str], told: str, folder: Path) -> None:
    del folder
    with pytest.raises(GraderError, match=told):
        run("export", "in.jsonl", "--out", "jobs", *flags)
