"""How a run stops, what it may spend, and what a second one adds: the command line against a server that counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_grader.store.store import Store
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, completion, failure
from tests.support.command_line import (
    RUBRIC,
    Command,
    answers_of,
    case_of,
    grading,
    judged,
    run,
    stored,
    told_right,
    wait_until,
    write_cases,
    write_rubric,
)

KEY = {"OPENAI_API_KEY": "sk-4711-never-shown"}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    write_rubric(tmp_path)
    return tmp_path


def metered(request: ScriptedRequest) -> ScriptedResponse:
    """The right answer, counted as a token for each four bytes that came and go."""
    said = answers_of(case_of(request))
    came, goes = int(request.headers["content-length"]), len(json.dumps(said).encode())
    return completion(said, usage={"prompt_tokens": came // 4, "completion_tokens": goes // 4})


def test_a_run_stops_before_the_request_that_would_exceed_the_limit_and_goes_on_when_run_again(desk: Path) -> None:
    write_cases(desk, 20)
    with ScriptedServer(judged) as server:
        for sent in (8, 16):
            ended = run(*grading(desk, server.base_url, "--json", "--max-requests", 8), folder=desk)
            assert ended.code == 75
            assert "the limit of 8 requests is reached: run again to go on" in ended.stderr
            assert len(ended.cards()) == len(stored(desk)) == len(server.requests) == sent
        assert run(*grading(desk, server.base_url, "--max-requests", 8), folder=desk).code == 0
    assert sorted(map(case_of, server.requests)) == list(range(20))


def test_a_run_without_requests_to_spend_sends_none(desk: Path) -> None:
    write_cases(desk, 3)
    with ScriptedServer(judged) as server:
        assert run(*grading(desk, server.base_url, "--max-requests", 0), folder=desk).code == 75
    assert server.requests == []


@pytest.mark.parametrize("completion_tokens", [40, 400])
def test_a_run_stops_before_it_spends_more_than_the_limit(desk: Path, completion_tokens: int) -> None:
    """At $10 and $100 a million tokens, 900 + 400 tokens are 0.9 + 4 cents; the first guess for two items is 90."""
    write_cases(desk, 60)
    (desk / "llm-grader.toml").write_text("[prices.scripted]\ninput = 10\noutput = 100\n", "utf-8")
    usage = {"prompt_tokens": 900, "completion_tokens": completion_tokens}
    a_request = 900 * 10e-6 + completion_tokens * 100e-6

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return completion(answers_of(case_of(request)), usage=usage)._replace(delay=0.02)

    with ScriptedServer(respond) as server:
        command = grading(desk, server.base_url, "--max-cost", 20 * a_request, "--concurrency", 16)
        before = 0
        while (ended := run(*command, folder=desk)).code == 75:
            assert "the next request could exceed the limit" in ended.stderr
            sent, before = len(server.requests) - before, len(server.requests)
            assert sent <= 20
            assert sent >= 10  # and does not stop long before it
        assert ended.code == 0
    assert sorted(map(case_of, server.requests)) == list(range(60))


def test_a_limit_on_cost_needs_a_price(desk: Path) -> None:
    write_cases(desk, 3)
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url, "--max-cost", 1), folder=desk)
    assert ended.code == 2
    assert "prices" in ended.stderr
    assert server.requests == []


def test_what_another_process_is_grading_does_not_count_towards_the_limit(desk: Path) -> None:
    write_cases(desk, 12)
    held = {1, 2, 3, 4}
    opened = desk / "opened"

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        if case_of(request) in held:
            wait_until(opened.exists)
        return judged(request)

    with ScriptedServer(respond) as server:
        first = Command(*grading(desk, server.base_url, "--concurrency", 4, "--max-requests", 5), folder=desk)
        wait_until(lambda: len(server.requests) == 5)
        second = Command(*grading(desk, server.base_url, "--concurrency", 4, "--max-requests", 7), folder=desk)
        wait_until(lambda: len(server.requests) == 12)
        opened.touch()
        assert (first.wait().code, second.wait().code) == (0, 0)
    assert len(server.requests) == 12


def test_a_long_pause_asked_for_by_the_server_stops_the_run_and_the_next_one_resumes(desk: Path) -> None:
    write_cases(desk, 12)

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return judged(request) if request.number != 4 else failure(429, "rate_limit", retry_after="121")

    with ScriptedServer(respond) as server:
        command = grading(desk, server.base_url, "--json", "--concurrency", 4)
        ended = run(*command, folder=desk)
        assert ended.code == 75
        assert "the endpoint asks to wait 121 s" in ended.stderr
        done = len(stored(desk))
        assert done == len(ended.cards()) == len(server.requests) - 1
        again = run(*command, folder=desk)
    assert again.code == 0
    assert f"resuming: {done} done, 0 in doubt, {12 - done} left" in again.stderr
    assert len(server.requests) == 12 + 1


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (failure(401, "invalid_api_key"), "OPENAI_API_KEY"),
        (failure(403, "forbidden", "This key may not be used here"), "OPENAI_API_KEY"),
        (failure(429, "insufficient_quota"), "quota"),
        (failure(404, "model_not_found"), "--model"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.status),
)
@pytest.mark.parametrize("answered", [0, 6])
def test_a_key_or_model_that_is_not_accepted_costs_a_request_for_each_worker_at_most(
    desk: Path, response: ScriptedResponse, words: str, answered: int
) -> None:
    write_cases(desk, 40)

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return judged(request) if request.number < answered else response

    with ScriptedServer(respond) as server:
        command = grading(desk, server.base_url, "--json", "--concurrency", 4)
        ended = run(*command, folder=desk, environment=KEY)
    assert ended.code == 4
    assert words in ended.stderr
    assert KEY["OPENAI_API_KEY"] not in ended.stderr + ended.stdout
    assert len(server.requests) <= (answered + 4 if answered else 1)
    assert len(stored(desk)) == len(ended.cards()) == answered


def test_a_broken_line_is_told_with_file_and_line_and_the_rest_is_graded(desk: Path) -> None:
    path = write_cases(desk, 4)
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[1][:40], *lines[2:], '{"id": "x", "turns": [{}]}']), "utf-8")
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url, "--json"), folder=desk)
    assert ended.code == 3
    assert f"{path}: line 2: not valid JSON" in ended.stderr
    assert f"{path}: line 5: " in ended.stderr
    assert sorted(card.transcript_id for card in ended.cards()) == ["case-0000", "case-0002", "case-0003"]
    assert len(server.requests) == 3


def test_input_of_which_nothing_can_be_read_is_bad_input(desk: Path) -> None:
    (desk / "cases.jsonl").write_bytes(b"\x00\x01\x02" * 40)
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url), folder=desk)
    assert ended.code == 65
    assert server.requests == []


def test_an_edited_rubric_grades_anew_and_results_never_mix(desk: Path) -> None:
    write_cases(desk, 10)
    with ScriptedServer(judged) as server:
        command = grading(desk, server.base_url, "--json")
        first = run(*command, "--limit", "6", folder=desk)
        rubric = write_rubric(desk, RUBRIC.replace("Did the agent greet?", "Did the agent greet first?"))
        second = run(*command, folder=desk)
        assert second.code == 0
        assert "6 results belong to another version of this rubric; they are kept" in second.stderr
        assert len(server.requests) == 6 + 10
        assert len({card.provenance.rubric_hash for card in second.cards()}) == 1
        assert first.cards()[0].provenance.rubric_hash != second.cards()[0].provenance.rubric_hash
        rubric.write_text(RUBRIC, "utf-8")
        third = run(*command, folder=desk)
        assert "resuming: 6 done, 0 in doubt, 4 left" in third.stderr
    assert len(server.requests) == 6 + 10 + 4
    with Store(desk / "llm-grader.db") as store:
        assert [run.ok for run in store.runs()] == [10, 10, 6]


def test_an_edited_question_is_asked_alone_and_an_edited_weight_not_at_all(desk: Path) -> None:
    write_cases(desk, 10)
    with ScriptedServer(judged) as server:
        command = grading(desk, server.base_url, "--json")
        first = run(*command, folder=desk)
        write_rubric(desk, RUBRIC.replace('"1"', '"2"').replace("title: Greets", "title: Greets\n        weight: 3"))
        foretold = json.loads(run(*command, "--dry-run", folder=desk).stdout)
        second = run(*command, folder=desk)
        assert foretold["requests"] == 0
        assert len(server.requests) == 10
        write_rubric(desk, RUBRIC.replace('"1"', '"3"').replace("Did the agent greet?", "Did the agent say hello?"))
        third = run(*command, folder=desk)
    assert [end.code for end in (first, second, third)] == [0, 0, 0]
    assert [request.item_ids() for request in server.requests[10:]] == [["greeting"]] * 10
    assert all("name the number" not in json.dumps(request.body) for request in server.requests[10:])
    assert all(told_right(card) for end in (second, third) for card in end.cards())
    assert "20 results belong to another version of this rubric; they are kept: 2 (" in third.stderr
    scores = [{card.transcript_id: card.score for card in end.cards()} for end in (first, second)]
    # Case 1 is met on both items; case 3 is met on greeting alone: 1 of 2, then 3 of 4.
    assert (scores[0]["case-0001"], scores[1]["case-0001"]) == (100, 100)
    assert (scores[0]["case-0003"], scores[1]["case-0003"]) == (50, 75)


def test_an_id_that_names_two_conversations_is_told_and_both_are_graded(desk: Path) -> None:
    path = write_cases(desk, 4)
    path.write_text(path.read_text("utf-8").replace("case-0003", "case-0001"), "utf-8")
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url, "--json"), folder=desk)
        again = run(*grading(desk, server.base_url, "--json"), folder=desk)
        shown = run("results", "show", "--json", folder=desk)
    assert len(server.requests) == 4
    for end in (ended, again):
        assert "the same id for different conversations; each is graded: case-0001" in end.stderr
    for end in (ended, again, shown):
        assert sorted(card.transcript_id for card in end.cards()) == [
            "case-0000",
            "case-0001",
            "case-0001",
            "case-0002",
        ]
        assert len({card.provenance.key for card in end.cards()}) == 4
    assert any("was read before" in line for card in ended.cards() for line in card.warnings)


def test_the_same_conversation_under_two_ids_is_paid_once_and_reported_twice(desk: Path) -> None:
    path = write_cases(desk, 2)
    path.write_text(path.read_text("utf-8") + path.read_text("utf-8").replace("case-", "twin-"), "utf-8")
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url, "--json"), folder=desk)
    assert len(server.requests) == 2
    assert sorted(card.transcript_id for card in ended.cards()) == ["case-0000", "case-0001", "twin-0000", "twin-0001"]
    assert "same id" not in ended.stderr


def test_the_shards_of_a_run_are_a_partition(desk: Path) -> None:
    write_cases(desk, 60)
    with ScriptedServer(judged) as server:
        shards = [run(*grading(desk, server.base_url, "--json", "--shard", f"{n}/3"), folder=desk) for n in (1, 2, 3)]
    ids = [card.transcript_id for shard in shards for card in shard.cards()]
    assert sorted(ids) == [f"case-{n:04}" for n in range(60)]
    assert min(len(shard.cards()) for shard in shards) >= 10
    assert len(server.requests) == 60


def test_a_dry_run_foretells_tokens_within_15_percent_from_20_transcripts(desk: Path) -> None:
    write_cases(desk, 120, words=lambda case: "Wo ist mein Päckchen? " * (case * 7 % 60))
    with ScriptedServer(metered) as server:
        command = grading(desk, server.base_url, "--json")
        assert run(*command, "--limit", "20", folder=desk).code == 0
        foretold = run(*command, "--dry-run", folder=desk)
        assert foretold.code == 0
        assert len(server.requests) == 20
        ended = run(*command, folder=desk)
    estimate = json.loads(foretold.stdout)
    new = [card for card in ended.cards() if int(card.transcript_id.removeprefix("case-")) >= 20]
    assert all(map(told_right, new))
    assert estimate["transcripts"] == 120
    assert estimate["requests"] == len(server.requests) - 20 == 100
    for kind in ("prompt_tokens", "completion_tokens"):
        counted = sum(getattr(card.usage, kind) for card in new)
        assert abs(estimate[kind] - counted) <= 0.15 * counted, kind


def test_a_dry_run_after_an_edit_foretells_whole_answers_from_those_about_one_item(desk: Path) -> None:
    """A sixth of the answers' tokens is what stands around the items; the two items take about as many each."""
    write_cases(desk, 60)

    def counted(request: ScriptedRequest) -> ScriptedResponse:
        said = {item: answers_of(case_of(request))[item] for item in request.item_ids()}
        return completion(said, usage={"prompt_tokens": 100, "completion_tokens": len(json.dumps(said)) // 4})

    with ScriptedServer(counted) as server:
        command = grading(desk, server.base_url, "--json")
        assert run(*command, "--limit", "20", folder=desk).code == 0
        write_rubric(desk, RUBRIC.replace("Did the agent name the number", "Did the agent tell the number"))
        assert run(*command, "--limit", "20", folder=desk).code == 0
        assert [request.item_ids() for request in server.requests[20:]] == [["number"]] * 20
        foretold = json.loads(run(*command, "--dry-run", folder=desk).stdout)
        ended = run(*command, folder=desk)
    assert foretold["requests"] == 40
    counted_tokens = sum(card.usage.completion_tokens or 0 for card in ended.cards()[20:])
    assert abs(foretold["completion_tokens"] - counted_tokens) <= 0.3 * counted_tokens


def test_a_dry_run_with_a_price_tells_the_cost_and_leaves_no_run_behind(desk: Path) -> None:
    write_cases(desk, 10)
    (desk / "llm-grader.toml").write_text("[prices.scripted]\ninput = 10\noutput = 100\n", "utf-8")
    with ScriptedServer(metered) as server:
        command = grading(desk, server.base_url, "--json")
        foretold = json.loads(run(*command, "--dry-run", folder=desk).stdout)
        assert server.requests == []
    expected = (foretold["prompt_tokens"] * 10 + foretold["completion_tokens"] * 100) / 1e6
    assert foretold["cost"] == pytest.approx(expected)
    assert not (desk / "llm-grader.db").exists() or not stored(desk)


def test_totals_count_what_this_run_sent(desk: Path) -> None:
    write_cases(desk, 10)
    with ScriptedServer(judged) as server:
        command = grading(desk, server.base_url)
        first = run(*command, "--limit", "4", folder=desk)
        second = run(*command, folder=desk)
        third = run(*command, folder=desk)
    assert "4 graded: 4 ok, 0 needs_review, 0 error; 4 requests, 4,000 + 400 tokens" in first.stderr
    assert "10 graded: 10 ok, 0 needs_review, 0 error; 6 requests, 6,000 + 600 tokens" in second.stderr
    assert "10 graded: 10 ok, 0 needs_review, 0 error; 0 requests, 0 + 0 tokens" in third.stderr


def test_a_run_that_stops_shows_what_it_graded(desk: Path) -> None:
    write_cases(desk, 10)
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url, "--max-requests", 2, "--no-store"), folder=desk)
    assert ended.code == 75
    assert "case-0000" in ended.stdout
    assert "case-0001" in ended.stdout
    assert "2 graded: 2 ok" in ended.stderr


