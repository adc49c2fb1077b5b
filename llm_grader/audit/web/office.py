"""The office: everything that one process serves, open for as long as it runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing
from types import TracebackType
from typing import Self

from llm_grader.audit.folder import GoldFolder
from llm_grader.audit.labelling.desk import Desk
from llm_grader.audit.queue import queue_of
from llm_grader.audit.review.decisions import Decisions
from llm_grader.audit.review.results import AuditResults, ResultsReader
from llm_grader.audit.review.sessions import read_sessions
from llm_grader.audit.team import Part, Team, TeamMember
from llm_grader.audit.web.logins import Logins
from llm_grader.eval.labels.units import Verdicts

CAN_LABEL: tuple[Part, ...] = ("auditor", "lead")


class Office:
    """Desks of the people served, the adjudicator's journal where a lead is among them, and their logins.

    Args:
        folder: the gold folder.
        team: everybody who takes part.
        served: those of them who come here; other processes may serve others.
        verdicts: the judge's, for leads, and where the team says so for auditors who have submitted.
        language: of the pages.

    Raises:
        UsageError: another process serves one of them.
    """

    def __init__(
        self,
        folder: GoldFolder,
        team: Team,
        served: Sequence[TeamMember],
        *,
        verdicts: Verdicts | None = None,
        language: str = "en",
    ) -> None:
        self.folder = folder
        self.team = team
        self.verdicts: Verdicts = verdicts or {}
        self.language = language
        self.logins = Logins(served)
        self._reader = ResultsReader(folder, team.auditors)
        self.desks: dict[str, Desk] = {}
        self.decisions: Decisions | None = None
        with ExitStack() as opened:
            for person in served:
                if person.role in CAN_LABEL:
                    self.desks[person.name] = opened.enter_context(closing(self._desk(person.name)))
            if any(person.role == "lead" for person in served):
                self.decisions = opened.enter_context(closing(Decisions(folder)))
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def results(self) -> AuditResults:
        """Everybody's results so far, from disk: other processes write there, too."""
        return self._reader.read()

    def language_of(self, person: TeamMember | None) -> str:
        """The language of somebody's pages."""
        return (person.language if person else None) or self.language

    def _desk(self, name: str) -> Desk:
        def queue() -> list[str]:
            drawn = queue_of(self.folder.sample, self.team.auditors, name)
            return [*drawn, *self._of_sessions(name)]

        return Desk(self.folder, name, queue)

    def _of_sessions(self, name: str) -> Iterable[str]:
        sessions = sorted(read_sessions(self.folder.path), key=lambda session: session.created_at)
        return (id_ for session in sessions if name in session.participants for id_ in session.transcripts)
