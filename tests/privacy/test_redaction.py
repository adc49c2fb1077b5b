from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_grader import Grader, load_rubric
from llm_grader.checking.evidence import QuoteFinder
from llm_grader.privacy.find import find_personal_data, is_card, is_iban
from llm_grader.privacy.redaction import name_in, redact, restore
from llm_grader.rubric.model import EvidenceRule
from llm_grader.testing import ScriptedJudge, answer
from llm_grader.transcript import Participant, Segment, Ticket, Transcript, Turn
from llm_grader.verdict import Evidence
from tests.support.effort import least_seconds

RUBRIC = load_rubric("helpdesk_qa")


def kinds(text: str, language: str, *names: str) -> list[tuple[str, str]]:
    return [(f.kind, text[f.start : f.end]) for f in find_personal_data(text, language=language, names=names)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Rufen Sie 0171 2345678 an oder schreiben Sie an a.b@example.com.", ["PHONE", "EMAIL"]),
        ("cs", "Volejte 777 123 456, účet CZ65 0800 0000 1920 0014 5399.", ["PHONE", "IBAN"]),
        ("hu", "A számom 06 30 123 4567, a kártyám 4111 1111 1111 1111.", ["PHONE", "CARD"]),
        ("et", "Helistage +372 5123 4567 või 5123 4567.", ["PHONE", "PHONE"]),
        ("en", "Call +44 20 7946 0958 about order 4870952797.", ["PHONE"]),
    ],
)
def test_numbers_and_addresses_are_found_where_they_are(language: str, text: str, expected: list[str]) -> None:
    assert [kind for kind, _ in kinds(text, language)] == expected


@pytest.mark.parametrize("text", ["order 4870952797", "CZ65 0800 0000 1920 0014 5398", "4111 1111 1111 1112", "1234"])
def test_numbers_that_fail_their_check_are_left_alone(text: str) -> None:
    assert kinds(text, "en") == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Geliefert am 09.06.2026, bezahlt am 2026-06-09."),
        ("hu", "A rendelés 06.11.2025 13:42-kor ment el."),
        ("et", "Arve summa on 48 708.00 eurot."),
        ("en", "The invoice RE-2026-851732 is for 1,299.00."),
        ("en", "Your parcel JD681479009537961716 is on its way."),
    ],
)
def test_dates_amounts_and_reference_numbers_are_left_alone(language: str, text: str) -> None:
    assert kinds(text, language) == []


@pytest.mark.parametrize(
    ("language", "number"),
    [("de-AT", "0664 123 4567"), ("de", "0664 123 4567"), ("en", "(415) 731-0123"), ("cs", "0905 123 456")],
)
def test_a_number_of_a_neighbouring_country_is_found_where_it_is_written_in_groups(language: str, number: str) -> None:
    assert kinds(f"-> {number}", language) == [("PHONE", number)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("tel 601 234 567", "601 234 567"),
        ("Ruf an: 0664 123 4567", "0664 123 4567"),
        ("tel 601234567", None),  # nine digits in a row are as likely an order
    ],
)
def test_without_a_language_a_number_in_groups_may_be_of_any_country(text: str, number: str | None) -> None:
    assert [text[f.start : f.end] for f in find_personal_data(text, language=None)] == ([number] if number else [])


@pytest.mark.parametrize(
    ("text", "number"),
    [("ring (+44 20 7946 0958) now", "+44 20 7946 0958"), ("ring (+44) 20 7946 0958", "(+44) 20 7946 0958")],
)
def test_brackets_around_a_number_stay(text: str, number: str) -> None:
    assert kinds(text, "en") == [("PHONE", number)]


@pytest.mark.parametrize(
    ("field", "text", "sent"),
    [
        ("555-0142", "refund call 555-0142, order 5550143", "refund call [PHONE_1], order 5550143"),
        ("(555) 010-4477", "call 555.010.4477 (555 0104477)", "call [PHONE_1] ([PHONE_1])"),
        ("(555) 010-4477", "call (555) 010-4477 or +1 555 010 4477", "call [PHONE_1] or [PHONE_1]"),
        ("+1 555 010 4477", "call (555) 010-4477; not 15550104477123", "call [PHONE_1]; not 15550104477123"),
        ("+31207940018", "call +31 20 794 0018", "call [PHONE_1]"),
        ("1234", "room 1234", "room 1234"),
        ("call me", "call me", "call me"),
    ],
)
def test_a_number_that_a_field_gives_is_found_in_any_groups_and_has_one_token(field: str, text: str, sent: str) -> None:
    person = Participant(id="a", role="customer", phone=field)
    ticket = Ticket(customer_contact=field)
    turns = (Turn(role="customer", text="Hello", subject=text),)
    for fields in ({"participants": (person,)}, {"ticket": ticket}):
        redacted = redact(Transcript(id="t", channel="email", language="en", turns=turns, **fields)).transcript
        assert redacted.turns[0].subject == sent


