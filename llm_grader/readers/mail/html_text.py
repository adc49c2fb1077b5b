"""HTML mail to text in one pass: block quotes as `>` lines, pictures as words, links with their addresses.

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
_HIDING = ("div", "span", "p", "table", "td")
_TAGS = {name: re.compile(rf"</?{name}(?![\w:-])[^<>]*>", re.IGNORECASE) for name in _HIDING}
_BREAKS = frozenset({"br", "div", "tr", "table", "ul", "ol", "section", "header", "footer", "hr", "body", "blockquote"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_MEANT = _BREAKS | _PARAGRAPHS | {"li", "td", "th"}
_DEEPEST_QUOTE = 10
_VALUE = r"""\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"']+))"""
_HREF, _ALT = (re.compile(rf"(?<=[\s\"']){name}{_VALUE}", re.IGNORECASE) for name in ("href", "alt"))
_UNSEEN = re.compile(
    r"(?<=[\s\"';])(?:(?:width|height)\s{0,9}[=:]\s{0,9}[\"']?[01](?:px)?(?![\w.%])|display\s{0,9}:\s{0,9}none)",
    re.IGNORECASE,
)  # a picture that counts who opens the mail
_HIDDEN = re.compile(r"(?<=[\s\"'])style\s{0,9}=\s{0,9}[\"'][^\"']{0,500}?display\s{0,9}:\s{0,9}none", re.IGNORECASE)
_LONGEST_HIDDEN = 5_000
_SHORTEST_HIDING = len('style="display:none"')
_TARGET = re.compile(r"\s*(?:(https?://[^\s<>]+)|mailto:([^\s<>?]+)(?:\?.*)?|tel:([^\s<>]+))\s*", re.IGNORECASE)
_BEGINS_AS_HTML = re.compile(
    r"\s*<(?:!doctype|html|head|body|div|p|table|span|br|style|meta|blockquote)\b", re.IGNORECASE
)
_BLOCK = re.compile(r"<br\s{0,9}/?>|</(?:p|div|table|tr|td|ul|ol|li|blockquote|body|html|h[1-6])>", re.IGNORECASE)
_LONGEST_ADDRESS = 100
_MARKS = re.compile(r"^\s*(?:https?://)?(?:www\.)?|[\W_]+", re.IGNORECASE)


def is_html(text: str) -> bool:
    """Whether a text that says nothing of its kind is HTML: it has blocks or line breaks as mail programs write them.

    A `<b>` alone may be part of what somebody writes about.
    """
    return "<" in text and (_BEGINS_AS_HTML.match(text) or _BLOCK.search(text)) is not None


def html_to_text(html: str) -> str:
    """The text a reader of the mail sees: blocks on lines of their own, lists with dashes, quotes behind `>`.

    A picture is the words its author gave for it, else `[image]`. Behind the words of a link stands `<its address>`,
    unless they tell it.
    """
    page = _Page()
    at = hidden_from = 0
    while found := _TAG.search(html, at):
        if found.start() > at:
            page.text(html[at : found.start()])
        at = found.end()
        name = (found[2] or "").lower()
        if at > hidden_from and _is_hidden(name, found):
            end = _end_of(html, name, at)
            at, hidden_from = (at, at + _LONGEST_HIDDEN) if end is None else (end, 0)
        elif name in _MEANT:
            page.tag(name, closing=bool(found[1]))
        elif name == "a":
            page.link("" if found[1] else _address(found[3]))
        elif name == "img" and not _UNSEEN.search(found[3]):
            page.say(_value(_ALT, found[3]).strip() or "[image]")
        else:
            at = _after_unread(html, name, found)
    page.text(html[at:])
    page.link("")
    return page.finish()


def _is_hidden(name: str, tag: re.Match[str]) -> bool:
    return name in _HIDING and not tag[1] and len(tag[3]) > _SHORTEST_HIDING and _HIDDEN.search(tag[3]) is not None


def _after_unread(html: str, name: str, tag: re.Match[str]) -> int:
    """Where the page goes on behind a tag, with what no reader sees after it: a style, a script, a comment."""
    if name in _CLOSING and not tag[1] and not tag[3].endswith("/"):
        return _after_closing(html, name, tag.end())
    return _after(html, "-->", tag.end()) if tag[0] == "<!--" else tag.end()


def _after(html: str, end: str, at: int) -> int:
    found = html.find(end, at)
    return len(html) if found < 0 else found + len(end)


def _after_closing(html: str, name: str, at: int) -> int:
    # where the closing tag is missing, browsers show nothing of the rest
    found = _CLOSING[name].search(html, at)
    return found.end() if found else len(html)


def _end_of(html: str, name: str, at: int) -> int | None:
    """Where the block ends whose tag ends here, with those of the same name in it; None where it does not, near by."""
    depth = 1
    for tag in _TAGS[name].finditer(html, at, at + _LONGEST_HIDDEN):
        depth += -1 if tag[0].startswith("</") else 1
        if not depth:
            return tag.end()
    return None


def _value(attribute: re.Pattern[str], tag: str) -> str:
    found = attribute.search(tag)
    return unescape(found[found.lastindex or 0]) if found else ""


def _address(tag: str) -> str:
    """Where a link leads; what is behind the `?` of a long address counts clicks."""
    found = _TARGET.fullmatch(_value(_HREF, tag))
    address = found[found.lastindex or 0] if found else ""
    return address if len(address) <= _LONGEST_ADDRESS else address.partition("?")[0]


def _letters(text: str) -> str:
    return _MARKS.sub("", text).casefold()


class _Page:
    """The text so far: finished lines, and the one being written."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = 0
        self._address = ""
        self._linked: list[str] = []

    def text(self, raw: str) -> None:
        if raw:
            self.say(unescape(raw) if "&" in raw else raw)

    def say(self, words: str) -> None:
        self._line.append(words)
        if self._address:
            self._linked.append(words)

    def link(self, address: str) -> None:
        """Begin a link, which ends the one before; without an address only that."""
        words = "".join(self._linked)
        if words.strip() and _letters(self._address) not in _letters(words):
            self._line.append(f" <{self._address}>")
        self._address = address
        self._linked.clear()

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
