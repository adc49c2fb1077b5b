"""Grading on a Ray cluster: a callable for `ray.data.Dataset.map_batches` (extra `ray`).

    import ray
    from ray.data import ActorPoolStrategy, SaveMode

    from llm_grader import load_rubric
    from llm_grader.ray import GradeBatch

    settings = {"rubric": load_rubric("helpdesk_qa"), "model": "my-model", "base_url": "https://models.example/v1"}
    for shard in sorted(Path("/shared/inbox").glob("*.parquet")):  # with a column `transcript` of transcripts as JSON
        graded = ray.data.read_parquet(str(shard)).map_batches(
            GradeBatch,
            fn_constructor_kwargs=settings,
            batch_size=512,
            compute=ActorPoolStrategy(size=4),
            num_cpus=0.25,
        )
        graded.write_parquet(f"/shared/graded/{shard.stem}", mode=SaveMode.OVERWRITE)

Ray gives the files it writes new names each time, and by default adds them to those that are there. Here each shard has
a folder that is replaced as a whole, so that running all of it again, or the shards that failed, doubles no row.

The workers spend their time waiting, hence a small `num_cpus`. A rubric travels with the job; a path would have to
exist on each machine, and so would a `store`, which is a file on the disk of one machine. The key of the endpoint is
taken from `OPENAI_API_KEY` where the workers run.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from pydantic import ValidationError

from llm_grader import Grader, Scorecard, Transcript
from llm_grader.errors import UsageError
from llm_grader.store.stored import StoredResult


class GradeBatch:
    """Grades a batch of rows: as many as there were, in their order.

    The rows that come back have `transcript_id`, `status`, `score` (0–100), `key`, `card` (a `Scorecard` as JSON) and
    `message` (why the status is error or not_graded); what does not apply is null. A row that holds no transcript has
    status error, and null for key and card. The same conversation twice in a batch is paid once.

    Args:
        column: the column that holds a transcript as JSON.
        concurrency: transcripts in flight in this worker; with `size` workers there are so many times more. A batch
            should be several times larger.
        settings: those of `Grader`.

    Raises:
        UsageError: the settings contradict each other.
        RubricError: the rubric cannot be loaded.
    """

    def __init__(self, *, column: str = "transcript", concurrency: int = 64, **settings: Any) -> None:
        self._column = column
        self._concurrency = concurrency
        self._grader = Grader(**settings)

    def __call__(self, batch: Any) -> Any:
        """Grade the rows of `batch`, in any of Ray's batch formats; returns a `pyarrow.Table`.

        Raises:
            UsageError: the column is missing.
            EndpointError: the key, quota, model or address is wrong.
            RunStopped: the endpoint is down.
        """
        import pyarrow as pa  # type: ignore[import-untyped]

        rows = [_read(value) for value in self._values(batch)]
        keys = [None if row.transcript is None else self._grader.provenance(row.transcript).key for row in rows]
        wanted = {key: row.transcript for key, row in zip(keys, rows, strict=True) if row.transcript is not None}
        graded = self._grader.grade_many(wanted.values(), concurrency=self._concurrency)
        cards = {card.provenance.key: card for card in graded}
        rows_out = [
            _unreadable(row) if row.transcript is None or key is None else _graded(row.transcript, cards[key])
            for key, row in zip(keys, rows, strict=True)
        ]
        text = pa.string()
        columns = [("transcript_id", text), ("status", text), ("score", pa.float64()), ("key", text)]
        return pa.Table.from_pylist(rows_out, schema=pa.schema([*columns, ("card", text), ("message", text)]))

    def _values(self, batch: Any) -> list[Any]:
        names = list(getattr(batch, "column_names", None) or batch)
        if self._column not in names:
            raise UsageError(f"column: expected one of {', '.join(map(str, names))}, found {self._column!r}")
        column = batch[self._column]
        values: list[Any] = column.to_pylist() if hasattr(column, "to_pylist") else column.tolist()
        return values


class _Row(NamedTuple):
    """What a row holds: a transcript, or what is wrong with it."""

    id: str | None
    transcript: Transcript | None = None
    problem: str | None = None


def _read(value: Any) -> _Row:
    if not isinstance(value, (str, bytes)):
        return _Row(None, problem=f"no transcript: expected JSON as text, found {type(value).__name__}")
    try:
        transcript = Transcript.model_validate_json(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        return _Row(_id_of(value), problem=f"no transcript: {f'{place}: ' if place else ''}{first['msg']}")
    return _Row(transcript.id, transcript)


def _id_of(value: str | bytes) -> str | None:
    """The id of something that is no transcript, so that people find it."""
    try:
        found = json.loads(value)
    except ValueError:
        return None
    id_ = found.get("id") if isinstance(found, dict) else None
    return id_ if isinstance(id_, str) else None


def _unreadable(row: _Row) -> dict[str, Any]:
    return {"transcript_id": row.id, "status": "error", "message": row.problem}


def _graded(transcript: Transcript, card: Scorecard) -> dict[str, Any]:
    own = StoredResult.of(transcript, card.provenance.key).own(card)
    return {
        "transcript_id": own.transcript_id,
        "status": own.status,
        "score": own.score,
        "key": own.provenance.key,
        "card": own.model_dump_json(),
        "message": own.failure.message if own.failure else None,
    }
