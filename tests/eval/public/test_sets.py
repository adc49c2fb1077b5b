from __future__ import annotations

import io
import json
import zipfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

from llm_grader.authoring.lint import lint_rubric
from llm_grader.errors import InputError, MalformedInput, UsageError
from llm_grader.eval.agreement import cohen_kappa
from llm_grader.eval.judge.report import report_items, verdicts_from_labels
from llm_grader.eval.labels.units import Unit
from llm_grader.eval.public.sets import PUBLIC_SETS, fetch_public_set, public_rubric, read_public_set

GOLD = Path(__file__).parents[3].parent / "shared" / "gold"
needs_gold = pytest.mark.skipif(not GOLD.exists(), reason="the public sets are not here")


def put(folder: Path, name: str, transcripts: list[object], labels: list[object]) -> None:
    place = folder / name / "dev"
    place.mkdir(parents=True)
    (place / "transcripts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in transcripts))
    (place / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in labels))


def test_every_labelled_set_has_a_rubric_without_faults() -> None:
    for name in PUBLIC_SETS:
        rubric = public_rubric(name)
        assert rubric is None or not [found for found in lint_rubric(rubric) if found.severity == "error"], name
    assert public_rubric("primock57") is None


def test_rows_become_transcripts_and_labels(tmp_path: Path) -> None:
    turns = [
        {
            "speaker": "other",
            "speaker_name": "Ann",
            "text": "Shall we meet?",
            "timestamp": "Thu Jul 15 19:40:16 -0700 1999",
        }
    ]
    label = {"transcript_id": "bc3-1", "item_id": "meeting", "annotator": "a", "label": True, "turn_index": 0}
    put(
        tmp_path,
        "bc3",
        [{"id": "bc3-1", "channel": "email", "language": "en", "subject": "Hi", "turns": turns, "source": "x"}],
        [{**label, "evidence_quotes": ["Shall we meet?"]}, {**label, "annotator": "b", "label": False}],
    )
    read = read_public_set("bc3", tmp_path)
    (turn,) = read.transcripts["bc3-1"].turns
    assert (turn.role, turn.speaker, turn.subject) == ("unknown", "Ann", "Hi")
    assert turn.at == datetime(1999, 7, 16, 2, 40, 16, tzinfo=UTC)
    assert read.transcripts["bc3-1"].metadata == {"source": "x"}
    assert [(read_label.label, read_label.turn, read_label.label_source) for read_label in read.labels] == [
        ("met", 0, "human"),
        ("not_met", 0, "human"),
    ]
    assert read.licence == "CC BY-SA 3.0"


def test_labels_that_a_rule_made_are_not_from_people(tmp_path: Path) -> None:
    turns = [{"speaker": "agent", "text": "Hello", "timestamp": 1590438888}, {"speaker": "other", "text": "api call"}]
    label = {"transcript_id": "star-1", "item_id": "greeting", "annotator": "agent_action", "label": True}
    survey = {**label, "item_id": "customer_upset", "annotator": "agent_survey", "label": False}
    put(tmp_path, "star", [{"id": "star-1", "channel": "chat", "language": "en", "turns": turns}], [label, survey])
    read = read_public_set("star", tmp_path)
    assert [read_label.label_source for read_label in read.labels] == ["synthetic", "human"]
    first, second = read.transcripts["star-1"].turns
    assert first.at == datetime.fromtimestamp(1590438888, UTC)
    assert (second.role, second.kind) == ("system", "event")


def test_means_are_values_beside_the_labels_and_nothing_is_made_of_what_is_missing(tmp_path: Path) -> None:
    rows = [
        {"transcript_id": "u1", "item_id": "uptake", "annotator": "majority_of_3", "label": 2.0, "mean": 1.667},
        {"transcript_id": "u2", "item_id": "uptake", "annotator": "majority_of_3", "label": None, "mean": 1.0},
        {"transcript_id": "u3", "item_id": "uptake", "annotator": "majority_of_3", "label": None, "mean": float("nan")},
    ]
    put(tmp_path, "uptake", [], list(rows))
    read = read_public_set("uptake", tmp_path)
    assert [(read_label.transcript_id, read_label.label) for read_label in read.labels] == [("u1", "2")]
    assert read.values == {Unit("u1", "uptake"): 1.667, Unit("u2", "uptake"): 1.0}
    put(
        tmp_path,
        "politeness_hu",
        [],
        [{"transcript_id": "p", "item_id": "politeness_z", "annotator": "mean", "label": -0.546}],
    )
    read = read_public_set("politeness_hu", tmp_path)
    assert (read.labels, read.values) == ((), {Unit("p", "politeness"): -0.546})


