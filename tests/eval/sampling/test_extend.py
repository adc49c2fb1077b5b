"""More conversations for a folder that people label in already."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from llm_grader.errors import UsageError
from llm_grader.eval.labels.sample import read_sample
from llm_grader.eval.sampling.draw import SampleSizes, draw_sample
from llm_grader.eval.sampling.extend import extend_sample
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from tests.support.eval_commands import card, clean_settings, run, write_gold, write_rubric, write_store

__all__ = ["clean_settings"]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rubric(tmp_path: Path) -> Rubric:
    return load_rubric(write_rubric(tmp_path))


def test_all_that_is_random_in_the_end_had_the_same_chance_whatever_was_picked_before(rubric: Rubric) -> None:
    # t0000 and t0001 fail a critical item: they are always in the sample, and random in the end no more often than
    # others. Of 20 conversations 5 and then 10 are random, in 400 samples: 200 times each, by chance 10 more or less.
    cards = [card(n, rubric, {"greeting": "met", "solution": "not_met" if n < 2 else "met"}) for n in range(20)]
    cards = [
        one.model_copy(update={"critical_failures": ("solution",) if n < 2 else ()}) for n, one in enumerate(cards)
    ]
    taken: Counter[str] = Counter()
    for seed in range(400):
        sizes = SampleSizes(random=5, uncertain=0, rare=0, overlap=2)
        there = {one.transcript_id: one for one in draw_sample(cards, rubric, sizes, seed=seed, now=NOW)}
        drawn = extend_sample(there, cards, random=10, overlap=6, now=NOW)
        at_random = [one for one in drawn if one.stratum == "random"]
        assert (len(at_random), {one.probability for one in at_random}) == (10, {0.5})
        assert sum(one.overlap for one in drawn) == 6
        assert there.keys() <= {one.transcript_id for one in drawn}
        assert {one.transcript_id for one in there.values() if one.overlap} <= {
            one.transcript_id for one in drawn if one.overlap
        }
        taken.update(one.transcript_id for one in at_random)
    assert len(taken) == 20
    assert all(150 < count < 250 for count in taken.values()), taken


def test_other_conversations_or_fewer_are_refused(rubric: Rubric) -> None:
    cards = [card(n, rubric, {"greeting": "met"}) for n in range(20)]
    there = {one.transcript_id: one for one in draw_sample(cards, rubric, SampleSizes(5, 0, rare=0), now=NOW)}
    with pytest.raises(UsageError, match="--random: 5 are drawn at random and stay so; found 4"):
        extend_sample(there, cards, random=4)
    with pytest.raises(UsageError, match="--overlap: 5 go to two people and stay so; found 2"):
        extend_sample(there, cards, random=10, overlap=2)
    with pytest.raises(UsageError, match="from 20 conversations and there are 19 now"):
        extend_sample(there, cards[1:], random=10)
    with pytest.raises(UsageError, match="begin another folder"):
        extend_sample({}, cards, random=10)


def test_the_command_adds_conversations_and_keeps_what_is_there(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    store = write_store(tmp_path, [card(n, load_rubric(path), {"greeting": "met"}) for n in range(20)])
    source = write_gold(tmp_path, {"greeting": {"eva": ["met"] * 20}}) / "transcripts.jsonl"
    gold = tmp_path / "drawn"
    flags = ("--gold", gold, "--rubric", path, "--store", store)
    assert run("sample", source, *flags, "--random", "5", "--overlap", "2", "--uncertain", "0").code == 0
    before = read_sample(gold / "sample.jsonl")
    lines = (gold / "transcripts.jsonl").read_text("utf-8")
    found = run("sample", source, *flags, "--extend", "--random", "12", "--overlap", "50%")
    assert found.code == 0, found.stderr
    assert "12 of 20 conversations to label: 12 random; 6 by two people" in found.stderr
    assert "7 are new" in found.stderr
    after = read_sample(gold / "sample.jsonl")
    assert (len(after), list(after)[:5]) == (12, list(before))
    assert (gold / "transcripts.jsonl").read_text("utf-8").startswith(lines)
    assert sorted(file.name for file in gold.iterdir()) == ["rubric.yaml", "sample.jsonl", "transcripts.jsonl"]
    again = run("sample", *flags, "--extend", "--overlap", "75%")
    assert again.code == 0, again.stderr
    assert "12 random; 9 by two people" in again.stderr
    assert (gold / "transcripts.jsonl").read_text("utf-8").count("\n") == 12
    assert {one.probability for one in read_sample(gold / "sample.jsonl").values()} == {0.6}
    without = run("sample", source, *flags, "--extend")
    assert (without.code, "say with --random" in without.stderr) == (2, True)


def test_the_overlap_is_raised_alone_whatever_the_store_has_by_now(rubric: Rubric) -> None:
    cards = [card(n, rubric, {"greeting": "met"}) for n in range(20)]
    sizes = SampleSizes(10, 2, rare=0, overlap=4)
    there = {one.transcript_id: one for one in draw_sample(cards, rubric, sizes, now=NOW)}
    for random in (None, 10):
        drawn = extend_sample(there, cards[5:], random=random, overlap=8)
        assert [one.model_copy(update={"overlap": False}) for one in drawn] == [
            one.model_copy(update={"overlap": False}) for one in there.values()
        ]
        twice = {one.transcript_id for one in drawn if one.overlap}
        assert len(twice) == 8
        assert twice >= {one.transcript_id for one in there.values() if one.overlap}


def test_more_than_there_are_is_told(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    store = write_store(tmp_path, [card(n, load_rubric(path), {"greeting": "met"}) for n in range(20)])
    source = write_gold(tmp_path, {"greeting": {"eva": ["met"] * 20}}) / "transcripts.jsonl"
    flags = ("--rubric", path, "--store", store)
    told = "llm-grader: 30 are to be drawn at random, and the store has 20 that were graded: all are drawn\n"
    found = run("sample", source, "--gold", tmp_path / "all", *flags, "--random", "30", "--overlap", "50%")
    assert (found.code, found.stderr.startswith(told)) == (0, True), found.stderr
    assert "20 random; 10 by two people" in found.stderr
    assert run("sample", source, "--gold", tmp_path / "some", *flags, "--random", "9", "--uncertain", "0").code == 0
    more = run("sample", source, "--gold", tmp_path / "some", *flags, "--extend", "--random", "30")
    assert (more.code, more.stderr.startswith(told)) == (0, True), more.stderr
    assert "20 random" in more.stderr
