"""Identity: what says how a card comes about, and what its result is stored under, a hash of all that can change it."""

from __future__ import annotations

import hashlib

from llm_grader.asking.messages import (
    DECISION_TEMPLATES,
    LOCAL_TEMPLATES,
    ROLE_TEMPLATES,
    TEMPLATES,
    Prompts,
    prompt_hash,
)
from llm_grader.content import content_hash, content_of, differing
from llm_grader.gateway.endpoint import DECISION_MODES, LOCAL, Endpoint, parameters_of
from llm_grader.grader.settings import GraderSettings
from llm_grader.transcript import Transcript
from llm_grader.verdict import PARAMETER_DEFAULTS, Provenance
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
        parameters = differing(base.parameters, PARAMETER_DEFAULTS)
        content = {**content_of(base, without=_NOT_HASHED), "parameters": parameters, "path": path}
        self._judge = content_hash(content)
        self._family = content_hash({name: value for name, value in content.items() if name not in _OF_THE_VERSION})

    def key(self, transcript: Transcript) -> str:
        """What the transcript's result is stored under."""
        return _joined(self._judge, transcript.content_hash())

    def provenance(self, transcript: Transcript) -> Provenance:
        """The provenance of the transcript's card, with its key and family."""
        content = transcript.content_hash()
        keys = {"key": _joined(self._judge, content), "family": _joined(self._family, content)}
        return self.base.model_copy(update=keys)


def base_provenance(
    prompts: Prompts, endpoint: Endpoint, settings: GraderSettings, *, judge: str | None = None
) -> Provenance:
    """What the provenances of all cards by these settings have in common; the key is empty.

    Args:
        prompts: of the rubric, in its languages.
        endpoint: where a model is asked, and how.
        settings: how transcripts are sent; only what can change a grade is in it.
        judge: the name of one that answers in place of an endpoint.
    """
    rubric, is_local = prompts.rubric, judge is None and endpoint.is_local
    decides = judge is None and endpoint.mode in DECISION_MODES
    asking = LOCAL_TEMPLATES if is_local else DECISION_TEMPLATES if decides else TEMPLATES
    templates = (*asking, *(ROLE_TEMPLATES if settings.ask_roles else ()))
    parameters = {
        **parameters_of(endpoint),
        "items_per_call": settings.items_per_call,
        "samples": settings.samples,
        "redact": settings.redact,
        "ask_roles": settings.ask_roles,
        "language": prompts.language,
        "reason_language": prompts.reason_language,
    }
    if is_local:
        from llm_grader.local.fits import basis_of

        parameters |= basis_of(endpoint.weights_file)
    return Provenance(
        rubric_id=rubric.id,
        rubric_version=rubric.version,
        rubric_hash=rubric.content_hash(),
        prompt_hash=prompt_hash(*templates),
        model=judge or (endpoint.weights_file.name if endpoint.weights_file else endpoint.model),
        endpoint=None if judge else LOCAL if is_local else endpoint.host,
        parameters=parameters,
        key="",
        library_version=__version__,
    )


def _joined(judge: str, transcript: str) -> str:
    return hashlib.sha256(f"{judge}{transcript}".encode()).hexdigest()
