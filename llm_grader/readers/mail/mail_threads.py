"""Which letters belong together: by the letters they answer, else by subject and customer.

Two customers never share a conversation because of the desk's address, which all of them write to, nor because both
answer a mail that went to many.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from llm_grader.readers.mail.house import House
from llm_grader.readers.mail.mail_message import Letter
from llm_grader.readers.roles.roles import RoleMapping

_DAY = 86_400
_MOST_PEOPLE = 12  # in the pairs of a letter's people


class Thread(NamedTuple):
    """The letters of one conversation, and what had to be assumed to put them together."""

    letters: list[Letter]
    warnings: tuple[str, ...] = ()


def thread_letters(letters: Iterable[Letter], roles: RoleMapping, *, days: float) -> list[Thread]:
    """Conversations in the order of their first letters, each in the order of time.

    Letters are one conversation when one refers to the other. Two that refer to the same third one are, when that one
    is here, or when they have somebody outside the house in common. A reply without any reference joins a conversation
    of the same subject in which everybody outside the house takes part already; this is told. In a conversation with a
    letter without date the letters stay in the order in which they came.

    Args:
        letters: all letters, of all files.
        roles: who is of the house.
        days: how far apart letters that only their subject puts together may be; 0 puts none together.
    """
    every = list(letters)
    house = House(every, roles)
    homes = _with_strays(_by_reference(every, house), house, days)
    threads = [Thread(_in_time(home.letters), _assumed(home.joined, days)) for home in homes]
    return sorted(threads, key=lambda thread: _instant(thread.letters[0]))


def _assumed(joined: int, days: float) -> tuple[str, ...]:
    if not joined:
        return ()
    what = "mail refers to no other and was" if joined == 1 else "mails refer to no other and were"
    return (f"{joined} {what} joined by subject: the same people, and no more than {days:g} days apart",)


def _by_reference(letters: Sequence[Letter], house: House) -> list[list[Letter]]:
    parents: dict[object, object] = {}

    def root(name: object) -> object:
        while parents.setdefault(name, name) != name:
            parents[name] = parents.setdefault(parents[name], parents[name])
            name = parents[name]
        return name

    senders = {letter.id: letter.sender.address for letter in letters}
    # some programs give all their letters one id
    shared = {letter.id for letter in letters if senders[letter.id] != letter.sender.address} | {""}
    keys = [f"\0{number}" if letter.id in shared else letter.id for number, letter in enumerate(letters)]
    present = {letter.id for letter in letters} - shared - _sent_to_many(letters, house)
    for key, letter in zip(keys, letters, strict=True):
        own = (letter.id,) if letter.id and letter.id in shared else ()
        for reference in (*own, *letter.references):
            for tie in [reference] if reference in present else _ties(reference, letter, house):
                parents[root(tie)] = root(key)
    threads: dict[object, list[Letter]] = {}
    for key, letter in zip(keys, letters, strict=True):
        threads.setdefault(root(key), []).append(letter)
    return list(threads.values())


def _ties(reference: str, letter: Letter, house: House) -> Iterator[tuple[str, ...]]:
    """What two letters that refer to one which is not here have in common when they are of one conversation.

    That is somebody outside the house; where nobody is known to be of the house, two people.
    """
    outside = sorted(house.outsiders(letter))[:_MOST_PEOPLE]
    has_house = any(who.address in house for who in (letter.sender, *letter.to, *letter.copy))
    if has_house or len(outside) == 1:
        yield from ((reference, address) for address in outside)
    else:
        yield from ((reference, *pair) for pair in combinations(outside, 2))


def _sent_to_many(letters: Sequence[Letter], house: House) -> set[str]:
    """The ids of newsletters and the like: several people answer who are not among those it names."""
    answering: dict[str, set[str]] = defaultdict(set)
    for letter in letters:
        for reference in letter.references:
            answering[reference].add(letter.sender.address)
    found = set()
    for letter in letters:
        named = {who.address for who in (letter.sender, *letter.to, *letter.copy)}
        nobody = named == {letter.sender.address}
        if letter.id and (nobody or letter.automatic or letter.sender.address in house):
            others = {who for who in answering[letter.id] - named if who not in house}
            found |= {letter.id} if len(others) > 1 else set()
    return found


class _Home:
    """A conversation that replies may come to: its letters, who takes part, and when it was written to."""

    def __init__(self, letters: list[Letter]) -> None:
        self.letters = letters
        self.people: set[str] = set()
        self.joined = 0
        self._times: list[float] = []
        self._note(letters)

    def _note(self, letters: Iterable[Letter]) -> None:
        for letter in letters:
            self.people |= {who.address for who in (letter.sender, *letter.to, *letter.copy) if who.address}
            if letter.at:
                insort(self._times, letter.at.timestamp())

    def days_from(self, letter: Letter) -> float:
        """The days between a letter and the nearest one of here; none where a date is missing."""
        if letter.at is None or not self._times:
            return 0
        at = letter.at.timestamp()
        near = self._times[max(bisect(self._times, at) - 1, 0) :][:2]
        return min(abs(at - time) for time in near) / _DAY

    def take(self, stray: list[Letter]) -> None:
        """Add letters of the same subject."""
        self.letters += stray
        self.joined += len(stray)
        self._note(stray)


def _with_strays(groups: Sequence[list[Letter]], house: House, days: float) -> list[_Home]:
    """The conversations, with the replies that refer to nothing in that of their subject."""
    strays = [group for group in groups if all(letter.is_reply and not letter.references for letter in group)]
    apart = {id(group) for group in strays}
    homes = [_Home(group) for group in groups if id(group) not in apart]
    index: dict[tuple[str, str], list[_Home]] = defaultdict(list)
    for home in homes:
        _open(index, home, home.letters)
    for stray in sorted(strays, key=lambda group: _instant(group[0])):
        same = _of_the_same(stray[0], index, house) if days else []
        near = [home for home in same if home.days_from(stray[0]) <= days]
        if near:
            home = min(near, key=lambda home: home.days_from(stray[0]))
            home.take(stray)
        else:
            home = _Home(list(stray))
            homes.append(home)
        _open(index, home, stray)
    return homes


def _open(index: dict[tuple[str, str], list[_Home]], home: _Home, letters: Iterable[Letter]) -> None:
    """Let a conversation be found by the subjects and people of these of its letters."""
    for letter in letters:
        for who in (letter.sender, *letter.to, *letter.copy) if letter.topic else ():
            if home not in (found := index[letter.topic, who.address])[-1:]:
                found.append(home)


def _of_the_same(stray: Letter, index: dict[tuple[str, str], list[_Home]], house: House) -> list[_Home]:
    """The conversations of the same subject in which all outsiders of a letter take part."""
    outside = house.outsiders(stray)
    if not stray.topic or not outside:
        return []
    fewest = min((index.get((stray.topic, address), []) for address in outside), key=len)
    return [home for home in fewest if outside <= home.people]


def _in_time(letters: list[Letter]) -> list[Letter]:
    times = [letter.at for letter in letters]
    if None in times:
        return letters
    return sorted(letters, key=lambda letter: letter.at.timestamp() if letter.at else 0)


def _instant(letter: Letter) -> tuple[bool, float]:
    return letter.at is None, letter.at.timestamp() if letter.at else 0
