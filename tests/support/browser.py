"""A real browser for pages: Debian's Chromium, offline, with everything that a page asks for and complains of noted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium")


class Opened(NamedTuple):
    """A page, the addresses it asked for, and what it logged or asked people."""

    page: Any
    requests: list[str]
    complaints: list[str]

    def dismiss(self, dialog: Any) -> None:
        """Answer a question that the page asks."""
        self.complaints.append(f"asked: {dialog.message}")
        dialog.dismiss()


@contextmanager
def opened(path: Path, place: str = "", **context: Any) -> Iterator[Opened]:
    """A file in a browser of its own, which ends with the block; `context` is Playwright's.

    No event loop may run in this thread meanwhile: what is to be shown is written before.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        made = browser.new_context(offline=True, **context)
        page = made.new_page()
        found = Opened(page, [], [])
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("console", lambda message: found.complaints.append(message.text))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("dialog", lambda dialog: found.dismiss(dialog))
        page.goto(f"{path.as_uri()}{place}")
        page.wait_for_function("document.readyState === 'complete'")
        yield found
        browser.close()


def axe_script() -> str:
    """The script of axe, which finds what keeps people out; skips the test where it is not installed."""
    files = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    return (resources.files(files) / "axe.min.js").read_text("utf-8")


HOSTILE = (
    "<script>document.title='x'</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://example.org/x.png>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    '"onfocus="alert(1)" autofocus="',
    "'onmouseover='alert(1)",
    '" style="background:url(https://example.org)',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext></mtext><script>alert(1)</script></math>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=https://example.org>",
    "<link rel=stylesheet href=https://example.org/x.css>",
    "<base href=https://example.org/>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<form action=https://example.org><input name=q autofocus onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video src=https://example.org onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://example.org/",
    "{{ 7*7 }}",
    "{% raw %}{{ config }}{% endraw %}",
    "${7*7}",
    "{n}",
    "{0.__class__}",
    "%(x)s",
    "%s%s%n",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "\\u003cscript\\u003e",
    "\\x3cscript\\x3e",
    "\u2028alert(1)\u2029",
    "\u202egnp.exe",
    "a\u2066b\u2069c",
    "\x00null",
    "\x1b[31mred",
    "\ufeffbom",
    "line\r\nline",
    "${{constructor.constructor('alert(1)')()}}",
    "__proto__",
    "constructor",
    "toString",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "`alert(1)`",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
)
"""What somebody may write who wants a page to do something."""
