"""What `refine` sends: no personal data where it is to stay here, and no request beyond the limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion
from tests.support.eval_commands import clean_settings, run, write_rubric

__all__ = ["clean_settings"]

CASES = 60
PERSONAL = ("Jana", "Novak", "jana@shop.example", "jan@desk.example")


def write_personal_gold(folder: Path) -> Path:
    """Sixty conversations in which the agent greets in the even ones; two people quote who says so, and tell why."""
    gold = folder / "gold"
    gold.mkdir()
    greeting_turn = {"role": "agent", "speaker": "Jana Novak", "text": "Hello, this is Jana Novak, jana@shop.example."}
    talks = [
        {
            "id": f"t{n:04}",
            "channel": "chat",
            "turns": [greeting_turn, {"role": "customer", "text": f"This is case {n}."}],
        }
        for n in range(CASES)
    ]
    labels = [
        {
            "transcript_id": f"t{n:04}",
            "item_id": item,
            "label": "not_met" if n % 2 and item == "greeting" else "met",
            "annotator": who,
            "label_source": "human",
            "evidence_quotes": [greeting_turn["text"]],
            "reason": "Novak, Jana, as jan@desk.example knows",
        }
        for n in range(CASES)
        for item in ("greeting", "solution")
        for who in ("eva", "ina")
    ]
    for name, rows in (("transcripts", talks), ("labels", labels)):
        (gold / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return gold


def judging(proposals: list[dict[str, Any]]) -> Callable[[ScriptedRequest], ScriptedResponse]:
    """Everything is met in the words of the agent as the judge reads them; asked for wordings, it gives these."""

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        if request.item_ids() == ["wordings"]:
            return completion({"wordings": proposals})
        sent = str(request.body["messages"])
        words, name = ("Hello, this is [NAME_1]", "[NAME_1]") if "[NAME_1]" in sent else ("Hello, this is", "Jana")
        met = answer("met", (0, words), reason=f"{name} greets")
        return completion(dict.fromkeys(request.item_ids(), met))

    return respond


def refine(gold: Path, server: ScriptedServer, *more: str | Path) -> Any:
    rubric = write_rubric(gold.parent)
    judged = ("--rubric", rubric, "--model", "m", "--base-url", server.base_url, "--item", "greeting")
    return run("refine", "--gold", gold, *judged, *more)


def wordings_asked_for(server: ScriptedServer) -> list[int]:
    return [request.number for request in server.requests if request.item_ids() == ["wordings"]]


def words_of(body: Mapping[str, Any]) -> str:
    return str(body["messages"])


def test_neither_the_cases_nor_the_examples_name_anybody_where_personal_data_is_to_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = write_personal_gold(tmp_path)
    monkeypatch.setenv("LLM_GRADER_REDACT", "true")
    with ScriptedServer(judging([{"question": "Is there a greeting?", "policy": []}])) as server:
        found = refine(gold, server)
    assert found.code == 1, found.stderr  # met all the same: no wording is better
    (proposal,) = wordings_asked_for(server)
    sent_words = words_of(server.requests[proposal].body)
    assert "People: not_met (" in sent_words
    assert "Model: met ([NAME_1]" in sent_words
    with_examples = [request for request in server.requests[proposal + 1 :] if "as [EMAIL" in words_of(request.body)]
    assert with_examples
    sent = "".join(words_of(request.body) for request in server.requests)
    assert [words for words in PERSONAL if words in sent] == []


def test_personal_data_is_sent_as_it_is_where_nothing_else_is_said(tmp_path: Path) -> None:
    gold = write_personal_gold(tmp_path)
    with ScriptedServer(judging([])) as server:
        refine(gold, server)
    (proposal,) = wordings_asked_for(server)
    assert [words for words in PERSONAL if words not in words_of(server.requests[proposal].body)] == []


def test_asking_for_wordings_counts_towards_the_limit_and_in_the_totals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = write_personal_gold(tmp_path)
    (gold / "labels.jsonl").write_text(
        "".join(line for line in (gold / "labels.jsonl").read_text("utf-8").splitlines(True) if '"eva"' in line),
        "utf-8",
    )  # of one annotator alone there are no examples: nothing is graded after the proposal
    with ScriptedServer(judging([])) as server:
        found = refine(gold, server)
        (proposal,) = wordings_asked_for(server)
        assert f"; {proposal + 1:,} requests" in found.stderr
    monkeypatch.setenv("LLM_GRADER_MAX_REQUESTS", str(proposal))
    with ScriptedServer(judging([])) as server:
        found = refine(gold, server, "--store", tmp_path / "other.db")
        assert (found.code, len(server.requests)) == (75, proposal)
    assert "the limit" in found.stderr
