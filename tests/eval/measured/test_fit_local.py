"""Fitting the embedded model from labels: what counts, what is asked and remembered, and what is written; no model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from llm_grader.errors import InputError
from llm_grader.eval.labels.gold import Gold
from llm_grader.eval.measured.fit_local import (
    RememberedChoices,
    agreed_labels,
    fits_of,
    know,
    main,
    weakest_source,
)
from llm_grader.eval.measured.fit_report import render_fits_table
from llm_grader.eval.measured.item_fit import Known, Labelled
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.bodies import Message
from llm_grader.local.by_choice import ChoiceAsker
from llm_grader.local.fits import FitOrigin
from llm_grader.local.questions import NO, YES
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Label, LabelSource

RUBRIC = Rubric.model_validate(
    {
        "id": "tiny",
        "version": "1",
        "title": "Tiny",
        "sections": [
            {
                "id": "all",
                "title": "All",
                "items": [
                    {"id": "greeting", "title": "Greeting", "question": "Did the agent greet?", "cue": "greeting"},
                    {"id": "noise", "title": "Noise", "question": "Does anyone complain?", "judged": "audio",
                     "evidence": {"from": ["customer"], "required_for": ["not_met"]}},
                    {"id": "tags", "title": "Tags", "question": "Are tags set?", "judged": "ticket",
                     "evidence": {"from": [], "required_for": []}},
                    {"id": "chat_only", "title": "Chat", "question": "Quick?", "channels": ["chat"]},
                    {"id": "tone", "title": "Tone", "question": "How polite?",
                     "evidence": {"from": ["agent"], "required_for": []},
                     "scale": {"levels": [{"value": "1", "points": 0, "anchor": "rude"},
                                          {"value": "2", "points": 1, "anchor": "kind"}]}},
                ],
            }
        ],
    }
)  # fmt: skip
CALL = Transcript(
    id="c1",
    channel="call",
    language="de",
    turns=(Turn(role="agent", text="Guten Tag!"), Turn(role="customer", text="Ich höre Sie kaum.")),
)


def label(item_id: str, value: str, *, annotator: str = "a", source: LabelSource = "synthetic") -> Label:
    return Label(transcript_id="c1", item_id=item_id, label=value, annotator=annotator, label_source=source)


async def always_yes(messages: Sequence[Message], options: Sequence[str]) -> Choice:
    del messages
    logprobs = {YES: -0.5, NO: -2.5} if YES in options else dict.fromkeys(options, -1.0)
    return Choice(answer=options[0], logprobs=logprobs)


def gold(*labels: Label) -> Gold:
    return Gold({"c1": CALL}, labels)


def test_a_label_counts_where_the_readers_say_the_same_and_it_is_one_of_two() -> None:
    agreed = agreed_labels(gold(label("greeting", "met"), label("greeting", "met", annotator="b")), RUBRIC)
    assert agreed == [(RUBRIC.item("greeting"), {"c1": True})]
    split = gold(label("greeting", "met"), label("greeting", "not_met", annotator="b"))
    assert agreed_labels(split, RUBRIC) == []
    assert (
        agreed_labels(gold(label("greeting", "cannot_assess"), label("noise", "not_met"), label("tone", "1")), RUBRIC)
        == []
    )


def test_of_an_item_the_score_of_the_model_and_its_words_are_known() -> None:
    requests = []

    async def count(messages: Sequence[Message], options: Sequence[str]) -> Choice:
        requests.append(options)
        return await always_yes(messages, options)

    asked = asyncio.run(know(ChoiceAsker(count), gold(label("greeting", "met")), RUBRIC))
    (one,) = asked
    assert one.rows == (Known("c1", "de", 2.0, found=True, met=True),)  # −0.5 − (−2.5) = 2; „Guten Tag“ is a greeting
    assert requests == [(YES, NO)]
    words = asyncio.run(know(ChoiceAsker(count), gold(label("greeting", "met")), RUBRIC, lambda _: False))
    assert words[0].rows[0].score is None
    assert len(requests) == 1


def test_a_conversation_with_words_that_only_may_show_it_is_left_out_and_counted() -> None:
    loose = CALL.model_copy(update={"turns": (Turn(role="agent", text="Meier am Apparat."), CALL.turns[1])})
    for talk, rows, doubtful in ((CALL, 1, 0), (loose, 0, 1)):
        one = asyncio.run(know(None, Gold({"c1": talk}, (label("greeting", "met"),)), RUBRIC))[0]
        assert (len(one.rows), one.doubtful) == (rows, doubtful)


def test_of_an_item_asked_turn_by_turn_the_score_of_its_messages_is_known() -> None:
    requests = []

    async def count(messages: Sequence[Message], options: Sequence[str]) -> Choice:
        requests.append(messages[-1]["content"])
        return await always_yes(messages, options)

    found = know(ChoiceAsker(count), gold(label("greeting", "met")), RUBRIC, lambda _: False, lambda _: True)
    (one,) = asyncio.run(found)
    assert one.rows == (Known("c1", "de", None, found=1, met=True, turns=2.0),)
    assert ["Guten Tag!" in asked and "In this message:" in asked for asked in requests] == [True]


def test_what_was_answered_is_not_asked_again(tmp_path: Path) -> None:
    messages, path, requests = [{"role": "user", "content": "Is it „so“?"}], tmp_path / "answers.jsonl", []

    async def count(messages: Sequence[Message], options: Sequence[str]) -> Choice:
        requests.append(options)
        return await always_yes(messages, options)

    def choose(model: str, options: tuple[str, ...]) -> Choice:
        return asyncio.run(RememberedChoices(count, model, path)(messages, options))

    first = choose("m1", (YES, NO))
    assert choose("m1", (YES, NO)) == first
    assert len(requests) == 1
    choose("m2", (YES, NO))
    choose("m1", ("1", "2"))
    assert len(requests) == 3


ORIGIN = FitOrigin(
    weights_sha256="w", prompt_hash="p", cues_hash="c", data_hash="d", label_source="llm",
    conversations=40, labels=40, method="m", fitted_on=date(2026, 11, 30),
)  # fmt: skip


def labelled(item_id: str, *, skill: float, n: int = 40) -> Labelled:
    """An item whose cue is found where it is met, but for the last share of the conversations."""
    rows = [
        Known(
            f"t{number}", "en" if number % 4 else "hu", None, (number % 2 == 0) == (number < skill * n), number % 2 == 0
        )
        for number in range(n)
    ]
    return Labelled("tiny", RUBRIC.item(item_id), tuple(rows))


def test_fits_carry_the_policy_they_were_made_for_and_how_well_they_hold() -> None:
    fits = fits_of([labelled("greeting", skill=0.9)], ORIGIN)
    fit = fits.rubrics["tiny"]["greeting"]
    assert fit.policy == RUBRIC.item("greeting").policy_hash()
    assert fit.is_good_enough
    # 36 of 40 right, 18 of 20 each way: κ = (.9 − .5) ÷ (1 − .5)
    assert fit.agreement.kappa == pytest.approx(0.8, abs=0.06)  # one more may come out right by its language
    assert fit.agreement.conversations == 40
    assert fits.cues["greeting"].policy == ""
    assert fits.origin == ORIGIN


def test_words_that_tell_nothing_are_no_ground_to_judge_by() -> None:
    fit = fits_of([labelled("greeting", skill=0.5)], ORIGIN).rubrics["tiny"]["greeting"]
    assert not fit.is_good_enough


def test_an_item_with_few_labels_is_not_fitted() -> None:
    assert fits_of([labelled("greeting", skill=1, n=19)], ORIGIN).rubrics == {}


def test_the_table_says_what_each_item_goes_by_and_what_is_not_judged() -> None:
    items = [labelled("greeting", skill=0.9), labelled("chat_only", skill=0.5)]
    text = render_fits_table(fits_of(items, ORIGIN), items, seed=1)
    lines = {line.split()[0]: line for line in text.splitlines() if line.startswith("tiny")}
    assert lines["tiny.greeting"].endswith("  words")
    assert "not judged" in lines["tiny.chat_only"]
    assert [line.split("  ")[0] for line in text.splitlines()[-3:]] == [
        "all that is judged",
        "in English",
        "in other languages",
    ]


@pytest.mark.parametrize(
    ("sources", "expected"),
    [(["human", "human"], "human"), (["human", "llm"], "llm"), (["llm", "synthetic", "human"], "synthetic")],
)
def test_labels_are_worth_what_the_weakest_of_them_is(sources: list[LabelSource], expected: str) -> None:
    assert weakest_source([label("greeting", "met", source=source) for source in sources]) == expected


def test_gold_that_is_not_there_is_an_error_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--gold", str(tmp_path)]
    assert main(arguments, open_server=lambda **_: pytest.fail("nothing may be started")) == InputError.exit_code
    assert "transcripts.jsonl" in capsys.readouterr().err


def test_a_cue_does_not_claim_the_agreement_of_an_item_whose_labels_all_need_words() -> None:
    """Another rubric's item may give a label where nothing is found, and be wrong there."""
    one = labelled("greeting", skill=1.0)
    silent = [Known(f"s{n}", "en", None, 0, n % 2 == 0, lacking=("met", "not_met")) for n in range(40)]
    fits = fits_of([one._replace(rows=(*one.rows, *silent))], ORIGIN)
    assert fits.rubrics["tiny"]["greeting"].agreement.conversations == 40
    assert fits.cues["greeting"].agreement.conversations == 80
    assert fits.cues["greeting"].agreement.kappa < fits.rubrics["tiny"]["greeting"].agreement.kappa
