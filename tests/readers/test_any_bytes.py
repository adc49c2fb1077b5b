from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llm_grader.errors import InputError
from llm_grader.readers import FORMATS, read_transcripts
from llm_grader.transcript import Transcript

DATA = Path(__file__).parents[1] / "data" / "readers"
WHOLE = [file.read_bytes() for file in sorted(DATA.iterdir()) if file.is_file()]
CRUMBS = [
    *(
        b"\n",
        b"\r\n",
        b"\0",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xfe\xff",
        b"PAR1",
        b'{"turns": [',
        b"}",
        b'\\ud800"',
        b"[" * 300,
    ),
    *(
        b"From ",
        b"From: ",
        b"boundary=b",
        b"--b--",
        b"=?utf-7?Q?+2AA-?=",
        b"Content-Type: multipart/mixed;",
        b"Date: 99",
    ),
    *(
        b"WEBVTT\n\n",
        b" --> ",
        b"00:00:01.000",
        b"<v ",
        b"&#xD800;",
        b"Agent: ",
        b"[99:99] ",
        b"id,role,text\n",
        b'"',
        b"> ",
    ),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """One of our files with bits inserted, removed and exchanged."""
    data = bytearray(draw(st.sampled_from([*WHOLE, b""])))
    for _ in range(draw(st.integers(1, 6))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 30))
        data[at : at + length] = draw(st.sampled_from(CRUMBS) | st.binary(max_size=8))
    return bytes(data)


@pytest.mark.parametrize("format", [None, *FORMATS])
def test_any_bytes_give_transcripts_or_typed_errors(format: str | None) -> None:  # noqa: A002
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"

        @settings(max_examples=25, suppress_health_check=list(HealthCheck))
        @given(damaged() | st.binary(max_size=200))
        def hold(data: bytes) -> None:
            file.write_bytes(data)
            problems: list[InputError] = []
            transcripts = list(read_transcripts(file, format=format, on_error=problems.append))
            assert transcripts or problems or format is not None
            for transcript in transcripts:
                assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript
                for turn in transcript.turns:
                    assert not turn.segments or turn.segments[-1].end == len(turn.text)
            assert all(problem.path == str(file) for problem in problems)

        hold()
