"""Phrases: how they are written and where they match."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader.errors import UsageError
from llm_grader.signals.cues.phrases import PhraseIndex, parse_phrase
from llm_grader.signals.cues.words import StretchWord, StretchWords, cited_spans, fold_word


def matches(phrase: str, text: str, name: str = "") -> list[str]:
    """The stretches of `text` that `phrase` matches."""
    words = StretchWords(text)

    def is_name(word: StretchWord) -> bool:
        return bool(name) and word.folded == fold_word(name)

    found = PhraseIndex([("it", parse_phrase(phrase))]).find(words, is_name)
    return [text[words.word(first).start : words.word(last).end] for _, first, last in found]


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("thank you", "Oh, THANK you!", ["THANK you"]),
        ("thank you", "thanks, you", []),
        ("thank* you|u", "thanks u", ["thanks u"]),
        ("děkuj*", "Dekujeme vam", ["Dekujeme"]),
        ("dekuj*", "Děkuji", ["Děkuji"]),
        ("i'm sorry", "I’m sorry and im sorry", ["I’m sorry", "im sorry"]),
        ("grüße", "Viele Grüsse und Grüße", ["Grüsse", "Grüße"]),
        ("within # hour*", "within 24 hours or within the hour", ["within 24 hours"]),
        ("thank* … calling", "thank you ever so much for calling", ["thank you ever so much for calling"]),
        ("thank* … calling", "thank you one two three four five six calling", []),
        ("thank* … calling", "Thank you. Nice of you calling.", []),
        ("we … you", "we hear you and see you", ["we hear you"]),
        ("hello @name", "hello ann, hello bob", ["hello bob"]),
        ("e mail", "an e-mail", ["e-mail"]),
        ("of th* again", "of th again, of that again", ["of th again", "of that again"]),
        ("köszön*", "megköszönöm, köszönjük", ["köszönjük"]),
    ],
)
def test_a_phrase_matches_its_words_in_one_sentence(phrase: str, text: str, expected: list[str]) -> None:
    assert matches(phrase, text, name="Bob") == expected


@pytest.mark.parametrize("phrase", ["", "…", "… you", "you …", "|you", "a *"])
def test_a_phrase_without_a_word_is_refused(phrase: str) -> None:
    with pytest.raises(UsageError, match=r"phrase|word is missing"):
        parse_phrase(phrase)


def test_a_number_with_a_point_and_an_abbreviation_in_it_end_no_sentence() -> None:
    words = StretchWords("It costs 12.50 today. Fine!\nBye")
    assert [words.text[start:end] for start, end in words.sentences] == ["It costs 12.50 today.", "Fine!", "Bye"]


def test_a_point_behind_a_date_ends_no_sentence_that_goes_on() -> None:
    text = "Wie gesagt, am 7.11. brauchen wir ihn. Es kostet 12. Danke!\nDo 5. května. Přijdu v 9.\na pak dál"
    words = StretchWords(text)
    assert [text[start:end] for start, end in words.sentences] == [
        *("Wie gesagt, am 7.11. brauchen wir ihn.", "Es kostet 12.", "Danke!"),
        *("Do 5. května.", "Přijdu v 9.", "a pak dál"),
    ]


def test_a_sentence_that_announces_what_follows_is_shown_with_it() -> None:
    words = StretchWords("I see two ways: a swap.\nOr a refund. Bye.")
    assert words.sentences[0] == (0, 23)
    listed = StretchWords("Two ways:\nA swap.\nA refund.\nBye.")
    start, end = listed.sentence_around(0, 1)
    assert listed.text[start:end] == "Two ways:\nA swap.\nA refund."


def test_a_few_words_go_on_with_what_follows_only_where_they_announce_it() -> None:
    words = StretchWords("Two ways. A swap. A refund. Bye.")
    start, end = words.sentence_around(0, 1, announces=True)
    assert words.text[start:end] == "Two ways. A swap. A refund."
    thanked = StretchWords("Thank you for your patience. The screws are on their way.")
    start, end = thanked.sentence_around(0, 1)
    assert thanked.text[start:end] == "Thank you for your patience."


def test_of_a_long_sentence_the_part_around_the_match_is_shown() -> None:
    text = "and so on " * 60 + "thank you very much " + "and so on " * 60
    words = StretchWords(text)
    at = words.folded.index("thank")
    start, end = words.sentence_around(at, at + 1)
    assert end - start <= 300
    assert "thank you" in text[start:end]


@given(st.text(max_size=300))
def test_words_and_sentences_are_slices_of_the_text_in_order(text: str) -> None:
    words = StretchWords(text)
    ends = [0, *(end for _, end in words.sentences)]
    assert all(before <= start < end for before, (start, end) in zip(ends, words.sentences, strict=False))
    for at, folded in enumerate(words.folded):
        word = words.word(at)
        start, end = words.sentences[words.sentence_of(at)]
        assert start <= word.start < word.end <= end
        assert fold_word(text[word.start : word.end]) == word.folded == folded


@given(st.text(max_size=200), st.text(max_size=30))
def test_any_phrase_is_refused_or_looked_for(text: str, phrase: str) -> None:
    try:
        parsed = parse_phrase(phrase)
    except UsageError:
        return
    list(PhraseIndex([("it", parsed)]).find(StretchWords(text), lambda _: False))


def test_a_sentence_of_a_hundred_thousand_words_is_looked_through_at_once() -> None:
    """The part around a match was looked for from both ends, word by word: a call without marks took hours."""
    words = StretchWords("thank you so much and " * 20_000)
    index = PhraseIndex([("it", parse_phrase("thank you"))])
    places = [words.sentence_around(first, last) for _, first, last in index.find(words, lambda _: False)]
    assert len(places) == 20_000
    assert max(end - start for start, end in places) <= 300


@pytest.mark.parametrize("marks", ["„{}“", "“{}”", "«{}»", "»{}«"])
def test_what_is_read_out_is_cited_and_a_name_or_a_whole_message_in_marks_is_not(marks: str) -> None:
    read_out = marks.format("We thank all of our customers for their patience.")
    text = f"The letter says: {read_out} That is all I know about it."
    assert [text[begin:end] for begin, end in cited_spans(text, 0, len(text))] == [read_out]
    named = f"Your chair {marks.format('Linde')} is on its way, thank you."
    assert cited_spans(named, 0, len(named)) == []
    assert cited_spans(read_out, 0, len(read_out)) == []
