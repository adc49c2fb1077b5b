"""Which letters belong together: by the letters they answer, else by subject and people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from llm_grader.readers.mail_message import Letter


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
    by_topic: dict[str, list[list[Letter]]] = {}
    for thread in threads:
        for topic in dict.fromkeys(letter.topic for letter in thread if letter.topic):
            by_topic.setdefault(topic, []).append(thread)
    for thread in threads:
        if not thread or any(letter.references or not letter.is_reply for letter in thread):
            continue
        others = by_topic.get(thread[0].topic, ())
        home = next((other for other in others if other is not thread and _share_people(other, thread)), None)
        if home is not None:
            home += thread
            thread.clear()


def _share_people(one: Sequence[Letter], other: Sequence[Letter]) -> bool:
    return not _people(one).isdisjoint(_people(other))


def _people(letters: Sequence[Letter]) -> set[str]:
    return {who.address for letter in letters for who in (letter.sender, *letter.to) if who.address}


def _in_time(letters: list[Letter]) -> list[Letter]:
    times = [letter.at for letter in letters]
    if None in times:
        return letters
    return sorted(letters, key=lambda letter: letter.at.timestamp() if letter.at else 0)
