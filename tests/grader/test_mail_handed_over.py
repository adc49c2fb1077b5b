"""E-mail that comes to a `Grader` from Python, read by no reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.grader.grader import Grader
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, answer, completion
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Scorecard
from tests.support.scripted import KEY, item, rubric, transcript

INSULT = "You are useless, all of you!"
QUOTED = f"Good morning, I send it again today.\n\nOn 4 May 2026 Mo <mo@x.test> wrote:\n> {INSULT}\n> Thank you, Ana"
ASKING = Turn(role="customer", text=f"{INSULT}\nThank you, Ana")
MAIL = transcript("mail", ASKING, Turn(role="agent", text=QUOTED), channel="email")
POLITE = item("polite", critical=True, evidence={"from": ["agent"], "required_for": ["met", "not_met"]})


def grade(judged: Transcript, label: str, quote: str) -> tuple[Scorecard, str]:
    """The card where the model gives this answer with words of the second turn, and what it was asked."""

    def respond(_: ScriptedRequest) -> ScriptedResponse:
        return completion({"polite": answer(label, (1, quote))})

    with ScriptedServer(respond) as server:
        grader = Grader(rubric(POLITE), "m", base_url=server.base_url, api_key=KEY)
        return grader.grade(judged), str(server.requests[0].body["messages"])


@pytest.mark.parametrize(("label", "quote"), [("not_met", INSULT), ("met", "Thank you, Ana")])
def test_what_the_agent_quotes_of_the_customer_proves_nothing(label: str, quote: str) -> None:
    card, _ = grade(MAIL, label, quote)
    assert (card.verdicts["polite"].label, card.verdicts["polite"].status) == (None, "needs_review")
    assert card.score is None


def test_what_the_agent_wrote_above_the_quotation_proves_it() -> None:
    card, asked = grade(MAIL, "met", "I send it again today")
    assert card.verdicts["polite"].label == "met"
    before, _, quoted = asked.rpartition(INSULT)
    assert " quoted text]" in before.rpartition("I send it again today")[2], "the model sees what is quoted"
    assert quoted


def test_a_preview_and_a_second_run_meet_the_same_mail(tmp_path: Path) -> None:
    def respond(_: ScriptedRequest) -> ScriptedResponse:
        return completion({"polite": answer("met", (1, "I send it again today"))})

    with (
        ScriptedServer(respond) as server,
        Grader(rubric(POLITE), "m", base_url=server.base_url, api_key=KEY, store=tmp_path / "results") as grader,
    ):
        card = grader.grade(MAIL)
        assert grader.provenance(MAIL).key == card.provenance.key
        assert grader.estimate(MAIL).requests == 0
        assert " quoted text]" in str(next(grader.render_requests(MAIL)))
        assert [grader.grade(MAIL).verdicts["polite"].label, len(server.requests)] == ["met", 1]
