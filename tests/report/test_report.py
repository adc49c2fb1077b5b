"""The report: its figures are those of the cards, its pages those of the conversations, and its file the owner's."""

from __future__ import annotations

import base64
import gzip
import json
import re
import stat
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from llm_grader.audit.web.shown import shown_transcript
from llm_grader.errors import UsageError
from llm_grader.eval.judge.calibrating import corrected_rates
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.labels.sample import Drawn
from llm_grader.grading.confidence import Calibration, ErrorRates, Fitted
from llm_grader.pages.texts import LANGUAGES
from llm_grader.report import document as documents
from llm_grader.report.checked.item_rates import weakest_items
from llm_grader.report.compose import compose
from llm_grader.report.document import ReportDocument, ReportSettings
from llm_grader.report.folder import file_name, write_folder
from llm_grader.report.gather import failures_by_item
from llm_grader.report.html import write_report
from llm_grader.report.results import Period, StoredResults
from llm_grader.report.rows import review_concerns
from llm_grader.rubric.model import Rubric
from llm_grader.store.store import Store
from llm_grader.transcript import Participant, Transcript, Turn
from tests.support.results import RUBRIC, Case, card_of, label, provenance, talk, write_store

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def store_of(tmp_path: Path, *cases: Case, **fields: Any) -> Store:
    return Store(write_store(tmp_path / "r.db", cases, **fields))


def composed(store: Store, *labels: Any, texts: dict[str, Transcript] | None = None, **settings: Any) -> ReportDocument:
    gold = LabelledSet("gold", RUBRIC, {}, labels) if labels else None
    return compose(StoredResults(store, texts=texts), ReportSettings(now=NOW, **settings), gold=gold)


def page_of(document: ReportDocument, tmp_path: Path) -> str:
    write_report(document, tmp_path / "report.html")
    return (tmp_path / "report.html").read_text("utf-8")


def unpacked(page: str) -> list[dict[str, Any]]:
    """The conversations in the chunks of a page."""
    chunks = re.findall(r'<script type="text/plain" id="k\d+">([^<]*)</script>', page)
    return [one for chunk in chunks for one in json.loads(gzip.decompress(base64.b64decode(chunk)))]


CASES = (
    Case(talk("t1"), {}, {"greeting": (0, 0, 5)}),  # 100
    Case(talk("t2", day=7), {"greeting": "not_met"}),  # 50
    Case(talk("t3", agent="Bertil", day=7), {"solution": "not_met"}),  # 0, critical
    Case(talk("t4", agent="Bertil"), {"greeting": None}),  # 100 of what was scored, waits
    Case(talk("t5"), {}, status="error"),
)


def test_times_are_shown_as_the_source_has_them_as_on_the_page_to_label(tmp_path: Path) -> None:
    known = ({"at": datetime(2026, 12, 1, 9, 5, tzinfo=UTC)}, {"start": 60.0, "clock": time(15, 31)}, {"start": 67.0})
    assert times_on_both_pages(tmp_path, *known, {}) == ["09:05", "15:31", "1:07", ""]


def test_times_of_several_days_say_the_day_wherever_another_one_begins(tmp_path: Path) -> None:
    points = [datetime(2026, 12, day, hour, 5, tzinfo=UTC) for day, hour in ((1, 9), (1, 17), (2, 8), (2, 9), (4, 9))]
    known: list[dict[str, Any]] = [{"at": at} for at in points]
    times = ["1 Dec 2026 09:05", "17:05", "", "2 Dec 2026 08:05", "09:05", "4 Dec 2026 09:05"]
    assert times_on_both_pages(tmp_path, *known[:2], {}, *known[2:]) == times


