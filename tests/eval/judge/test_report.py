from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Literal

import numpy as np
import pytest

from llm_grader.errors import MalformedInput
from llm_grader.eval.agreement import cluster_bootstrap, cluster_tables, kappa_of_tables
from llm_grader.eval.judge.item_answers import collect_answers
from llm_grader.eval.judge.report import ItemRow, report_items, verdicts_from_labels
from llm_grader.eval.labels.units import Unit
from llm_grader.rubric.model import Item
from llm_grader.verdict import Label, LabelSource, Verdict

GREETING = Item.model_validate(
    {"id": "greeting", "title": "Greet", "question": "Did the agent greet?", "guidance": {"not_applicable": "No agent"}}
)
TONE = Item.model_validate(
    {
        "id": "tone",
        "title": "Tone",
        "question": "How friendly?",
        "scale": {"levels": [{"value": str(i), "points": i / 4, "anchor": ""} for i in range(5)]},
        "evidence": {"required_for": []},
    }
)
Answers = Sequence[str | None]


def gold(annotator: str, answers: Answers, *, item: str = "greeting", source: LabelSource = "human") -> list[Label]:
    return [
        Label(transcript_id=f"t{i}", item_id=item, label=answer, annotator=annotator, label_source=source)
        for i, answer in enumerate(answers)
        if answer is not None
    ]


def judged(answers: Answers, item: str = "greeting") -> dict[Unit, Verdict]:
    return verdicts_from_labels({Unit(f"t{i}", item): answer for i, answer in enumerate(answers)})


def row(labels: list[Label], verdicts: dict[Unit, Verdict], item: Item = GREETING) -> ItemRow:
    (found,) = report_items(labels, verdicts, [item], seed=1, n=500)
    return found


def met(*shares: tuple[int, str | None]) -> list[str | None]:
    """Runs of answers, such as (3, "met")."""
    return [answer for count, answer in shares for _ in range(count)]


def test_the_figures_of_one_auditor_and_one_judge_by_hand() -> None:
    # Gold: 60 met, 40 not. The judge finds 54 of the 60 and 32 of the 40.
    people = gold("eva", met((60, "met"), (40, "not_met")))
    found = row(people, judged(met((54, "met"), (6, "not_met"), (8, "met"), (32, "not_met")))).figures
    assert found.confusion == ((32, 8), (6, 54))
    assert found.prevalence == (0.4, 0.6)
    assert found.agreement.estimate == pytest.approx(0.86)
    # pe = .4·.38 + .6·.62 = .524
    assert found.kappa.estimate == pytest.approx((0.86 - 0.524) / (1 - 0.524))
    # π(met) = .61: pe = 2·.61·.39 = .4758
    assert found.ac.estimate == pytest.approx((0.86 - 0.4758) / (1 - 0.4758))
    assert found.recall["not_met"].estimate == 0.8
    # Each class alike: (.9 + .8) / 2, and a constant judge has .5.
    assert found.over_constant.estimate == pytest.approx(0.35)
    assert found.bias.estimate == pytest.approx(0.02)
    assert found.kappa.low < found.kappa.estimate < found.kappa.high
    assert (found.labelled, found.scored, found.minority, found.double_scored) == (100, 100, 40, 0)
    assert isnan(found.human_alpha.estimate)


def test_what_is_off_the_scale_is_coverage_and_applicability_not_agreement() -> None:
    people = gold("eva", ["met", "met", "not_met", "not_applicable", "not_applicable", "met"])
    found = row(people, judged(["met", "cannot_assess", "not_met", "not_applicable", "met", None])).figures
    # On the scale: t0, t1, t2, t5 in gold; t0 and t2 in both.
    assert (found.labelled, found.scored, found.coverage) == (4, 2, 0.5)
    assert found.agreement.estimate == 1
    # Five units with an answer: t0, t2, t3 agree, t1 and t4 do not.
    assert found.applicability == pytest.approx(3 / 5)


