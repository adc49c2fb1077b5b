"""Resuming a run: what is done, what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llm_grader.cli.setup.inputs import Inputs
    from llm_grader.cli.terminal.progress import Progress
    from llm_grader.grader.grader import Grader
    from llm_grader.store.past_runs import OtherVersion
    from llm_grader.store.stored import StoredResult
    from llm_grader.transcript import Transcript

_AT_ONCE = 500
_MOST_NAMED = 5


def look_up(grader: Grader, source: Inputs, progress: Progress) -> list[StoredResult]:
    """Read all inputs once, so that what is wrong with them shows before anything is paid.

    Returns:
        The transcripts whose results are in the store; `progress` gets the total.
    """
    from llm_grader.store.leases import read_in_doubt
    from llm_grader.store.past_runs import read_other_versions
    from llm_grader.store.stored import StoredResult

    done, doubtful, total = list[StoredResult](), 0, 0
    in_doubt = {} if grader.store is None else read_in_doubt(grader.store)
    first_of, id_of = dict[str, str](), dict[str, str]()
    repeated, same = dict[str, None](), dict[str, None]()
    wanted = (StoredResult.of(transcript, grader.identity.key(transcript)) for transcript in source.check())
    while chunk := list(islice(wanted, _AT_ONCE)):
        total += len(chunk)
        doubtful += sum(one.key in in_doubt for one in chunk)
        repeated |= {
            one.transcript_id: None for one in chunk if first_of.setdefault(one.transcript_id, one.key) != one.key
        }
        same |= {
            one.transcript_id: None
            for one in chunk
            if id_of.setdefault(one.key, one.transcript_id) != one.transcript_id
        }
        finished = set() if grader.store is None else grader.store.finished(one.key for one in chunk)
        done += (one for one in chunk if one.key in finished)
    if done or doubtful:
        progress.notify(f"resuming: {len(done)} done, {doubtful} in doubt, {total - len(done)} left")
    if repeated:
        progress.notify(f"the same id for different conversations; each is graded: {_named(list(repeated))}")
    if same:
        progress.notify(f"the same conversation under another id, too; it is asked about once: {_named(list(same))}")
    if others := [] if grader.store is None else read_other_versions(grader.store, grader.identity.base):
        progress.notify(_render_others(others))
    progress.total = total
    return done


def left_of(grader: Grader, source: Inputs, done: Sequence[StoredResult]) -> Iterator[Transcript]:
    """The other transcripts, read again."""
    keys = {one.key for one in done}
    return (transcript for transcript in source.again() if grader.identity.key(transcript) not in keys)


def _render_others(others: Sequence[OtherVersion]) -> str:
    named = _named([f"{other.rubric_version} ({other.rubric_hash[:8]}): {other.results}" for other in others])
    count = sum(other.results for other in others)
    return f"{count} results belong to another version of this rubric; they are kept: {named}"


def _named(names: Sequence[str]) -> str:
    more = [f"and {len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else []
    return ", ".join([*names[:_MOST_NAMED], *more])
