from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from llm_grader.asking.messages import language_name
from llm_grader.authoring.lint import lint_rubric
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import EvidenceRule, Item, Rubric, wording
from llm_grader.transcript import primary_language

DATA = Path(__file__).parents[1] / "data" / "rubrics"
CHECKLISTS = Path(__file__).parents[2].parent / "shared" / "checklists.md"

ROWS = {
    "helpdesk_qa": "greeting get_name apology_empathy use_name explain_problem avoid_jargon active_listening "
    "offer_solutions alternative_solution answer_questions product_knowledge timeframe required_actions "
    "process_outline educate positive_tone further_questions thank timely_resolution tags first_contact_resolution "
    "keep_informed no_blame extra_help",
    "service_standards": "policy transparency consistency easy_access response_speed courtesy accuracy responsiveness "
    "use_ai automation manage_expectations professionalism performance_plan agent_development track_results",
    "call_quality": "background_noise call_volume verify_customer active_listening understand_needs open_ticket "
    "fill_ticket consult_kb outline_options answer_questions summarise follow_up thank_you_mail ask_feedback "
    "close_ticket positive_attitude sincerity competence simple_relevant speak_clearly use_name leave_satisfied",
}
"""The rows of each checklist, as they are listed in the documents the rubrics derive from."""
LANGUAGES = {"en", "de", "cs", "hu", "et"}


def small() -> Rubric:
    return load_rubric(DATA / "small.yaml")


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "r.yaml"
    file.write_text(text, encoding="utf-8")
    return file


# What a file says is what the rubric holds.


def test_a_file_is_read_into_sections_and_items() -> None:
    rubric = small()
    assert [section.id for section in rubric.sections] == ["opening", "solving"]
    assert [item.id for item in rubric.items()] == ["greeting", "noise", "options", "in_time"]
    assert rubric.pass_mark == 75
    assert rubric.languages() == ("en", "de")
    assert rubric.item("options").critical
    assert rubric.item("noise").evidence.from_ == ("agent", "customer")
    condition = rubric.item("in_time").applies_when
    assert condition is not None
    assert condition.label == ("one", "several")


def test_what_counts_as_evidence_is_one_list_or_one_for_each_label() -> None:
    flat = EvidenceRule.model_validate({"from": ["customer", "agent"]})
    assert [flat.speakers(label) for label in (None, "met", "not_met")] == [("customer", "agent")] * 3
    by_label = EvidenceRule.model_validate({"from": {"met": ["agent"], "not_met": ["customer", "agent"]}})
    assert by_label.speakers("met") == ("agent",)
    assert by_label.speakers("not_met") == ("customer", "agent")
    # What no list names may be shown by anybody whose words count for something.
    assert by_label.speakers("cannot_assess") == by_label.speakers() == ("agent", "customer")


def test_speakers_are_named_for_labels_that_the_item_has() -> None:
    data = small().model_dump(mode="json", by_alias=True)
    data["sections"][0]["items"][0]["evidence"] = {"from": {"met": ["agent"], "greeted": ["agent"]}}
    with pytest.raises(ValidationError, match=r"item greeting: evidence\.from names 'greeted', expected one of met, "):
        Rubric.model_validate(data)


def test_what_the_transcript_cannot_show_is_policy_and_not_applicable_needs_its_own() -> None:
    item = Item.model_validate(
        {"id": "a", "title": "A", "question": "A?", "guidance": {"met": "yes", "cannot_assess": "cut off"}}
    )
    assert item.labels == ("met", "not_met", "cannot_assess")
    assert item.policy() == {"met": {"en": "yes"}, "cannot_assess": {"en": "cut off"}}


def test_a_path_may_be_text_or_a_path_object() -> None:
    assert load_rubric(str(DATA / "small.yaml")) == small()


def test_a_copy_with_other_sections_knows_their_items() -> None:
    whole = load_rubric(DATA / "small.yaml")
    assert whole.item("greeting").id == "greeting"
    changed = whole.sections[0].items[0].model_copy(update={"id": "hello"})
    copy = whole.model_copy(update={"sections": (whole.sections[0].model_copy(update={"items": (changed,)}),)})
    assert copy.item("hello") == changed
    with pytest.raises(KeyError):
        copy.item("greeting")
    assert whole.item("greeting").id == "greeting"


def test_plain_text_is_english() -> None:
    item = Item.model_validate({"id": "a", "title": "A title", "question": {"de": "Eine Frage?"}})
    assert item.title == {"en": "A title"}


def test_wording_falls_back_to_the_base_language_then_english_then_whatever_there_is() -> None:
    text = {"hu": "szia", "en": "hello", "de": "hallo"}
    assert [wording(text, code) for code in ("de", "de-AT", "cs")] == ["hallo", "hallo", "hello"]
    assert wording({"hu": "szia"}, "cs") == "szia"
    assert wording({}, "en") == ""


@pytest.mark.parametrize("code", ["de", "de-AT", "DE", "de_at", "De-Latn-AT"])
def test_a_variant_of_a_language_is_the_language_however_its_code_is_written(code: str) -> None:
    assert primary_language(code) == "de"
    assert wording({"en": "greet", "de": "grüßen"}, code) == "grüßen"
    assert load_rubric("helpdesk_qa").is_written_in(code)
    assert language_name(code) == "German"
    assert not load_rubric("helpdesk_qa").is_written_in("sk")


