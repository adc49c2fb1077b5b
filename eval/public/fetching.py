"""Public data from its authors: the shape of a fetched set, and the download of its bytes."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any, NamedTuple

from llm_grader.errors import InputError

Fetch = Callable[[str], bytes]
Row = dict[str, Any]

RAW = "https://raw.githubusercontent.com"


class Rows(NamedTuple):
    """A set in the shape that all are brought into.

    Transcripts: `{id, channel, language, turns: [{speaker, text, timestamp?}], …}`. Labels: `{transcript_id, item_id,
    annotator, label, turn_index?, evidence_quotes?}`.
    """

    transcripts: list[Row]
    labels: list[Row]


def download(url: str) -> bytes:
    """The bytes behind an https address.

    Raises:
        InputError: they cannot be had.
    """
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - the addresses are constants of this module
            return bytes(answer.read())
    except OSError as error:
        raise InputError(f"cannot be fetched: {error}", path=url) from error
