"""Faults: status, headers and body of a failed HTTP answer → one of our errors. Pure.

The bodies of OpenAI-compatible servers differ; codes are believed first, then a few words that the servers are known
to use. No body text is ever copied into a message: it may repeat the transcript. A code is, when it is a plain name.
"""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from llm_grader.errors import (
    AuthError,
    BadRequest,
    ContextTooLong,
    EndpointError,
    Filtered,
    JudgeError,
    ModelNotFound,
    QuotaError,
    RateLimited,
    TransientError,
)
from llm_grader.gateway.bodies import OPTIONAL

_CONTEXT_CODES = {"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"}
_CONTEXT_WORDS = ("context length", "context size", "context window", "maximum context", "too many tokens", "too long")
_QUOTA_CODES = {"insufficient_quota", "billing_hard_limit_reached", "access_terminated", "billing_not_active"}
_FILTER_CODES = {"content_filter", "content_policy_violation", "responsibleaipolicyviolation"}
_NAME = re.compile(r"[a-z0-9_.-]{1,60}")


def fault_of(status: int, headers: Mapping[str, str], body: Any, *, optional: tuple[str, ...] = OPTIONAL) -> JudgeError:
    """Error that a non-2xx answer of the endpoint stands for; a `BadRequest` names the parameter it complains about.

    Args:
        status: the HTTP status.
        headers: the answer's headers, with lower-case or case-insensitive keys.
        body: the decoded JSON body, or its text, or None.
        optional: names of the parameters that may be left out.
    """
    fault = _fault(status, headers, body)
    if isinstance(fault, BadRequest):
        fault.parameter = unsupported_parameter(body, optional)
    return fault


def _fault(status: int, headers: Mapping[str, str], body: Any) -> JudgeError:
    code, words = _code_and_words(body)
    if code in _QUOTA_CODES or status == 402:
        return QuotaError(f"the account behind the key has no quota left (HTTP {status}): check billing and limits")
    if status == 429:
        return RateLimited("the endpoint asks to slow down (HTTP 429)", retry_after(headers))
    if status >= 500 or status in (408, 409, 425):
        return TransientError(f"the endpoint failed (HTTP {status})")
    if code in _FILTER_CODES:
        return Filtered(f"the provider's content filter rejected the transcript (HTTP {status})")
    if status in (401, 403):
        where = "LLM_GRADER_API_KEY, else OPENAI_API_KEY, else api_key in llm-grader.toml"
        return AuthError(f"the endpoint does not accept the key (HTTP {status}): check {where}")
    return _rejection(status, code, words)


def _rejection(status: int, code: str, words: str) -> JudgeError:
    if status == 413 or (status in (400, 422) and _is_about_length(code, words)):
        return ContextTooLong(f"the transcript does not fit into the model's context (HTTP {status})")
    if status == 404:
        return ModelNotFound(
            "the endpoint does not know the model or the path (HTTP 404): check --model and --base-url"
        )
    if 300 <= status < 400 or status == 405:
        return EndpointError(f"this is not the endpoint's address (HTTP {status}): set --base-url to the one it has")
    named = f", {code}" if _NAME.fullmatch(code) else ""
    return BadRequest(f"the endpoint rejects the request (HTTP {status}{named})")


def unsupported_parameter(body: Any, candidates: tuple[str, ...]) -> str | None:
    """Parameter among `candidates` that a rejection complains about; None where it names none."""
    _, words = _code_and_words(body)
    param = str(_error(body).get("param") or "")
    if param.rpartition(".")[2] in candidates:  # tools[0].function.strict
        return param.rpartition(".")[2]
    if "unsupported" in words or "not support" in words or "unknown" in words or "unrecognized" in words:
        return next((name for name in candidates if re.search(rf"\b{re.escape(name)}\b", words)), None)
    return None


def retry_after(headers: Mapping[str, str], *, clock: Callable[[], float] = time.time) -> float | None:
    """Pause in seconds that the server asks for: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date.

    None where it names no wait that is still ahead: how long to wait is then ours to decide. `clock` tells the seconds
    since the epoch that a date is set off against.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    value = headers.get("retry-after") or ""
    seconds = _number(value) if milliseconds is None else milliseconds / 1000
    if seconds is None:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - clock()
        except (ValueError, OverflowError):
            return None
    return seconds if seconds > 0 else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _error(body: Any) -> dict[str, Any]:
    error = body.get("error", body) if isinstance(body, dict) else body
    return error if isinstance(error, dict) else {"message": error}


def _code_and_words(body: Any) -> tuple[str, str]:
    error = _error(body)
    code = str(error.get("code") or error.get("type") or "").lower()
    inner = error.get("innererror")
    if isinstance(inner, dict) and inner.get("code"):
        code = str(inner["code"]).lower()
    return code, f"{code} {error.get('type') or ''} {error.get('message') or ''}".lower()


def _is_about_length(code: str, words: str) -> bool:
    return code in _CONTEXT_CODES or any(word in words for word in _CONTEXT_WORDS)
