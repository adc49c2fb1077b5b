"""`read_transcripts`: which reader a file is for, and what is settled for all formats alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from llm_grader.errors import InputError, MalformedInput, UnsupportedFormat, UsageError
from llm_grader.files.mapping_file import load_mapping
from llm_grader.readers.calls import (
    assemblyai,
    azure_speech,
    captions,
    contact_lens,
    deepgram,
    genesys,
    transcribe,
    twilio,
    whisper,
)
from llm_grader.readers.chats import abcd, canonical, chat_messages, slack, whatsapp
from llm_grader.readers.desks import freshdesk, intercom, liveagent, zendesk
from llm_grader.readers.garbage import without_search
from llm_grader.readers.garbled import garbled_warnings
from llm_grader.readers.mail import mail
from llm_grader.readers.mail.mail_turns import with_mail_parts
from llm_grader.readers.pages import GOES_ON, goes_on
from llm_grader.readers.recipes.packaged import RECIPE_NAMES, load_recipe, packaged_recipe
from llm_grader.readers.recipes.recipe import Recipe
from llm_grader.readers.recipes.recipe_reader import RecipeReader
from llm_grader.readers.roles.role_doubts import role_warnings
from llm_grader.readers.roles.roles import RoleMapping, assign_roles, load_role_mapping, with_agent
from llm_grader.readers.source.columns import ColumnMapping, is_recipe
from llm_grader.readers.source.document import Document, Options
from llm_grader.readers.source.source import Source, read_documents
from llm_grader.readers.source.time_doubts import language_warnings, time_warnings
from llm_grader.readers.tables import tabular
from llm_grader.readers.tables.table_rows import column_names
from llm_grader.readers.text import labelled_text
from llm_grader.readers.unknown import describe_unknown, is_foreign, is_rich_text
from llm_grader.readers.vcon import vcon
from llm_grader.signals.language import with_languages
from llm_grader.transcript import Channel, Transcript

__all__ = ["FORMATS", "ColumnMapping", "RoleMapping", "read_transcripts"]


class Reader(Protocol):
    """A module that reads one format, file by file."""

    NAME: str

    def sniff(self, document: Document) -> bool: ...
    def read(self, document: Document) -> Iterator[Transcript]: ...


@runtime_checkable
class JoiningReader(Protocol):
    """A module that reads a format whose conversations span files: pieces of each file, then all of them together."""

    NAME: str

    def sniff(self, document: Document) -> bool: ...
    def pieces(self, document: Document) -> Iterator[Any]: ...
    def join(self, pieces: Iterable[Any], options: Options) -> Iterator[Transcript]: ...


# In the order in which they are asked: what is surest to know its own comes first.
_JOINING: tuple[JoiningReader, ...] = (mail, slack)
_READERS: tuple[Reader, ...] = (
    canonical,
    captions,
    genesys,
    twilio,
    abcd,
    zendesk,
    freshdesk,
    intercom,
    liveagent,
    tabular,
    vcon,
    deepgram,
    contact_lens,
    transcribe,
    assemblyai,
    azure_speech,
    whisper,
    chat_messages,
    whatsapp,
    labelled_text,
)
_ALL: tuple[Reader | JoiningReader, ...] = (*_JOINING, *_READERS)
_BY_NAME = {reader.NAME: reader for reader in _ALL}
_OF_TEXT: tuple[Reader, ...] = (whatsapp, labelled_text)  # what a table must not be taken for

FORMATS: tuple[str, ...] = (*_BY_NAME, *RECIPE_NAMES)
"""The names that `format` takes: readers, and recipes that ship."""


def describe_formats() -> dict[str, str]:
    """What each format is, in a line: as its reader or its recipe tells it."""
    readers = {name: _first_sentence(reader.__doc__) for name, reader in _BY_NAME.items()}
    recipes = {name: packaged_recipe(name).recipe for name in RECIPE_NAMES}
    return readers | {name: f"{recipe.title} ({recipe.source})" for name, recipe in recipes.items()}


def _first_sentence(text: str | None) -> str:
    first = (text or "").strip().partition("\n\n")[0]
    return " ".join(first.split()).removesuffix(".")


def read_transcripts(
    source: Source | Iterable[Source],
    *,
    format: str | None = None,  # noqa: A002 - the flag's name
    roles: RoleMapping | Mapping[str, Any] | Path | str | None = None,
    columns: ColumnMapping | Recipe | Mapping[str, Any] | Path | str | None = None,
    channel: Channel | None = None,
    on_error: Callable[[InputError], None] | None = None,
    on_file: Callable[[str, str], None] | None = None,
    subject_days: float = 30,
) -> Iterator[Transcript]:
    """Read conversations, one after the other, as they are asked for.

    Args:
        source: a file, a folder or zip archive (with all below it), a pattern, `-` for standard input, a
            `datasets.Dataset`, or several of these.
        format: one of `FORMATS`; found out from the content by default.
        roles: who is who, a `RoleMapping` or the YAML file of one.
        columns: what the columns of a table mean, a `ColumnMapping` or the YAML file of one; or a `Recipe` of your own,
            or the YAML file of one, by which everything is read then.
        channel: the channel where the source does not say.
        on_error: told about each file or record that cannot be read, and the rest is read. By default the first one
            is raised.
        on_file: told the name and the format of each file that is recognised.
        subject_days: how far apart mails of the same people and subject, of which none refers to the other, may be to
            make one conversation; 0 for never.

    Returns:
        The transcripts in the order of the files; mail, whose threads span files, comes last. Files are at most
        200 MB, and one of them is in memory at a time. An id that occurs again is kept, with a warning.

    Raises:
        UsageError: there is no such format.
        MalformedInput: `roles` or `columns` is wrong.
        InputError: while reading, without `on_error`: the first problem, with file and position.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(f"format: expected one of {', '.join(FORMATS)}, found {format!r}")
    mapping = None if columns is None else load_columns(columns)
    table = mapping if isinstance(mapping, ColumnMapping) else None
    options = Options(
        roles=load_role_mapping(roles), columns=table, channel=channel, on_error=on_error, subject_days=subject_days
    )
    given = None if format is None else _BY_NAME.get(format) or packaged_recipe(format)
    if isinstance(mapping, Recipe):
        given = RecipeReader(mapping)

    def choose(document: Document) -> Reader | JoiningReader:
        chosen = given or _recognise(document)
        if on_file is not None:
            on_file(document.name, chosen.NAME)
        return chosen

    return _read(read_documents(source, options), choose, options)


