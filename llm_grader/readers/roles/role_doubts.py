"""What speaks against the roles of a transcript, whoever gave them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from llm_grader.readers.roles.languages import guess_language
from llm_grader.readers.roles.role_words import Side, count_phrases, plain
from llm_grader.transcript import Participant, Role, Transcript, Turn

_MOSTLY = 0.95
_GREETED_WITHIN = 10
_MISPLACED: tuple[tuple[Role, Side, str], ...] = (
    ("customer", "greeting", "greets like an agent: are the roles swapped?"),
    ("agent", "bot", "sounds like a recording or a bot, which is never graded as the agent"),
)


def role_warnings(transcript: Transcript) -> list[str]:
    """What speaks against the roles.

    A side is missing, one says nearly everything, somebody sounds like another or is both agent and customer, several
    customers write one thread of mails, a participant is said to be on the other side, or a supervisor answers, whose
    words are not graded.
    """
    spoken = [turn for turn in transcript.turns if turn.spoken]
    words = Counter[Role]()
    for turn in spoken:
        words[turn.role] += len(turn.text.split())
    missing = [role for role in ("agent", "customer") if role not in words]
    warnings = [f"no turn of {'an agent' if role == 'agent' else 'a customer'}" for role in missing]
    role, most = max(words.items(), key=lambda item: item[1], default=("unknown", 0))
    if not missing and most > _MOSTLY * words.total():
        warnings.append(f"the {role} says {most / words.total():.0%} of the words: are the speakers told apart?")
    return [
        *warnings,
        *_misplaced_phrases(spoken[:_GREETED_WITHIN], transcript.language),
        *_both(spoken),
        *_several_customers(spoken if transcript.channel == "email" else []),
        *_above(words),
        *_of_participants(transcript.participants, spoken),
    ]


def _both(spoken: list[Turn]) -> Iterator[str]:
    roles: dict[str, set[Role]] = defaultdict(set)
    for turn in spoken:
        if turn.speaker:
            roles[turn.speaker].add(turn.role)
    for speaker, those in roles.items():
        if {"agent", "customer"} <= those:
            yield f"speaker {speaker!r} is agent and customer: are the speakers told apart?"


def _several_customers(mails: list[Turn]) -> Iterator[str]:
    writers = {turn.speaker for turn in mails if turn.role == "customer" and turn.speaker}
    if len(writers) > 1:
        yield f"customers write from {len(writers)} addresses: is it one conversation?"


def _above(words: Mapping[Role, int]) -> Iterator[str]:
    if words.get("supervisor"):
        yield "a supervisor speaks to the customer: only the words of agents are graded"


def _of_participants(people: Sequence[Participant], spoken: list[Turn]) -> Iterator[str]:
    sides = {(turn.speaker, turn.role) for turn in spoken}
    for name, times in Counter(person.id for person in people).items():
        if times > 1:
            yield f"{times} participants have the id {name!r}"
    for person in people:
        other = {"agent": "customer", "customer": "agent"}.get(person.role)
        if (person.id, other) in sides and (person.id, person.role) not in sides:
            yield f"{person.id!r} takes part as {person.role} and speaks as {other}: are the roles swapped?"


def _misplaced_phrases(turns: list[Turn], language: str | None) -> Iterator[str]:
    if all(turn.role not in ("agent", "customer") for turn in turns):
        return
    language = language or guess_language(" ".join(turn.text[:500] for turn in turns))
    for role, side, sounds_like in _MISPLACED:
        words = " \n ".join(turn.text[:2000] for turn in turns if turn.role == role)
        if count_phrases(plain(words), side, language):
            yield f"the {role} {sounds_like}"
