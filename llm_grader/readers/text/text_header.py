"""What stands above a labelled conversation and is no part of it: fields such as `Date: …`, names of who takes part."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence

from llm_grader.readers.roles.role_words import is_field, role_of_label
from llm_grader.readers.source.times import STAMP
from llm_grader.readers.text.days import DATE_IN_FIGURES, DATE_WITH_MONTH
from llm_grader.readers.text.label_lines import Line, is_name

_HELLO = re.compile(
    r"(?:hello|hi|hey|good (?:morning|afternoon|evening|day)|welcome|thank you for|thanks for (?:calling|contacting)"
    r"|hallo|guten (?:tag|morgen|abend)|grüß gott|willkommen|ahoj|dobrý den|dobré ráno|dobrý večer|dobré odpoledne"
    r"|szia|sziasztok|üdvözl\w+|jó (?:napot|reggelt|estét)|tere\w*|tervist)\b",
    re.IGNORECASE,
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(word.strip() for word in words.split(","))


_HEADING = re.compile(r"#{1,6} ")
_SHORT_WORDS = _listed("yes, no, ok, okay, thanks, ja, nein, danke, ano, ne, igen, nem, jah, ei")
_OF_SUMMARIES = _listed(
    """summary, result, resolution, outcome, duration, reason, sentiment, next steps, action items, topic, issue,
    disposition, zusammenfassung, ergebnis, dauer, grund, shrnutí, výsledek, délka, důvod, összefoglalás, eredmény,
    időtartam, kokkuvõte, tulemus, kestus"""
)
_REPORTS = _listed(
    """summary, call summary, chat summary, disposition, next steps, action items, sentiment, zusammenfassung, shrnutí,
    összefoglalás, kokkuvõte"""
)

_MEASURES = _listed(
    """duration, chat duration, call duration, conversation duration, total duration, handle time, handling time, wait
    time, waiting time, customer satisfaction, csat, nps, satisfaction score, survey result, dauer, gesprächsdauer,
    chatdauer, wartezeit, kundenzufriedenheit, délka, délka hovoru, délka chatu, doba čekání, spokojenost zákazníka,
    időtartam, hívás időtartama, várakozási idő, ügyfélelégedettség, kestus, kõne kestus, ooteaeg, kliendi rahulolu"""
)
_OF_TALKS = _MEASURES | _listed(
    """ticket, ticket id, case, case id, chat id, call id, conversation id, status, date, start, end, started, ended,
    channel, queue, language, tags, topic, rating, comment, stav, téma, hodnocení, komentář, datum, kanal, thema,
    bewertung, kommentar, állapot, csatorna, értékelés, olek, kanal, hinnang, teema"""
)
_OF_ANYTHING = _listed("duration, dauer, délka, időtartam, kestus")  # of a film, a journey, a plank
_WITH_ANYTHING = _listed(
    "date, start, end, status, topic, comment, stav, téma, komentář, datum, thema, kommentar, teema"
)
_EXPORTED = re.compile(
    r"(?!.*\b(?:my|your|our|mein|ihre[rm]?|eurer?|unsere[rm]?|vaš\w+|naš\w+)\b)"
    r"(?:transcribed|exported|generated|downloaded|powered|exportiert|erstellt|exportováno|vygenerováno|přepsáno"
    r"|exportálva|exporditud) (?:by|with|from|on|at|via|von|mit|am|z|ze|dne|v) (?P<by>.{1,80})",
    re.IGNORECASE,
)
_OF_EXPORTS = re.compile(
    rf"https?:|www\.|\w@\w|[a-z]\.(?:com|ai|io|app|net)\b|{STAMP}|\b(?:{DATE_IN_FIGURES}|{DATE_WITH_MONTH})(?:\d{{4}})?"
    r"|\b(?:zendesk|intercom|freshdesk|freshchat|livechat|tidio|crisp|drift|genesys|aircall|dialpad|salesforce|hubspot"
    r"|otter|zoom|whatsapp|whisper|fireflies|sonix|trint|descript|deepgram|assemblyai|smartsupp|userlike|liveagent)\b",
    re.IGNORECASE,
)
"""What a line of an export has: an address, a date or a time, or the name of a program that exports talks."""


_GENERATED = re.compile(
    r"[ \t]*(?:(?:this|the) (?:\w{1,20} )?transcript (?:was|is|has been) (?:\w{1,20}[ -])?generated\b.{0,80}\berrors?\b"
    r"|diese[sr] (?:\w{1,20} )?transkript\w{0,6} (?:wurde|ist) .{0,40}(?:generiert|erstellt)\b.{0,80}\bfehler"
    r"|tento (?:\w{1,20} )?přepis (?:byl|je) .{0,40}(?:vygenerován|vytvořen)\b.{0,80}\bchyb"
    r"|ez (?:az? )?(?:\w{1,20} )?átirat .{0,60}(?:generált|készült|jött létre)\b.{0,80}\bhib"
    r"|see (?:\w{1,20} )?(?:transkript\w{0,6}|ärakiri) .{0,60}(?:genereeri|loodud|koostatud).{0,80}\bv(?:igu|ead|ea))",
    re.IGNORECASE,
)
"""What a meeting writes below a transcript about how it was made."""


def closing_report(lines: Sequence[Line], speakers: Container[str]) -> int | None:
    """Where the last paragraph begins, if it tells how long the talk took, how it was liked or who exported it.

    Fields such as `Order: …` may be what the last speaker writes, and so may any below a line that announces them, and
    `Powered by Windows 11`.
    """
    last = next((at for at in range(len(lines) - 1, -1, -1) if not lines[at].blank), -1)
    if last > 0 and lines[last].label not in speakers and _GENERATED.match(lines[last].whole):
        return last
    first = next((at for at in range(last, -1, -1) if lines[at].blank or lines[at].label in speakers), -1) + 1
    if first < 1 or first > last or not lines[first - 1].blank:
        return None
    above = next((line.whole.rstrip() for line in lines[first - 1 :: -1] if not line.blank), "")
    block = lines[first : last + 1]
    # below names on lines of their own nothing has a label
    labels = [line.whole.partition(":")[0].strip(" \t*_-").casefold() for line in block]
    exported = [_EXPORTED.fullmatch(line.whole.strip(" \t*_")) for line in block]
    told = all(label in _OF_TALKS or export for label, export in zip(labels, exported, strict=True))
    sure = any(export is not None and _OF_EXPORTS.search(export["by"] + " ") for export in exported)
    measured = sure or not (_MEASURES - _OF_ANYTHING).isdisjoint(labels)
    # a journey has a date and a duration as well, and no number of a chat
    measured |= not _OF_ANYTHING.isdisjoint(labels) and not {*labels} <= _OF_ANYTHING | _WITH_ANYTHING
    return first if told and measured and above[-1:] not in (":", ",") else None


def begins_report(line: Line, above: Line | None) -> bool:
    """Whether a line below a blank one begins what is said about a conversation: a heading, or `Summary: …`."""
    if not line.whole or (above is not None and not above.blank):
        return False
    return (
        _HEADING.match(line.whole) is not None
        or line.whole.strip(" \t*_:").casefold() in _REPORTS
        or line.label.casefold() in _REPORTS
    )


def greets(text: str) -> bool:
    """Whether a turn begins as a conversation does."""
    return _HELLO.match(text.lstrip(" \t*_\"'“„¡")) is not None


def split_header(lines: list[Line]) -> tuple[dict[str, str], list[Line]]:
    """Lines such as `Date: …` above the conversation, and the other lines.

    An `Agent: Jana Novak` among them is no turn, an `Agent: Good morning!` is one. Names alone are a header where the
    same labels, or fields, stand below them.
    """
    start = next((at for at, line in enumerate(lines) if line.label), len(lines))
    end = next((at for at in range(start, len(lines)) if not _in_header(lines[at])), len(lines))
    block = lines[start:end]
    if not block or len({line.label for line in block}) < len(block) or not _is_header(block, lines[end:]):
        return {}, lines
    return {line.label: line.text.strip() for line in block}, lines[:start] + lines[end:]


def _in_header(line: Line) -> bool:
    if is_field(line.label) or line.label.casefold() in _OF_SUMMARIES:
        return True
    words = line.text.split()
    if role_of_label(line.label) and not _is_persons(line.text.strip()):
        return False
    return bool(line.label) and 0 < len(words) <= 4 and all(word[0].isupper() and word[-1].isalnum() for word in words)


def _is_header(block: Sequence[Line], below: Sequence[Line]) -> bool:
    if is_field(block[0].label):
        return True
    named = [line for line in block if role_of_label(line.label)]
    if not named or not all(_is_persons(line.text.strip()) for line in named):
        return False
    again = Counter(line.label for line in below)
    return len(named) < len(block) or (len(block) > 1 and all(again[line.label] for line in named))


def _is_persons(text: str) -> bool:
    return is_name(text) and not greets(text) and text.casefold() not in _SHORT_WORDS


def may_be_summary(lines: Sequence[Line], speakers: frozenset[str]) -> bool:
    """Whether each side speaks once at most, and fields of a report stand between or below them."""
    if _OF_SUMMARIES.isdisjoint(map(str.casefold, {line.label for line in lines})):
        return False
    counts = Counter(line.label.casefold() for line in lines if line.label in speakers)
    return max(counts.values(), default=0) <= 1
