"""The page in a real browser: two people and a lead from the first label to the gate, by keyboard and by hand."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from llm_grader.audit.folder import load_folder
from llm_grader.audit.labelling.journal import gold_file
from llm_grader.audit.review.adjudication import cell_key
from llm_grader.audit.review.disputes import read_disputes
from llm_grader.audit.review.sessions import new_session, read_sessions, reveal_session
from llm_grader.audit.team import load_team
from llm_grader.audit.web.logins import MOST_BROWSERS
from llm_grader.audit.web.office import Office
from llm_grader.eval.judge.comparison import compare
from llm_grader.eval.judge.labelled_set import load_labelled_set
from llm_grader.eval.labels.files import read_labels
from llm_grader.eval.labels.units import Unit
from llm_grader.grader.grader import Grader
from llm_grader.pages.texts import LANGUAGES
from llm_grader.rubric.load import load_rubric
from llm_grader.store.store import Store
from llm_grader.testing import ScriptedJudge, answer
from llm_grader.transcript import Transcript
from tests.support.audit_browser import Visitor, chromium, served
from tests.support.audit_client import AuditClient
from tests.support.audit_folder import EMOJI, RUBRIC, write_folder

ROOT = Path(__file__).parents[2]
TEAM = "people: [{name: anna}, {name: ben}, {name: lea, role: lead}, {name: maya, role: agent, speaks_as: %s}]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def write_team(folder: Path, speaks_as: str = "Maya") -> None:
    (folder / "audit").mkdir()
    (folder / "audit" / "team.yaml").write_text(TEAM % json.dumps(speaks_as), "utf-8")


@pytest.fixture
def help_desk(tmp_path: Path) -> Path:
    """One chat to be labelled by the packaged checklist of 21 items that people are asked."""
    folder = tmp_path / "gold"
    folder.mkdir()
    lines = (ROOT / "eval" / "gold" / "transcripts.jsonl").read_text("utf-8").splitlines()
    chat = next(line for line in lines if json.loads(line)["channel"] == "chat")
    (folder / "transcripts.jsonl").write_text(chat + "\n", "utf-8")
    (folder / "rubric.yaml").write_text((ROOT / "rubrics" / "helpdesk_qa.yaml").read_text("utf-8"), "utf-8")
    return folder


def select(visitor: Visitor, turn: int, start: int, end: int) -> None:
    """Select code units of a turn, as a mouse does."""
    visitor.page.evaluate(
        """([turn, start, end]) => {
            const text = document.querySelectorAll('.turn .text')[turn];
            const place = (offset) => {
                const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
                for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                    if (offset <= node.length) return [node, offset];
                    offset -= node.length;
                }
            };
            const range = document.createRange();
            range.setStart(...place(start));
            range.setEnd(...place(end));
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }""",
        [turn, start, end],
    )


def rubric_of(number: int) -> str:
    """A checklist of so many items that are met only by words of the agent."""
    item = """\
      - id: item_{n}
        title: Item {n}
        question: Did the agent do what item {n} asks for?
        guidance: {{met: it was done, not_met: it was not}}
