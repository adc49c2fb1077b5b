"""The lead's page of one case in a real browser: its keys, what it says, and the way from case to case."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from llm_grader.audit.folder import load_folder
from llm_grader.audit.review.adjudication import cell_key
from llm_grader.audit.team import load_team
from llm_grader.audit.web.office import Office
from llm_grader.audit.web.shown import shown_code
from llm_grader.eval.labels.units import Unit
from tests.support.audit_browser import Visitor, chromium, served
from tests.support.audit_client import AuditClient
from tests.support.audit_folder import write_folder

TEAM = "people: [{name: anna}, {name: ben}, {name: lea, role: lead}]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three conversations in which Anna and Ben differ on the apology, and on nothing else."""
    made = write_folder(tmp_path / "gold", 3, overlap=3)
    (made / "audit").mkdir()
    (made / "audit" / "team.yaml").write_text(TEAM, "utf-8")
    with ThreadPoolExecutor() as elsewhere:  # the browser has this thread's event loop
        elsewhere.submit(label_by_two, made).result()
    return made


def label_by_two(folder: Path) -> None:
    team, people = load_team(folder)
    with Office(load_folder(folder), team, people) as office:
        for name, apology in (("anna", "not_met"), ("ben", "not_applicable")):
            client = AuditClient(office)
            client.join(name)
            labels = [
                {"item_id": "greeting", "label": "not_met"},
                {"item_id": "apology", "label": apology},
                {"item_id": "tone", "label": "1"},
            ]
            for n in (1, 2, 3):
                rev = client.get(f"/api/t/{n}")["rev"]
                saved = client.send("PUT", f"/api/t/{n}", {"rev": rev, "labels": labels}).json()
                assert client.send("POST", f"/api/t/{n}/submit", {"rev": saved["rev"]}).json()["missing"] == []


def case_of(number: int) -> str:
    return f"/adjudicate/{cell_key(Unit(f'chat-{number:02}', 'apology'))}"


def test_not_applicable_is_key_nine_and_cannot_tell_is_key_zero(browser: Any, folder: Path) -> None:
    with served(folder, people=3) as links:
        lea = Visitor(browser, links["lea"])
        lea.visit(case_of(0))
        chosen = lea.page.locator("[aria-pressed=true]")
        for key, shown in (("9", "9\n– not applicable"), ("3", "9\n– not applicable"), ("0", "0\n? cannot tell")):
            lea.press(key)
            assert chosen.all_inner_texts() == [shown]
        assert lea.troubles == []


def test_what_pressing_decide_did_is_said_beside_the_button_whatever_is_scrolled(browser: Any, folder: Path) -> None:
    with served(folder, people=3) as links:
        lea = Visitor(browser, links["lea"])
        lea.page.set_viewport_size({"width": 800, "height": 400})
        lea.visit(case_of(0))
        said = lea.page.locator(".foot [role=status]")
        for scrolled in ("0", "document.body.scrollHeight"):
            lea.page.evaluate(f"scrollTo(0, {scrolled})")
            lea.page.click(".foot .main")
            assert said.inner_text() == "A decision needs an answer and a reason."
            box = said.bounding_box()
            assert box is not None
            assert 0 <= box["y"] < box["y"] + box["height"] <= 400
        lea.press("1")
        lea.page.fill("#reason", "she says sorry")
        lea.page.click(".foot .main")
        assert said.inner_text().startswith("Needs words")
        lea.page.click(".options .option >> nth=1")
        lea.page.click(".foot .main")
        lea.wait_for_status("Decided")
        assert "alarm" not in str(said.get_attribute("class"))
        assert lea.troubles == []


def test_escape_leaves_the_reason_so_that_keys_work_again(browser: Any, folder: Path) -> None:
    with served(folder, people=3) as links:
        lea = Visitor(browser, links["lea"])
        lea.visit(case_of(0))
        lea.press("a", "r")
        lea.page.keyboard.type("because 2")
        lea.press("Escape", "0")
        assert lea.page.locator("[aria-pressed=true]").all_inner_texts() == ["0\n? cannot tell"]
        assert lea.page.input_value("#reason") == "because 2"
        lea.press("r")
        assert lea.page.evaluate("document.activeElement.id") == "reason"
        lea.press("Escape", "n")
        lea.page.wait_for_url(f"**{case_of(1)}")
        assert lea.troubles == []


def test_the_keys_are_listed_and_can_be_switched_off(browser: Any, folder: Path) -> None:
    with served(folder, people=3) as links:
        lea = Visitor(browser, links["lea"])
        lea.visit(case_of(0))
        lea.page.click(".help")
        keys = lea.page.locator("dialog th").all_inner_texts()
        assert keys == ["a", "b", "1–8", "9", "0", "⇧ ↓ ↑", "⏎", "e", "r", "Ctrl ⏎", "n", "?"]
        assert lea.axe() == []
        lea.press("Control+Enter")  # a dialog is open
        assert lea.status() == ""
        lea.press("Escape", "?")
        lea.page.get_by_label("Use these keys").uncheck()
        lea.press("Escape", "1")
        assert lea.page.locator("[aria-pressed=true]").count() == 0
        lea.press("Control+Enter")
        lea.wait_for_status("A decision needs")
        assert lea.troubles == []


def test_two_people_find_the_same_conversation_by_its_code(browser: Any, folder: Path) -> None:
    code = shown_code("chat-00")
    with served(folder, people=3) as links:
        anna, lea = (Visitor(browser, links[name]) for name in ("anna", "lea"))
        anna.page.click(f"tr:has-text('{code}') a")
        anna.page.wait_for_url("**/t/*")
        anna.ready()
        assert anna.page.inner_text("h1").endswith(f"Code {code}")
        assert anna.page.locator(".turn .text").nth(2).inner_text() == "Sorry about parcel 0."
        lea.visit("/adjudicate")
        lea.page.click(f"tr:has-text('{code}') a")
        lea.page.wait_for_url("**/adjudicate/*")
        lea.ready()
        assert f"Code {code}" in lea.page.inner_text(".bar")
        assert lea.page.locator(".turn .text").nth(2).inner_text() == "Sorry about parcel 0."
        assert anna.troubles == lea.troubles == []


def test_on_a_phone_nothing_covers_what_is_said_and_both_pages_fit(browser: Any, folder: Path) -> None:
    with served(folder, "--language", "de", people=3) as links:
        lea = Visitor(browser, links["lea"])
        for path in ("/adjudicate", case_of(0)):
            lea.visit(path)
            lea.page.set_viewport_size({"width": 320, "height": 700})
            assert lea.overflow() == 0, path
            assert lea.axe() == [], path
        lea.press("1")
        lea.page.fill("#reason", "because")
        lea.page.evaluate("scrollTo(0, 0)")
        lea.press("Control+Enter")
        lea.wait_for_status("Braucht Worte")
        uncovered = """() => {
            const said = document.querySelector('.foot .status');
            const box = said.getBoundingClientRect();
            return document.elementFromPoint(box.left + box.width / 2, box.top + 2) === said;
        }"""
        assert lea.page.evaluate(uncovered)
        assert lea.troubles == []
