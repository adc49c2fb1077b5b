"""Better wording: what chance offers is refused, what is better is found, and the diff changes nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llm_grader.errors import InvalidOutput, MalformedInput, RubricError
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.labels.split import split_transcripts
from llm_grader.eval.refine import refine
from llm_grader.eval.refine.looks import DEFAULT_LOOKS, LookLog
from llm_grader.eval.refine.rubric_patch import patch_rubric, render_diff
from llm_grader.eval.refine.steps import (
    Trial,
    anchor_examples,
    choose_best,
    correct_verdicts,
    decided_labels,
    judge_held_out,
)
from llm_grader.eval.refine.wordings import Anchor, Confusion, Wording, load_wordings, propose_wordings, reword
from llm_grader.rubric.load import load_rubric, read_rubric_text
from llm_grader.rubric.model import Item, Rubric
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, completion
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label, Scorecard, Verdict
from tests.support.eval_commands import RUBRIC, card, clean_settings, judge, run, write_gold, write_rubric
from tests.support.scripted import transcript

__all__ = ["clean_settings"]

GREETING = Item.model_validate({"id": "greeting", "title": "Greets", "question": "Did the agent greet?"})
LEVEL = 0.05 / DEFAULT_LOOKS


def labelled(transcript: str, label: str, annotator: str = "eva", **more: Any) -> Label:
    return Label(
        transcript_id=transcript, item_id="greeting", label=label, annotator=annotator, label_source="human", **more
    )


class Wordings:
    """Simulated judges: which of `n` verdicts are right with the present wording, and with others.

    Errors are mostly shared: a wording that is no better breaks as much as it mends; a better one mends seven of ten
    errors and breaks one right verdict in twenty, so that .8 becomes .8·.95 + .2·.7 = .9.
    """

    def __init__(self, random: np.random.Generator, n: int) -> None:
        self.random = random
        self.base = random.random(n) < 0.8
        self.fails = random.random(n) < 0.4

    def alike(self) -> list[bool]:
        mends = self.random.random(self.base.size) < 0.2
        breaks = self.random.random(self.base.size) < 0.05
        return list(map(bool, np.where(self.base, ~breaks, mends)))

    def better(self) -> list[bool]:
        mends = self.random.random(self.base.size) < 0.7
        breaks = self.random.random(self.base.size) < 0.05
        return list(map(bool, np.where(self.base, ~breaks, mends)))


def accepts(random: np.random.Generator, *, candidates: int, one_is_better: bool) -> bool:
    """The whole way: the best on 150 development conversations, tested once on 150 others."""
    dev, held_out = Wordings(random, 150), Wordings(random, 150)
    tried = [dev.better() if one_is_better and n == 0 else dev.alike() for n in range(candidates)]
    best = choose_best(numbered(list(map(bool, dev.base))), [numbered(one) for one in tried])
    if best is None:
        return False
    after = held_out.better() if one_is_better and best == 0 else held_out.alike()
    trial = Trial("greeting", tuple(map(bool, held_out.base)), tuple(after), tuple(map(bool, held_out.fails)))
    (found,) = judge_held_out([trial], level=LEVEL)
    return found.accepted


def numbered(right: list[bool]) -> dict[str, bool]:
    return {f"t{n}": value for n, value in enumerate(right)}


def test_the_best_of_ten_wordings_that_are_all_alike_is_accepted_in_at_most_5_of_100_runs() -> None:
    random = np.random.default_rng(20250101)
    assert sum(accepts(random, candidates=10, one_is_better=False) for _ in range(400)) / 400 <= 0.05


def test_a_wording_that_lifts_80_to_90_percent_is_accepted_in_at_least_80_of_100_runs() -> None:
    random = np.random.default_rng(20250102)
    assert sum(accepts(random, candidates=6, one_is_better=True) for _ in range(600)) / 600 >= 0.80


def test_without_the_held_out_test_the_best_of_ten_alike_nearly_always_looks_better() -> None:
    random = np.random.default_rng(20250103)
    looks_better = 0
    for _ in range(200):
        dev = Wordings(random, 150)
        base = numbered(list(map(bool, dev.base)))
        looks_better += choose_best(base, [numbered(dev.alike()) for _ in range(10)]) is not None
    assert looks_better / 200 > 0.9


def test_the_p_value_is_that_of_the_one_sided_test_with_mid_p_adjusted_over_items() -> None:
    # 8 became right, 1 wrong: P(X > 8) + P(X = 8)/2 for X ~ Bin(9, 1/2) = (1 + 9/2) / 512.
    p = 5.5 / 512
    better = Trial("a", (False,) * 8 + (True,) * 2, (True,) * 8 + (False, True), (False,) * 10)
    same = Trial("b", (True, False), (True, False), (False, False))
    found = judge_held_out([better, same], level=0.05)
    assert found[0].p == pytest.approx(2 * p)
    assert [finding.accepted for finding in found] == [True, False]
    assert found[1].p == 1
    assert not judge_held_out([better, same], level=0.02)[0].accepted


def test_a_wording_that_misses_more_failures_is_refused_however_often_it_is_right() -> None:
    # All 20 passes become right, but one of two failures is lost.
    before = (False,) * 20 + (True, True)
    after = (True,) * 20 + (True, False)
    (found,) = judge_held_out([Trial("a", before, after, (False,) * 20 + (True, True))], level=0.05)
    assert found.p < 0.001
    assert (found.recall_before, found.recall_after) == (1.0, 0.5)
    assert not found.accepted


def test_no_candidate_that_is_only_as_good_is_chosen_and_of_equals_the_first_is() -> None:
    base = {"t1": True, "t2": False, "t3": False}
    assert choose_best(base, [{"t1": False, "t2": True, "t3": False}]) is None
    assert choose_best(base, [base, {**base, "t2": True}, {**base, "t3": True}]) == 1
    assert choose_best(base, []) is None


def test_a_split_keeps_conversations_where_they_are_when_others_come() -> None:
    few, many = split_transcripts(f"t{n}" for n in range(300)), split_transcripts(f"t{n}" for n in range(600))
    assert few.dev < many.dev
    assert few.held_out < many.held_out
    assert few.frozen < many.frozen
    assert len(many.dev) == pytest.approx(240, abs=40)
    assert len(many.frozen) == pytest.approx(120, abs=30)
    assert not many.dev & many.held_out


def test_what_people_decided_is_the_adjudicators_label_or_that_of_most() -> None:
    labels = [
        labelled("t1", "met"),
        labelled("t1", "not_met", "jan"),
        labelled("t1", "not_met", "adjudicator"),
        labelled("t2", "met"),
        labelled("t2", "met", "jan"),
        labelled("t2", "not_met", "ota"),
        labelled("t3", "met"),
        labelled("t3", "not_met", "jan"),
        Label(transcript_id="t4", item_id="greeting", label="met", annotator="m", label_source="llm"),
    ]
    assert decided_labels(labels, GREETING) == {"t1": "not_met", "t2": "met"}


def test_what_was_decided_is_what_eval_compares_with_and_off_the_scale_what_most_said() -> None:
    tone = Item.model_validate(
        {
            "id": "greeting",
            "title": "Tone",
            "question": "?",
            "scale": {"levels": [{"value": str(n), "points": n / 3, "anchor": "…"} for n in range(4)]},
        }
    )

    def of(item: Item, *answers: str) -> str | None:
        return decided_labels([labelled("t", answer, f"a{n}") for n, answer in enumerate(answers)], item).get("t")

    # The median, though no two agree; where two of four are on the scale, these decide.
    assert of(tone, "1", "2", "3") == "2"
    assert of(tone, "1", "2", "not_applicable", "cannot_assess") == "2"
    assert of(GREETING, "met", "not_applicable") == "met"
    assert of(GREETING, "met", "not_met", "not_applicable") is None
    assert of(GREETING, "met", "not_applicable", "not_applicable") == "not_applicable"
    assert of(GREETING, "met", "not_applicable", "cannot_assess") is None


@pytest.mark.parametrize(
    ("levels", "decided"),
    [
        ("12345", ["2", "2", "4", "4"]),
        ("01234", ["0", "2", "2", "4"]),
        ("54321", ["4", "4", "2", "2"]),
        ("abcde", ["a", "c", "c", "e"]),
        (("-2", "-1", "0", "1", "2"), ["-2", "0", "0", "2"]),
    ],
)
def test_the_middle_of_two_levels_is_the_even_number_or_place(levels: Sequence[str], decided: list[str]) -> None:
    scale = {"levels": [{"value": value, "points": n / 4, "anchor": "…"} for n, value in enumerate(levels)]}
    item = Item.model_validate({"id": "greeting", "title": "Tone", "question": "?", "scale": scale})
    found = [decided_labels([labelled("t", a), labelled("t", b, "jan")], item)["t"] for a, b in pairwise(levels)]
    assert found == decided


def test_a_median_that_is_a_number_is_that_of_the_numbers() -> None:
    # 1 and 8 have the middle 4.5: of the levels 4 is the nearest.
    scale = {"levels": [{"value": value, "points": n / 3, "anchor": "…"} for n, value in enumerate("1248")]}
    item = Item.model_validate({"id": "greeting", "title": "Tone", "question": "?", "scale": scale})
    assert decided_labels([labelled("t", "1"), labelled("t", "8", "jan")], item) == {"t": "4"}


def test_a_verdict_that_needs_review_is_not_right_and_a_failed_one_is_left_out() -> None:
    rubric = Rubric.model_validate(
        {
            "id": "r",
            "version": "1",
            "title": "R",
            "sections": [{"id": "s", "title": "S", "items": [GREETING.model_dump(by_alias=True)]}],
        }
    )
    right, review, failed = (card(n, rubric, {"greeting": "met"}) for n in range(3))
    open_ = Verdict(item_id="greeting", label=None, status="needs_review", problem="missing")
    lost = Verdict(item_id="greeting", label=None, status="error", problem="transient")
    cards = [
        right,
        review.model_copy(update={"verdicts": {"greeting": open_}}),
        failed.model_copy(update={"verdicts": {"greeting": lost}}),
    ]
    decided = {f"t{n:04}": "met" for n in range(3)}
    assert correct_verdicts(cards, decided, GREETING) == {"t0000": True, "t0001": False}


def test_anchors_are_adjudicated_quotes_balanced_over_labels() -> None:
    labels = [labelled(f"t{n}", "met", "adjudicator", evidence_quotes=(f"yes {n}",)) for n in range(5)]
    labels += [labelled(f"u{n}", "not_met", "adjudicator", evidence_quotes=(f"no {n}",)) for n in range(2)]
    labels += [
        labelled("v", "met", evidence_quotes=("split",)),
        labelled("v", "not_met", "jan", evidence_quotes=("split",)),
    ]
    anchors = anchor_examples(labels, GREETING, [label.transcript_id for label in labels])
    assert [anchor.quote for anchor in anchors] == ["yes 0", "no 0", "yes 1", "no 1", "yes 2"]
    assert anchor_examples(labels, GREETING, ["t0", "u0", "v"]) == ()


def test_what_models_say_is_no_anchor_and_not_shown_as_what_people_said_where_people_labelled(tmp_path: Path) -> None:
    ids = [f"t{n:04}" for n in range(120)]
    people = [labelled(id_, "not_met", evidence_quotes=("nothing",)) for id_ in ids]
    models = [
        labelled(id_, "met", who, evidence_quotes=("a model's words",)).model_copy(update={"label_source": "llm"})
        for id_ in ids
        for who in ("gpt", "claude", "adjudicator")
    ]
    assert anchor_examples([*models, *people], GREETING, ids) == ()
    assert len(anchor_examples(models, GREETING, ids)) == 5
    rubric = load_rubric(write_rubric(tmp_path))
    shown: list[Confusion] = []

    def propose(_item: Item, cases: Sequence[Confusion]) -> list[Wording]:
        shown.extend(cases)
        return []

    refine(
        LabelledSet("gold", rubric, {id_: transcript(id_) for id_ in ids}, (*models, *people)),
        ["greeting"],
        grade=lambda prompt, by: [card(int(one.id[1:]), by, {"greeting": "met", "solution": "met"}) for one in prompt],
        propose=propose,
        log=LookLog(tmp_path / "looks.jsonl"),
    )
    assert {(case.truth, *(label.annotator for label in case.people)) for case in shown} == {("not_met", "eva")}


def test_an_item_that_was_labelled_turn_by_turn_is_not_refined(tmp_path: Path) -> None:
    rubric, gold = write_rubric(tmp_path), small_gold(tmp_path)
    rows = [json.loads(line) for line in (gold / "labels.jsonl").read_text("utf-8").splitlines()]
    by_turn = [{**row, "turn": turn} for row in rows if row["item_id"] == "greeting" for turn in (0, 1)]
    whole = [row for row in rows if row["item_id"] == "solution"]
    (gold / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in by_turn + whole), "utf-8")
    with ScriptedServer(wrong_half_of_the_time) as server:
        judged = ("--rubric", rubric, "--model", "m", "--base-url", server.base_url)
        named = run("refine", "--gold", gold, "--item", "greeting", *judged)
        assert (named.code, server.requests) == (2, [])
        assert "labels about whole conversations, not their turns; found greeting" in named.stderr
        # Only the other item is looked at, in which the judge is never wrong.
        assert run("refine", "--gold", gold, *judged).stderr.count("greeting:") == 0
        (gold / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in by_turn), "utf-8")
        assert "found none" in run("refine", "--gold", gold, *judged).stderr


def test_a_rubric_has_the_looks_that_were_fixed_at_the_first_and_no_more_for_any_item(tmp_path: Path) -> None:
    rubric, gold = write_rubric(tmp_path), small_gold(tmp_path)
    wordings = tmp_path / "wordings.yaml"
    wordings.write_text("greeting:\n  - question: Is there a greeting?\n", "utf-8")
    with ScriptedServer(wrong_half_of_the_time) as server:
        command: list[str | Path] = ["refine", "--gold", gold, "--rubric", rubric, "--item", "greeting"]
        command += ["--wordings", wordings, "--model", "m", "--base-url", server.base_url, "--looks", "1"]
        first = run(*command)
        assert first.code == 0, first.stderr
        sent = len(server.requests)
        again = run(*command)
        assert again.code == 2
        assert "all 1 looks of desk are taken" in again.stderr
        assert len(server.requests) == sent
        assert "1 looks were fixed" in run(*command[:-1], "3").stderr
    (look,) = LookLog(gold / "looks.jsonl", of=1).looks
    assert (look.item_id, look.number, look.level, look.accepted) == ("greeting", 1, 0.05, True)


def small_gold(folder: Path) -> Path:
    """Sixty conversations in which the agent greets in the even ones; the judge below says so only when asked well."""
    greets = ["met" if n % 2 == 0 else "not_met" for n in range(60)]
    return write_gold(folder, {"greeting": {"eva": greets}, "solution": {"eva": ["met"] * 60}})


def wrong_half_of_the_time(request: ScriptedRequest) -> ScriptedResponse:
    """With the old wording everything is met; with the new one the judge is right."""
    asked_well = "Is there a greeting?" in str(request.body["messages"])
    return judge(lambda number, item: "not_met" if asked_well and item == "greeting" and number % 2 else "met")(request)


def test_what_is_proven_better_is_printed_as_a_diff_that_changes_that_alone(tmp_path: Path) -> None:
    rubric, gold = write_rubric(tmp_path), small_gold(tmp_path)
    wordings = tmp_path / "wordings.yaml"
    wordings.write_text("greeting:\n  - question: Is there a greeting?\n  - policy: {met: hi}\n", "utf-8")
    with ScriptedServer(wrong_half_of_the_time) as server:
        found = run(
            *("refine", "--gold", gold, "--rubric", rubric, "--wordings", wordings, "--out", tmp_path / "new.yaml"),
            *("--model", "m", "--base-url", server.base_url),
        )
    assert found.code == 0, found.stderr
    changes = [line for line in found.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert changes == ["-        question: Did the agent greet?", "+        question: Is there a greeting?"]
    assert "accepted" in found.stderr
    assert (tmp_path / "new.yaml").read_text("utf-8") == RUBRIC.replace("Did the agent greet?", "Is there a greeting?")
    assert rubric.read_text("utf-8") == RUBRIC


def test_the_model_that_judges_proposes_from_the_cases_it_got_wrong(tmp_path: Path) -> None:
    rubric, gold = write_rubric(tmp_path), small_gold(tmp_path)
    asked_for_wordings = []

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        if request.item_ids() == ["wordings"]:
            asked_for_wordings.append(str(request.body["messages"]))
            return completion({"wordings": [{"question": "Is there a greeting?", "policy": []}]})
        return wrong_half_of_the_time(request)

    with ScriptedServer(respond) as server:
        found = run(
            *("refine", "--gold", gold, "--rubric", rubric, "--item", "greeting"),
            *("--model", "m", "--base-url", server.base_url),
        )
    assert found.code == 0, found.stderr
    assert "+        question: Is there a greeting?" in found.stdout
    (prompt,) = asked_for_wordings
    assert "right: not_met. People: not_met. Model: met" in prompt
    assert "right: met" not in prompt


def test_anchors_alone_are_one_more_candidate_and_all_items_are_tried_in_the_same_rounds(tmp_path: Path) -> None:
    rubric = load_rubric(write_rubric(tmp_path))
    ids = [f"t{n:04}" for n in range(120)]
    labels = tuple(
        labelled(id_, "met", who, evidence_quotes=("Hello",)).model_copy(update={"item_id": item})
        for id_ in ids
        for who in ("eva", "jan")
        for item in ("greeting", "solution")
    )
    gold = LabelledSet("gold", rubric, {id_: transcript(id_) for id_ in ids}, labels)
    rubrics: list[Rubric] = []

    def grade(transcripts: Sequence[Transcript], by: Rubric) -> list[Scorecard]:
        """Right about an item only where the rubric has an example."""
        rubrics.append(by)
        given = {item.id: "met" if item.examples else "not_met" for item in by.items()}
        return [card(int(prompt.id[1:]), by, given) for prompt in transcripts]

    tried: dict[str, list[Wording]] = {"greeting": [Wording(question="Well?")], "solution": []}
    log = LookLog(tmp_path / "looks.jsonl")
    found = refine(gold, [], grade=grade, propose=lambda item, _cases: tried[item.id], log=log).items
    # Development: as it is, and two rounds, as greeting has two candidates; held out: as it is, and each item's best.
    assert len(rubrics) == 6
    assert [[item.id for item in by.items() if item.examples] for by in rubrics[3:]] == [[], ["greeting"], ["solution"]]
    assert [refinement.tried for refinement in found] == [2, 1]
    for refinement in found:
        assert refinement.wording == Wording(examples=(Anchor(quote="Hello", label="met"),) * 5)
        assert refinement.held_out is not None
        assert refinement.held_out.accepted
    assert [look.level for look in LookLog(tmp_path / "looks.jsonl").looks] == [0.025, 0.025]


def test_what_helps_beside_another_wording_alone_is_not_accepted_by_itself(tmp_path: Path) -> None:
    rubric = load_rubric(write_rubric(tmp_path))
    ids = [f"t{n:04}" for n in range(300)]
    labels = tuple(
        labelled(id_, ("met", "not_met")[n % 2]).model_copy(update={"item_id": item})
        for n, id_ in enumerate(ids)
        for item in ("greeting", "solution")
    )
    dev = split_transcripts(ids).dev

    def grade(transcripts: Sequence[Transcript], by: Rubric) -> list[Scorecard]:
        """Judges solution well when asked anew, but on development gold alone; greeting, when both are asked anew."""
        new = {item.id: item.question["en"] == "Well?" for item in by.items()}
        cards = []
        for prompt in transcripts:
            number = int(prompt.id[1:])
            truth = ("met", "not_met")[number % 2]
            given = {
                "greeting": truth if all(new.values()) else "met",
                "solution": truth if new["solution"] and prompt.id in dev else "met",
            }
            cards.append(card(number, by, given))
        return cards

    log = LookLog(tmp_path / "looks.jsonl")
    gold = LabelledSet("gold", rubric, {id_: transcript(id_) for id_ in ids}, labels)
    found = refine(gold, grade=grade, propose=lambda _item, _cases: [Wording(question="Well?")], log=log).items
    assert [one.held_out is not None and one.held_out.improved for one in found] == [0, 0]
    assert not any(one.held_out is not None and one.held_out.accepted for one in found)
    # Each look is written down with the rubric that it was a look at.
    alone = [reword(rubric, {item: Wording(question="Well?")}, "en") for item in ("greeting", "solution")]
    assert [look.wording for look in log.looks] == [changed.content_hash() for changed in alone]


def test_where_nothing_is_better_on_development_gold_held_out_gold_is_not_looked_at(tmp_path: Path) -> None:
    rubric, gold = write_rubric(tmp_path), small_gold(tmp_path)
    wordings = tmp_path / "wordings.yaml"
    wordings.write_text("greeting:\n  - question: Well?\n", "utf-8")
    with ScriptedServer(wrong_half_of_the_time) as server:
        found = run(
            *("refine", "--gold", gold, "--rubric", rubric, "--wordings", wordings, "--item", "greeting"),
            *("--model", "m", "--base-url", server.base_url),
        )
        dev = len(split_transcripts(f"t{n:04}" for n in range(60)).dev)
        assert len(server.requests) == 2 * dev
    assert found.code == 1
    assert found.stdout == ""
    assert "held-out gold was not looked at" in found.stderr
    assert not (gold / "looks.jsonl").exists()


async def _proposed(*replies: Any) -> list[Wording]:
    from llm_grader.gateway.endpoint import Endpoint
    from llm_grader.gateway.gateway import Gateway

    cases = [Confusion("met", (labelled("t1", "met", reason="says hi", evidence_quotes=("Hi there",)),), verdict())]
    with ScriptedServer(lambda request: completion(replies[request.number])) as server:
        gateway = Gateway(Endpoint(model="m", base_url=server.base_url))
        try:
            found = await propose_wordings(gateway, GREETING, cases, language="en")
        finally:
            await gateway.aclose()
        prompt = str(server.requests[0].body["messages"])
    assert "says hi" in prompt
    assert "Hi there" in prompt
    return found


def verdict() -> Verdict:
    return Verdict(item_id="greeting", label="not_met", reason="none seen")


def test_the_model_proposes_at_most_five_wordings_and_no_label_of_its_own() -> None:
    import asyncio

    one = {"question": "Hello said?", "policy": [{"label": "met", "text": "hello"}, {"label": "super", "text": "x"}]}
    found = asyncio.run(_proposed({"wordings": [one] * 7}))
    assert len(found) == 5
    assert found[0] == Wording(question="Hello said?", policy={"met": "hello"})
    same = {"question": "Did the agent greet?", "policy": []}
    assert asyncio.run(_proposed({"wordings": [same]})) == []
    fenced = f"```json\n{json.dumps({'Wordings': {'wordings': one}})}\n```"
    assert asyncio.run(_proposed(fenced)) == [found[0]]
    with pytest.raises(InvalidOutput):  # and not "no wording is better"
        asyncio.run(_proposed("no JSON at all", "none at all"))
    assert asyncio.run(_proposed("no JSON at all", {"wordings": [one]})) == [found[0]]


def test_a_rewording_changes_one_language_and_keeps_the_rest() -> None:
    rubric = load_rubric("helpdesk_qa")
    new = Wording(question="Hallo?", policy={"met": "ja"}, examples=(Anchor(quote="Hallo", label="met"),))
    item = reword(rubric, {"greeting": new}, "de").item("greeting")
    old = rubric.item("greeting")
    assert item.question == {**old.question, "de": "Hallo?"}
    assert item.guidance.met == {**old.guidance.met, "de": "ja"}
    assert item.examples[:-1] == old.examples
    assert item.examples[-1].quote == {"de": "Hallo"}


@pytest.mark.parametrize("source", ["helpdesk_qa", "call_quality", "service_standards"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_item_of_a_packaged_rubric_can_be_patched_and_reads_as_it_was_reworded(
    source: str, language: str, tmp_path: Path
) -> None:
    rubric, (name, text) = load_rubric(source), read_rubric_text(source)
    for item in list(rubric.items())[:6]:
        new = Wording(
            question="Is it so: yes or no?",
            policy={label: f"a {label} " * 20 for label in item.labels if label in ("met", "not_met")},
            examples=(Anchor(quote='He said: "no" # really', label=item.labels[0], why="that's it"),),
        )
        patched = tmp_path / name
        patched.write_text(patch_rubric(text, {item.id: new}, language), "utf-8")
        wanted = reword(rubric, {item.id: new}, language)
        assert without_blanks(load_rubric(patched)) == without_blanks(wanted)


def without_blanks(rubric: Rubric) -> str:
    """YAML folds the blanks at the end of a text away."""
    return rubric.model_dump_json().replace(' "', '"')


def test_a_patch_of_a_file_in_which_things_share_lines_rewrites_no_more_than_it_must() -> None:
    text = RUBRIC.replace(
        "        guidance:\n          met: says hello\n          not_met: does not\n",
        "        guidance: {met: says hello, not_met: does not}   # policy\n",
    )
    patched = patch_rubric(text, {"greeting": Wording(policy={"met": "hi"})}, "en")
    assert render_diff(text, patched, "desk.yaml").splitlines()[5:] == [
        "         question: Did the agent greet?",
        "-        guidance: {met: says hello, not_met: does not}   # policy",
        "+        guidance:",
        "+          met: hi",
        "+          not_met: does not",
        "       - id: solution",
        "         title: Solves",
        "         question: Did the agent solve it?",
    ]
    with pytest.raises(RubricError, match="no item 'nothing'"):
        patch_rubric(text, {"nothing": Wording(question="?")}, "en")


def test_wordings_of_a_person_are_checked_against_the_rubric(tmp_path: Path) -> None:
    rubric = load_rubric(write_rubric(tmp_path))
    path = tmp_path / "wordings.yaml"
    for text, words in {
        "greting:\n  - question: x\n": "line 1: item greting: desk has no 'greting'",
        "greeting:\n  - policy: {super: x}\n": "has no 'super'",
        "greeting:\n  - title: x\n": "title",
        "greeting: x\n": "each with a list",
    }.items():
        path.write_text(text, "utf-8")
        with pytest.raises(MalformedInput, match=words):
            load_wordings(path, rubric, "en")


def test_the_embedded_model_cannot_propose_and_labels_alone_are_not_enough(tmp_path: Path) -> None:
    rubric, gold = write_rubric(tmp_path), small_gold(tmp_path)
    assert "--wordings" in run("refine", "--gold", gold, "--rubric", rubric, "--model", "local").stderr
    found = run("refine", "--gold", gold / "labels.jsonl", "--rubric", rubric, "--model", "m")
    assert (found.code, "transcripts.jsonl" in found.stderr) == (2, True)


def test_a_look_says_by_a_hash_what_was_held_out_and_how_it_was_labelled(tmp_path: Path) -> None:
    rubric = load_rubric(write_rubric(tmp_path))
    ids = [f"t{n:04}" for n in range(60)]
    held_out, dev = (min(part) for part in (split_transcripts(ids).held_out, split_transcripts(ids).dev))

    def hash_of(name: str, *more: Label) -> str:
        """Everything is judged right when asked anew."""
        labels = tuple(labelled(id_, "met") for id_ in ids) + more

        def grade(transcripts: Sequence[Transcript], by: Rubric) -> list[Scorecard]:
            given = "met" if by.item("greeting").question["en"] == "Well?" else "not_met"
            return [card(int(prompt.id[1:]), by, {"greeting": given, "solution": "met"}) for prompt in transcripts]

        log = LookLog(tmp_path / name)
        gold = LabelledSet("gold", rubric, {id_: transcript(id_) for id_ in ids}, labels)
        refine(gold, [], grade=grade, propose=lambda _item, _cases: [Wording(question="Well?")], log=log)
        return log.looks[0].held_out

    first = hash_of("1")
    assert hash_of("2") == first
    assert hash_of("3", labelled(dev, "not_met", "jan")) == first
    assert hash_of("4", labelled(held_out, "met", "jan")) != first


def test_a_log_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "looks.jsonl"
    path.write_text('{"no": "look"}\n', "utf-8")
    with pytest.raises(MalformedInput, match="line 1"):
        LookLog(path)