def test_what_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no public set is called 'tsar'"):
        read_public_set("tsar", tmp_path)
    with pytest.raises(InputError, match=r"transcripts\.jsonl: cannot be read"):
        read_public_set("star", tmp_path)
    row = {"transcript_id": "l", "item_id": "self_oriented", "annotator": "a", "label": 6}
    put(tmp_path, "lend_an_ear", [], [row])
    with pytest.raises(MalformedInput, match="found '6'"):
        read_public_set("lend_an_ear", tmp_path)
    put(tmp_path, "ab_redial", [], [{**row, "item_id": "efficiency", "label": 0.5}])
    with pytest.raises(MalformedInput, match=r"whole number as label, found 0\.5"):
        read_public_set("ab_redial", tmp_path)
    (tmp_path / "ab_redial/dev/labels.jsonl").write_text("\n{")
    with pytest.raises(MalformedInput, match="line 2: not valid JSON"):
        read_public_set("ab_redial", tmp_path)
    with pytest.raises(UsageError, match="read it from a folder"):
        fetch_public_set("primock57")


@needs_gold
@pytest.mark.parametrize("name", PUBLIC_SETS)
def test_each_set_can_be_read(name: str) -> None:
    read = read_public_set(name, GOLD)
    assert read.transcripts
    assert all(label.transcript_id in read.transcripts for label in read.labels)
    assert (read.rubric is None) == (not read.labels and not read.values)


@needs_gold
@pytest.mark.parametrize(
    ("model", "expected"), [("gpt-4o", 0.554), ("claude-3.7-sonnet", 0.516), ("gemini-2.5-pro", 0.617)]
)
def test_the_published_judges_agree_with_the_experts_as_published(model: str, expected: float) -> None:
    read = read_public_set("lend_an_ear", GOLD)
    assert read.rubric is not None
    experts = defaultdict(list)
    for label in read.labels:
        if label.annotator.startswith("expert"):
            experts[Unit(label.transcript_id, label.item_id)].append(int(label.label))
    path = GOLD / "lend_an_ear/dev/published_llm_outputs.jsonl"
    outputs = [row for row in map(json.loads, path.read_text().splitlines()) if row["model"] == model]
    judged = {Unit(row["transcript_id"], row["item_id"]): int(row["label"]) for row in outputs}
    kappas = []
    for item in read.rubric.items():
        units = [unit for unit in experts if unit.item_id == item.id]
        gold = [round(median(experts[unit])) for unit in units]
        kappas.append(
            cohen_kappa(gold, [judged[unit] for unit in units], weights="quadratic", labels=[1, 2, 3, 4, 5]).estimate
        )
    assert sum(kappas) / 6 == pytest.approx(expected, abs=0.0005)
    # The table for people says the same of the same labels, and that 21 chats are too few to tell.
    labels = [label for label in read.labels if label.annotator.startswith("expert")]
    verdicts = verdicts_from_labels({unit: str(answer) for unit, answer in judged.items()})
    rows = report_items(labels, verdicts, list(read.rubric.items()), seed=1, n=100)
    assert [row.figures.kappa.estimate for row in rows] == pytest.approx(kappas)
    assert {row.gate.colour for row in rows} == {"grey"}


# What follows is written in the formats of the authors' files; the words are ours.


def served(files: dict[str, bytes | str]) -> object:
    def fetch(url: str) -> bytes:
        (content,) = [text for end, text in files.items() if url.endswith(end) or end in url]
        return content if isinstance(content, bytes) else content.encode()

    return fetch


