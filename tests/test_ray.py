"""Grading on Ray: no row is lost, doubled or out of its place."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from llm_grader.errors import AuthError, UsageError
from llm_grader.grader.grader import Grader
from llm_grader.ray import GradeBatch
from llm_grader.rubric.model import Rubric
from llm_grader.testing import ScriptedServer, answer, completion, failure
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Scorecard

RUBRIC = Rubric.model_validate(
    {
        "id": "small",
        "version": "1",
        "title": "Small",
        "channels": ["chat"],
        "sections": [
            {
                "id": "all",
                "title": "All",
                "items": [{"id": "greeting", "title": "Greeting", "question": "Did the agent greet the customer?"}],
            }
        ],
    }
)
GOOD = {"greeting": answer("met", (0, "Good morning"))}


def talk(id_: str) -> Transcript:
    return Transcript(id=id_, channel="chat", turns=(Turn(role="agent", text=f"Good morning, {id_}."),))


def rows_of(*transcripts: Transcript) -> list[str]:
    return [transcript.model_dump_json(exclude_none=True) for transcript in transcripts]


def column(values: list[Any]) -> pa.Table:
    return pa.table({"transcript": values})


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """An endpoint whose answers take longer the earlier they are asked for, so that they finish out of order."""
    with ScriptedServer(
        lambda request: completion(GOOD)._replace(delay=max(0.0, 0.2 - request.number / 20))
    ) as started:
        yield started


def test_rows_come_back_in_their_order_with_the_card_of_each(server: ScriptedServer) -> None:
    talks = [talk(f"t{n}") for n in range(5)]
    graded = GradeBatch(rubric=RUBRIC, model="m", base_url=server.base_url)(column(rows_of(*talks))).to_pylist()
    judge = Grader(RUBRIC, "m", base_url=server.base_url)
    assert [row["transcript_id"] for row in graded] == ["t0", "t1", "t2", "t3", "t4"]
    assert [row["key"] for row in graded] == [judge.provenance(transcript).key for transcript in talks]
    for row, transcript in zip(graded, talks, strict=True):
        card = Scorecard.model_validate_json(row["card"])
        assert (card.transcript_id, card.status, card.score) == (transcript.id, row["status"], row["score"])
        assert (row["status"], row["score"], row["message"]) == ("ok", 100, None)
        assert card.verdicts["greeting"].evidence[0].quote == "Good morning"


@pytest.mark.parametrize(
    "as_batch",
    [
        lambda table: table,
        lambda table: table.to_pandas(),
        lambda table: {"transcript": table["transcript"].to_numpy()},
    ],
    ids=["pyarrow", "pandas", "numpy"],
)
def test_every_batch_format_of_ray_is_read(as_batch: Callable[[Any], Any], server: ScriptedServer) -> None:
    grade = GradeBatch(rubric=RUBRIC, model="m", base_url=server.base_url)
    assert grade(as_batch(column(rows_of(talk("t1")))))["status"].to_pylist() == ["ok"]


def test_a_row_that_is_no_transcript_keeps_its_place_and_says_what_is_wrong(server: ScriptedServer) -> None:
    broken = '{"id": "t2", "channel": "fax", "turns": [{"role": "agent", "text": "a secret"}]}'
    values = [*rows_of(talk("t1")), broken, "not JSON", None, *rows_of(talk("t3"))]
    table = GradeBatch(rubric=RUBRIC, model="m", base_url=server.base_url)(column(values))
    assert table["transcript_id"].to_pylist() == ["t1", "t2", None, None, "t3"]
    assert table["status"].to_pylist() == ["ok", "error", "error", "error", "ok"]
    assert table["score"].to_pylist() == [100, None, None, None, 100]
    assert [key is None for key in table["key"].to_pylist()] == [False, True, True, True, False]
    messages = table["message"].to_pylist()
    assert messages[1].startswith("no transcript: channel: Input should be 'chat', 'email' or 'call'")
    assert "found NoneType" in messages[3]
    assert "secret" not in json.dumps(messages)


def test_a_request_that_fails_is_a_row_with_status_error_and_the_schema_stays_the_same() -> None:
    with ScriptedServer(lambda _: failure(400, "context_length_exceeded")) as server:
        table = GradeBatch(rubric=RUBRIC, model="m", base_url=server.base_url)(column(rows_of(talk("t1"))))
    (row,) = table.to_pylist()
    assert (row["status"], row["score"]) == ("error", None)
    assert "does not fit" in row["message"]
    assert [str(kind) for kind in table.schema.types] == ["string", "string", "double", "string", "string", "string"]


def test_the_same_conversation_twice_in_a_batch_is_paid_once_and_reported_twice(server: ScriptedServer) -> None:
    twin = talk("t1").model_copy(update={"id": "twin"})
    table = GradeBatch(rubric=RUBRIC, model="m", base_url=server.base_url)(column(rows_of(talk("t1"), twin)))
    assert len(server.requests) == 1
    assert table["transcript_id"].to_pylist() == ["t1", "twin"]
    assert [Scorecard.model_validate_json(card).transcript_id for card in table["card"].to_pylist()] == ["t1", "twin"]


def test_an_empty_batch_gives_an_empty_table_of_the_same_columns(server: ScriptedServer) -> None:
    table = GradeBatch(rubric=RUBRIC, model="m", base_url=server.base_url)(column([]))
    assert (table.num_rows, table.column_names[0]) == (0, "transcript_id")


def test_a_missing_column_is_told_with_those_there_are(server: ScriptedServer) -> None:
    grade = GradeBatch(column="text", rubric=RUBRIC, model="m", base_url=server.base_url)
    with pytest.raises(UsageError, match="expected one of transcript, found 'text'"):
        grade(column(rows_of(talk("t1"))))


def test_a_wrong_key_stops_the_job_instead_of_filling_it_with_errors() -> None:
    with ScriptedServer(lambda _: failure(401)) as server:
        grade = GradeBatch(rubric=RUBRIC, model="m", base_url=server.base_url, concurrency=1)
        with pytest.raises(AuthError):
            grade(column(rows_of(talk("t1"), talk("t2"))))
        assert len(server.requests) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")
@pytest.mark.filterwarnings("ignore::FutureWarning:ray")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_ray_job_that_runs_twice_writes_every_row_once(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    shard, folder = tmp_path / "shard.parquet", tmp_path / "graded" / "shard"
    pq.write_table(column([*rows_of(*[talk(f"t{n}") for n in range(10)]), "no transcript"]), shard)
    settings = {"rubric": RUBRIC, "model": "m", "base_url": server.base_url, "concurrency": 4}
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100 * 2**20)
    try:
        for _ in range(2):
            graded = ray.data.read_parquet(str(shard)).map_batches(
                GradeBatch,
                fn_constructor_kwargs=settings,
                batch_size=4,
                compute=ray.data.ActorPoolStrategy(size=1),
                num_cpus=0.25,
            )
            graded.write_parquet(str(folder), mode=ray.data.SaveMode.OVERWRITE)
    finally:
        ray.shutdown()
        gc.collect()  # what Ray leaves open is its own affair, and no later test's
    rows: dict[str | None, str] = {row["transcript_id"]: row["status"] for row in pq.read_table(folder).to_pylist()}
    assert rows.pop(None) == "error"
    assert rows == {f"t{n}": "ok" for n in range(10)}
    assert pq.read_table(folder).num_rows == 11
