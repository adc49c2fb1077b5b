from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import MalformedInput
from llm_grader.readers.roles.role_doubts import role_warnings
from llm_grader.readers.roles.roles import RoleMapping, assign_roles, load_role_mapping, names_in
from llm_grader.signals.flags import flags_of
from llm_grader.transcript import Participant, Role, Transcript, Turn
from tests.support.exports import ASSEMBLYAI, AZURE_BATCH, read_one


def transcript(*turns: tuple[str | None, str], role: Role = "unknown", **fields: Any) -> Transcript:
    said = tuple(Turn(role=role, speaker=speaker, text=text) for speaker, text in turns)
    return Transcript(**{"id": "t", "channel": "call", "turns": said, **fields})


def decided(transcript: Transcript) -> dict[str | None, tuple[str, str | None]]:
    return {turn.speaker: (turn.role, turn.role_source) for turn in transcript.turns}


def test_what_the_source_states_stays_against_the_mapping_and_is_told() -> None:
    read = transcript(("a", "x"), role="customer")
    settled = assign_roles(read, RoleMapping(agents=("a",)))
    assert decided(settled) == {"a": ("customer", "source")}
    assert settled.turns[0].role_confidence == 1
    assert settled.warnings == ("speaker 'a': the source says customer, the mapping agent; the source's was kept",)


def test_the_mapping_decides_by_name_whatever_its_case_and_the_other_of_two_is_the_other_side() -> None:
    settled = assign_roles(transcript(("spk_1", "x"), ("spk_0", "y")), RoleMapping(agents=("SPK_1",)))
    assert decided(settled) == {"spk_1": ("agent", "mapping"), "spk_0": ("customer", "mapping")}
    assert [turn.role_confidence for turn in settled.turns] == [1, 0.9]


@pytest.mark.parametrize("shown", ["~ Shop London", "~Shop London", "~\u202fShop London", "Shop London"])
def test_the_sign_before_people_who_are_no_contacts_belongs_to_no_name(shown: str) -> None:
    mapping = RoleMapping(agents=(shown,))
    assert [mapping.role_of(name) for name in ("Shop London", "~ Shop London", "London")] == ["agent", "agent", None]


@pytest.mark.parametrize("agent", ["agent", "unknown"])
def test_who_is_left_when_the_agent_is_stated_is_no_guess_by_words(agent: Role) -> None:
    turns = (Turn(role=agent, text="Hello", speaker="Eva"), Turn(role="unknown", text="Hi", speaker="Bo"))
    found = assign_roles(Transcript(id="t", channel="chat", turns=turns), load_role_mapping(None, agents=["Eva"]))
    assert found.turns[1].role == "customer"
    assert "roles_by_cues" not in flags_of(found)


def test_who_is_left_when_the_agent_is_a_guess_is_a_guess_as_well() -> None:
    guessed = Turn(role="agent", text="Hello", speaker="Eva", role_source="cues", role_confidence=0.9)
    turns = (guessed, Turn(role="unknown", text="Hi", speaker="Bo"))
    found = assign_roles(Transcript(id="t", channel="chat", turns=turns), RoleMapping())
    assert (found.turns[1].role, found.turns[1].role_source) == ("customer", "cues")


def test_a_bot_beside_them_does_not_keep_two_people_from_being_told_apart() -> None:
    read = transcript(("a", "x"), ("b", "y"), ("menu", "z"))
    settled = assign_roles(read, RoleMapping(agents=("a",), speakers={"menu": "bot"}))
    assert [role for role, _ in decided(settled).values()] == ["agent", "customer", "bot"]


def test_what_a_machine_sends_under_the_agents_address_first_does_not_keep_the_customer_from_being_known() -> None:
    bot = Turn(role="bot", speaker="help", text="We got your mail.", role_source="source")
    answer = Turn(role="agent", speaker="help", text="It is on its way.", role_source="cues", role_confidence=0.9)
    asked = Turn(role="unknown", speaker="eva", text="Where is it?")
    for turns in ((asked, bot, answer), (bot, asked, answer), (asked, answer, bot)):
        settled = assign_roles(Transcript(id="t", channel="email", turns=turns), RoleMapping())
        assert decided(settled)["eva"] == ("customer", "cues")


def test_one_who_is_left_beside_several_agents_is_the_customer() -> None:
    read = transcript(("a", "x"), ("b", "y"), ("c", "z"))
    settled = assign_roles(read, RoleMapping(agents=("a", "c")))
    assert decided(settled)["b"] == ("customer", "mapping")
    known = Turn(role="agent", speaker="d", text="w", role_source="cues", role_confidence=0.9)
    mixed = assign_roles(read.model_copy(update={"turns": (*read.turns, known)}), RoleMapping(agents=("a", "c")))
    assert decided(mixed)["b"] == ("customer", "cues")


