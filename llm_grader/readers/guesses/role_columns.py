"""Which column says whose a turn is, and what its words mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast, get_args

from llm_grader.readers.roles.role_words import plain, role_of_label
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.column_names import LEAST, rank
from llm_grader.readers.tables.table_values import FALSE_WORDS, TRUE_WORDS
from llm_grader.transcript import Role

OF_THE_CALL = (
    "{}: one direction in all turns of a conversation, which says who called whom and not whose a turn is: not read"
)
_ROLES = frozenset(get_args(Role))
_MOST_VALUES = 12
_INCOMING = re.compile(r"incoming|inbound|from_customer|is_customer|customer")
_OUTGOING = re.compile(r"outgoing|outbound|agent")
_TO_US = "in incoming inbound received eingehend eingang prichozi bejovo sissetulev"
_FROM_US = "out outgoing outbound sent ausgehend ausgang odchozi kimeno valjaminev"
_DIRECTIONS: dict[str, Role] = {
    **dict.fromkeys(_TO_US.split(), "customer"),
    **dict.fromkeys(_FROM_US.split(), "agent"),
}
_SIDES: dict[str, Role] = {
    **_DIRECTIONS,
    **dict.fromkeys(("end user", "enduser", "human", "contact"), "customer"),
    **dict.fromkeys(("appuser",), "customer"),
    **dict.fromkeys(("admin", "staff", "teammate", "appmaker"), "agent"),
    **dict.fromkeys(("assistant", "ai", "model", "automation"), "bot"),
}
_WRITTEN = frozenset(("message", "msg", "reply", "response", "comment", "text"))
_WRITERS = frozenset(("agent", "customer", "bot", "system"))
_OTHER_SIDE: dict[Role | None, Role] = {"agent": "customer", "customer": "agent"}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def role_column(
    free: Mapping[str, Sequence[Any]], of_turns: Callable[[str], bool], *, together: bool
) -> tuple[str | None, tuple[str, ...]]:
    """The column that says whose a turn is, and what is told of others.

    One that is called so; names of speakers that are the two sides, and that count before one that names one side; else
    any whose words name both. The direction of a call is none.

    Args:
        free: the filled cells of the columns that hold nothing else.
        of_turns: whether what stands in a column differs within a conversation.
        together: whether it is known which rows are one conversation, and there are several of one.
    """
    both = [name for name, values in free.items() if are_sides(values)]
    told_apart = any(of_turns(name) for name in both)
    of_calls = [
        name
        for name, values in free.items()
        if not of_turns(name)
        and (told_apart or (together and not _are_truths(values)))
        and _are_directions(name, values)
    ]
    left = [name for name in free if name not in of_calls]
    named = [name for name in left if rank("role", name) is not None and _are_roles(free[name])]
    speakers = [name for name in both if name in left and rank("speaker", name) is not None and of_turns(name)]
    fitting = list(dict.fromkeys((*named, *speakers))) or [name for name in both if name in left]
    best = min(fitting, key=lambda name: _place(name, free[name], both), default=None)
    return best, tuple(OF_THE_CALL.format(name) for name in of_calls)


def _place(name: str, values: Sequence[Any], both: Sequence[str]) -> tuple[bool, int, int, int]:
    by_role, by_speaker = rank("role", name), rank("speaker", name)
    return (
        name not in both,
        -sides_known(name, values),
        LEAST if by_role is None else by_role,
        LEAST if by_speaker is None else by_speaker,
    )


def _are_directions(name: str, values: Sequence[Any]) -> bool:
    """Whether words say that something came in or went out, by themselves or by what their column is called."""
    if _are_truths(values):
        return re.search(r"incoming|inbound|outgoing|outbound", plain(name)) is not None
    return {plain(as_text(value) or "") for value in values} <= _DIRECTIONS.keys()


def _are_truths(values: Sequence[Any]) -> bool:
    return {(as_text(value) or "").casefold() for value in values} <= TRUE_WORDS | FALSE_WORDS


def are_few(values: Sequence[Any]) -> bool:
    """Whether these are few words, each of which may come again."""
    simple = [value for value in values if isinstance(value, (str, bool, int))]
    return len(simple) == len(values) and len({as_text(value) for value in values}) <= _MOST_VALUES


def _are_roles(values: Sequence[Any]) -> bool:
    return are_few(values) and all(len(str(value).split()) <= 3 for value in values)


def are_sides(values: Sequence[Any]) -> bool:
    """Whether the words name both sides of a conversation, whatever the column is called."""
    words = {as_text(value) or "" for value in values if isinstance(value, str)}
    sides = {side for word in words if (side := side_of(word))}
    return len(words) <= _MOST_VALUES and "customer" in sides and len(sides) > 1


def sides_known(column: str, values: Sequence[Any]) -> int:
    """How many words of a role column say whose they are."""
    return len(meanings(column, [as_text(value) or "" for value in values])[0])


def side_of(word: str) -> Role | None:
    """The role that a word of a role column means, None where nobody can tell."""
    if word in _ROLES:
        return cast("Role", word)
    return _SIDES.get(plain(word)) or role_of_label(word) or _writer(word)


@lru_cache(maxsize=4096)
def _writer(word: str) -> Role | None:
    """Who writes what a word of few parts calls: `customer_message`, `AgentReply`, `MessageToVisitor`."""
    words = plain(_CAMEL.sub(" ", word)).split()
    if len(words) == 3 and words[0] in _WRITTEN and words[1] == "to":
        return _OTHER_SIDE.get(role_of_label(words[2]))
    role = role_of_label(words[0]) if len(words) == 2 else None
    # a note of a customer may be one about the customer
    by_role = {"agent": {"note"}, "system": {"event"}}.get(role or "", set())
    return role if role in _WRITERS and words[1] in _WRITTEN | by_role else None


def meanings(column: str, words: Sequence[str]) -> tuple[dict[str, Role], tuple[str, ...]]:
    """Whose the words of a role column are, and those of which nobody can tell."""
    counted = [word for word, _ in Counter(words).most_common(_MOST_VALUES)]
    if _are_truths(counted):
        incoming, outgoing = _INCOMING.search(plain(column).replace(" ", "_")), _OUTGOING.search(plain(column))
        if bool(incoming) == bool(outgoing):
            return {}, tuple(counted)
        yes: Role = "customer" if incoming else "agent"
        no: Role = "agent" if incoming else "customer"
        return {word: yes if word.casefold() in TRUE_WORDS else no for word in counted}, ()
    found = {word: side for word in counted if (side := side_of(word))}
    return found, tuple(word for word in counted if word not in found)