def test_labels_are_those_a_judge_may_give_and_points_those_it_earns() -> None:
    rubric = small()
    assert rubric.item("greeting").labels == ("met", "not_met", "cannot_assess")
    assert rubric.item("options").labels == ("none", "one", "several", "not_applicable", "cannot_assess")
    assert rubric.item("noise").labels == ("not_met", "cannot_assess")
    assert [rubric.item("options").points(label) for label in ("none", "one", "several")] == [0, 0.5, 1]
    with pytest.raises(KeyError):
        rubric.item("options").points("not_applicable")


def test_an_item_is_asked_on_its_own_channels_or_else_on_the_rubrics() -> None:
    rubric = small()
    questions = {
        item.id: [c for c in ("chat", "email", "call") if rubric.in_channel(item, c)] for item in rubric.items()
    }
    assert questions == {
        "greeting": ["chat", "call"],
        "noise": ["call"],
        "options": ["chat", "call"],
        "in_time": ["chat", "call"],
    }


def test_the_hash_is_that_of_the_content_not_of_the_file(tmp_path: Path) -> None:
    text = (DATA / "small.yaml").read_text(encoding="utf-8")
    assert load_rubric(written(tmp_path, f"# another comment\n{text}")).content_hash() == small().content_hash()
    assert (
        load_rubric(written(tmp_path, text.replace("weight: 2", "weight: 3"))).content_hash() != small().content_hash()
    )


def test_the_model_alone_refuses_what_the_loader_refuses() -> None:
    with pytest.raises(ValidationError, match="goes round in a circle"):
        Rubric.model_validate(
            {
                "id": "r",
                "version": "1",
                "title": "R",
                "sections": [
                    {
                        "id": "s",
                        "title": "S",
                        "items": [
                            {"id": "a", "title": "A", "question": "A?", "applies_when": {"item": "a", "label": "met"}}
                        ],
                    }
                ],
            }
        )


# The packaged rubrics.


def test_each_checklist_is_packaged() -> None:
    assert set(ROWS) <= set(packaged_rubrics())


@pytest.mark.parametrize("name", packaged_rubrics())
def test_a_packaged_rubric_is_called_as_its_file_and_has_no_lint_errors(name: str) -> None:
    rubric = load_rubric(name)
    assert rubric.id == name
    assert [finding for finding in lint_rubric(rubric) if finding.severity == "error"] == []


def texts(value: Any, path: str = "") -> list[tuple[str, dict[str, str]]]:
    """Every text of a dumped rubric: each mapping of language codes to strings, with the place where it stands."""
    if isinstance(value, list):
        return [found for number, entry in enumerate(value) for found in texts(entry, f"{path}[{number}]")]
    if not isinstance(value, dict):
        return []
    if value and all(re.fullmatch("[a-z]{2}", key) and isinstance(text, str) for key, text in value.items()):
        return [(path, value)]
    return [found for key, entry in value.items() for found in texts(entry, f"{path}.{key}")]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_text_of_a_packaged_rubric_is_written_in_each_of_its_languages(name: str) -> None:
    rubric = load_rubric(name)
    assert set(rubric.languages()) == LANGUAGES
    found = texts(rubric.model_dump(mode="json"))
    # A title and a question each at the least, so that a change of the dump cannot make this test empty.
    assert len(found) >= 2 * len(ROWS[name].split())
    listed = [*rubric.texts().values()]
    for section in rubric.sections:
        listed += section.texts().values()
        listed += (text for item in section.items for text in item.texts().values())
    assert [text for _, text in found] == listed
    incomplete = {
        place: set(text) ^ set(rubric.languages())
        for place, text in found
        if set(text) != set(rubric.languages()) or not all(words.strip() for words in text.values())
    }
    assert incomplete == {}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_packaged_rubric_has_an_item_for_each_row_of_its_checklist(name: str) -> None:
    assert {item.id for item in load_rubric(name).items()} >= set(ROWS[name].split())


@pytest.mark.skipif(not CHECKLISTS.exists(), reason="the checklists are not here")
def test_the_rows_listed_here_are_those_of_the_checklists() -> None:
    assert {name: " ".join(rows) for name, rows in checklist().items()} == ROWS


@pytest.mark.skipif(not CHECKLISTS.exists(), reason="the checklists are not here")
@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_item_is_judged_in_a_way_its_checklist_allows(name: str) -> None:
    rubric = load_rubric(name)
    odd = {
        row: ways
        for row, ways in checklist()[name].items()
        if not {rubric.item(row).judged, rubric.item(row).fallback} - {None} <= ways
    }
    assert odd == {}


def checklist() -> dict[str, dict[str, set[str]]]:
    """Rubric → row id → the ways in which the row may be judged."""
    rows: dict[str, dict[str, set[str]]] = {}
    for part in re.split(r"^## ", CHECKLISTS.read_text(encoding="utf-8"), flags=re.MULTILINE):
        head = re.match(r"H, part 1|S:|C:", part)
        if head:
            name = {"H": "helpdesk_qa", "S": "service_standards", "C": "call_quality"}[head[0][0]]
            titles, _, *table = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
            judged = titles.index("judged")
            rows[name] = {cells[0]: set(cells[judged].lower().split(", ")) for cells in table}
    return rows
