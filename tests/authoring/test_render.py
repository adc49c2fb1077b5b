from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.authoring.lint import lint_rubric
from llm_grader.authoring.render import render_rubric, render_starter
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric

DATA = Path(__file__).parents[1] / "data" / "rubrics"


def small() -> Rubric:
    return load_rubric(DATA / "small.yaml")


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "r.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_item_is_shown_with_who_counts_and_whose_words_prove_what() -> None:
    data = small().model_dump(mode="json", by_alias=True)
    data["sections"][0]["items"][0] |= {
        "agents": "worst",
        "over": "every",
        "evidence": {"from": {"met": ["agent"], "not_met": ["agent", "customer"]}, "required_for": ["met"]},
    }
    text = render_rubric(Rubric.model_validate(data), "en")
    assert "judged by the model; weight 2; of several agents the worst counts; not met once is not met\n" in text
    assert "    met needs words of agent\n    not_met may be shown by words of agent or customer\n" in text


def test_a_rubric_is_shown_with_how_each_item_is_judged() -> None:
    text = render_rubric(small(), "de")
    assert "Kleine Checkliste" in text
    assert (
        "Kunden begrüßen [greeting]\n    Hat der Agent den Kunden begrüßt?\n    judged by the model; weight 2\n" in text
    )
    assert "one (0.5 of the weight): Ein Weg" in text
    assert "critical" in text
    assert "computed from times and turns; weight 1; only when options is one or several" in text


@pytest.mark.parametrize(
    ("name", "rubric_id"),
    [
        ("my_checklist", "my_checklist"),
        ("Käse & Co", "k_se_co"),
        ("007", "rubric_007"),
        ("", "rubric"),
        ("x" * 99, "x" * 57),
    ],
)
def test_a_new_rubric_is_valid_and_has_nothing_to_mend_whatever_it_is_called(
    tmp_path: Path, name: str, rubric_id: str
) -> None:
    rubric = load_rubric(written(tmp_path, render_starter(name)))
    assert rubric.id == rubric_id
    assert lint_rubric(rubric) == []
