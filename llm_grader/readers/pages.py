"""Whether an export says that it goes on with another page: by a link, a mark or a flag, or by how many there are.

Interfaces of help desks give lists page by page, each in its own words. Where several pages are in one file, the last
one says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

GOES_ON = "the export goes on with another page, which is not in this file"

_NEXT = (
    *("nextpage", "nextpageurl", "nextpageuri", "nextpagecursor", "nextpagetoken", "nextpageid", "nexturl", "nexturi"),
    *("nextlink", "@odata.nextlink", "nextrecordsurl", "nextcursor", "nexttoken"),
)
_GOING_ON = frozenset(("hasmore", "hasnext", "hasnextpage", "moreavailable"))
_ENDING = frozenset(("islastpage", "islast", "lastpage", "endofstream"))
_ABOUT_PAGES = frozenset(
    ("meta", "paging", "pagination", "links", "pages", "page", "pageinfo", "pager", "responsemetadata", "cursor")
)
"""What tells of pages beside a list; a `next` in them is the next page."""
_WITH_LISTS = frozenset(
    ("data", "result", "response", "fields", "comments", "comment", "messages", "conversationparts", "threads")
)
_TOTAL = ("total", "totalcount", "totalresults", "totalsize")
_FROM = ("startat", "start", "offset")
_DEEPEST = 3


def goes_on(record: Any) -> bool:
    """Whether a record of an export says that more of it stands elsewhere."""
    return isinstance(record, dict) and any(_scope_goes_on(scope) for scope in _scopes(record, _DEEPEST))


def _scopes(record: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """What stands beside each list, with what tells of its pages, by keys without case and marks."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = _plain(key)
        if isinstance(value, dict) and name in _ABOUT_PAGES:
            flat |= _told_of_pages(value)
        else:
            flat.setdefault(name, value)
            if isinstance(value, dict) and name in _WITH_LISTS and depth:
                yield from _scopes(value, depth - 1)
    yield flat


def _told_of_pages(pages: Mapping[str, Any]) -> dict[str, Any]:
    found = {_plain(key): value for key, value in pages.items()}
    return {("nextpage" if name == "next" else name): value for name, value in found.items()}


def _plain(key: object) -> str:
    return str(key).replace("_", "").replace("-", "").casefold()


def _scope_goes_on(scope: Mapping[str, Any]) -> bool:
    going = [scope[name] for name in _GOING_ON if isinstance(scope.get(name), bool)]
    going += [not scope[name] for name in _ENDING if isinstance(scope.get(name), bool)]
    if "records" in scope and isinstance(scope.get("done"), bool):
        going.append(not scope["done"])
    if going:  # some give the next page, too, where there is none
        return any(going)
    link = scope.get("next")
    if isinstance(link, str) and link.startswith(("http://", "https://", "/", "?")):
        return True
    return any(_is_mark(scope.get(name)) for name in _NEXT) or _is_short(scope)


def _is_mark(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, (str, int, dict)) and bool(value)


def _is_short(scope: Mapping[str, Any]) -> bool:
    """Whether the list ends before the total that is told, or the page is not the last one."""
    page, last = _number(scope, "page"), _number(scope, "totalpages")
    if page is not None and last is not None:
        return max(page, 1) < last  # some count from zero
    total, begins = _number(scope, *_TOTAL), _number(scope, *_FROM)
    lists = [len(value) for value in scope.values() if isinstance(value, list)]
    return total is not None and begins is not None and len(lists) == 1 and begins + lists[0] < total


def _number(scope: Mapping[str, Any], *names: str) -> int | None:
    found = (scope.get(name) for name in names)
    return next((value for value in found if isinstance(value, int) and not isinstance(value, bool)), None)
