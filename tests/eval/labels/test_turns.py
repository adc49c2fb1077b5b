"""Labels of single turns: what a judge is asked about, and how its verdicts find back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_grader.eval.judge.labelled_set import LabelledSet, load_labelled_set
from llm_grader.eval.labels.turns import turn_pieces
from llm_grader.eval.labels.units import Unit
from llm_grader.pytest_plugin import assert_agreement
from llm_grader.rubric.load import load_rubric
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Label
from tests.support.eval_commands import clean_settings, run, write_rubric

__all__ = ["clean_settings"]

ROLES = ("customer", "agent", "agent", "customer", "customer", "agent")


def talk(*roles: str) -> Transcript:
    turns = tuple(Turn(role=role, text=f"Turn {n}.") for n, role in enumerate(roles))
    return Transcript(id="t", channel="chat", turns=turns, language="en")


def label(turn: int | None, item: str = "greeting", answered: str = "met", who: str = "eva") -> Label:
    return Label(
        transcript_id="t",
        item_id=item,
        label=answered,
        annotator=who,
        label_source="human",
        turn=turn,
        evidence_quotes=(),
    )


def texts(transcript: Transcript) -> list[str]:
    return [turn.text for turn in transcript.turns]


def test_a_labelled_turn_is_heard_with_the_turns_of_others_right_before_it() -> None:
    pieces = turn_pieces([label(n) for n in (1, 2, 5)], {"t": talk(*ROLES)})
    heard = {id_: texts(piece) for id_, piece in pieces.transcripts.items()}
    assert heard == {
        "t#1": ["Turn 0.", "Turn 1."],
        "t#2": ["Turn 2."],
        "t#5": ["Turn 3.", "Turn 4.", "Turn 5."],
    }
    assert {piece.language for piece in pieces.transcripts.values()} == {"en"}


def test_turns_of_people_without_a_role_are_heard_alone_and_are_under_review() -> None:
    pieces = turn_pieces([label(0), label(1)], {"t": talk("unknown", "unknown")})
    assert [texts(piece) for piece in pieces.transcripts.values()] == [["Turn 0."], ["Turn 1."]]
    assert all(piece.under_review(piece.turns[0]) for piece in pieces.transcripts.values())


def test_turns_that_a_model_labelled_are_no_question_where_people_labelled_the_whole() -> None:
    models = [label(n, who="gpt").model_copy(update={"label_source": "llm"}) for n in (1, 2)]
    pieces = turn_pieces([label(None), *models], {"t": talk(*ROLES)})
    assert (pieces.items, pieces.transcripts) == (frozenset(), {})
    assert turn_pieces(models, {"t": talk(*ROLES)}).transcripts


def test_one_turn_by_each_annotator_is_where_the_evidence_is_and_no_question_of_its_own() -> None:
    pieces = turn_pieces([label(1, who="eva"), label(2, who="jan")], {"t": talk(*ROLES)})
    assert not pieces.transcripts
    assert pieces.unit("t", "greeting") == Unit("t", "greeting")


def test_verdicts_find_back_to_the_turn_and_only_for_the_items_asked_of_turns() -> None:
    pieces = turn_pieces([label(1), label(2), label(None, "solution")], {"t": talk(*ROLES)})
    assert pieces.unit("t#2", "greeting") == Unit("t", "greeting", 2)
    assert pieces.unit("t#2", "solution") is None
    assert pieces.unit("t", "greeting") is None
    assert pieces.unit("t", "solution") == Unit("t", "solution")


def test_whole_conversations_are_asked_about_only_where_labels_are_about_them(tmp_path: Path) -> None:
    rubric, talks = load_rubric(write_rubric(tmp_path)), {"t": talk(*ROLES)}
    turns = (label(1), label(2))
    assert [t.id for t in LabelledSet("g", rubric, talks, turns).asked] == ["t#1", "t#2"]
    both = LabelledSet("g", rubric, talks, (*turns, label(None, "solution")))
    assert [t.id for t in both.asked] == ["t", "t#1", "t#2"]


def write_thread(folder: Path) -> Path:
    """Three agent turns of one conversation, the second of which nobody would call a greeting."""
    gold = folder / "gold"
    gold.mkdir()
    answered = ["Hello!", "Wait.", "Good day."]
    turns = [
        turn for text in answered for turn in ({"role": "agent", "text": text}, {"role": "customer", "text": "Yes."})
    ]
    (gold / "transcripts.jsonl").write_text(json.dumps({"id": "t", "channel": "chat", "turns": turns}) + "\n")
    labels = [label(turn, answered=given) for turn, given in ((0, "met"), (2, "not_met"), (4, "met"))]
    (gold / "labels.jsonl").write_text("".join(one.model_dump_json() + "\n" for one in labels))
    return gold


def hears_greetings(request: ScriptedRequest) -> ScriptedResponse:
    prompt = str(request.body["messages"])
    (quote,) = [word for word in ("Hello!", "Wait.", "Good day.") if word in prompt]
    number = 0 if quote == "Hello!" else 1
    answered = answer("not_met") if quote == "Wait." else answer("met", (number, quote))
    return completion(dict.fromkeys(request.item_ids(), answered))


def test_eval_grades_labelled_turns_one_by_one_and_compares_them(tmp_path: Path) -> None:
    gold, rubric = write_thread(tmp_path), write_rubric(tmp_path)
    with ScriptedServer(hears_greetings) as server:
        arguments = ["eval", "--gold", str(gold), "--rubric", str(rubric), "--store", str(tmp_path / "r.db"), "--json"]
        found = run(*arguments, "--model", "m", "--base-url", server.base_url)
        assert len(server.requests) == 3
        (row,) = found.lines()
        assert (row["labelled"], row["scored"], row["confusion"]) == (3, 3, [[1.0, 0.0], [0.0, 2.0]])
        assert run(*arguments).lines() == [row]  # the same from the store
        assert len(server.requests) == 3


def test_the_pytest_plugin_grades_labelled_turns_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gold, rubric = write_thread(tmp_path), write_rubric(tmp_path)
    with ScriptedServer(hears_greetings) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        (row,) = assert_agreement(rubric, gold, "m", min_kappa=0.9)
    assert row.figures.scored == 3


def test_labels_can_be_those_of_some_annotators(tmp_path: Path) -> None:
    gold, rubric = write_thread(tmp_path), write_rubric(tmp_path)
    with (gold / "labels.jsonl").open("a") as file:
        file.write(label(0, answered="not_met", who="crowd-7").model_dump_json() + "\n")
    with ScriptedServer(hears_greetings) as server:
        arguments = ["eval", "--gold", str(gold), "--rubric", str(rubric), "--store", str(tmp_path / "r.db"), "--json"]
        found = run(*arguments, "--model", "m", "--base-url", server.base_url, "--annotators", "eva, ev*")
    assert found.lines()[0]["confusion"] == [[1.0, 0.0], [0.0, 2.0]]
    missing = run(*arguments, "--annotators", "eve")
    assert missing.code == 2
    assert "no labels are by 'eve'; they are by crowd-7, eva" in missing.stderr


def test_the_mails_of_a_public_thread_are_asked_about_one_by_one() -> None:
    folder = Path(__file__).parents[3].parent / "shared" / "gold" / "bc3" / "dev"
    if not folder.exists():
        pytest.skip("the public sets are not here")
    labelled = load_labelled_set(folder)
    assert len(labelled.asked) == len(labelled.pieces.transcripts) == 135
    assert all(len(piece.turns) == 1 for piece in labelled.asked)
