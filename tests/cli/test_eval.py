"""`eval`, `plan` and `drift` as a quality lead meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from llm_grader.eval.judge.labelled_set import load_labelled_set
from llm_grader.eval.labels.split import split_transcripts
from llm_grader.rubric.load import load_rubric
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion, failure
from tests.support.eval_commands import card, clean_settings, judge, run, write_gold, write_rubric, write_store

__all__ = ["clean_settings"]

ROOT = Path(__file__).parents[2]
PUBLIC = ROOT.parent / "shared" / "gold"


def desk(folder: Path, gold: dict[str, list[str]], judged: dict[str, list[str]], *, source: str = "human") -> list[str]:
    """A gold set with two annotators who agree, and a stored run; returns the arguments that compare them."""
    rubric = write_rubric(folder)
    labels = {item: {"eva": given, "jan": given} for item, given in gold.items()}
    place = write_gold(folder, labels, source=source)
    loaded = load_rubric(rubric)
    count = max(map(len, judged.values()))
    cards = [card(n, loaded, {item: given[n] for item, given in judged.items()}) for n in range(count)]
    store = write_store(folder, cards)
    return list(map(str, ["eval", "--gold", place, "--rubric", rubric, "--store", store]))


def skewed(folder: Path) -> list[str]:
    """94 of 100 greetings are met, and the judge finds one of the six that are not."""
    gold = ["not_met"] * 6 + ["met"] * 94
    judged = ["not_met"] + ["met"] * 99
    return desk(folder, {"greeting": gold}, {"greeting": judged})


def test_skew_prints_kappa_and_ac1_side_by_side_with_the_flag(tmp_path: Path) -> None:
    found = run(*skewed(tmp_path))
    assert found.code == 0, found.stderr
    # κ: observed .95, by chance .06·.01 + .94·.99 = .9312, so (.95 - .9312) / .0688 = .27.
    # AC1: π = (.06 + .01) / 2 = .035, by chance 2·.035·.965 = .0676, so (.95 - .0676) / .9324 = .95.
    heading = next(line for line in found.stdout.splitlines() if "AC1" in line and "κ" in line)
    first = next(line for line in found.stdout.splitlines() if line.startswith("greeting"))
    assert first[: heading.index("κ") + 1].endswith(".27")
    assert first[: heading.index("AC1") + 3].endswith(".95")
    assert "skewed: κ .27 and AC .95 lie apart" in found.stdout
    assert "not_met    6%  1  5" in first
    assert "GREY" in first
    assert "4 more are needed, about 67 transcripts at this rate" in words_of(found.stdout)


def words_of(text: str) -> str:
    """The text as if it had no lines."""
    return " ".join(text.split())


def test_every_line_fits_into_120_columns(tmp_path: Path) -> None:
    gold = ["met", "not_met"] * 60
    arguments = desk(tmp_path, {"greeting": gold, "solution": gold}, {"greeting": gold, "solution": gold[::-1]})
    found = run(*arguments, "--disagreements", "5")
    assert max(map(len, found.stdout.splitlines())) <= 120
    assert "critical" in found.stdout


def test_json_is_one_object_an_item_and_what_is_not_known_is_null(tmp_path: Path) -> None:
    gold = ["met"] * 30
    found = run(
        *desk(tmp_path, {"greeting": gold, "solution": gold[:20]}, {"greeting": gold, "solution": gold}), "--json"
    )
    greeting, solution = found.lines()
    assert (greeting["item_id"], solution["item_id"]) == ("greeting", "solution")
    assert greeting["kappa"] == {"estimate": None, "low": None, "high": None, "n": 30, "defined": 0.0}
    assert (greeting["labelled"], solution["labelled"]) == (30, 20)
    assert "NaN" not in found.stdout
    assert isinstance(greeting["gate"], dict)
    assert greeting["gate"]["colour"] == "grey"
    assert greeting["confusion"] == [[0.0, 0.0], [0.0, 30.0]]


def test_labels_that_are_not_from_people_never_open_a_gate(tmp_path: Path) -> None:
    gold = ["met", "not_met"] * 100
    arguments = desk(tmp_path, {"greeting": gold}, {"greeting": gold}, source="synthetic")
    found = run(*arguments, "--fail-under", "amber")
    assert found.code == 1
    assert "Labels are synthetic: no gate." in found.stdout
    assert "greeting: no gate, not amber: labels are synthetic" in found.stderr
    assert run(*arguments, "--fail-under", "0.9").code == 0


def test_a_judge_that_agrees_as_people_do_is_green_and_one_that_misses_failures_red(tmp_path: Path) -> None:
    gold = ["met", "not_met"] * 100
    missing = ["met" if n % 2 == 0 or n % 4 == 1 else "not_met" for n in range(200)]
    arguments = desk(tmp_path, {"greeting": gold, "solution": gold}, {"greeting": gold, "solution": missing})
    found = run(*arguments)
    assert "greeting GREEN, the judge alone" in words_of(found.stdout)
    # Half of the failures are found; the floor of a critical item is 90 %.
    assert "solution RED, people only" in words_of(found.stdout)
    assert "the floor is 90% for a critical item" in words_of(found.stdout)
    assert run(*arguments, "--fail-under", "green").code == 1


@pytest.mark.parametrize(("floor", "code"), [("0.2", 0), ("0.3", 1), ("green", 1)])
def test_the_exit_code_tells_whether_an_item_falls_below_the_floor(tmp_path: Path, floor: str, code: int) -> None:
    found = run(*skewed(tmp_path), "--fail-under", floor)
    assert found.code == code
    assert ("greeting" in found.stderr) == bool(code)


def test_a_kappa_that_is_not_known_is_below_every_floor(tmp_path: Path) -> None:
    found = run(*desk(tmp_path, {"greeting": ["met"] * 60}, {"greeting": ["met"] * 60}), "--fail-under", "0")
    assert found.code == 1
    assert "give all 60 the same label" in found.stderr


def test_disagreements_come_side_by_side_the_critical_first_each_with_its_cause(tmp_path: Path) -> None:
    gold = ["met", "not_met"] * 30
    wrong = ["not_met", *gold[1:]]
    arguments = desk(tmp_path, {"greeting": gold, "solution": gold}, {"greeting": wrong, "solution": wrong})
    found = run(*arguments, "--disagreements", "1")
    assert "2 disagreements, likely cause: model 2" in found.stdout
    assert "t0000, solution, critical: model" in found.stdout
    assert "t0000, greeting" not in found.stdout
    (side_by_side,) = [line for line in found.stdout.splitlines() if line.startswith("eva: met.")]
    assert "judge: not_met. says the judge" in side_by_side
    greeting, solution = run(*arguments, "--disagreements", "5", "--json").lines()
    for row in (greeting, solution):
        cases = cast("list[dict[str, Any]]", row["disagreements"])
        (case,) = cases
        assert case["transcript_id"] == "t0000"
        assert case["judge"]["reason"] == "says the judge"


def test_groups_are_compared_each_by_itself(tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path)
    gold = ["met", "not_met"] * 30
    place = write_gold(tmp_path, {"greeting": {"eva": gold}}, language=lambda n: "de" if n < 20 else "en")
    wrong = [*gold[20:40][::-1], *gold[20:]]
    store = write_store(tmp_path, [card(n, load_rubric(rubric), {"greeting": wrong[n]}) for n in range(60)])
    shared = ("eval", "--gold", place, "--rubric", rubric, "--store", store)
    rows = run(*shared, "--by", "language", "--json").lines()
    assert [(row["group"], row["scored"]) for row in rows] == [("en", 40), ("de", 20)]
    assert [row["kappa"]["estimate"] for row in rows] == [1.0, -1.0]  # type: ignore[index]
    assert "de: 20 labelled conversations" in run(*shared, "--by", "language").stdout
    alone = run("eval", "--gold", place / "labels.jsonl", "--rubric", rubric, "--store", store, "--by", "language")
    assert (alone.code, "transcripts.jsonl" in alone.stderr) == (2, True)


def test_rates_stand_beside_one_another_below_the_tables_and_what_cannot_wait_is_said_of_each_group(
    tmp_path: Path,
) -> None:
    rubric = write_rubric(tmp_path)
    gold = ["met", "not_met"] * 30
    place = write_gold(tmp_path, {"solution": {"eva": gold}}, language=lambda n: "de" if n < 20 else "en")
    judged = ["met", *gold[:1], *gold[2:]]  # the failure of the second conversation, a German one, is missed
    store = write_store(tmp_path, [card(n, load_rubric(rubric), {"solution": judged[n]}) for n in range(60)])
    command = ("eval", "--gold", place, "--rubric", rubric, "--store", store)
    lines = run(*command, "--by", "language").stdout.splitlines()
    begun = next(at for at, line in enumerate(lines) if line.split()[:2] == ["item", "of"])
    # 11 of 20 pass as judged; the judge finds 9 of 10 failures: (.55 + .9 - 1) / (1 + .9 - 1) = .5
    assert lines[begun + 1].split()[:5] == ["solution", "en", "40", "50%", "50%"]
    assert lines[begun + 2].split()[:4] == ["de", "20", "55%", "50%"]
    assert "missed: t0001" in words_of("\n".join(lines))
    assert "GREY, need data" not in "\n".join(lines)
    whole = words_of(run(*command).stdout)
    assert "GREY, need data" in whole
    assert "passed as judged" in whole


def test_groups_are_those_of_the_agent_under_review_else_the_only_one_and_of_the_tickets_team(tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"eva": ["met", "not_met"] * 5}})
    fields: list[tuple[dict[str, object], list[str]]] = [
        ({"agent_id": "bob", "ticket": {"team": "care"}}, ["ann", "bob"]),
        ({"ticket": {"team": "care"}}, ["ann", "bob"]),
        ({"ticket": {"team": "care"}}, ["ann", "ann"]),
        ({"ticket": {}}, ["ann"]),
        ({"ticket": {"team": "claims"}}, ["ann"]),
        ({}, ["ann"]),
        ({}, ["bob"]),
        ({}, []),
        ({}, []),
        ({}, []),
    ]
    conversations = [
        {
            "id": f"t{n:04}",
            "channel": "chat",
            "turns": [
                {"role": "customer", "speaker": "Cyd", "text": "Hm."},
                *({"role": "agent", "speaker": who, "text": "Hello."} for who in agents),
            ],
            **more,
        }
        for n, (more, agents) in enumerate(fields)
    ]
    (gold / "transcripts.jsonl").write_text("".join(json.dumps(one) + "\n" for one in conversations), "utf-8")
    cards = [card(n, load_rubric(rubric), {"greeting": "met"}) for n in range(10)]
    command = ("eval", "--gold", gold, "--rubric", rubric, "--store", write_store(tmp_path, cards), "--json")

    def sizes(by: str) -> dict[object, object]:
        return {row["group"]: row["scored"] for row in run(*command, "--by", by).lines()}

    assert sizes("agent") == {"ann": 4, "bob": 2, "(several agents)": 1, "(unknown)": 3}
    assert sizes("team") == {"care": 3, "claims": 1, "(unknown)": 6}


def test_with_a_model_the_conversations_are_graded_first_and_never_paid_twice(tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path)
    labels = ["met", "not_met"] * 6
    gold = write_gold(tmp_path, {"greeting": {"eva": labels}})
    with ScriptedServer(judge(lambda number, _item: labels[number])) as server:
        command = ("eval", "--gold", gold, "--rubric", rubric, "--model", "m", "--base-url", server.base_url, "--json")
        (first,) = run(*command, "--fail-under", "0.9").lines()
        assert len(server.requests) == 12
        assert first["kappa"]["estimate"] == 1  # type: ignore[index]
        assert first["evidence_verified"] == 1
        again = run(*command).lines()[0]
        assert {**again, "origin": None} == {**first, "origin": None}
        assert len(server.requests) == 12
    assert run("eval", "--gold", gold, "--rubric", rubric, "--json").lines() == [again]


def test_the_example_set_is_compared_by_the_rubric_that_is_named() -> None:
    with ScriptedServer(
        lambda request: completion({item: answer("cannot_assess") for item in request.item_ids()})
    ) as server:
        shared = ("eval", "--gold", ROOT / "eval" / "gold", "--base-url", server.base_url, "--model", "m", "--json")
        rows = run(*shared, "--rubric", "call_quality").lines()
    assert {row["source"] for row in rows} == {"synthetic"}
    assert {row["item_id"] for row in rows} >= {"verify_customer", "background_noise"}


def test_what_is_missing_or_does_not_fit_is_told_with_what_to_do(tmp_path: Path) -> None:
    arguments = skewed(tmp_path)
    rubric = arguments[4]
    assert "no such file" in run("eval", "--gold", tmp_path / "nowhere").stderr
    assert "no such store" in run(*arguments[:5], "--store", tmp_path / "other.db").stderr
    assert "no run 7" in run(*arguments, "--run", "7").stderr
    assert "expected one of them" in run(*arguments, "--run", "1", "--model", "m").stderr
    assert "amber or green" in run(*arguments, "--fail-under", "excellent").stderr
    assert "--gold" in run("eval", "--rubric", rubric).stderr
    other = run("eval", "--gold", ROOT / "eval" / "gold", "--rubric", "call_quality", "--store", arguments[-1])
    assert "no run with the rubric call_quality" in other.stderr


def test_verdicts_of_another_version_of_the_rubric_are_compared_with_a_warning(tmp_path: Path) -> None:
    arguments = skewed(tmp_path)
    path = Path(arguments[4])
    path.write_text(path.read_text("utf-8").replace("says hello", "says good morning"), "utf-8")
    found = run(*arguments)
    assert found.code == 0
    assert "another version of desk" in found.stderr


@pytest.mark.skipif(not PUBLIC.exists(), reason="the public sets are not here")
def test_a_public_set_comes_with_its_own_rubric() -> None:
    read = load_labelled_set(PUBLIC / "lend_an_ear")
    assert (read.rubric.id, read.sources) == ("lend_an_ear", ("human",))
    assert read.transcripts
    assert load_labelled_set(PUBLIC / "lend_an_ear" / "dev").labels == read.labels
    assert "rubric of its own" in run("eval", "--gold", PUBLIC / "star", "--rubric", "helpdesk_qa").stderr
    assert "no labels" in run("eval", "--gold", PUBLIC / "primock57").stderr


def test_plan_gives_the_known_numbers() -> None:
    # z²/d²·(1 - κ)[(1 - κ)(1 - 2κ) + κ(2 - κ)/(2π(1 - π))] at κ = .7, d = .1; and ln .05 / ln(1 - e).
    (found,) = run("plan", "--json").lines()
    assert found["transcripts"] == {"0.5": 196, "0.2": 314, "0.1": 569, "0.05": 1091}
    assert found["without_error"] == {"0.1": 29, "0.05": 59, "0.02": 149, "0.01": 299}
    assert "1,091" in run("plan").stdout
    assert run("plan", "--prevalence", "1.5").code == 2


def test_plan_says_what_each_item_still_needs(tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path)
    rare = ["not_met"] * 20 + ["met"] * 80
    gold = write_gold(tmp_path, {"greeting": {"eva": rare, "jan": rare[:30]}, "solution": {"eva": ["met"] * 40}})
    greeting, solution = run("plan", "--gold", gold, "--rubric", rubric, "--json").lines()
    # At a share of .2 it takes 314 for κ; ten rare labels come with 50 conversations.
    assert (greeting["labelled"], greeting["double_labelled"], greeting["minority"]) == (100, 30, 0.2)
    assert (greeting["for_kappa"], greeting["for_minority"], greeting["missing"]) == (314, 50, 214)
    assert (solution["minority"], solution["missing"]) == (None, None)
    assert "no label differs" in run("plan", "--gold", gold, "--rubric", rubric).stdout


@pytest.mark.parametrize(
    ("rare", "of", "needed"),
    [
        (5, 100, 200),  # at a share of .05 it takes 44 for κ, and 200 conversations for ten rare labels
        (10, 20, 50),  # at a share of .5 it takes 8 for κ, 20 for ten rare labels, and 50 that two people label
    ],
)
def test_plan_counts_what_the_rare_label_and_the_ceiling_take(tmp_path: Path, rare: int, of: int, needed: int) -> None:
    labels = ["not_met"] * rare + ["met"] * (of - rare)
    gold = write_gold(tmp_path, {"greeting": {"eva": labels}})
    (item,) = run("plan", "--gold", gold, "--rubric", write_rubric(tmp_path), "--half-width", "0.5", "--json").lines()
    assert item["missing"] == needed - of


def test_drift_is_told_by_its_exit_code_and_random_change_is_not_drift(tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path)
    loaded = load_rubric(rubric)
    before = [card(n, loaded, {"greeting": "met", "solution": ("met", "not_met")[n % 2]}) for n in range(40)]
    after = [
        card(n, loaded, {"greeting": "not_met" if n < 8 else "met", "solution": ("not_met", "met")[n % 2]})
        for n in range(40)
    ]
    files = []
    for name, cards in {"before": before, "after": after}.items():
        files.append(tmp_path / f"{name}.jsonl")
        files[-1].write_text("".join(one.model_dump_json() + "\n" for one in cards), "utf-8")
    shared = ("drift", "--rubric", rubric, "--before", files[0])
    found = run(*shared, "--after", files[1], "--json")
    assert found.code == 1
    greeting, solution, together = found.lines()
    # Eight flips one way: 2·(1/2)·2⁻⁸ = 1/256; twenty each way: no tendency.
    assert (greeting["changed"], greeting["p"], greeting["drifted"]) == (8, pytest.approx(1 / 256), True)
    assert (solution["changed"], solution["drifted"]) == (40, False)
    assert (together["item_id"], together["worse"], together["better"]) == (None, 28, 20)
    assert "drifted" in run(*shared, "--after", files[1]).stdout
    assert run(*shared, "--after", files[0]).code == 0
    store = write_store(tmp_path, before)
    assert run("drift", "--rubric", rubric, "--store", store, "--before", "1", "--after", files[1]).code == 1


def test_drift_grades_the_anchors_afresh_whatever_is_stored(tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"eva": ["met"] * 10}})
    frozen = tmp_path / "frozen.jsonl"
    loaded = load_rubric(rubric)
    cards = [card(n, loaded, {"greeting": "met", "solution": "met"}) for n in range(10)]
    frozen.write_text("".join(one.model_dump_json() + "\n" for one in cards), "utf-8")
    with ScriptedServer(judge(lambda _number, item: "met" if item == "solution" else "not_met")) as server:
        command = ("drift", gold / "transcripts.jsonl", "--rubric", rubric, "--before", frozen, "--model", "m")
        for times in (1, 2):
            found = run(*command, "--base-url", server.base_url, "--json")
            assert len(server.requests) == 10 * times
    assert [row["drifted"] for row in found.lines()] == [True, False, True]
    assert "another model: m, now" not in found.stderr
    assert "graded with another model: scripted, now m" in found.stderr
    assert run("drift", "--before", frozen).code == 2
    frozen.write_text('{"id": 1}\n', "utf-8")
    broken = run("drift", "--rubric", rubric, "--before", frozen, "--after", frozen)
    assert (broken.code, "frozen.jsonl: line 1: expected a scorecard" in broken.stderr) == (65, True)


def test_the_part_of_gold_that_refine_leaves_alone_serves_as_anchors(tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"eva": ["met"] * 50}})
    frozen = tmp_path / "frozen.jsonl"
    loaded = load_rubric(rubric)
    cards = [card(n, loaded, {"greeting": "met", "solution": "met"}) for n in range(50)]
    frozen.write_text("".join(one.model_dump_json() + "\n" for one in cards), "utf-8")
    kept = split_transcripts(f"t{n:04}" for n in range(50)).frozen
    with ScriptedServer(judge(lambda _number, _item: "met")) as server:
        flags = ("--rubric", rubric, "--model", "m", "--base-url", server.base_url, "--json")
        found = run("drift", "--gold", gold, "--before", frozen, *flags)
        assert len(server.requests) == len(kept) > 5
    assert found.code == 0
    assert [(row["n"], row["lost"]) for row in found.lines()[:-1]] == [(len(kept), 0)] * 2


def test_conversations_that_could_not_be_graded_show_in_the_exit_code(tmp_path: Path) -> None:
    rubric = write_rubric(tmp_path)
    gold = write_gold(tmp_path, {"greeting": {"eva": ["met"] * 3}})
    right = judge(lambda _number, _item: "met")

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return failure(400, "bad") if "This is case 1." in str(request.body["messages"]) else right(request)

    with ScriptedServer(respond) as server:
        found = run("eval", "--gold", gold, "--rubric", rubric, "--model", "m", "--base-url", server.base_url, "--json")
    assert found.code == 3
    (greeting,) = found.lines()
    assert (greeting["labelled"], greeting["scored"]) == (3, 2)


def test_a_set_without_labels_is_told_apart_from_one_without_agreement(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text("", "utf-8")
    found = run("eval", "--gold", path, "--rubric", write_rubric(tmp_path))
    assert (found.code, "no labels to compare with" in found.stderr) == (65, True)


def test_json_of_a_card_survives_the_way_through_a_file(tmp_path: Path) -> None:
    from llm_grader.eval.judge.item_drift import read_cards

    cards = [card(n, load_rubric(write_rubric(tmp_path)), {"greeting": "met"}) for n in range(3)]
    path = tmp_path / "cards.jsonl"
    path.write_text("\n".join(json.dumps(one.model_dump(mode="json")) for one in cards), "utf-8")
    assert list(read_cards(path)) == cards
