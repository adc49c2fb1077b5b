"""The team of an audit: auditors who label, leads who adjudicate, agents who may disagree about their own results."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from llm_grader.audit.plain_files import replace_file
from llm_grader.errors import UsageError
from llm_grader.eval.judge.item_answers import ADJUDICATOR
from llm_grader.files.mapping_file import load_mapping
from llm_grader.transcript import Model

Part = Literal["auditor", "lead", "agent"]
Reveal = Literal["never", "after_submit"]
"""Whether an auditor may see what the model said of a conversation: never, or once their own answers are submitted."""
PersonName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
"""A name that is fit for a file name on every system."""


class TeamMember(Model):
    """Somebody who takes part.

    `speaks_as` is what an agent is called in the conversations, where that is not the `name`. `language` is that of
    the pages, where it is not everybody's.
    """

    name: PersonName
    role: Part = "auditor"
    language: Literal["en", "de", "cs", "hu", "et"] | None = None
    speaks_as: str | None = None

    @property
    def in_conversations(self) -> str:
        """What the person is called where they speak."""
        return self.speaks_as or self.name


class Team(Model):
    """Everybody who takes part; names differ, whatever their case.

    `reveal` lets auditors learn from the model, and draws them towards it in whatever they label afterwards.
    """

    people: tuple[TeamMember, ...] = Field(min_length=1)
    reveal: Reveal = "never"

    @model_validator(mode="after")
    def _names_differ(self) -> Team:
        names = [person.name.casefold() for person in self.people]
        if len(set(names)) < len(names) or ADJUDICATOR in names:
            raise ValueError(f"expected a name of their own for each, and nobody called {ADJUDICATOR}")
        return self

    def named(self, name: str) -> TeamMember | None:
        """The person of this name."""
        return next((person for person in self.people if person.name == name), None)

    def having(self, *roles: Part) -> tuple[TeamMember, ...]:
        """The people who have one of these roles."""
        return tuple(person for person in self.people if person.role in roles)

    @property
    def auditors(self) -> tuple[str, ...]:
        """The names of those who share the work of labelling."""
        return tuple(person.name for person in self.having("auditor"))


def team_file(folder: Path) -> Path:
    """Where a gold folder says who takes part."""
    return folder / "audit" / "team.yaml"


def write_team(folder: Path, team: Team) -> Path:
    """Write down who takes part, for people to add to; returns the file.

    Raises:
        DiskError: it cannot be written.
    """
    people = (json.dumps(person.model_dump(exclude_defaults=True) | {"role": person.role}) for person in team.people)
    replace_file(team_file(folder), "people:\n" + "".join(f"  - {person}\n" for person in people))
    return team_file(folder)


def load_team(
    folder: Path, file: Path | None = None, *, only: str | None = None
) -> tuple[Team, tuple[TeamMember, ...]]:
    """The team of a gold folder, and those of it who are to be served.

    Args:
        folder: the gold folder, whose `audit/team.yaml` says who takes part.
        file: another file that says so.
        only: serve this one alone; nobody else need be known, and then they are the only auditor.

    Raises:
        UsageError: there is neither a file nor a name, or the name is not one of the team's.
        MalformedInput: the file is wrong.
    """
    path = file or team_file(folder)
    if file is None and not path.exists():
        if only is None:
            raise UsageError(f"say who labels: --as NAME for one, --team FILE or {path} for several")
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", only) is None or only.casefold() == ADJUDICATOR:
            raise UsageError("--as: expected 1 to 40 letters, digits, dots and dashes, such as anna; it names a file")
        team = Team(people=(TeamMember(name=only),))
        return team, team.people
    team = load_mapping(Team, path)
    if only is None:
        return team, team.people
    person = team.named(only)
    if person is None:
        raise UsageError(f"--as {only}: {path} names {', '.join(one.name for one in team.people)}")
    return team, (person,)