def load_columns(
    source: ColumnMapping | Recipe | Mapping[str, Any] | Path | str,
) -> ColumnMapping | Recipe:
    """A column mapping or a recipe: itself, the same as a mapping, or the YAML file of one (a path).

    Raises:
        MalformedInput: the file cannot be read or is neither; with the line.
    """
    if isinstance(source, (ColumnMapping, Recipe)):
        return source
    return load_recipe(source) if is_recipe(source) else load_mapping(ColumnMapping, source)


def _read(
    documents: Iterable[Document], choose: Callable[[Document], Reader | JoiningReader], options: Options
) -> Iterator[Transcript]:
    ids = _Ids()
    joined: dict[JoiningReader, list[Any]] = {}
    for document in documents:
        try:
            chosen = choose(document)
            if isinstance(chosen, JoiningReader):
                joined.setdefault(chosen, []).extend(chosen.pieces(document))
                continue
            for transcript in without_search(_of_file(document, chosen)):
                yield ids.made_unique(transcript, document)
        except InputError as error:
            document.report(error)
    for joining, pieces in joined.items():
        for transcript in joining.join(pieces, options):
            yield ids.made_unique(_settled(transcript, options))


def _of_file(document: Document, reader: Reader) -> Iterator[Transcript]:
    """The conversations of a file, settled, with its name and its warnings."""
    latest, more = None, list[str]()
    for transcript in reader.read(document):
        if document.json.latest is not latest:
            latest = document.json.latest
            more = [GOES_ON] if goes_on(latest) else []
        settled = _settled(transcript, document.options, as_written=reader is canonical)
        named = settled if reader is canonical else _with_source(settled, document.name)
        yield _with_warnings(named, [*document.warnings, *more])


def _recognise(document: Document) -> Reader | JoiningReader:
    """The first reader that knows the content.

    Raises:
        InputError: none does.
    """
    if document.is_empty:
        raise UnsupportedFormat("the file is empty")
    # whoever says what the columns mean wants a table read as one, whatever else it looks like
    wanted: tuple[Reader, ...] = (tabular,) if document.options.columns else ()
    for reader in (*wanted, *_candidates(document)):
        if reader.sniff(document) and not (reader is canonical and is_foreign(document.json.beginnings)):
            return reader
    if wanted and column_names(document):
        raise MalformedInput(tabular.missing_columns(document))
    problem = None if is_rich_text(document) else document.json.problem
    raise problem or UnsupportedFormat(describe_unknown(document))


def _candidates(document: Document) -> Iterator[Reader | JoiningReader]:
    """The readers that may know a file, in order; those of text are not asked about a table."""
    yield from (reader for reader in _ALL if reader not in _OF_TEXT)
    unmapped = tabular.is_unmapped(document)
    if document.json.first is not None or unmapped:
        yield from map(packaged_recipe, RECIPE_NAMES)
    if not unmapped:
        yield from _OF_TEXT


def _settled(transcript: Transcript, options: Options, *, as_written: bool = False) -> Transcript:
    """With the languages and roles that the source does not state, and what speaks against all that is there.

    What was written as a transcript is taken at its word for these, unless the caller says who is who.
    """
    quoted = with_mail_parts(transcript, as_written=as_written)
    if as_written and options.roles == RoleMapping():
        settled = with_agent(quoted, options.roles)
    else:
        settled = assign_roles(with_languages(quoted), options.roles)
    more = (*language_warnings(settled), *garbled_warnings(settled))
    return _with_warnings(settled, [*role_warnings(settled), *time_warnings(settled), *more])


def _with_source(transcript: Transcript, name: str) -> Transcript:
    return transcript if transcript.source else transcript.model_copy(update={"source": name})


def _with_warnings(transcript: Transcript, warnings: Iterable[str]) -> Transcript:
    new = [warning for warning in warnings if warning not in transcript.warnings]
    return transcript.model_copy(update={"warnings": (*transcript.warnings, *new)}) if new else transcript


class _Ids:
    """The ids of one read: those that readers made up are made unique, those of the source stay and are told."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        """Id → the file it was first read from."""

    def made_unique(self, transcript: Transcript, document: Document | None = None) -> Transcript:
        file = "" if document is None else document.name
        if transcript.id not in self._seen:
            self._seen[transcript.id] = file
            return transcript
        if document is None or transcript.id not in document.made_ids:
            return _with_warnings(transcript, [f"the id {transcript.id!r} was read before: two transcripts have it"])
        unique = next(name for n in count(2) if (name := f"{transcript.id}-{n}") not in self._seen)
        warning = f"the id {transcript.id} is that of {self._seen[transcript.id]}: {file} is called {unique}"
        self._seen[unique] = file
        return _with_warnings(transcript.model_copy(update={"id": unique}), [warning])
