"""Every error a caller can act on.

GraderError
├── UsageError              a setting or an argument is wrong                      exit 2
├── InputError              a file cannot be used as it is                         exit 65
│   ├── UnsupportedFormat   no reader recognises it
│   ├── MalformedInput      the reader recognises it, and something in it is broken
│   ├── RubricError         a rubric file is wrong
│   └── StoreError          the store file is foreign, corrupt or of a newer version
├── DiskError               a file cannot be written                               exit 74
├── LocalModelError         the embedded model cannot be started                   exit 4
├── RunStopped              the run stops, and run again it resumes                exit 75
│   ├── EndpointDown        the endpoint has not answered for too long
│   ├── BudgetExceeded      the next request would exceed a limit that was set
│   └── Interrupted         a signal or a caller lets it begin nothing new
└── JudgeError              one request to a model failed                          exit 4
    ├── EndpointError       wrong key, quota, model or address: no transcript can be graded
    │   ├── AuthError  QuotaError  ModelNotFound
    ├── TransientError      worth trying again; .in_doubt: it may have been worked on exit 75
    │   └── RateLimited     .retry_after, in seconds, when the server states it
    ├── BadRequest          this request will never be accepted; .parameter: unless without this one
    │   └── ContextTooLong
    ├── Refused             the model declined to answer
    ├── Filtered            the provider's content filter stopped the answer
    ├── Truncated           the answer hit the token limit; .text holds what came of it
    └── InvalidOutput       the answer does not follow the schema; .text holds it
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


class GraderError(Exception):
    """Base of every error this library raises on purpose.

    `code` names the kind of failure in scorecards and JSON; `exit_code` is what the command line returns.
    """

    code = "error"
    exit_code = 1


class UsageError(GraderError):
    """A setting or an argument is wrong."""

    code = "usage"
    exit_code = 2


class InputError(GraderError):
    """A file cannot be used as it is.

    Args:
        message: what was found, what was expected and what to do.
        path: the file, when there is one.
        where: the position inside it, such as `line 12` or `item greeting`.
    """

    code = "bad_input"
    exit_code = 65

    def __init__(self, message: str, *, path: Path | str | None = None, where: str | None = None) -> None:
        self.message = message
        self.path = None if path is None else str(path)
        self.where = where
        place = ": ".join(part for part in (self.path, where) if part)
        super().__init__(f"{place}: {message}" if place else message)


class UnsupportedFormat(InputError):
    """No reader recognises the input."""

    code = "unsupported_format"


class MalformedInput(InputError):
    """A reader recognises the input, and something in it is broken."""

    code = "malformed_input"


class RubricError(InputError):
    """A rubric file is wrong."""

    code = "bad_rubric"


class StoreError(InputError):
    """The store file is not one of ours, is corrupt, or was written by a newer version."""

    code = "bad_store"


class DiskError(GraderError):
    """A file cannot be written: disk full, no permission, read-only file system."""

    code = "disk"
    exit_code = 74


class LocalModelError(GraderError):
    """The embedded model cannot be started; the message says what to install or configure."""

    code = "local_model"
    exit_code = 4


class RunStopped(GraderError):
    """The run stops before its end; what is stored stays, and the same command resumes it."""

    code = "stopped"
    exit_code = 75


class EndpointDown(RunStopped):
    """The endpoint has not answered for too long, or asks for a longer pause than we wait."""

    code = "endpoint_down"


class BudgetExceeded(RunStopped):
    """The next request would exceed `max_cost` or `max_requests`."""

    code = "budget"


class Interrupted(RunStopped):
    """A signal or a caller lets the run begin nothing new."""

    code = "interrupted"


class JudgeError(GraderError):
    """One request to a model failed. The message never holds a key or transcript text.

    `usage` is the `Usage` of what was sent before it failed, None when nothing was. `is_everybodys` says that every
    transcript may meet it: it is about the endpoint or the settings as much as about this one. `sentence` is what the
    endpoint said of itself, without secrets; it may repeat the transcript until it is held against it.
    """

    code = "judge"
    exit_code = 4
    usage: Any = None
    is_everybodys = False
    sentence = ""


class EndpointError(JudgeError):
    """No transcript can be graded through this endpoint as it is configured: the run stops."""

    code = "endpoint"


class AuthError(EndpointError):
    """The endpoint does not accept the key (401, 403)."""

    code = "auth"


class QuotaError(EndpointError):
    """The account has no quota left."""

    code = "quota"


class ModelNotFound(EndpointError):
    """The endpoint does not know the model, or the address is not one of an API (404)."""

    code = "model_not_found"


class TransientError(JudgeError):
    """A failure worth trying again: time-outs, connection errors, 5xx, an empty or non-JSON answer.

    `in_doubt` says that the request was sent and nothing is known of it: it may have been worked on, and be paid for;
    `never_sent` that it did not get as far as that. `retry_after` is the pause in seconds that the endpoint asks for,
    None when it names none.
    """

    code = "transient"
    exit_code = 75
    in_doubt = False
    never_sent = False
    retry_after: float | None = None


class RateLimited(TransientError):
    """The endpoint asks to slow down (429). `retry_after` is in seconds, None when it states none."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class BadRequest(JudgeError):
    """The endpoint rejects this request, and would reject it again.

    `parameter` is the optional parameter that it complains about, where it names one: it may accept the rest.
    """

    code = "bad_request"
    parameter: str | None = None


class ContextTooLong(BadRequest):
    """The transcript does not fit into the model's context."""

    code = "context_too_long"


class Refused(JudgeError):
    """The model declined to answer."""

    code = "refused"


class Filtered(JudgeError):
    """The provider's content filter stopped the answer."""

    code = "filtered"


class Truncated(JudgeError):
    """The answer hit the limit of completion tokens.

    Args:
        message: what happened, without quoting it.
        text: as much of the answer as came; kept out of the message because it may repeat the transcript.
    """

    code = "truncated"

    def __init__(self, message: str, text: str = "") -> None:
        self.text = text
        super().__init__(message)


class InvalidOutput(JudgeError):
    """The answer does not follow the response schema.

    Args:
        message: what is wrong with it, without quoting it.
        text: the answer itself; kept out of the message because it may repeat the transcript.
    """

    code = "invalid_output"

    def __init__(self, message: str, text: str = "") -> None:
        self.text = text
        super().__init__(message)


class LeasedElsewhere(Exception):
    """Somebody else who shares the store has the lease of this key, or has just finished with it."""
