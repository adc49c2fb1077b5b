"""The sample report is made of the labels of `eval/gold`, and the one in the checkout holds all of them."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path

from llm_grader.eval.measured.sample_report import TITLE, write_sample

ROOT = Path(__file__).parents[3]


def conversations(page: str) -> set[str]:
    chunks = re.findall(r'<script type="text/plain" id="k\d+">([^<]*)</script>', page)
    return {one["id"] for chunk in chunks for one in json.loads(gzip.decompress(base64.b64decode(chunk)))}


def test_it_shows_every_labelled_conversation_and_says_that_no_model_took_part(tmp_path: Path) -> None:
    write_sample(tmp_path / "sample.html")
    page, kept = (path.read_text("utf-8") for path in (tmp_path / "sample.html", ROOT / "eval/gold/sample_report.html"))
    assert len(conversations(page)) == 18
    assert conversations(kept) == conversations(page)
    assert TITLE in kept
