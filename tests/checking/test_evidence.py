from __future__ import annotations

import re
import unicodedata
from typing import Any, Literal, get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from llm_grader.checking.content import says_nothing
from llm_grader.checking.evidence import QuoteFinder, Unverified
from llm_grader.checking.wordless import is_denied, weight_of
from llm_grader.rubric.model import EvidenceRule
from llm_grader.transcript import Role, Segment, Transcript, Turn
from llm_grader.verdict import Evidence
from tests.support.effort import least_seconds

AGENT = EvidenceRule()
CUSTOMER = EvidenceRule.model_validate({"from": ["customer"]})


def conversation(*turns: Turn | str, **fields: Any) -> Transcript:
    """Texts are the agent's."""
    said = [turn if isinstance(turn, Turn) else Turn(role="agent", text=turn) for turn in turns]
    return Transcript(id="t", channel="chat", turns=tuple(said), **fields)


def resolve(
    quote: str, transcript: Transcript, rule: EvidenceRule = AGENT, turn: int | None = None
) -> Evidence | Unverified:
    return QuoteFinder(transcript).resolve(quote, rule, turn=turn)


def found(quote: str, transcript: Transcript, rule: EvidenceRule = AGENT, turn: int | None = None) -> Evidence:
    result = resolve(quote, transcript, rule, turn)
    assert isinstance(result, Evidence), result
    assert transcript.turns[result.turn].text[result.start : result.end] == result.quote
    assert transcript.turns[result.turn].role == result.role
    return result


def test_words_found_letter_by_letter_are_exact_with_offsets_in_code_points() -> None:
    # "👋🏽 " is three code points.
    evidence = found("Guten Tag", conversation("👋🏽 Guten Tag!"))
    assert (evidence.start, evidence.end, evidence.match) == (3, 12, "exact")


@pytest.mark.parametrize(
    ("text", "quote", "own"),
    [
        ("Good  morning,\u00a0Ms\r\nLee", "good morning, Ms Lee", "Good  morning,\u00a0Ms\r\nLee"),
        ("Sie sagten „morgen“, ja", 'Sie sagten "morgen"', "Sie sagten „morgen“"),
        ("Il a dit « oui » hier", "Il a dit “ oui ” hier", "Il a dit « oui » hier"),
        ("It’s fixed", "It's fixed", "It’s fixed"),
        ("Přeji krásný den", unicodedata.normalize("NFD", "Přeji krásný den"), "Přeji krásný den"),
        (unicodedata.normalize("NFD", "Jó napot"), "Jó napot", unicodedata.normalize("NFD", "Jó napot")),
        ("Mo–Fr, 9—17", "Mo-Fr, 9-17", "Mo–Fr, 9—17"),
        ("one moment… thanks", "one moment... thanks", "one moment… thanks"),
        ("Ver\u00adtrags\u00adnummer", "Vertragsnummer", "Ver\u00adtrags\u00adnummer"),
        ("your \u200brefund is\ufeff due", "your refund is due", "your \u200brefund is\ufeff due"),
        ("STRASSE 5", "Straße 5", "STRASSE 5"),
        ("I refunded it", "“… I refunded it …”", "I refunded it"),
        ("I refunded it", "[...] refunded it [...]", "refunded it"),
        ("I refunded it.", '"I refunded it..."', "I refunded it"),
        ("ﬁne, ５ days", "fine, 5 days", "ﬁne, ５ days"),
        ("네 (ㅋㅋ 감사합니다)", unicodedata.normalize("NFD", "ㅋㅋ  감사합니다"), "ㅋㅋ 감사합니다"),
    ],
)
def test_allowed_differences_give_the_transcripts_own_words(text: str, quote: str, own: str) -> None:
    evidence = found(quote, conversation(f"Hello there. {text}"))
    assert (evidence.quote, evidence.match) == (own, "normalised")


