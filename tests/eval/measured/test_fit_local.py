"""Fitting offsets from labels: what is asked, what is remembered and what is written; without a model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from llm_grader.errors import MalformedInput
from llm_grader.eval.measured.fit_local import (
    RememberedChoices,
    ask_model,
    find_questions,
    main,
    offsets_of,
    weakest_source,
)
from llm_grader.eval.measured.offset_fit import ScoredLabel
from llm_grader.gateway.answer_text import Choice
from llm_grader.gateway.bodies import Message
from llm_grader.local.by_choice import NO, YES, ChoiceAsker
from llm_grader.local.offsets import OffsetsFit, policy_hash
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
                    {"id": "greeting", "title": "Greeting", "question": "Did the agent greet?"},
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


def test_only_what_is_decided_by_yes_or_no_is_asked() -> None:
    labels = [label("greeting", "met"), label("noise", "cannot_assess"), label("tags", "met"), label("tone", "1")]
    found = find_questions({"c1": CALL}, [*labels, label("chat_only", "met"), label("gone", "met")], RUBRIC)
    assert [(question.item.id, question.labels) for question in found] == [("greeting", [True]), ("noise", [False])]


def test_labels_that_are_no_answer_to_the_question_are_left_out() -> None:
    assert find_questions({"c1": CALL}, [label("greeting", "not_applicable")], RUBRIC) == []
    assert find_questions({}, [label("greeting", "met")], RUBRIC) == []


def test_each_annotators_label_counts_and_the_model_is_asked_once() -> None:
    requests = []

    async def count(messages: Sequence[Message], options: Sequence[str]) -> Choice:
        requests.append(options)
        return await always_yes(messages, options)

    questions = find_questions(
        {"c1": CALL}, [label("greeting", "met"), label("greeting", "not_met", annotator="b")], RUBRIC
    )
    answers = asyncio.run(ask_model(ChoiceAsker(count), questions))
    assert answers == [ScoredLabel("c1", "greeting", "de", 2.0, yes) for yes in (True, False)]  # −0.5 − (−2.5) = 2
    assert requests == [(YES, NO)]


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


def test_offsets_carry_the_wording_they_were_fitted_for() -> None:
    answers = [ScoredLabel("c1", "greeting", "de", 1.0, False), ScoredLabel("c2", "greeting", "de", 5.0, True)]
    provenance = OffsetsFit(
        weights_sha256="w", prompt_hash="p", rubric_hash="r", data_hash="d", label_source="synthetic", language="en",
        transcripts=2, labels=2, method="m", fitted_on=date(2026, 11, 22),
    )  # fmt: skip
    offsets = offsets_of(answers, RUBRIC, provenance)
    assert offsets.items["greeting"].policy == policy_hash(RUBRIC.item("greeting"))
    assert offsets.items["greeting"].labels == 2
    assert offsets.items["greeting"].offset == pytest.approx(3.0, abs=0.01)
    assert offsets.provenance == provenance


@pytest.mark.parametrize(
    ("sources", "expected"),
    [(["human", "human"], "human"), (["human", "llm"], "llm"), (["llm", "synthetic", "human"], "synthetic")],
)
def test_labels_are_worth_what_the_weakest_of_them_is(sources: list[LabelSource], expected: str) -> None:
    assert weakest_source([label("greeting", "met", source=source) for source in sources]) == expected


def test_a_wrong_file_of_labels_is_an_error_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text("{}\n")
    arguments = ["--rubric", "helpdesk_qa", "--transcripts", str(labels), "--labels", str(labels)]
    assert main(arguments, open_server=lambda **_: pytest.fail("nothing may be started")) == MalformedInput.exit_code
    assert "labels.jsonl: line 1" in capsys.readouterr().err
