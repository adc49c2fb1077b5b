from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from llm_grader.checking.folding import Folded, fold

ALL_CHARACTERS = [chr(c) for c in range(0x20000) if not 0xD800 <= c < 0xE000]
MARKS = {c for c in ALL_CHARACTERS if unicodedata.category(c).startswith("M")}
COMBINING = {c for c in ALL_CHARACTERS if unicodedata.normalize("NFKD", c)[0] in MARKS}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Grüße", "GRU\u0308SSE"),
        ("a \u00a0\r\n\t b", "a b"),
        ("„Ja“ «oui» »ja« ’n", "\"Ja\" 'oui' 'ja' 'n"),
        ("1–2 — 3‑4 −5", "1-2 - 3-4 -5"),
        ("wait…", "wait..."),
        ("Donau\u00addampf\u200b\u2060schiff\ufeff", "Donaudampfschiff"),
        ("ﬁne １２ ℡", "fine 12 TEL"),
        ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
        ("❤\ufe0f", "❤"),
        ("\u200f\u202bשלום\u202c", "שלום"),
        ("ΟΔΟΣ", "οδος"),
        ("ΐ", "ΐ".upper()),
    ],
)
def test_equal_words_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("a b", "ab"), ("für", "fur"), ("1.5", "15"), ("ano", "áno"), ("¿qué?", "qué")]
)
def test_different_words_fold_differently(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=30))
@settings(max_examples=500)
def test_canonical_forms_of_any_text_fold_to_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=500)
def test_the_fold_of_a_part_is_part_of_the_fold(one: str, other: str) -> None:
    assume(other[:1] not in COMBINING)
    assert fold(f"{one}.{other}") == fold(f"{one}.") + fold(other)


def test_no_cut_falls_between_a_base_and_what_combines_with_it() -> None:
    assert len(COMBINING) > 2000
    # The base is no letter, so that no word is cut either.
    cut = [hex(ord(c)) for c in COMBINING for start, end in Folded(f"ab -{c}").places(fold("ab -")) if end <= 4]
    assert cut == []


def test_no_cut_falls_between_the_parts_of_a_decomposed_syllable() -> None:
    assert list(Folded("\u1112\u1161\u11ab").places("\u1112")) == []
    assert list(Folded("하\u11ab").places(fold("하"))) == []


def test_no_character_disappears_but_invisible_ones() -> None:
    gone = {unicodedata.category(c) for c in ALL_CHARACTERS if fold(f"a{c}b") == "ab"}
    # Controls, formats, variation selectors and the joiner among the marks, and the four Hangul fillers among letters.
    assert gone == {"Cc", "Cf", "Mn", "Lo"}


def test_places_lead_back_to_the_original() -> None:
    text = "Ich  grüße\r\nSie: «Straße…»"
    ((start, end),) = Folded(text).places(fold("GRÜSSE SIE"))
    assert text[start:end] == "grüße\r\nSie"
    ((start, end),) = Folded(text).places("strasse...")
    assert text[start:end] == "Straße…"


def test_places_end_with_the_last_thing_to_see() -> None:
    ((start, end),) = Folded("\u200fHello\u200b\u00ad there").places("hello")
    assert (start, end) == (1, 6)


def test_half_of_an_expanded_character_is_no_place() -> None:
    assert list(Folded("Stra ße").places("s")) == []
    assert list(Folded("so…").places("so.")) == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("the", "he"),
        ("I can't", "I can"),
        ("1,50 €", "50"),
        ("at 5:30", "at 5"),
        ("Ver\u00adtrag", "trag"),
        ("été", "t"),
    ],
)
def test_words_numbers_and_contractions_are_not_cut(text: str, part: str) -> None:
    assert list(Folded(text).places(fold(part))) == []


def test_scripts_without_spaces_may_be_cut_between_any_two_characters() -> None:
    assert list(Folded("请问您的名字").places("名字")) == [(4, 6)]
    assert list(Folded("ขอบคุณครับ").places("ครับ")) == [(6, 10)]


def test_a_quote_that_fits_everywhere_costs_no_more_than_any_other() -> None:
    text, part = "ab " * 30_000, "ab " * 15_000
    assert next(Folded(text).places(part)) == (0, len(part))
