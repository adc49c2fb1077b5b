"""An endpoint that refuses, fails and babbles changes no verdict, and costs a fifth more requests at most."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, completion, failure
from tests.support.command_line import case_of, grading, judged, run, told_right, write_cases, write_rubric

CASES = 500
FAULTS = ["refuse"] * 50 + ["fail"] * 25 + ["cut off"] * 5 + ["babble"] * 5


class Noise:
    """A server's script: it refuses 10 % of the cases first, fails at 5 % and answers 2 % with broken JSON."""

    def __init__(self) -> None:
        cases = random.Random(500).sample(range(CASES), len(FAULTS))  # noqa: S311 - faults, not secrets
        self._faults = dict(zip(cases, FAULTS, strict=True))
        self.made: Counter[str] = Counter()

    def __call__(self, request: ScriptedRequest) -> ScriptedResponse:
        fault = self._faults.pop(case_of(request), None)
        if fault is None:
            return judged(request)
        self.made[fault] += 1
        if fault == "refuse":
            return failure(429, "rate_limit", retry_after_ms="20")
        if fault == "fail":
            return failure(500, "server_error")
        if fault == "babble":
            return completion("I would say that the agent did well.")
        whole = '{"greeting": {"evidence": [], "reason": "said so", "label": "not_met"}, "number": {"evid'
        return completion(whole if case_of(request) % 2 == 0 else whole[:30])


def test_500_of_500_verdicts_are_right_at_1_2_requests_each(tmp_path: Path) -> None:
    write_cases(tmp_path, CASES)
    write_rubric(tmp_path)
    noise = Noise()
    with ScriptedServer(noise) as server:
        ended = run(*grading(tmp_path, server.base_url, "--json", "--concurrency", 32), folder=tmp_path)
    assert noise.made == Counter(FAULTS)
    assert ended.code == 0, ended.stderr
    assert len(ended.cards()) == len({card.transcript_id for card in ended.cards()}) == CASES
    assert [card for card in ended.cards() if not told_right(card)] == []
    assert sum(card.usage.requests for card in ended.cards()) == len(server.requests)
    assert len(server.requests) <= 1.2 * CASES


def test_an_endpoint_that_never_recovers_gets_six_requests_a_transcript(tmp_path: Path) -> None:
    write_cases(tmp_path, 2)
    write_rubric(tmp_path)

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return judged(request) if case_of(request) == 0 else failure(429, "rate_limit", retry_after_ms="1")

    with ScriptedServer(respond) as server:
        ended = run(*grading(tmp_path, server.base_url, "--json"), folder=tmp_path)
    assert ended.code == 3
    assert [(card.status, card.score is None) for card in ended.cards()] == [("ok", False), ("error", True)]
    assert len(server.requests) == 1 + 6
