from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.errors import MalformedInput
from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.transcript import Transcript
from tests.readers.test_damage import STRANGE, places
from tests.support.exports import SLACK_DAY, put, refusal, spoken

PEOPLE: list[dict[str, Any]] = [
    {"id": "U1AGENT", "name": "jana", "profile": {"display_name": "Jana", "email": "jana@house.example"}},
    {"id": "U2CLIENT", "name": "petr", "real_name": "Petr", "profile": {"display_name": ""}},
    {"id": "U3ROBOT", "name": "helper", "is_bot": True, "profile": {"real_name": "Helper"}},
]

BEGAN = 1_714_000_000


def message(user: str, text: str, ts: float, thread: float | None = None, **more: Any) -> dict[str, Any]:
    at = {"ts": f"{BEGAN + ts:.6f}"} | ({"thread_ts": f"{BEGAN + thread:.6f}"} if thread else {})
    return {"type": "message", "user": user, "text": text, **at, **more}


def export(folder: Path, days: dict[str, list[dict[str, Any]]]) -> Path:
    """An export whose days are named `channel/2024-05-01`."""
    files: dict[str, Any] = {
        "users": PEOPLE,
        "channels": [{"id": "C1HELPDESK", "name": "help", "members": [], "topic": {"value": "Ask here"}}],
        "groups": [],
        "integration_logs": [{"user_id": "U1AGENT", "change_type": "added", "date": "1714557000"}],
        **days,
    }
    for name, value in files.items():
        file = folder / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value), "utf-8")
    return folder


def read(folder: Path, days: dict[str, list[dict[str, Any]]], **options: Any) -> list[Transcript]:
    return list(read_transcripts(export(folder / "export", days), **options))


def test_a_thread_is_a_conversation_over_days_and_the_rest_of_the_channel_another(tmp_path: Path) -> None:
    days = {
        "help/2024-05-01": [
            message("U2CLIENT", "It is broken", 1000, thread=1000),
            message("U2CLIENT", "Good morning all", 1500),
            message("U1AGENT", "Which one?", 2000, thread=1000),
        ],
        "help/2024-05-02": [message("U2CLIENT", "The red one", 90_000, thread=1000)],
    }
    thread, rest = sorted(read(tmp_path, days), key=lambda each: each.id, reverse=True)
    assert (thread.id, rest.id) == ("help-1714001000.000000", "help")
    assert spoken(thread) == [("Petr", "It is broken"), ("Jana", "Which one?"), ("Petr", "The red one")]
    assert spoken(rest) == [("Petr", "Good morning all")]
    assert thread.metadata["channel"]["topic"] == {"value": "Ask here"}
    assert thread.turns[1].at is not None
    assert thread.turns[1].at.timestamp() == BEGAN + 2000
    assert [person.email for person in thread.participants] == [None, "jana@house.example"]


def test_replies_are_in_the_order_of_time_and_a_repeated_one_is_read_once(tmp_path: Path) -> None:
    late, early = message("U1AGENT", "b", 30, thread=10), message("U2CLIENT", "a", 10, thread=10)
    days = {"help/2024-05-01": [late, early, {**late, "subtype": "thread_broadcast"}]}
    (transcript,) = read(tmp_path, days)
    assert [turn.text for turn in transcript.turns] == ["a", "b"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Hi <@U2CLIENT> and <@U9OTHER|olga> and <@U8NOBODY>", "Hi @Petr and @olga and @U8NOBODY"),
        ("see <#C1HELPDESK|help>, <!here>, <!subteam^S1|@night>", "see #help, @here, @night"),
        (
            "<https://example.org/a|the form> <https://example.org>",
            "the form (https://example.org/a) https://example.org",
        ),
        ("<mailto:a@example.org|a@example.org>, <http://example.org|example.org>", "a@example.org, http://example.org"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2, &amp;lt; stays", "1 < 2 && 3 > 2, &lt; stays"),
        ("&lt;@U2CLIENT&gt; was typed", "<@U2CLIENT> was typed"),
    ],
)
def test_markup_becomes_the_words_that_were_seen(tmp_path: Path, written: str, meant: str) -> None:
    (transcript,) = read(tmp_path, {"help/2024-05-01": [message("U1AGENT", written, 10)]})
    assert transcript.turns[0].text == meant


def test_who_writes_and_who_is_mentioned_takes_part_under_their_real_name(tmp_path: Path) -> None:
    gwen = {"id": "U4GWENXX", "profile": {"display_name": "gwen", "real_name": "Gwendolyn Marchetti"}}
    hilde = {"id": "U5HILDEX", "profile": {"display_name": "Hildegard V", "real_name": "Hildegard Vogt"}}
    said = message("U4GWENXX", "<@U5HILDEX> and <@U9OTHER|olga> told me, <@U8NOBODY> did not", 10)
    (transcript,) = read(tmp_path, {"users": [*PEOPLE, gwen, hilde], "help/2024-05-01": [said]})
    assert transcript.turns[0].text == "@Hildegard V and @olga told me, @U8NOBODY did not"
    assert [(person.id, person.name) for person in transcript.participants] == [
        ("gwen", "Gwendolyn Marchetti"),
        ("Hildegard V", "Hildegard Vogt"),
        ("olga", "olga"),
    ]


