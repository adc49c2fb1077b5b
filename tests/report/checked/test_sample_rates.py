"""The rate of an item from a random sample that people labelled."""

from __future__ import annotations

from datetime import UTC

import numpy as np
import pytest

from llm_grader.eval.labels.units import Conversations
from llm_grader.eval.stats.pass_rates import ppi_mean
from llm_grader.report.checked.sample_rates import sample_rates
from llm_grader.report.gather import Gathered, gather
from llm_grader.report.people import People
from llm_grader.report.results import Text
from llm_grader.rubric.model import Rubric
from llm_grader.verdict import Label, Scorecard
from tests.support.results import RUBRIC, Case, card_of, label, talk

MET, NOT = "met", "not_met"


class Results:
    """200 conversations, of which the model passes the greeting of the first 150."""

    rubric = RUBRIC

    def cards(self):  # type: ignore[no-untyped-def]
        return (card_of(Case(talk(f"t{n:03}"), {"greeting": MET if n < 150 else NOT})) for n in range(200))

    def rubric_of(self, card: Scorecard) -> Rubric | None:
        del card
        return RUBRIC

    def text(self, card: Scorecard) -> Text:
        del card
        return Text(None, "absent")


def gathered(labels: list[Label]) -> Gathered:
    return gather(Results(), People(labels), UTC)


def test_enough_of_a_random_sample_gives_the_rate_of_the_sample_sharpened_by_the_model() -> None:
    # every second conversation is drawn; the model passes 75 of these 100, people 60 of those 75 and nobody else
    drawn = [f"t{n:03}" for n in range(0, 200, 2)]
    truth = [MET if n < 120 else NOT for n in range(0, 200, 2)]
    labels = [label(name, "greeting", given) for name, given in zip(drawn, truth, strict=True)]
    found = sample_rates(labels, gathered(labels), Conversations({}, frozenset(drawn)))
    gold = np.array([given == MET for given in truth], dtype=float)
    judged = np.array([n < 150 for n in range(0, 200, 2)], dtype=float)
    expected = ppi_mean(gold, judged, judged)  # the others are judged alike
    assert set(found) == {"greeting"}
    assert found["greeting"].n == 100
    assert found["greeting"].corrected.estimate == pytest.approx(0.6)  # .75 on both sides: the model adds nothing
    assert found["greeting"].corrected == expected


def test_labels_that_were_picked_or_few_give_none() -> None:
    labels = [label(f"t{n:03}", "greeting", MET) for n in range(150)]
    few = Conversations({}, frozenset(f"t{n:03}" for n in range(99)))
    assert sample_rates(labels, gathered(labels), few) == {}
    assert sample_rates(labels, gathered(labels), Conversations()) == {}
