"""A real browser in front of a real `llm-grader audit serve`; whoever has no Chromium is told, and skips."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import axe_script

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser with a fresh profile."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(folder: Path, *arguments: str | Path, people: int) -> Iterator[dict[str, str]]:
    """The links of a running `llm-grader audit serve`, by name; it is stopped by Ctrl-C and has to end well."""
    command = [sys.executable, "-m", "llm_grader", "audit", "serve", "--gold", folder, "--no-browser", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LLM_GRADER_")}
    process = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip("\n").split("\t") for _ in range(people)]
        if any(len(line) != 3 for line in lines):
            raise AssertionError(process.communicate(timeout=60)[1])
        yield {name: link for name, _role, link in lines}
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (0, 130), errors
    assert "Traceback" not in errors


class Visitor:
    """Somebody in a browser of their own: what they press is counted, and nothing may go wrong unseen.

    Args:
        browser: from `chromium`.
        link: the link that they follow.
        options: of the browser's context.
    """

    def __init__(self, browser: Any, link: str, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1360, "height": 850}, **options)
        self.page = self.context.new_page()
        self.site = link.partition("/join")[0]
        self.presses = 0
        self.troubles: list[str] = []
        self.bodies: list[str] = []
        self.page.on("console", lambda message: self._note(message.type == "error", message.text))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", lambda request: self._note(not request.url.startswith(self.site), request.url))
        self.page.goto(link)
        self.page.wait_for_url(f"{self.site}/")
        self.ready()

    def _dismiss(self, dialog: Any) -> None:
        self._note(True, f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note(self, bad: bool, what: str) -> None:
        if bad:
            self.troubles.append(what)

    def ready(self) -> None:
        """Wait until the page is there."""
        self.page.wait_for_selector("body[data-ready]", timeout=60_000)

    def visit(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(self.site + path)
        self.ready()

    def press(self, *keys: str) -> None:
        """Press keys; each counts as one press, also with Shift or Ctrl."""
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def status(self) -> str:
        """What the page says about saving."""
        return str(self.page.inner_text(".status"))

    def wait_for_status(self, words: str) -> None:
        """Wait until the page says so."""
        self.page.wait_for_function(
            "words => document.querySelector('.status')?.textContent.includes(words)", arg=words, timeout=60_000
        )

    def axe(self) -> list[str]:
        """Violations of accessibility that axe finds."""
        script = axe_script()
        self.page.evaluate(script)
        found = self.page.evaluate("axe.run()")
        return [
            f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