@pytest.mark.parametrize(
    ("quote", "problem"),
    [
        ("", Unverified.QUOTE_EMPTY),
        (" \n\u200b", Unverified.QUOTE_EMPTY),
        ("„…“", Unverified.QUOTE_EMPTY),
        (":", Unverified.QUOTE_TOO_SHORT),
        ("a!", Unverified.QUOTE_TOO_SHORT),
        ("he", Unverified.QUOTE_NOT_FOUND),
        ("can help", Unverified.QUOTE_NOT_FOUND),
        ("I can", Unverified.QUOTE_NOT_FOUND),
        ("refund of 1", Unverified.QUOTE_NOT_FOUND),
        ("the … 1,50", Unverified.QUOTE_NOT_FOUND),
    ],
)
def test_what_was_not_said_is_no_evidence(quote: str, problem: Unverified) -> None:
    assert resolve(quote, conversation("I can't help with the refund of 1,50 € :")) is problem


def test_the_hinted_turn_comes_first_then_letter_by_letter_then_the_first() -> None:
    transcript = conversation("THANK YOU", "Thank you", "thank you", "thank\nyou")
    assert found("thank you", transcript, turn=3).turn == 3
    assert found("thank you", transcript).turn == 2
    assert found("thank YOU", transcript).turn == 0
    assert found("thank you", transcript, turn=99).turn == 2
    assert found("thank you", transcript, turn=-1).turn == 2


def test_within_a_turn_the_place_that_agrees_letter_by_letter_is_taken() -> None:
    assert found("so sorry", conversation("SO SORRY, really so sorry")).start == 17
    assert found("la  la", conversation("la la  la")).start == 3


def test_a_wrong_hint_does_not_hide_the_quote() -> None:
    assert found("will call you", conversation("Hello", "I will call you"), turn=0).turn == 1


@pytest.mark.parametrize("role", [role for role in get_args(Role) if role != "agent"])
def test_only_the_rules_roles_count(role: Role) -> None:
    transcript = conversation(Turn(role=role, text="I am sorry"))
    assert resolve("I am sorry", transcript) is Unverified.QUOTE_OF_WRONG_ROLE
    assert found("I am sorry", transcript, EvidenceRule.model_validate({"from": ["agent", role]})).role == role


def test_of_several_agents_only_the_one_under_review_counts() -> None:
    turns = [Turn(role="agent", speaker=speaker, text=f"I am {speaker}") for speaker in ("Ann", "Bob")]
    transcript = conversation(*turns, agent_id="Bob")
    assert resolve("I am Ann", transcript) is Unverified.QUOTE_OF_WRONG_ROLE
    assert found("I am Bob", transcript).turn == 1


@pytest.mark.parametrize("changes", [{"visibility": "internal"}, {"kind": "note"}, {"kind": "event"}])
def test_notes_and_events_were_not_said(changes: dict[str, str]) -> None:
    turn = Turn.model_validate({"role": "agent", "text": "Customer verified", **changes})
    assert resolve("Customer verified", conversation(turn)) is Unverified.QUOTE_NOT_SAID


def email(*parts: tuple[str, str]) -> Turn:
    position, segments = 0, []
    for kind, text in parts:
        segments.append(Segment.model_validate({"kind": kind, "start": position, "end": position + len(text)}))
        position += len(text)
    return Turn(role="agent", text="".join(text for _, text in parts), segments=tuple(segments))


def test_only_the_authors_own_text_of_an_email_counts() -> None:
    transcript = conversation(
        email(
            ("body", "Dear Ms Lee,\n"), ("quoted", "> it is broken\n"), ("body", "we fixed it\n"), ("signature", "Ann")
        )
    )
    assert found("we fixed it", transcript).start == 28
    assert resolve("it is broken", transcript) is Unverified.QUOTE_NOT_SAID
    assert resolve("Ann Lee", transcript) is Unverified.QUOTE_NOT_FOUND
    assert resolve("we fixed it Ann", transcript) is Unverified.QUOTE_NOT_SAID


def test_the_authors_own_words_are_found_behind_the_same_words_quoted() -> None:
    transcript = conversation(email(("quoted", "> thank you\n"), ("body", "thank you")))
    assert found("thank you", transcript).start == 12


def test_the_most_telling_problem_is_reported() -> None:
    note = Turn(role="agent", kind="note", text="so sorry")
    assert resolve("so sorry", conversation(note, Turn(role="customer", text="so sorry"))) == "quote_of_wrong_role"


