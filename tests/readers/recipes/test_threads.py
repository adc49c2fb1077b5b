"""Tweets put together by their answers, however a program writes their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.recipes.exports import lines_of, read_export

TWEETS = [
    ("3", "115", True, "Tue Oct 31 22:05:47 +0000 2017", "Where?", None),
    ("1", "Shop", False, "Tue Oct 31 22:10:47 +0000 2017", "Here.", "3"),
    ("2", "115", True, "Tue Oct 31 22:11:47 +0000 2017", "thanks", "1"),
    ("8", "116", True, "Tue Oct 31 22:05:47 +0000 2017", "hey", None),
]
NAMES = ("tweet_id", "author_id", "inbound", "created_at", "text", "in_response_to_tweet_id")


def test_whole_numbers_written_as_decimals_are_the_same_tweets(tmp_path: Path) -> None:
    rows = [",".join(NAMES)]
    rows += [",".join([*map(str, tweet[:5]), f"{tweet[5]}.0" if tweet[5] else ""]) for tweet in TWEETS]
    (transcripts, known) = read_export(tmp_path, "\n".join(rows))
    assert known == "customer-support-tweets"
    assert [len(transcript.turns) for transcript in transcripts] == [3, 1]


@pytest.mark.parametrize("number", [int, float, str, lambda text: f"{text}.0"])
def test_json_of_numbers_and_of_text_is_read_alike(tmp_path: Path, number: type) -> None:
    tweets = [
        dict(zip(NAMES, [int(tweet[0]), *tweet[1:5], number(tweet[5]) if tweet[5] else None], strict=True))
        for tweet in TWEETS
    ]
    (transcripts, _) = read_export(tmp_path, lines_of(tweets))
    assert [(transcript.id, len(transcript.turns)) for transcript in transcripts] == [("3", 3), ("8", 1)]


def test_an_id_that_is_no_whole_number_stays_what_it_is(tmp_path: Path) -> None:
    tweets = [
        {"tweet_id": "1.05", "inbound": True, "text": "Where?", "in_response_to_tweet_id": None},
        {"tweet_id": "v1.0", "inbound": True, "text": "Hm", "in_response_to_tweet_id": "1.5"},
        {"tweet_id": "1", "inbound": False, "text": "Here.", "in_response_to_tweet_id": "1.05"},
    ]
    (transcripts, _) = read_export(tmp_path, lines_of(tweets))
    assert [(transcript.id, len(transcript.turns)) for transcript in transcripts] == [("1.05", 2), ("v1.0", 1)]
