"""What the names of columns, or keys of objects, say that they hold, in the languages of our users."""

from __future__ import annotations

import re
from collections.abc import Mapping

from llm_grader.readers.guesses.time_names import says_when
from llm_grader.readers.roles.role_words import plain
from llm_grader.readers.tables.note_words import last_key

_NAMES = {
    "text": "text body content message msg utterance sentence transcript comment words said reply plain_text "
    "body_text message_text description nachricht inhalt zprava text_zpravy uzenet szoveg sonum sisu tekst "
    "obsah mensaje contenido texte contenu tresc wiadomosc",
    "role": "role sender_type author_type participant_role participant_type speaker_role from_type user_type "
    "actor_type sender_role direction who party side sent_by from_agent inbound incoming is_incoming is_agent "
    "from_customer is_customer outbound outgoing rolle wer kdo role_mluvciho szerep roll kes",
    "speaker": "speaker author sender name speaker_name author_name sender_name from agent user participant speaker_id "
    "sprecher absender autor mluvci odesilatel felado saatja speaker_label nick username display_name "
    "author_id sender_id auteur expediteur remitente nadawca",
    "at": "created_at timestamp time date sent_at created datetime date_time ts created_time sent created_datetime "
    "message_time createdat sentat datum zeit uhrzeit cas ido datum_cas aeg kuupaev when at "
    "fecha hora fecha_hora heure date_heure date_et_heure idopont kellaaeg data godzina data_godzina datum_uhrzeit "
    "datum_a_cas kuupaev_kellaaeg data_i_godzina fecha_y_hora",
    "start": "start start_time starttime begin begin_time start_ms start_millis start_time_ms startms "
    "start_milliseconds offset_ms begin_ms offset start_offset from_time time_offset",
    "end": "end end_time endtime stop end_ms end_millis end_time_ms endms end_milliseconds end_offset to_time",
    "visibility": "internal private is_internal is_private public is_public visibility visible hidden",
    "kind": "kind part_type message_type comment_type event_type",
    "subject": "subject betreff predmet targy teema",
    "id": "conversation_id conversationid chat_id ticket_id case_id call_id thread_id session_id dialogue_id "
    "dialog_id interaction_id contact_id transcript_id conversation chat ticket case call thread session "
    "vorgang vorgangsnummer ticketnummer gesprach id nr number no key konverzace hovor beszelgetes vestlus "
    "cislo ticket_no case_no fallnummer gesprachsnummer",
    "language": "language lang locale sprache jazyk nyelv keel",
    "channel": "channel kanal csatorna medium media_type",
    "order": "turn_index turn_number turn_no turn_id turn message_index message_number message_no sequence_number "
    "sequence seq seq_no position order index line_number row poradi sorszam jarjekord reihenfolge",
}
_RANK = {part: {name: place for place, name in enumerate(names.split())} for part, names in _NAMES.items()}
LEAST = 1000
"""The rank of names that are not listed, such as `Číslo případu` of an id, or `Erstellt am` of a time."""

_NUMBERS = frozenset(
    re.findall(
        r"\w+",
        "id ids no nr num number key ref reference identifier uuid n nummer kennung cislo kod szam szama azonosito "
        "azonositoja number numero numer identifiant identificador identyfikator",
    )
)
_CONVERSATIONS = frozenset(
    re.findall(
        r"\w+",
        "conversation chat ticket case thread session dialogue dialog interaction transcript incident issue inquiry "
        "enquiry conv convo room request call konversation konversations anruf "
        "anrufs sitzung sitzungs kontakt juhtum poordumine jednani vorgang vorgangs fall anfrage gesprach "
        "gesprachs unterhaltung chats tickets konverzace rozhovoru "
        "hovoru tiketu pripadu pozadavku chatu ugy jegy beszelgetes hivas vestluse kone pileti juhtumi poordumise "
        "dossier demande conversacion caso sesion zgloszenia rozmowy sprawy",
    )
)
_JOINED_ID = re.compile(
    r"(chat|call|conv|conversation|ticket|case|thread|session|room|issue|konversations|anruf)(?:id|nr|no)"
)
_AROUND = frozenset(("mail", "message", "call", "contact"))
_ALONE = frozenset(("reference", "ref", "tiket", "jegy", "ugyszam", "jegyszam", "hivasszam", "caso", "dossier"))
_UNIT = re.compile(
    r"[ _(\[-](ms|msecs?|millis|milliseconds?|us|micros|ns|nanos)[)\]]?$|(?<=[a-z])(Ms|Millis|Milliseconds)$"
)
_UNITS = {
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("us", "micros"), "us"),
    **dict.fromkeys(("ns", "nanos"), "ns"),
}
_FILLING = frozenset(("de", "du", "of", "la", "der", "des"))


def rank(part: str, column: str) -> int | None:
    """How well a column's name says that it holds a part: 0 is best, None not at all."""
    name = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", last_key(column))).strip("_")
    words = plain(name)
    place = _RANK[part].get(words.replace(" ", "_"))
    if place is None and ((part == "id" and _numbers_a_conversation(words)) or (part == "at" and says_when(column))):
        return LEAST
    return place


def _numbers_a_conversation(name: str) -> bool:
    """Whether a name says of what a number or an id is, and that this is a conversation: `Číslo případu`."""
    words = frozenset(
        found[1] if (found := _JOINED_ID.fullmatch(word)) else word for word in name.split() if word not in _FILLING
    )
    of_one = not words.isdisjoint(_CONVERSATIONS) and words <= _CONVERSATIONS | _NUMBERS | _AROUND
    return of_one or (bool(words) and words <= _ALONE)


def with_unit(parts: Mapping[str, str]) -> dict[str, str]:
    """The parts of a turn, and the unit of its seconds where the names of their columns end with one: `start_ms`."""
    names = [last_key(parts[part]) for part in ("start", "end") if part in parts]
    units = {found[1] or found[2] for name in names if (found := _UNIT.search(name))}
    unit = next((word for word in units), "") or ""
    return {**parts, "unit": _UNITS[unit.casefold()]} if unit else dict(parts)
