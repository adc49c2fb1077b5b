"""Lines of a chat that nobody said: somebody came or went, the call was on hold, a time stands alone.

Names of events are those of help desks: `joined`, `left`, `hold`, `transfer`, `end`, `start`, `time`, `day`, `pause`,
`notice`.
English, German, Czech, Hungarian, Estonian.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.source.times import STAMP
from llm_grader.readers.text.days import is_day
from llm_grader.readers.text.label_lines import TO, is_name

_LONGEST = 90
_WORDS: dict[str, str] = {
    "joined": r"""
        joined|has joined|entered|has entered|connected|is connected|is now connected|is online|ist .{0,20}beigetreten
        |hat .{0,20}betreten|ist jetzt verbunden|se připojila?|se připojil\(a\)|vstoupila?|csatlakozott|belépett|liitus
        |on liitunud
    """,
    "left": r"""
        left|has left|disconnected|has disconnected|went offline|is offline|hat .{0,20}verlassen|ist gegangen|odešla?
        |opustila?|opustil\(a\)|se odpojila?|kilépett|elhagyta|távozott|lahkus|on lahkunud
    """,
    "hold": r"""
        on hold|placed on hold|put on hold|is on hold|off hold|hold music|music on hold|in der warteschleife|wartemusik
        |gehalten|na lince čeká|přidržen\w*|podržen\w*|hudba při čekání|tartásban|várakoztatás|ootel|ootemuusika
    """,
    "transfer": r"""
        transferred|transferred to .{1,60}|transferring to .{1,60}|has been transferred|was transferred
        |transfer to .{1,60}
        |weitergeleitet|weitergeleitet an .{1,60}|verbunden mit .{1,60}|weiterleitung an .{1,60}|přepojen\w{0,2}
        |přepojen\w{0,2} na .{1,60}|přepojení na .{1,60}|předán\w{0,2} .{1,60}|átirányítva.{0,60}|átkapcsolva.{0,60}
        |suunatud .{1,60}|edasi suunatud
    """,
    "end": r"""
        ended|has ended|closed|was closed|disconnected|beendet|ukončena?|ukončen hovor|véget ért|lezárva|lõppes
        |lõpetatud
    """,
    "start": r"started|has started|begonnen|gestartet|zahájena?|elkezdődött|algas|alustatud",
    "notice": r"""
        is typing|is typing[ ]?…|is typing[ ]?\.{3}|schreibt[ ]?…|schreibt[ ]?\.{3}|píše[ ]?…|píše[ ]?\.{3}
        |kirjutab[ ]?…|kirjutab[ ]?\.{3}|navigated to .{1,60}|assigned to .{1,60}|was assigned to .{1,60}
        |has been assigned to .{1,60}|wurde .{1,40} zugewiesen
    """,
}
_THING = r"""
    (?:the |this |der |die |das |dem |den |az? )?(?:chat|conversation|call|meeting|session|room|channel|group|gespräch
    |anruf|unterhaltung|konverzaci|konverzace|hovor|hovoru|chatu|beszélgetés\w*|csevegés\w*|hívás\w*|vestlus\w*|kõne\w*)
"""


def _flat(pattern: str) -> str:
    return re.sub(r"\s*\n\s*", "", pattern.strip())


_STEM = 4
_stem_of = itemgetter(slice(_STEM))


def _stems_in(verbs: str) -> frozenset[str]:
    """How the longest word of each of these begins."""
    return frozenset(max(re.findall(r"[^\W\d_]+", verb), key=len)[:_STEM] for verb in verbs.split("|"))


class _OfSomebody(NamedTuple):
    """What tells an event of somebody, and the stems of which one stands in every line that does."""

    event: str
    pattern: re.Pattern[str]
    stems: frozenset[str]


_VERBS = {event: _flat(words) for event, words in _WORDS.items()}
_OBJECT = rf"(?:[ ](?:to[ ]|in[ ]|from[ ]|k[ ]|do[ ])?{_flat(_THING)})?"
_OF_SOMEBODY = [
    _OfSomebody(
        event,
        re.compile(rf"(?P<who>.{{1,60}}?)[ ](?:{_VERBS[event]}){_OBJECT}[.!]?", re.IGNORECASE),
        _stems_in(_VERBS[event]),
    )
    for event in ("joined", "left", "hold", "transfer", "notice")
]
_STARTED = r"(?:has )?started|gestartet|begonnen|zahájila?|spustila?|elindította|elkezdte|alustas|käivitas"
_STOPPED = _flat(r"""
    (?:has )?(?:ended|closed|stopped)|beendet|geschlossen|gestoppt|ukončila?|zastavila?|befejezte|lezárta|leállította
    |lõpetas|peatas
