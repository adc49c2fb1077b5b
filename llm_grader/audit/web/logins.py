"""Logins: invitations by link, and what browsers hold after they followed one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from llm_grader.audit.team import TeamMember

MOST_FAILURES = 20
MOST_BROWSERS = 5
WRITES_PER_SECOND = 20.0


@dataclass
class Login:
    """A browser that somebody followed their link in: who it is, and how much it may write right now."""

    person: TeamMember
    csrf: str
    allowance: float = WRITES_PER_SECOND
    seen: float = 0.0

    def may_write(self, now: float) -> bool:
        """Whether one more write is within `WRITES_PER_SECOND`; counts it."""
        self.allowance = min(WRITES_PER_SECOND, self.allowance + (now - self.seen) * WRITES_PER_SECOND)
        self.seen = now
        if self.allowance < 1:
            return False
        self.allowance -= 1
        return True


class Logins:
    """Everybody's invitations and logins. They live as long as the process.

    Args:
        people: who is served.
        clock: seconds that only grow.
    """

    def __init__(self, people: Iterable[TeamMember], clock: Callable[[], float] = time.monotonic) -> None:
        self._secret = secrets.token_bytes(32)
        self._invitations = {person.name: (secrets.token_urlsafe(32), person) for person in people}
        self._logins: dict[str, Login] = {}
        self._failures = 0
        self._clock = clock

    def token(self, name: str) -> str:
        """The token of somebody's link: 256 bits."""
        return self._invitations[name][0]

    @property
    def locked(self) -> bool:
        """Whether so many wrong tokens came that none is taken any more."""
        return self._failures >= MOST_FAILURES

    def join(self, token: str, cookie: str | None = None) -> str | None:
        """The cookie of a browser that followed a link; None where the token is wrong or opened enough browsers.

        A browser that has joined keeps the login it has.
        """
        found = None
        for expected, person in self._invitations.values():  # all of them: time tells nothing
            if hmac.compare_digest(expected.encode(), token.encode()):
                found = person
        if found is None or self.locked:
            self._failures += 1
            return None
        if cookie is not None and (there := self._logins.get(cookie)) is not None and there.person == found:
            return cookie
        if sum(login.person == found for login in self._logins.values()) >= MOST_BROWSERS:
            return None
        made = secrets.token_urlsafe(32)
        csrf = hmac.new(self._secret, made.encode(), hashlib.sha256).hexdigest()
        self._logins[made] = Login(found, csrf, seen=self._clock())
        return made

    def of(self, cookie: str | None) -> Login | None:
        """The login that a cookie stands for."""
        return None if cookie is None else self._logins.get(cookie)

    def may_write(self, login: Login) -> bool:
        """Whether this browser may write one more time right now."""
        return login.may_write(self._clock())
