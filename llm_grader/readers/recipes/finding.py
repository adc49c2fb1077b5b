"""Where in a file the conversations stand, as a recipe says: records, lists of them, groups and threads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from llm_grader.errors import MalformedInput
from llm_grader.files.json_strict import Record
from llm_grader.readers.recipes.paths import is_nothing, path
from llm_grader.readers.recipes.recipe import Recipe, RecipeThread, part_of
from llm_grader.readers.recipes.recipe_parts import text_of
from llm_grader.readers.source.document import Document, unreported
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.table_rows import column_names, is_parquet, read_rows

_WHOLE = re.compile(r"^(\d+)\.0$")
_SAMPLE = 50
_CONVERSATIONS_TRIED = 20
_LISTS_TRIED = 3
_ITEMS_TRIED = 10
_DEEPEST_LIST = 3


class Items(NamedTuple):
    """The objects of one conversation: the one that is the whole, and those that are its turns.

    `pages` is on how many pages of the export they stand, `twice` how many of them do so on more than one.
    """

    whole: Any
    turns: Sequence[Any]
    where: str
    name: str | None = None
    pages: int = 1
    twice: int = 0


class Finder:
    """Finds the conversations that a recipe describes.

    Args:
        recipe: the description.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._applies = [path(place) for place in recipe.applies]
        self._conversations = path(recipe.conversations) if recipe.conversations else None
        self._group = part_of(recipe.group)
        self._lines = part_of(recipe.lines)
        self._id = part_of(recipe.id)

    def applies(self, document: Document) -> bool:
        """Whether every place that the recipe needs holds something: in one of the first conversations, or all records.

        A call that nobody answered has no turns, and an item may hold no text: an export may well begin with them.
        """
        sample = self._sample(document)
        if not sample:
            return False
        wholes = list(islice((whole for record in sample for whole in self._within(record)), _CONVERSATIONS_TRIED))
        if isinstance(sample[0], dict):
            wholes.insert(1, sample)
        if any(map(self._fits, wholes)):
            return True
        longer = islice((whole for whole in wholes if len(self._turns(whole)) > 1), _LISTS_TRIED)
        return any(self._fits(later) for whole in longer for later in _without_first_items(whole))

    def _fits(self, whole: Any) -> bool:
        return all(holds(place(whole)) for place in self._applies)

    def conversations(self, document: Document) -> Iterator[Items]:
        """The conversations of the file.

        Each record is one, or holds some. Where no record has turns, all records together are the list of them.

        Raises:
            MalformedInput: there are no records in it.
        """
        sample = self._sample(document)
        if not sample:
            raise MalformedInput("no JSON object in it")
        if any(self._has_turns(whole) for record in sample for whole in self._within(record)):
            found = (items for record, where in self._records(document) for items in self._of_record(record, where))
            yield from found if self._group is None else self._joined(found)
            return
        together = [record for record, _ in self._records(document)]
        for items in self._parted(Items(together, self._turns(together), "")):
            yield items._replace(whole=items.turns)

    def _joined(self, found: Iterable[Items]) -> Iterator[Items]:
        """Conversations of which an export gives the items page by page, each with the items of all its pages."""
        pages: dict[str, list[Items]] = {}
        for number, items in enumerate(found):
            name = items.name or self._id_of(items.whole)
            pages.setdefault(f"named {name}" if name else f"number {number}", []).append(items)
        yield from map(_of_pages, pages.values())

    def _of_record(self, record: Any, where: str) -> Iterator[Items]:
        several = self._within(record)
        for number, whole in enumerate(several, 1):
            place = f"conversation {number}" if len(several) > 1 else ""
            yield from self._parted(Items(whole, self._turns(whole), " ".join(filter(None, (where, place)))))

    def _sample(self, document: Document) -> list[Any]:
        """The first records of a file, none for one that the recipe is not for."""
        if document.json.first is not None:
            return document.json.beginnings
        if not self._recipe.table or not column_names(document):
            return []
        return [record for record, _ in islice(_rows(unreported(document)), _SAMPLE)]

    def _records(self, document: Document) -> Iterable[Record]:
        return document.json.records() if document.json.first is not None else _rows(document)

    def _within(self, record: Any) -> list[Any]:
        """The conversations of a record: those that it holds, else itself."""
        listed = self._conversations(record) if self._conversations else None
        if isinstance(listed, list) and listed:
            return listed
        return [record] if is_nothing(listed) else [listed]

    def _id_of(self, whole: Any) -> str | None:
        """The id that a conversation states, None for one that states none or nothing that could be one."""
        try:
            return text_of(self._id, whole) if self._id is not None else None
        except MalformedInput:
            return None

    def _has_turns(self, whole: Any) -> bool:
        opening = self._recipe.opening
        opens = (
            opening is not None
            and isinstance(whole, dict)
            and any(holds(part.find(whole)) for name, part in opening.by_name.items() if name in ("text", "html"))
        )
        return opens or bool(self._turns(whole)) or bool(self._lines and holds(self._lines.find(whole)))

    def _turns(self, whole: Any) -> list[Any]:
        """The objects that are turns, in the order of the recipe's places."""
        turns: list[Any] = []
        for listed in (place(whole) for place in self._recipe.listed):
            if isinstance(listed, list):
                turns += listed
            elif isinstance(listed, dict) and listed:
                turns.append(listed)
        return turns

    def _parted(self, found: Items) -> Iterator[Items]:
        """The conversations whose turns stand in one list."""
        if self._recipe.thread is not None:
            groups = _threads(found.turns, self._recipe.thread)
        elif self._group is not None:
            # a page without items is no conversation, but one that has an id of its own is
            alone: dict[str | None, list[Any]] = {None: []} if self._id_of(found.whole) else {}
            groups = _grouped(found.turns, partial(text_of, self._group)) or alone
        else:
            groups = {None: list(found.turns)}
        for name, items in groups.items():
            yield found._replace(turns=items, name=name)


