"""The report in a real browser: nothing leaves it, nothing that people said runs, and everybody can use it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.pages.text import visible
from llm_grader.pages.texts import LANGUAGES, load_strings
from llm_grader.report.compose import compose
from llm_grader.report.document import ReportSettings
from llm_grader.report.folder import write_folder
from llm_grader.report.html import write_report
from llm_grader.report.results import StoredResults
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.store.store import Store
from llm_grader.transcript import Participant, Ticket, Transcript, Turn
from tests.support.browser import HOSTILE, axe_script, needs_browser, opened
from tests.support.results import BEGUN, RUBRIC, Case, label, talk, write_store

pytestmark = needs_browser

MARKS = """[1, 2, 3].map(n => [...document.querySelectorAll(`mark[data-n='${n}']`)].map(m => m.textContent).join(""))"""
TEXT_OF_A_TURN = """[...document.querySelector("#view .text").childNodes]
    .filter(node => node.nodeName !== "SUP").map(node => node.textContent).join("")"""
VIOLATIONS = "axe.run(document).then(found => found.violations.map(rule => [rule.id, rule.nodes[0].html]))"
CUT = """[...document.querySelectorAll('table')]
    .filter(table => table.offsetWidth > table.parentElement.clientWidth + 1).map(table => table.caption.textContent)"""
IN_DOCUMENT = "document.querySelectorAll('script').length"
LOADING = "document.querySelectorAll('img, iframe, object, embed, base, link, math, video').length"

TEXTS = (
    "Tere 👍🏽, café au lait",
    "🇪🇪🇭🇺 flags and 👨‍👩‍👧 families",
    "e\u0301te\u0301 combining",
    "שלום, how are you? مرحبا",
    "a\u202eb hidden",
    "plain words of an agent",
)


def written(tmp_path: Path, cases: list[Case], *labels: Any, rubric: Rubric = RUBRIC, **settings: Any) -> Path:
    path = tmp_path / "report.html"
    gold = LabelledSet("gold", rubric, {}, labels) if labels else None
    with Store(write_store(tmp_path / "r.db", cases, rubric=rubric)) as store:
        write_report(compose(StoredResults(store), ReportSettings(**settings), gold=gold), path)
    return path


def hostile_case(number: int, text: str) -> Case:
    """A conversation in which everything that can be text is hostile."""
    turns = (
        Turn(role="agent", speaker=text, text=f"{text} said", subject=text),
        Turn(role="customer", speaker=f"c {text}", text=text, language="en"),
    )
    transcript = Transcript(
        id=f"{text} {number}",
        channel="email",
        turns=turns,
        agent_id=text,
        started_at=BEGUN,
        participants=(Participant(id=text, role="agent", name=text),),
        ticket=Ticket(id=text, subject=text, tags=(text,)),
        warnings=(text,),
    )
    return Case(transcript, {"solution": "not_met"}, {"greeting": (0, 0, len(text))}, reason=text)


def hostile_rubric(text: str) -> Rubric:
    plain = RUBRIC.model_dump(mode="json", by_alias=True)
    plain["title"] = {"en": text}
    plain["source"] = plain["version"] = text
    plain["sections"][0]["title"] = {"en": text}
    for item in plain["sections"][0]["items"]:
        item["title"] = item["question"] = {"en": text}
    return Rubric.model_validate(plain)


@pytest.mark.parametrize("script", [True, False])
def test_nothing_that_people_wrote_runs_or_is_asked_for(tmp_path: Path, script: bool) -> None:
    cases = [hostile_case(number, text) for number, text in enumerate(HOSTILE)]
    labels = [label(case.transcript.id, "greeting", "not_met", "</script>anna") for case in cases]
    rubric = hostile_rubric("</script><img src=x onerror=alert(1)>")
    title = "<script>alert(1)</script>"
    path = written(tmp_path, cases, *labels, rubric=rubric, script=script, title=title)
    with opened(path) as found:
        page = found.page
        assert page.title() == title
        count = page.evaluate(IN_DOCUMENT)
        for number, text in enumerate(HOSTILE if script else ()):
            order = sorted(case.transcript.id for case in cases).index(f"{text} {number}")
            page.goto(f"{path.as_uri()}#c{order}")
            page.wait_for_function(
                "wanted => document.querySelector('#view h1')?.textContent === wanted", arg=visible(f"{text} {number}")
            )
            said = page.locator("#view .turn .text").nth(1).text_content()
            assert said == visible(text).replace("\r\n", "\n") or said == visible(text)
        assert page.evaluate(IN_DOCUMENT) == count
        assert page.evaluate(LOADING) == 0
        assert page.title() == title
        assert found.complaints == []
        assert {request.partition("#")[0] for request in found.requests} == {path.as_uri()}


def test_nothing_runs_in_a_folder_or_in_one_agents_version_either(tmp_path: Path) -> None:
    cases = [hostile_case(number, text) for number, text in enumerate(HOSTILE)]
    with Store(write_store(tmp_path / "r.db", cases)) as store:
        write_folder(compose(StoredResults(store)), tmp_path / "folder")
    agents = sorted((tmp_path / "folder/agents").iterdir())
    assert len(agents) > 40  # those that differ in blanks alone are one
    pages = [tmp_path / "folder/index.html", *agents, *sorted((tmp_path / "folder/conversations").iterdir())]
    with opened(pages[0]) as found:
        title = found.page.title()
        for path in pages:
            found.page.goto(path.as_uri())
            assert found.page.evaluate(IN_DOCUMENT) == 0, path
            assert found.page.evaluate(LOADING) == 0, path
        assert title == "Quality report"
        assert found.complaints == []
        assert set(found.requests) == {path.as_uri() for path in pages}


def test_a_link_to_a_conversation_opens_it_without_a_script_too(tmp_path: Path) -> None:
    path = written(tmp_path, [Case(talk("t1"), {}), Case(talk("t2"), {"solution": "not_met"})], script=False)
    with opened(path) as found:
        assert not found.page.get_by_text("It comes on Friday.").nth(1).is_visible()
        found.page.click("#critical a")
        assert found.page.get_by_text("It comes on Friday.").nth(1).is_visible()


def test_an_inline_script_that_is_added_by_hand_is_stopped_by_the_policy(tmp_path: Path) -> None:
    path = written(tmp_path, [Case(talk("t1"), {})])
    path.write_text(path.read_text("utf-8").replace("</body>", "<script>document.title='x'</script></body>"), "utf-8")
    with opened(path) as found:
        assert found.page.title() == "Quality report"
        assert any("Content Security Policy" in line for line in found.complaints)


def test_every_mark_is_the_quote_beside_it(tmp_path: Path) -> None:
    cases = []
    for number, text in enumerate(TEXTS):
        quotes = {"greeting": (0, 0, 7), "solution": (0, 3, len(text)), "blame": (0, 2, 9)}
        cases.append(Case(talk(f"t{number}", text), {"blame": "met"}, quotes))
    path = written(tmp_path, cases)
    with opened(path) as found:
        for number, text in enumerate(TEXTS):
            found.page.goto(f"{path.as_uri()}#c{number}")
            found.page.wait_for_function(
                "id => document.querySelector('#view h1')?.textContent === id", arg=f"t{number}"
            )
            marks = found.page.evaluate(MARKS)
            assert marks == [visible(text[0:7]), visible(text[3:]), visible(text[2:9])]
            whole = found.page.evaluate(TEXT_OF_A_TURN)
            assert whole == visible(text)


def test_the_keyboard_alone_reaches_an_item_of_a_conversation_in_twelve_keys(tmp_path: Path) -> None:
    path = written(tmp_path, [Case(talk(f"t{number}"), {}) for number in range(5)])
    keys = ["Tab", "Tab", "Enter", "ArrowDown", "ArrowDown", "Enter", *["ArrowDown"] * 4]
    assert len(keys) <= 12
    with opened(path) as found:
        for key in keys:
            found.page.keyboard.press(key)
            found.page.wait_for_timeout(150)
        assert found.page.locator("#view h1").text_content() == "t2"
        assert "Cares" in found.page.evaluate("document.activeElement.textContent")  # the fourth of four items


def test_the_list_finds_by_text_item_and_score_and_going_back_keeps_it(tmp_path: Path) -> None:
    cases = [
        Case(talk(f"t{n:03}", agent="Ana" if n % 2 else "Ben"), {"greeting": "met" if n % 3 else "not_met"})
        for n in range(150)
    ]
    path = written(tmp_path, cases)
    with opened(path) as found:
        page = found.page
        rows = page.locator("#list tbody tr")
        assert (rows.count(), page.locator("#count").text_content()) == (100, "1 to 100 of 150")
        page.click("#next")
        assert (rows.count(), page.locator("#count").text_content()) == (50, "101 to 150 of 150")
        page.select_option("select[name=agent]", "Ana")
        assert page.locator("#count").text_content() == "1 to 75 of 75"
        page.select_option("select[name=item]", "0")
        page.select_option("select[name=label]", label="not met")
        assert page.locator("#count").text_content() == "1 to 25 of 25"  # odd multiples of 3 below 150
        page.fill("input[name=from]", "60")
        assert page.locator("#count").text_content() == "0 to 0 of 0"  # they have 50
        page.fill("input[name=from]", "")
        page.fill("input[name=text]", "T003")
        assert rows.count() == 1
        page.locator("#list a").click()
        page.wait_for_selector("#view h1")
        page.go_back()
        page.wait_for_selector("#list a")
        assert rows.count() == 1


def test_peoples_labels_and_the_models_are_both_to_be_seen(tmp_path: Path) -> None:
    path = written(tmp_path, [Case(talk("t1"), {"greeting": "not_met"})], label("t1", "greeting", "met"))
    with opened(path, "#c0") as found:
        verdict = found.page.locator("#view .verdict").first
        verdict.wait_for()
        assert verdict.locator(".chip").inner_text() == "● met"
        assert verdict.locator("s").inner_text() == "The model: not met"
        assert verdict.locator(".person").inner_text() == "anna: met"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_a_small_screen(tmp_path: Path, language: str) -> None:
    long_word = "Donaudampfschifffahrtsgesellschaftskapitän" * 3
    cases = [Case(talk(f"{long_word}{n}", long_word, agent=long_word), {"greeting": "not_met"}) for n in range(12)]
    path = written(tmp_path, cases, label(f"{long_word}1", "greeting", "met", long_word), language=language)
    with Store(tmp_path / "r.db") as store:
        write_folder(compose(StoredResults(store), ReportSettings(language=language)), tmp_path / "folder")
    (own,) = (tmp_path / "folder/agents").iterdir()
    pages = [(path, ""), (path, "#c0"), (own, ""), (tmp_path / "folder/conversations/0.html", "")]
    with opened(path, viewport={"width": 320, "height": 700}) as found:
        for file, place in pages:
            found.page.goto("about:blank")
            found.page.goto(f"{file.as_uri()}{place}")
            found.page.wait_for_timeout(200)
            found.page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
            assert found.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_to_object_to(tmp_path: Path, language: str) -> None:
    quotes = {"greeting": (0, 0, 5)}
    cases = [
        Case(talk("t1"), {}, quotes),
        Case(talk("t2", day=9), {"solution": "not_met"}),
        Case(talk("t3"), {"care": None}),
    ]
    labels = [label("t1", "greeting", "met"), label("t2", "greeting", "not_met")]
    with_script = written(tmp_path, cases, *labels, language=language)
    folder = tmp_path / "folder"
    with Store(tmp_path / "r.db") as store:
        static = tmp_path / "static.html"
        write_report(compose(StoredResults(store), ReportSettings(language=language, script=False)), static)
        write_folder(compose(StoredResults(store), ReportSettings(language=language)), folder)
    rules = axe_script()
    pages = [
        (with_script, ""),
        (with_script, "#c0"),
        (static, ""),
        (folder / "index.html", ""),
        (folder / "conversations/0.html", ""),
    ]
    for scheme in ("light", "dark"):
        with opened(with_script, color_scheme=scheme, bypass_csp=True) as found:
            for path, place in pages:
                found.page.goto("about:blank")
                found.page.goto(f"{path.as_uri()}{place}")
                found.page.wait_for_timeout(100)
                found.page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
                found.page.evaluate(rules)
                violations = found.page.evaluate(VIOLATIONS)
                assert violations == [], (path.name, place, scheme, json.dumps(violations))


def printed(path: Path, tmp_path: Path) -> tuple[int, str]:
    """The pages of a report on paper, A4, and the words on them."""
    with opened(path) as found:
        found.page.pdf(path=tmp_path / "report.pdf", format="A4")
    if (pdftotext := shutil.which("pdftotext")) is None:
        pytest.skip("no pdftotext on this machine: apt-get install poppler-utils")
    done = subprocess.run([pdftotext, "-layout", tmp_path / "report.pdf", "-"], capture_output=True, check=True)
    text = done.stdout.decode()
    return text.count("\f"), text


def test_printed_it_has_every_section_and_every_item(tmp_path: Path) -> None:
    cases = [Case(talk(f"t{n:03}", day=n % 20), {"solution": "not_met"} if n == 3 else {}) for n in range(60)]
    _, text = printed(written(tmp_path, cases), tmp_path)
    headings = ("summary", "items", "critical", "review", "agents", "trend", "calibration", "methods")
    strings = load_strings("en")
    assert [heading for heading in headings if str(strings.texts[heading]) not in text] == []
    assert [name for name in ("Greets", "Solves", "Blames", "Cares") if name not in text] == []
    assert "t059" in text


def test_on_paper_no_table_is_cut(tmp_path: Path) -> None:
    rubric = load_rubric("helpdesk_qa")
    labels = {item.id: "not_met" if item.penalty else item.levels[-1] for item in rubric.items()}
    cases = [Case(talk(f"chat-{n:03}", agent=f"Agent {n % 3}", day=n), labels) for n in range(40)]
    marked = [
        label(f"chat-{n:03}", item.id, labels[item.id], name)
        for n in range(30)
        for item in rubric.items()
        for name in ("anna", "ben")
    ]
    path = written(tmp_path, cases, *marked, rubric=rubric)
    with opened(path, viewport={"width": 703, "height": 1000}) as found:  # 186 mm, what A4 leaves, at 96 to the inch
        found.page.emulate_media(media="print")
        found.page.evaluate(
            "for (const fold of document.querySelectorAll('details.card:not(.trends)')) fold.open = true"
        )
        assert found.page.evaluate(CUT) == []


@pytest.mark.parametrize("conversations", [12, 60])
def test_one_agents_version_fits_four_pages(tmp_path: Path, conversations: int) -> None:
    rubric = load_rubric("helpdesk_qa")
    labels = {item.id: "not_met" if item.penalty else item.levels[-1] for item in rubric.items()}
    weak = {item.id: item.levels[0] for item in list(rubric.items())[:6]}
    others = [f"Colleague {n}" for n in range(6)]
    cases = [
        Case(
            talk(f"chat-{agent}-{n:03}", agent=agent, day=n % 30),
            {**labels, **(weak if agent == "Ana" and n % 2 else {})},
        )
        for agent in ["Ana", *others]
        for n in range(conversations)
    ]
    pages, text = printed(written(tmp_path, cases, rubric=rubric, agent="Ana"), tmp_path)
    assert pages <= 4
    assert f"chat-Ana-{conversations - 1:03}" in text


def test_a_link_to_an_item_opens_it_and_one_to_its_failures_filters_the_list(tmp_path: Path) -> None:
    cases = [Case(talk(f"t{n}", agent=f"A&B {n % 2}"), {"care": str(1 + n % 4)}) for n in range(12)]
    with opened(written(tmp_path, cases), "#i-care") as found:
        page, rows = found.page, found.page.locator("#list tbody tr")
        assert page.locator("#i-care").is_visible()
        page.evaluate("location.hash = '#list?item=care&label=failed'")
        page.wait_for_function("document.querySelectorAll('#list tbody tr').length === 9")  # of 12 every fourth is best
        assert page.locator("select[name=label]").input_value() == "failed"
        page.locator("#agents a").nth(1).click()
        page.wait_for_function("document.querySelectorAll('#list tbody tr').length === 6")
        assert {rows.nth(at).locator("td").first.inner_text() for at in range(6)} == {"A&B 1"}
        rows.nth(2).locator("a").click()
        page.wait_for_selector("#view .walk")
        assert "3 / 6" in page.locator("#view .walk").inner_text()


def test_a_highlighted_quote_leads_to_its_verdict_and_failures_stand_alone_when_wanted(tmp_path: Path) -> None:
    case = Case(talk("t1"), {"greeting": "not_met"}, {"solution": (0, 0, 5)})
    with opened(written(tmp_path, [case]), "#c0") as found:
        page = found.page
        page.locator("#view mark").first.click()
        assert "Solves" in page.evaluate("document.activeElement.textContent")
        assert page.locator("#view .tally").inner_text() == "1 not passed · 3 passed"
        page.locator("#view .sieve input").check()
        assert page.locator("#view .verdict:visible").count() == 1


def test_the_list_finds_what_people_changed(tmp_path: Path) -> None:
    cases = [Case(talk(f"t{n}"), {"greeting": "not_met"}) for n in range(3)]
    labels = [label("t1", "greeting", "met"), label("t2", "greeting", "not_met")]
    with opened(written(tmp_path, cases, *labels)) as found:
        found.page.locator("select[name=changed]").select_option("1")
        assert [one.inner_text() for one in found.page.locator("#list a").all()] == ["t1"]
        assert not found.page.locator("#previous").is_visible()  # there is one page


def test_the_list_can_be_put_in_the_order_of_scores(tmp_path: Path) -> None:
    cases = [
        Case(talk("t1"), {"greeting": "not_met"}),  # 50
        Case(talk("t2"), {}),  # 100
        Case(talk("t3"), {}, status="error"),  # none
        Case(talk("t4"), {"solution": "not_met"}),  # 0, critical
    ]
    with opened(written(tmp_path, cases)) as found:
        for order, expected in (("low", "t4 t1 t2 t3"), ("high", "t2 t1 t4 t3"), ("", "t1 t2 t3 t4")):
            found.page.locator("select[name=order]").select_option(order)
            assert " ".join(one.inner_text() for one in found.page.locator("#list a").all()) == expected


def test_on_a_small_screen_it_is_said_that_tables_go_on(tmp_path: Path) -> None:
    path = written(tmp_path, [Case(talk("t1"), {})])
    for width, shown in ((400, True), (1280, False)):
        with opened(path, viewport={"width": width, "height": 700}) as found:
            assert found.page.locator(".swipe").is_visible() is shown
