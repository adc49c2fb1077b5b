"""Asking who the agent is, where nothing else tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from llm_grader.cli.setup.settings import load_settings
from llm_grader.errors import UsageError
from llm_grader.grader.grader import Grader
from llm_grader.signals.flags import ROLES_BY_MODEL
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, completion, failure
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Scorecard
from tests.support.scripted import HELLO, KEY, answers, rubric

SAID = {"spk_0": HELLO, "spk_1": "My order 4711 has not come, can you look?"}


def call(*speakers: str | None, texts: Mapping[str, str] = SAID) -> Transcript:
    turns = (Turn(role="unknown", speaker=s, text=texts.get(s or "", "Somebody says this.")) for s in speakers)
    return Transcript(id="t", channel="chat", turns=tuple(turns))


def speaker(role: str, *quotes: tuple[int, str]) -> dict[str, Any]:
    return {"evidence": [{"turn": turn, "quote": quote} for turn, quote in quotes], "role": role}


TOLD = {"speaker_1": speaker("agent", (0, HELLO)), "speaker_2": speaker("customer", (1, "My order 4711 has not come"))}


def respond_with(roles: Mapping[str, Any]) -> Callable[[ScriptedRequest], ScriptedResponse]:
    def respond(request: ScriptedRequest) -> ScriptedResponse:
        asked = request.item_ids()
        if asked and asked[0].startswith("speaker_"):
            return completion({name: said for name, said in roles.items() if name in asked})
        return completion(answers(*asked))

    return respond


def graded(
    transcript: Transcript, roles: Mapping[str, Any] = TOLD, **settings: Any
) -> tuple[Scorecard, list[ScriptedRequest]]:
    with ScriptedServer(respond_with(roles)) as server:
        grader = Grader(rubric(), "m", base_url=server.base_url, api_key=KEY, ask_roles=True, **settings)
        return grader.grade(transcript), server.requests


def test_roles_that_the_words_show_are_used_and_the_card_says_so() -> None:
    card, requests = graded(call("spk_0", "spk_1"))
    assert (card.status, len(requests), card.usage.requests) == ("ok", 2, 2)
    assert card.verdicts["greeting"].label == "met"
    assert card.verdicts["greeting"].evidence[0].role == "agent"
    assert card.flags == (ROLES_BY_MODEL,)


def test_the_speakers_are_numbers_in_the_question_and_roles_in_the_grading() -> None:
    _, (first, second) = graded(call("spk_0", "spk_1"))
    asked = first.body["messages"][-1]["content"]
    assert "turn 0: speaker 1]" in asked
    assert "turn 1: speaker 2]" in asked
    assert "spk_0" not in str(first.body)
    assert "turn 0: agent]" in str(second.body)


@pytest.mark.parametrize(
    "quote",
    [
        (0, "words that nobody said at all"),
        (1, "My order 4711 has not come"),  # the other speaker's words
        (0, ""),
    ],
)
def test_a_role_that_no_words_of_the_speaker_show_stays_unknown(quote: tuple[int, str]) -> None:
    card, requests = graded(call("spk_0", "spk_1"), {**TOLD, "speaker_1": speaker("agent", quote)})
    assert (card.status, len(requests)) == ("needs_review", 1)
    assert card.verdicts["greeting"].problem == "unknown_roles"


def test_a_role_in_another_form_is_read_as_what_it_means() -> None:
    said = {"Speakers": {**TOLD, "speaker_1": {**speaker("Agent", (0, HELLO)), "why": "greets"}}}
    assert graded_by_text(json.dumps(said))[0].status == "ok"


def test_one_role_that_cannot_be_read_takes_nothing_from_the_others() -> None:
    said = json.dumps({**TOLD, "speaker_2": speaker("buyer", (1, "My order 4711 has not come"))})
    card, requests = graded_by_text(said, said)
    assert card.verdicts["greeting"].label == "met"
    assert len(requests) == 3  # roles twice, for one of them was open, and the checklist


def test_roles_that_cannot_be_read_are_asked_for_once_more() -> None:
    card, requests = graded_by_text("Who knows?", json.dumps(TOLD))
    assert (card.status, len(requests)) == ("ok", 3)
    assert "could not be read" in requests[1].body["messages"][-1]["content"]
    assert card.usage.requests == 3


def graded_by_text(*texts: str) -> tuple[Scorecard, list[ScriptedRequest]]:
    """The card where the answers about roles are these texts, one after the other."""
    left = list(texts)

    def respond(request: ScriptedRequest) -> ScriptedResponse:
        asked = request.item_ids()
        return completion(left.pop(0) if asked[0].startswith("speaker_") else answers(*asked))

    with ScriptedServer(respond) as server:
        grader = Grader(rubric(), "m", base_url=server.base_url, api_key=KEY, ask_roles=True)
        return grader.grade(call("spk_0", "spk_1")), server.requests


def test_a_speaker_may_stay_unknown() -> None:
    card, _ = graded(call("spk_0", "spk_1"), {**TOLD, "speaker_1": speaker("unknown")})
    assert card.verdicts["greeting"].problem == "unknown_roles"


def test_what_names_no_speaker_is_not_asked_about() -> None:
    card, requests = graded(call(None, None))
    assert requests == []
    assert card.verdicts["greeting"].problem == "unknown_roles"


def test_known_roles_cost_nothing() -> None:
    known = Transcript(id="t", channel="chat", turns=(Turn(role="agent", text=HELLO),))
    card, requests = graded(known)
    assert (card.flags, len(requests)) == ((), 1)


def test_a_failed_question_leaves_the_roles_unknown_and_is_counted() -> None:
    with ScriptedServer(lambda _request: failure(400, "invalid_request_error", "no")) as server:
        card = Grader(rubric(), "m", base_url=server.base_url, api_key=KEY, ask_roles=True).grade(call("spk_0"))
        assert card.verdicts["greeting"].problem == "unknown_roles"
        assert card.usage.requests == len(server.requests)


def test_without_being_told_to_nobody_is_asked() -> None:
    with ScriptedServer(respond_with(TOLD)) as server:
        card = Grader(rubric(), "m", base_url=server.base_url, api_key=KEY).grade(call("spk_0", "spk_1"))
        assert server.requests == []
    assert card.status == "needs_review"


def test_personal_data_stays_here_when_roles_are_asked() -> None:
    texts = {**SAID, "spk_1": "My order 4711 has not come, write to eva@shop.example."}
    card, requests = graded(call("spk_0", "spk_1", texts=texts), redact=True)
    assert all("eva@shop.example" not in str(request.body) for request in requests)
    assert card.status == "ok"


def test_a_long_conversation_is_shown_by_its_beginning() -> None:
    texts = {**SAID, "spk_1": "My order 4711 has not come. " + "I waited and waited. " * 5000}
    card, (first, second) = graded(call("spk_0", "spk_1", texts=texts))
    assert len(first.body["messages"][-1]["content"]) < 21_000 < len(second.body["messages"][-1]["content"])
    assert card.status == "ok"


def test_the_estimate_has_both_requests() -> None:
    with ScriptedServer(respond_with(TOLD)) as server:
        grader = Grader(rubric(), "m", base_url=server.base_url, api_key=KEY, ask_roles=True)
        assert grader.estimate(call("spk_0", "spk_1")).requests == 2
        assert server.requests == []


def test_the_answer_is_kept_with_the_result(tmp_path: Path) -> None:
    with ScriptedServer(respond_with(TOLD)) as server:
        for _ in range(2):
            store = tmp_path / "r.db"
            Grader(rubric(), "m", base_url=server.base_url, api_key=KEY, ask_roles=True, store=store).grade(
                call("spk_0", "spk_1")
            )
        assert len(server.requests) == 2


def test_the_embedded_model_cannot_be_asked() -> None:
    with pytest.raises(UsageError, match="name another model"):
        Grader(rubric(), "local", ask_roles=True)


def test_it_is_a_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LLM_GRADER_ASK_ROLES", "true")
    assert load_settings().ask_roles
