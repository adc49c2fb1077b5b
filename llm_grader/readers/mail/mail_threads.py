"""Which letters belong together: by the letters they answer, else by subject and people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from llm_grader.readers.mail.mail_message import Letter


def thread_letters(letters: Iterable[Letter]) -> list[list[Letter]]:
    """Conversations in the order of their first letters, each in the order of time.

    Letters are one conversation when one refers to the other, or both to a third, which need not be there. A reply
    without any reference joins the conversation of the same subject with somebody in common. In a conversation with a
    letter without date the letters stay in the order in which they came.
    """
    threads = _by_reference(list(letters))
    _join_strays(threads)
    ordered = [_in_time(thread) for thread in threads if thread]
    return sorted(ordered, key=lambda thread: (thread[0].at is None, thread[0].at.timestamp() if thread[0].at else 0))


def _by_reference(letters: Sequence[Letter]) -> list[list[Letter]]:
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while parents.setdefault(name, name) != name:
            parents[name] = parents.setdefault(parents[name], parents[name])
            name = parents[name]
        return name

    keys = [letter.id or f"\0{number}" for number, letter in enumerate(letters)]
    for key, letter in zip(keys, letters, strict=True):
        for reference in letter.references:
            parents[root(reference)] = root(key)
    threads: dict[str, list[Letter]] = {}
    for key, letter in zip(keys, letters, strict=True):
        threads.setdefault(root(key), []).append(letter)
    return list(threads.values())


def _join_strays(threads: list[list[Letter]]) -> None:
    """Move replies that refer to nothing into the conversation of their subject; what they leave is empty."""
    homes: dict[tuple[str, str], list[Letter]] = {}
    strays: list[list[Letter]] = []
    for thread in threads:
        if all(letter.is_reply and not letter.references for letter in thread):
            strays.append(thread)
            continue
        for topic in dict.fromkeys(letter.topic for letter in thread if letter.topic):
            for address in _people(thread):
                homes.setdefault((topic, address), thread)
    for stray in strays:
        keys = [(stray[0].topic, address) for address in _people(stray) if stray[0].topic]
        home = next((homes[key] for key in keys if key in homes), stray)
        for key in keys:
            homes.setdefault(key, home)
        if home is not stray:
            home += stray
            stray.clear()


def _people(letters: Sequence[Letter]) -> list[str]:
    found = (who.address for letter in letters for who in (letter.sender, *letter.to) if who.address)
    return list(dict.fromkeys(found))


def _in_time(letters: list[Letter]) -> list[Letter]:
    times = [letter.at for letter in letters]
    if None in times:
        return letters
    return sorted(letters, key=lambda letter: letter.at.timestamp() if letter.at else 0)
