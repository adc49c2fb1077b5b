"""A browser for tests of the audit's server: sends what it is told, keeps cookies, and remembers every answer."""

from __future__ import annotations

import asyncio
import json
import re
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

from starlette.types import ASGIApp

from llm_grader.audit.web.app import make_app
from llm_grader.audit.web.office import Office

HOST = "127.0.0.1:8123"


class Answered(NamedTuple):
    """An answer: its status, headers (in lower case) and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class AuditClient:
    """One browser that talks to an office's application."""

    def __init__(self, office: Office, app: ASGIApp | None = None) -> None:
        self.office = office
        self.app = app or make_app(office, [HOST])
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self.seen: list[bytes] = []

    def join(self, name: str) -> Answered:
        """Follow somebody's link."""
        answered = self.send("POST", "/api/session", {"token": self.office.logins.token(name)})
        found = re.search(rb'data-csrf="([0-9a-f]+)"', self.send("GET", "/").body)
        self.csrf = found[1].decode() if found else ""
        return answered

    def get(self, path: str) -> Any:
        """The JSON at a path."""
        answered = self.send("GET", path)
        assert answered.status == 200, answered
        return answered.json()

    def send(
        self,
        method: str,
        path: str,
        sent: Any = None,
        *,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answered:
        """Send a request as our own page does; `headers` take the place of what the page would send, "" leaves out."""
        given = {"host": HOST, "sec-fetch-site": "same-origin"}
        if method != "GET":
            given |= {"content-type": "application/json", "x-csrf": self.csrf, "origin": f"http://{HOST}"}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given |= headers or {}
        body = raw if raw is not None else b"" if sent is None else json.dumps(sent).encode()
        answered = asyncio.run(self._call(method, path, {k: v for k, v in given.items() if v}, body))
        for line in answered.headers.get("set-cookie", "").splitlines():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        self.seen.append(answered.body)
        return answered

    async def _call(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answered:
        sent: list[Any] = []
        given = [{"type": "http.request", "body": body, "more_body": False}]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "server": ("127.0.0.1", 8123),
            "client": ("127.0.0.1", 50000),
        }

        async def receive() -> Any:
            return given.pop(0) if given else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start = sent[0]
        found = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return Answered(start["status"], found, b"".join(one.get("body", b"") for one in sent[1:]))
