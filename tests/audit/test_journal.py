"""The journal: what was acknowledged is on disk, whatever ends the process, and gold is what it says."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import signal
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.audit.labelling.answers import AnnotatorAnswers
from llm_grader.audit.labelling.events import AuditEvent, EvidenceSpan
from llm_grader.audit.labelling.journal import AnnotatorJournal, annotators_in, gold_file, journal_file, read_answers
from llm_grader.audit.plain_files import read_lines
from llm_grader.errors import DiskError, MalformedInput, UsageError
from llm_grader.eval.labels.files import read_labels
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from tests.support.audit_folder import write_folder

KILLS = 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "gold")


@pytest.fixture
def rubric(folder: Path) -> Rubric:
    return load_rubric(folder / "rubric.yaml")


def label(item_id: str, value: str) -> dict[str, Any]:
    return {"event": "label", "item_id": item_id, "label": value}


def label_rapidly(folder: Path, acknowledge: Connection) -> None:
    """Label without end, telling of each label after it was saved."""
    with AnnotatorJournal(folder, "anna", load_rubric(folder / "rubric.yaml")) as journal:
        for number in range(100_000):
            transcript_id = f"chat-{number % 6:02}"
            saved = journal.append(transcript_id, [label("greeting", "met"), label("apology", "not_met")])
            acknowledge.send(saved[-1].seq)
            if number % 5 == 4:
                journal.append(transcript_id, [{"event": "submit"}])
                journal.project()


def test_nothing_acknowledged_is_lost_in_twenty_kills_and_gold_always_parses(folder: Path, rubric: Rubric) -> None:
    chance = random.Random(1)  # noqa: S311 - when to kill
    acknowledged = 0
    for _ in range(KILLS):
        ours, theirs = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("fork").Process(target=label_rapidly, args=(folder, theirs))
        process.start()
        theirs.close()
        assert ours.poll(60)
        time.sleep(chance.uniform(0, 0.1))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        while ours.poll():
            try:
                acknowledged = ours.recv()
            except EOFError:
                break
        answers = read_answers(folder, "anna", rubric)
        assert answers.last_seq >= acknowledged
        gold = gold_file(folder, "desk", "anna")
        if gold.exists():
            assert read_labels(gold, rubric=rubric)
    with AnnotatorJournal(folder, "anna", rubric) as journal:
        assert read_labels(gold_file(folder, "desk", "anna"), rubric=rubric) == journal.answers.labels()


def test_a_torn_last_line_is_dropped_and_written_over(folder: Path, rubric: Rubric) -> None:
    with AnnotatorJournal(folder, "anna", rubric) as journal:
        journal.append("chat-00", [label("greeting", "met"), label("apology", "met")])
    path = journal_file(folder, "anna")
    path.write_bytes(path.read_bytes()[:-9])
    with AnnotatorJournal(folder, "anna", rubric) as journal:
        assert [*journal.answers.of("chat-00").cells] == ["greeting"]
        journal.append("chat-00", [label("tone", "2")])
    assert [event.seq for event in read_lines(path, AuditEvent)] == [1, 2]


def test_a_damaged_line_in_the_middle_is_an_error_that_names_it_and_quotes_nothing(
    folder: Path, rubric: Rubric
) -> None:
    with AnnotatorJournal(folder, "anna", rubric) as journal:
        journal.append("chat-00", [label("greeting", "met"), label("apology", "met")])
    path = journal_file(folder, "anna")
    path.write_text("secret words\n" + path.read_text("utf-8"), "utf-8")
    with pytest.raises(MalformedInput, match="line 1") as caught:
        AnnotatorJournal(folder, "anna", rubric)
    assert "secret" not in str(caught.value)


def test_labels_by_another_wording_are_refused(folder: Path, rubric: Rubric) -> None:
    with AnnotatorJournal(folder, "anna", rubric) as journal:
        journal.append("chat-00", [label("greeting", "met")])
    with pytest.raises(MalformedInput, match="another wording"):
        AnnotatorJournal(folder, "anna", rubric.model_copy(update={"version": "2"}))


def test_only_one_process_writes_a_journal_and_the_other_hears_which(folder: Path, rubric: Rubric) -> None:
    writing = AnnotatorJournal(folder, "anna", rubric), AnnotatorJournal(folder, "ben", rubric)
    with pytest.raises(UsageError, match=f"process {os.getpid()} on "):
        AnnotatorJournal(folder, "anna", rubric)
    for journal in writing:
        journal.close()
    with AnnotatorJournal(folder, "anna", rubric):
        assert annotators_in(folder) == ["anna", "ben"]


def test_gold_has_submitted_conversations_alone(folder: Path, rubric: Rubric) -> None:
    gold = gold_file(folder, "desk", "anna")
    span = EvidenceSpan(turn=0, start=0, end=2, quote="👍🏽")
    with AnnotatorJournal(folder, "anna", rubric) as journal:
        steps = [label("greeting", "met"), {"event": "evidence_add", "item_id": "greeting", "evidence": (span,)}]
        journal.append("chat-00", [*steps, {"event": "reason", "item_id": "greeting", "reason": "waves"}])
        journal.append("chat-01", [label("greeting", "not_met")])
        journal.project()
        assert not gold.exists()
        journal.append("chat-00", [{"event": "submit"}])
        journal.project()
        (made,) = read_labels(gold, rubric=rubric)
        assert (made.transcript_id, made.label, made.annotator) == ("chat-00", "met", "anna")
        assert (made.evidence_quotes, made.reason, made.turn) == (("👍🏽",), "waves", None)
        journal.append("chat-00", [{"event": "reopen"}])
        journal.project()
        assert read_labels(gold) == []


def test_a_projection_that_a_kill_prevented_is_made_on_opening(folder: Path, rubric: Rubric) -> None:
    with AnnotatorJournal(folder, "anna", rubric) as journal:
        journal.append("chat-00", [label("greeting", "met"), {"event": "submit"}])
    with AnnotatorJournal(folder, "anna", rubric):
        assert len(read_labels(gold_file(folder, "desk", "anna"))) == 1


def fill_the_disk(folder: Path, result: Connection) -> None:
    """Write where no file may grow beyond 600 bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with AnnotatorJournal(folder, "anna", load_rubric(folder / "rubric.yaml")) as journal:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
        saved = 0
        try:
            for _ in range(100):
                saved = journal.append("chat-00", [label("greeting", "met")])[-1].seq
        except DiskError as error:
            result.send((saved, journal.answers.last_seq, str(error)))


