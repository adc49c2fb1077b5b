from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_grader.authoring.lint import LintFinding, lint_rubric
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import Rubric

SMALL = Path(__file__).parents[1] / "data" / "rubrics" / "small.yaml"

SOUND = {
    "id": "a",
    "title": "A title",
    "question": "Did the agent greet the customer?",
    "guidance": {"met": "A greeting.", "not_met": "No greeting."},
    "examples": [{"quote": "Hello", "label": "met"}, {"quote": "Number?", "label": "not_met"}],
}
SIGNAL = {"judged": "signal", "signal": {"name": "resolved_in_time"}}


def rubric(*items: dict[str, Any], **fields: Any) -> Rubric:
    section = {"id": "s", "title": fields.get("title", "S"), "items": items}
    return Rubric.model_validate({"id": "r", "version": "1", "title": "R", "sections": [section], **fields})


def lint(*items: dict[str, Any], **fields: Any) -> list[LintFinding]:
    return lint_rubric(rubric(*items, **fields))


def rules(**item: Any) -> list[tuple[str, str]]:
    """What is found in a rubric of one sound item that is changed in these fields."""
    return [(finding.rule, finding.severity) for finding in lint({**SOUND, **item})]


def scale(*points: float) -> dict[str, Any]:
    levels = [{"value": f"level_{at}", "points": share, "anchor": f"{at}"} for at, share in enumerate(points)]
    examples = [{"quote": "x", "label": "level_0"}, {"quote": "y", "label": "level_1"}]
    return {"scale": {"levels": levels}, "evidence": {"required_for": ["level_1"]}, "examples": examples}


def test_a_sound_item_has_no_findings() -> None:
    assert rules() == []
    assert rules(**scale(0, 0.5, 1)) == []
    assert rules(**SIGNAL) == []
    assert lint_rubric(load_rubric(SMALL)) == []


@pytest.mark.parametrize("name", packaged_rubrics())
def test_the_packaged_rubrics_have_no_findings_but_texts_to_translate(name: str) -> None:
    assert [finding for finding in lint_rubric(load_rubric(name)) if finding.rule != "missing_translation"] == []


def test_a_finding_names_rule_severity_item_and_what_to_do() -> None:
    (finding,) = lint({**SOUND, "guidance": {"not_met": "No greeting."}})
    assert finding.item == "a"
    assert (finding.rule, finding.severity) == ("missing_policy", "warning")
    assert finding.message == "say in guidance.met what counts; without a policy readers disagree"


VAGUE = [
    ("en", "Was the answer good?", "good"),
    ("en", "Did the agent respond appropriately?", "appropriately"),
    ("en", "Was the agent professional?", "professional"),
    ("en", "Was the agent sufficiently informed?", "sufficiently"),
    ("de", "War die Antwort angemessen?", "angemessen"),
    ("de", "Hat der Agent gut reagiert?", "gut"),
    ("cs", "Choval se agent profesionálně?", "profesionálně"),
    ("cs", "Byla odpověď dostatečná?", "dostatečná"),
    ("hu", "Megfelelő választ adott az ügyintéző?", "megfelelő"),
    ("hu", "Jól reagált az ügyintéző?", "jól"),
    ("et", "Kas teenindaja andis sobiva vastuse?", "sobiva"),
    ("et", "Kas teenindaja vastas piisavalt?", "piisavalt"),
]