@pytest.mark.parametrize(
    "text",
    ["supervisor here", "hello supervisor here, joining", "Hi, this is the shift leader.", "Hier ist der Teamleiter"],
)
def test_one_who_is_left_beside_several_agents_and_says_they_are_of_the_staff_is_no_customer(text: str) -> None:
    settled = assign_roles(transcript(("a", "x"), ("b", text), ("c", "z")), RoleMapping(agents=("a", "c")))
    assert decided(settled)["b"][0] != "customer"
    asked = transcript(("a", "x"), ("b", "I want your manager."), ("c", "z"))
    assert decided(assign_roles(asked, RoleMapping(agents=("a", "c"))))["b"][0] == "customer"


@pytest.mark.parametrize(
    "roles",
    [
        RoleMapping(agents=("a",), customers=("c",)),
        RoleMapping(customers=("a", "c")),
        RoleMapping(speakers={"a": "bot", "c": "bot"}),
        RoleMapping(agents=("a",)),
    ],
)
def test_one_who_is_left_is_no_customer_where_one_is_known_or_two_are_left(roles: RoleMapping) -> None:
    settled = assign_roles(transcript(("a", "x"), ("b", "y"), ("c", "z")), roles)
    assert decided(settled)["b"] == ("unknown", "unknown")


def test_one_who_only_writes_notes_is_no_other_side() -> None:
    said = (Turn(role="customer", speaker="a", text="x"), Turn(role="agent", speaker="b", text="y"))
    note = Turn(role="unknown", speaker="c", text="z", kind="note", visibility="internal")
    settled = assign_roles(Transcript(id="t", channel="email", turns=(*said, note)), RoleMapping())
    assert decided(settled)["c"] == ("unknown", "unknown")


def test_with_three_speakers_nobody_is_the_other_side() -> None:
    settled = assign_roles(transcript(("a", "x"), ("b", "y"), ("c", "z")), RoleMapping(agents=("a",)))
    assert decided(settled) == {"a": ("agent", "mapping"), "b": ("unknown", "unknown"), "c": ("unknown", "unknown")}


@pytest.mark.parametrize(
    ("speaker", "role"),
    [
        ("jana@acme.test", "agent"),
        ("jana@mail.acme.test", "agent"),
        ("JANA@ACME.TEST", "agent"),
        ("acme.shop@gmail.test", "agent"),
        ("petr@gmail.test", "customer"),
        ("x@notacme.test", "customer"),
        ("Jana", None),
        ("0", "agent"),
        ("ch_1", "customer"),
        ("Channel 1, Speaker 0", "customer"),
        ("ivr", "bot"),
        (None, None),
    ],
)
def test_domains_addresses_channels_and_words_are_mapped(speaker: str | None, role: str | None) -> None:
    mapping = RoleMapping(
        domains=("acme.test",),
        addresses=("acme.shop@gmail.test",),
        channels={"0": "agent", "1": "customer"},
        speakers={"IVR": "bot"},
    )
    assert mapping.role_of(speaker) == role


@pytest.mark.parametrize(
    ("agent", "customer"),
    [
        ("Thank you for calling, how can I help you?", "I have a problem with my order."),
        ("Guten Tag, wie kann ich Ihnen helfen? Einen Moment bitte.", "Ich habe eine Frage, mein Paket fehlt."),
        ("Dobrý den, jak vám mohu pomoci? Podívám se na to.", "Mám problém, nefunguje mi internet."),
        ("Jó napot, miben segíthetek? Kérem a türelmét.", "Van egy problémám, nem működik az internetem."),
        ("Tere, kuidas saan teid aidata? Üks hetk, palun oodake.", "Mul on probleem, minu internet ei tööta."),
    ],
)
def test_clear_cues_decide_in_each_language_whoever_speaks_first(agent: str, customer: str) -> None:
    for turns in ((("A", agent), ("B", customer)), (("B", customer), ("A", agent))):
        settled = assign_roles(transcript(*turns), RoleMapping())
        assert decided(settled) == {"A": ("agent", "cues"), "B": ("customer", "cues")}
        assert all(0.5 <= (turn.role_confidence or 0) < 1 for turn in settled.turns)