@pytest.mark.parametrize(
    "text",
    [
        "Thought process:",
        "**Solution:**",
        "Solution",
        "Let’s think step by step.",
        "解答",
        "Final Answer",
        "My dear Ms Lee:",
    ],
)
def test_turns_that_say_nothing_give_no_evidence(text: str) -> None:
    quote = re.sub(r"[*:.]", "", text)
    assert resolve(quote, conversation(text)) is Unverified.QUOTE_WITHOUT_CONTENT
    assert (
        resolve(quote, conversation(email(("body", text), ("signature", "\nAnn")))) is Unverified.QUOTE_WITHOUT_CONTENT
    )


@pytest.mark.parametrize(
    "text", ["Solution: restart it", "The solution is to restart", "Please restart it as follows now:"]
)
def test_a_heading_with_something_behind_it_is_content(text: str) -> None:
    assert found(text, conversation(text)).match == "exact"


def test_an_empty_conversation_holds_no_quote() -> None:
    assert resolve("anything", conversation()) is Unverified.QUOTE_NOT_FOUND


# --- properties -------------------------------------------------------------------------------------------------------

WORDS = re.findall(
    r"\S+",
    "Guten Tag, Straße «oui» „Hallo“ don’t 1.234,50 € Přeji příjemný Köszönöm türelmét! õhtust tänan šašlõk שָׁלוֹם עולם "
    "مرحبا كيف नमस्ते ขอบคุณครับ น้ำ 한국어 谢谢您的来电 ありがとう 👨\u200d👩\u200d👧 👍🏽 ❤\ufe0f ﬁnal Ǆungla (ja) – — … "
    "e-mail Ver\u00adtrag x\u0323\u0307y İstanbul",
)
# Fillers are letters by their category, and nothing to see; sara am belongs to the letter before it; the deprecated ŉ
# is an apostrophe and an n, of which unwrapping takes the one.
NO_LETTERS = "\u115f\u1160\u3164\uffa0\u0e33\u0eb3\u0149"
SHOWN = st.characters(categories=["Lu", "Ll", "Lo", "Nd"], exclude_characters=NO_LETTERS)
LETTERS = st.text(SHOWN, min_size=1, max_size=6)
MIXED = st.sampled_from(WORDS) | LETTERS
BLANKS = st.sampled_from([" ", "  ", "\u00a0", "\r\n", "\n\n", " \u200b", "\u3000", "\t", " \u00ad "])
Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
SOURCE_FORMS: list[Form] = ["NFC", "NFD"]
JUDGE_FORMS: list[Form | None] = [None, "NFC", "NFD", "NFKC", "NFKD"]


@st.composite
def texts(draw: st.DrawFn, words: st.SearchStrategy[str] = MIXED) -> tuple[str, list[int]]:
    """A text and the offsets at which its words begin; the last offset is the text's end and a blank."""
    text, begins = "", []
    for _ in range(draw(st.integers(1, 12))):
        begins.append(len(text))
        form = draw(st.sampled_from(SOURCE_FORMS))
        text += unicodedata.normalize(form, draw(words)) + draw(BLANKS)
    return text, [*begins, len(text)]


def same_words(text: str) -> str:
    """What must be equal for words to be the same: written without the library, and without offsets."""
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc") or c.isspace())
    text = re.sub("[\ufe0e\ufe0f]", "", text)
    text = re.sub("[\"'„“”»«’‘‚]", "'", re.sub("[‐‑–—−]", "-", text))
    return re.sub(r"\s+", " ", text).strip()


def core(text: str) -> str:
    return same_words(text).strip("'. ")


@st.composite
def perturbed(draw: st.DrawFn, quote: str) -> str:
    """The quote with the differences a judge may add."""
    quote = "".join(draw(BLANKS) if c.isspace() else draw(st.sampled_from(SWAPS.get(c, c))) for c in quote)
    if draw(st.booleans()):
        quote = "".join(c.upper() if c.upper().casefold() == c.casefold() else c for c in quote)
    if form := draw(st.sampled_from(JUDGE_FORMS)):
        quote = unicodedata.normalize(form, quote)
    at = draw(st.integers(0, len(quote)))
    if not unicodedata.category(quote[at : at + 1] or "x").startswith("M") and not "ᄀ" <= quote[at : at + 1] <= "ᇿ":
        quote = quote[:at] + draw(st.sampled_from(["", "\u00ad", "\u200b", "\u2060"])) + quote[at:]
    return draw(st.sampled_from(["{}", "„{}“", "… {}", "{} ...", "'{}'", "“…{}…”", "\n{} "])).format(quote)