def test_what_somebody_is_called_is_found_beside_the_real_name_but_no_code() -> None:
    people = (
        Participant(id="gwendo (U2XXXXX)", role="unknown", name="Gwendolyn Marchetti"),
        Participant(id="U1AGENT", role="agent"),
    )
    turns = (Turn(role="agent", text="@gwendo, Marchetti: an agent"),)
    redacted = redact(Transcript(id="t", channel="chat", participants=people, turns=turns)).transcript
    assert redacted.turns[0].text == "@[NAME_1], [NAME_2]: an agent"


def test_who_is_called_by_a_number_has_it_found() -> None:
    turns = (Turn(role="customer", speaker="+999 555 0142", text="My number is +9995550142."),)
    assert redact(Transcript(id="t", channel="chat", turns=turns)).transcript.turns[0].text == "My number is [PHONE_1]."


def test_a_number_is_found_however_many_others_stand_before_it() -> None:
    assert kinds("item 1234567, " * 1100 + "call me at +49 171 2345678", "de") == [("PHONE", "+49 171 2345678")]


@pytest.mark.parametrize("some", ["item 1234567, ", "123 "])
def test_looking_through_many_numbers_takes_time_in_proportion(some: str) -> None:
    # 60,000 characters take 0.6 and 1.9 s; 10 s where an amount is looked for from each group to the last one
    assert least_seconds(lambda: kinds(some * (60_000 // len(some)), "de"), below=4) < 4


@pytest.mark.parametrize(
    "iban",
    [
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "de89 3704 0044 0532 0130 00",
        "DE89-3704-0044-0532-0130-00",
    ],
)
def test_an_iban_is_found_however_it_is_written_and_whatever_follows(iban: str) -> None:
    # the example of the ISO 13616 registry
    assert kinds(f"Konto {iban} und bald 12", "de") == [("IBAN", iban)]
    assert kinds(f"{iban} {iban}", "de") == [("IBAN", iban)] * 2


@pytest.mark.parametrize(
    "address", ["jana.novak (at) example.com", "jana dot novak at example dot com", "jana [at] mail punkt de"]
)
def test_an_address_in_words_is_found(address: str) -> None:
    assert kinds(f"Reach me at {address}", "en") == [("EMAIL", address)]
    assert kinds("Meet me at home on Friday (at noon).", "en") == []


def test_check_digits_follow_the_standards() -> None:
    assert is_iban("GB82 WEST 1234 5698 7654 32")  # the example of ISO 13616
    assert not is_iban("GB82 WEST 1234 5698 7654 33")
    assert is_card("4111 1111 1111 1111")
    assert is_card("378282246310005")
    assert not is_card("0000 0000 0000 0000")  # right by Luhn, and nobody's


@pytest.mark.parametrize(
    ("language", "text", "name", "words"),
    [
        ("cs", "Mluvím s paní Novákovou? Nováková u telefonu.", "Jana Nováková", ["Novákovou", "Nováková"]),
        ("hu", "Annának írok, Anna kérte.", "Anna Kiss", ["Annának", "Anna"]),
        ("et", "Kas Marile sobib?", "Mari Tamm", ["Marile"]),
        ("de", "Frau Müllers Vertrag; das Mühlrad bleibt.", "Müller", ["Müllers"]),
        ("de", "hier ist anna mueller, MÜLLER", "Anna Müller", ["anna", "mueller", "MÜLLER"]),
        ("de", "die anna kommt", "Anna Lang", []),
        ("cs", "Dobrý den, Marku, psala mi Blance.", "Marek Blanka", ["Marku", "Blance"]),
        ("cs", "Zdeňku, volal jste s Němcem?", "Zdeněk Němec", ["Zdeňku", "Němcem"]),
        ("en", "zoe o’brien and Ms O'Brien's order", "Zoë O'Brien", ["zoe", "o’brien", "O'Brien"]),
        ("de", "Joerg Weiss oder JÖRG WEISS", "Jörg Weiß", ["Joerg", "Weiss", "JÖRG", "WEISS"]),
        ("en", "maya_lopez, vip_maya", "Maya Lopez", ["maya", "lopez"]),
        ("en", "Vip_Maya and MAYA_1", "Maya Lopez", ["Maya", "MAYA"]),
        ("en", "This is Bo Li. bo li? BO LI's; Li, Bo", "Bo Li", ["Bo", "Li", "BO", "LI", "Li", "Bo"]),
        ("en", "the both live on, Bo said", "Bo Li", []),
        ("de", "Anna von Berg, Berg von der Post", "Anna von Berg", ["Anna", "von", "Berg", "Berg"]),
        ("en", "jan de vries de facto", "Jan de Vries", ["jan", "de", "vries"]),
        ("zh", "你好王伟，我是王伟国", "王伟", ["王伟", "王伟"]),
        ("en", "Hello 王伟, or 王 伟?", "王 伟", ["王伟", "王", "伟"]),
        ("zh", "国王的王伟", "王", []),
        ("ja", "山田太郎です", "山田 太郎", ["山田太郎"]),
        ("ko", "김민준님 안녕하세요", "김민준", ["김민준"]),
        ("uk", "Вітаю, Ян! Яна тут.", "Ян", ["Ян", "Яна"]),
        ("hu", "Kováccsal beszéltem, nagyon köszönöm. Nagyon!", "Kovács Nagy", ["Kováccsal"]),
    ],
)
def test_names_are_found_with_their_endings(language: str, text: str, name: str, words: list[str]) -> None:
    assert [word for _, word in kinds(text, language, name)] == words


def conversation() -> Transcript:
    return Transcript(
        id="t",
        channel="email",
        language="de",
        ticket=Ticket(customer_name="Silke Trautwein"),
        participants=(Participant(id="a", role="agent", name="Bernd Kolloch"),),
        turns=(
            Turn(role="customer", text="Hier ist Silke Trautwein, 0171 2345678.", subject="Frage von Silke"),
            Turn(
                role="agent",
                text="Guten Tag Frau Trautwein, ich rufe 0171 2345678 an.\n> Silke",
                segments=(Segment(kind="body", start=0, end=52), Segment(kind="quoted", start=52, end=59)),
            ),
        ),
    )


def test_the_same_value_has_the_same_token_throughout_a_transcript() -> None:
    redaction = redact(conversation())
    customer, agent = redaction.transcript.turns
    assert customer.text == "Hier ist [NAME_1] [NAME_2], [PHONE_1]."
    assert customer.subject == "Frage von [NAME_1]"
    assert agent.text == "Guten Tag Frau [NAME_2], ich rufe [PHONE_1] an.\n> [NAME_1]"
    assert redaction.values == {"[NAME_1]": "Silke", "[NAME_2]": "Trautwein", "[PHONE_1]": "0171 2345678"}
    assert agent.text[agent.segments[1].start :] == "> [NAME_1]"


_WRITTEN = st.text(st.sampled_from("AaNn1_'’ -.,áÁßé\u0301"), max_size=20)


@given(_WRITTEN, st.lists(_WRITTEN, max_size=3), st.sampled_from(["cs", "de", "en", "et", "hu", "fi", None]))
def test_whatever_the_names_what_is_found_lies_in_the_text(text: str, names: list[str], language: str | None) -> None:
    found = find_personal_data(text, language=language, names=names)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


def test_a_name_has_one_token_however_it_is_inflected() -> None:
    turns = (Turn(role="customer", text="Tady Marek Dvořáček."), Turn(role="agent", text="Dobrý den, pane Dvořáčku."))
    redaction = redact(
        Transcript(id="t", channel="call", language="cs", ticket=Ticket(customer_name="Marek Dvořáček"), turns=turns)
    )
    assert [turn.text for turn in redaction.transcript.turns] == [
        "Tady [NAME_1] [NAME_2].",
        "Dobrý den, pane [NAME_2].",
    ]
    assert redaction.values["[NAME_2]"] == "Dvořáček"
    assert redaction.spans[1][0].text == "Dvořáčku"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Kunde 2", ""),
        ("Zákazník", ""),
        ("Customer Service", ""),
        ("spk_0", ""),
        ("jana@example.com", ""),
        ("Agent Jana", "Jana"),
        ("Jana Nováková (Agent)", "Jana Nováková"),
    ],
)
def test_a_label_that_says_a_role_is_no_name(label: str, name: str) -> None:
    assert name_in(label) == name


def test_a_language_that_is_not_stated_is_recognised_from_the_words() -> None:
    text = "Dobrý den, prosím zavolejte mi zpátky na 777 123 456, děkuji."
    (turn,) = redact(Transcript(id="t", channel="chat", turns=(Turn(role="customer", text=text),))).transcript.turns
    assert "[PHONE_1]" in turn.text


def test_a_number_of_the_country_is_found_in_a_turn_in_another_language() -> None:
    turn = Turn(role="customer", text="Please call me on 777 123 456.", language="en")
    redaction = redact(Transcript(id="t", channel="chat", language="cs", turns=(turn,)))
    assert redaction.transcript.turns[0].text == "Please call me on [PHONE_1]."


@pytest.mark.parametrize(
    ("quote", "original"),
    [
        ("Guten Tag Frau [NAME_2]", "Guten Tag Frau Trautwein"),
        ("ich rufe [PHONE_1] an", "ich rufe 0171 2345678 an"),
        ("Guten Tag", "Guten Tag"),
    ],
)
def test_evidence_comes_back_to_the_original_words(quote: str, original: str) -> None:
    transcript, redaction = conversation(), redact(conversation())
    found = QuoteFinder(redaction.transcript).resolve(quote, EvidenceRule())
    assert isinstance(found, Evidence)
    back = restore(found, transcript.turns[found.turn], redaction.spans[found.turn])
    assert back.quote == original == transcript.turns[back.turn].text[back.start : back.end]


def test_a_token_that_is_cut_counts_as_a_whole() -> None:
    turn = conversation().turns[1]
    redaction = redact(conversation())
    text = redaction.transcript.turns[1].text
    name, number = text.index("[NAME_2]"), text.index("[PHONE_1]")

    def restored(start: int, end: int) -> str:
        evidence = Evidence(turn=1, role="agent", quote=text[start:end], start=start, end=end, match="exact")
        return restore(evidence, turn, redaction.spans[1]).quote

    assert restored(name + 3, number + 4) == "Trautwein, ich rufe 0171 2345678"
    assert restored(name + 3, name + 5) == "Trautwein"
    assert restored(name + 3, number) == "Trautwein, ich rufe "
    assert restored(name - 5, name + 1) == "Frau Trautwein"
    assert restored(number + 1, len(text)) == "0171 2345678 an.\n> Silke"


@given(
    st.lists(st.sampled_from(["Anna", "a@example.com", "+372 5123 4567", " ", "und", "ž", "🙂", "\n"]), max_size=30),
    st.data(),
)
def test_any_stretch_of_the_redacted_text_maps_into_the_original(words: list[str], data: st.DataObject) -> None:
    turn = Turn(role="agent", text=" ".join(words), speaker="Anna")
    redaction = redact(Transcript(id="t", channel="chat", turns=(turn,)))
    text, spans = redaction.transcript.turns[0].text, redaction.spans[0]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    evidence = Evidence(turn=0, role="agent", quote=text[start:end], start=start, end=end, match="exact")
    back = restore(evidence, turn, spans)
    assert back.quote == turn.text[back.start : back.end]
    whole = Evidence(turn=0, role="agent", quote=text, start=0, end=len(text), match="exact")
    assert restore(whole, turn, spans).quote == turn.text


def test_a_judge_sees_tokens_and_the_card_has_the_original_words() -> None:
    transcript = conversation()
    greeted = answer("met", (1, "Guten Tag Frau [NAME_2]"), reason="greets [NAME_2]")
    judge = ScriptedJudge({item.id: answer("not_met") for item in RUBRIC.items()} | {"greeting": greeted})
    card = Grader(RUBRIC, judge=judge, redact=True).grade(transcript)
    sent = "".join(message["content"] for call in judge.calls for message in call)
    assert not any(secret in sent for secret in ("Silke", "Trautwein", "2345678"))
    greeting = card.verdicts["greeting"]
    assert greeting.evidence[0].quote == "Guten Tag Frau Trautwein"
    assert greeting.reason == "greets Trautwein"
    for verdict in card.verdicts.values():
        for e in verdict.evidence:
            assert transcript.turns[e.turn].text[e.start : e.end] == e.quote
