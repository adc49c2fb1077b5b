"""The transcripts that a command was given, and who is who in them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast, get_args

import typer

from llm_grader.errors import InputError, UsageError

if TYPE_CHECKING:
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.eval.judge.labelled_set import LabelledSet
    from llm_grader.grading.confidence import Calibration
    from llm_grader.readers.read import RoleMapping
    from llm_grader.rubric.model import Rubric
    from llm_grader.transcript import Channel, Role, Transcript


class Reading(NamedTuple):
    """What the flags say about how inputs are read; the arguments of `read_transcripts`."""

    format: str | None
    roles: RoleMapping
    columns: Path | None
    channel: Channel | None
    subject_days: float = 30

    def tell_unmatched(self, met: Container[str]) -> None:
        """Say on stderr which of `--agent` and `--channel-roles` is none of those met, the `names_in` transcripts."""
        for entry in self.roles.unmatched(met):
            flag = "--channel-roles" if entry.startswith("channel ") else "--agent"
            typer.echo(f"llm-grader: {flag}: nobody is {entry}: see `llm-grader read INPUT --check`", err=True)


def reading_of(
    format: str | None,  # noqa: A002 - the flag's name
    agents: list[str] | None,
    roles: Path | None,
    columns: Path | None,
    channel: Channel | None,
    channel_roles: str | None,
) -> Reading:
    """What `--format`, `--agent`, `--roles`, `--columns`, `--channel` and `--channel-roles` say.

    Raises:
        UsageError: the channels' roles are not written as they should be.
        MalformedInput: the file of roles is no role mapping.
    """
    from llm_grader.readers.roles.roles import load_role_mapping

    mapping = load_role_mapping(roles, agents=agents or [], channels=_channel_roles(channel_roles))
    return Reading(format, mapping, columns, channel)


def _channel_roles(text: str | None) -> dict[str, Role]:
    from llm_grader.transcript import Role

    found: dict[str, Role] = {}
    for pair in text.split(",") if text is not None else ():
        channel, _, role = (part.strip() for part in pair.partition("="))
        number = re.fullmatch(r"(?:ch_?)?(\d{1,2})", channel)
        if number is None or role not in get_args(Role) or number[1] in found:
            raise UsageError(
                f"--channel-roles: found {pair.strip()!r}; expected each channel once, as its number and one of "
                f"{', '.join(get_args(Role))}, such as 0=agent,1=customer"
            )
        found[number[1]] = cast("Role", role)
    return found


def read_all(inputs: list[str]) -> list[Transcript]:
    """All transcripts, to be used more than once.

    Raises:
        InputError: one cannot be read, or there is none.
    """
    from llm_grader.readers.read import read_transcripts

    if found := list(read_transcripts(inputs)):
        return found
    raise _nothing_in(inputs)


def load_gold(path: Path | None, rubric: Rubric) -> LabelledSet | None:
    """The labels of `--gold`, which answer this rubric; None where it is not given."""
    from llm_grader.eval.judge.labelled_set import load_labelled_set

    return None if path is None else load_labelled_set(path, rubric)


def load_calibration_of(settings: Settings) -> Calibration | None:
    """The calibration that the settings name; None where they name none."""
    from llm_grader.grading.confidence import load_calibration

    return None if settings.calibration is None else load_calibration(settings.calibration)


def _nothing_in(inputs: list[str]) -> InputError:
    return InputError("no transcript to read", path=", ".join(inputs))


class Inputs:
    """Transcripts that can be read more than once: to count and check them first, and then to use them.

    Args:
        inputs: files, folders, globs or `-`; standard input is kept in memory.
        reading: how they are read.
        limit: only the first so many.
        shard: only the i-th of n parts, as "i/n"; the part follows from the transcript's id alone.
    """

    def __init__(
        self, inputs: list[str], reading: Reading, *, limit: int | None = None, shard: str | None = None
    ) -> None:
        from llm_grader.readers.read import read_transcripts

        self.unreadable = 0
        self._repeated = 0
        self.channels: Counter[Channel] = Counter()
        self._inputs = inputs
        self._reading = reading
        self._limit = limit
        self._wanted = _shard(shard)
        self._read: Callable[[Callable[[InputError], None]], Iterator[Transcript]] = lambda on_error: read_transcripts(
            inputs, **reading._asdict(), on_error=on_error
        )
        self._kept = list(self._read(self._tell)) if "-" in inputs else None

    def check(self) -> Iterator[Transcript]:
        """Read everything for the first time; what cannot be read is named on stderr and counted.

        How many transcripts there are of each channel is in `channels` afterwards.

        Raises:
            typer.Exit: there is not one that can be read, in no shard; stderr says so, too.
        """
        from llm_grader.readers.roles.roles import names_in

        met: set[str] = set()
        read = 0
        self._repeated = 0

        def noted(transcript: Transcript) -> Transcript:
            nonlocal read
            read += 1
            met.update(names_in(transcript))
            return transcript

        for transcript in self._chosen(map(noted, self._kept if self._kept is not None else self._read(self._tell))):
            self.channels[transcript.channel] += 1
            yield transcript
        if not read:
            self._tell(_nothing_in(self._inputs))
            raise typer.Exit(InputError.exit_code)
        if self.channels:
            self._reading.tell_unmatched(met)
        if self._repeated:
            typer.echo(
                f"llm-grader: {self._repeated} of the conversations were read before (the same id and content): each "
                "counts once",
                err=True,
            )

    def again(self) -> Iterator[Transcript]:
        """Read everything again, silently."""
        return self._chosen(self._kept if self._kept is not None else self._read(lambda _error: None))

    def _chosen(self, transcripts: Iterable[Transcript]) -> Iterator[Transcript]:
        return islice(filter(lambda transcript: self._wanted(transcript.id), self._once(transcripts)), self._limit)

    def _once(self, transcripts: Iterable[Transcript]) -> Iterator[Transcript]:
        """Each conversation once, however often its id comes with the same content."""
        seen: set[tuple[str, str]] = set()
        for transcript in transcripts:
            name = transcript.id, transcript.content_hash()
            if name in seen:
                self._repeated += 1
                continue
            seen.add(name)
            yield transcript

    def _tell(self, error: InputError) -> None:
        self.unreadable += 1
        typer.echo(f"llm-grader: {error}", err=True)


def _shard(text: str | None) -> Callable[[str], bool]:
    """Whether an id belongs to the shard `i/n`, with i from 1.

    Raises:
        UsageError: it is no such shard.
    """
    if text is None:
        return lambda _id: True
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    number, shards = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= shards:
        raise UsageError(f"--shard: expected i/n with i from 1 to n, such as 2/8, found {text!r}")
    return lambda id_: int.from_bytes(hashlib.sha256(id_.encode()).digest()[:8]) % shards == number - 1