def test_what_a_full_disk_does_not_take_is_not_half_there(folder: Path, rubric: Rubric) -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=fill_the_disk, args=(folder, theirs))
    process.start()
    saved, last, message = ours.recv()
    process.join()
    assert "cannot be written" in message
    assert saved == last == read_answers(folder, "anna", rubric).last_seq > 0
    assert journal_file(folder, "anna").read_bytes().endswith(b"\n")


def test_files_are_for_their_owner_alone(folder: Path, rubric: Rubric) -> None:
    with AnnotatorJournal(folder, "anna", rubric) as journal:
        journal.append("chat-00", [label("greeting", "met"), {"event": "submit"}])
        journal.project()
    for path in (journal_file(folder, "anna"), gold_file(folder, "desk", "anna")):
        assert path.stat().st_mode & 0o077 == 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["chat-00", "chat-01"]),
        st.one_of(
            st.builds(label, st.sampled_from(["greeting", "apology"]), st.sampled_from(["met", "not_met"])),
            st.just({"event": "clear", "item_id": "greeting"}),
            st.builds(lambda text: {"event": "reason", "item_id": "greeting", "reason": text}, st.text(max_size=9)),
            st.sampled_from([{"event": "submit"}, {"event": "reopen"}, {"event": "skip"}, {"event": "open"}]),
        ),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(STEPS, st.integers(0, 200))
def test_a_journal_cut_anywhere_is_a_state_it_once_had(steps: list[tuple[str, dict[str, Any]]], cut: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = write_folder(Path(temporary))
        rubric = load_rubric(folder / "rubric.yaml")
        with AnnotatorJournal(folder, "anna", rubric) as journal:
            for transcript_id, step in steps:
                journal.append(transcript_id, [step])
        path = journal_file(folder, "anna")
        events = read_lines(path, AuditEvent)
        raw = path.read_bytes()
        path.write_bytes(raw[: max(0, len(raw) - cut)])
        with AnnotatorJournal(folder, "anna", rubric) as journal:
            kept = journal.answers.last_seq
            assert journal.answers.labels() == AnnotatorAnswers("anna", events[:kept]).labels()
            gold = gold_file(folder, "desk", "anna")
            assert (read_labels(gold) if gold.exists() else []) == journal.answers.labels()