@pytest.mark.parametrize(("language", "question", "word"), VAGUE)
def test_a_vague_word_is_an_error_until_the_policy_says_what_it_means(language: str, question: str, word: str) -> None:
    item = {**SOUND, "title": {language: "T"}, "question": {language: question}}
    item["guidance"] = {name: {language: "x"} for name in ("met", "not_met")}
    item["examples"] = [{"quote": {language: "x"}, "label": label} for label in ("met", "not_met")]
    assert lint(item, title={language: "T"}) == []
    item["guidance"] = {"met": {language: "x"}}
    vague, _ = lint(item, title={language: "T"})
    assert (vague.rule, vague.severity) == ("vague_question", "error")
    assert f" {word} " in vague.message


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Did the agent say good morning?"),
        ("de", "Hat der Agent „guten Tag“ gesagt?"),
        ("cs", "Řekl agent „dobrý den“?"),
        ("hu", "Azt mondta az ügyintéző, hogy jó napot?"),
        ("et", "Kas teenindaja ütles „head päeva“?"),
        ("fr", "La réponse était-elle good?"),
    ],
)
def test_a_greeting_is_not_vague_and_other_languages_are_left_alone(language: str, question: str) -> None:
    findings = lint({**SOUND, "question": {language: question}, "guidance": {}})
    assert "vague_question" not in {finding.rule for finding in findings}


DOUBLE = [
    ("en", "Did the agent greet the customer and ask for the name?"),
    ("en", "Was the customer greeted by name and asked for the order number?"),
    ("en", "Did the agent apologise and was the customer satisfied?"),
    ("en", "Did the agent explain the problem? Did they solve it?"),
    ("de", "Hat der Agent den Kunden begrüßt und nach dem Namen gefragt?"),
    ("de", "Wurde der Kunde begrüßt und verabschiedet?"),
    ("de", "Begrüßt der Agent den Kunden und fragt er nach dem Namen?"),
    ("cs", "Pozdravil operátor zákazníka a zeptal se na jméno?"),
    ("cs", "Omluvil se agent a nabídl řešení?"),
    ("hu", "Köszöntötte-e az ügyintéző az ügyfelet, és megkérdezte-e a nevét?"),
    ("hu", "Köszöntötte az ügyintéző az ügyfelet és megkérdezte a nevét?"),
    ("et", "Kas klienditeenindaja tervitas klienti ja küsis tema nime?"),
    ("et", "Kas teenindaja on klienti tervitanud ja nime küsinud?"),
    ("et", "Kas teenindaja tervitas klienti ja kas ta tänas?"),
]
SINGLE = [
    ("en", "Did the agent ask for name and phone number?"),
    ("en", "Did the agent explain clearly what is wrong and how it gets put right?"),
    ("en", "Was the case resolved within the promised and agreed time?"),
    ("en", "Did the agent give pros and cons?"),
    ("de", "Blieb der Agent durchweg freundlich und ruhig?"),
    ("de", "Hat der Agent klar und verständlich erklärt, was los ist und wie es behoben wird?"),
    ("cs", "Vysvětlil agent jasně, co se děje a jak se to napraví?"),
    ("cs", "Ověřil agent jméno, číslo a e-mail?"),
    ("cs", "Vysvětlil agent rozdíly a pravidla?"),
    ("hu", "Elmondta-e az ügyintéző a termék árát és feltételeit?"),
    ("hu", "Udvarias és türelmes volt-e az ügyintéző?"),
    ("et", "Kas teenindaja küsis nime ja telefoninumbrit?"),
    ("et", "Kas teenindaja oli viisakas ja rahulik?"),
    ("fr", "L'agent a-t-il salué le client et demandé son nom ?"),
]


@pytest.mark.parametrize(("language", "question"), DOUBLE)
def test_a_question_that_asks_two_things_is_found_in_each_language(language: str, question: str) -> None:
    findings = lint({**SOUND, "question": {language: question}})
    assert ("double_question", "warning") in {(finding.rule, finding.severity) for finding in findings}


@pytest.mark.parametrize(("language", "question"), SINGLE)
def test_two_nouns_or_adjectives_joined_are_one_question(language: str, question: str) -> None:
    findings = lint({**SOUND, "question": {language: question}})
    assert "double_question" not in {finding.rule for finding in findings}