def times_on_both_pages(tmp_path: Path, *known: dict[str, Any]) -> list[str]:
    """What stands beside turns of which so much is known, alike in the report and on the page to label."""
    turns = [Turn(role="agent", text="Hello, this is the desk.", **fields) for fields in known]
    dated = talk("t1").model_copy(update={"turns": tuple(turns)})
    (page,) = unpacked(page_of(composed(store_of(tmp_path, Case(dated, {}))), tmp_path))
    reported, labelled = ([turn["at"] for turn in shown["turns"]] for shown in (page, shown_transcript(dated, "en")))
    assert reported == labelled
    return reported


def test_figures_are_those_of_the_cards(tmp_path: Path) -> None:
    found = composed(store_of(tmp_path, *CASES))
    summary = found.summary
    assert summary.statuses == {"ok": 3, "needs_review": 1, "error": 1}
    assert summary.score.estimate == (100 + 50 + 0 + 100) / 4
    # t4 passes whatever the greeting is? Not met it would have 50 of 100: undecided
    assert (summary.passed.count, summary.passed.n, summary.undecided) == (1, 3, 1)
    assert (summary.critical, summary.review) == (1, 1)
    assert [row.labels for row in found.gathered.rows] == ["1103", "0103", "1003", "r103", "----"]
    greeting = found.items[0]
    assert (greeting.passed.count, greeting.passed.n, greeting.counts["needs_review"]) == (2, 3, 1)
    blame = found.items[2]
    assert (blame.passed.count, blame.passed.n) == (4, 4)  # no fault is a pass


def test_the_counts_are_those_of_results_list(tmp_path: Path) -> None:
    store = store_of(tmp_path, *CASES)
    (run,) = store.runs()
    statuses = composed(store).summary.statuses
    assert (run.ok, run.needs_review, run.errors) == (statuses["ok"], statuses["needs_review"], statuses["error"])


def test_agents_stand_in_alphabetical_order_whatever_their_scores(tmp_path: Path) -> None:
    cases = [Case(talk(f"t{n}", agent=agent), {}) for n, agent in enumerate(["Zoe", "ann", "Ben"])]
    assert [agent.name for agent in composed(store_of(tmp_path, *cases)).agents] == ["ann", "Ben", "Zoe"]


def test_a_change_of_the_judge_is_marked_in_the_week_in_which_it_came(tmp_path: Path) -> None:
    path = write_store(tmp_path / "r.db", [Case(talk("t1"), {}), Case(talk("t2", day=8), {})])
    write_store(path, [Case(talk("t3", day=15), {})], model="other")
    with Store(path) as store:
        found = composed(store)
    assert [week.week for week in found.weeks] == ["2026-W45", "2026-W46", "2026-W47"]
    assert found.week_changes == [2]
    assert found.weeks[2].new_judges[0].model == "other"


def test_peoples_labels_count_and_the_models_stay_to_be_seen(tmp_path: Path) -> None:
    store = store_of(tmp_path, *CASES)
    found = composed(store, label("t2", "greeting", "met"), label("t3", "solution", "met", "adjudicator"))
    assert found.summary.score.estimate == (100 + 100 + 100 + 100) / 4
    assert (found.summary.checked, found.summary.changed) == (2, 2)
    assert [case.state for case in found.gathered.critical] == ["overturned"]
    assert found.items[0].passed.count == 2  # as judged, before anybody changed anything
    pages = {page["id"]: page for page in unpacked(page_of(found, tmp_path))}
    item = pages["t2"]["items"][0]
    assert (item["label"], item["struck"], item["people"]) == ("met", "not met", ["anna: met"])
    assert next(iter(store.cards())).verdicts["greeting"].label == "met"


def test_what_people_have_settled_waits_nowhere(tmp_path: Path) -> None:
    store = store_of(tmp_path, *CASES)
    assert composed(store).items[0].counts["needs_review"] == 1
    found = composed(store, label("t4", "greeting", "met"))
    assert found.summary.review == 0
    assert "needs_review" not in found.summary.statuses
    assert found.items[0].counts["needs_review"] == 0
    (settled,) = (page for page in unpacked(page_of(found, tmp_path)) if page["id"] == "t4")
    assert settled["status"] == "graded"


