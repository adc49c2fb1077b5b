"""The application: pages, their data, and who may have them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from llm_grader.audit.team import Part
from llm_grader.audit.web import adjudicating, calibrating, disputing, labelling
from llm_grader.audit.web.guard import Guard, refused
from llm_grader.audit.web.logins import MOST_BROWSERS, Login
from llm_grader.audit.web.office import CAN_LABEL, Office
from llm_grader.audit.web.requests import EVERYBODY, Handler, cookie_name, handled
from llm_grader.audit.web.shown import FIXED_LABELS
from llm_grader.pages.environment import read_asset, render_page
from llm_grader.pages.texts import Strings, load_strings
from llm_grader.transcript import Model

_LEAD: tuple[Part, ...] = ("lead",)
_AGENT: tuple[Part, ...] = ("agent",)
_ASSETS: Mapping[str, str] = {
    "audit.css": "text/css",
    "audit.js": "text/javascript",
    "audit_label.js": "text/javascript",
    "audit_lead.js": "text/javascript",
    "audit_dom.js": "text/javascript",
    "audit_keys.js": "text/javascript",
}
_PAGES: Mapping[str, tuple[str, Collection[Part]]] = {
    "/": ("queue", EVERYBODY),
    "/t/{n:int}": ("label", CAN_LABEL),
    "/adjudicate": ("cases", _LEAD),
    "/adjudicate/{cell}": ("case", _LEAD),
    "/disputes": ("disputes", ("lead", "agent")),
    "/disputes/{id}": ("dispute", _LEAD),
    "/results/{n:int}": ("result", _AGENT),
    "/sessions": ("sessions", CAN_LABEL),
    "/sessions/{id}": ("session", CAN_LABEL),
    "/agreement": ("agreement", _LEAD),
}
_API: tuple[tuple[str, str, Handler, Collection[Part]], ...] = (
    ("GET", "/api/queue", labelling.queue, CAN_LABEL),
    ("GET", "/api/t/{n:int}", labelling.place, CAN_LABEL),
    ("PUT", "/api/t/{n:int}", labelling.save, CAN_LABEL),
    ("POST", "/api/t/{n:int}/submit", labelling.submit, CAN_LABEL),
    ("POST", "/api/t/{n:int}/reopen", labelling.reopen, CAN_LABEL),
    ("POST", "/api/t/{n:int}/skip", labelling.skip, CAN_LABEL),
    ("POST", "/api/t/{n:int}/reveal", labelling.reveal, CAN_LABEL),
    ("GET", "/api/cells", adjudicating.cases, _LEAD),
    ("GET", "/api/cells/{cell}", adjudicating.case, _LEAD),
    ("POST", "/api/cells/{cell}", adjudicating.decide, _LEAD),
    ("GET", "/api/agreement", adjudicating.agreement, _LEAD),
    ("GET", "/api/results", disputing.own_results, _AGENT),
    ("GET", "/api/results/{n:int}", disputing.own_result, _AGENT),
    ("GET", "/api/disputes", disputing.disputes, _LEAD),
    ("POST", "/api/disputes", disputing.disagree, _AGENT),
    ("GET", "/api/disputes/{id}", disputing.dispute, _LEAD),
    ("POST", "/api/disputes/{id}", disputing.end, ("lead", "agent")),
    ("GET", "/api/sessions", calibrating.sessions, CAN_LABEL),
    ("POST", "/api/sessions", calibrating.begin, _LEAD),
    ("GET", "/api/sessions/{id}", calibrating.session, CAN_LABEL),
    ("POST", "/api/sessions/{id}/reveal", calibrating.reveal, CAN_LABEL),
    ("POST", "/api/sessions/{id}/consensus", calibrating.consensus, _LEAD),
)


class SentToken(Model):
    """What a browser that follows a link sends."""

    token: str = Field(max_length=100)


def make_app(office: Office, hosts: Collection[str]) -> ASGIApp:
    """The application that serves an office.

    Args:
        office: what is served, and to whom.
        hosts: `name:port` of every way in which people address it.
    """
    routes = [
        Route("/join", _join_page),
        Route("/api/session", _join, methods=["POST"]),
        Route("/static/{file}", _static),
        *(Route(path, _page(name, roles)) for path, (name, roles) in _PAGES.items()),
        *(Route(path, handled(handler, roles), methods=[method]) for method, path, handler, roles in _API),
    ]
    app = Starlette(routes=routes, exception_handlers={404: _nothing, 405: _nothing, 500: _defect})
    app.state.office = office
    return Guard(app, hosts)


async def _nothing(_request: Request, _error: Exception) -> Response:
    return refused(404, "nothing")


async def _defect(_request: Request, _error: Exception) -> Response:
    return refused(500, "defect")


async def _static(request: Request) -> Response:
    name = request.path_params["file"]
    if name not in _ASSETS:
        return refused(404, "nothing")
    return Response(read_asset(name), media_type=_ASSETS[name])


async def _join_page(request: Request) -> Response:
    return _rendered(request.app.state.office, "join", None)


async def _join(request: Request) -> Response:
    office: Office = request.app.state.office
    if office.logins.locked:
        return refused(423, "locked")
    try:
        token = SentToken.model_validate_json(await request.body()).token
    except ValidationError:
        token = ""
    name = cookie_name(request)
    made = office.logins.join(token, request.cookies.get(name))
    if made is None:
        return refused(403, "token", browsers=MOST_BROWSERS)
    answer = JSONResponse({"ok": True})
    answer.set_cookie(name, made, httponly=True, samesite="strict", path="/")
    return answer


def _page(name: str, roles: Collection[Part]) -> Any:
    async def endpoint(request: Request) -> Response:
        office: Office = request.app.state.office
        login = office.logins.of(request.cookies.get(cookie_name(request)))
        if login is None or login.person.role not in roles:
            return _rendered(office, "refused", login, status=403)
        return _rendered(office, name, login)

    return endpoint


def _rendered(office: Office, name: str, login: Login | None, *, status: int = 200) -> Response:
    """A page: the same frame for all; its script fetches and shows the rest."""
    person = None if login is None else login.person
    strings = load_strings(office.language_of(person))
    values = {
        "page": name,
        "language": strings.language,
        "csrf": "" if login is None else login.csrf,
        "person": "" if person is None else person.name,
        "role": "" if person is None else person.role,
        "links": [] if person is None else _links(person.role),
        "strings": json.dumps(_texts_of_pages(strings), ensure_ascii=False),
        "t": strings,
        "labels": FIXED_LABELS,
    }
    return HTMLResponse(render_page("audit", values), status_code=status)


def _links(role: Part) -> list[tuple[str, str]]:
    """The pages of somebody's own that lead to the others, with the keys of their names."""
    by_role: dict[Part, list[tuple[str, str]]] = {
        "auditor": [("/", "audit_queue"), ("/sessions", "audit_sessions")],
        "lead": [
            ("/", "audit_queue"),
            ("/adjudicate", "audit_adjudicate"),
            ("/disputes", "audit_disputes"),
            ("/sessions", "audit_sessions"),
            ("/agreement", "audit_agreement"),
        ],
        "agent": [("/disputes", "audit_own_results")],
    }
    return by_role[role]


def _texts_of_pages(strings: Strings) -> dict[str, Any]:
    wanted = ("audit_", "label_", "calibration_terms")
    return {key: text for key, text in strings.texts.items() if key.startswith(wanted)}
