"""The key that a result is stored under: a hash of everything that can change it. Pure."""

from __future__ import annotations

import hashlib

from llm_grader.content import content_hash, content_of, differing
from llm_grader.transcript import Transcript
from llm_grader.verdict import PARAMETER_DEFAULTS, Provenance

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
        parameters = differing(provenance.parameters, PARAMETER_DEFAULTS)
        content = {**content_of(provenance, without=_NOT_ASKED), "parameters": parameters, "path": path}
        self._judge = content_hash(content)
        self._family = content_hash({name: value for name, value in content.items() if name not in _OF_THE_VERSION})

    def key(self, transcript: Transcript) -> str:
        """The key that the transcript's result is stored under."""
        return _joined(self._judge, transcript.content_hash())

    def stamp(self, transcript: Transcript) -> Provenance:
        """The provenance of the transcript's card, with its key and family."""
        content = transcript.content_hash()
        keys = {"key": _joined(self._judge, content), "family": _joined(self._family, content)}
        return self._provenance.model_copy(update=keys)


def _joined(judge: str, transcript: str) -> str:
    return hashlib.sha256(f"{judge}{transcript}".encode()).hexdigest()
