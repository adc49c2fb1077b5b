"""Texts that try to steer whoever grades a conversation, by kind and language, in `texts/by_pattern_authors.yaml`.

One author wrote them and the patterns of `signals.flag_patterns`, which were written with all but the last set in mind.
The weights of `signals.flag_words` are learnt from these as well. `HELD_OUT` was written when the patterns were done,
in other words, and measures recall, see `injections`. Whoever changes a pattern because of a line in it has to write
new lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from llm_grader.files.yaml_strict import load_yaml

TextsByKind = Mapping[str, Mapping[str, list[str]]]

_FILE = Path(__file__).parent / "texts" / "by_pattern_authors.yaml"
_SETS: Mapping[str, TextsByKind] = load_yaml(_FILE.read_bytes(), path=_FILE.name)[0]

SEEN = _SETS["seen"]
"""Kind → BCP 47 code → texts."""

SEEN_LATER = _SETS["seen_later"]
"""Texts that were held out first: 5 of 80 were flagged, and concepts were added."""

SEEN_LAST = _SETS["seen_last"]
"""Texts that were held out next: 33 of 80 were flagged, and words were added."""

HELD_OUT = _SETS["held_out"]
"""Texts that no pattern was written for."""
