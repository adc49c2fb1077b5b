"""HTML mail to text, with block quotes as `>` lines, in one pass.

The standard library's parser takes a time that grows with the square of the length on broken markup, and 10 kB of it
for seconds; mail is written by strangers.
"""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"<!--|<(/?)([A-Za-z][\w:-]*)([^<>]*)>|<[!?][^<>]*>")
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_CLOSING = {
    name: re.compile(rf"</{name}[^<>]*>", re.IGNORECASE) for name in ("script", "style", "title", "xml", "template")
}
_BREAKS = frozenset({"br", "div", "tr", "table", "ul", "ol", "section", "header", "footer", "hr", "body", "blockquote"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_MEANT = _BREAKS | _PARAGRAPHS | {"li", "td", "th"}
_DEEPEST_QUOTE = 10


def html_to_text(html: str) -> str:
    """The text a reader of the mail sees: blocks on lines of their own, lists with dashes, quotes behind `>`."""
    page = _Page()
    at = 0
    while found := _TAG.search(html, at):
        if found.start() > at:
            page.text(html[at : found.start()])
        at = found.end()
        name = (found[2] or "").lower()
        if name in _MEANT:
            page.tag(name, closing=bool(found[1]))
        elif name in _CLOSING and not found[1] and not found[3].endswith("/"):
            at = _after_closing(html, name, at)
        elif found[0] == "<!--":
            at = _after(html, "-->", at)
    page.text(html[at:])
    return page.finish()


def _after(html: str, end: str, at: int) -> int:
    found = html.find(end, at)
    return len(html) if found < 0 else found + len(end)


def _after_closing(html: str, name: str, at: int) -> int:
    # where the closing tag is missing, browsers show nothing of the rest
    found = _CLOSING[name].search(html, at)
    return found.end() if found else len(html)


class _Page:
    """The text so far: finished lines, and the one being written."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = 0

    def text(self, raw: str) -> None:
        if raw:
            self._line.append(unescape(raw) if "&" in raw else raw)

    def tag(self, name: str, *, closing: bool) -> None:
        if name in _PARAGRAPHS:
            self._break()
            self._blank()
        elif name in _BREAKS:
            self._break(keep_blank=name == "br")
        elif name == "li" and not closing:
            self._break()
            self._line.append("- ")
        elif name in ("td", "th") and closing:
            self._line.append(" ")
        if name == "blockquote":
            self._depth = max(self._depth + (-1 if closing else 1), 0)

    def _break(self, *, keep_blank: bool = False) -> None:
        line = _BLANKS.sub(" ", "".join(self._line)).strip() if self._line else ""
        self._line.clear()
        if line or keep_blank:
            quote = ">" * min(self._depth, _DEEPEST_QUOTE)
            self._lines.append(f"{quote} {line}".rstrip() if quote else line)

    def _blank(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append(">" * min(self._depth, _DEEPEST_QUOTE))

    def finish(self) -> str:
        self._break()
        return "\n".join(self._lines).strip("\n")
