"""`llm-grader read`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import InputError, UsageError

if TYPE_CHECKING:
    from llm_grader.cli.setup.inputs import Reading
    from llm_grader.transcript import Transcript

_SOME_FAILED, _ALL_FAILED = 3, 65

Check = Annotated[bool, typer.Option("--check", help="Only report what was understood, with totals.")]
Recipe = Annotated[
    Path | None, typer.Option("--recipe", help="YAML file that says how an export is read.", metavar="FILE")
]
Suggest = Annotated[
    bool, typer.Option("--suggest-columns", help="Draft the mapping of a table, or the recipe of other JSON.")
]
Redact = Annotated[
    bool, typer.Option("--redact", help="Put tokens in place of addresses, numbers and the names that are known.")
]
Values = Annotated[
    Path | None,
    typer.Option("--values", help="With --redact: new file for what leads back, for its owner alone.", metavar="FILE"),
]
Restore = Annotated[
    Path | None,
    typer.Option("--restore", help="Undo --redact with the file that its --values wrote.", metavar="FILE"),
]


@options.grouped
def read(
    source: options.InputFlags,
    recipe: Recipe = None,
    suggest_columns: Suggest = False,
    check: Check = False,
    redact: Redact = False,
    values: Values = None,
    restore: Restore = None,
) -> None:
    """Show how input is understood, as one canonical transcript a line.

    Inputs that cannot be read are told on stderr; exit 3 when some could not be read, 65 when none could.

    `read formats` lists the formats, those that have a reader and those that have a recipe; `read schema` prints the
    JSON Schema of column mappings and of recipes. (Files of these names are ./formats and ./schema.)

    Example: llm-grader read inbox/ > transcripts.jsonl

    Example: llm-grader read call.vtt --agent "Speaker 1" --check

    Example: llm-grader read stereo.json --channel-roles 0=agent,1=customer --check

    Example: llm-grader read table.csv --suggest-columns > columns.yaml

    Example: llm-grader read export.json --recipe recipe.yaml --check

    Example: llm-grader read inbox/ --redact --values values.jsonl > redacted.jsonl
    """
    if source.inputs == ["formats"]:
        _print_formats()
    elif source.inputs == ["schema"]:
        _print_schema()
    elif suggest_columns:
        _print_suggestion(source.inputs)
    else:
        with _changing(redact=redact, values=values, restore=restore) as changed:
            totals = _show(source.inputs, _reading(source, recipe), changed, check=check)
        _end(totals, check=check)  # not before the file of --values is closed


def _reading(source: options.InputFlags, recipe: Path | None) -> Reading:
    """How the inputs are read, by a recipe where one is named.

    Raises:
        UsageError: a mapping is named, too.
        MalformedInput: the file is no recipe.
    """
    from llm_grader.readers.recipes.packaged import load_recipe

    if recipe is None:
        return source.reading()
    if source.columns is not None:
        raise UsageError("--recipe and --columns: expected one of them")
    load_recipe(recipe)  # a column mapping would be taken as one
    return replace(source, columns=recipe).reading()


def _print_formats() -> None:
    """Every format, in a line: its name, and what its reader or its recipe says of it."""
    from llm_grader.readers.read import describe_formats

    for name, about in describe_formats().items():
        typer.echo(f"{name:26} {about}")


def _print_schema() -> None:
    from llm_grader.readers.recipes.recipe import Recipe
    from llm_grader.readers.source.columns import ColumnMapping

    schemas = {"columns": ColumnMapping.model_json_schema(), "recipe": Recipe.model_json_schema()}
    typer.echo(json.dumps(schemas, indent=2))


def _print_suggestion(inputs: list[str]) -> None:
    """The mapping or the recipe that the first file suggests.

    Raises:
        InputError: there is no file, or nothing in it looks like a conversation.
    """
    from llm_grader.readers.recipes.draft import suggest_mapping
    from llm_grader.readers.source.document import Options
    from llm_grader.readers.source.source import read_documents

    document = next(read_documents(inputs, Options()), None)
    if document is None:
        raise InputError("no file to look at", path=", ".join(inputs))
    try:
        typer.echo(suggest_mapping(document), nl=False)
    except InputError as error:
        raise type(error)(error.message, path=error.path or document.name, where=error.where) from error


@dataclass
class _Totals:
    """What was read so far: files that were recognised, conversations, turns and warnings, and what was refused."""

    files: int = 0
    conversations: int = 0
    turns: int = 0
    refused: int = 0
    warnings: int = 0

    def add(self, transcript: Transcript) -> None:
        """Count a conversation."""
        self.conversations += 1
        self.turns += len(transcript.turns)
        self.warnings += len(_warnings(transcript))

    def refuse(self, error: InputError) -> None:
        """Tell what cannot be read, and count it."""
        self.refused += 1
        typer.echo(f"llm-grader: {error}", err=True)

    @property
    def exit_code(self) -> int:
        """Whether all, some or none could be read."""
        if not self.conversations:
            return _ALL_FAILED
        return _SOME_FAILED if self.refused else 0

    def __str__(self) -> str:
        return "in all: " + ", ".join(f"{number} {name}" for name, number in asdict(self).items())


def _show(inputs: list[str], reading: Reading, changed: Callable[[Transcript], Transcript], *, check: bool) -> _Totals:
    """Print the transcripts, and tell what cannot be read; how much there was."""
    from llm_grader.readers.read import read_transcripts
    from llm_grader.readers.roles.roles import names_in

    met: set[str] = set()
    totals = _Totals()

    def begin(name: str, kind: str) -> None:
        totals.files += 1
        if check:
            typer.echo(f"{name}: {kind}")

    for transcript in read_transcripts(inputs, **reading._asdict(), on_error=totals.refuse, on_file=begin):
        met |= names_in(transcript)
        try:
            _print(changed(transcript), check=check)
        except InputError as error:
            totals.refuse(error)
        else:
            totals.add(transcript)
    if totals.conversations:
        reading.tell_unmatched(met)
    return totals


def _end(totals: _Totals, *, check: bool) -> NoReturn:
    """Say how much was read, where that is what was asked, and end with the code for it.

    Raises:
        typer.Exit: always.
    """
    if check:
        typer.echo(str(totals))
    if not totals.conversations and not totals.refused:
        nothing = "no conversation in what was read" if totals.files else "no files to read"
        typer.echo(f"llm-grader: {nothing}", err=True)
    raise typer.Exit(totals.exit_code)


@contextmanager
def _changing(
    *, redact: bool, values: Path | None, restore: Path | None
) -> Iterator[Callable[[Transcript], Transcript]]:
    """What is done to each transcript before it is shown.

    Raises:
        UsageError: the flags contradict each other.
    """
    from llm_grader.privacy.pseudonyms import Pseudonyms, SavedValues, new_values_file

    if values is not None and not redact:
        raise UsageError("--values: expected with --redact; to undo it, name the file with --restore")
    if redact and restore is not None:
        raise UsageError("--redact and --restore: expected one of them")
    pseudonyms = Pseudonyms()
    if restore is not None:
        yield SavedValues(restore).restore
    elif values is not None:
        with new_values_file(values) as keep:

            def redacted(transcript: Transcript) -> Transcript:
                changed, leads_back = pseudonyms(transcript)
                keep(leads_back)
                return changed

            yield redacted
    else:
        yield (lambda transcript: pseudonyms(transcript)[0]) if redact else (lambda transcript: transcript)


def _print(transcript: Transcript, *, check: bool) -> None:
    typer.echo("\n".join(_report(transcript)) if check else transcript.model_dump_json(exclude_none=True))


def _report(transcript: Transcript) -> Iterator[str]:
    """What was understood of one transcript: who speaks how often and why they have their role, and the warnings."""
    yield f"  {transcript.id}: {transcript.channel}, {len(transcript.turns)} turns"
    if transcript.language:
        yield f"    language: {transcript.language} (by {'the words' if transcript.language_source else 'source'})"
    speakers = Counter((t.speaker or "(no name)", t.role, t.role_source, t.role_confidence) for t in transcript.turns)
    for (speaker, role, source, confidence), turns in speakers.items():
        sure = "" if confidence is None else f" {confidence:.2f}"
        why = "say who it is with --agent or --roles" if role == "unknown" else f"by {source or 'source'}{sure}"
        yield f"    {speaker}: {role} ({why}), {turns} turns"
    if transcript.agent_id:
        yield f"    under review: {transcript.agent_id}"
    for warning in _warnings(transcript):
        yield f"    warning: {warning}"


def _warnings(transcript: Transcript) -> list[str]:
    """What was assumed of a transcript, and what speaks against the roles in it, each once."""
    from llm_grader.readers.roles.role_doubts import role_warnings

    return list(dict.fromkeys((*transcript.warnings, *role_warnings(transcript))))
