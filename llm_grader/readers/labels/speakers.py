"""Which labels of a text are speakers: words for them, and names where nothing better explains the lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Sequence

from llm_grader.readers.labels.likely_names import is_bare_id, is_likely_name, is_persons
from llm_grader.readers.roles.role_words import is_field, plain, role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.text.days import WEEKDAY
from llm_grader.readers.text.label_lines import EMPTY, Line, is_known, is_name, is_turned_name

_BOTH_SIDES = 2
_ENDS = tuple(".!?…")
_FEW_WORDS = 3
_TIMED_BY_DAY = re.compile(rf"[ \t]*(?i:{WEEKDAY})\d{{1,2}}:")
_MARKED = re.compile(r" [-–—|/] |/| ?#")
_TOKEN = re.compile(r"[^\W_][\w.@+-]{1,40}")
_PHONE = re.compile(r"\+\d[\d ()/-]{6,18}\d")
_LOGIN = re.compile(r"[^\W\d_].*[._@\d]|[._@].*[^\W\d_]")


def _nobodys(_line: str) -> object:
    return None


def find_speakers(
    lines: Sequence[Line],
    roles: RoleMapping,
    named: Container[str] = (),
    *,
    event_in: Callable[[str], object] = _nobodys,
) -> frozenset[str]:
    """The labels that are speakers: known ones, and names where nothing better explains the lines.

    With an agent and a customer known, a name is a speaker only when it is marked (bold, stamped) as they are, or comes
    back after one of them; with one side known, or none, when it opens several turns, or every line of the text has a
    label. What only may be a name (`is_likely_name`) is one where sentences follow it, and nobody else answers or it
    comes back. `named` are those that a legend names; lines in which `event_in` finds something need no label.
    """
    counts = Counter(line.label for line in lines if line.label)
    sure = {label for label in counts if label in named or is_known(label, roles)}
    sure -= _things_of(counts, {label for label in sure if label not in named and roles.role_of(label) is None})
    marked = {line.label for line in lines if line.stamp or line.bold}
    names = {label for label in counts if label not in sure and (is_name(label) or _is_login(label, marked))}
    names -= _timetabled(lines, sure | names)
    sides = {roles.role_of(label) or role_of_label(label) for label in sure}
    if {"agent", "customer"} <= sides:
        people = _saying(lines, {label for label in counts if label not in sure and is_persons(label)})
        returning = _returning(lines, sure, names | people)
        return frozenset(sure | returning | (names & marked if sure <= marked else set()))
    likely = _saying(lines, {label for label in counts if label not in sure | names and is_likely_name(label)})
    names |= _likely_ones(lines, sure | names, likely, event_in)
    labels = names | sure
    if not all(line.label in labels or line.blank or event_in(line.whole) for line in lines):
        names = {name for name in names if counts[name] > 1 or name in marked}
    if not sure and len({plain(name) for name in names}) < 2:
        return frozenset()
    return frozenset(sure | names | _alternating(lines, sure | names))


def _things_of(counts: Counter[str], sure: set[str]) -> set[str]:
    """The labels with a mark behind the word for a role, once each, where others have none: `Kunde - Vertrag: …`."""
    things = {label for label in sure if _MARKED.search(label)}
    roles = {role_of_label(label) for label in sure - things}
    once = all(counts[label] == 1 for label in things)
    return {label for label in things if role_of_label(label) in roles} if once else set()


def _likely_ones(
    lines: Sequence[Line], known: set[str], likely: set[str], event_in: Callable[[str], object]
) -> set[str]:
    """Those of the labels that may be names which are speakers, beside those that are known or plain names.

    Where every line has a label and at most one of those speaks, all that are written as only people are; who comes
    back in the turns of others, where these are several, if so written.
    """
    if not likely:
        return set()
    both = known | likely
    labelled = all(line.label in both or line.blank or event_in(line.whole) for line in lines)
    counts = Counter(line.label for line in lines if line.label in both)
    people = {label for label in likely if is_persons(label)}
    if labelled and len(known) < _BOTH_SIDES and (known or max(counts.values()) > 1):
        return people | {label for label in likely if counts[label] > 1 or not known}
    return _returning(lines, known, likely if len(known) < _BOTH_SIDES else people)


def _saying(lines: Sequence[Line], labels: set[str]) -> set[str]:
    """Those of the labels that sentences follow: a price or a number behind one is that of a thing.

    What stands alone on its line is one only where most labels do, and what a line with a colon announces is none.
    """
    labels = labels - _announced(lines, labels)
    said, opened, alone = Counter[str](), Counter[str](), 0
    for line in (line for line in lines if labels and line.label):
        alone += -1 if line.text.strip() else 1
        if line.label in labels:
            opened[line.label] += 1
            said[line.label] += not line.text.strip() or _is_sentence(line.text)
    empty = {line.label for line in lines if line.label in labels and not line.text.strip()} if alone <= 0 else set()
    return {label for label in labels - empty if 2 * said[label] >= opened[label]}


def _announced(lines: Sequence[Line], labels: set[str]) -> set[str]:
    """Those of the labels that stand below words which end with a colon, as in `I ordered:`."""
    found: set[str] = set()
    above = EMPTY
    for line in lines if labels else ():
        is_bare = above.label != "" and not above.text.strip()  # the label of somebody whose words stand below
        if line.label in labels and not is_bare and above.whole.rstrip().endswith(":"):
            found.add(line.label)
        above = above if line.blank else line
    return found


def _is_sentence(text: str) -> bool:
    """Whether somebody says a text: it ends as sentences do or is long, and is no figure with its unit."""
    text = text.rstrip("\"”'*_ \t")
    words = text.split()
    return (text.endswith(_ENDS) or len(words) > _FEW_WORDS) and sum(word[0].isalpha() for word in words) > 1


def _alternating(lines: Sequence[Line], known: set[str]) -> set[str]:
    """The number, address or pronoun that opens lines in the turns of the only one who is known, once in each."""
    if len(known) != 1:
        return set()
    turns, begun = Counter[str](), 0
    stretches: dict[str, set[int]] = {}
    for line in lines:
        begun += line.label in known
        if line.label and is_bare_id(line.label) and line.text.strip():
            turns[line.label] += 1
            stretches.setdefault(line.label, set()).add(begun)
    once = {label for label, found in stretches.items() if turns[label] == len(found) > 1}
    return once if len(stretches) == 1 and 2 * sum(turns.values()) >= begun else set()


def _timetabled(lines: Sequence[Line], labels: set[str]) -> set[str]:
    """The labels that only stand behind a weekday and a time, as in `Mon 10:00 Praha: full`, where others have none."""
    timed = {line.label for line in lines if line.stamp and _TIMED_BY_DAY.match(line.whole)}
    others = {line.label for line in lines if timed and line.label in labels and not line.stamp}
    return timed - others if others else set()


def _is_login(label: str, marked: Container[str]) -> bool:
    """Whether a label is one word such as `jana_92`, or a telephone number; behind a time any word, or `Nová, Jana`."""
    if (label in marked and is_turned_name(label)) or _PHONE.fullmatch(label):
        return True
    is_login = label in marked or _LOGIN.search(label) is not None
    return is_login and _TOKEN.fullmatch(label) is not None and not is_field(label)


def _returning(lines: Sequence[Line], sure: set[str], names: set[str]) -> set[str]:
    """The names that open lines in the turns of more than one of the known: no list in what one of them says."""
    stretches: dict[str, set[int]] = {}
    begun = 0
    for line in lines:
        begun += line.label in sure
        if line.label in names:
            stretches.setdefault(line.label, set()).add(begun)
    return {name for name, several in stretches.items() if len(several) > 1}
