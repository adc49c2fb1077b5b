"""Past runs, for the next one: their rubrics, the results of other versions, and what requests took. SQL."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from pydantic import ValidationError

from llm_grader.rubric.model import Rubric
from llm_grader.store.store import Store
from llm_grader.usage import Rates
from llm_grader.verdict import Provenance

_RUBRIC = "select rubric from rubrics where rubric_hash = ?"

_OTHER_VERSIONS = """
select rubric_version, rubric_hash, count(distinct key) from run_items join runs using (run_id)
where rubric_id = ? and rubric_hash != ? group by rubric_hash order by max(run_id) desc
"""

_TOKENS_A_BYTE = """
select 1.0 * sum(prompt_tokens) / sum(prompt_bytes) from attempts join runs using (run_id)
where model = ? and outcome = 'ok' and prompt_tokens > 0 and prompt_bytes > 0
"""
_COMPLETION_TOKENS = """
select avg(completion_tokens), 1.0 * sum(completion_tokens) filter (where items > 0) / sum(items)
from attempts join runs using (run_id)
where model = ? and rubric_hash = ? and outcome = 'ok' and completion_tokens > 0
"""


class OtherVersion(NamedTuple):
    """A version of a rubric, other than the one in hand, that results in the store belong to, and how many."""

    rubric_version: str
    rubric_hash: str
    results: int


def read_run_numbers(store: Store) -> dict[str, int]:
    """The latest run that has each result, by the result's key."""
    with store.locked() as db:
        return dict(db.execute("select key, max(run_id) from run_items group by key").fetchall())


def read_rubric(store: Store, rubric_hash: str) -> Rubric | None:
    """The rubric of past runs with this hash; None where the store does not have it as it was."""
    with store.locked() as db:
        row = db.execute(_RUBRIC, (rubric_hash,)).fetchone()
    if row is not None:
        with contextlib.suppress(ValidationError):
            found = Rubric.model_validate_json(row[0])
            return found if found.content_hash() == rubric_hash else None
    return None


def read_other_versions(store: Store, provenance: Provenance) -> list[OtherVersion]:
    """The other versions of this rubric that have results, the latest first; they are kept, and never mixed in."""
    with store.locked() as db:
        rows = db.execute(_OTHER_VERSIONS, (provenance.rubric_id, provenance.rubric_hash)).fetchall()
    return [OtherVersion._make(row) for row in rows]


def read_rates(store: Store, model: str, rubric_hash: str) -> Rates:
    """Tokens that requests to `model` took, from those that were answered; the first guess where there are none."""
    with store.locked() as db:
        (a_byte,) = db.execute(_TOKENS_A_BYTE, (model,)).fetchone()
        a_request, an_item = db.execute(_COMPLETION_TOKENS, (model, rubric_hash)).fetchone()
    seen = {"tokens_a_byte": a_byte, "completion_tokens_an_item": an_item}
    if an_item is None:  # a store of before items were counted: each request was about all of them
        seen["completion_tokens"] = a_request
    return Rates(**{name: rate for name, rate in seen.items() if rate is not None})