def test_the_house_is_known_by_a_real_name(tmp_path: Path) -> None:
    gwen = {"id": "U4GWENXX", "profile": {"display_name": "gwen", "real_name": "Gwendolyn Marchetti"}}
    days = {"users": [gwen], "help/2024-05-01": [message("U4GWENXX", "Hello", 10)]}
    (transcript,) = read(tmp_path, days, roles=RoleMapping(agents=("Gwendolyn Marchetti",)))
    assert transcript.turns[0].role == "agent"


def test_bots_are_bots_and_joins_are_events(tmp_path: Path) -> None:
    attachment = {"fallback": "Ticket 5", "title": "Ticket 5", "text": "opened"}
    block = {"type": "rich_text", "elements": [{"type": "text", "text": "Take "}, {"type": "text", "text": "care"}]}
    days = {
        "help/2024-05-01": [
            message("U2CLIENT", "<@U2CLIENT> has joined the channel", 10, subtype="channel_join"),
            message("U3ROBOT", "How can I help?", 11),
            {
                "type": "message",
                "subtype": "bot_message",
                "username": "Desk",
                "text": "",
                "ts": "1714000012.0",
                "attachments": [attachment],
            },
            {"type": "message", "bot_id": "B1", "text": "", "ts": "1714000013.0", "blocks": [block]},
        ]
    }
    (transcript,) = read(tmp_path, days)
    assert [(turn.role, turn.kind, turn.speaker, turn.text) for turn in transcript.turns] == [
        ("unknown", "event", "Petr", "@Petr has joined the channel"),
        ("bot", "message", "Helper", "How can I help?"),
        ("bot", "message", "Desk", "Ticket 5\nopened"),
        ("bot", "message", "B1", "Take care"),
    ]
    assert transcript.turns[0].event == "channel_join"


def test_slacks_own_bot_is_one_also_where_nobody_lists_it(tmp_path: Path) -> None:
    bot = {"id": "USLACKBOT", "name": "slackbot", "profile": {}}
    said = [message("U2CLIENT", "Hi", 1), message("USLACKBOT", "Reminder", 2)]
    for people in (PEOPLE, [*PEOPLE, bot]):
        (transcript,) = read(tmp_path, {"users": people, "help/2024-05-01": said})
        assert transcript.turns[1].role == "bot"
        assert not any("not in users.json" in warning for warning in transcript.warnings)


def test_joins_alone_make_no_conversation_beside_threads_and_are_told(tmp_path: Path) -> None:
    join = message("U2CLIENT", "<@U2CLIENT> has joined", 5, subtype="channel_join")
    (transcript,) = read(tmp_path, {"help/2024-05-01": [join, message("U2CLIENT", "Hi", 10, thread=10)]})
    assert spoken(transcript) == [("Petr", "Hi")]
    assert "1 events of the channel belong to no thread and were left out" in transcript.warnings


@pytest.mark.parametrize("roles", [{"agents": ["jana"]}, {"agents": ["U1AGENT"]}, {"domains": ["house.example"]}])
def test_the_house_is_known_by_name_id_or_domain(tmp_path: Path, roles: dict[str, Any]) -> None:
    days = {"help/2024-05-01": [message("U2CLIENT", "Hi", 10), message("U1AGENT", "Hello", 11)]}
    (transcript,) = read(tmp_path, days, roles=RoleMapping.model_validate(roles))
    assert [turn.role for turn in transcript.turns] == ["customer", "agent"]
    assert transcript.turns[1].role_source == "mapping"


@pytest.mark.parametrize("name", ["jana@house.example", "U1AGENT", "Jana"])
def test_the_agent_under_review_is_named_by_address_id_or_name(tmp_path: Path, name: str) -> None:
    roles = RoleMapping(agents=(name,), domains=("house.example",))
    eva = {"id": "U4EVAXXX", "profile": {"display_name": "Eva", "email": "eva@house.example"}}
    days = {
        "users": [*PEOPLE, eva],
        "help/2024-05-01": [message(user, "Hi", n) for n, user in enumerate(("U2CLIENT", "U4EVAXXX", "U1AGENT"))],
    }
    (transcript,) = read(tmp_path, days, roles=roles)
    assert [turn.role for turn in transcript.turns] == ["customer", "agent", "agent"]
    assert transcript.agent_id == "Jana"


def test_a_day_alone_is_read_with_the_names_in_it(tmp_path: Path) -> None:
    (transcript,) = read_transcripts(put(tmp_path, SLACK_DAY))
    assert spoken(transcript) == [
        ("Petr", "My account (https://example.org) is locked"),
        ("Petr", "screen.png"),
        ("U1AGENT", "Hello @Petr, is A < B?"),
    ]
    assert [turn.event for turn in transcript.turns] == [None, "attachment", None]
    assert "2 people are not in users.json of the export" in transcript.warnings
    assert transcript.metadata["messages"][0]["reactions"] == [{"name": "eyes", "count": 1}]