OUTSIDE = [
    ("en", "Was there background noise on the call?", "error"),
    ("en", "Did the agent speak in a friendly voice?", "error"),
    ("en", "Was the hold music pleasant?", "error"),
    ("en", "Was the average response time short?", "warning"),
    ("en", "Are the ticket fields filled?", "warning"),
    ("de", "Waren Hintergrundgeräusche zu hören?", "error"),
    ("de", "Hat der Agent beim Sprechen gelächelt?", "error"),
    ("de", "War die Antwortzeit kurz?", "warning"),
    ("de", "Stimmt der Ticketstatus?", "warning"),
    ("cs", "Byl v hovoru slyšet hluk v pozadí?", "error"),
    ("cs", "Měl agent příjemný tón hlasu?", "error"),
    ("cs", "Byla doba odezvy krátká?", "warning"),
    ("cs", "Je vyplněn stav tiketu?", "warning"),
    ("hu", "Hallható volt háttérzaj a hívásban?", "error"),
    ("hu", "Mosolygott az ügyintéző?", "error"),
    ("hu", "Rövid volt a válaszidő?", "warning"),
    ("hu", "Ki van töltve a jegy státusza?", "warning"),
    ("et", "Kas kõnes oli taustamüra?", "error"),
    ("et", "Kas teenindaja naeratas?", "error"),
    ("et", "Kas reageerimisaeg oli lühike?", "warning"),
    ("et", "Kas pileti olek on märgitud?", "warning"),
]


@pytest.mark.parametrize(("language", "question", "severity"), OUTSIDE)
def test_what_no_transcript_shows_is_not_a_question_for_the_model(language: str, question: str, severity: str) -> None:
    item = {**SOUND, "question": {language: question}}
    found = [finding.severity for finding in lint(item) if finding.rule == "unobservable"]
    assert found == [severity]
    audible = {**item, "judged": "audio", "evidence": {"required_for": ["not_met"]}, "examples": []}
    assert "unobservable" not in {finding.rule for finding in lint(audible)}


def test_policy_is_asked_of_items_the_model_answers_alone() -> None:
    assert rules(guidance={}) == [("missing_policy", "warning")]
    assert rules(guidance={}, **SIGNAL) == []
    assert rules(guidance={}, **SIGNAL, fallback="llm") == [("missing_policy", "warning")]


def test_examples_are_wanted_on_both_sides_of_the_line() -> None:
    assert rules(examples=[]) == [("examples", "warning")]
    assert rules(examples=[{"quote": "Hello", "label": "met"}]) == [("examples", "warning")]
    assert rules(examples=[], **SIGNAL) == []


def test_a_text_that_lacks_a_language_of_the_title_is_named() -> None:
    item = {**SOUND, "title": {"en": "T", "de": "T"}, "question": {"en": "Q?", "de": "F?"}, "examples": []}
    messages = {
        f.message.split(",")[0] for f in lint(item, title={"en": "R", "de": "R"}) if f.rule == "missing_translation"
    }
    assert messages == {"guidance.met has no wording in de", "guidance.not_met has no wording in de"}


def test_a_section_title_that_lacks_a_language_is_named() -> None:
    one = rubric(SOUND)
    two = one.model_copy(update={"title": {"en": "R", "de": "R"}})
    assert "the title of section s has no wording in de" in {f.message.split(",")[0] for f in lint_rubric(two)}


@pytest.mark.parametrize("question", [{}, {"en": ""}, {"en": "  "}])
def test_an_empty_text_is_an_error(question: dict[str, str]) -> None:
    assert rules(question=question) == [("missing_text", "error")]


def test_nothing_to_quote_cannot_be_required_to_be_quoted() -> None:
    assert rules(evidence={"required_for": ["met", "cannot_assess"]}) == [("evidence", "error")]
    assert rules(evidence={"from": []}) == [("evidence", "error")]
    assert rules(evidence={"required_for": []}) == [("evidence", "warning")]
    assert rules(evidence={"required_for": []}, **SIGNAL) == []