def test_a_critical_failure_that_people_found_and_the_model_missed_is_listed_as_that(tmp_path: Path) -> None:
    found = composed(store_of(tmp_path, *CASES), label("t1", "solution", "not_met"), label("t3", "solution", "not_met"))
    states = {case.transcript_id: case.state for case in found.gathered.critical}
    assert states == {"t1": "missed", "t3": "confirmed"}
    assert "missed by the model, found by people" in page_of(found, tmp_path)


def calibration() -> Calibration:
    made_for = provenance()
    names = ("rubric_id", "rubric_version", "rubric_hash", "prompt_hash", "model", "endpoint", "parameters")
    fitted = Fitted(
        **{name: getattr(made_for, name) for name in names},
        data="gold", data_hash="d", label_source="human", transcripts=40, labels=40, method="m", fitted_at=NOW,
        library_version="0",
    )  # fmt: skip
    rates = ErrorRates(sensitivity=0.9, passes=20, specificity=0.8, failures=20)
    return Calibration(error_rates={"greeting": rates}, fitted=fitted)


def test_a_corrected_rate_is_the_number_that_the_calibration_gives(tmp_path: Path) -> None:
    cases = [Case(talk(f"t{n:02}"), {"greeting": "met" if n % 4 else "not_met"}) for n in range(40)]
    store = store_of(tmp_path, *cases)
    found = compose(StoredResults(store), ReportSettings(now=NOW), calibration=calibration())
    (expected,) = corrected_rates((card_of(case) for case in cases), calibration(), RUBRIC)
    assert found.items[0].corrected == expected.corrected
    # Rogan and Gladen: (.75 + .8 - 1) ÷ (.8 + .9 - 1)
    assert expected.corrected.estimate == pytest.approx(0.55 / 0.7)


def test_an_item_that_nobody_checked_says_so(tmp_path: Path) -> None:
    found = composed(store_of(tmp_path, *CASES))
    assert [item.corrected for item in found.items] == [None] * 4
    page = page_of(found, tmp_path)
    assert page.count("none: nobody checked it") == 4
    assert "nobody has checked any of them yet" in page


def test_the_file_is_for_its_owner_alone_and_the_same_byte_by_byte(tmp_path: Path) -> None:
    found = composed(store_of(tmp_path, *CASES))
    first = page_of(found, tmp_path)
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob(".*")] == []
    with Store(tmp_path / "r.db") as again:
        assert page_of(composed(again), tmp_path) == first


def test_the_date_can_be_set_for_builds_that_are_to_be_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    found = compose(StoredResults(store_of(tmp_path, *CASES)))
    assert found.now == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_store_without_texts_gives_a_report_of_quotes_alone(tmp_path: Path) -> None:
    found = composed(store_of(tmp_path, *CASES, keep_texts=False))
    page = page_of(found, tmp_path)
    assert "No conversation texts are kept" in page
    first = unpacked(page)[0]
    assert first["turns"] == []
    assert first["items"][0]["quotes"][0][1] == "Hello"


def test_a_text_that_changed_since_has_no_highlights(tmp_path: Path) -> None:
    found = composed(store_of(tmp_path, *CASES), texts={"t1": talk("t1", "Good morning.")})
    page = page_of(found, tmp_path)
    assert "1 conversation differs from what was graded" in page
    first = unpacked(page)[0]
    assert first["turns"][0]["pieces"] == [["Good morning.", []]]
    assert "differs" in first["note"]


def test_every_mark_is_its_quote_and_overlapping_ones_leave_the_text_whole(tmp_path: Path) -> None:
    text = "Tere 👍🏽, café 🇪🇪 שלום family 👨‍👩‍👧!"
    quotes = {"greeting": (0, 0, 9), "solution": (0, 5, 20), "blame": (0, 0, len(text))}
    found = composed(store_of(tmp_path, Case(talk("t1", text), {"blame": "met"}, quotes)))
    (page,) = unpacked(page_of(found, tmp_path))
    pieces = page["turns"][0]["pieces"]
    assert "".join(words for words, _ in pieces) == text
    for number, (_, start, end) in enumerate(quotes.values(), 1):
        assert "".join(words for words, numbers in pieces if number in numbers) == text[start:end]


