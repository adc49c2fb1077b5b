from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from llm_grader.errors import UsageError
from llm_grader.eval.judge.item_drift import drift, drift_until_now, find_drift, frozen_anchors
from llm_grader.eval.judge.labelled_set import load_labelled_set
from llm_grader.eval.labels.split import split_transcripts
from llm_grader.eval.stats.paired import margins_test, mcnemar_midp, mcnemar_power, stuart_maxwell
from llm_grader.grader.grader import as_read
from llm_grader.grading.conduct import find_obstacle
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion
from llm_grader.transcript import Transcript
from llm_grader.verdict import Scorecard, Verdict
from tests.support.eval_commands import card, clean_settings, judge, run, write_gold, write_rubric
from tests.support.scripted import transcript

__all__ = ["clean_settings"]

BINARY = ("not_met", "met")


def grading(item_id: str, labels: Sequence[str | None]) -> dict[tuple[str, str], str | None]:
    return {(f"t{i}", item_id): label for i, label in enumerate(labels)}


def test_a_one_sided_change_is_drift_and_an_even_one_is_noise() -> None:
    before = grading("greeting", ["met"] * 20) | grading("closing", ["met", "not_met"] * 10)
    after = grading("greeting", ["not_met"] * 8 + ["met"] * 12) | grading("closing", ["not_met", "met"] * 10)
    (greeting, closing), pooled = find_drift(before, after, scales={"greeting": BINARY, "closing": BINARY})
    # Eight one way, none the other: 2·(1/2)·(1/256); the smallest of three, the pooled test among them: times three.
    assert greeting.p == pytest.approx(1 / 256)
    assert greeting.adjusted == pytest.approx(3 / 256)
    assert greeting.drifted
    assert (closing.n, closing.changed, closing.drifted) == (20, 20, False)
    assert (pooled.anchors, pooled.better, pooled.worse) == (20, 10, 18)


def test_labels_off_the_scale_are_lost_not_changed() -> None:
    before = grading("greeting", ["met", "met", "cannot_assess", None])
    after = grading("greeting", ["met", "not_applicable", "met", None])
    (found,), _ = find_drift(before, after, scales={"greeting": BINARY})
    assert (found.n, found.changed, found.lost, found.p) == (1, 0, 2, 1.0)


def test_a_judge_that_stops_answering_on_the_scale_has_drifted() -> None:
    # Eight left the scale and none came back: McNemar's mid-p of 8 against 0, 2·(1/2)·(1/256).
    (some,), _ = find_drift(
        grading("greeting", ["met"] * 20),
        grading("greeting", ["cannot_assess"] * 8 + ["met"] * 12),
        scales={"greeting": BINARY},
    )
    assert (some.n, some.changed, some.lost) == (12, 0, 8)
    assert some.p == pytest.approx(1 / 256)
    assert some.drifted
    (all_,), _ = find_drift(
        grading("greeting", ["met", "not_met"] * 50), grading("greeting", [None] * 100), scales={"greeting": BINARY}
    )
    assert (all_.n, all_.lost, all_.drifted) == (0, 100, True)


def test_anchors_of_one_grading_alone_and_requests_that_failed_are_not_compared() -> None:
    rubric = load_rubric("helpdesk_qa")
    item_id = next(item.id for item in rubric.items() if item.asks_model)
    before = [card(n, rubric, {item_id: "met"}) for n in range(40)]
    failed = Verdict(item_id=item_id, label=None, status="error", problem="transient")
    after = [before[0], *(one.model_copy(update={"verdicts": {item_id: failed}}) for one in before[1:20])]
    found = {item.item_id: item for item in drift(before, after, rubric).items}
    assert (found[item_id].n, found[item_id].lost, found[item_id].p) == (1, 0, 1.0)


def test_where_two_categories_alone_exchange_cases_the_exact_test_is_taken() -> None:
    assert margins_test([[9, 0, 4], [0, 9, 0], [1, 0, 9]]) == mcnemar_midp(4, 1)
    three = [[9, 4, 4], [0, 9, 0], [1, 0, 9]]
    assert margins_test(three) == stuart_maxwell(three)
    assert margins_test([[5, 0], [0, 5]]).p == 1


def test_ordinal_items_compare_all_margins() -> None:
    before = grading("tone", ["1"] * 10 + ["2"] * 10 + ["3"] * 10)
    after = grading("tone", ["2"] * 10 + ["3"] * 10 + ["3"] * 10)
    (found,), _ = find_drift(before, after, scales={"tone": ("1", "2", "3")})
    assert found.changed == 20
    assert found.drifted


