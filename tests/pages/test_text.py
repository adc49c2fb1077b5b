"""Text on pages: offsets in the units of browsers, hidden characters made visible, spans that overlap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader.pages.text import (
    MarkedPiece,
    MarkedSpan,
    code_point_offset,
    split_at_spans,
    utf16_length,
    utf16_offset,
    visible,
)

TRICKY = ["plain", "😀 hello", "👍🏽 thanks", "🇪🇪 tere", "e\u0301tat", "👨‍👩‍👧 family", "שלום", "a\u202eb"]


@pytest.mark.parametrize("text", TRICKY)
def test_offsets_agree_with_utf16_and_come_back(text: str) -> None:
    for offset in range(len(text) + 1):
        units = utf16_offset(text, offset)
        assert units == len(text[:offset].encode("utf-16-le")) // 2
        assert code_point_offset(text, units) == offset


@given(st.text(max_size=40), st.data())
def test_any_offset_comes_back(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    assert code_point_offset(text, utf16_offset(text, offset)) == offset


@pytest.mark.parametrize("offset", [-1, 1, 4])
def test_an_offset_inside_of_a_character_or_outside_of_the_text_is_an_error(offset: int) -> None:
    with pytest.raises(ValueError, match="outside of the text or inside"):
        code_point_offset("😀x", offset)


def test_what_hides_or_turns_text_is_shown_by_its_code() -> None:
    assert visible("a\u202eb\u200bc\x00") == "a⟦U+202E⟧b⟦U+200B⟧c⟦U+0000⟧"
    assert visible("line\n\ttab 👨‍👩‍👧 نمی‌خواهم") == "line\n\ttab 👨‍👩‍👧 نمی‌خواهم"


def test_overlapping_spans_are_cut_at_their_ends() -> None:
    pieces = list(split_at_spans("abcdef", [MarkedSpan(1, 4, 1), MarkedSpan(3, 6, 2)]))
    assert pieces == [MarkedPiece("a", ()), MarkedPiece("bc", (1,)), MarkedPiece("d", (1, 2)), MarkedPiece("ef", (2,))]


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(-2, 35), st.integers(-2, 35)), max_size=6))
def test_the_pieces_joined_are_the_text(text: str, ends: list[tuple[int, int]]) -> None:
    spans = [MarkedSpan(start, end, number) for number, (start, end) in enumerate(ends)]
    assert "".join(piece.text for piece in split_at_spans(text, spans)) == text


def test_utf16_length_counts_what_javascript_counts() -> None:
    assert utf16_length("👍🏽x") == 5