def test_one_agents_version_names_no_other(tmp_path: Path) -> None:
    others = [f"Colleague{n}" for n in range(5)]
    cases = [Case(talk(f"t-{agent}-{n}", agent=agent), {}) for agent in (*others, "Ana") for n in range(3)]
    transferred = talk("t-Ana-9").model_copy(
        update={"turns": (*talk("x").turns, Turn(role="agent", speaker="Colleague1", text="I take over."))}
    )
    store = store_of(tmp_path, *cases, Case(transferred, {"solution": "not_met"}))
    found = composed(store, agent="Ana")
    page = page_of(found, tmp_path)
    assert "Colleague" not in page
    assert "Colleague" not in json.dumps(unpacked(page))
    assert found.summary.conversations == 4
    assert found.agents[0].difference.estimate is not None


def test_among_few_agents_the_others_are_not_shown(tmp_path: Path) -> None:
    cases = [Case(talk(f"t{n}", agent=agent), {}) for n, agent in enumerate(["Ana", "Ben"] * 12)]
    found = composed(store_of(tmp_path, *cases), agent="Ana")
    assert found.agents[0].difference.estimate is None
    assert "too few agents to show the others" in page_of(found, tmp_path)
    with pytest.raises(UsageError, match="no conversation is by this agent"):
        composed(Store(tmp_path / "r.db"), agent="Nobody")


def test_of_many_conversations_those_that_need_a_look_are_shown_and_some_at_random(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "ALL_UP_TO", 10)
    monkeypatch.setattr(documents, "AT_RANDOM", 3)
    cases = [Case(talk(f"t{n:02}"), {"solution": "not_met"} if n == 5 else {}) for n in range(20)]
    found = composed(store_of(tmp_path, *cases))
    assert len(found.shown) == 4
    assert 5 in found.shown
    page = page_of(found, tmp_path)
    assert "4 of 20 conversations in full" in page
    assert len(unpacked(page)) == 4
    assert composed(Store(tmp_path / "r.db"), conversations="all").shown == tuple(range(20))


def test_tokens_stand_for_what_is_personal_and_quotes_still_stand_at_their_place(tmp_path: Path) -> None:
    text = "Hello Maya Lindqvist, Ana here: call +49 30 901820."
    people = (Participant(id="Ana", role="agent"), Participant(id="c", role="customer", name="Maya Lindqvist"))
    case = Case(
        talk("chat with Maya Lindqvist", text, participants=people),
        {},
        {"greeting": (0, 0, 10)},
        reason="Maya is greeted.",
    )
    found = composed(store_of(tmp_path, case), label(case.transcript.id, "greeting", "not_met"), redact=True)
    page = page_of(found, tmp_path)
    (shown,) = unpacked(page)
    for personal in ("Maya", "Lindqvist", "Ana", "901820"):
        assert personal not in page
        assert personal not in json.dumps(shown)
    assert shown["turns"][0]["pieces"][0] == ["Hello [NAME_1]", [1]]
    assert shown["items"][0]["people"] == ["anna: not met"]


