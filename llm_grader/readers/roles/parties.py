"""Somebody who takes part, where a source tells of people once and of turns by reference to them."""

from __future__ import annotations

from typing import NamedTuple

from llm_grader.transcript import Participant, RoleSource, Turn


class Party(NamedTuple):
    """Who takes part, and where the role comes from."""

    who: Participant
    source: RoleSource | None

    def says(self, turn: Turn) -> Turn:
        """The turn as this party's; a role of the party's own is the turn's."""
        if self.source is None:
            return turn.model_copy(update={"speaker": self.who.id})
        role = {"role": self.who.role, "role_source": self.source, "role_confidence": 1.0}
        return turn.model_copy(update={"speaker": self.who.id, **role})
