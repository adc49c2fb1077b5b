"""Words and segments of a recording, as a recipe finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llm_grader.readers.calls.speech import Piece, numbered
from llm_grader.readers.recipes.paths import is_nothing, path
from llm_grader.readers.recipes.recipe import Part, Recipe, Words
from llm_grader.readers.recipes.recipe_parts import number_of, text_of


def pieces_of(items: Sequence[Any], recipe: Recipe) -> list[Piece]:
    """The words of the items, or the items themselves where they hold none, in their order.

    Raises:
        MalformedInput: something in one is of another kind than it should be.
    """
    pieces: list[Piece] = []
    attached = path(recipe.words.attached) if recipe.words and recipe.words.attached else None
    for item in items:
        whole = _piece(item, recipe.turn.by_name, Piece(""))
        found = list(_words(item, recipe.words, whole)) if recipe.words else []
        for piece in _best(whole, found):
            if attached and attached(item) and pieces:
                pieces[-1] = _glued(pieces[-1], piece)
            else:
                pieces.append(piece)
    return pieces


def _best(whole: Piece, words: Sequence[Piece]) -> Sequence[Piece]:
    """The words of an item; itself where one speaker says it and its text holds no fewer words than the list."""
    if not words:
        return [whole]
    if len({word.speaker for word in words}) > 1 or len(whole.text.split()) < len(words):
        return words
    first, last = words[0], words[-1]
    return [whole._replace(speaker=first.speaker, channel=first.channel, start=first.start, end=last.end)]


def _words(item: Any, words: Words, whole: Piece) -> Iterator[Piece]:
    listed = path(words.each)(item)
    for word in listed if isinstance(listed, list) else () if is_nothing(listed) else (listed,):
        piece = _piece(word, words.by_name, whole)
        if piece.text:
            yield piece


def _piece(item: Any, parts: Mapping[str, Part], whole: Piece) -> Piece:
    """A word or a segment; whose it is, it has from the whole where it does not say."""
    texts = {name: text_of(parts[name], item) for name in ("text", "speaker", "channel", "language") if name in parts}
    numbers = {name: number_of(parts[name], item) for name in ("start", "end", "confidence") if name in parts}
    sure = numbers.get("confidence")
    return Piece(
        text=(texts.get("text") or "").strip(),
        speaker=numbered("Speaker", texts.get("speaker")) or whole.speaker,
        channel=numbered("channel", texts.get("channel")) or whole.channel,
        start=numbers.get("start"),
        end=numbers.get("end"),
        confidence=sure if sure is not None and 0 <= sure <= 1 else None,
        language=texts.get("language"),
    )


def _glued(before: Piece, piece: Piece) -> Piece:
    return before._replace(text=before.text + piece.text, end=piece.end if piece.end is not None else before.end)