def test_the_uptake_table_is_brought_into_shape() -> None:
    heading = "obs_id,exchange_idx,student_text,teacher_text,uptake,uptake_num_agree,uptake_majority\n"
    table = heading + '4,65,"Yes, four.",Four what?,0.6666666666666666,2,1.0\n7,3,No.,Fine.,,1,\n'
    read = fetch_public_set("uptake", fetch=served({"uptake_data.csv": table}))  # type: ignore[arg-type]
    assert [turn.text for turn in read.transcripts["upt-4-65"].turns] == ["Yes, four.", "Four what?"]
    assert [label.label for label in read.labels] == ["1"]
    assert read.values == {Unit("upt-4-65", "uptake"): pytest.approx(2 / 3)}


def test_the_politeness_table_is_brought_into_shape() -> None:
    table = 'sentence,score\n"Szia, kérlek, segíts!",0.75\nMiért?,-1.5\n'
    read = fetch_public_set("politeness_hu", fetch=served({"hu_test.csv": table}))  # type: ignore[arg-type]
    assert read.values == {Unit("pol-hu-000", "politeness"): 0.75, Unit("pol-hu-001", "politeness"): -1.5}
    assert read.transcripts["pol-hu-000"].language == "hu"


def test_the_recommendation_chats_are_brought_into_shape() -> None:
    items = "understanding,task-completion,interest-arousal,efficiency,dialogue-overall"
    heading = "ConvId," + ",".join(f"utterance{i}" for i in range(22)) + f",{items},justification-text\n"
    row = "00,SYSTEM\tHi,USER   A film please," + "," * 20
    table = heading + row + "3.0,2.0,0.0,1.0,4.0,fine\n" + row + "2.0,2.0,1.0,0.0,,ok\n"
    read = fetch_public_set("ab_redial", fetch=served({"annotated_dialogues.csv": table}))  # type: ignore[arg-type]
    assert [(turn.role, turn.text) for turn in read.transcripts["abr-00"].turns] == [
        ("agent", "Hi"),
        ("customer", "A film please"),
    ]
    overall = [(label.annotator, label.label) for label in read.labels if label.item_id == "dialogue_overall"]
    assert overall == [("slot0", "4")]
    assert [label.label for label in read.labels if label.item_id == "interest_arousal"] == ["0", "1"]


def test_the_empathy_chats_are_brought_into_shape() -> None:
    items = ["validating_emotions", "encouraging_elaboration", "demonstrating_understanding"]
    items += ["advice_giving", "self_oriented", "dismissing_emotions"]
    talks = 'conversation_id,full_conversation\n20,"Seeker: I lost it.\nSupporter: Oh no.\nWhat was it?\nSeeker: \n"\n'
    experts = f"lend_an_ear_conversation_id,{','.join(items)},annotation_method,other,annotation_method\n"
    experts += "20,1.0,2.0,3.0,4.0,5.0,1.0,expert1,x,expert1\n20,1.0,1.0,1.0,1.0,1.0,1.0,gpt,x,gpt\n"
    crowd = "id,user_id,conversation_id," + ",".join(f"{item},{item}_example" for item in items) + "\n"
    crowd += "1,f1a0015e51cf,20,4,Oh no.,3,What was it,,,2,NA,1,n/a,1,\n" * 2
    files = {"_conversations.csv": talks, "and_datasets.csv": experts, "_annotations.csv": crowd}
    read = fetch_public_set("lend_an_ear", fetch=served(files))  # type: ignore[arg-type]
    assert [turn.text for turn in read.transcripts["lae-20"].turns] == ["I lost it.", "Oh no.\nWhat was it?"]
    experts_said = [label.label for label in read.labels if label.annotator == "expert1"]
    assert experts_said == ["1", "2", "3", "4", "5", "1"]
    crowd_said = {label.item_id: label for label in read.labels if label.annotator == "crowd-f1a0015e"}
    assert len(crowd_said) == 5
    assert crowd_said["validating_emotions"].evidence_quotes == ("Oh no.",)
    assert crowd_said["advice_giving"].evidence_quotes == ()
    assert len(read.labels) == 11


