"""Names of colleagues are nowhere in what one agent reads, and every quote still stands at its place."""

from __future__ import annotations

import pytest

from llm_grader.pages.text import MarkedSpan
from llm_grader.report.hiding.colleagues import Colleagues
from llm_grader.transcript import Participant, Turn
from tests.support.results import talk

OTHERS = Colleagues.of("Maya Lind", ["Maya Lind", "Tom Ashdale", "Jana Nováková", "agent-17", None], "[X]")


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("en", "Tom Ashdale told me, and so did Tom.", "[X] told me, and so did [X]."),
        ("cs", "Mluvila jsem s Janou Novákovou.", "Mluvila jsem s [X]."),
        ("en", "Ask agent-17, not agent 1.", "Ask [X], not agent 1."),
        ("en", "Maya Lind and tomorrow stay.", "Maya Lind and tomorrow stay."),
    ],
)
def test_names_are_hidden_in_every_form_and_other_words_stay(language: str, text: str, shown: str) -> None:
    assert OTHERS.hide(text, language) == shown


def test_a_span_moves_with_the_text_and_holds_a_whole_name() -> None:
    # "Hi Tom Ashdale, bye": from "Tom" on, the middle of the name, and what comes after it
    spans = [MarkedSpan(0, 6, 1), MarkedSpan(8, 19, 2), MarkedSpan(16, 19, 3)]
    text, moved = OTHERS.hide_spans("Hi Tom Ashdale, bye", spans, "en")
    assert text == "Hi [X], bye"
    assert [text[span.start : span.end] for span in moved] == ["Hi [X]", "[X], bye", "bye"]


def test_a_customer_who_is_called_like_a_colleague_keeps_the_name() -> None:
    people = (Participant(id="c", role="customer", name="Tom Reed"),)
    assert OTHERS.among(talk("t1", participants=people)).hide("Thank you, Tom.", "en") == "Thank you, Tom."


def test_an_agent_who_took_over_is_hidden_whoever_they_are() -> None:
    more = Turn(role="agent", speaker="Kim Osei", text="I take over.")
    transcript = talk("t1", agent="Maya Lind")
    transcript = transcript.model_copy(update={"turns": (*transcript.turns, more)})
    assert OTHERS.among(transcript).hide("Kim took over from Maya.", "en") == "[X] took over from Maya."