def test_only_conversations_of_the_period_count(tmp_path: Path) -> None:
    store = store_of(tmp_path, *CASES)
    period = Period(date(2026, 11, 9), None)
    assert [card.transcript_id for card in StoredResults(store, period=period).cards()] == ["t2", "t3"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_for_everything(tmp_path: Path, language: str) -> None:
    store = store_of(tmp_path, *CASES)
    for script in (True, False):
        page = page_of(composed(store, label("t2", "greeting", "met"), language=language, script=script), tmp_path)
        assert f'<html lang="{language}">' in page


def test_without_a_script_a_page_holds_what_a_browser_can_show(tmp_path: Path) -> None:
    found = composed(store_of(tmp_path, *[Case(talk(f"t{n:03}"), {}) for n in range(301)]), script=False)
    with pytest.raises(UsageError, match="--no-script: a page holds 300 conversations, these are 301"):
        page_of(found, tmp_path)


def test_a_folder_has_a_file_for_each_conversation_and_each_agent(tmp_path: Path) -> None:
    hostile = "../../etc/passwd"
    cases = (*CASES, Case(talk("t6", agent=hostile), {}))
    write_folder(composed(store_of(tmp_path, *cases)), tmp_path / "out")
    written = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.html")}
    agents = {"agents/Ana.html", "agents/Bertil.html", f"agents/{file_name(hostile)}.html"}
    assert written == {"index.html", *agents, *(f"conversations/{n}.html" for n in range(6))}
    for path in (tmp_path / "out").rglob("*.html"):
        page = path.read_text("utf-8")
        assert "<script" not in page
        for target in re.findall(r'href="([^"#]+)', page):
            assert (path.parent / target).is_file(), (path, target)
    assert "Bertil" not in (tmp_path / "out/agents/Ana.html").read_text("utf-8")


@pytest.mark.parametrize(
    "cases",
    [
        [Case(talk("t1"), {})],
        [Case(talk("t1"), {}, status="error")],
        [Case(talk("t1").model_copy(update={"started_at": None, "agent_id": None, "turns": ()}), {})],
    ],
)
def test_a_store_with_hardly_anything_gives_a_report(tmp_path: Path, cases: list[Case]) -> None:
    page = page_of(composed(store_of(tmp_path, *cases)), tmp_path)
    assert ("Every request failed" in page) == (cases[0].status == "error")


def test_what_is_not_there_is_said_with_what_to_do(tmp_path: Path) -> None:
    with Store(tmp_path / "r.db") as store, pytest.raises(UsageError, match="nothing was graded yet"):
        StoredResults(store)
    store = store_of(tmp_path, *CASES)
    with pytest.raises(UsageError, match="--run 7: there is no such run"):
        StoredResults(store, run=7)
    with pytest.raises(UsageError, match=r"by the rubric other \(rubrics in it: desk\)"):
        StoredResults(store, rubric_id="other")


def test_nothing_is_said_of_an_agent_with_few_conversations(tmp_path: Path) -> None:
    cases = [
        *(Case(talk(f"a{n:02}", agent="Ana"), {}) for n in range(12)),
        Case(talk("b1", agent="Bertil"), {"greeting": "not_met"}),
    ]
    page = page_of(composed(store_of(tmp_path, *cases)), tmp_path)
    agents = page[page.index('<section id="agents">') : page.index('<section id="trend">')]
    assert "1 agent has fewer than 10 conversations, too few to say anything of them:" in agents
    assert ">Bertil</a> (1)" in agents
    assert "50" not in agents  # the score of the one


def test_weeks_of_few_conversations_show_no_trend_and_undated_ones_are_counted(tmp_path: Path) -> None:
    cases = [
        Case(talk("t1"), {}),
        Case(talk("t2", day=9), {}),
        Case(talk("t3").model_copy(update={"started_at": None}), {}),
    ]
    page = page_of(composed(store_of(tmp_path, *cases)), tmp_path)
    assert 'class="big draw"' not in page
    assert "1 conversation does not say when it began" in page
    cases = [Case(talk(f"u{n:02}", day=7 * (n // 10)), {}) for n in range(20)]
    (other := tmp_path / "other").mkdir()
    page = page_of(composed(store_of(other, *cases)), tmp_path)
    assert 'class="big draw"' in page
    assert "does not say when" not in page


def test_conversations_dated_after_the_report_are_warned_of(tmp_path: Path) -> None:
    cases = [Case(talk("t1"), {}), Case(talk("t2", day=40), {})]  # 2 November and 12 December; it is 1 December
    page = page_of(composed(store_of(tmp_path, *cases)), tmp_path)
    assert "1 conversation is dated after the day of this report" in page


def test_an_earlier_run_is_compared_on_the_conversations_that_both_have(tmp_path: Path) -> None:
    path = write_store(tmp_path / "r.db", [Case(talk("t1"), {"greeting": "not_met"}), Case(talk("t9"), {})])
    write_store(path, [Case(talk("t1"), {}), Case(talk("t2"), {})], model="other")
    with Store(path) as store:
        before = StoredResults(store, run=1)
        found = compose(StoredResults(store, run=2), ReportSettings(now=NOW), before=before)
        page = page_of(found, tmp_path)
    assert found.change is not None
    assert (found.change.run, found.change.mean.estimate, found.change.mean.n) == (1, 50, 1)  # t1 from 50 to 100
    assert "Against run 1: +50.0 points" in page


def test_one_agents_version_with_tokens_is_found_by_the_agents_own_name(tmp_path: Path) -> None:
    cases = [Case(talk(f"t{n}", agent=agent), {}) for n, agent in enumerate(["Ana", "Bertil"])]
    found = composed(store_of(tmp_path, *cases), agent="Bertil", redact=True)
    assert found.summary.conversations == 1
    assert "Bertil" not in page_of(found, tmp_path)


def test_a_random_sample_of_the_audit_corrects_a_rate_with_redaction_and_without(tmp_path: Path) -> None:
    cases = [Case(talk(f"t{n:03}"), {"greeting": "met" if n < 90 else "not_met"}) for n in range(120)]
    store = store_of(tmp_path, *cases)
    labels = tuple(label(f"t{n:03}", "greeting", "met" if n < 60 else "not_met") for n in range(100))
    drawn = {
        f"t{n:03}": Drawn(transcript_id=f"t{n:03}", stratum="random", probability=100 / 120, order=n, seed=0, at=NOW)
        for n in range(100)
    }
    gold = LabelledSet("gold", RUBRIC, {}, labels, sample=drawn)
    for redact in (False, True):
        found = compose(StoredResults(store), ReportSettings(now=NOW, redact=redact), gold=gold)
        assert found.gathered.sampled["greeting"].n == 100
        assert found.items[0].corrected == found.gathered.sampled["greeting"].corrected
        page = page_of(found, tmp_path)
        assert "from a random sample of 100" in page
        assert "(PPI++)" in page


def test_people_and_model_are_counted_against_each_other_in_the_details_of_an_item(tmp_path: Path) -> None:
    found = composed(
        store_of(tmp_path, *CASES), label("t1", "greeting", "met"), label("t2", "greeting", "met"),
        label("t3", "greeting", "not_met"),
    )  # fmt: skip
    # people say met, met, not met; the model met, not met, met
    page = page_of(found, tmp_path)
    table = re.search(r'<table class="confusion">.*?</table>', page, re.DOTALL)
    assert table is not None
    assert re.findall(r'<td class="num">(\d+)</td>', table[0]) == ["0", "1", "1", "1"]
    assert table[0].index("People: not met") < table[0].index("People: met")


def test_the_wordings_that_an_item_had_stand_in_its_details(tmp_path: Path) -> None:
    before = RUBRIC.model_dump(mode="json", by_alias=True) | {"version": "0.9"}
    before["sections"][0]["items"][0]["question"] = {"en": "Is anybody greeted?"}
    path = write_store(tmp_path / "r.db", [Case(talk("t1"), {})], rubric=Rubric.model_validate(before))
    write_store(path, [Case(talk("t2", day=8), {})])
    with Store(path) as store:
        page = page_of(composed(store), tmp_path)
    assert page.count("Graded with this wording") == 4
    assert re.search(r"rubric 0\.9 \(\w{8}\), scripted: 1 conversation, 2 Nov 2026 to 2 Nov 2026: <q", page)
    assert page.count("Is anybody greeted?") == 1  # of the one item whose question was another


def test_the_lowest_rates_come_first_with_conversations_that_show_them(tmp_path: Path) -> None:
    cases = [
        Case(talk(f"t{n:02}"), {"greeting": "met" if n < 2 else "not_met", "blame": "met" if n == 5 else "not_met"},
             {"greeting": (0, 0, 5)} if n == 7 else {}, reason="said nothing of it")
        for n in range(12)
    ]  # fmt: skip
    found = composed(store_of(tmp_path, *cases))
    assert [item.item.id for item in weakest_items(found.items)] == ["greeting", "blame"]  # all others always pass
    failed = failures_by_item(found.gathered)["greeting"]
    assert [one.transcript_id for one in failed] == ["t07", "t03", "t04"]  # with words, then the first; three an agent


def test_colleagues_are_named_nowhere_in_the_texts_of_one_agents_version(tmp_path: Path) -> None:
    said = "Hello, Bertil Holm passed you to me.", "Bertil said so!", "Yes, Bertil was wrong."
    own = Case(talk("t1", *said), {"solution": "not_met"}, {"greeting": (0, 7, 18)}, reason="Bertil is blamed")
    cases = [own, *(Case(talk(f"b{n}", agent="Bertil Holm"), {}) for n in range(3))]
    store = store_of(tmp_path, *cases)
    page = page_of(composed(store, label("t1", "greeting", "met"), agent="Ana"), tmp_path)
    shown = unpacked(page)
    for text in (page, json.dumps(shown)):
        assert "Bertil" not in text
        assert "anna" not in text  # nor who labelled
    item = shown[0]["items"][0]
    (marked,) = [words for words, numbers in shown[0]["turns"][0]["pieces"] if numbers]
    assert marked == item["quotes"][0][1] == "[colleague]"


def test_in_a_folder_the_file_of_an_agent_is_whole_and_leads_nowhere(tmp_path: Path) -> None:
    cases = [
        Case(talk(f"t{n}", f"Hello from {agent}.", agent=agent), {"solution": "not_met"})
        for n, agent in enumerate(["Ana", "Bertil", "Ana"])
    ]
    write_folder(composed(store_of(tmp_path, *cases)), tmp_path / "folder")
    page = (tmp_path / "folder/agents/Ana.html").read_text("utf-8")
    assert "Bertil" not in page
    assert page.count("Hello from Ana.") == 2
    links = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert all(link.startswith("#") for link in links), links
    places = {link.removeprefix("#") for link in links} - {"content"}
    assert [place for place in places if f'id="{place}"' not in page] == []


def test_a_failed_request_has_no_score_whatever_people_say_of_the_conversation(tmp_path: Path) -> None:
    labels = [label("t5", item.id, "4" if item.id == "care" else "met") for item in RUBRIC.items()]
    found = composed(store_of(tmp_path, *CASES), *labels)
    assert found.gathered.rows[4].score is None
    assert (found.summary.score.n, found.summary.checked) == (4, 0)
    shown = unpacked(page_of(found, tmp_path))[4]
    assert (shown["items"], shown["failure"]) == ([], "request failed: transient")


def test_a_card_that_waits_as_too_little_could_be_judged_is_among_those_to_review(tmp_path: Path) -> None:
    """The list said `needs review` and the summary `0`."""
    card = card_of(Case(talk("t1"), {"greeting": "cannot_assess"}))
    (row,) = composed(store_of(tmp_path, Case(talk("t1"), {"greeting": "cannot_assess"}))).gathered.rows
    assert list(review_concerns(row, card, RUBRIC)) == []
    (found,) = review_concerns(replace(row, status="needs_review"), card, RUBRIC)
    assert (found.item_id, found.why) == ("greeting", "low_coverage")
