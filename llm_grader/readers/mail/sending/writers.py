"""Who wrote a mail that comes from an address of the house: a group passes mail on, a form of a site sends it.

A group tells its author (`'Bo Ek' via Support`, with `X-Original-From`). A form answers to (`Reply-To`) whoever filled
it in; where nothing else says that a form sent the mail, nobody else is taken for its author, and that is told.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from llm_grader.readers.mail.mail_headers import Address, Headers
from llm_grader.readers.mail.mail_words import DESKS, FORMS, FREE_MAIL, MESSAGE_FIELD, PROGRAMS
from llm_grader.readers.roles.role_words import plain, role_of_label

_VIA = re.compile(
    r"'?(?P<who>\S.{0,120}?)'? (?:via|über|přes|prostřednictvím|keresztül|kaudu) \S.{0,120}", re.IGNORECASE
)
_GROUP_HEADERS = ("list-id", "mailing-list", "x-google-group-id")
_FIELD_WITHIN = 40
_FIELD_LINES = 60
_SHORTEST_NAME = 3  # and no `co` as in `acme.co.uk`
_ROBOT = re.compile(
    r"(?:.*[-._])?(?:no[-._]?reply|do[-._]?not[-._]?reply|notifications?|mailer-daemon|postmaster)(?:[-._+].*)?"
)
_NAMELESS = "a mail came through a group that does not say who wrote it: nobody is known to have written it"
_BY_FORM = "a contact form sent a mail: it was read as written by whom it answers to"
_PERHAPS_FORM = (
    "a mail from the house to itself answers to somebody else: if a contact form sent it, a customer wrote what it says"
)


class Writer(NamedTuple):
    """Who wrote a mail; the address it came `through`, if that is not theirs; whether a form sent it; what to tell."""

    who: Address
    through: Address | None = None
    by_form: bool = False
    warning: str = ""


def is_desk(address: str) -> bool:
    """Whether an address is a house's and nobody's own, such as `support@` and `help+4711@`."""
    local = address.partition("@")[0].partition("+")[0]
    return role_of_label(local) == "agent" or plain(local) in DESKS


def is_robot(address: str) -> bool:
    """Whether an address is that of a program that nobody answers, such as `no-reply@`."""
    return _ROBOT.fullmatch(address.partition("@")[0]) is not None


def is_form(address: str) -> bool:
    """Whether an address is that of a form of a site, such as `webform@`."""
    return _word(address) in FORMS


def is_of_program(address: str) -> bool:
    """Whether programs of a site send from an address, such as a form from `webform@`, or `info@`."""
    return is_form(address) or _word(address) in PROGRAMS


def writer_of(headers: Headers, text: str) -> Writer:
    """The author of a mail, by its headers and, of what a form sends, by its text."""
    sender = (*headers.addresses("from"), *headers.addresses("sender"), Address("", ""))[0]
    return _through_group(headers, sender) or _by_form(headers, sender, text) or Writer(sender)


def _through_group(headers: Headers, sender: Address) -> Writer | None:
    """The author of a mail that a group passed on under its own address, None for any other mail."""
    recipients = (*headers.addresses("to"), *headers.addresses("cc"))
    via = _VIA.fullmatch(sender.name)
    to_group = any(name in headers for name in _GROUP_HEADERS) or sender.address in [who.address for who in recipients]
    told = headers.addresses("x-original-from")
    if via and to_group:
        told = told or headers.addresses("x-original-sender")
        if all(_same_house(sender.address, who.address) for who in headers.addresses("to")):
            told = told or headers.addresses("reply-to")
    others = [who for who in told if who.address not in ("", sender.address) and who not in recipients]
    if len(told) == 1 and len(others) == 1:
        name = others[0].name or (via["who"].strip() if via else "")
        return Writer(Address(others[0].address, name), through=sender)
    if via is None or not to_group or not all(_same_house(sender.address, who.address) for who in recipients):
        return None  # a colleague who answers for the desk may be called so as well
    return Writer(Address("", via["who"].strip()), through=sender, warning=_NAMELESS)


def _by_form(headers: Headers, sender: Address, text: str) -> Writer | None:
    """The author of what a form of a site sent to the house, None for any other mail."""
    replies = headers.addresses("reply-to")
    if len(replies) != 1 or any(headers.words(name) for name in ("in-reply-to", "references")):
        return None
    (answers,) = replies
    to = [who.address for who in (*headers.addresses("to"), *headers.addresses("cc")) if who.address != answers.address]
    away = not any(_is_of(answers.address, address) for address in (sender.address, *to))
    if not to or not away or "@" not in answers.address or is_desk(answers.address) or is_robot(answers.address):
        return None
    inside = all(_same_house(sender.address, address) for address in to)
    is_program = is_robot(sender.address) or is_of_program(sender.address)
    if not is_program and not (inside and (is_desk(sender.address) or sender.address in to)):
        return Writer(sender, warning=_PERHAPS_FORM) if inside and not is_free_mail(sender.address) else None
    named = plain(answers.name) != "" and plain(answers.name) == plain(sender.name)
    if (inside and named) or _has_fields(text, answers.address, printed=not inside):
        return Writer(answers, through=sender, by_form=True, warning=_BY_FORM)
    return Writer(sender, warning=_PERHAPS_FORM) if inside else None


def _has_fields(text: str, address: str, *, printed: bool) -> bool:
    """Whether a text has the field of a form that holds what somebody writes; alone on its line beside an address.

    `printed` asks for the address of whoever filled in the form as well.
    """
    has_address = address in text.casefold()
    if printed and not has_address:
        return False
    lines = text.splitlines()[:_FIELD_LINES]
    if any(MESSAGE_FIELD.match(line) for line in lines):
        return True
    short = (line.strip() for line in lines if len(line) <= _FIELD_WITHIN)
    return has_address and any(MESSAGE_FIELD.fullmatch(f"{line.rstrip(' *:')}:") for line in short)


def _same_house(address: str, other: str) -> bool:
    one, two = (where.partition("@")[2] for where in (address, other))
    return bool(one) and (one == two or one.endswith(f".{two}") or two.endswith(f".{one}"))


def _is_of(address: str, house: str) -> bool:
    """Whether an address is in a house, or at the help desk that has its name: `acme.desk.io` is of `acme.com`."""
    if _same_house(address, house):
        return True
    name = house.rpartition("@")[2].rsplit(".", 2)[-2:][0]
    is_named = len(name) >= _SHORTEST_NAME and address.rpartition("@")[2].startswith(f"{name}.")
    return is_named and not is_free_mail(house)


def is_free_mail(address: str) -> bool:
    """Whether anybody may have an address at the domain of this one."""
    name, _, rest = address.rpartition("@")[2].partition(".")
    return name in FREE_MAIL and (rest.count(".") == 0 or rest.startswith(("co.", "com.")))


def _word(address: str) -> str:
    """What stands before the `@`, without marks."""
    return plain(address.partition("@")[0]).replace("-", "").replace("_", "").replace(".", "")
