"""Identity: what says how a card comes about, and what its result is stored under, a hash of all that can change it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from llm_grader.asking.messages import LOCAL_TEMPLATES, ROLE_TEMPLATES, TEMPLATES, Prompts, prompt_hash
from llm_grader.gateway.endpoint import LOCAL, parameters_of
from llm_grader.grader.settings import GraderSettings
from llm_grader.transcript import Transcript
from llm_grader.verdict import Provenance
from llm_grader.version import __version__

_NOT_HASHED = {"key", "family", "library_version", "answered_by", "graded_at"}
_OF_THE_VERSION = {"rubric_version", "rubric_hash"}


class Identity:
    """Identity of one grader's results: their keys and provenances. Pure.

    Args:
        base: what the provenances of all its cards have in common; its key is empty.
        path: of the endpoint's address; a server may have several endpoints.
    """

    def __init__(self, base: Provenance, path: str) -> None:
        self.base = base
        content = {**base.model_dump(exclude=_NOT_HASHED), "path": path}
        self._key = _prefix(content)
        self._family = _prefix({name: value for name, value in content.items() if name not in _OF_THE_VERSION})

    def key(self, transcript: Transcript) -> str:
        """What the transcript's result is stored under."""
        return _hash(self._key, transcript.content_hash())

    def provenance(self, transcript: Transcript) -> Provenance:
        """The provenance of the transcript's card, with its key and family."""
        content = transcript.content_hash()
        keys = {"key": _hash(self._key, content), "family": _hash(self._family, content)}
        return self.base.model_copy(update=keys)


def base_provenance(prompts: Prompts, settings: GraderSettings, *, judge: str | None = None) -> Provenance:
    """What the provenances of all cards by these settings have in common; the key is empty.

    Args:
        prompts: of the rubric, in its languages.
        settings: all of them; only those that can change a grade are in it.
        judge: the name of one that answers in place of an endpoint.
    """
    rubric, is_local = prompts.rubric, judge is None and settings.is_local
    templates = (*(LOCAL_TEMPLATES if is_local else TEMPLATES), *(ROLE_TEMPLATES if settings.ask_roles else ()))
    parameters = {
        **parameters_of(settings),
        "items_per_call": settings.items_per_call,
        "samples": settings.samples,
        "redact": settings.redact,
        "ask_roles": settings.ask_roles,
        "language": prompts.language,
        "reason_language": prompts.reason_language,
    }
    if is_local:
        from llm_grader.local.offsets import offsets_hash

        parameters["offsets"] = offsets_hash()
    return Provenance(
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_hash=rubric.content_hash(),
        prompt_hash=prompt_hash(*templates),
        model=judge or settings.model,
        endpoint=None if judge else LOCAL if is_local else settings.host,
        parameters=parameters,
        key="",
        library_version=__version__,
    )


def _prefix(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True).encode()


def _hash(prefix: bytes, content_hash: str) -> str:
    return hashlib.sha256(prefix + content_hash.encode()).hexdigest()
