"""The house and its customers: which addresses of a mail are the desk's own.

Shared by the roles of letters and by the threads, in which a desk's address never makes two customers one.
"""

from __future__ import annotations

from collections.abc import Iterable

from llm_grader.readers.mail.mail_headers import Address
from llm_grader.readers.mail.mail_message import Letter
from llm_grader.readers.mail.mail_words import DESKS
from llm_grader.readers.roles.role_words import plain, role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.transcript import Role, RoleSource

HOUSE: tuple[Role, ...] = ("agent", "supervisor", "bot")
"""The roles of those who write for the house."""


def side(who: Address, roles: RoleMapping) -> tuple[Role, RoleSource | None, float | None]:
    """The role that the mapping gives to a mailbox; an agent's when it is `support@` or the like."""
    name = "" if "@" in who.name else who.name
    mapped = roles.role_of(name) or roles.role_of(who.address)
    if mapped:
        return mapped, "mapping", 1.0
    if is_desk(who.address):
        return "agent", "cues", 0.9
    return "unknown", None, None


def is_desk(address: str) -> bool:
    """Whether an address is a house's and nobody's own, such as `support@` and `help+4711@`."""
    local = address.partition("@")[0].partition("+")[0]
    return role_of_label(local) == "agent" or plain(local) in DESKS


class House:
    """Who writes for the house in the letters of one read, as far as that is known.

    Args:
        letters: all of them.
        roles: what the caller knows; else an address is the house's when it is a desk's or of a desk's domain.
    """

    def __init__(self, letters: Iterable[Letter], roles: RoleMapping) -> None:
        self._roles = roles
        everyone = {who for letter in letters for who in (letter.sender, *letter.to, *letter.copy)}
        self._domains = {_domain(who.address) for who in everyone if is_desk(who.address)}
        self._addresses = {who.address for who in everyone if self._owns(who)}

    def _owns(self, who: Address) -> bool:
        role, source, _ = side(who, self._roles)
        return role in HOUSE if source == "mapping" else _domain(who.address) in self._domains

    def __contains__(self, address: str) -> bool:
        return address in self._addresses

    def outsiders(self, letter: Letter) -> frozenset[str]:
        """Who writes and gets a letter, but for the house; everyone where that leaves nobody."""
        people = {who.address for who in (letter.sender, *letter.to) if who.address}
        return frozenset(people - self._addresses) or frozenset(people)


def _domain(address: str) -> str:
    return address.partition("@")[2]
