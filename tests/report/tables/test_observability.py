"""Scores for tools that watch models: what passed its checks, under ids that stay, where the metadata says."""

from __future__ import annotations

import json
from pathlib import Path

from llm_grader.report.results import StoredResults
from llm_grader.report.tables.export import ExportSettings, ResultRows, write_export
from llm_grader.store.store import Store
from tests.support.results import Case, label, talk, write_store

TRACED = talk("t1", metadata={"langfuse_trace_id": "trace-1", "phoenix_span_id": "span-1"})
CASES = (Case(TRACED, {"greeting": None, "care": "2"}, {"solution": (0, 0, 5)}), Case(talk("t2"), {}))


def lines(tmp_path: Path, kind: str) -> list[dict[str, object]]:
    path = tmp_path / "r.db"
    with Store(path if path.exists() else write_store(path, CASES)) as store:
        rows = ResultRows(StoredResults(store), [label("t1", "solution", "not_met")])
        (written,) = write_export(
            rows, "langfuse" if kind == "langfuse" else "phoenix", tmp_path / kind, ExportSettings()
        )
    return [json.loads(line) for line in written.read_text("utf-8").splitlines()]


# qa_score: the greeting waits; 100 · (1 + 1/3) ÷ (1 + 1)
def test_langfuse_gets_a_score_a_verdict_and_one_a_card(tmp_path: Path) -> None:
    found = lines(tmp_path, "langfuse")
    assert [(line["name"], line["value"]) for line in found[:4]] == [
        ("solution", "met"), ("blame", "not_met"), ("care", "2"), ("qa_score", 66.666666667),
    ]  # fmt: skip
    assert found[0]["traceId"] == "trace-1"
    assert found[0]["comment"] == "because “Hello”"
    assert found[4]["sessionId"] == "t2"
    assert len({line["id"] for line in found}) == len(found)


def test_sending_twice_changes_nothing(tmp_path: Path) -> None:
    assert lines(tmp_path, "langfuse") == lines(tmp_path, "langfuse")


def test_phoenix_gets_what_has_a_span_from_model_and_people(tmp_path: Path) -> None:
    found = lines(tmp_path, "phoenix")
    assert {line["span_id"] for line in found} == {"span-1"}
    assert [(line["name"], line["annotator_kind"]) for line in found] == [
        ("solution", "LLM"), ("solution", "HUMAN"), ("blame", "LLM"), ("care", "LLM"),
    ]  # fmt: skip
    assert found[1]["result"] == {"label": "not_met", "score": 0, "explanation": None}
    assert found[2]["result"] == {"label": "not_met", "score": 1, "explanation": "because"}  # no fault is a pass