def test_people_of_one_name_are_told_apart(tmp_path: Path) -> None:
    same = [{"id": f"U{n}XXXXX", "name": "anna", "profile": {}} for n in (1, 2)]
    days = {"users": same, "help/2024-05-01": [message(f"U{n}XXXXX", "Hi", n) for n in (1, 2)]}
    (transcript,) = read(tmp_path, days)
    assert [turn.speaker for turn in transcript.turns] == ["anna", "anna (U2XXXXX)"]


@pytest.mark.parametrize("name", ["users.json", "channels.json", "groups.json", "integration_logs.json"])
def test_an_export_without_days_is_refused(tmp_path: Path, name: str) -> None:
    error = refusal(export(tmp_path, {}) / name)
    assert isinstance(error, MalformedInput)
    assert f"{tmp_path / name}: people and channels without any day" in str(error)


def test_a_broken_message_is_told_and_the_rest_read(tmp_path: Path) -> None:
    problems: list[Any] = []
    days = {"help/2024-05-01": [message("U1AGENT", "Hi", 10), {**message("U1AGENT", "Hi", 11), "ts": "soon"}]}
    (transcript,) = read(tmp_path, days, on_error=problems.append)
    assert len(transcript.turns) == 1
    assert "item 2: ts: expected seconds since 1970, found text" in str(problems[0])


FILES: dict[str, Any] = {
    "users": PEOPLE,
    "channels": [{"id": "C1HELPDESK", "name": "help", "members": ["U1AGENT"], "topic": {"value": "Ask here"}}],
    "help/2024-05-01": [
        message("U1AGENT", "Hi <@U2CLIENT>", 10, thread=10, files=[{"name": "a.png"}]),
        message("U3ROBOT", "", 11, bot_id="B1", attachments=[{"text": "x"}], blocks=[{"text": {"text": "y"}}]),
    ],
}
PLACES = [(name, place) for name, value in FILES.items() for place in places(value)[1:]]


@settings(max_examples=200)
@given(st.sampled_from(PLACES), st.sampled_from([*STRANGE, "<@U1AGENT", "&lt", "2024-05-01T10:00:00Z"]))
def test_a_value_of_another_type_in_any_file_is_read_or_told(
    tmp_path: Path, place: tuple[Any, ...], value: Any
) -> None:
    name, (*way, last) = place
    files = deepcopy(FILES)
    holder = files[name]
    for key in way:
        holder = holder[key]
    holder[last] = value
    problems: list[Any] = []
    for transcript in read_transcripts(export(tmp_path, files), on_error=problems.append):
        assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript
    assert all(str(tmp_path) in str(problem) for problem in problems)


RICH: list[dict[str, Any]] = [
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "see <that> "},
                    {"type": "link", "url": "https://x.test/a"},
                    {"type": "text", "text": " or "},
                    {"type": "link", "url": "https://x.test/b", "text": "this"},
                    {"type": "text", "text": ", ask "},
                    {"type": "user", "user_id": "U1AGENT"},
                    {"type": "text", "text": " "},
                    {"type": "emoji", "name": "wave"},
                ],
            },
            {
                "type": "rich_text_list",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]},
                ],
            },
        ],
    }
]
SECTIONS: list[dict[str, Any]] = [
    {"type": "header", "text": {"type": "plain_text", "text": "New rating"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Jo* wrote: never again"}},
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "Order"}, {"type": "mrkdwn", "text": "17"}]},
]


def one_text(tmp_path: Path, text: str, blocks: list[dict[str, Any]], **more: Any) -> str:
    (transcript,) = read(tmp_path, {"help/2024-05-01": [message("U2CLIENT", text, 1000, blocks=blocks, **more)]})
    return transcript.turns[0].text


def test_rich_text_in_the_place_of_a_text_is_what_was_seen(tmp_path: Path) -> None:
    assert one_text(tmp_path, "", RICH) == (
        "see <that> https://x.test/a or this (https://x.test/b), ask @Jana :wave:\none\ntwo"
    )


def test_rich_text_that_repeats_the_text_is_left_out(tmp_path: Path) -> None:
    assert one_text(tmp_path, "see it", RICH) == "see it"


@pytest.mark.parametrize("text", ["New rating", ""])
def test_blocks_of_an_app_that_say_more_than_its_text_are_read_below_it(tmp_path: Path, text: str) -> None:
    assert one_text(tmp_path, text, SECTIONS) == "New rating\n*Jo* wrote: never again\nOrder\n17"


def test_blocks_of_an_app_that_repeat_its_text_are_left_out(tmp_path: Path) -> None:
    assert (
        one_text(tmp_path, "New rating: *Jo* wrote: never again", SECTIONS[:2]) == "New rating: *Jo* wrote: never again"
    )