SWAPS = {"“": "“\"”'", "„": "„\"'«", "’": "’'`", "«": '«»"', "–": "–-—", "-": "-‑–", "…": ["…", "..."]}


@st.composite
def runs_of_words(draw: st.DrawFn, said: list[tuple[str, list[int]]]) -> str:
    text, begins = draw(st.sampled_from(said))
    first, last = sorted(draw(st.permutations(begins))[:2])
    return text[first:last].strip("\u00ad\u200b \u00a0\u3000\r\n\t")


@given(data=st.data())
@settings(max_examples=1000)
def test_any_run_of_words_is_found_however_the_judge_changed_it(data: st.DataObject) -> None:
    said = data.draw(st.lists(texts(), min_size=1, max_size=3))
    quote = data.draw(runs_of_words(said))
    assume(sum(map(str.isalnum, unicodedata.normalize("NFC", quote))) >= 2)
    assume(weight_of(quote))
    transcript = conversation("Lorem ipsum", *(text for text, _ in said))
    assume(not any(map(says_nothing, transcript.turns)))  # such a turn proves nothing, see test_content
    places = ((text, match.start()) for text, _ in said for match in re.finditer(re.escape(quote), text))
    assume(not any(is_denied(text, start) for text, start in places))  # what is denied proves nothing
    assume(resolve(quote, transcript) is not Unverified.QUOTE_DENIED)
    exact = found(quote, transcript)
    assert (exact.quote, exact.match) == (quote, "exact")
    assert core(found(data.draw(perturbed(quote)), transcript).quote) == core(quote)


@given(data=st.data())
@settings(max_examples=700)
def test_fabricated_quotes_are_never_found(data: st.DataObject) -> None:
    said = data.draw(st.lists(texts(), min_size=1, max_size=3))
    near = data.draw(runs_of_words(said))
    at = data.draw(st.integers(0, len(near)))
    quote = data.draw(texts())[0] if data.draw(st.booleans()) else near[:at] + data.draw(LETTERS) + near[at + 1 :]
    result = resolve(quote, conversation(*(text for text, _ in said)), turn=data.draw(st.none() | st.integers(0, 3)))
    if isinstance(result, Evidence):
        assert core(result.quote) == core(quote)
        assert result.quote == said[result.turn][0][result.start : result.end]
    if not any(core(quote) in same_words(text) for text, _ in said):
        assert isinstance(result, Unverified)


@given(data=st.data())
@settings(max_examples=400)
def test_a_customers_words_are_never_evidence_for_an_agent(data: st.DataObject) -> None:
    # The agent has other letters than the customer.
    theirs, begins = data.draw(texts(st.text("абвгд", min_size=3, max_size=6)))
    ours = data.draw(texts(st.text("abcde", min_size=3, max_size=6)))[0]
    quote = theirs[begins[0] : data.draw(st.sampled_from(begins[1:]))]
    transcript = conversation(ours, Turn(role="customer", text=theirs), ours)
    turn = data.draw(st.none() | st.integers(0, 2))
    assert resolve(data.draw(perturbed(quote)), transcript, turn=turn) is Unverified.QUOTE_OF_WRONG_ROLE
    assert found(quote, transcript, CUSTOMER, turn).turn == 1


# --- cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "Thank you for calling, I’ve checked your order… it arrives on Friday. ",
        unicodedata.normalize("NFD", "Děkuji za zavolání, objednávku jsem zkontroloval. "),
        "आपके कॉल के लिए धन्यवाद, मैंने आपका ऑर्डर देख लिया है। ",
        "a",
        "…",
    ],
)
def test_twenty_quotes_from_a_turn_of_a_hundred_kilobytes_take_less_than_two_seconds(sentence: str) -> None:
    text = (sentence * 100_000)[:100_000]

    def find() -> None:
        finder = QuoteFinder(conversation(text))
        for number in range(20):
            finder.resolve(text[number : 50 * number**2 + 2].upper() + " ok" * (number % 2), AGENT)

    assert least_seconds(find, below=2) < 2
