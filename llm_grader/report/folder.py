"""A report as a folder: an index without a script, a file for each conversation, and one for each agent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from llm_grader.errors import DiskError
from llm_grader.pages.environment import environment
from llm_grader.report.conversation import Page
from llm_grader.report.document import ReportDocument
from llm_grader.report.hiding.own_version import for_agent
from llm_grader.report.html import (
    A_CHUNK,
    MOST_WITHOUT_SCRIPT,
    pack,
    page_values,
    render_report,
    view_of,
    write_private,
)

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass
class _OwnVersion:
    """An agent's version of the report while its conversations are gathered, packed as they come."""

    document: ReportDocument
    chunks: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def add(self, page: Page) -> None:
        self.pages.append(page)
        if len(self.pages) == A_CHUNK:
            self.pack()

    def pack(self) -> None:
        if self.pages:
            self.chunks.append(pack(self.pages))
            self.pages.clear()


def write_folder(document: ReportDocument, folder: Path) -> None:
    """Write `index.html` and `conversations/<n>.html`, linked with one another, and `agents/<name>.html`.

    The file of an agent is whole by itself and leads nowhere: whoever gets it sees nothing of the others.

    Raises:
        DiskError: something cannot be written.
    """
    try:
        for part in (folder, folder / "conversations", folder / "agents"):
            part.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise DiskError(f"{folder}: cannot be made: {error.strerror}") from error
    own = {agent.name: _OwnVersion(_own_document(document, agent.name)) for agent in document.agents}
    listed = _write_conversations(document, folder / "conversations", own)
    places = {name: f"agents/{file_name(name)}.html" for name in own}
    _write_index(document, folder / "index.html", {"at": "conversations/", "listed": listed, "agents": places})
    for name, version in own.items():
        version.pack()
        write_private(folder / places[name], render_report(version.document, version.chunks, {}))


def _own_document(document: ReportDocument, name: str) -> ReportDocument:
    """An agent's version of those conversations that the folder shows, with a script only where they are many."""
    if document.settings.agent is not None:
        return _with_script(document, many=len(document.shown) > MOST_WITHOUT_SCRIPT)
    own, all_shown = for_agent(document, name), set(document.shown)
    shown = tuple(number for number in own.shown if number in all_shown)
    return _with_script(replace(own, shown=shown), many=len(shown) > MOST_WITHOUT_SCRIPT)


def file_name(name: str) -> str:
    """A name as a file may be called: itself where it is plain, else what its hash says."""
    plain = _PLAIN_NAME.fullmatch(name) and ".." not in name
    return name if plain else f"agent-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _write_conversations(
    document: ReportDocument, folder: Path, own: Mapping[str, _OwnVersion]
) -> list[dict[str, object]]:
    """A file of each conversation shown in full, which its agent's version gets, too; returns a line of each."""
    values = page_values(_with_script(document, many=False), {})
    template, view = environment().get_template("one.html.j2"), view_of(document)
    listed: list[dict[str, object]] = []
    for place, (row, card) in enumerate(document.shown_cards()):
        finals, text = document.people.finals(card), document.results.text(card)
        page = view.page(row, card, finals, text)
        around = {"place": place, "last": len(document.shown) - 1}
        write_private(folder / f"{place}.html", template.generate({**values, "page": page, **around}))
        names = ("id", "agent", "day", "score", "passed", "status")
        listed.append({"number": row.number, "place": place, **{name: page[name] for name in names}})
        version = own.get(row.agent or "")
        if version is not None and row.number in version.document.places:
            version.add(view_of(version.document).page(row, card, finals, text))
    return listed


def _write_index(document: ReportDocument, path: Path, folder: dict[str, object]) -> None:
    document = _with_script(document, many=False)
    values = page_values(document, {}) | {"folder": folder, "chunks": (), "pages": ()}
    places = {line["number"]: line["place"] for line in folder["listed"]}  # type: ignore[attr-defined]
    values["href"] = lambda number: f"{folder['at']}{places[number]}.html" if number in places else None
    write_private(path, _text(values))


def _text(values: dict[str, object]) -> Iterator[str]:
    return environment().get_template("report.html.j2").generate(values)


def _with_script(document: ReportDocument, *, many: bool) -> ReportDocument:
    return replace(document, settings=replace(document.settings, script=many))