@pytest.mark.parametrize(
    ("from_", "required_for", "findings"),
    [
        ({"met": ["agent"], "not_met": ["agent", "customer"]}, ["met"], []),
        # Nobody may prove met; the customer might prove it, who is named for another label alone.
        ({"met": [], "not_met": ["customer"]}, ["met"], [("evidence", "error")]),
        ({"not_met": ["customer"]}, ["met"], [("evidence", "warning")]),
        ({"met": ["agent"], "not_met": ["agent"]}, ["met"], [("evidence", "warning")]),
    ],
)
def test_each_label_that_needs_a_quote_has_speakers_of_its_own(
    from_: dict[str, list[str]], required_for: list[str], findings: list[tuple[str, str]]
) -> None:
    assert rules(evidence={"from": from_, "required_for": required_for}) == findings


@pytest.mark.parametrize(
    "words",
    [
        {"en": "No greeting. Several agents: the worst counts."},
        {"en": "No greeting.", "de": "Kein Gruß. Mehrere Agenten: der schlechteste zählt."},
        {"en": "No greeting.", "cs": "Bez pozdravu. Více agentů: rozhoduje nejhorší."},
        {"en": "No greeting.", "hu": "Nincs köszönés. Több ügyintéző közül a legrosszabb számít."},
        {"en": "No greeting.", "et": "Tervitust pole. Mitme teenindaja puhul loeb halvim."},
    ],
)
def test_who_counts_among_several_agents_is_said_once(words: dict[str, str]) -> None:
    guidance = {"met": "A greeting.", "not_met": words}
    assert rules(guidance=guidance) == []
    assert rules(guidance=guidance, agents="worst") == [("agents", "warning")]
    assert rules(agents="worst") == []
    assert rules(agents="any", **SIGNAL) == [("agents", "warning")]


def test_an_item_that_parts_of_a_conversation_may_prove_both_ways_says_which_decides() -> None:
    both = {"evidence": {"required_for": ["met", "not_met"]}}
    assert rules(**both) == [("over", "warning")]
    assert rules(**both, over="every") == []


def test_an_item_is_asked_on_channels_of_its_rubric() -> None:
    assert lint({**SOUND, "channels": ["chat"]}, channels=["chat"]) == []
    (foreign,) = lint({**SOUND, "channels": ["chat", "call"]}, channels=["chat"])
    assert (foreign.rule, foreign.severity) == ("channels", "error")
    assert "call" in foreign.message
    assert rules(channels=[]) == [("channels", "error")]


@pytest.mark.parametrize(
    "item",
    [
        {"judged": "signal"},
        {"judged": "ticket"},
        {"judged": "signal", "signal": {"name": "guesswork"}},
        {"judged": "ticket", "signal": {"name": "ticket_fields", "fields": ["colour"]}},
        {"judged": "ticket", "signal": {"name": "ticket_fields"}},
        {"judged": "signal", "signal": {"name": "response_time"}, "channels": ["chat"]},
        {
            "judged": "signal",
            "signal": {"name": "response_time", "within_seconds": {"chat": 60}},
            "channels": ["chat", "email"],
        },
        {"judged": "signal", "signal": {"name": "response_time", "within_seconds": 60}, "channels": ["chat", "call"]},
        {
            "judged": "signal",
            "signal": {"name": "response_time", "within_seconds": 60, "business_hours": {"timezone": "Prague"}},
            "channels": ["chat"],
        },
        {"judged": "llm", "signal": {"name": "response_time", "within_seconds": 60}},
        {"judged": "org", "signal": {"name": "response_time", "within_seconds": 60}},
    ],
)
def test_a_signal_that_could_never_be_computed_is_an_error(item: dict[str, Any]) -> None:
    assert rules(**item) == [("signal", "error")]