def test_without_a_clear_margin_roles_stay_unknown() -> None:
    settled = assign_roles(transcript(("A", "Hello, how can I help?"), ("B", "Hello there.")), RoleMapping())
    assert decided(settled) == {"A": ("unknown", "unknown"), "B": ("unknown", "unknown")}
    assert settled.turns[0].role_confidence is None


@pytest.mark.parametrize(
    ("first", "caller", "second"),
    [
        (
            "Thank you for calling Lumo, how can I help you?",
            "I have a problem with my bill.",
            "Billing, Nora speaking, thank you for holding, how can I help?",
        ),
        (
            "Guten Tag, wie kann ich Ihnen helfen? Einen Moment bitte, ich verbinde Sie.",
            "Ich habe eine Frage zu, meine Rechnung stimmt nicht.",
            "Buchhaltung, vielen Dank fürs Warten, wie kann ich Ihnen helfen?",
        ),
        (
            "Dobrý den, jak vám mohu pomoci? Okamžik prosím, přepojím vás.",
            "Mám problém, moje faktura nesedí.",
            "Fakturace, děkuji za trpělivost, s čím vám mohu pomoci?",
        ),
    ],
)
def test_two_agents_to_whom_a_call_goes_one_after_the_other_are_both_known(
    first: str, caller: str, second: str
) -> None:
    settled = assign_roles(transcript(("A", first), ("B", caller), ("C", second)), RoleMapping())
    assert [role for role, _ in decided(settled).values()] == ["agent", "customer", "agent"]


@pytest.mark.parametrize(
    ("caller", "third"),
    [
        ("I have a problem with my bill.", "Hello there, let me see."),  # too little to tell
        ("Hello, it is me.", "Thank you for holding, how can I help?"),  # nobody is plainly the customer
        ("I have a problem with my bill.", "My order is late as well, and I need help."),  # a second customer
    ],
)
def test_one_who_is_heard_besides_an_agent_and_a_customer_is_no_agent_without_saying_so(
    caller: str, third: str
) -> None:
    agent = "Thank you for calling Lumo, how can I help you?"
    settled = assign_roles(transcript(("A", agent), ("B", caller), ("C", third)), RoleMapping())
    assert decided(settled)["C"][0] != "agent"


def test_a_recording_is_never_taken_for_the_agent() -> None:
    read = transcript(
        ("A", "Thank you for calling. For English press one. This call may be recorded. How can I help you?"),
        ("B", "Thank you for calling, how can I help you?"),
        ("C", "I have a problem with my order."),
    )
    assert [role for role, _ in decided(assign_roles(read, RoleMapping())).values()] == ["bot", "agent", "customer"]


def test_a_turn_without_a_speaker_is_never_guessed_at() -> None:
    settled = assign_roles(transcript((None, "how can I help you, let me check, may I have your name")), RoleMapping())
    assert decided(settled) == {None: ("unknown", "unknown")}


def test_the_agent_under_review_is_the_one_the_mapping_names() -> None:
    read = transcript(("Eva", "x"), ("Jan", "y"), role="agent")
    assert assign_roles(read, RoleMapping(agents=("jan",))).agent_id == "Jan"
    unnamed = assign_roles(read, RoleMapping())
    assert unnamed.agent_id is None
    assert unnamed.warnings == ("2 agents took part (Eva, Jan): all are graded together unless one is named",)


@pytest.mark.parametrize("name", ["2", "Tom", "tom@shop.example", "+420601"])
def test_who_is_meant_is_known_by_every_name_of_the_participant(name: str) -> None:
    tom = Participant(id="Tom (2)", role="unknown", name="Tom", email="Tom@shop.example", phone="+420601", key="2")
    mapping = load_role_mapping(None, agents=(name, "Ines"))
    for role in ("agent", "unknown"):
        read = transcript(("Eva", "x"), ("Tom (2)", "y"), role=role, participants=(tom,))
        settled = assign_roles(read, mapping)
        assert settled.agent_id == ("Tom (2)" if role == "agent" else None)
        assert decided(settled)["Tom (2)"][0] == "agent"
        assert mapping.unmatched(names_in(settled)) == ["'Ines'"]
    opposed = assign_roles(transcript(("Tom (2)", "y"), role="customer", participants=(tom,)), mapping)
    assert opposed.warnings == (
        "speaker 'Tom (2)': the source says customer, the mapping agent; the source's was kept",
    )


def test_a_name_that_is_said_counts_more_than_a_domain_that_follows() -> None:
    mapping = RoleMapping(agents=("7f3",), domains=("shop.example",))
    assert mapping.role_of("Tom", "tom@gmail.example", "7f3") == "agent"


