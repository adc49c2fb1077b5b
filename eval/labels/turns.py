"""Labels of single turns: each labelled turn made a conversation of its own, so that a judge can be asked about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from llm_grader.eval.labels.sources import of_best_source
from llm_grader.eval.labels.units import Unit, items_by_turn
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Label


@dataclass(frozen=True)
class TurnPieces:
    """The turns that people labelled one by one.

    `items` are the ids of the items that were answered so. `transcripts` has a conversation for each turn; `origins`
    says by its id which turn of which conversation it is.
    """

    items: frozenset[str]
    transcripts: dict[str, Transcript]
    origins: dict[str, tuple[str, int]]

    def unit(self, transcript_id: str, item_id: str) -> Unit | None:
        """The unit of a verdict in the conversation `transcript_id`; None where its item is not asked of such."""
        whole, turn = self.origins.get(transcript_id, (transcript_id, None))
        return Unit(whole, item_id, turn) if (turn is not None) == (item_id in self.items) else None


WHOLE = TurnPieces(frozenset(), {}, {})
"""No single turns: everything is about whole conversations."""


def turn_pieces(labels: Iterable[Label], transcripts: Mapping[str, Transcript]) -> TurnPieces:
    """A conversation for each turn that has a label of its own, from the best source of its item.

    It holds the turn and what it answers, the turns of others right before it. Who cannot be told from the others, as
    in mail between colleagues, is heard alone, as the one under review. Its id is the conversation's with `#` and the
    number of the turn.
    """
    best = of_best_source(labels)
    items = items_by_turn(best)
    wanted = {
        (label.transcript_id, label.turn): None
        for label in best
        if label.item_id in items and label.turn is not None and label.transcript_id in transcripts
    }
    origins = {f"{name}#{turn}": (name, turn) for name, turn in wanted}
    pieces = {id_: _piece(transcripts[name], turn, id_) for id_, (name, turn) in origins.items()}
    return TurnPieces(items, pieces, origins)


def _piece(transcript: Transcript, number: int, id_: str) -> Transcript:
    turn = transcript.turns[number]
    if turn.role == "unknown":
        heard: tuple[Turn, ...] = (turn.model_copy(update={"role": "agent"}),)
    else:
        heard = (*_answered(transcript.turns[:number], turn), turn)
    return transcript.model_copy(update={"id": id_, "turns": heard})


def _answered(before: tuple[Turn, ...], turn: Turn) -> tuple[Turn, ...]:
    start = len(before)
    while start and before[start - 1].role != turn.role:
        start -= 1
    return before[start:]
