"""Which language a conversation, and each turn of it, is in, where the source does not say. Offline."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, TypeVar

from llm_grader.transcript import Transcript, Turn, primary_language

_Spoken = TypeVar("_Spoken", Transcript, Turn)

LEAST_CHARACTERS = 20
"""Of a text, before anything is said about it."""

# What help desks in Europe are written to in. `zxx` is text in no language, such as order numbers and addresses.
_KNOWN = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl no pl pt ro ru sk sl sv tr uk"
_LANGUAGES = frozenset(_KNOWN.split())
_NO_LANGUAGE = "zxx"
_LEAST_CONFIDENCE = 0.6
_CHARACTERS_OF_A_TURN = 300
# Of 1,400 conversations that people had, in three languages, it is the same one by these as by the first 2,000.
_CHARACTERS_OF_A_BEGINNING = 150
_CHARACTERS_OF_ALL = 300
_MOST_TURNS = 1000

# Words by which most turns show that they are in the language of their conversation, in a tenth of the time.
_TELLING = {
    "en": """
        i the you your and it my have that this with are not be would what for of can we there here they how when where
        which who been has had does did don just know like need want get please thanks thank okay yeah yes hello sorry
        about because from if or but at all any some more very right good could should think see help our their them
    """,
    "de": """
        ich sie das der nicht ein eine mit mir es wir haben habe ihnen auf bei kann wie für auch und ist zu noch schon
        dann aber oder wenn mein meine ihr ihre danke bitte nein guten vielen dem im vom zum zur einen einem wird werden
        wurde sind hier gerne mal jetzt heute morgen natürlich leider sehr
    """,
    "cs": """
        je se na to jsem jsme že si mi vás tak ale pro by prosím bych ano jak mám nebo dobrý děkuji není už jsou jste já
        vám ještě když protože který která které od po při ze byl bylo byla máte můžete můžu tady teď dobře samozřejmě
    """,
    "hu": """
        az és hogy nem van meg ez egy kérem köszönöm jó csak már volt igen vagy ha önnek lesz nekem még mert akkor itt
        ott kell lehet tudom tudja szeretném rendben napot kívánok mit hol mikor nincs vannak azt ezt aki ami mint után
        én ön önök
    """,
    "et": """
        ja on ei see ma te et mis kas aga või oli teie minu siis palun tere aitäh mul olen seda kui ka saan teil meie
        mind teid väga praegu hetkel juba veel mida kus kuidas ole oleks pole selle sellest tänan jah kohe nüüd
    """,
}
_OWN_WORDS = {language: frozenset(words.split()) for language, words in _TELLING.items()}
_OTHER_WORDS = {
    language: frozenset().union(*(words for other, words in _OWN_WORDS.items() if other != language))
    for language in _OWN_WORDS
}
_WORD = re.compile(r"[^\W\d_]+")


def with_languages(transcript: Transcript) -> Transcript:
    """The transcript with the languages that are missing and can be told; what the source states stays.

    A turn has a language of its own only where it is another one than the transcript's. Only the first 1,000 turns are
    looked at one by one, and none where the language stated is one that could not be told from its neighbours.
    """
    language = language_of(transcript)
    stated = "" if language is None else primary_language(language)
    if stated and stated not in _LANGUAGES:
        return transcript
    looked_at = tuple(_with_own(turn, stated) for turn in transcript.turns[:_MOST_TURNS])
    tagged = transcript.model_copy(update={"turns": (*looked_at, *transcript.turns[_MOST_TURNS:])})
    return tagged if language == transcript.language else _with_language(tagged, language)


def language_of(transcript: Transcript) -> str | None:
    """The language that is stated, else the one that the beginnings of the turns are in, if that can be told."""
    return transcript.language or detect_language(_sample(transcript))


def likely_language(transcript: Transcript) -> str | None:
    """The language that is stated, else one of the five whose telling words stand at the beginning, else `language_of`.

    A tenth of the time and none of the memory of `language_of` for most; a language near to one of the five, as Slovak
    is to Czech, passes for it. For choosing words to look for, where that does no harm.
    """
    if transcript.language:
        return transcript.language
    sample = _sample(transcript)
    told = [language for language in _OWN_WORDS if _is_plainly(sample, language)]
    return told[0] if len(told) == 1 else detect_language(sample)


def detect_language(text: str) -> str | None:
    """The BCP 47 code of the language a text is in; None where that is uncertain, or it has under 20 characters."""
    return None if len(text.strip()) < LEAST_CHARACTERS else _classified(text)


@lru_cache(maxsize=4096)
def _classified(text: str) -> str | None:
    # the phrases of agents and machines come again and again
    language, _ = _identifier().classify(text)
    return language if language in _LANGUAGES else None


def _sample(transcript: Transcript) -> str:
    """The beginnings of the turns, up to 300 characters of them."""
    sample = ""
    for turn in transcript.turns[:_MOST_TURNS]:
        if turn.spoken:
            sample += f"{_written(turn)[:_CHARACTERS_OF_A_BEGINNING]}\n"
        if len(sample) > _CHARACTERS_OF_ALL:
            break
    return sample[:_CHARACTERS_OF_ALL]


def _written(turn: Turn) -> str:
    """The first 300 characters that the turn's author wrote."""
    if not turn.segments:
        return turn.text[:_CHARACTERS_OF_A_TURN]
    return "\n".join(turn.text[start:end] for start, end in turn.body_spans())[:_CHARACTERS_OF_A_TURN]


def _with_own(turn: Turn, language: str) -> Turn:
    if turn.language is not None or not turn.spoken:
        return turn
    words = _written(turn)
    if len(words.strip()) < LEAST_CHARACTERS or _is_plainly(words, language):
        return turn
    own = detect_language(words)
    return turn if own in (None, language) else _with_language(turn, own)


def _is_plainly(text: str, language: str) -> bool:
    """Whether the text holds telling words of this language, and of no other half as many."""
    if language not in _OWN_WORDS:
        return False
    folded = text.casefold()
    apart = frozenset(folded.split())  # words beside which no mark stands: most, and a quarter of the time
    if len(_OWN_WORDS[language] & apart) > 1 and _OTHER_WORDS[language].isdisjoint(apart):
        return True
    words = frozenset(_WORD.findall(folded))
    own, others = len(_OWN_WORDS[language] & words), _OTHER_WORDS[language] & words
    return own > 0 and all(own > 2 * len(_OWN_WORDS[other] & others) for other in _OWN_WORDS if other != language)


def _with_language(spoken: _Spoken, language: str | None) -> _Spoken:
    return spoken.model_copy(update={"language": language, "language_source": "detected"})


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=_LEAST_CONFIDENCE)
    identifier.set_languages({*_LANGUAGES, _NO_LANGUAGE})
    return identifier