def test_the_ceiling_compares_judge_and_people_on_the_same_transcripts() -> None:
    # Two auditors differ on 10 of 100; the judge is the first of them.
    first, second = met((50, "met"), (50, "not_met")), met((45, "met"), (10, "not_met"), (5, "met"), (40, "not_met"))
    labels = gold("eva", first) + gold("jan", second)
    found = row(labels, judged(first)).figures
    assert found.double_scored == 100
    # People: pooled shares .5, po = .9, κ = .8. Judge with people: right always with one, .9 with the other: po = .95.
    assert found.human_kappa.estimate == pytest.approx(0.8)
    assert found.judge_kappa.estimate == pytest.approx(0.9)
    assert found.ceiling_gap.estimate == pytest.approx(0.1)
    # α: n = 200 ratings, Do = .1, De = 2·100·100 / (200·199).
    assert found.human_alpha.estimate == pytest.approx(1 - 0.1 * 199 / 100)


def test_auditors_who_are_split_count_half_each_way() -> None:
    answers = collect_answers(gold("eva", ["met"]) + gold("jan", ["not_met"]), {}, GREETING)
    assert answers.gold.tolist() == [[0.5, 0.5]]


def test_the_adjudicator_decides_and_is_no_auditor() -> None:
    labels = gold("eva", ["met"]) + gold("jan", ["met"]) + gold("adjudicator", ["not_met"])
    answers = collect_answers(labels, {}, GREETING)
    assert answers.gold.tolist() == [[1, 0]]
    assert answers.people.tolist() == [[0, 2]]


def test_ordinal_gold_is_the_median_rounded_half_to_even() -> None:
    def of(*answers: str) -> int:
        labels = [label for i, answer in enumerate(answers) for label in gold(f"a{i}", [answer], item="tone")]
        return int(collect_answers(labels, {}, TONE).gold[0].argmax())

    assert of("0", "1", "4") == 1
    assert of("1", "2") == 2
    assert of("2", "3") == 2
    assert of("0", "not_applicable", "4", "4") == 4


def test_what_most_people_put_off_the_scale_is_off_it() -> None:
    labels = gold("a", ["met"]) + gold("b", ["not_applicable"]) + gold("c", ["cannot_assess"])
    assert collect_answers(labels, {}, GREETING).gold_applies.tolist() == [0]


def test_a_label_that_the_item_does_not_have_is_an_error() -> None:
    with pytest.raises(MalformedInput, match="item greeting: eva labelled 't0' 'Met'"):
        row(gold("eva", ["Met"]), {})


def test_where_people_labelled_only_they_count() -> None:
    labels = gold("model", met((60, "met")), source="llm") + gold("eva", met((60, "not_met")))
    found = row(labels, judged(met((60, "not_met"))))
    assert found.figures.source == "human"
    assert found.figures.prevalence == (1, 0)
    assert row(gold("model", ["met"], source="llm"), judged(["met"])).gate.colour is None
    assert row([], {}).gate.colour is None


def test_ordinal_items_are_weighed_quadratically_and_have_no_failing_level() -> None:
    levels = ["0", "1", "2", "3", "4"] * 20
    near = ["1", "1", "2", "3", "3"] * 20
    found = row(gold("eva", levels, item="tone"), judged(near, "tone"), TONE).figures
    # Weights 1 - d²/16: po = 1 - 2/80. pe = 1 - mean squared distance / 16, with x over 0..4 and y over 1,1,2,3,3:
    # E(x - y)² = var x + var y + 0 = 2 + .8.
    assert found.kappa.estimate == pytest.approx((2.8 / 16 - 2 / 80) / (2.8 / 16))
    assert found.failing is None
    assert found.bias.estimate == pytest.approx(0)
    assert found.minority == 80


def test_penalties_fail_when_they_are_met() -> None:
    item = GREETING.model_copy(update={"penalty": True})
    found = row(gold("eva", met((9, "not_met"), (1, "met"))), judged(met((10, "met"))), item).figures
    assert found.failing == "met"
    # The judge passes none of ten, people nine.
    assert found.bias.estimate == pytest.approx(-0.9)


