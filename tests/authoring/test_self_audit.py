from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from llm_grader.authoring.self_audit import (
    SelfAudit,
    grade_self_audit,
    load_self_audit,
    organisation_items,
    render_questionnaire,
)
from llm_grader.cli.commands.rubric import app
from llm_grader.errors import MalformedInput, UsageError
from llm_grader.rubric.load import load_rubric

RUBRIC = load_rubric("service_standards")
SMALL = Path(__file__).parents[1] / "data" / "rubrics" / "small.yaml"


def filled(tmp_path: Path, *answers: str) -> Path:
    """The questionnaire with these answers to its first questions."""
    text = render_questionnaire(RUBRIC, "en")
    for answer in answers:
        text = text.replace('    answer: ""', f"    answer: {answer}", 1)
    path = tmp_path / "answers.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "hu"])
def test_the_questionnaire_asks_every_question_about_the_organisation_and_reads_back(
    language: str, tmp_path: Path
) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(render_questionnaire(RUBRIC, language), "utf-8")
    audit = load_self_audit(path)
    assert list(audit.answers) == [item.id for item in organisation_items(RUBRIC)]
    assert organisation_items(RUBRIC)[0].question[language].split()[0] in path.read_text("utf-8")


def test_answers_are_scored_like_any_card(tmp_path: Path) -> None:
    items = organisation_items(RUBRIC)
    card = grade_self_audit(load_self_audit(filled(tmp_path, "yes", "no", "not_applicable")), RUBRIC)
    labels = [card.verdicts[item.id].label for item in items[:4]]
    assert labels == ["met", "not_met", "not_applicable", "cannot_assess"]
    # one yes and one no: the first weight over the sum of the first two
    assert card.score == pytest.approx(100 * items[0].weight / (items[0].weight + items[1].weight))
    asked = sum(item.weight for item in items) - items[2].weight
    assert card.coverage == pytest.approx((items[0].weight + items[1].weight) / asked)
    assert all(v.label == "not_applicable" for v in card.verdicts.values() if v.judged != "org")


def test_no_answers_make_no_score(tmp_path: Path) -> None:
    card = grade_self_audit(load_self_audit(filled(tmp_path)), RUBRIC)
    assert (card.score, card.passed, card.coverage) == (None, None, 0.0)


def test_a_wrong_answer_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(MalformedInput, match=r"answers\.yaml: line \d+"):
        load_self_audit(filled(tmp_path, "maybe"))


def test_answers_to_another_rubric_or_to_no_question_are_refused() -> None:
    with pytest.raises(MalformedInput, match="print the questionnaire again"):
        grade_self_audit(SelfAudit(rubric="service_standards", version="0.9"), RUBRIC)
    strange = SelfAudit.model_validate({"rubric": RUBRIC.id, "version": RUBRIC.version, "answers": {"weather": {}}})
    with pytest.raises(MalformedInput, match="weather"):
        grade_self_audit(strange, RUBRIC)


def test_a_rubric_without_such_questions_has_no_questionnaire() -> None:
    with pytest.raises(UsageError, match="nothing to answer"):
        render_questionnaire(load_rubric(SMALL), "en")


def test_the_command_line_prints_the_questionnaire_and_scores_it(tmp_path: Path) -> None:
    printed = CliRunner().invoke(app, ["show", "service_standards", "--self-audit"])
    assert printed.stdout == render_questionnaire(RUBRIC, "en")
    scored = CliRunner().invoke(app, ["score", str(filled(tmp_path, *["yes"] * 8))])
    assert "score 100 of 100" in scored.stdout
