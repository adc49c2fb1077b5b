"""`python -m llm_grader.eval.bench.reading`: the processor time that 10 MB of each text format take to be read.

Each format is read in a process of its own; imports and a first, small file are left out. Telling the languages of the
turns is the same for all formats, and is counted apart.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from unittest.mock import patch

from llm_grader.eval.bench.workload import transcript
from llm_grader.readers import read
from llm_grader.signals.language import with_languages
from llm_grader.transcript import Transcript

_NAMES = {"agent": "Agent", "customer": "Customer"}
_PEOPLE = {"agent": "Ann Lee", "customer": "Bo Ek"}


def main() -> None:
    """The command line: measures the formats, and prints each as it is done."""
    parser = argparse.ArgumentParser(prog="python -m llm_grader.eval.bench.reading", description=__doc__)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--mb", type=float, default=10.0, help="size of each file")
    parser.add_argument("--alone", action="store_true", help="in this process: the two figures and nothing else")
    arguments = parser.parse_args()
    for name in arguments.formats:
        if arguments.alone:
            sys.stdout.write("{:.2f} {:.2f}\n".format(*measure(name, arguments.mb)))
            continue
        alone = ["--alone", "--formats", name, "--mb", str(arguments.mb)]
        command = [sys.executable, "-m", "llm_grader.eval.bench.reading", *alone]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603 - ourselves
        reading, languages = map(float, done.stdout.split())
        sys.stdout.write(f"{name:<14}{reading:>8.2f} s{languages:>8.2f} s\n")
        sys.stdout.flush()


def measure(name: str, megabytes: float) -> tuple[float, float]:
    """Processor seconds, user and system, for a file of this format and size: reading it, and telling its languages."""
    languages = 0.0

    def timed(transcript: Transcript) -> Transcript:
        nonlocal languages
        began = time.process_time()
        read = with_languages(transcript)
        languages += time.process_time() - began
        return read

    with tempfile.TemporaryDirectory() as folder, patch.object(read, "with_languages", timed):
        small, large = Path(folder) / "small", Path(folder) / "large"
        write_file(small, name, 0.01)
        write_file(large, name, megabytes)
        deque(read.read_transcripts(small), maxlen=0)
        languages, began = 0.0, time.process_time()
        deque(read.read_transcripts(large), maxlen=0)
        return time.process_time() - began - languages, languages


def write_file(path: Path, name: str, megabytes: float) -> None:
    """Conversations in a format, until they have this size."""
    if name == "Parquet":
        _write_parquet(path, megabytes)
        return
    parts = list(_until(FORMATS[name](), round(megabytes * 1_000_000)))
    path.write_text("".join(parts), encoding="utf-8")


def _until(parts: Iterable[str], size: int) -> Iterator[str]:
    for part in parts:
        size -= len(part)
        yield part
        if size < 0:
            return


def _talks() -> Iterator[Transcript]:
    return (transcript(number) for number in count())


def _canonical() -> Iterator[str]:
    return (talk.model_dump_json(exclude_defaults=True) + "\n" for talk in _talks())


def _text() -> Iterator[str]:
    return (f"{_NAMES[turn.role]}: {turn.text}\n" for talk in _talks() for turn in talk.turns)


def _names_above(when: str) -> Iterator[str]:
    """Each speaker on a line of its own above the words, as meetings and chats are pasted."""
    turns = (turn for talk in _talks() for turn in talk.turns)
    for number, turn in enumerate(turns):
        yield f"{_PEOPLE[turn.role]}{when.format(_stamp(4 * number))}\n{turn.text}\n\n"


def _whatsapp() -> Iterator[str]:
    return (f"13/05/24, 10:22 - {_NAMES[turn.role]}: {turn.text}\n" for talk in _talks() for turn in talk.turns)


def _csv() -> Iterator[str]:
    yield "transcript_id,role,text\n"
    for talk in _talks():
        cells = io.StringIO()
        csv.writer(cells).writerows((talk.id, turn.role, turn.text) for turn in talk.turns)
        yield cells.getvalue()


def _stamp(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _cues(mark: str, point: str) -> Iterator[str]:
    yield mark
    turns = (turn for talk in _talks() for turn in talk.turns)
    for number, turn in enumerate(turns):
        times = f"{_stamp(4 * number)}{point}000 --> {_stamp(4 * number + 3)}{point}500"
        yield f"{number + 1}\n{times}\n{_NAMES[turn.role]}: {turn.text}\n\n"


def _transport(number: int) -> str:
    """The headers that mail has when it has come through two servers."""
    signature = "\n\t".join(
        f"{number:08x}QkFTRTY0IHNpZ25hdHVyZSBvZiB0aGUgbWFpbCBhbmQgaXRzIGhlYWRlcnM" for _ in range(6)
    )
    hop = "from {0} ({0} [192.0.2.7])\n\tby {1} (Postfix) with ESMTPS id 4VdQx{2}\n\tfor <help@house.example>; "
    at = "Mon, 13 May 2024 10:22:01 +0200 (CEST)"
    return (
        "Return-Path: <ana@example.org>\nDelivered-To: help@house.example\n"
        f"Received: {hop.format('mx.house.example', 'store.house.example', number)}{at}\n"
        f"Received: {hop.format('out.example.org', 'mx.house.example', number + 1)}{at}\n"
        "Authentication-Results: mx.house.example; dkim=pass header.d=example.org; spf=pass\n"
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=mail;\n\th=from:to:subject:date;\n"
        f"\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\n\tb={signature}\n"
    )


def _letters(kind: str) -> Iterator[str]:
    """Threads of five letters of about 1,700 characters, of which 400 are what was written."""
    for number, talk in enumerate(_talks()):
        for position in range(5):
            sender, to = ("help@house.example", "Ana <ana@example.org>")[:: 1 if position % 2 else -1]
            reply = f"In-Reply-To: <{number}.{position - 1}@example.org>\n" if position else ""
            texts = [turn.text for turn in talk.turns[4 * position : 4 * position + 4]]
            page = "".join(f"<p>{text}</p>" for text in texts)
            text = "\n".join(texts) if kind == "plain" else f"<html><body>{page}<br><div>Ana</div></body></html>"
            yield (
                f"From MAILER Mon May 13 10:22:00 2024\n{_transport(number)}"
                f"From: {sender}\nTo: {to}\nSubject: Order {number}\n"
                f"Date: Mon, 13 May 2024 10:22:{position:02} +0200\nMessage-ID: <{number}.{position}@example.org>\n"
                f"{reply}MIME-Version: 1.0\nContent-Type: text/{kind}; charset=utf-8\n\n{text}\n\n"
            )


def _messages() -> Iterator[str]:
    for talk in _talks():
        messages = [{"role": "user" if t.role == "customer" else "assistant", "content": t.text} for t in talk.turns]
        yield json.dumps({"id": talk.id, "messages": messages}) + "\n"


def _crisp() -> Iterator[str]:
    """Pages of messages as Crisp gives them, which a recipe reads."""
    for number, talk in enumerate(_talks()):
        messages = [
            {
                "session_id": f"session_{number}",
                "type": "text",
                "from": "user" if turn.role == "customer" else "operator",
                "origin": "chat",
                "content": turn.text,
                "timestamp": 1_767_600_000_000 + 1000 * place,
                "user": {"nickname": _PEOPLE[turn.role], "user_id": turn.role},
            }
            for place, turn in enumerate(talk.turns)
        ]
        yield json.dumps({"error": False, "data": messages}) + "\n"


def _write_parquet(path: Path, megabytes: float) -> None:
    import pyarrow  # type: ignore[import-untyped]  # comes with datasets
    import pyarrow.parquet  # type: ignore[import-untyped]

    write_file(path, "CSV", megabytes)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), str(path), compression=None, use_dictionary=False)


FORMATS: dict[str, Callable[[], Iterator[str]]] = {
    "JSONL": _canonical,
    "text": _text,
    "name and time": lambda: _names_above("  {}"),
    "bare names": lambda: _names_above(""),
    "name over time": lambda: _names_above("\n{}"),
    "WhatsApp": _whatsapp,
    "CSV": _csv,
    "Parquet": _csv,
    "WebVTT": lambda: _cues("WEBVTT\n\n", "."),
    "SRT": lambda: _cues("", ","),
    "mbox": lambda: _letters("plain"),
    "mbox, HTML": lambda: _letters("html"),
    "messages": _messages,
    "recipe": _crisp,
}

if __name__ == "__main__":
    main()