def test_verified_evidence_counts_the_claims_that_needed_a_quote() -> None:
    verdicts = judged(met((48, "met"), (50, "not_met")))
    for i in (98, 99):
        verdicts[Unit(f"t{i}", "greeting")] = Verdict(
            item_id="greeting", label=None, status="needs_review", problem="unverified_evidence", claimed="met"
        )
    found = row(gold("eva", met((100, "met"))), verdicts).figures
    assert found.evidence_verified == pytest.approx(0.96)
    assert row(gold("eva", ["0"], item="tone"), judged(["0"], "tone"), TONE).figures.evidence_verified is None


def test_turns_of_one_transcript_are_units_of_one_cluster() -> None:
    labels = [
        Label(
            transcript_id=f"t{i // 4}",
            item_id="greeting",
            turn=i % 4,
            label=answer,
            annotator="a",
            label_source="human",
        )
        for i, answer in enumerate(["met", "not_met"] * 40)
    ]
    verdicts = verdicts_from_labels(
        {
            Unit(label.transcript_id, "greeting", label.turn): "met" if i % 5 else "not_met"
            for i, label in enumerate(labels)
        }
    )
    found = row(labels, verdicts).figures
    assert found.scored == 80
    assert found.kappa.n == 20


def by_turn(people: Sequence[Answers], judge: Sequence[Answers]) -> tuple[list[Label], dict[Unit, Verdict]]:
    """The labels of one auditor and the verdicts, for each turn of each transcript."""
    rows = [("eva", f"t{i}", turn, answer) for i, answers in enumerate(people) for turn, answer in enumerate(answers)]
    labels = [
        Label(transcript_id=id_, item_id="greeting", turn=turn, label=str(answer), annotator=who, label_source="human")
        for who, id_, turn, answer in rows
    ]
    given = {Unit(f"t{i}", "greeting", turn): a for i, answers in enumerate(judge) for turn, a in enumerate(answers)}
    return labels, verdicts_from_labels(given)


def test_intervals_resample_transcripts_and_not_their_turns() -> None:
    # Of 20 transcripts of four turns the judge turns every answer of every fourth one round.
    people = [["met", "not_met", "met", "met" if i % 2 else "not_met"] for i in range(20)]
    other = {"met": "not_met", "not_met": "met"}
    judge = [[other[answer] for answer in answers] if i % 4 == 0 else answers for i, answers in enumerate(people)]
    found = row(*by_turn(people, judge)).figures
    flat = [[answer for answers in rows for answer in answers] for rows in (people, judge)]
    ids = [f"t{i}" for i in range(20) for _ in range(4)]
    tables = cluster_tables(*flat, clusters=ids, labels=["not_met", "met"])
    expected = cluster_bootstrap(lambda sums: kappa_of_tables(sums, np.eye(2)), tables, seed=1, n=500)
    # Or a little wider, by the conversation that is spread over all cells.
    assert (found.kappa.low, found.kappa.high) == pytest.approx((expected.low, expected.high), abs=0.03)
    # A judge who is wrong in all turns or in none tells as much by four as by one: the interval is as wide.
    once = row(gold("eva", met((20, "met"))), judged(["not_met" if i % 4 == 0 else "met" for i in range(20)])).figures
    assert found.agreement.high - found.agreement.low == pytest.approx(
        once.agreement.high - once.agreement.low, abs=0.03
    )


def test_recall_has_the_wider_of_two_intervals() -> None:
    # All of 20 found: every resample has 1, and Wilson's lower bound is 20 / (20 + 1.96²).
    full = row(gold("eva", met((20, "not_met"))), judged(met((20, "not_met")))).figures.recall["not_met"]
    assert full.low == pytest.approx(20 / (20 + 1.959964**2))
    # All 25 turns of two transcripts, none of two others: Wilson's is .404 to .596 for 50 of 100. Of the resamples one
    # in 16 has none of the first two, and one in 16 none of the others.
    people, judge = [["not_met"] * 25] * 4, [["not_met"] * 25] * 2 + [["met"] * 25] * 2
    split = row(*by_turn(people, judge)).figures.recall["not_met"]
    assert (split.estimate, split.low, split.high) == (0.5, 0, 1)


