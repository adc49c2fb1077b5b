"""Identity: what is hashed, what is not, and what a new version of the library may never change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

from llm_grader.content import content_hash, content_of, differing
from llm_grader.gateway.endpoint import CHANGES_NO_GRADE, Endpoint, parameters_of
from llm_grader.grader.grader import Grader
from llm_grader.grader.identity import Identity
from llm_grader.grading.confidence import Calibration, ErrorRates, Fitted, LogitLine, hash_of, load_calibration
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import (
    Condition,
    EvidenceRule,
    Example,
    Guidance,
    Item,
    Level,
    Rubric,
    Scale,
    Section,
    Signal,
    Text,
)
from llm_grader.store.store import Store
from llm_grader.testing import ScriptedRequest, ScriptedResponse, ScriptedServer, completion
from llm_grader.transcript import Model, Participant, Segment, Ticket, Transcript, Turn
from llm_grader.verdict import PARAMETER_DEFAULTS, Provenance
from tests.support.scripted import answers, item, rubric, transcript

# Pinned: with another value here, everything that users have stored is paid for again.

RUBRICS = {  # version and hash: they may change together only, see the failing test for the new ones
    "call_quality": ("1.1", "af930281c495919c04708daa2f267124f93b5bdbb32dcbbcef939834f4903e77"),
    "helpdesk_qa": ("1.1", "7a1c7c03d86e48607734fa5913051bb00315f513af5fc936e74a9162daa66a51"),
    "service_standards": ("1.1", "fe36a68027e3502ef98feddc700b43e3b3eeecc0ee29eef6b455ed6e0a2925d3"),
}
TRANSCRIPT = "af4bba2fb664cccd7bf6bc7a15fc261052637968a0ba1e9884b4f77e807d31c9"  # this one may not change at all
RELEASED_DEFAULTS = Path(__file__).parent / "data" / "identity" / "defaults.json"
"""The defaults of every field that counts, by model and field. New fields are added; no line is ever changed."""

HASHED: tuple[type[BaseModel], ...] = (
    *(Rubric, Section, Item, Guidance, Scale, Level, EvidenceRule, Condition, Signal, Example),
    *(Transcript, Turn, Segment, Participant, Ticket),
    *(Calibration, LogitLine, ErrorRates, Fitted, Provenance),
)


def talk() -> Transcript:
    return Transcript.model_validate(
        {
            "id": "any",
            "channel": "email",
            "language": "de",
            "turns": [
                {"role": "customer", "text": "Wo bleibt mein Paket?", "at": "2026-03-02T09:15:00+01:00"},
                {"role": "agent", "speaker": "ana", "text": "Es ist unterwegs.", "at": "2026-03-02T10:00:00Z"},
            ],
            "ticket": {"tags": [], "csat": 4, "vendor": {"Größe": 1.5}},
        }
    )


@pytest.mark.parametrize("rubric_id", RUBRICS)
def test_the_hash_of_a_packaged_rubric_is_that_of_its_version(rubric_id: str) -> None:
    found = load_rubric(rubric_id)
    assert (found.version, found.content_hash()) == RUBRICS[rubric_id]


def test_the_hash_of_a_transcript_is_the_same_in_every_version_of_the_library() -> None:
    assert talk().content_hash() == TRANSCRIPT


def defaults_of(model: type[BaseModel]) -> dict[str, Any]:
    return {
        name: content_of(field.get_default(call_default_factory=True))
        for name, field in model.model_fields.items()
        if not field.is_required()
    }


def test_no_released_default_has_changed() -> None:
    released = json.loads(RELEASED_DEFAULTS.read_text("utf-8"))
    found = {model.__name__: defaults_of(model) for model in HASHED}
    for model, fields in released.items():
        assert {name: found[model].get(name, "gone") for name in fields} == fields
    assert found == released, "add the new fields to the file of released defaults"


def test_the_defaults_of_parameters_are_those_of_a_grader_of_which_nothing_else_is_asked() -> None:
    parameters = Grader(rubric(), "m", base_url="http://127.0.0.1:1/v1").identity.base.parameters
    assert {**PARAMETER_DEFAULTS, **parameters} == PARAMETER_DEFAULTS
    assert differing(parameters, PARAMETER_DEFAULTS) == {}
    assert PARAMETER_DEFAULTS.keys() - parameters.keys() == {"logprobs", "params"}  # named only where they are set


def test_each_setting_of_an_endpoint_that_can_change_a_grade_has_its_default_among_those_of_parameters() -> None:
    counting = {name: value for name, value in defaults_of(Endpoint).items() if name not in CHANGES_NO_GRADE}
    assert counting.pop("params") == json.loads(str(PARAMETER_DEFAULTS["params"])) == {}
    counting["params"] = PARAMETER_DEFAULTS["params"]  # one text, for parameters are plain values
    assert counting == {name: value for name, value in PARAMETER_DEFAULTS.items() if name in Endpoint.model_fields}


# What counts.


class Inner(Model):
    share: float = 1
    note: str | None = None


class Outer(Model):
    name: str = ""
    inner: Inner = Inner()
    listed: tuple[Inner, ...] = ()
    by_name: dict[str, Any] = Field(default_factory=dict)
    times: tuple[str, ...] | None = None


class LaterInner(Inner):
    more: str = "usual"


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (Outer(), {}),
        (Outer(name="", inner=Inner(share=1.0), listed=(), by_name={}, times=None), {}),
        (Outer(times=()), {"times": []}),  # known to be empty is another thing than not known
        (Outer(listed=(Inner(),)), {"listed": [{}]}),
        (Outer(inner=Inner(share=0.5)), {"inner": {"share": 0.5}}),
        (Outer(by_name={"a": None, "b": ""}), {"by_name": {"a": None, "b": ""}}),
        (Outer(listed=(LaterInner(), LaterInner(more="else"))), {"listed": [{}, {"more": "else"}]}),
        ({"a": [Outer()], "b": Inner()}, {"a": [{}], "b": {}}),
    ],
)
def test_what_stands_at_its_default_is_left_out_at_every_depth(value: Any, content: Any) -> None:
    assert content_of(value) == content


def test_a_whole_number_is_the_same_as_int_and_as_float_and_is_no_bool() -> None:
    assert content_hash({"a": 1, "b": [2.0]}) == content_hash({"a": 1.0, "b": [2]})
    assert content_hash({"a": 1}) != content_hash({"a": True})
    raw = Inner(share=0.5)
    assert content_hash(raw.model_copy(update={"share": 2})) == content_hash(Inner(share=2.0))


def test_the_order_of_keys_is_no_part_of_it_and_that_of_lists_is() -> None:
    assert content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    assert content_hash([1, 2]) != content_hash([2, 1])


def greeted(question: dict[str, str]) -> Rubric:
    return rubric(item(question=question))


def test_the_order_of_languages_counts_only_where_a_reader_may_fall_back_to_the_first() -> None:
    with_english = ({"de": "Gegrüßt?", "en": "Greeted?"}, {"en": "Greeted?", "de": "Gegrüßt?"})
    without = ({"de": "Gegrüßt?", "hu": "Köszönt?"}, {"hu": "Köszönt?", "de": "Gegrüßt?"})
    assert len({greeted(question).content_hash() for question in with_english}) == 1
    assert len({greeted(question).content_hash() for question in without}) == 2


def test_a_conversation_is_the_same_under_another_id_and_with_other_warnings() -> None:
    other = talk().model_copy(update={"id": "other", "warnings": ("guessed",), "metadata": {"a": 1}})
    assert other.content_hash() == talk().content_hash()
    assert talk().model_copy(update={"language": None}).content_hash() != talk().content_hash()


@pytest.mark.parametrize("update", [None, {"role": "customer"}, {"role": "customer", "speaker": "Ana"}])
def test_a_copy_is_as_pydantic_makes_it(update: dict[str, Any] | None) -> None:
    turn = Turn(role="agent", text="Hello", start=1.5)
    copy, plain = turn.model_copy(update=update), BaseModel.model_copy(turn, update=update)
    assert copy == plain
    assert copy.model_fields_set == plain.model_fields_set
    assert (turn.role, turn.speaker, turn.model_fields_set) == ("agent", None, {"role", "text", "start"})


def test_a_key_depends_on_neither_key_nor_family() -> None:
    base = Grader(rubric(), "m", base_url="http://127.0.0.1:1/v1").identity.base
    stamped = base.model_copy(update={"key": "k", "family": "f"})
    assert (
        Identity(base, "/v1").key(talk())
        == Identity(base, "/v1").provenance(talk()).key
        == Identity(stamped, "/v1").key(talk())
    )
    assert Identity(base, "/v2").key(talk()) != Identity(base, "/v1").key(talk())


# A later version of the library: the same models, each with one more optional field.


class LaterItem(Item):
    hint: Text = Field(default_factory=dict)


class LaterTurn(Turn):
    mood: str | None = None


class LaterTranscript(Transcript):
    place: str | None = None


class LaterEndpoint(Endpoint):
    top_p: float = 1.0


class LaterCalibration(Calibration):
    remarks: tuple[str, ...] = ()


def later_rubric(now: Rubric, **changes: Any) -> Rubric:
    def later(section: Section) -> Section:
        items = tuple(LaterItem.model_validate({**one.model_dump(by_alias=True), **changes}) for one in section.items)
        return section.model_copy(update={"items": items})

    return now.model_copy(update={"sections": tuple(map(later, now.sections))})


def later_transcript(now: Transcript, **changes: Any) -> Transcript:
    turns = tuple(LaterTurn.model_validate({**turn.model_dump(), **changes}) for turn in now.turns)
    return LaterTranscript.model_validate({**now.model_dump(), "turns": ()}).model_copy(update={"turns": turns})


def respond(request: ScriptedRequest) -> ScriptedResponse:
    return completion(answers(*request.item_ids()))


def fitted_for(provenance: Provenance) -> Fitted:
    judge = provenance.model_dump(include={"rubric_id", "rubric_version", "rubric_hash", "prompt_hash", "model"})
    rest = {"data": "gold", "data_hash": "d", "label_source": "human", "transcripts": 1, "labels": 1, "method": "none"}
    when = {"fitted_at": "2026-01-01T00:00:00Z", "library_version": "0.1.0"}
    asked = {"endpoint": provenance.endpoint, "parameters": provenance.parameters}
    return Fitted.model_validate({**judge, **rest, **when, **asked})


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_new_optional_field_leaves_stored_results_and_calibrations_valid(tmp_path: Path, temperature: float) -> None:
    """One added empty field used to change the hash of every rubric: everything was paid for again."""
    with ScriptedServer(respond) as server, Store(tmp_path / "llm-grader.db") as store:
        settings: dict[str, Any] = {"model": "m", "base_url": server.base_url, "temperature": temperature}
        first = Grader(rubric(), endpoint=Endpoint(**settings), store=store)
        card = first.grade(transcript())
        assert len(server.requests) == 1
        file = tmp_path / "calibration.json"
        file.write_text(Calibration(fitted=fitted_for(card.provenance)).model_dump_json(), "utf-8")

        later = Grader(later_rubric(rubric()), endpoint=LaterEndpoint(**settings), store=store, calibration=file)
        again = later.grade(later_transcript(transcript()))
        assert len(server.requests) == 1
        assert again.provenance.key == card.provenance.key

        for other in (
            Grader(later_rubric(rubric(), hint="Look at the end."), endpoint=Endpoint(**settings), store=store),
            Grader(rubric(), endpoint=LaterEndpoint(**settings, top_p=0.5), store=store),
        ):
            assert other.provenance(transcript()).key != card.provenance.key
        assert later.provenance(later_transcript(transcript(), mood="calm")).key != card.provenance.key


def test_a_calibration_with_a_new_optional_field_is_the_same_one(tmp_path: Path) -> None:
    provenance = Grader(rubric(), "m", base_url="http://127.0.0.1:1/v1").identity.base
    now = Calibration(fitted=fitted_for(provenance), lines={"greeting": LogitLine(slope=1, intercept=0, labels=50)})
    file = tmp_path / "calibration.json"
    file.write_text(now.model_dump_json(), "utf-8")
    later = LaterCalibration.model_validate(now.model_dump())
    assert hash_of(later) == hash_of(now) == hash_of(load_calibration(file))
    assert hash_of(later.model_copy(update={"remarks": ("by hand",)})) != hash_of(now)


def test_a_parameter_that_is_not_named_is_at_its_default() -> None:
    provenance = Grader(rubric(), "m", base_url="http://127.0.0.1:1/v1").identity.base
    silent = provenance.model_copy(update={"parameters": {}})
    Calibration(fitted=fitted_for(silent)).check(provenance)
    Calibration(fitted=fitted_for(provenance)).check(silent)
    assert Identity(silent, "/v1").key(talk()) == Identity(provenance, "/v1").key(talk())


def test_of_an_endpoint_all_that_is_set_counts_but_where_it_is_and_how_fast() -> None:
    plain = Endpoint(model="m")
    same = Endpoint(model="m", timeout=5, requests_per_minute=3, api_key="secret", allow_http=True, trust_env=True)
    assert parameters_of(same) == parameters_of(plain)
    assert parameters_of(Endpoint(model="m", logprobs=True)) == {**parameters_of(plain), "logprobs": True}
