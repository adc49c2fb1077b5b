"""A report as a folder: an index without a script, and a file for each conversation and each agent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from llm_grader.errors import DiskError
from llm_grader.pages.environment import environment
from llm_grader.report.document import ReportDocument, for_agent
from llm_grader.report.html import Pages, page_values, write_private

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def write_folder(document: ReportDocument, folder: Path) -> None:
    """Write `index.html`, `conversations/<n>.html` and `agents/<name>.html`, linked with one another.

    Raises:
        DiskError: something cannot be written.
    """
    try:
        for part in (folder, folder / "conversations", folder / "agents"):
            part.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise DiskError(f"{folder}: cannot be made: {error.strerror}") from error
    listed = _write_conversations(document, folder / "conversations")
    agents = {agent.name: f"agents/{file_name(agent.name)}.html" for agent in document.agents}
    _write_index(document, folder / "index.html", {"at": "conversations/", "listed": listed, "agents": agents})
    for name, place in agents.items():
        own = for_agent(document, name)
        own_places = own.places
        lines = [line for line in listed if line["number"] in own_places]
        _write_index(own, folder / place, {"at": "../conversations/", "listed": lines, "agents": {}})


def file_name(name: str) -> str:
    """A name as a file may be called: itself where it is plain, else what its hash says."""
    plain = _PLAIN_NAME.fullmatch(name) and ".." not in name
    return name if plain else f"agent-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _write_conversations(document: ReportDocument, folder: Path) -> list[dict[str, object]]:
    """A file of each conversation that is shown in full; returns a line of each."""
    values = page_values(_without_script(document), {})
    template = environment().get_template("one.html.j2")
    listed: list[dict[str, object]] = []
    for place, (number, page) in enumerate(zip(document.shown, Pages(document), strict=True)):
        around = {"place": place, "last": len(document.shown) - 1}
        write_private(folder / f"{place}.html", template.generate({**values, "page": page, **around}))
        names = ("id", "agent", "day", "score", "passed", "status")
        listed.append({"number": number, "place": place, **{name: page[name] for name in names}})
    return listed


def _write_index(document: ReportDocument, path: Path, folder: dict[str, object]) -> None:
    document = _without_script(document)
    values = page_values(document, {}) | {"folder": folder, "chunks": (), "pages": ()}
    places = {line["number"]: line["place"] for line in folder["listed"]}  # type: ignore[attr-defined]
    values["href"] = lambda number: f"{folder['at']}{places[number]}.html" if number in places else None
    write_private(path, _text(values))


def _text(values: dict[str, object]) -> Iterator[str]:
    return environment().get_template("report.html.j2").generate(values)


def _without_script(document: ReportDocument) -> ReportDocument:
    return replace(document, settings=replace(document.settings, script=False))
