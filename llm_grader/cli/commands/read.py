"""`llm-grader read`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import InputError, UsageError

if TYPE_CHECKING:
    from llm_grader.transcript import Transcript

_SOME_FAILED, _ALL_FAILED = 3, 65

Check = Annotated[bool, typer.Option("--check", help="Only report what was understood.")]
Redact = Annotated[
    bool, typer.Option("--redact", help="Put tokens in place of addresses, numbers and the names that are known.")
]
Values = Annotated[
    Path | None, typer.Option("--values", help="With --redact: new file for what leads back, for its owner alone.")
]
Restore = Annotated[Path | None, typer.Option("--restore", help="Undo --redact with the file that its --values wrote.")]


@options.grouped
def read(
    source: options.InputFlags,
    check: Check = False,
    redact: Redact = False,
    values: Values = None,
    restore: Restore = None,
) -> None:
    """Show how input is understood, as one canonical transcript a line.

    Inputs that cannot be read are told on stderr; exit 3 when some could not be read, 65 when none could.

    Formats: email, slack, canonical, captions, genesys, twilio, abcd, zendesk, freshdesk, intercom, liveagent, table,
    vcon, deepgram, contact-lens, transcribe, assemblyai, azure-speech, whisper, messages, whatsapp, text.

    Examples:
      llm-grader read inbox/ > transcripts.jsonl

      llm-grader read call.vtt --agent "Speaker 1" --check

      llm-grader read stereo.json --channel-roles 0=agent,1=customer --check

      llm-grader read inbox/ --redact --values values.jsonl > redacted.jsonl
    """
    from llm_grader.readers.read import read_transcripts
    from llm_grader.readers.roles.roles import names_in

    failed: list[InputError] = []
    met: set[str] = set()
    shown = 0

    def tell(error: InputError) -> None:
        failed.append(error)
        typer.echo(f"llm-grader: {error}", err=True)

    reading = source.reading()
    transcripts = read_transcripts(
        source.inputs,
        **reading._asdict(),
        on_error=tell,
        on_file=(lambda name, kind: typer.echo(f"{name}: {kind}")) if check else None,
    )
    with _changing(redact=redact, values=values, restore=restore) as changed:
        for transcript in transcripts:
            met |= names_in(transcript)
            try:
                _print(changed(transcript), check=check)
                shown += 1
            except InputError as error:
                tell(error)
    if shown:
        reading.tell_unmatched(met)
    if shown == 0 and not failed:
        typer.echo("llm-grader: no files to read", err=True)
    raise typer.Exit(_ALL_FAILED if shown == 0 else _SOME_FAILED if failed else 0)


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
    from llm_grader.readers.roles.role_doubts import role_warnings

    yield f"  {transcript.id}: {transcript.channel}, {len(transcript.turns)} turns"
    if transcript.language:
        yield f"    language: {transcript.language} (by {'the words' if transcript.language_source else 'source'})"
    speakers = Counter((t.speaker or "(no name)", t.role, t.role_source, t.role_confidence) for t in transcript.turns)
    for (speaker, role, source, confidence), turns in speakers.items():
        sure = "" if confidence is None else f" {confidence:.2f}"
        yield f"    {speaker}: {role} (by {source or 'source'}{sure}), {turns} turns"
    if transcript.agent_id:
        yield f"    under review: {transcript.agent_id}"
    for warning in dict.fromkeys((*transcript.warnings, *role_warnings(transcript))):
        yield f"    warning: {warning}"