def test_the_mail_threads_are_brought_into_shape() -> None:
    corpus = """<?xml version="1.0"?><!DOCTYPE root SYSTEM "corpus.dtd"><root><thread><name>Lunch</name>
      <listno>1-2</listno>
      <DOC><Received>Tue Dec 08 07:30:52 -0800 1998</Received><From>Ann &lt;ann@example.org&gt;</From>
      <Text><Sent id="1.1">Shall we have lunch? </Sent><Sent id="1.2">Write to ann@example.org &amp;lt;3</Sent></Text>
      </DOC><DOC><Received>Tue Dec 08 08:30:52 -0800 1998</Received><From>Bob</From>
      <Text><Sent id="2.1">Yes.</Sent></Text></DOC></thread></root>"""
    notes = """<root><thread><listno>1-2</listno><annotation><desc>Annotator7-Part2</desc><labels>
      <req id="1.2"/><meet id="1.1"/><meet id="2.1"/></labels></annotation></thread></root>"""
    files = {"corpus.xml": corpus, "annotation.xml": notes}
    read = fetch_public_set("bc3", fetch=served(files))  # type: ignore[arg-type]
    first, second = read.transcripts["bc3-1-2"].turns
    assert first.text == "Shall we have lunch?\nWrite to <email> <3"
    assert (first.speaker, first.subject, second.speaker) == ("Ann", "Lunch", "Bob")
    assert len(read.labels) == 10
    by_item = {(label.item_id, label.turn): label for label in read.labels}
    assert by_item["request", 0].label == "met"
    assert by_item["request", 0].evidence_quotes == ("Write to <email> <3",)
    assert by_item["request", 1].label == "not_met"
    assert by_item["meeting", 1].label == "met"
    assert by_item["meeting", 1].annotator == "Annotator7"


def test_the_service_chats_are_brought_into_shape() -> None:
    def event(agent: str, text: str, picked: str | None = None) -> dict[str, object]:
        action = {"Action": "pick_suggestion", "ActionLabel": picked} if picked else {"Action": "utter"}
        return {"Agent": agent, "Text": text, "UnixTime": 1590438888, **action}

    talk = {
        "DialogueID": 7,
        "CompletionLevel": "Complete",
        "Scenario": {"MultiTask": False, "Domains": ["ride"]},
        "Events": [
            {"Action": "instruct", "Agent": "UserGuide", "Text": "Be kind."},
            event("User", "Hi"),
            event("Wizard", "Hello, how can I help?", "hello"),
            event("Wizard", "What shall I call you? Your name?"),
            event("Wizard", "Goodbye. Enjoy!", "ride_bye"),
        ],
        "UserQuestionnaire": [
            {"Question": "Did the AI Assistant book your ride?", "Answer": True},
            {"Question": "Did the AI Assistant stay calm and helpful throughout the dialogue?", "Answer": False},
        ],
        "WizardQuestionnaire": [{"Question": "Did the user become aggressive or annoyed?", "Answer": False}],
    }
    games = {**talk, "DialogueID": 8, "Scenario": {"MultiTask": False, "Domains": ["trivia"]}}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("STAR-1/dialogues/7.json", json.dumps(talk))
        archive.writestr("STAR-1/dialogues/8.json", json.dumps(games))
        archive.writestr("STAR-1/README.md", "no dialogue")
    read = fetch_public_set("star", fetch=served({"STAR": data.getvalue()}))  # type: ignore[arg-type]
    assert list(read.transcripts) == ["star-7"]
    assert len(read.transcripts["star-7"].turns) == 4
    by_item = {label.item_id: label.label for label in read.labels}
    # The agent typed something about a name: it is not known whether that is the act.
    assert by_item == {
        "greeting": "met",
        "anything_else": "not_met",
        "closing": "met",
        "calm_and_helpful": "not_met",
        "task_done": "met",
        "customer_upset": "not_met",
    }


def test_an_address_that_does_not_answer_is_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(url: str, timeout: float) -> bytes:
        raise OSError(f"{url} refused within {timeout}")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    with pytest.raises(InputError, match="cannot be fetched"):
        fetch_public_set("uptake")