@pytest.mark.parametrize(
    "item",
    [
        {"judged": "ticket", "signal": {"name": "ticket_fields", "fields": ["tags"]}},
        {"judged": "ticket", "signal": {"name": "ticket_closed"}},
        {"judged": "signal", "signal": {"name": "response_time", "within_seconds": 60}, "channels": ["chat", "email"]},
        {"judged": "ticket", "signal": {"name": "follow_up_sent"}},
        {"judged": "signal", "signal": {"name": "contact_gap", "within_seconds": {"chat": 60}}, "channels": ["chat"]},
    ],
)
def test_a_signal_with_its_settings_is_sound(item: dict[str, Any]) -> None:
    assert rules(**item) == []


def test_a_fallback_belongs_to_what_is_computed() -> None:
    assert rules(fallback="llm") == [("signal", "warning")]
    assert rules(fallback="llm", **SIGNAL) == []


def test_points_rise_from_the_first_level_to_the_last() -> None:
    assert rules(**scale(0, 0.5, 0.5)) == [("scale", "error")]
    assert rules(**scale(1, 0)) == [("scale", "error")]
    assert rules(**scale(0, 0.8)) == [("scale", "warning")]
    assert rules(**scale(0.2, 1)) == []


def test_a_condition_that_no_conversation_decides_is_found() -> None:
    policy = {**SOUND, "id": "policy", "title": "P", "question": "Is there a written policy?", "judged": "org"}
    needs_policy = {**SOUND, "applies_when": {"item": "policy", "label": "met"}}
    assert [(f.rule, f.item) for f in lint(policy, needs_policy)] == [("condition", "a")]
    conditional = {**policy, "applies_when": {"item": "a", "label": "met"}}
    assert [(f.rule, f.item, f.severity) for f in lint(conditional, SOUND)] == [("condition", "policy", "error")]


QUESTIONS = ("Did the agent greet the customer?", "Was a date given?", "Did anyone ask for the order number?")


def weights(*each: float, **first: Any) -> list[tuple[str, str, str | None]]:
    items = [{**SOUND, "id": f"i{at}", "question": QUESTIONS[at], "weight": weight} for at, weight in enumerate(each)]
    items[0] |= first
    return [(finding.rule, finding.severity, finding.item) for finding in lint(*items)]


def test_a_weight_that_does_nothing_or_everything_is_found() -> None:
    assert weights(1, 1, 2) == []  # half of it is not more than half
    assert weights(1, 1, 2.1) == [("weight", "warning", "i2")]
    assert weights(0, 1, 1) == [("weight", "warning", "i0")]
    assert weights(0, 1, 1, critical=True) == []
    assert ("weight", "error", None) in weights(0, 0, 0)
    assert ("weight", "error", None) in weights(1, penalty=True)
    assert weights(1, 3) == []  # of two, one has to be the heavier


def test_a_penalty_must_be_able_to_be_met_and_to_matter() -> None:
    audible = {"judged": "audio", "evidence": {"required_for": ["not_met"]}, "examples": []}
    assert weights(1, 1, 1, penalty=True) == []
    assert weights(1, 1, 1, penalty=True, critical=True) == [("weight", "warning", "i0")]
    assert weights(1, 1, 1, penalty=True, **audible) == [("weight", "error", "i0")]


@pytest.mark.parametrize("judged", ["org", "corpus", "audio"])
def test_critical_needs_somebody_who_can_say_met(judged: str) -> None:
    item = {"judged": judged, "critical": True, "evidence": {"required_for": ["not_met"]}, "examples": []}
    assert weights(1, 1, 1, **item) == [("weight", "warning", "i0")]


def test_two_questions_that_are_nearly_the_same_are_found_once() -> None:
    texts = {"en": "Did the agent thank the customer for waiting?", "de": "Hat der Agent für das Warten gedankt?"}
    other = {"en": "Did the agent thank the customer for the waiting?", "de": "Hat der Agent für das Warten gedankt?"}
    first, second = ({**SOUND, "id": name, "question": text} for name, text in (("a", texts), ("b", other)))
    (finding,) = lint(first, second)
    assert (finding.rule, finding.severity, finding.item) == ("duplicate_question", "warning", "b")
    assert "the same as a" in finding.message
