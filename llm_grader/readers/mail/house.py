"""The house and its customers: which addresses of a mail are the desk's own.

Shared by the roles of letters and by the threads, in which a desk's address never makes two customers one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from llm_grader.readers.mail.mail_headers import Address
from llm_grader.readers.mail.mail_message import Letter
from llm_grader.readers.mail.sending.writers import is_desk, is_form, is_free_mail
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


def home_of(letters: Sequence[Letter], roles: RoleMapping) -> str:
    """The domain of the house where its customer is known to be from elsewhere, by the first letter of a person.

    Empty where it may be a house's own help desk, whose customers are colleagues, or where anybody may have an address.
    """
    first = next((letter for letter in letters if not letter.automatic), None)
    if first is None:
        return ""
    sender = _domain(first.sender.address)
    elsewhere = {_domain(who.address) for who in first.to} - {sender}
    everyone = [who for letter in letters for who in (letter.sender, *letter.to, *letter.copy)]
    desks = {_domain(who.address) for who in everyone if side(who, roles)[0] in HOUSE}
    if any(_is_part_of(domain, sender) or _is_part_of(sender, domain) for domain in elsewhere):
        return ""  # the students of a university, the branches of a company
    is_ours = is_desk(first.sender.address) or not any(is_desk(who.address) for who in first.to)
    if sender in desks and elsewhere and is_ours and not elsewhere & desks:
        has_colleague = any(_domain(who.address) == sender and side(who, roles)[0] not in HOUSE for who in first.to)
        return "" if has_colleague or is_free_mail(sender) else sender
    asked = {_domain(who.address) for who in first.to if side(who, roles)[0] in HOUSE} - {sender}
    home = asked.pop() if len(asked) == 1 else ""
    # a colleague beside the desk may be the customer, to whom somebody writes for the desk
    only_desks = all(side(who, roles)[0] in HOUSE for who in first.to if _domain(who.address) == home)
    return home if only_desks and not is_free_mail(home) else ""


def stay_inside(letters: Sequence[Letter], roles: RoleMapping) -> list[bool]:
    """Whether only the house reads each letter of a conversation: by the roles, or by the domain of the house.

    By the domain, whoever writes to nobody but a desk may ask as a customer: the wife in copy, the customer's other
    address, somebody of a company whose customers have its addresses. They stay in the open, and what they are
    answered, unless a letter among colleagues, or one for the house to its customer, came before.
    """
    home = home_of(letters, roles)
    colleagues, asking = set[str](), set[str]()
    inside = list[bool]()
    for letter in letters:
        recipients = (*letter.to, *letter.copy)
        desks = [side(who, roles)[0] in HOUSE for who in recipients]
        people = {who.address for who in (letter.sender, *recipients) if side(who, roles)[0] not in HOUSE}
        at_home = _stays_at(home, letter, roles)
        if at_home and all(desks) and not people <= colleagues:
            asking |= people
        at_home = at_home and not people & asking
        if at_home:
            colleagues |= people
        elif home and not any(desks) and _is_at(letter.sender, home, roles):
            colleagues.add(letter.sender.address)  # who answers for the house
        inside.append(at_home or _is_among_mapped(letter, roles))
    return inside


def _is_among_mapped(letter: Letter, roles: RoleMapping) -> bool:
    recipients = (*letter.to, *letter.copy)
    own = _domain(letter.sender.address)
    return bool(recipients) and all(_is_of_house(who, own, roles) for who in (letter.sender, *recipients))


def _stays_at(home: str, letter: Letter, roles: RoleMapping) -> bool:
    """Whether everybody is at home; what a form or another program sends for somebody is theirs."""
    recipients = (*letter.to, *letter.copy)
    if not home or not recipients or letter.automatic or is_form(letter.sender.address):
        return False
    return all(_is_at(who, home, roles) for who in (letter.sender, *recipients, *letter.reply_to))


def _is_of_house(who: Address, home: str, roles: RoleMapping) -> bool:
    """Whether the mapping says so, or it is a desk at home: another company has its `support@` too."""
    role, source, _ = side(who, roles)
    return role in HOUSE and (source == "mapping" or who.address.endswith(f"@{home}"))


def _is_at(who: Address, home: str, roles: RoleMapping) -> bool:
    domain = _domain(who.address)
    return (domain == home or domain.endswith(f".{home}")) and side(who, roles)[0] != "customer"


def _is_part_of(domain: str, other: str) -> bool:
    return bool(other) and domain.endswith(f".{other}")


def _domain(address: str) -> str:
    return address.partition("@")[2]