""")
_RECORD = _flat(r"""
    (?:the |die |az? )?(?:transcription|recording|transkription|aufzeichnung|aufnahme|přepis|nahrávání|átírás\w*
    |rögzítés\w*|felvétel\w*|transkriptsioon\w*|salvestus\w*)
""")
_TALK = _flat(r"""
    (?:the |den |das |az? )?(?:chat|conversation|call|meeting|gespräch|anruf|konverzaci|hovor|csevegést|beszélgetést
    |hívást|vestluse|kõne)
""")
_OF_SOMEBODY += [
    _OfSomebody(
        event,
        re.compile(rf"(?P<who>.{{1,60}}?)[ ](?:(?:{does})[ ]{what}|(?:hat|has)[ ]{what}[ ](?:{does}))[.!]?", re.I),
        _stems_in(does),
    )
    for event, does, what in (
        ("start", _STARTED, _TALK),
        ("end", _STOPPED, _TALK),
        ("notice", f"{_STARTED}|{_STOPPED}", _RECORD),
    )
]
_OF_SOMEBODYS = frozenset[str]().union(*(told.stems for told in _OF_SOMEBODY))
_WHEN = r"[ ](?:after|at|on|nach|um|am|po|v|v čase)[ ][^.!?]{0,20}\d[^!?]{0,20}"
_TAIL = rf"(?:{_WHEN}|[ ](?:by|von|durch)(?:[ ][\w'’.-]{{1,20}}){{1,3}})?"
_OF_A_THING = [
    (
        event,
        re.compile(rf"{_flat(_THING)}(?:[ ](?:wurde|ist|byl[ao]?|is|was))?[ ](?:{words}){_TAIL}[.!]?", re.IGNORECASE),
    )
    for event, words in _VERBS.items()
]
_ALONE = [(event, re.compile(rf"(?:{_VERBS[event]})[.!]?", re.IGNORECASE)) for event in ("hold", "transfer")]
_COUNTED = (
    r"(?:\d{1,3}|an?|one|two|three|five|ten|a few|ein(?:e|en)?|zwei|drei|fünf|zehn|einige) ?"
    r"(?:s|secs?|seconds?|sek|sekunden?|mins?|minutes?|minuten?|hours?|stunden?|days?|tage?|sekund[ay]?|minut[ay]?"
    r"|hodin[ay]?|dn[íy]|másodperc(?:cel)?|perc(?:cel)?|óráv?a?l?|nap(?:pal)?|sekundit|minutit|tundi?|päeva?)\.?"
)
_PAUSED = re.compile(
    rf"(?:long |short )?(?:pause|silence|stille|ticho|csend|vaikus)(?:,? (?:of |for |von )?{_COUNTED})?"
    rf"|{_COUNTED} (?:later|später|později|később|hiljem)",
    re.IGNORECASE,
)
_ANYWHERE = [
    (event, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE))
    for event, words in _VERBS.items()
    if event != "notice"
]
_TO_YOU = [
    (
        "joined",
        re.compile(r"(?:you are (?:now )?|sie sind jetzt ?)(?:chatting|connected|talking|verbunden) .{1,60}", re.I),
    ),
    (
        "end",
        re.compile(
            r"(?:the |die )?(?:transcription|recording|transkription|aufzeichnung|přepis|nahrávání|átírás|felvétel"
            r"|transkriptsioon|salvestus)(?: wurde| byla?| byl)? (?:ended after|nach (?=.{1,12} beendet)|beendet nach"
            r"|skončil[ao]? po|ukončen[ao]? po|véget ért|lõppes) ?(?:\d{1,2}:)?\d{1,2}:\d{2}(?: beendet)?[.!]?.{0,4}",
            re.I,
        ),
    ),
    (
        "end",
        re.compile(
            rf"{_flat(_THING)} (?:{_VERBS['end']})(?: (?:on|at|am|um|dne))?[ ]?:[ ]"
            r"(?=.{0,50}(?:19|20)\d\d)(?:[^\W\d_]{2,12},? ){0,2}"
            r"\d{1,4}(?:(?:[-./, ]{1,2}\d{1,4}){1,2}|\.? [^\W\d_]{3,12}\.?,? \d{4})"
            r"(?:.{0,40}(?:\d|[ap]\.?m\.?|uhr|\)|(?-i:[A-Z]{1,4})))?",
            re.I,
        ),
    ),
    ("end", re.compile(r"end of (?:the )?(?:chat|call|conversation|transcript)[.!]?", re.I)),
    (
        "notice",
        re.compile(
            r"(?:\w+ )?(?:status|priority) (?:was |has been )?(?:changed|set|updated)(?: from \w+)? to \w+", re.I
        ),
    ),
    ("notice", re.compile(r"(?:Rea|A)ssigned to [^\W\d_a-z].{0,60}|Zugewiesen an .{1,60}|Přiřazeno .{1,60}")),
    ("notice", re.compile(r"(?:page|seite|strana|oldal|lk\.?) \d{1,4} ?(?:of|von|z|/) ?\d{1,4}", re.I)),
]
_STEMS = _stems_in(
    "|".join(
        (
            *_VERBS.values(),
            "chatting|talking|verbunden|end|today|yesterday|changed|updated|status|priority|page|seite|strana|oldal|seen",
            "přiřazeno|zugewiesen|reassigned",
            "stopped|gestoppt|geschlossen|spustil|zastavil|befejezte|leállította|käivitas|peatas",
            "delivered|edited|bearbeitet|upraveno|szerkesztve|muudetud",
        )
    )
)
"""How the longest word of every event begins: a line without such a word, a time or marks around it tells none."""
_ENDING = _stems_in(f"{_VERBS['end']}|{_STOPPED}|end")
_TIME_ALONE = re.compile(
    r"[\[(]?(?:(?=[^\W\d_])(?:(?:seen|read|delivered)(?: at)? )?"
    rf"(?:(?:today|yesterday|heute|gestern|dnes|včera|ma|tegnap|täna|eile)[ ,]*(?:at |um |v |kell )?)?)?{STAMP}"
    rf"(?:[ ]?(?:{TO}|,)[ ]?{STAMP})?"
    r"[\])]?(?: uhr)?|today|yesterday|delivered|edited|bearbeitet|upraveno|szerkesztve|muudetud",
    re.IGNORECASE,
)
_LONGEST_TIME_WORD = len("szerkesztve")  # every other time has a colon
_MARKS = "*-=~[(<─—"
_RULED = r"\*{2,}|-{2,}|[─—]{2,}|={2,}|~+"
_WRAPPED = re.compile(rf"({_RULED}|[\[(<])[ ]?(?P<inside>[^\[\]()<>*~]{{2,}}?)[ ]?(?:{_RULED}|[\])>])")
_PRONOUNS = frozenset(
    _flat("I|You|We|He|She|They|It|Who|Ich|Du|Sie|Wir|Er|Já|My|Vy|On|Én|Te|Ő|Ön|Mi|Ma|Sa|Ta|Me").split("|")
)


def is_time(line: str) -> bool:
    """Whether a line consists of a time, or of the day or `Delivered` that a messenger writes in its place."""
    line = line.strip()
    return (":" in line or len(line) <= _LONGEST_TIME_WORD) and _TIME_ALONE.fullmatch(line) is not None


def may_end(line: str) -> bool:
    """Whether a line has a word that tells the end of a conversation: cheaper to ask than whether it does."""
    lower = line.lower()
    return any(stem in lower for stem in _ENDING)


def bare_event(line: str) -> tuple[str, str] | None:
    """The event that a line without a speaker tells, and its words without the marks around them; None for none.

    A sentence of somebody's is none: without marks only `NAME joined the chat` and the like are events.
    """
    line = line.strip()
    if not line or len(line) > _LONGEST:
        return None
    has_stem = not _STEMS.isdisjoint(map(_stem_of, line.lower().split()))
    if (has_stem or ":" in line) and _TIME_ALONE.fullmatch(line):
        return "time", line
    if is_day(line):
        return "day", line
    if line[0] in _MARKS and (wrapped := _WRAPPED.fullmatch(line)):
        inside = wrapped["inside"].strip()
        if is_day(inside, marked=True):
            return "day", inside
        event = _event_between_marks(inside) or ("notice" if line.startswith("***") else None)
        return (event, inside) if event else None
    event = _event_in_words(line) if has_stem else None
    return (event, line) if event else None


def _event_between_marks(words: str) -> str | None:
    if event := next((name for name, verbs in _ANYWHERE if verbs.search(words)), None):
        return event
    if _PAUSED.fullmatch(words):
        return "pause"
    # what somebody says in brackets may hold such words too
    event = _event_in_words(words)
    return event if event in ("notice", "end") else None


@lru_cache(maxsize=16_384)  # a line is asked for its event once for each thing that its text may be
def _event_in_words(line: str) -> str | None:
    lower = line.lower()
    stems = {stem for stem in _OF_SOMEBODYS if stem in lower}
    for told in _OF_SOMEBODY if stems else ():
        found = None if told.stems.isdisjoint(stems) else told.pattern.fullmatch(line)
        if found and _is_somebody(found["who"]):
            return told.event
    return next((event for event, pattern in (*_TO_YOU, *_OF_A_THING, *_ALONE) if pattern.fullmatch(line)), None)


def _is_somebody(who: str) -> bool:
    who = who.removesuffix(" was").removesuffix(" is").removesuffix(" has been").removesuffix(" wurde").strip()
    who = who.removeprefix("The ")
    return who not in _PRONOUNS and (role_of_label(who) is not None or is_name(who))
