"""Where figures come from, at which look a gate is, and what stays out of sight."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_grader.errors import MalformedInput
from llm_grader.eval.judge.comparison import compare
from llm_grader.eval.judge.labelled_set import load_labelled_set
from llm_grader.eval.labels.split import split_transcripts
from llm_grader.eval.summary.gate_log import GateLog
from llm_grader.rubric.load import load_rubric
from llm_grader.verdict import About
from tests.support.eval_commands import RUBRIC, card, clean_settings, run, write_gold, write_rubric, write_store

__all__ = ["clean_settings"]

GOLD = ["met", "not_met"] * 30


def test_a_gate_says_at_which_look_it_is_and_the_same_look_again_is_no_other(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    cards = [card(n, load_rubric(path), {"greeting": label}) for n, label in enumerate(GOLD)]
    looks = []
    for labelled in (20, 20, 40, 60, 40):
        gold = write_gold(tmp_path, {"greeting": {"eva": GOLD[:labelled], "jan": GOLD[:labelled]}})
        log = GateLog(tmp_path / "looks.jsonl")
        (group,) = compare(load_labelled_set(gold, path), cards, log=log).groups
        looks.append(group.rows[0].gate.look)
    assert looks == [1, 1, 2, 3, 2]
    assert len((tmp_path / "looks.jsonl").read_text("utf-8").splitlines()) == 3
    (tmp_path / "looks.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(MalformedInput, match="line 1"):
        GateLog(tmp_path / "looks.jsonl")


def test_every_output_says_what_it_is_of(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    rubric = load_rubric(path)
    gold = write_gold(tmp_path, {"greeting": {"eva": GOLD, "jan": GOLD}})
    cards = [card(n, rubric, {"greeting": label}) for n, label in enumerate(GOLD)]
    store = write_store(tmp_path, cards[:40])
    write_store(tmp_path, cards[20:])
    shared = ("eval", "--gold", gold, "--rubric", path, "--store", store, "--seed", "5")
    (row,) = run(*shared, "--json").lines()
    origin = row["origin"]
    assert isinstance(origin, dict)
    assert (row["scored"], origin["runs"], origin["models"], origin["versions"]) == (60, [1, 2], ["scripted"], ["1"])
    assert (origin["rubric_hash"], origin["seed"]) == (rubric.content_hash(), 5)
    assert origin["labels_hash"] == load_labelled_set(gold, path).labels_hash
    assert "runs 1, 2" in run(*shared).stdout
    (alone,) = run(*shared, "--run", "2", "--json").lines()
    assert alone["graded"] == 40


def test_where_nothing_is_compared_the_exit_code_says_so(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"eva": GOLD}})
    store = write_store(tmp_path, [card(900 + n, load_rubric(path), {"greeting": "met"}) for n in range(3)])
    found = run("eval", "--gold", gold, "--rubric", path, "--store", store)
    assert (found.code, "no verdict meets a label" in found.stderr) == (3, True)


def test_disagreements_in_conversations_kept_for_tests_are_counted_and_not_shown(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"eva": GOLD}})
    other = {"met": "not_met", "not_met": "met"}
    cards = [card(n, load_rubric(path), {"greeting": other[label]}) for n, label in enumerate(GOLD)]
    found = compare(load_labelled_set(gold, path), cards, show=60)
    dev = split_transcripts(f"t{n:04}" for n in range(60)).dev
    assert {case.unit.transcript_id for case in found.shown} == dev
    assert found.kept_back == 60 - len(dev) > 0


def test_labels_of_a_model_that_are_the_judges_own_reach_no_floor(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"gpt": GOLD}}, source="llm")
    store = write_store(tmp_path, [card(n, load_rubric(path), {"greeting": label}) for n, label in enumerate(GOLD)])
    found = run("eval", "--gold", gold, "--rubric", path, "--store", store, "--fail-under", "0.5")
    assert (found.code, "they show nothing" in found.stderr) == (1, True)


def test_thresholds_are_settings_of_the_file(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"eva": GOLD, "jan": GOLD}})
    store = write_store(tmp_path, [card(n, load_rubric(path), {"greeting": label}) for n, label in enumerate(GOLD)])
    shared = ("eval", "--gold", gold, "--rubric", path, "--store", store, "--json")
    (row,) = run(*shared).lines()
    assert row["gate"]["colour"] != "grey"  # type: ignore[index]
    Path("llm-grader.toml").write_text("[thresholds]\ndouble_scored = 61\n", "utf-8")
    (row,) = run(*shared).lines()
    assert row["gate"]["colour"] == "grey"  # type: ignore[index]
    Path("llm-grader.toml").write_text("[thresholds]\nkapa = 0.5\n", "utf-8")
    assert run(*shared).code == 2


def test_groups_by_week_and_by_section_come_in_their_order(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"eva": GOLD}})
    transcripts = gold / "transcripts.jsonl"
    rows = [json.loads(line) for line in transcripts.read_text("utf-8").splitlines()]
    for n, row in enumerate(rows):
        row["started_at"] = "2026-01-05T10:00:00Z" if n < 40 else "2026-01-01T10:00:00Z"
    transcripts.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    cards = [card(n, load_rubric(path), {"greeting": label}) for n, label in enumerate(GOLD)]
    labelled = load_labelled_set(gold, path)
    weeks = compare(labelled, cards, by="week").groups
    assert [(group.name, group.transcripts) for group in weeks] == [("2026-W01", 20), ("2026-W02", 40)]
    assert [group.name for group in compare(labelled, cards, by="section").groups] == ["all"]


def test_sections_come_in_the_rubrics_order(tmp_path: Path) -> None:
    two = RUBRIC.replace("  - id: all", "  - id: opening").replace(
        "      - id: solution", "  - id: closing\n    title: Closing\n    items:\n      - id: solution"
    )
    rubric = load_rubric(write_rubric(tmp_path, two))
    labels = {"greeting": {"eva": GOLD}, "solution": {"eva": GOLD}}
    cards = [card(n, rubric, dict.fromkeys(labels, label)) for n, label in enumerate(GOLD)]
    labelled = load_labelled_set(write_gold(tmp_path, labels), rubric)
    assert [group.name for group in compare(labelled, cards, by="section").groups] == ["opening", "closing"]


def test_the_rate_of_a_group_is_over_all_of_its_conversations_also_those_without_labels(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"eva": GOLD}})
    transcripts = gold / "transcripts.jsonl"
    rows = [json.loads(line) | {"ticket": {"team": "north"}} for line in transcripts.read_text("utf-8").splitlines()]
    transcripts.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    about = {team: About(channel="chat", team=team) for team in ("north", "south")}
    cards = [card(n, load_rubric(path), {"greeting": label}) for n, label in enumerate(GOLD)]
    for team in ("north", "south"):
        more = [card(1000 + n, load_rubric(path), {"greeting": "not_met"}) for n in range(40)]
        ids = [f"{team}-{n}" for n in range(40)]
        cards += [
            one.model_copy(update={"transcript_id": i, "about": about[team]}) for i, one in zip(ids, more, strict=True)
        ]
    (north,) = compare(load_labelled_set(gold, path), cards, by="team").groups
    (row,) = north.rows
    assert (north.name, north.transcripts, row.figures.scored) == ("north", len(GOLD), len(GOLD))
    assert row.rate is not None
    assert row.rate.judged.n == len(GOLD) + 40