def holds(value: Any) -> bool:
    """Whether a place holds something; `false` and an empty list or text are nothing."""
    return value is not False and not is_nothing(value)


def _of_pages(pages: Sequence[Items]) -> Items:
    """The conversation of these pages; what stands on two of them, as where they overlap, is one item."""
    if len(pages) == 1:
        return pages[0]
    turns = list(pages[0].turns)
    known = {_written(item) for item in turns}
    for page in pages[1:]:
        new = [item for item in page.turns if _written(item) not in known]
        turns += new
        known.update(map(_written, new))
    twice = sum(len(page.turns) for page in pages) - len(turns)
    return pages[0]._replace(turns=turns, pages=len(pages), twice=twice)


def _written(item: Any) -> str:
    return json.dumps(item, sort_keys=True)


def _without_first_items(whole: Any) -> Iterator[Any]:
    """A conversation without the first item of each of its lists, without the first two, and so on."""
    return (_from_item(whole, number, _DEEPEST_LIST) for number in range(1, _ITEMS_TRIED))


def _from_item(value: Any, number: int, depth: int) -> Any:
    if isinstance(value, list):
        return value[number : number + _SAMPLE]
    if isinstance(value, dict) and depth:
        return {key: _from_item(inside, number, depth - 1) for key, inside in value.items()}
    return value


def _rows(document: Document) -> Iterator[Record]:
    if document.rows is None and not is_parquet(document) and not document.text:
        return iter(())
    return (Record(dict(row.cells), row.where) for row in read_rows(document, None, ()))


def _grouped(items: Iterable[Any], name_of: Any) -> dict[str | None, list[Any]]:
    groups: dict[str | None, list[Any]] = {}
    for item in items:
        groups.setdefault(name_of(item), []).append(item)
    return groups


def _threads(items: Sequence[Any], thread: RecipeThread) -> dict[str | None, list[Any]]:
    """Items by the first one of the chain of answers that each is in; a circle of answers begins where it is met."""
    own, above = path(thread.id), path(thread.replies_to)
    parents = {_number_of(own(item)): _number_of(above(item)) for item in items}

    def first(name: str | None) -> str | None:
        met: set[str | None] = set()
        while name not in met and parents.get(name) in parents and parents[name] is not None:
            met.add(name)
            name = parents[name]
        return min(met, key=str) if name in met else name

    return _grouped(items, lambda item: first(_number_of(own(item))))


def _number_of(value: Any) -> str | None:
    """An id as text; `3.0` is 3, as programs write whole numbers of a column in which some are missing."""
    text = as_text(value)
    return text if text is None else _WHOLE.sub(r"\1", text)