def cards_file(path: Path, rubric: Rubric, labels: Mapping[int, str], ids: Sequence[str] = ()) -> Path:
    """Scorecards in which every item has one label, by the number of the conversation; under other ids if named."""
    made = [card(n, rubric, {item.id: label for item in rubric.items()}) for n, label in labels.items()]
    named = [one.model_copy(update={"transcript_id": id_}) for one, id_ in zip(made, ids, strict=False)] or made
    path.write_text("".join(one.model_dump_json() + "\n" for one in named), "utf-8")
    return path


def test_the_command_shows_how_many_anchors_left_the_scale_and_which_are_in_one_grading_alone(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    rubric = load_rubric(path)
    before = cards_file(tmp_path / "before.jsonl", rubric, dict.fromkeys(range(100), "met"))
    after = cards_file(
        tmp_path / "after.jsonl", rubric, {n: "met" if n < 60 else "cannot_assess" for n in range(80)} | {200: "met"}
    )
    found = run("drift", "--rubric", path, "--before", before, "--after", after)
    assert found.code == 1
    (line,) = [line.split() for line in found.stdout.splitlines() if line.split()[:1] == ["greeting"]]
    assert line[:5] + line[-1:] == ["greeting", "60", "0", "20", "(25%)", "drifted"]
    assert "21 conversations are in one of the gradings alone" in found.stderr


def test_gradings_with_nothing_in_common_are_no_success_and_are_not_graded_for(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    rubric = load_rubric(path)
    gold = write_gold(tmp_path, {"greeting": {"eva": ["met"] * 5}})
    few = cards_file(tmp_path / "few.jsonl", rubric, dict.fromkeys(range(5), "met"))
    others = cards_file(tmp_path / "others.jsonl", rubric, dict.fromkeys(range(10, 15), "met"))
    (tmp_path / "none.jsonl").write_text("", "utf-8")
    for after in (others, tmp_path / "none.jsonl"):
        found = run("drift", "--rubric", path, "--before", few, "--after", after)
        assert (found.code, "nothing to compare" in found.stderr) == (2, True)
    of_another = run("drift", "--before", few, "--after", few)
    assert (of_another.code, "few.jsonl is of the rubric desk, expected helpdesk_qa" in of_another.stderr) == (2, True)
    with ScriptedServer(judge(lambda _number, _item: "met")) as server:
        now = ("drift", gold / "transcripts.jsonl", "--rubric", path, "--model", "m", "--base-url", server.base_url)
        assert (run(*now, "--before", others).code, server.requests) == (2, [])
        cards_file(others, rubric, dict.fromkeys(range(3, 9), "met"))
        assert (run(*now, "--before", others).code, len(server.requests)) == (0, 2)


@pytest.mark.parametrize("name", ["²", "9" * 5000])
def test_what_is_no_number_of_a_run_is_a_file(name: str) -> None:
    found = run("drift", "--before", name, "--after", name)
    assert (found.code, "cannot be read" in found.stderr) == (65, True)


def test_a_public_set_is_graded_by_the_rubric_of_its_own_turns_where_it_is_labelled_by_turn(tmp_path: Path) -> None:
    public = Path(__file__).parents[3].parent / "shared" / "gold" / "bc3"
    if not public.exists():
        pytest.skip("the public set is not here")
    labelled = load_labelled_set(public)
    kept = split_transcripts(labelled.transcripts).frozen
    pieces = [id_ for id_, (whole, _) in labelled.pieces.origins.items() if whole in kept]
    turns = [as_read(piece) for piece in labelled.asked if piece.id in pieces]
    asked = [turn.id for turn in turns if find_obstacle(turn, labelled.rubric) is None]  # some only quote others
    labels = dict.fromkeys(range(len(pieces)), "met")
    before = cards_file(tmp_path / "before.jsonl", labelled.rubric, labels, pieces)

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        return completion({item: answer("not_met") for item in request.item_ids()})

    with ScriptedServer(respond) as server:
        flags = ("--model", "m", "--base-url", server.base_url, "--json")
        found = run("drift", "--gold", public, "--before", before, *flags)
        assert len(server.requests) == len(asked) > 5
        assert "rubric of its own" in run("drift", "--gold", public, "--before", before, "--rubric", "desk").stderr
    assert found.code == 1, found.stderr
    *rows, _together = found.lines()
    assert {row["item_id"] for row in rows} == {item.id for item in labelled.rubric.items()}
    assert {row["n"] for row in rows} == {len(asked)}


def test_what_moves_every_item_a_little_one_way_shows_in_all_of_them_together() -> None:
    # Thirteen items, each with one flip to not_met and none back, on anchors of their own: 2·(1/2)·2⁻¹³ together,
    # the smallest of fourteen tests; alone each has p = 1/2.
    items = {f"item{n}": BINARY for n in range(13)}
    before, after = ({(f"t{t}", name): "met" for name in items for t in range(20)} for _ in range(2))
    for n, name in enumerate(items):
        after[f"t{n}", name] = "not_met"
    found, pooled = find_drift(before, after, scales=items)
    assert not any(item.drifted for item in found)
    assert (pooled.worse, pooled.better) == (13, 0)
    assert pooled.p == pytest.approx(2**-13)
    assert pooled.adjusted == pytest.approx(14 * 2**-13)
    assert pooled.drifted


def test_a_conversation_whose_verdicts_all_move_is_one_case() -> None:
    # Ten items move on three anchors: 2·(1/2)·(1/2)³ = 1/8, however many items there are.
    items = {f"item{n}": BINARY for n in range(10)}
    before = {(f"t{t}", name): "met" for name in items for t in range(50)}
    after = {key: "not_met" if key[0] in ("t0", "t1", "t2") else label for key, label in before.items()}
    assert find_drift(before, after, scales=items)[1].p == pytest.approx(1 / 8)


def test_the_power_told_is_that_of_the_anchors_and_items_there_are() -> None:
    # 400 anchors see 8 % one way and 2 % the other with .98 on one item, with .80 among 24.
    assert mcnemar_power(400, 0.08, 0.02) == pytest.approx(0.978, abs=0.001)
    assert mcnemar_power(400, 0.08, 0.02, level=0.05 / 24) == pytest.approx(0.80, abs=0.005)
    rubric = load_rubric("helpdesk_qa")
    ids = [item.id for item in rubric.items() if item.asks_model]
    cards = [card(n, rubric, dict.fromkeys(ids, "met")) for n in range(100)]
    found = drift(cards, cards, rubric)
    assert found.power_of_item == pytest.approx(mcnemar_power(100, 0.08, 0.02, level=0.05 / (len(ids) + 1)))
    assert found.power_of_all > 0.99


def test_an_item_without_anchors_has_not_drifted() -> None:
    (found,), _ = find_drift({}, {}, scales={"tone": ("1", "2", "3")})
    assert (found.n, found.p, found.drifted) == (0, 1.0, False)


def test_items_that_were_not_compared_do_not_weaken_those_that_were() -> None:
    before, after = grading("greeting", ["met"] * 20), grading("greeting", ["not_met"] * 8 + ["met"] * 12)
    others = {f"other{n}": BINARY for n in range(20)}
    unlike = {("t0", "other0"): "met"} | grading("other1", ["not_applicable"] * 20)
    found, _ = find_drift(
        before | unlike, after | grading("other1", [None] * 20), scales={"greeting": BINARY, **others}
    )
    assert found[0].adjusted == pytest.approx(1 / 256)
    assert found[0].drifted
    assert {(item.n, item.p, item.adjusted, item.drifted) for item in found[1:]} == {(0, 1.0, 1.0, False)}


def test_four_hundred_anchors_see_a_change_that_one_hundred_miss() -> None:
    random = np.random.default_rng(0)
    power = {}
    for n in (400, 100):
        flips = random.multinomial(n, [0.08, 0.02, 0.9], size=1000)
        power[n] = float(np.mean([mcnemar_midp(int(b), int(c)).p < 0.05 for b, c, _ in flips]))
    assert power[400] > 0.95
    assert power[100] < 0.55


def test_the_library_grades_the_anchors_of_the_frozen_grading_again_and_says_what_else_differs(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    rubric = load_rubric(path)
    labelled = load_labelled_set(write_gold(tmp_path, {"greeting": {"eva": ["met"] * 60}}), path)
    anchors = frozen_anchors(labelled)
    assert {transcript.id for transcript in anchors} == split_transcripts(labelled.transcripts).frozen
    frozen = [card(n, rubric, {"greeting": "met"}) for n in range(60)]
    graded: list[str] = []
    lines: list[str] = []

    def grade(transcripts: Sequence[Transcript]) -> list[Scorecard]:
        graded.extend(transcript.id for transcript in transcripts)
        again = [card(int(id_[1:]), rubric, {"greeting": "not_met"}) for id_ in graded]
        provenance = again[0].provenance.model_copy(update={"model": "newer"})
        return [one.model_copy(update={"provenance": provenance}) for one in again]

    found = drift_until_now(frozen, [*anchors, transcript("elsewhere")], grade, rubric, notify=lines.append)
    assert graded == [transcript.id for transcript in anchors]
    assert found.drifted
    assert found.items[0].changed == len(anchors)
    assert lines == ["the two were graded with another model: scripted, now newer: not drift alone"]
    with pytest.raises(UsageError, match="nothing to compare"):
        drift_until_now(frozen, [transcript("elsewhere")], grade, rubric)
