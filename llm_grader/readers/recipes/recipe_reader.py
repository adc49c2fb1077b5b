"""The reader that a recipe makes: conversations of any JSON or table, read as the recipe says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import ValidationError

from llm_grader.errors import MalformedInput
from llm_grader.readers.calls.speech import joined_segments, recording, spoken_words
from llm_grader.readers.recipes.chat_bodies import read_chat_body
from llm_grader.readers.recipes.finding import Finder, Items, holds
from llm_grader.readers.recipes.paths import left_over, path, tree_of
from llm_grader.readers.recipes.pieces import pieces_of
from llm_grader.readers.recipes.recipe import Recipe, part_of
from llm_grader.readers.recipes.recipe_parts import PartReader, people_of, text_of, with_stated_roles
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.json_object import JsonObject
from llm_grader.readers.source.sequence import in_order_of, in_order_of_times
from llm_grader.transcript import Channel, Transcript, Turn

_MISSING = "items of this conversation could not be read: turns may be missing"
_EXCERPT = "this list of conversations may hold only the last message of each: give their messages"
_PLACES_TOLD = 5
_ENDS = ("started_at", "ended_at")


class RecipeReader:
    """Reads what a recipe describes.

    Args:
        recipe: the description.

    Attributes:
        NAME: what the format is called.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.NAME = recipe.name
        self.recipe = recipe
        self._finder = Finder(recipe)
        self._ignore = path(recipe.ignore) if recipe.ignore else None
        self._unsent = path(recipe.unsent)
        self._excerpt = path(recipe.excerpt) if recipe.excerpt else None
        self._read_of_turns = tree_of(list(recipe.consumed_by_turns()))
        self._read_of_whole = tree_of(list(recipe.consumed_by_the_whole()))

    def sniff(self, document: Document) -> bool:
        """Whether every place that the recipe needs holds something."""
        return self._finder.applies(document)

    def read(self, document: Document) -> Iterator[Transcript]:
        """The conversations of the file; an item that cannot be read is told, and costs nothing but itself.

        Those without turns, such as calls that nobody answered, are counted on the last one of the file.

        Raises:
            MalformedInput: there is no JSON in it, or no turn where the recipe says.
        """
        last: Transcript | None = None
        silent: list[str] = []
        for items in self._finder.conversations(document):
            with document.at(items.where):
                transcript = self._transcript(items, document)
                if not transcript.turns:
                    silent.append(items.where)
                    continue
                if last is not None:
                    yield last
                last = transcript
        if last is not None:
            yield _with_silent(last, silent)
            return
        places = " or ".join(place.expression for place in self.recipe.listed)
        document.report(MalformedInput(f"{self.NAME}: no turns at {places}"))

    def _transcript(self, items: Items, document: Document) -> Transcript:
        whole, recipe = items.whole, self.recipe
        texts = {name: text_of(part, whole) for name, part in recipe.of_the_whole.items() if name not in _ENDS}
        channel, assumed = self._channel(texts.get("channel"), document)
        reader = PartReader(document.options.roles, channel, people_of(recipe.people, whole))
        for warning in assumed:
            reader.note(warning)
        if items.pages > 1:
            twice = f", of which {items.twice} items stand on two" if items.twice else ""
            reader.note(f"put together from {items.pages} pages of the export{twice}")
        if self._excerpt and holds(self._excerpt(whole)):
            reader.note(_EXCERPT)
        kept = self._kept(items.turns, reader)
        heard = self._heard(kept, items, reader, document=document)
        times = {name: reader.time(recipe.of_the_whole[name], whole) for name in _ENDS if name in recipe.of_the_whole}
        fields = {
            "id": items.name or texts.get("id") or document.new_id(),
            "channel": channel,
            "turns": heard.turns,
            "language": texts.get("language") or heard.language,
            "agent_id": texts.get("agent"),
            "participants": reader.cast.participants,
            "ticket": reader.ticket(recipe.of_the_ticket, whole),
            "metadata": self._left(whole, kept) | heard.metadata,
            "warnings": tuple(dict.fromkeys((*reader.warnings, *heard.warnings))),
        }
        return Transcript.model_validate(fields | times)

    def _heard(self, kept: Sequence[Any], items: Items, reader: PartReader, *, document: Document) -> Transcript:
        """The turns of a conversation, and what of the whole only they tell."""
        lines = part_of(self.recipe.lines)
        if not kept and lines is not None and (text := text_of(lines, items.whole)):
            return read_chat_body(text, document)
        if self.recipe.words or self.recipe.join:
            return self._recording(kept, document)
        turns = self._read_turns(kept, items, reader, document=document)
        return Transcript(id="turns", channel="chat", turns=tuple(turns))

    def _kept(self, turns: Sequence[Any], reader: PartReader) -> list[Any]:
        """The objects that are part of the conversation."""
        part = [item for item in turns if not holds(self._ignore(item))] if self._ignore else list(turns)
        if ignored := len(turns) - len(part):
            reader.note(f"{ignored} of {len(turns)} items are no part of the conversation and were left out")
        kept = [item for item in part if not holds(self._unsent(item))]
        if unsent := len(part) - len(kept):
            reader.note(f"{unsent} of {len(turns)} items are drafts, were deleted or never sent, and were left out")
        return kept

    def _left(self, whole: Any, kept: Sequence[Any]) -> dict[str, Any]:
        """What of all that nothing reads: of the conversation by key, of its turns as a list."""
        metadata = (left_over(whole, self._read_of_whole) or {}) if isinstance(whole, dict) else {}
        left = [left_over(item, self._read_of_turns) or {} for item in kept]
        return {**metadata, "turns": left} if any(left) else metadata

    def _channel(self, stated: str | None, document: Document) -> tuple[Channel, list[str]]:
        given = self.recipe.channel if isinstance(self.recipe.channel, str) else stated
        found = next((name for name in get_args(Channel) if name == given), document.options.channel)
        return (found, []) if found else ("chat", ["the channel is not stated: read as chat"])

    def _read_turns(self, kept: Sequence[Any], items: Items, reader: PartReader, *, document: Document) -> list[Turn]:
        """The turns of a conversation, in order."""
        recipe, blank = self.recipe, 0
        reader.look_ahead(recipe.turn, kept)
        opening = recipe.opening if isinstance(items.whole, dict) else None
        first = reader.turn(opening.by_name, items.whole) if opening else None
        found = [] if first is None else [first]
        for number, item in enumerate(self._sorted(kept, reader), 1):
            with document.at(f"{items.where} turn {number}".strip()):
                turns = _turns(recipe, item, reader)
                found += turns
                blank += not turns
        if blank:
            reader.note(f"{blank} of {len(kept)} items hold no text and were left out")
        found = with_stated_roles(found)
        return found if recipe.order else in_order_of_times(found, reader.note)

    def _sorted(self, items: Sequence[Any], reader: PartReader) -> Sequence[Any]:
        part = part_of(self.recipe.order)
        if part is None:
            return items
        return in_order_of(items, part.find, moments=reader.moments_of(part), name=part.path, note=reader.note)

    def _recording(self, items: Sequence[Any], document: Document) -> Transcript:
        """A call of words, segments or utterances."""
        pieces = pieces_of(items, self.recipe)
        cues: list[list[float | None]] = []
        if self.recipe.words:
            pieces = spoken_words(pieces)
        elif self.recipe.join == "segments":
            pieces, cues = joined_segments(pieces)
        heard = recording(document, pieces, source=JsonObject({}), name="heard")
        return heard.model_copy(update={"metadata": {"cues": cues}}) if cues else heard


def _with_silent(last: Transcript, silent: Sequence[str]) -> Transcript:
    """The last conversation of a file, with how many others of it have no turns, and where the first of them are."""
    if not silent:
        return last
    places = "; ".join(filter(None, silent[:_PLACES_TOLD])) + ("; …" if len(silent) > _PLACES_TOLD else "")
    warning = f"conversations of the file that have no turns and were left out: {len(silent)} ({places})"
    return last.model_copy(update={"warnings": (*last.warnings, warning.replace(" ()", ""))})


def _turns(recipe: Recipe, item: Any, reader: PartReader) -> list[Turn]:
    """What is said in an item, and what is attached to it."""
    try:
        said, attached = reader.turn(recipe.turn.by_name, item), reader.attached(recipe.turn.by_name, item)
        return [turn for turn in (said, attached) if turn is not None]
    except (MalformedInput, ValidationError):
        reader.note(_MISSING)
        raise
