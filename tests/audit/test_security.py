"""Who gets in, and what cannot be done from outside: each line of the threat model as a test."""

from __future__ import annotations

import multiprocessing
import re
import resource
import signal
import socket
from collections.abc import Iterator
from importlib import resources
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from pydantic import ValidationError

from llm_grader.audit.folder import load_folder
from llm_grader.audit.team import Team, TeamMember, load_team
from llm_grader.audit.web.app import make_app
from llm_grader.audit.web.guard import MOST_BYTES
from llm_grader.audit.web.logins import MOST_BROWSERS, MOST_FAILURES, Logins
from llm_grader.audit.web.office import Office
from llm_grader.audit.web.serve import listen, serve
from llm_grader.errors import MalformedInput, UsageError
from tests.support.audit_client import HOST, AuditClient
from tests.support.audit_folder import write_folder

TEAM = Team(
    people=(
        TeamMember(name="anna"),
        TeamMember(name="ben"),
        TeamMember(name="lea", role="lead"),
        TeamMember(name="maya", role="agent", speaks_as="Maya"),
    )
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(load_folder(write_folder(tmp_path / "gold")), TEAM, TEAM.people) as opened:
        yield opened


@pytest.fixture
def anna(office: Office) -> AuditClient:
    client = AuditClient(office)
    client.join("anna")
    return client


PATHS = ["/", "/join", "/static/audit.js", "/api/queue", "/nowhere"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:9", "127.0.0.1", ""])
def test_a_request_that_names_another_host_gets_nothing_whatever_it_asks_for(
    anna: AuditClient, path: str, host: str
) -> None:
    assert anna.send("GET", path, headers={"host": host}).status == 421


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:8123", "http://127.0.0.1:9"])
def test_another_origin_is_refused(anna: AuditClient, method: str, origin: str) -> None:
    assert anna.send(method, "/api/t/1", {}, headers={"origin": origin}).json() == {"error": "origin"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_write_that_another_site_caused_is_refused(anna: AuditClient, site: str) -> None:
    assert anna.send("PUT", "/api/t/1", {}, headers={"sec-fetch-site": site}).json() == {"error": "site"}
    assert anna.send("GET", "/", headers={"sec-fetch-site": site}).status == 200  # a link in a mail


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_written(anna: AuditClient, kind: str) -> None:
    assert anna.send("PUT", "/api/t/1", {}, headers={"content-type": kind}).status == 415


def test_a_write_needs_the_pages_own_proof(anna: AuditClient, office: Office) -> None:
    ben = AuditClient(office, anna.app)
    ben.join("ben")
    for csrf in ("", "0" * 64, ben.csrf):
        assert anna.send("PUT", "/api/t/1", {}, headers={"x-csrf": csrf}).json() == {"error": "csrf"}


def test_without_a_login_nothing_is_shown_or_done(office: Office) -> None:
    stranger = AuditClient(office)
    assert stranger.send("GET", "/api/queue").status == 403
    assert stranger.send("PUT", "/api/t/1", {}).status == 403
    assert stranger.send("GET", "/t/1").status == 403
    assert b'csrf=""' in stranger.send("GET", "/").body
    assert stranger.send("GET", "/api/queue", headers={"cookie": "llmg-8123=guess"}).status == 403


def test_a_cookie_is_for_this_site_and_no_script(office: Office) -> None:
    answered = AuditClient(office).join("anna")
    cookie = answered.headers["set-cookie"]
    assert re.fullmatch(r"llmg-8123=[\w-]{43}; HttpOnly; Path=/; SameSite=strict", cookie)


def test_the_token_of_a_link_stands_in_its_fragment_and_has_256_bits(office: Office) -> None:
    assert len(office.logins.token("anna")) == 43  # 256 bits, six a character
    assert office.logins.token("anna") != office.logins.token("ben")


def test_a_wrong_token_is_refused_and_twenty_of_them_lock_the_door(office: Office) -> None:
    stranger = AuditClient(office)
    for _ in range(MOST_FAILURES):
        assert stranger.send("POST", "/api/session", {"token": "guess"}).status == 403
    token = office.logins.token("anna")
    assert stranger.send("POST", "/api/session", {"token": token}).status == 423


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"token": null}', b'{"token": "\xc3\xa9"}'])
def test_whatever_stands_for_a_token_is_no_token(office: Office, raw: bytes) -> None:
    assert AuditClient(office).send("POST", "/api/session", raw=raw).status == 403


def test_a_browser_that_follows_its_link_again_keeps_its_login_and_few_browsers_have_one() -> None:
    logins = Logins([TeamMember(name="anna")])
    token = logins.token("anna")
    first = logins.join(token)
    assert logins.join(token, first) == first
    others = [logins.join(token) for _ in range(MOST_BROWSERS)]
    assert others[-1] is None
    assert len({first, *others[:-1]}) == MOST_BROWSERS


def test_twenty_writes_a_second_are_let_through_and_not_more() -> None:
    now = [0.0]
    logins = Logins([TeamMember(name="anna")], clock=lambda: now[0])
    login = logins.of(logins.join(logins.token("anna")))
    assert login is not None
    assert [logins.may_write(login) for _ in range(21)] == [True] * 20 + [False]
    now[0] += 0.5  # half a second: ten more
    assert sum(logins.may_write(login) for _ in range(20)) == 10


def test_too_many_writes_are_told_to_wait(anna: AuditClient) -> None:
    statuses = [anna.send("POST", "/api/t/99/submit", {"rev": 0}).status for _ in range(60)]
    assert {404, 429} == set(statuses)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_tells_the_browser_to_run_and_keep_nothing_else(anna: AuditClient, path: str) -> None:
    headers = anna.send("GET", path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for rule in ("script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'"):
        assert rule in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers.get("access-control-allow-origin") is None


def test_a_large_body_is_refused_and_so_are_many_labels(anna: AuditClient) -> None:
    assert anna.send("PUT", "/api/t/1", raw=b" " * (MOST_BYTES + 1)).status == 413
    many = [{"item_id": "greeting", "label": "met"}] * 201
    assert anna.send("PUT", "/api/t/1", {"rev": 0, "labels": many}).status == 422


@pytest.mark.parametrize(
    "span",
    [
        {"turn": 0, "start": 0, "end": 5, "quote": "Hello"},
        {"turn": 99, "start": 0, "end": 5, "quote": "Hello"},
        {"turn": 0, "start": -4, "end": 5, "quote": "Hello"},
        {"turn": 0, "start": 0, "end": 10**12, "quote": ""},
    ],
)
def test_words_that_are_not_there_are_no_evidence(anna: AuditClient, span: dict[str, object]) -> None:
    rev = anna.get("/api/t/1")["rev"]
    sent = {"rev": rev, "labels": [{"item_id": "greeting", "label": "met", "evidence": [span]}]}
    assert anna.send("PUT", "/api/t/1", sent).status == 422
    assert anna.get("/api/t/1")["cells"]["greeting"]["label"] is None


def test_evidence_after_emoji_is_stored_in_code_points_and_comes_back(anna: AuditClient) -> None:
    place = anna.get("/api/t/1")
    text = place["transcript"]["turns"][0]["text"]
    start = text.index("Hello")
    span = {"turn": 0, "start": start, "end": start + 5, "quote": "Hello"}
    sent = {"rev": place["rev"], "labels": [{"item_id": "greeting", "label": "met", "evidence": [span]}]}
    assert anna.send("PUT", "/api/t/1", sent).status == 200
    assert (start, anna.get("/api/t/1")["cells"]["greeting"]["evidence"]) == (3, [span])  # 👍 🏽 and a blank


@pytest.mark.parametrize("path", ["/static/../audit.css", "/static/%2e%2e%2fstrings%2fen.yaml", "/static/app.css"])
def test_only_the_pages_own_files_are_handed_out(anna: AuditClient, path: str) -> None:
    assert anna.send("GET", path).status == 404


@pytest.mark.parametrize("path", ["/api/cells", "/api/agreement", "/api/disputes", "/api/results"])
def test_what_is_for_leads_and_agents_is_not_for_auditors(anna: AuditClient, path: str) -> None:
    assert anna.send("GET", path).json() == {"error": "role"}


@pytest.mark.parametrize("path", ["/adjudicate", "/agreement", "/disputes", "/results/1"])
def test_a_page_of_others_is_refused_in_words(anna: AuditClient, path: str) -> None:
    answered = anna.send("GET", path)
    assert answered.status == 403
    assert b'data-page="refused"' in answered.body


def test_an_agent_cannot_label(office: Office) -> None:
    maya = AuditClient(office)
    maya.join("maya")
    for method, path in (("GET", "/api/queue"), ("PUT", "/api/t/1"), ("POST", "/api/sessions"), ("GET", "/api/cells")):
        assert maya.send(method, path, {}).status == 403


@pytest.mark.parametrize(
    "name", ["../anna", "a/b", "", "a" * 41, "an na", ".hidden", "adjudicator", "Adjudicator", "ä"]
)
def test_a_name_that_is_unfit_for_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        load_team(tmp_path, only=name)


def test_two_people_have_two_names_whatever_their_case(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="a name of their own"):
        Team(people=(TeamMember(name="anna"), TeamMember(name="Anna")))
    (tmp_path / "team.yaml").write_text("people: [{name: anna}, {name: ANNA}]", "utf-8")
    with pytest.raises(MalformedInput):
        load_team(tmp_path, tmp_path / "team.yaml")


def test_pages_have_no_script_or_style_of_their_own(anna: AuditClient) -> None:
    page = anna.send("GET", "/t/1").body.decode()
    assert not re.search(r"<style|\son\w+=|style=|javascript:", page)
    assert re.findall(r"<script[^>]*>", page) == ['<script type="module" src="/static/audit.js">']
    for file in resources.files("llm_grader.pages").iterdir():
        if file.name.startswith("audit") and file.name.endswith(".js"):
            text = file.read_text("utf-8")
            assert not re.search(r"https?://|\.cssText|setAttribute\(.style", text), file.name


def test_hostile_text_stays_text_on_the_way(anna: AuditClient) -> None:
    answered = anna.send("GET", "/api/t/1")
    assert answered.headers["content-type"] == "application/json"
    assert b"<script>alert(" in answered.body  # for textContent; a page never has it
    assert b"alert(" not in anna.send("GET", "/t/1").body


def test_others_are_let_in_only_under_a_name_that_was_allowed(office: Office) -> None:
    with pytest.raises(UsageError, match="--allow-host"):
        serve(office, TEAM.people, host="0.0.0.0", announce=lambda _person, _link: None)  # noqa: S104
    allowed = AuditClient(office, make_app(office, ["desk.local:80"]))
    assert allowed.send("GET", "/join", headers={"host": "desk.local:80"}).status == 200
    assert allowed.send("GET", "/join", headers={"host": HOST}).status == 421


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="another --port"):
        listen("127.0.0.1", taken.getsockname()[1])


def save_on_a_full_disk(folder: Path, result: Connection) -> None:
    """Save until no file may grow any more, and tell of the last answers."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Office(load_folder(folder), TEAM, TEAM.people) as office:
        anna = AuditClient(office)
        anna.join("anna")
        resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
        rev = anna.get("/api/t/1")["rev"]
        for number in range(30):
            label = {"item_id": "tone", "label": str(number % 2 + 1)}
            answered = anna.send("PUT", "/api/t/1", {"rev": rev, "labels": [label]})
            if answered.status != 200:
                result.send((answered.status, answered.json()["error"], rev, anna.get("/api/t/1")["rev"]))
                return
            rev = answered.json()["rev"]


def test_a_full_disk_is_told_and_changes_nothing(tmp_path: Path) -> None:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    folder = write_folder(tmp_path / "gold")
    process = multiprocessing.get_context("fork").Process(target=save_on_a_full_disk, args=(folder, theirs))
    process.start()
    status, error, rev, after = ours.recv()
    process.join()
    assert (status, error, rev) == (507, "disk", after)