def test_results_from_before_count_for_the_run_under_the_ids_of_now(desk: Path) -> None:
    path = write_cases(desk, 12)
    with ScriptedServer(judged) as server:
        command = grading(desk, server.base_url, "--json")
        assert run(*command, "--limit", "8", folder=desk).code == 0
        path.write_text(path.read_text("utf-8").replace("case-0003", "renamed").replace("case-0011", "new"), "utf-8")
        second = run(*command, folder=desk)
        shown = run("results", "show", "--run", "2", "--json", folder=desk)
    expected = sorted([f"case-{n:04}" for n in range(12) if n not in (3, 11)] + ["renamed", "new"])
    assert sorted(card.transcript_id for card in second.cards()) == expected
    assert sorted(card.transcript_id for card in shown.cards()) == expected
    assert len(server.requests) == 12


def test_many_results_are_told_in_few_lines_and_few_in_full(desk: Path) -> None:
    """A case is met on both items, one or none; not_applicable and cannot_assess are not scored."""
    write_cases(desk, 240)
    with ScriptedServer(judged) as server:
        many = run(*grading(desk, server.base_url), folder=desk)
        some = run(*grading(desk, server.base_url, "--limit", "7"), folder=desk)
        few = run(*grading(desk, server.base_url, "--limit", "2"), folder=desk)
    # Of eight cases, met on (greeting, number): 0 –+ 50, 1 ++ 100, 2 –– 0, 3 +– 50, 4 – 0, 5 + 100, 6 – 0, 7 + 100.
    assert "240 conversations: 240 ok" in many.stdout
    assert "passed: 90 yes, 150 no, 0 undecided" in many.stdout
    assert "scores: half of them from 0 to 100, the middle one 50" in many.stdout
    assert "case-0002" in many.stdout
    assert "case-0001" not in many.stdout
    assert len(many.stdout.splitlines()) < 30
    assert [f"case-{n:04}" in some.stdout for n in range(8)] == [True] * 7 + [False]
    assert "“Hello”" not in some.stdout
    assert few.stdout.count("“Hello”") == 1
