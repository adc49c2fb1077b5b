"""What a result is stored under: a hash of everything that can change it. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from llm_grader.transcript import Transcript
from llm_grader.verdict import Provenance

_NOT_ASKED = {"key", "family", "library_version", "answered_by", "graded_at"}
_OF_THE_VERSION = {"rubric_version", "rubric_hash"}


class Keys:
    """The keys of one grader's results.

    Args:
        provenance: what its cards have in common.
        path: of the endpoint's address; a server may have several endpoints.
    """

    def __init__(self, provenance: Provenance, path: str) -> None:
        self._provenance = provenance
        content = {**provenance.model_dump(exclude=_NOT_ASKED), "path": path}
        self._key = _prefix(content)
        self._family = _prefix({name: value for name, value in content.items() if name not in _OF_THE_VERSION})

    def key(self, transcript: Transcript) -> str:
        """What the transcript's result is stored under."""
        return _hash(self._key, transcript.content_hash())

    def stamp(self, transcript: Transcript) -> Provenance:
        """The provenance of the transcript's card, with its key and family."""
        content = transcript.content_hash()
        keys = {"key": _hash(self._key, content), "family": _hash(self._family, content)}
        return self._provenance.model_copy(update=keys)


def _prefix(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


def _hash(prefix: bytes, content_hash: str) -> str:
    return hashlib.sha256(prefix + content_hash.encode()).hexdigest()