"""
    head, _, _ = RUBRIC.partition("      - id: greeting")
    return head + "".join(item.format(n=n) for n in range(1, number + 1))


def test_twenty_one_items_with_evidence_take_sixty_key_presses_and_no_mouse(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 1, rubric=rubric_of(21))
    with served(folder, "--as", "anna", people=1) as links:
        anna = Visitor(browser, links["anna"])
        anna.press("Enter")  # the focus is on Begin
        anna.page.wait_for_url("**/t/1")
        anna.ready()
        assert anna.page.locator(".item").count() == 21
        anna.press("Shift+ArrowDown", *["1", "Enter"] * 10)
        anna.press("Shift+ArrowDown", "Shift+ArrowDown", *["1", "Enter"] * 11)
        assert anna.page.inner_text(".done") == "21 of 21 answered"
        anna.press("Control+Enter")
        anna.page.wait_for_url(f"{anna.site}/")
        assert anna.presses == 47  # Begin, three turns, two for each item, and Submit
        assert anna.troubles == []
    labels = read_labels(gold_file(folder, "desk", "anna"), rubric=load_rubric(folder / "rubric.yaml"))
    quotes = [label.evidence_quotes for label in labels]
    assert sorted(quotes) == sorted([(EMOJI,)] * 10 + [("Sorry about parcel 0.",)] * 11)


def test_selected_words_after_emoji_arrive_as_they_are_and_a_reload_loses_nothing(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 1)
    with served(folder, "--as", "anna", people=1) as links:
        anna = Visitor(browser, links["anna"])
        anna.visit("/t/1")
        start = len("👍🏽 ".encode("utf-16-le")) // 2
        select(anna, 0, start, start + len("Hello, I am Maya"))
        anna.press("1", "e")
        anna.wait_for_status("Saved")
        anna.press("1")
        select(anna, 0, 0, len(EMOJI.encode("utf-16-le")) // 2)
        anna.press("e", "r")
        anna.page.keyboard.type("<img src=x onerror=alert(1)>")
        anna.press("Escape")
        anna.wait_for_status("Saved")
        anna.visit("/t/1")
        quotes = anna.page.locator(".chips .quote").all_inner_texts()
        assert quotes == ["“Hello, I am Maya”", f"“{EMOJI}”"]
        assert anna.page.locator("mark").all_inner_texts()[0].startswith("👍🏽")
        assert anna.page.input_value("#reason-3") == "<img src=x onerror=alert(1)>"
        anna.page.screenshot(path=tmp_path / "label.png")
        assert anna.troubles == []
    events = (folder / "audit" / "anna.events.jsonl").read_text("utf-8")
    assert '"start":3,"end":19' in events  # in code points: thumb, skin, blank


def test_a_mouse_or_a_finger_takes_words_too(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 1)
    with served(folder, "--as", "anna", people=1) as links:
        anna = Visitor(browser, links["anna"], has_touch=True)
        anna.visit("/t/1")
        anna.page.tap(".item.current .option >> nth=0")
        anna.page.tap(".turn >> nth=2")
        anna.page.tap(".take")
        anna.wait_for_status("Saved")
        assert anna.page.locator(".chips .quote").all_inner_texts() == ["“Sorry about parcel 0.”"]
        select(anna, 0, 0, len(EMOJI.encode("utf-16-le")) // 2)
        anna.page.click(".take")
        anna.page.wait_for_function("() => document.querySelectorAll('.chips .quote').length === 2")
        assert anna.page.locator(".chips .quote").all_inner_texts()[1] == f"“{EMOJI}”"
        assert anna.troubles == []


def test_words_over_two_turns_are_refused_and_hidden_characters_are_shown(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 1)
    with served(folder, "--as", "anna", people=1) as links:
        anna = Visitor(browser, links["anna"])
        anna.visit("/t/1")
        customer = anna.page.locator(".turn .text").nth(1)
        assert customer.inner_text() == "<script>alert(0)</script> my parcel⟦U+202E⟧ is late"
        anna.page.evaluate("getSelection().selectAllChildren(document.querySelector('.turns'))")
        anna.press("e")
        assert "within one turn" in anna.status()
        anna.press("2", "Shift+ArrowDown", "Shift+ArrowDown", "1", "Enter")
        anna.wait_for_status("Saved")
        assert "words of: agent" in anna.page.locator(".item").nth(1).inner_text()
        assert anna.troubles == []
    assert '"quote":"<script>alert(0)</script> my parcel‮ is late"' in (
        folder / "audit" / "anna.events.jsonl"
    ).read_text("utf-8")


def test_two_tabs_do_not_overwrite_one_another_and_undo_takes_back(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 1)
    with served(folder, "--as", "anna", people=1) as links:
        anna = Visitor(browser, links["anna"])
        anna.visit("/t/1")
        other = anna.context.new_page()
        other.goto(f"{anna.site}/t/1")
        other.wait_for_selector("body[data-ready]")
        other.keyboard.press("2")
        other.wait_for_function("() => document.querySelector('.status').textContent.includes('Saved')")
        anna.press("j", "2")
        anna.wait_for_status("another tab")
        assert anna.page.locator("[aria-pressed=true]").all_inner_texts() == ["2\n○ not met"]
        anna.press("2", "u")
        anna.wait_for_status("Saved")
        assert anna.page.locator("[aria-pressed=true]").count() == 1
        anna.troubles = [one for one in anna.troubles if "409" not in one]
        assert anna.troubles == []


def test_keys_can_be_switched_off(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 1)
    with served(folder, "--as", "anna", people=1) as links:
        anna = Visitor(browser, links["anna"])
        anna.visit("/t/1")
        anna.press("?")
        anna.page.get_by_label("Use these keys").uncheck()
        anna.press("Escape", "1")
        assert anna.page.locator("[aria-pressed=true]").count() == 0


def test_not_applicable_and_cannot_tell_have_the_same_keys_on_every_item(browser: Any, tmp_path: Path) -> None:
    """Cannot tell was key 3 on one item and 4 on the next, where 3 was not applicable."""
    folder = write_folder(tmp_path / "gold", 1)
    with served(folder, "--as", "anna", people=1) as links:
        anna = Visitor(browser, links["anna"])
        anna.visit("/t/1")
        chosen = anna.page.locator("[aria-pressed=true]")
        anna.press("3", "4", "9")  # no answers to whether there was a greeting
        assert chosen.count() == 0
        anna.press("0", "9", "0")  # the apology was not called for; the tone cannot be told
        assert chosen.all_inner_texts() == ["0\n? cannot tell", "9\n– not applicable", "0\n? cannot tell"]
        anna.press("Backspace")
        assert chosen.count() == 2
        anna.press("?")
        help_ = anna.page.inner_text("dialog table")
        assert all(line in help_ for line in ("1–8\tanswer", "9\tnot applicable", "0\tcannot tell", "⌫\tclear"))
        assert anna.troubles == []


PAGES = {
    "anna": ["/", "/t/1", "/sessions"],
    "lea": ["/", "/adjudicate", "/disputes", "/sessions", "/agreement"],
    "maya": ["/"],
}


@pytest.mark.parametrize(("language", "scheme"), [*((language, "light") for language in LANGUAGES), ("en", "dark")])
def test_every_page_is_accessible_and_fits(browser: Any, help_desk: Path, language: str, scheme: str) -> None:
    write_team(help_desk)
    found = []
    with served(help_desk, "--language", language, people=4) as links:
        for name, paths in PAGES.items():
            visitor = Visitor(browser, links[name], color_scheme=scheme)
            for path in paths:
                visitor.visit(path)
                if path == "/t/1":
                    visitor.press("1", "Shift+ArrowDown", "Enter")
                found += [f"{language} {path}: {one}" for one in visitor.axe()]
                for width in (1360, 320):
                    visitor.page.set_viewport_size({"width": width, "height": 850})
                    if visitor.overflow() > 0:
                        found.append(f"{language} {path}: wider than {width} by {visitor.overflow()}")
                visitor.page.set_viewport_size({"width": 1360, "height": 850})
            found += [f"{language} {name}: {trouble}" for trouble in visitor.troubles]
            visitor.context.close()
    assert found == []


def grade_all(folder: Path, store: Path) -> None:
    """A judge for whom every greeting is met, and nobody ever apologised."""
    answers = {
        "greeting": answer("met", (0, "Hello")),
        "apology": answer("not_met"),
        "warmth": answer("not_met"),
        "tone": answer("2"),
    }
    rubric = load_rubric(folder / "rubric.yaml")
    lines = (folder / "transcripts.jsonl").read_text("utf-8").splitlines()
    judge = ScriptedJudge(answers)
    judge.name = "scripted"
    with Grader(rubric, judge=judge, store=Store(store)) as grader:
        list(grader.grade_many([Transcript.model_validate_json(line) for line in lines]))


def label_all(visitor: Visitor, number: int, *, strict: bool) -> None:
    """Label conversations to the end of the queue; who is strict finds no greeting in every third."""
    visitor.visit("/")
    visitor.press("Enter")
    for _ in range(number):
        visitor.page.wait_for_url("**/t/*")
        visitor.ready()
        parcel = visitor.page.locator(".turn .text").nth(2).inner_text()
        case = int(parcel.split()[-1].strip("."))
        visitor.press("Shift+ArrowDown")
        visitor.press(*(["2"] if strict and case % 3 == 0 else ["1", "Enter"]))
        visitor.press("2", "2")  # no apology, so nothing of its warmth; a kind tone
        assert visitor.page.inner_text(".done").startswith("3 of 3")
        before = visitor.page.url
        visitor.press("Control+Enter")
        visitor.page.wait_for_function("before => location.href !== before", arg=before)
    visitor.page.wait_for_url(f"{visitor.site}/")


def test_from_blind_labels_to_the_gate(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 6, overlap=6)
    write_team(folder)
    store = tmp_path / "results.db"
    grade_all(folder, store)
    with served(folder, "--store", store, people=4) as links:
        anna, ben, lea, maya = (Visitor(browser, links[name]) for name in ("anna", "ben", "lea", "maya"))
        label_all(anna, 6, strict=False)
        label_all(ben, 6, strict=True)
        # The lead decides the two greetings on which they differ, without seeing who is who.
        lea.visit("/adjudicate")
        assert "2 cases" in lea.page.inner_text(".lead")
        openings = lea.page.locator("tbody td:nth-child(2)").all_inner_texts()
        assert len(set(openings)) == 2, openings
        assert "\u202e" not in "".join(openings)
        for _ in range(2):
            lea.visit("/adjudicate")
            lea.page.click(".button.main")
            lea.ready()
            assert "anna" not in lea.page.inner_text("main")
            lea.press("2", "r")
            lea.page.keyboard.type("a wave is no greeting")
            lea.press("Control+Enter")
            lea.wait_for_status("Decided")
            assert {"anna", "ben", "model"} <= set(lea.page.locator(".side .who").all_inner_texts())
        # The agent disagrees with one of them, and is right.
        maya.page.reload()
        maya.ready()
        maya.page.click("tbody a >> nth=0")
        maya.ready()
        maya.page.click("text=I disagree >> nth=0")
        maya.page.fill("textarea", "A wave and Hello are a greeting")
        maya.page.select_option("select[id^=proposed]", "met")
        maya.page.click("text=Send")
        maya.page.wait_for_selector("text=will answer")
        lea.visit("/disputes")
        lea.page.click("td .button")
        lea.ready()
        lea.page.select_option("#outcome", "corrected")
        lea.page.fill("#answer", "it says Hello")
        lea.page.click("text=Send")
        lea.wait_for_status("Needs words")  # a decision has what a label has
        lea.troubles.clear()
        select(lea, 0, 5, 10)
        lea.page.click("text=Take the selected words")
        lea.page.click("text=Send")
        lea.page.wait_for_url("**/disputes")
        lea.ready()
        assert "corrected" in lea.page.inner_text("tbody")
        lea.visit("/agreement")
        cells = lea.page.locator("table").nth(1).locator("tbody tr").nth(0).locator("td")
        assert cells.nth(6).inner_text() == "–"  # of so few conversations
        on_page = lea.page.evaluate("fetch('/api/agreement').then((answer) => answer.json())")["items"][0]
        for visitor in (anna, ben, lea, maya):
            assert visitor.troubles == []
    kappa = kappa_of_greeting(folder, store)
    assert on_page["judge_kappa"]["estimate"] == pytest.approx(kappa["estimate"])


def kappa_of_greeting(folder: Path, store: Path) -> dict[str, float]:
    """What `llm-grader eval` says of the folder as it is."""
    labelled = load_labelled_set(folder, folder / "rubric.yaml")
    with Store(store) as opened:
        (group,) = compare(labelled, list(opened.cards(rubric_id="desk"))).groups
    kappa = next(row.figures.kappa for row in group.rows if row.figures.item_id == "greeting")
    return {"estimate": kappa.estimate}


def test_an_auditor_may_look_at_what_the_model_said_after_submitting_where_the_team_allows_it(
    browser: Any, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "gold", 2, overlap=0)
    (folder / "audit").mkdir()
    (folder / "audit" / "team.yaml").write_text("{people: [{name: anna}], reveal: after_submit}", "utf-8")
    store = tmp_path / "results.db"
    grade_all(folder, store)
    with served(folder, "--store", store, people=1) as links:
        anna = Visitor(browser, links["anna"])
        anna.visit("/t/1")
        assert anna.page.locator(".side").count() == 0
        anna.press("2", "2", "2", "Control+Enter")
        anna.page.wait_for_selector("text=Show what the model said")
        assert "/t/1" in anna.page.url  # it stays, for a look
        anna.page.click("text=Show what the model said")
        anna.page.wait_for_selector(".side.differs")
        assert "says hello" not in anna.page.locator(".side.differs").nth(0).inner_text()
        assert "● met" in anna.page.locator(".side.differs").nth(0).inner_text()
        assert "no blind label" in anna.page.inner_text(".right")
        assert anna.axe() == []
        anna.page.screenshot(path=tmp_path / "revealed.png", full_page=True)
        assert anna.troubles == []


def test_a_session_by_three_people(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 2, overlap=0)
    write_team(folder)
    with served(folder, people=4) as links:
        anna, ben, lea = (Visitor(browser, links[name]) for name in ("anna", "ben", "lea"))
        lea.visit("/sessions")
        lea.page.fill("#title", "Greetings")
        lea.page.fill("#count", "1")
        lea.page.check("#who-anna")
        lea.page.check("#who-ben")
        lea.page.click("form .main")
        lea.page.wait_for_url("**/sessions/*")
        lea.ready()
        for visitor, label in ((anna, ["1", "Enter"]), (ben, ["2"])):
            visitor.visit("/")
            visitor.page.click("section .button")
            visitor.page.wait_for_url("**/t/*")
            visitor.ready()
            path = visitor.page.evaluate("location.pathname")
            visitor.press("Shift+ArrowDown", *label, "2", "2", "Control+Enter")
            visitor.page.wait_for_function("before => location.pathname !== before", arg=path, timeout=60_000)
        lea.page.reload()
        lea.ready()
        lea.page.click("text=Show the answers")
        lea.page.wait_for_selector("table")
        row = lea.page.locator("tbody tr").nth(0)
        assert "≠" in row.inner_text()
        row.locator("select").select_option("met")
        row.locator("input").nth(0).fill("Hello is one")
        row.locator("input").nth(1).fill("emoji may stand beside it")
        row.locator("button").click()
        lea.page.wait_for_selector("text=emoji may stand beside it")
        assert lea.troubles == []


def test_what_cannot_be_saved_stays_on_the_page_until_it_can(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 1)
    with served(folder, "--as", "anna", people=1) as links:
        anna = Visitor(browser, links["anna"])
        anna.visit("/t/1")
        anna.page.route("**/api/t/1", lambda route: route.fulfill(status=507, json={"error": "disk"}))
        anna.press("2")
        anna.wait_for_status("NOT saved")
        assert anna.page.locator("[aria-pressed=true]").count() == 1
        anna.page.unroute("**/api/t/1")
        anna.wait_for_status("Saved")
    assert '"label":"not_met"' in (folder / "audit" / "anna.events.jsonl").read_text("utf-8")


def test_an_answer_stays_on_the_page_where_the_program_was_started_anew(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 1)
    with served(folder, "--as", "anna", people=1) as links:
        anna = Visitor(browser, links["anna"])
        anna.visit("/t/1")
        anna.context.clear_cookies()  # as after a restart, which knows no login of before
        anna.press("2")
        anna.wait_for_status("NOT saved")
        assert "Open your own link again" in anna.status()
        assert anna.page.locator("[aria-pressed=true]").count() == 1


def test_a_link_that_opens_no_more_browsers_says_how_to_get_another(browser: Any, tmp_path: Path) -> None:
    with served(write_folder(tmp_path / "gold", 1), "--as", "anna", people=1) as links:
        for _ in range(MOST_BROWSERS):
            Visitor(browser, links["anna"]).context.close()
        page = browser.new_page()
        page.goto(links["anna"])
        page.wait_for_selector("[role=alert]")
        said = page.inner_text("main")
        assert f"opened in {MOST_BROWSERS} browsers" in said
        assert "start it anew" in said
        page.close()


def test_the_gold_folder_is_read_by_eval_as_it_is(browser: Any, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 3, overlap=0)
    store = tmp_path / "results.db"
    grade_all(folder, store)
    with served(folder, "--as", "anna", people=1) as links:
        label_all(Visitor(browser, links["anna"]), 3, strict=True)
    command = ["eval", "--gold", folder, "--rubric", folder / "rubric.yaml", "--store", store, "--json"]
    done = subprocess.run([sys.executable, "-m", "llm_grader", *map(str, command)], capture_output=True, text=True)
    assert '"greeting"' in done.stdout, done.stderr


HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<!--<script>",
    '"><img src=x onerror=alert(3)>',
    "'onfocus=alert(4) autofocus='",
    "javascript:alert(5)",
    "<svg/onload=alert(6)>",
    "{{ 7*7 }}${7*7}",
    "\u202egnirts\u2066 \u200b",
    "<a href=javascript:alert(7)>x</a>",
]


def write_hostile_folder(folder: Path) -> None:
    """A folder in which everything that anybody may write is hostile, labelled by two, disputed, and in a session."""
    everything = " ".join(HOSTILE)
    write_folder(folder, 2, overlap=1, rubric=RUBRIC.replace("title: Apologises", f"title: {json.dumps(everything)}"))
    rows = [json.loads(line) for line in (folder / "transcripts.jsonl").read_text("utf-8").splitlines()]
    for row in rows:
        row["turns"][0] |= {"text": everything, "speaker": HOSTILE[3]}
        row["turns"][2] |= {"speaker": HOSTILE[3]}
        row["turns"][1] |= {"text": f"{everything} {row['id']}", "language": HOSTILE[4]}
    (folder / "transcripts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    write_team(folder, speaks_as=HOSTILE[3])
    team, people = load_team(folder)
    with Office(load_folder(folder), team, people) as office:
        for name in ("anna", "ben"):
            client = AuditClient(office)
            client.join(name)
            for n in range(1, len(client.get("/api/queue")["places"]) + 1):
                submit_hostile(client, n, everything, "not_met" if name == "anna" else "not_applicable")
        maya = AuditClient(office)
        maya.join("maya")
        sent = {"number": 1, "item_id": "greeting", "kind": "label_wrong", "reason": everything}
        assert maya.send("POST", "/api/disputes", sent).status == 200
    new_session(folder, ["chat-01"], ["anna", "ben"], by="lea", title=everything[:200])


def submit_hostile(client: AuditClient, n: int, reason: str, apology: str) -> None:
    labels = [
        {"item_id": "greeting", "label": "not_met", "reason": reason},
        {"item_id": "apology", "label": apology, "reason": reason},
        {"item_id": "tone", "label": "1"},
    ]
    saved = client.send("PUT", f"/api/t/{n}", {"rev": client.get(f"/api/t/{n}")["rev"], "labels": labels}).json()
    assert client.send("POST", f"/api/t/{n}/submit", {"rev": saved["rev"]}).json()["missing"] == []


def test_whatever_anybody_writes_stays_text_on_every_page(browser: Any, tmp_path: Path) -> None:
    folder = tmp_path / "gold"
    with ThreadPoolExecutor() as elsewhere:  # the browser has this thread's event loop
        elsewhere.submit(write_hostile_folder, folder).result()
    (session,) = read_sessions(folder)
    reveal_session(folder, session.id)
    (dispute,) = read_disputes(folder)
    key = cell_key(Unit("chat-00", "apology"))
    visits = {
        "anna": ["/", "/t/1", "/sessions", f"/sessions/{session.id}"],
        "lea": ["/adjudicate", f"/adjudicate/{key}", "/disputes", f"/disputes/{dispute.opened.id}", "/agreement"],
        "maya": ["/", "/results/1"],
    }
    with served(folder, people=4) as links:
        for name, paths in visits.items():
            visitor = Visitor(browser, links[name])
            for path in paths:
                visitor.visit(path)
                assert visitor.page.locator("main script, main img, main svg, main a[href^=javascript]").count() == 0
                assert "alert" in visitor.page.inner_text("main") or path in ("/", "/sessions", "/adjudicate"), path
                assert visitor.page.locator("[onfocus], [onerror], [onload]").count() == 0
            assert visitor.troubles == [], name


def test_without_scripts_the_page_says_that_it_needs_them(browser: Any, tmp_path: Path) -> None:
    with served(write_folder(tmp_path / "gold", 1), "--as", "anna", people=1) as links:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(links["anna"])
        assert "needs JavaScript" in page.inner_text("main")
        context.close()


def test_other_machines_are_let_in_by_name_with_a_warning_that_nothing_is_encrypted(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 1)
    flags = ["--as", "anna", "--host", "0.0.0.0", "--allow-host", "desk.local", "--no-browser"]  # noqa: S104
    command = [sys.executable, "-m", "llm_grader", "audit", "serve", "--gold", str(folder), *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert "http://desk.local:" in line
    assert "without encryption" in errors
