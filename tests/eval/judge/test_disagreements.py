from __future__ import annotations

from llm_grader.eval.judge.disagreements import Disagreement, find_disagreements
from llm_grader.eval.labels.units import Unit
from llm_grader.rubric.model import Item
from llm_grader.verdict import Label, Verdict

GREETING = Item.model_validate({"id": "greeting", "title": "Greet", "question": "", "weight": 2})
IDENTITY = Item.model_validate({"id": "identity", "title": "Identify", "question": "", "critical": True, "weight": 1})
TONE = Item.model_validate(
    {
        "id": "tone",
        "title": "Tone",
        "question": "",
        "weight": 4,
        "scale": {"levels": [{"value": str(i), "points": i / 2, "anchor": ""} for i in range(3)]},
    }
)


def labelled_by(
    annotator: str, answer: str, *, transcript: str = "t", item: str = "greeting", turn: int | None = None
) -> Label:
    return Label(
        transcript_id=transcript, item_id=item, label=answer, annotator=annotator, label_source="human", turn=turn
    )


def judged(answer: str | None, *, confidence: float | None = None, item: str = "greeting") -> Verdict:
    if answer is None:
        return Verdict(item_id=item, label=None, status="needs_review", problem="unverified_evidence", claimed="met")
    return Verdict(item_id=item, label=answer, confidence=confidence)


def only(labels: list[Label], verdict: Verdict, *again: Verdict) -> Disagreement:
    unit = Unit("t", "greeting")
    (case,) = find_disagreements(labels, {unit: verdict}, [GREETING], repeats=[{unit: other} for other in again])
    return case


def test_a_judge_that_stays_apart_from_agreeing_auditors_is_the_model() -> None:
    case = only([labelled_by("eva", "met"), labelled_by("jan", "met")], judged("not_met"), judged("not_met"))
    assert case.cause == "model"
    assert [label.annotator for label in case.auditors] == ["eva", "jan"]
    assert case.severity == 2


def test_a_judge_that_changes_its_mind_is_noise() -> None:
    assert only([labelled_by("eva", "met")], judged("not_met"), judged("not_met"), judged("met")).cause == "noise"


def test_auditors_who_differ_point_at_the_rubric() -> None:
    assert only([labelled_by("eva", "met"), labelled_by("jan", "not_met")], judged("met")).cause == "rubric"


def test_an_adjudicator_who_sides_with_the_judge_points_at_gold() -> None:
    labels = [labelled_by("eva", "met"), labelled_by("jan", "met"), labelled_by("adjudicator", "not_met")]
    case = only(labels, judged("not_met"))
    assert case.cause == "gold_error"
    assert case.adjudicator == labels[2]
    assert len(case.auditors) == 2
    assert only([*labels[:2], labelled_by("adjudicator", "met")], judged("not_met")).cause == "model"
    split = [labelled_by("eva", "met"), labelled_by("jan", "not_met"), labelled_by("adjudicator", "not_met")]
    assert only(split, judged("not_met")).cause == "rubric"  # one of them said so, too


def test_what_models_say_is_neither_an_auditor_nor_the_adjudicator_where_people_labelled() -> None:
    models = [
        labelled_by(name, "not_met").model_copy(update={"label_source": "llm"})
        for name in ("gpt", "claude", "adjudicator")
    ]
    people = [labelled_by("eva", "met")]
    assert find_disagreements([*models, *people], {Unit("t", "greeting"): judged("met")}, [GREETING]) == ()
    case = only([*models, *people], judged("not_met"))
    assert (case.cause, case.auditors, case.adjudicator) == ("model", tuple(people), None)


def test_a_claim_whose_words_were_not_found_is_evidence() -> None:
    assert only([labelled_by("eva", "met")], judged(None)).cause == "evidence"


def test_an_auditor_without_whom_all_agree_is_the_cause() -> None:
    # Eva and Jan agree on ten transcripts; Kim contradicts them on five. Without Kim α is 1.
    labels, verdicts = [], {}
    for i in range(10):
        answer, other = ("met", "not_met") if i % 2 else ("not_met", "met")
        names = {"eva": answer, "jan": answer, "kim": other if i < 5 else answer}
        labels += [labelled_by(name, given, transcript=f"t{i}") for name, given in names.items()]
        verdicts[Unit(f"t{i}", "greeting")] = judged(answer)
    cases = find_disagreements(labels, verdicts, [GREETING])
    assert len(cases) == 5
    assert {case.cause for case in cases} == {"auditor"}
    # The lead and the judge side with Kim on one of them: not everybody was wrong there.
    labels.append(labelled_by("adjudicator", "met", transcript="t0"))
    verdicts[Unit("t0", "greeting")] = judged("met")
    assert (
        next(c for c in find_disagreements(labels, verdicts, [GREETING]) if c.unit.transcript_id == "t0").cause
        == "rubric"
    )


def test_full_agreement_and_unjudged_labels_are_no_cases() -> None:
    unit = Unit("t", "greeting")
    assert find_disagreements([labelled_by("eva", "met")], {unit: judged("met")}, [GREETING]) == ()
    assert find_disagreements([labelled_by("eva", "met")], {}, [GREETING]) == ()
    failed = Verdict(item_id="greeting", label=None, status="error", problem="transient")
    assert find_disagreements([labelled_by("eva", "met")], {unit: failed}, [GREETING]) == ()


def test_the_gravest_and_surest_come_first_and_critical_items_before_all() -> None:
    labels = [
        labelled_by("eva", "met", transcript="unsure"),
        labelled_by("eva", "met", transcript="sure"),
        labelled_by("eva", "0", item="tone"),
        labelled_by("eva", "met", item="identity"),
    ]
    verdicts = {
        Unit("unsure", "greeting"): judged("not_met", confidence=0.4),
        Unit("sure", "greeting"): judged("not_met"),
        Unit("t", "tone"): judged("1", confidence=0.9, item="tone"),
        Unit("t", "identity"): judged("not_met", confidence=0.1, item="identity"),
    }
    cases = find_disagreements(labels, verdicts, [GREETING, TONE, IDENTITY])
    # Severity × confidence: 2·1 = 2, tone 4·½·.9 = 1.8, 2·.4 = .8; the critical item comes first at 1·.1.
    assert [case.unit.item_id for case in cases] == ["identity", "greeting", "tone", "greeting"]
    assert cases[1].unit.transcript_id == "sure"
    assert cases[2].severity == 2


def test_labels_of_turns_are_compared_with_verdicts_on_turns_where_there_are_any() -> None:
    labels = [labelled_by("eva", "met", turn=3)]
    by_turn = find_disagreements(labels, {Unit("t", "greeting", 3): judged("not_met")}, [GREETING])
    whole = find_disagreements(labels, {Unit("t", "greeting"): judged("not_met")}, [GREETING])
    assert (by_turn[0].unit.turn, whole[0].unit.turn) == (3, None)


def test_an_answer_off_the_scale_is_the_whole_weight_away() -> None:
    assert only([labelled_by("eva", "cannot_assess")], judged("met")).severity == 2
