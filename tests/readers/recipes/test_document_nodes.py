"""Trees of nodes, as Jira keeps descriptions and comments: no word of them is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader.readers.recipes.document_nodes import text_of_nodes
from tests.readers.recipes.exports import minute, read_export, said


def doc(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def node(kind: str, *content: Any, **attributes: Any) -> dict[str, Any]:
    return {"type": kind, "content": list(content), **({"attrs": attributes} if attributes else {})}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def par(*content: Any) -> dict[str, Any]:
    return node("paragraph", *(text(item) if isinstance(item, str) else item for item in content))


BREAK = {"type": "hardBreak"}
MENTION = {"type": "mention", "attrs": {"id": "r", "text": "@Bo"}}
CARD = {"type": "inlineCard", "attrs": {"url": "https://x.example/5"}}

DOCUMENTS = [
    (doc(par("Where is it?", BREAK, "Order 5.")), "Where is it?\nOrder 5."),
    (doc(par("One:"), node("bulletList", node("listItem", par("a")), node("listItem", par("b")))), "One:\n- a\n- b"),
    (doc(node("orderedList", node("listItem", par("a")), node("listItem", par("b")))), "1. a\n2. b"),
    (
        doc(node("bulletList", node("listItem", par("a"), node("bulletList", node("listItem", par("b")))))),
        "- a\n- b",
    ),
    (doc(par(MENTION, " it is here.")), "@Bo it is here."),
    (doc(par("See ", CARD, ".")), "See https://x.example/5."),
    (doc({"type": "blockCard", "attrs": {"url": "https://x.example/5"}}), "https://x.example/5"),
    (doc(par("Good ", {"type": "emoji", "attrs": {"shortName": ":smile:"}})), "Good :smile:"),
    (doc(par({"type": "status", "attrs": {"text": "SENT", "color": "green"}})), "SENT"),
    (doc(par("By ", {"type": "date", "attrs": {"timestamp": "1767607200000"}})), "By 2026-01-05"),
    (
        doc(node("table", node("tableRow", node("tableHeader", par("Item")), node("tableCell", par("Box"))))),
        "Item | Box",
    ),
    (doc(node("codeBlock", text("TRACK 5"))), "TRACK 5"),
    (doc(node("panel", par("Mind this")), {"type": "rule"}, node("blockquote", par("quoted"))), "Mind this\nquoted"),
    (doc(node("expand", par("inside"), title="More")), "More\ninside"),
    (doc(node("mediaSingle", {"type": "media", "attrs": {"id": "f", "alt": "box.png"}})), "box.png"),
    (doc(node("taskList", node("taskItem", text("call back"), state="TODO"))), "call back"),
]


@pytest.mark.parametrize(("tree", "expected"), DOCUMENTS)
def test_a_tree_says_all_its_words(tree: Any, expected: str) -> None:
    assert text_of_nodes(tree) == expected


def issue(description: Any, comment: Any) -> dict[str, Any]:
    author = {"accountId": "a", "displayName": "Ann", "accountType": "agent"}
    comments = [{"id": "1", "author": author, "body": comment, "created": minute(1), "jsdPublic": True}]
    fields = {"summary": "S", "created": minute(0), "reporter": {"accountId": "r", "displayName": "Bo"}}
    return {"key": "SUP-1", "fields": {**fields, "description": description, "comment": {"comments": comments}}}


@pytest.mark.parametrize(("tree", "expected"), DOCUMENTS)
def test_a_description_and_a_comment_of_jira_are_read_whole(tmp_path: Path, tree: Any, expected: str) -> None:
    ((transcript,), known) = read_export(tmp_path, issue(tree, tree))
    assert known == "jira-service-management"
    assert said(transcript) == [f"customer: {expected}", f"agent: {expected}"]


def test_text_that_is_no_tree_stays_as_it_is(tmp_path: Path) -> None:
    ((transcript,), _) = read_export(tmp_path, issue('{"type": "doc"}', "- Here.\n* there"))
    assert said(transcript) == ['customer: {"type": "doc"}', "agent: - Here.\n* there"]


def test_an_empty_tree_is_an_item_without_text(tmp_path: Path) -> None:
    ((transcript,), _) = read_export(tmp_path, issue(doc(par("Where?")), doc(par())))
    assert said(transcript) == ["customer: Where?"]
    assert "1 of 1 items hold no text and were left out" in transcript.warnings


NODES = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "content", "attrs", "text"]), inner)
    ),
    max_leaves=10,
)


@given(NODES, st.sampled_from(["doc", "paragraph", "date", "listItem", "bulletList", "tableRow", "x"]))
def test_no_tree_stops_the_reading(inside: Any, kind: str) -> None:
    assert isinstance(text_of_nodes({"type": kind, "content": inside, "attrs": inside}), str)
    assert isinstance(text_of_nodes({"type": "doc", "content": [{"type": kind, "content": [inside]}]}), str)
