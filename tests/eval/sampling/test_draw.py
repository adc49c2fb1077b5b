"""What is drawn for people to label."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from llm_grader.audit.folder import load_folder
from llm_grader.audit.queue import queue_of
from llm_grader.audit.team import load_team
from llm_grader.errors import UsageError
from llm_grader.eval.judge.labelled_set import load_labelled_set
from llm_grader.eval.labels.sample import read_sample
from llm_grader.eval.sampling.draw import SampleSizes, draw_sample, group_of_card, planned_sizes
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.testing import ScriptedServer
from llm_grader.verdict import About, Scorecard, Verdict
from tests.support.eval_commands import card, clean_settings, judge, run, write_gold, write_rubric, write_store

__all__ = ["clean_settings"]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rubric(tmp_path: Path) -> Rubric:
    return load_rubric(write_rubric(tmp_path))


def cards(rubric: Rubric, n: int = 400) -> list[Scorecard]:
    """One in eight greetings fails; the first three solutions fail, which is critical; the last five are in doubt."""
    made = []
    for number in range(n):
        labels = {"greeting": "not_met" if number % 8 == 0 else "met", "solution": "not_met" if number < 3 else "met"}
        one = card(number, rubric, labels)
        if number < 3:
            one = one.model_copy(update={"critical_failures": ("solution",)})
        if number >= n - 5:
            doubted = Verdict(item_id="greeting", label=None, status="needs_review", problem="samples_disagree")
            one = one.model_copy(update={"verdicts": {**one.verdicts, "greeting": doubted}, "status": "needs_review"})
        made.append(one)
    return made


def test_each_kind_is_drawn_once_and_the_random_ones_have_their_chance(rubric: Rubric) -> None:
    drawn = draw_sample(cards(rubric), rubric, SampleSizes(random=40, uncertain=5, rare=10, overlap=20), now=NOW)
    by_stratum = {name: [one for one in drawn if one.stratum == name] for name in ("random", "critical", "uncertain")}
    assert len({one.transcript_id for one in drawn}) == len(drawn)
    assert len(by_stratum["random"]) == 40
    assert {one.probability for one in by_stratum["random"]} == {0.1}
    at_random = {one.transcript_id for one in by_stratum["random"]}
    assert {one.transcript_id for one in by_stratum["critical"]} == {"t0000", "t0001", "t0002"} - at_random
    doubtful = {f"t{n:04}" for n in range(395, 400)}
    assert doubtful <= {one.transcript_id for one in drawn}
    assert {one.probability for one in by_stratum["uncertain"]} == {None}
    failing = [one for one in drawn if int(one.transcript_id[1:]) % 8 == 0]
    assert len(failing) >= 10
    assert sum(one.overlap for one in drawn) == 20
    assert {one.transcript_id for one in drawn if one.overlap} < at_random
    assert [one.order for one in drawn] == list(range(len(drawn)))


def test_the_order_tells_nothing_of_why_and_the_seed_draws_the_same(rubric: Rubric) -> None:
    sizes = SampleSizes(random=40, uncertain=20)
    drawn = draw_sample(cards(rubric), rubric, sizes, seed=1, now=NOW)
    assert drawn == draw_sample(reversed(cards(rubric)), rubric, sizes, seed=1, now=NOW)
    assert drawn != draw_sample(cards(rubric), rubric, sizes, seed=2, now=NOW)
    first = Counter(one.stratum for one in drawn[: len(drawn) // 2])
    assert {"random", "uncertain"} <= first.keys()


def test_small_runs_are_drawn_whole_but_for_failed_requests(rubric: Rubric) -> None:
    few = cards(rubric, 20)
    few[10] = few[10].model_copy(update={"status": "error"})
    drawn = draw_sample(few, rubric, SampleSizes(random=100), now=NOW)
    assert {one.stratum for one in drawn} == {"random"}
    assert (len(drawn), {one.probability for one in drawn}) == (19, {1.0})
    with pytest.raises(UsageError, match="nothing to draw"):
        draw_sample([few[10]], rubric, SampleSizes(random=100))


def test_sizes_are_planned_by_how_common_the_labels_are(rubric: Rubric) -> None:
    # Greetings fail in 49 of 395, .124: κ of .7 within .1 takes 384.146·.3·(.91/(2·.124·.876) - .12) = 469 or so;
    # solutions fail too rarely to be planned for.
    sizes = planned_sizes(cards(rubric), rubric)
    assert 460 < sizes.random < 480
    assert (sizes.overlap, sizes.rare) == (60, 10)


def test_the_command_begins_a_gold_folder_that_eval_reads(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    source = write_gold(tmp_path, {"greeting": {"eva": ["met"] * 30}}) / "transcripts.jsonl"
    store, gold = tmp_path / "results.db", tmp_path / "drawn"
    with ScriptedServer(judge(lambda number, _item: "met" if number % 3 else "not_met")) as server:
        flags = ("--rubric", path, "--model", "m", "--base-url", server.base_url, "--store", store)
        assert run("grade", source, *flags).code in (0, 3)
    command = ("sample", "--gold", gold, "--rubric", path, "--store", store, "--random", "10", "--overlap", "4")
    found = run(*command, "--uncertain", "2", "--critical", "3", "--per-item-rare", "0")
    assert found.code == 0, found.stderr
    assert "15 of 30 conversations to label: 10 random" in found.stderr
    drawn = read_sample(gold / "sample.jsonl")
    assert len(drawn) == 15
    assert (gold / "sample.jsonl").stat().st_mode & 0o077 == 0
    labels = gold / "labels" / "desk"
    labels.mkdir(parents=True)
    (labels / "eva.csv").write_text("transcript_id,greeting\n" + "".join(f"{id_},yes\n" for id_ in drawn), "utf-8")
    labelled = load_labelled_set(gold, gold / "rubric.yaml")
    assert set(labelled.conversations.random or ()) == {
        one.transcript_id for one in drawn.values() if one.stratum == "random"
    }
    assert run("eval", "--gold", gold, "--rubric", gold / "rubric.yaml", "--store", store).code == 0
    again = run(*command)
    assert (again.code, "add to it with --extend" in again.stderr) == (2, True)


def test_conversations_that_the_store_does_not_keep_are_asked_for(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    source = write_gold(tmp_path, {"greeting": {"eva": ["met"] * 5}}) / "transcripts.jsonl"
    store = tmp_path / "results.db"

    write_store(tmp_path, [card(n, load_rubric(path), {"greeting": "met"}) for n in range(5)])
    command = ("--gold", tmp_path / "drawn", "--rubric", path, "--store", store)
    found = run("sample", *command)
    assert (found.code, "give the files" in found.stderr) == (2, True)
    assert run("sample", source, *command).code == 0


def of_agents(rubric: Rubric, counts: dict[str, int]) -> list[Scorecard]:
    """Cards of agents, so many each, the n-th in the n-th week of the year modulo four."""
    names = [name for name, count in counts.items() for _ in range(count)]
    made = []
    for number, name in enumerate(names):
        week = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(weeks=number % 4)
        about = About(channel="chat", agent=name, started_at=week)
        made.append(card(number, rubric, {"greeting": "met"}).model_copy(update={"about": about}))
    return made


def test_groups_have_their_share_of_the_random_ones_and_each_conversation_the_same_chance(rubric: Rubric) -> None:
    # 30 of 300 are a tenth: 20 of Ana's 200, 8 of Bea's 80, and of the 15 and 5 of the others 2 at most, in 40 draws.
    given = of_agents(rubric, {"Ana": 200, "Bea": 80, "Cy": 15, "Di": 5})
    agents = {one.transcript_id: one.about.agent for one in given if one.about}
    taken: Counter[str] = Counter()
    for seed in range(400):
        drawn = draw_sample(given, rubric, SampleSizes(30, 0, rare=0, overlap=9), by=["agent"], seed=seed, now=NOW)
        counts = Counter(agents[one.transcript_id] for one in drawn)
        assert (counts["Ana"], counts["Bea"], len(drawn)) == (20, 8, 30)
        assert (counts["Cy"] in (1, 2), counts["Di"] in (0, 1)) == (True, True)
        assert {one.probability for one in drawn} == {0.1}
        assert sum(one.overlap for one in drawn) == 9
        taken.update(one.transcript_id for one in drawn)
    of_di = [taken[one.transcript_id] for one in given if one.about and one.about.agent == "Di"]
    assert 170 < sum(of_di) < 230  # 5 of 10 %, 400 times: 200, by chance 10 more or less


def test_the_random_ones_are_spread_over_several_things_the_first_first(rubric: Rubric) -> None:
    given = of_agents(rubric, {"Ana": 100, "Bea": 100})
    drawn = draw_sample(given, rubric, SampleSizes(40, 0, rare=0), by=["agent", "week"], now=NOW)
    ids = {one.transcript_id for one in drawn}
    counts = Counter(group_of_card(one, ["agent", "week"]) for one in given if one.transcript_id in ids)
    # A fifth of 25 a week for each agent; the first Monday of 2026 is the fifth of January, in week 2.
    assert counts == {(agent, f"2026-W0{week}"): 5 for agent in ("Ana", "Bea") for week in (2, 3, 4, 5)}


def test_the_command_shares_conversations_out_and_says_which_groups_have_none(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    given = of_agents(load_rubric(path), {"Ana": 30, "Bea": 10})
    store = write_store(tmp_path, given)
    source = write_gold(tmp_path, {"greeting": {"eva": ["met"] * 40}}) / "transcripts.jsonl"
    gold = tmp_path / "drawn"
    flags = ("--rubric", path, "--store", store, "--uncertain", "0", "--per-item-rare", "0", "--gold", gold)
    sizes = ("--random", "20", "--overlap", "20%", "--by", "agent,week")
    found = run("sample", source, *flags, *sizes, "--annotators", "anna, ben")
    assert found.code == 0, found.stderr
    assert "20 of 40 conversations to label: 20 random; 4 by two people" in found.stderr
    assert "8 of 8 groups have some at random" in found.stderr  # every other one, and two at least in each
    team, _ = load_team(gold)
    assert team.auditors == ("anna", "ben")
    rows = load_folder(gold).sample
    queues = [queue_of(rows, team.auditors, name) for name in team.auditors]
    assert sum(map(len, queues)) == 24
    assert len(set(queues[0]) & set(queues[1])) == 4
    assert f"anna {len(queues[0])}, ben {len(queues[1])}" in found.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--by", "mood"), "expected some of agent"),
        (("--overlap", "120%"), "a share such as 40%"),
        (("--overlap", "some"), "a share such as 40%"),
        (("--annotators", "anna,ANNA"), "different names"),
        (("--annotators", "../anna"), "different names"),
        (("--annotators", "anna", "--overlap", "5"), "two people have to share it"),
    ],
)
def test_what_cannot_be_drawn_like_that_is_told_before_anything_is_written(
    tmp_path: Path, flags: tuple[str, ...], message: str
) -> None:
    path = write_rubric(tmp_path)
    store = write_store(tmp_path, [card(n, load_rubric(path), {"greeting": "met"}) for n in range(5)])
    found = run("sample", "--gold", tmp_path / "drawn", "--rubric", path, "--store", store, *flags)
    assert (found.code, message in found.stderr) == (2, True), found.stderr
    assert not (tmp_path / "drawn").exists()
