"""The guard before the application: which requests get in at all, and what every answer says to the browser.

A page that listens on this machine can be reached by every page that a browser on it has open. So each request has to
name a host of ours (a rebound name does not), nothing comes from another origin, and nothing but JSON is written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 1_000_000
_READING = ("GET", "HEAD")
_FOREIGN_SITES = ("cross-site", "same-site")

HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """An ASGI application in front of another.

    Args:
        app: what answers the requests that get in.
        hosts: `name:port` of every way in which people address us.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.casefold() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        body = b""
        if refusal is None and scope["method"] not in _READING:
            body, refusal = await _body(receive)
        if refusal is not None:
            await refusal(scope, receive, with_headers)
        else:
            await self._app(scope, _once(body, receive), with_headers)

    def _refusal(self, method: str, headers: Headers) -> Response | None:
        if headers.get("host", "").casefold() not in self._hosts:
            return refused(421, "host")
        origin = headers.get("origin")
        if origin is not None and origin.casefold() not in {f"http://{host}" for host in self._hosts}:
            return refused(403, "origin")
        if method in _READING:
            return None
        if headers.get("sec-fetch-site") in _FOREIGN_SITES:
            return refused(403, "site")
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return refused(415, "type")
        return None


def refused(status: int, code: str, **more: object) -> JSONResponse:
    """An answer that says in one word why something is not done."""
    return JSONResponse({"error": code, **more}, status_code=status)


async def _body(receive: Receive) -> tuple[bytes, Response | None]:
    """All of a request's body, or the refusal of one that is too large."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return b"", refused(413, "size")
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return body, None


def _once(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read already, and after it whatever else comes."""
    given = False

    async def next_message() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return next_message