def test_participants_get_the_roles_their_turns_got() -> None:
    read = transcript(("a", "x"), participants=(Participant(id="a", role="unknown"),))
    assert assign_roles(read, RoleMapping(agents=("a",))).participants[0].role == "agent"


_WORD = {"type": "pronunciation", "start_time": "0.5", "end_time": "0.9", "alternatives": [{"content": "Hello"}]}
_VOICEMAILS: dict[str, tuple[str, dict[str, Any]]] = {
    "azure": ("channel 0", {**AZURE_BATCH, "recognizedPhrases": AZURE_BATCH["recognizedPhrases"][:1]}),
    "transcribe": (
        "ch_0",
        {
            "results": {
                "transcripts": [{"transcript": "Hello"}],
                "channel_labels": {
                    "channels": [{"channel_label": "ch_0", "items": [_WORD]}, {"channel_label": "ch_1"}]
                },
            }
        },
    ),
    "assemblyai": (
        "channel 0",
        {
            **ASSEMBLYAI,
            "utterances": [],
            "words": [{"channel": 0, "start": 250, "end": 900, "confidence": 1, "text": "Hello"}],
        },
    ),
}


@pytest.mark.parametrize("source", _VOICEMAILS)
def test_the_one_channel_that_is_heard_is_whose_the_caller_says(tmp_path: Path, source: str) -> None:
    channel, export = _VOICEMAILS[source]
    told = read_one(tmp_path, export, RoleMapping(channels={"0": "agent", "1": "customer"}))
    assert [(turn.speaker, turn.role, turn.role_source) for turn in told.turns] == [(channel, "agent", "mapping")]
    assert told.warnings == ("no turn of a customer",)
    untold = read_one(tmp_path, export)
    assert [(turn.speaker, turn.role) for turn in untold.turns] == [(None, "unknown")]
    assert "the source does not tell the speakers apart" in untold.warnings


@pytest.mark.parametrize(
    ("turns", "warning"),
    [
        ([("agent", "a b")], "no turn of a customer"),
        ([("customer", "a b")], "no turn of an agent"),
        # 96 of 100 words are the agent's
        ([("agent", "w " * 96), ("customer", "w " * 4)], "the agent says 96% of the words"),
        ([("agent", "Hi"), ("customer", "Hello, how can I help you?")], "the customer greets like"),
        (
            [("agent", "For English press one. Please listen carefully"), ("customer", "a b c d e f")],
            "the agent sounds like a rec",
        ),
    ],
)
def test_what_speaks_against_the_roles_is_told(turns: list[tuple[Role, str]], warning: str) -> None:
    said = tuple(Turn(role=role, text=text) for role, text in turns)
    (found,) = role_warnings(Transcript(id="t", channel="call", turns=said))
    assert found.startswith(warning)


def test_a_plain_conversation_has_no_warnings() -> None:
    said = (Turn(role="agent", text="How can I help?"), Turn(role="customer", text="It is broken."))
    assert role_warnings(Transcript(id="t", channel="call", turns=said)) == []


def test_a_mapping_is_read_from_yaml_and_agents_of_the_command_line_come_on_top(tmp_path: Path) -> None:
    file = tmp_path / "roles.yaml"
    file.write_text('agents: [Eva]\nchannels: {"0": agent}\n')
    assert load_role_mapping(file, agents=["Jan"]).agents == ("Eva", "Jan")
    assert load_role_mapping(None) == RoleMapping()
    asked = RoleMapping(agents=("Eva",))
    assert asked.role_of("Jan") is None
    assert load_role_mapping(asked, agents=["Jan"]).role_of("Jan") == "agent"
    file.write_text("agents: [Eva]\nchanels: {}\n")
    with pytest.raises(MalformedInput, match=r"roles\.yaml: line 2: .*did you mean 'channels'"):
        load_role_mapping(file)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Hello, I am the virtual assistant of Acme."),
        ("de", "Hallo, ich bin der Chatbot von Acme."),
        ("cs", "Dobrý den, jsem váš virtuální asistent."),
        ("hu", "Üdvözlöm, az Acme virtuális asszisztense vagyok."),
        ("et", "Tere, olen juturobot Ada."),
    ],
)
def test_an_agent_who_says_to_be_a_machine_is_told(language: str, words: str) -> None:
    said = (Turn(role="agent", text=words), Turn(role="customer", text="Ada, Acme, a b c d e?"))
    warnings = role_warnings(Transcript(id="t", channel="chat", language=language, turns=said))
    assert any("sounds like a recording or a bot" in warning for warning in warnings)
