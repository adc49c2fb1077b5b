"""Lines that tell an event in words of no help desk in particular, in texts whose turns are one line each.

`Nora transferred the chat to Billing`, `Hovor byl přepojen na: Fakturace`: somebody who speaks, or the call, does or
undergoes what happens to chats and calls. People may write such a line below another one, so that a text with any line
that is neither a turn nor an event has none.
English, German, Czech, Hungarian, Estonian.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence

from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.text.chat_events import bare_event
from llm_grader.readers.text.label_lines import Line, is_name, without_stamp

_LONGEST = 90
_MOST_WORDS = 10
_MOST_OF_NAME = 3
_VERBS = [
    (event, re.compile(rf"\b(?:{'|'.join(stems.split())})", re.IGNORECASE))
    for event, stems in (
        (
            "transfer",
            "transfer redirect forward handed took.over takes.over übergeben übernommen übernimmt weitergeleitet "
            "weiterverbunden přepoj předal předán převzal převzat přesměrov átadta átvette átirányít átkapcsol "
            "suunati suunatud suunas edastati võttis.*üle",
        ),
        (
            "hold",
            "on.hold off.hold queue warteschleife gehalten přidrž podrž ve.frontě várakoztat várakozik tartásba "
            "ootele ootel järjekorra",
        ),
        ("end", "ended closed ukonč uzavř lezár befejez lõpetati lõppenud lõppes lõpetas beendet geschlossen"),
        ("joined", "connected added joined hinzugefügt verbunden připoj přidán csatlakoz hozzáad lisati liitus"),
        ("left", "removed entfernt odebrán eltávolít eemaldati"),
        (
            "notice",
            "paused resumed missed sent.an? uploaded pausiert fortgesetzt verpasst sendete hochgeladen pozastav "
            "zmeškan odeslal poslal nahrál szünetel kihagyott küldött feltöltött peatati saatis vastamata",
        ),
    )
]
_THING = re.compile(
    r"(?:chat|conversation|call|session|recording|gespräch|anruf|unterhaltung|aufzeichnung|konverzac|hovor|nahrávání"
    r"|beszélgetés|csevegés|hívás|felvétel|vestlus|kõne|salvestus)\w{0,4}$",
    re.IGNORECASE,
)
_ARTICLES = frozenset(
    re.findall(r"\w+", "the this der die das dem den a az missed verpasster verpasste zmeškaný kihagyott vastamata")
)
_OF_SPEECH = frozenset(
    re.findall(
        r"\w+",
        "i me my mine we us our you your he she they ich mich mir mein meine wir uns du sie ihr ihnen ihre er já mě mi "
        "můj moje jsem jsme nás nám vy vám vás váš ona én engem nekem mi minket ön önt ma mina mind mulle mul meie "
        "te teie teid ta tema not never nicht nie "
        "without ohne bez nélkül ilma voicemail mailbox",
    )
)
_SAID = re.compile(r"[^\W\d_]{3}[.!] +\S|\+\d")  # a sentence ends inside, or a display shows who called
_CONNECTED = re.compile(r"(?:you have been|you are now|sie wurden|byli jste) \w+ .{1,60}", re.IGNORECASE)


def likely_events(lines: Sequence[Line], labels: Container[str], names: Container[str]) -> Mapping[int, str] | None:
    """The events, by the number of the line, that only the text as a whole shows to be some.

    Args:
        lines: the lines of a conversation, from its first turn on.
        labels: the labels that open turns and notes.
        names: the labels of those who speak.

    Returns:
        None where a line is neither a turn nor an event.
    """
    found: dict[int, str] = {}
    for line in lines:
        if line.label in labels or line.blank:
            continue
        words = without_stamp(line.whole)[0]
        if bare_event(line.whole) or bare_event(words):
            continue
        event = _likely(words, names)
        if event is None:
            return None
        found[line.number] = event
    return found


def _likely(words: str, names: Container[str]) -> str | None:
    """The event that a line may tell: its subject is a speaker or a call, and nobody is spoken to."""
    parts = words.replace(":", " ").rstrip(".!").split()
    if len(words) > _LONGEST or not 1 < len(parts) <= _MOST_WORDS or "?" in words or _SAID.search(words):
        return None
    event = next((name for name, verbs in _VERBS if verbs.search(words)), None)
    if event is None or _CONNECTED.fullmatch(words):
        return event
    if not _OF_SPEECH.isdisjoint(part.casefold().strip(",;") for part in parts):
        return None
    while len(parts) > 1 and parts[0].casefold() in _ARTICLES:
        parts = parts[1:]
    is_brief = event in ("transfer", "hold")  # of these, a role alone; else beside a chat or a call
    return event if _THING.match(parts[0]) or _is_speaker(parts, names, is_brief=is_brief) else None


def _is_speaker(parts: Sequence[str], names: Container[str], *, is_brief: bool) -> bool:
    """Whether the first words are somebody who speaks, or a role; or a name, beside a chat or a call."""
    starts = [" ".join(parts[:count]) for count in range(1, min(len(parts), _MOST_OF_NAME + 1))]
    has_role = any(map(role_of_label, starts))
    if any(start in names for start in starts) or (has_role and is_brief):
        return True
    return (is_name(parts[0]) or has_role) and any(map(_THING.match, parts[1:]))