def test_a_judge_is_set_off_against_the_best_that_always_says_the_same() -> None:
    # Gold is 0 and 4 only: who always says 2 has 1 - 4/16 = .75 on either, who says 0 has (1 + 0) / 2.
    levels = ["0"] * 30 + ["4"] * 10
    assert row(gold("eva", levels, item="tone"), judged(levels, "tone"), TONE).figures.over_constant.estimate == 0.25


def test_the_ceiling_leaves_out_what_people_scored_twice_and_the_judge_did_not() -> None:
    # People agree about the first two and not about the third, on which there is no verdict.
    labels = gold("eva", ["met", "not_met", "met"]) + gold("jan", ["met", "not_met", "not_met"])
    found = row(labels, judged(["met", "not_met", None])).figures
    assert found.double_scored == 2
    assert (found.human_kappa.estimate, found.judge_kappa.estimate, found.ceiling_gap.estimate) == (1, 1, 0)
    assert found.human_alpha.estimate < 1


def test_a_turn_that_only_says_where_the_evidence_is_makes_no_unit() -> None:
    labels = [
        Label(transcript_id="t0", item_id="greeting", turn=turn, label="met", annotator=name, label_source="human")
        for name, turn in (("eva", 0), ("jan", 3))
    ]
    found = row(labels, judged(["met"])).figures
    assert (found.scored, found.double_scored) == (1, 1)


def simulated(truth: np.ndarray[tuple[int], np.dtype[np.bool_]], error: float, seed: int) -> list[str | None]:
    random = np.random.default_rng(seed)
    return ["met" if yes else "not_met" for yes in np.where(random.random(len(truth)) < error, ~truth, truth)]


def test_skew_alone_is_flagged_and_neither_red_nor_does_it_let_a_constant_judge_pass() -> None:
    # 97 % met, the judge wrong on 5 % of either class: κ ≈ .51 and AC1 ≈ .94 though recall is .95 on both sides.
    truth = np.random.default_rng(0).random(1500) < 0.97
    people = ["met" if yes else "not_met" for yes in truth]
    labels = gold("eva", people) + gold("jan", people)
    found = row(labels, judged(simulated(truth, 0.05, 2)))
    assert found.figures.kappa.estimate == pytest.approx(0.51, abs=0.08)
    assert found.figures.ac.estimate == pytest.approx(0.94, abs=0.02)
    assert found.figures.skewed
    assert found.gate.colour == "amber"
    constant = row(labels, judged(["met"] * 1500))
    assert constant.figures.agreement.estimate > found.figures.agreement.estimate
    assert constant.gate.colour == "red"


def test_people_who_err_on_skewed_labels_are_the_first_to_be_looked_at() -> None:
    truth = np.random.default_rng(0).random(1500) < 0.97
    labels = gold("eva", simulated(truth, 0.05, 3)) + gold("jan", simulated(truth, 0.05, 4))
    found = row(labels, judged(simulated(truth, 0.05, 5)))
    assert found.figures.skewed
    assert found.gate.colour == "blue"
    assert "skewed" in found.gate.reasons[0].text


def test_a_good_judge_on_enough_double_scored_transcripts_is_green() -> None:
    truth = np.random.default_rng(0).random(400) < 0.7
    labels = gold("eva", simulated(truth, 0.04, 6)) + gold("jan", simulated(truth, 0.04, 7))
    assert row(labels, judged(simulated(truth, 0.03, 8))).gate.colour == "green"


@pytest.mark.parametrize("answer", ["met", "not_met"])
def test_a_constant_judge_is_never_green(answer: Literal["met", "not_met"]) -> None:
    for share in (0.5, 0.8, 0.97):
        truth = np.random.default_rng(0).random(600) < share
        people = ["met" if yes else "not_met" for yes in truth]
        assert row(gold("eva", people) + gold("jan", people), judged([answer] * 600)).gate.colour == "red"


def test_an_item_that_no_judge_is_asked_about_wants_no_labels() -> None:
    asked_of_people = GREETING.model_copy(update={"judged": "org"})
    found = row(gold("eva", met((30, "met"), (30, "not_met"))), {}, asked_of_people)
    assert found.gate.colour is None
    assert "no judge is asked" in found.gate.reasons[0].text
    assert row(gold("eva", ["met"]), {}).gate.colour == "grey"
