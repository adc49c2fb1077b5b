"""Requests of people who are logged in: who asks, what they send, and our errors as answers."""

from __future__ import annotations

import functools
import hmac
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio.to_thread
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from llm_grader.audit.labelling.checks import LacksWords, Outdated, Unacceptable
from llm_grader.audit.team import Part, TeamMember
from llm_grader.audit.web.guard import refused
from llm_grader.audit.web.office import Office
from llm_grader.errors import DiskError, InputError, UsageError
from llm_grader.transcript import Model

Answer = dict[str, Any]
_Sent = TypeVar("_Sent", bound=Model)
EVERYBODY: tuple[Part, ...] = ("auditor", "lead", "agent")


@dataclass(frozen=True)
class PageRequest:
    """One request: the office it came to, who asks, the parts of its address, and its body."""

    office: Office
    person: TeamMember
    path: dict[str, Any]
    body: bytes

    def sent(self, model: type[_Sent]) -> _Sent:
        """What the body holds.

        Raises:
            Unacceptable: it is not that.
        """
        try:
            return model.model_validate_json(self.body or b"{}")
        except ValidationError:
            raise Unacceptable("not what was expected here") from None


Handler = Callable[[PageRequest], Answer]
Endpoint = Callable[[Request], Awaitable[Response]]


def cookie_name(request: Request) -> str:
    """The cookie of this process: browsers give a host's cookies to all ports of it."""
    return f"llmg-{request.url.port or 80}"


def handled(handler: Handler, roles: Collection[Part] = EVERYBODY) -> Endpoint:
    """What answers a request by people in one of these roles, on a thread of its own."""

    @functools.wraps(handler)
    async def endpoint(request: Request) -> Response:
        office: Office = request.app.state.office
        login = office.logins.of(request.cookies.get(cookie_name(request)))
        if login is None:
            return refused(403, "login")
        if request.method != "GET":
            if not hmac.compare_digest(request.headers.get("x-csrf", "").encode(), login.csrf.encode()):
                return refused(403, "csrf")
            if not office.logins.may_write(login):
                return refused(429, "rate")
        if login.person.role not in roles:
            return refused(403, "role")
        made = PageRequest(office, login.person, dict(request.path_params), await request.body())
        return await anyio.to_thread.run_sync(_answer, handler, made)

    return endpoint


def _answer(handler: Handler, request: PageRequest) -> Response:
    try:
        return JSONResponse(handler(request))
    except LookupError:
        return refused(404, "nothing")
    except Outdated as error:
        return refused(409, "outdated", message=str(error))
    except LacksWords as error:
        return refused(422, error.code, message=str(error))
    except (Unacceptable, UsageError) as error:
        return refused(422, "unacceptable", message=str(error))
    except InputError as error:  # whose text may say what somebody answered
        message = f"{error.path}: cannot be read: `llm-grader audit status` says where and why"
        return refused(422, "unacceptable", message=message)
    except DiskError as error:
        return refused(507, "disk", message=str(error))
