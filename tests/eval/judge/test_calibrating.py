"""Confidences that mean what they say, and pass rates without the judge's errors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle
from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from llm_grader.errors import MalformedInput, UsageError
from llm_grader.eval.judge.calibrating import calibrate, corrected_rates
from llm_grader.eval.judge.labelled_set import LabelledSet, load_labelled_set
from llm_grader.eval.summary.confidence_lines import OWN_FROM
from llm_grader.grader.grader import Grader
from llm_grader.grading.confidence import (
    Calibration,
    ErrorRates,
    Fitted,
    LogitLine,
    calibrated_card,
    calibrated_verdict,
    hash_of,
    load_calibration,
    positive_probability,
)
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Item, Rubric
from llm_grader.testing import ScriptedJudge, ScriptedRequest, ScriptedResponse, ScriptedServer, answer, failure
from llm_grader.verdict import Provenance, Scorecard, Verdict
from tests.support.eval_commands import card, clean_settings, judge, run, write_gold, write_rubric, write_store
from tests.support.scripted import HELLO as SAID
from tests.support.scripted import transcript

__all__ = ["clean_settings"]

NOW = datetime(2025, 5, 1, tzinfo=UTC)
GREETING = Item.model_validate({"id": "greeting", "title": "Greets", "question": "Did the agent greet?"})
MOOD = Item.model_validate(
    {
        "id": "mood",
        "title": "Mood",
        "question": "How is the mood?",
        "scale": {"levels": [{"value": value, "points": int(value) / 3, "anchor": "…"} for value in "123"]},
        "evidence": {"required_for": []},
    }
)


def fitted(**other: object) -> Fitted:
    fitted_calibration: dict[str, object] = {
        "rubric_id": "desk",
        "rubric_version": "1",
        "rubric_hash": "h",
        "prompt_hash": "p",
        "model": "scripted",
        "endpoint": None,
        "parameters": {},
        "data": "gold",
        "data_hash": "d",
        "label_source": "human",
        "transcripts": 1,
        "labels": 1,
        "method": "by hand",
        "fitted_at": NOW,
        "library_version": "0",
    }
    return Fitted.model_validate({**fitted_calibration, **other})


def calibration(**lines: LogitLine) -> Calibration:
    return Calibration(lines=lines, fitted=fitted())


def sure(label: str, confidence: float | None, item: Item = GREETING) -> Verdict:
    return Verdict(item_id=item.id, label=label, confidence=confidence)


def test_a_line_through_the_log_odds_moves_confidence_and_never_the_label() -> None:
    # logit .9 = ln 9; half of it is ln 3, and 3 : 1 are .75. P(met) of a not_met at .9 is .1, so it becomes .25.
    half = calibration(greeting=LogitLine(slope=0.5, intercept=0, labels=50))
    assert calibrated_verdict(sure("met", 0.9), half, GREETING).confidence == pytest.approx(0.75)
    moved = calibrated_verdict(sure("not_met", 0.9), half, GREETING)
    assert moved.label == "not_met"
    assert moved.confidence == pytest.approx(0.75)
    # An intercept of -ln 9 takes P(met) = .9 to one half, and .5 to .1.
    strict = calibration(greeting=LogitLine(slope=1, intercept=-log(9), labels=500))
    assert calibrated_verdict(sure("met", 0.9), strict, GREETING).confidence == pytest.approx(0.5)
    assert calibrated_verdict(sure("met", 0.5), strict, GREETING).confidence == pytest.approx(0.1)
    assert calibrated_verdict(sure("not_met", 0.5), strict, GREETING).confidence == pytest.approx(0.9)


def test_on_a_scale_the_line_is_about_the_label_that_was_given() -> None:
    half = calibration(mood=LogitLine(slope=0.5, intercept=0, labels=50))
    assert calibrated_verdict(sure("1", 0.9, MOOD), half, MOOD).confidence == pytest.approx(0.75)


def test_what_was_not_measured_has_no_confidence() -> None:
    applied = calibration(greeting=LogitLine(slope=0.5, intercept=0, labels=50))
    assert calibrated_verdict(sure("cannot_assess", 0.9), applied, GREETING).confidence is None
    assert calibrated_verdict(sure("1", 0.9, MOOD), applied, MOOD).confidence is None
    assert calibrated_verdict(sure("met", None), applied, GREETING).confidence is None


def test_certainty_stays_within_bounds() -> None:
    steep = calibration(greeting=LogitLine(slope=20, intercept=600, labels=50))
    assert calibrated_verdict(sure("met", 1.0), steep, GREETING).confidence == 1.0
    assert calibrated_verdict(sure("not_met", 1.0), steep, GREETING).confidence == pytest.approx(0.0)


def test_votes_that_all_agree_are_no_certainty() -> None:
    # (5 + ½) / 6 and, for the label that nobody gave, ½ / 6.
    five = Verdict(item_id="greeting", label="met", confidence=1.0, votes={"met": 5})
    assert positive_probability(five, GREETING) == pytest.approx(5.5 / 6)
    against = Verdict(item_id="greeting", label="not_met", confidence=1.0, votes={"not_met": 5})
    assert positive_probability(against, GREETING) == pytest.approx(0.5 / 6)


def test_a_line_that_is_worse_on_conversations_left_out_is_refused_and_told(tmp_path: Path, rubric: Rubric) -> None:
    # Right in 24 of 40 cases at a confidence of .6: there is nothing to correct, so that whatever is fitted is noise.
    gold = ["met", "not_met"] * 20
    wrong = {3, 5, 8, 9, 11, 14, 17, 20, 22, 25, 27, 30, 33, 34, 36, 39}
    other = {"met": "not_met", "not_met": "met"}
    said = [other[label] if n in wrong else label for n, label in enumerate(gold)]
    cards = [card(n, rubric, {"greeting": label}, confidence={"greeting": 0.6}) for n, label in enumerate(said)]
    fit = calibrate(labelled(tmp_path, rubric, gold), cards)
    assert fit.after["binary"].brier > fit.before["binary"].brier
    assert (fit.calibration.lines, fit.refused, fit.routes) == ({}, ("greeting",), {})


def test_more_labels_do_not_choose_the_worse_line(tmp_path: Path, rubric: Rubric) -> None:
    # Both items are biased alike, P(met) shifted by ln 9. With 120 labels an item's own line is a temperature, which
    # cannot move what is shifted; that of both together, 520 labels, is Platt's.
    random = np.random.default_rng(3)
    gold: dict[str, list[str]] = {}
    given: dict[str, list[tuple[str, float]]] = {}
    for item_id, n in (("greeting", 120), ("solution", 400)):
        odds = random.normal(0, 1.5, size=n)
        gold[item_id] = ["met" if met else "not_met" for met in random.random(n) < 1 / (1 + np.exp(-odds))]
        p = (1 / (1 + np.exp(-odds - log(9)))).tolist()
        given[item_id] = [("met" if x >= 0.5 else "not_met", max(x, 1 - x)) for x in p]
    place = write_gold(tmp_path, {item_id: {"eva": labels} for item_id, labels in gold.items()})
    cards = []
    for n in range(400):
        of_card = {item_id: pairs[n] for item_id, pairs in given.items() if n < len(pairs)}
        labels = {item_id: label for item_id, (label, _) in of_card.items()}
        cards.append(card(n, rubric, labels, confidence={item_id: sure for item_id, (_, sure) in of_card.items()}))
    fit = calibrate(load_labelled_set(place, tmp_path / "desk.yaml"), cards)
    assert fit.calibration.lines["greeting"].pooled
    assert fit.calibration.lines["greeting"].intercept < -1


def test_verdicts_may_stand_from_where_their_errors_are_shown_to_be_rare(tmp_path: Path, rubric: Rubric) -> None:
    gold, cards = overconfident(np.random.default_rng(7), rubric, 1200)
    fit = calibrate(labelled(tmp_path, rubric, gold), cards, max_error=0.2)
    route = fit.routes["greeting"]
    assert 0.5 < route.threshold < 1
    assert route.error.high <= 0.21


def overconfident(random: np.random.Generator, rubric: Rubric, n: int) -> tuple[list[str], list[Scorecard]]:
    """Labels, and a judge whose log-odds are twice what they should be: P(met) = expit(2x) where it is expit(x)."""
    odds = random.normal(0, 1.5, size=n)
    gold = ["met" if met else "not_met" for met in random.random(n) < 1 / (1 + np.exp(-odds))]
    cards = []
    for number, x in enumerate(odds.tolist()):
        p = 1 / (1 + exp(-2 * x))
        label = "met" if p >= 0.5 else "not_met"
        cards.append(card(number, rubric, {"greeting": label}, confidence={"greeting": max(p, 1 - p)}))
    return gold, cards


@pytest.fixture
def rubric(tmp_path: Path) -> Rubric:
    return load_rubric(write_rubric(tmp_path))


def labelled(folder: Path, rubric: Rubric, gold: Sequence[str], *, source: str = "human") -> LabelledSet:
    place = write_gold(folder, {"greeting": {"eva": gold}}, source=source)
    return load_labelled_set(place / "labels.jsonl", folder / f"{rubric.id}.yaml")


def test_the_fit_halves_the_log_odds_of_a_judge_twice_too_sure_and_says_so_on_conversations_left_out(
    tmp_path: Path, rubric: Rubric
) -> None:
    gold, cards = overconfident(np.random.default_rng(7), rubric, 1200)
    fit = calibrate(labelled(tmp_path, rubric, gold), cards, now=NOW)
    line = fit.calibration.lines["greeting"]
    assert line.slope == pytest.approx(0.5, abs=0.07)
    assert line.intercept == pytest.approx(0, abs=0.15)
    assert (line.labels, line.pooled) == (1200, False)
    assert fit.before["binary"].ece > 0.08 > 0.05 > fit.after["binary"].ece
    assert fit.after["binary"].brier < fit.before["binary"].brier
    assert fit.after["binary"].auroc == pytest.approx(fit.before["binary"].auroc, abs=0.01)


def test_a_judge_whose_confidences_are_noise_looks_no_better_after_the_fit(tmp_path: Path, rubric: Rubric) -> None:
    # Right in 22 of 40 cases at a confidence of .6, whichever they are: Brier .55·.16 + .45·.36 = .25. A line that has
    # seen all 40 would make it .55·.45 = .2475; one that has not seen the case makes it worse.
    gold = ["met", "not_met"] * 20
    people, other = labelled(tmp_path, rubric, gold), {"met": "not_met", "not_met": "met"}
    after = []
    for seed in range(20):
        right = np.random.default_rng(seed).permutation(40) < 22
        labels_given = [
            label if is_right else other[label] for label, is_right in zip(gold, right.tolist(), strict=True)
        ]
        cards = [card(n, rubric, {"greeting": labels_given[n]}, confidence={"greeting": 0.6}) for n in range(40)]
        fit = calibrate(people, cards)
        assert fit.before["binary"].brier == pytest.approx(0.25)
        after.append(fit.after["binary"].brier)
    assert np.mean(after) > 0.255


def test_an_item_with_few_labels_gets_the_line_of_all_and_with_hardly_any_there_is_none(
    tmp_path: Path, rubric: Rubric
) -> None:
    gold = ["met", "not_met"] * 20
    labels_given = {"greeting": gold[:10], "solution": gold}
    place = write_gold(tmp_path, {item: {"eva": given} for item, given in labels_given.items()})
    both = {"greeting": 0.8, "solution": 0.8}
    cards = [card(n, rubric, {"greeting": gold[n], "solution": gold[n]}, confidence=both) for n in range(40)]
    fit = calibrate(load_labelled_set(place, tmp_path / "desk.yaml"), cards)
    few, many = fit.calibration.lines["greeting"], fit.calibration.lines["solution"]
    assert (few.labels, few.pooled, few.slope) == (50, True, many.slope)
    assert len(gold) < OWN_FROM
    only = write_gold(tmp_path, {"greeting": {"eva": gold[:10]}})
    assert calibrate(load_labelled_set(only, tmp_path / "desk.yaml"), cards).calibration.lines == {}


def test_errors_are_counted_and_taken_out_of_pass_rates(tmp_path: Path, rubric: Rubric) -> None:
    # Of 40 passes the judge passes 36, of 20 failures it fails 10: sensitivity .9, specificity .5.
    gold = ["met"] * 40 + ["not_met"] * 20
    judged = ["met"] * 36 + ["not_met"] * 4 + ["not_met"] * 10 + ["met"] * 10
    cards = [card(n, rubric, {"greeting": label, "solution": "met"}) for n, label in enumerate(judged)]
    found = calibrate(labelled(tmp_path, rubric, gold), cards).calibration
    assert found.error_rates == {"greeting": ErrorRates(sensitivity=0.9, passes=40, specificity=0.5, failures=20)}
    assert found.lines == {}
    # Judged to pass 46 of 60 = .767; (.767 + .5 - 1) / (.9 + .5 - 1) = .667, the true 40 of 60.
    (rate,) = corrected_rates(cards, found, rubric)
    assert rate.item_id == "greeting"
    assert rate.judged.estimate == pytest.approx(46 / 60)
    assert rate.corrected.estimate == pytest.approx(40 / 60)
    assert rate.corrected.low < 40 / 60 < rate.corrected.high


def test_the_conversations_counted_are_those_whose_label_a_verdict_met(tmp_path: Path, rubric: Rubric) -> None:
    gold = ["met", "not_met"] * 30
    cards = [card(n, rubric, {"greeting": gold[n]}, confidence={"greeting": 0.8}) for n in range(40)]
    # Off the scale and not answered: neither calibrates anything.
    cards += [card(40, rubric, {"greeting": "cannot_assess"}), card(41, rubric, {"solution": "met"})]
    found = calibrate(labelled(tmp_path, rubric, gold), cards).calibration.fitted
    assert (found.labels, found.transcripts) == (40, 40)


@pytest.mark.usefixtures("rubric")
def test_a_calibration_from_the_part_that_could_be_graded_says_so_by_its_exit_code(tmp_path: Path) -> None:
    gold = ["met", "not_met"] * 10
    place, out = write_gold(tmp_path, {"greeting": {"eva": gold}}), tmp_path / "c.json"
    right = judge(lambda number, _item: gold[number])

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return failure(400, "bad") if "This is case 1." in str(request.body["messages"]) else right(request)

    with ScriptedServer(respond) as server:
        flags = ("--rubric", tmp_path / "desk.yaml", "--model", "m", "--base-url", server.base_url, "--out", out)
        for json_too in ((), ("--json",)):
            out.unlink(missing_ok=True)
            assert run("calibrate", "--gold", place, *flags, *json_too).code == 3
            assert load_calibration(out).fitted.transcripts == 19


@pytest.mark.usefixtures("rubric")
def test_a_pass_of_a_penalty_item_is_not_met(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    text = path.read_text("utf-8").replace("title: Greets", "title: Greets\n        penalty: true")
    path.write_text(text, "utf-8")
    penal = load_rubric(path)
    cards = [card(n, penal, {"greeting": "not_met" if n < 9 else "met"}) for n in range(20)]
    found = calibrate(labelled(tmp_path, penal, ["not_met"] * 10 + ["met"] * 10), cards).calibration
    assert found.error_rates["greeting"] == ErrorRates(sensitivity=0.9, passes=10, specificity=1, failures=10)


def test_only_labels_from_people_and_verdicts_of_one_judge_calibrate(tmp_path: Path, rubric: Rubric) -> None:
    gold = ["met", "not_met"] * 10
    cards = [card(n, rubric, {"greeting": gold[n]}) for n in range(20)]
    with pytest.raises(UsageError, match="only labels from people"):
        calibrate(labelled(tmp_path, rubric, gold, source="synthetic"), cards)
    people = labelled(tmp_path, rubric, gold)
    with pytest.raises(UsageError, match="no verdict is about"):
        calibrate(people, [])
    other = cards[0].provenance.model_copy(update={"model": "other"})
    with pytest.raises(UsageError, match="several judges"):
        calibrate(people, [*cards[1:], cards[0].model_copy(update={"provenance": other})])
    again = [calibrated_card(one, calibration(), rubric) for one in cards]
    with pytest.raises(UsageError, match="calibrated already"):
        calibrate(people, again)


def grader(folder: Path, *, store: Path | None = None, applied: Calibration | Path | None = None) -> Grader:
    """A judge that greets in two of three answers."""
    labels = cycle(["met", "not_met", "met"])

    def answers(_messages: object) -> dict[str, object]:
        greeting = next(labels)
        quotes = [(0, SAID)] if greeting == "met" else []
        return {"greeting": answer(greeting, *quotes), "solution": answer("not_met")}

    rubric = load_rubric(folder / "desk.yaml")
    return Grader(rubric, judge=ScriptedJudge(answers), samples=3, store=store, calibration=applied)


def of_the_judge(provenance: Provenance) -> dict[str, object]:
    names = ("rubric_hash", "prompt_hash", "model", "endpoint", "parameters")
    return {name: getattr(provenance, name) for name in names}


def test_a_grader_gives_calibrated_confidences_and_keeps_the_judges_own(tmp_path: Path, rubric: Rubric) -> None:
    provenance = grader(tmp_path).identity.base
    lines = {"greeting": LogitLine(slope=0.5, intercept=0, labels=50)}
    fitted_calibration = Calibration(lines=lines, fitted=fitted(**of_the_judge(provenance)))
    path, store = tmp_path / "calibration.json", tmp_path / "results.db"
    path.write_text(fitted_calibration.model_dump_json(), "utf-8")
    assert load_calibration(path) == fitted_calibration
    fresh = grader(tmp_path, store=store, applied=path).grade(transcript("t1"))
    # Two of three samples say met: (2 + ½) / 4 = .625, odds of 5/3; half their log makes them 1.291, which is .5635.
    assert fresh.verdicts["greeting"].confidence == pytest.approx(0.5635, abs=1e-4)
    assert fresh.verdicts["solution"].confidence is None
    assert fresh.provenance.parameters["calibration"] == hash_of(fitted_calibration)
    raw = grader(tmp_path, store=store).grade(transcript("t1"))
    assert raw.usage == fresh.usage
    assert raw.verdicts["greeting"].confidence == pytest.approx(2 / 3)
    assert "calibration" not in raw.provenance.parameters
    assert raw.provenance.key == fresh.provenance.key
    assert calibrated_card(raw, fitted_calibration, rubric) == fresh


@pytest.mark.usefixtures("rubric")
def test_a_calibration_of_another_judge_is_refused(tmp_path: Path) -> None:
    provenance = grader(tmp_path).identity.base
    others = {"model": "else", "rubric_hash": "x" * 64, "parameters": {**provenance.parameters, "samples": 5}}
    for name, other in others.items():
        with pytest.raises(UsageError, match="fit it again"):
            grader(tmp_path, applied=Calibration(fitted=fitted(**{**of_the_judge(provenance), name: other})))
    broken = tmp_path / "calibration.json"
    broken.write_text(json.dumps({"lines": {}}), "utf-8")
    with pytest.raises(MalformedInput, match="fitted"):
        grader(tmp_path, applied=broken)


def test_the_command_writes_a_file_with_its_provenance_and_says_what_it_is_worth(
    tmp_path: Path, rubric: Rubric
) -> None:
    gold, cards = overconfident(np.random.default_rng(3), rubric, 320)
    place = write_gold(tmp_path, {"greeting": {"eva": gold}})
    store = write_store(tmp_path, cards)
    out = tmp_path / "calibration.json"
    command = ("calibrate", "--gold", place, "--rubric", tmp_path / "desk.yaml", "--store", store, "--out", out)
    found = run(*command)
    assert found.code == 0, found.stderr
    assert "calibrated confidences for 1 items, known errors for 1" in " ".join(found.stdout.split())
    written = load_calibration(out)
    assert (written.fitted.model, written.fitted.labels, written.fitted.transcripts) == ("scripted", 320, 320)
    assert written.fitted.label_source == "human"
    assert written.fitted.rubric_hash == rubric.content_hash()
    (quality,) = run(*command, "--json").lines()
    assert quality["before"]["binary"]["labels"] == 320  # type: ignore[index]
    assert run(*command[:-1], tmp_path / "nowhere" / "c.json").code == 74
    write_gold(tmp_path, {"greeting": {"eva": gold}}, source="synthetic")
    assert run(*command).code == 2


@pytest.mark.usefixtures("rubric")
def test_grading_with_a_calibration_shows_pass_rates_without_the_judges_errors(tmp_path: Path) -> None:
    # The judge passes all 20 passes and half of the 20 failures: 30 of 40 judged to pass, where 20 are.
    gold = ["met"] * 20 + ["not_met"] * 20
    place = write_gold(tmp_path, {"greeting": {"eva": gold}})
    rules = ("--rubric", tmp_path / "desk.yaml", "--model", "m")
    with ScriptedServer(judge(lambda number, _item: "met" if number < 30 else "not_met")) as server:
        flags = (*rules, "--base-url", server.base_url)
        assert run("calibrate", "--gold", place, "--out", "c.json", *flags).code == 0
        found = run("grade", place / "transcripts.jsonl", "--calibration", "c.json", *flags)
        assert len(server.requests) == 40
        plain = run("grade", place / "transcripts.jsonl", *flags)
        other = run("grade", place / "transcripts.jsonl", "--calibration", "c.json", *flags, "--items-per-call", "1")
    (line,) = [line for line in found.stdout.splitlines() if line.split()[:1] == ["greeting"]]
    assert line.split()[:4] == ["greeting", "40", "75%", "50%"]
    assert "judged to pass" not in plain.stdout
    assert (other.code, "items per call" in other.stderr) == (2, True)
