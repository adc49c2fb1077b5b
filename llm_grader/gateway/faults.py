"""Faults: status, headers and body of a failed HTTP answer → one of our errors. Pure.

Codes are believed first, then wordings, see `fault_kinds`; of a body only the parts are read in which servers speak for
themselves. No body text is ever copied into a message: it may repeat the transcript. A code is, when it is a plain
name. The server's own sentence goes along beside the message, to be shown where it is known to repeat nobody.
"""

from __future__ import annotations

import email.utils
import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

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
from llm_grader.gateway.bodies import OPTIONAL, OUTPUT_LIMITS
from llm_grader.gateway.fault_kinds import CODES, WORDINGS, Kind

_NAME = re.compile(r"[a-z0-9_.-]{1,60}")
_IN_DOUBT = (408, 504, 520, 524)
_EVERYBODYS = (500, 501)
_CODE_KEYS = ("code", "type", "status", "reason", "error_type", "__type")
_WORD_KEYS = ("message", "msg", "detail", "error", "title", "error_description")
_NESTED_KEYS = ("error", "errors", "detail", "details", "innererror", "metadata", "raw")
_READ_KEYS = {*_CODE_KEYS, *_WORD_KEYS, *_NESTED_KEYS}
_DEEPEST = 6
_MOST_PARTS = 10
_LONGEST_TEXT = 1000
_LONGEST_SENTENCE = 200
_LONGEST_WORDS = 4000
_UNSUPPORTED = re.compile(r"unsupported|not support|unknown|unrecogni[sz]ed|extra (?:inputs|fields)|not permitted")
_TOO_MUCH = re.compile(r"max(?:_completion)?_tokens\b[^.\n]{0,60}(?:too large|at most|exceed|less than|<=|range)")
_SECRET = re.compile(r"\bsk-\S+|\b(?=[\w-]*\d)[\w-]{16,}")


class Said(NamedTuple):
    """Parts of a body in which a server speaks for itself, lower-case but for the `sentence`."""

    codes: tuple[str, ...]
    words: str
    sentence: str
    is_page: bool


def fault_of(status: int, headers: Mapping[str, str], body: Any, *, optional: tuple[str, ...] = OPTIONAL) -> JudgeError:
    """Error that a non-2xx answer of the endpoint stands for; a `BadRequest` names the parameter it complains about.

    Args:
        status: the HTTP status.
        headers: the answer's headers, with lower-case or case-insensitive keys.
        body: the decoded JSON body, or its text, or None.
        optional: names of the parameters that may be left out.
    """
    said = read_body(body)
    fault = _fault(status, headers, body, said, optional=optional)
    fault.sentence = said.sentence
    return fault


def _fault(status: int, headers: Mapping[str, str], body: Any, said: Said, *, optional: tuple[str, ...]) -> JudgeError:
    kind = _kind(status, said)
    parameter = unsupported_parameter(body, optional) if kind in (None, Kind.MODEL) and status in (400, 422) else None
    if kind is Kind.OUTPUT_LIMIT:
        parameter = OUTPUT_LIMITS[0]
    if parameter is not None:
        return _rejection(status, said, kind, parameter)
    by_kind = _fault_of_kind(kind, status)
    if by_kind is not None:
        return by_kind
    if status == 429:
        return RateLimited("the endpoint asks to slow down (HTTP 429)", _pause(headers, body))
    if status >= 500 or status in (408, 409, 425):
        return _failed(status, _pause(headers, body))
    return _rejection(status, said, kind, parameter)


def _fault_of_kind(kind: Kind | None, status: int) -> JudgeError | None:
    if kind is Kind.QUOTA:
        return QuotaError(f"the account behind the key has no quota left (HTTP {status}): check billing and limits")
    if kind is Kind.AUTH:
        where = "LLM_GRADER_API_KEY, else OPENAI_API_KEY, else api_key in llm-grader.toml"
        return AuthError(f"the endpoint does not accept the key (HTTP {status}): check {where}")
    if kind is Kind.MODEL:
        return ModelNotFound(
            f"the endpoint does not know the model or the path (HTTP {status}): check --model and --base-url"
        )
    if kind is Kind.MODERATION:
        return Filtered(f"the provider's content filter rejected the transcript (HTTP {status})")
    if kind is Kind.CONTEXT:
        return ContextTooLong(f"the transcript does not fit into the model's context (HTTP {status})")
    return None


def _kind(status: int, said: Said) -> Kind | None:
    """Kind of fault: by the status where it has one meaning, else by code, else by wording."""
    plain = {401: Kind.AUTH, 402: Kind.QUOTA, 404: Kind.MODEL, 413: Kind.CONTEXT}
    if status in plain:
        return plain[status]
    if status < 500:
        coded = next((CODES[code] for code in said.codes if code in CODES), None)
        if coded is not None and not (coded is Kind.AUTH and said.is_page):
            return coded
    if status == 403 and said.is_page:
        return None
    return next((wording.kind for wording in WORDINGS if status in wording.statuses and _fits(wording, said)), None)


def _fits(wording: Any, said: Said) -> bool:
    found = wording.words.search(said.words)
    if found is None or "prompt" not in wording.words.groupindex:
        return found is not None
    return int(found["prompt"]) < int(found["most"])


def _failed(status: int, pause: float | None) -> TransientError:
    fault = TransientError(f"the endpoint failed (HTTP {status})")
    fault.retry_after = pause
    fault.in_doubt = status in _IN_DOUBT
    fault.is_everybodys = status in _EVERYBODYS
    return fault


def _rejection(status: int, said: Said, kind: Kind | None, parameter: str | None) -> JudgeError:
    if 300 <= status < 400 or status == 405:
        return EndpointError(f"this is not the endpoint's address (HTTP {status}): set --base-url to the one it has")
    if status == 403:
        forbidden = Filtered(f"a content filter or web firewall forbids this request (HTTP {status})")
        forbidden.is_everybodys = True
        return forbidden
    if kind is Kind.OUTPUT_LIMIT:
        fault: BadRequest = ContextTooLong(f"prompt and answer do not fit into the model's context (HTTP {status})")
    else:
        code = said.codes[0] if said.codes else ""
        named = f", {code}" if _NAME.fullmatch(code) else ""
        fault = BadRequest(f"the endpoint rejects the request (HTTP {status}{named})")
        fault.is_everybodys = True
    fault.parameter = parameter
    return fault


def unsupported_parameter(body: Any, candidates: tuple[str, ...]) -> str | None:
    """Parameter among `candidates` that a rejection complains about; None where it names none."""
    said = read_body(body)
    param = str(_error(body).get("param") or "").rpartition(".")[2]  # tools[0].function.strict
    if param in candidates:
        return param
    if _UNSUPPORTED.search(said.words):
        return _first_named(candidates, said.words)
    if _TOO_MUCH.search(said.words):
        return _first_named(tuple(name for name in OUTPUT_LIMITS if name in candidates), said.words)
    return None


def _first_named(candidates: tuple[str, ...], words: str) -> str | None:
    places = ((re.search(rf"\b{name}\b", words), name) for name in candidates)
    return min(((found.start(), name) for found, name in places if found), default=(0, None))[1]


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


def _pause(headers: Mapping[str, str], body: Any) -> float | None:
    """Pause that the headers ask for, or the body, as Gemini's does: `"retryDelay": "34s"`."""
    details = _error(body).get("details")
    delays = (part.get("retryDelay") for part in details if isinstance(part, dict)) if isinstance(details, list) else ()
    named = (_number(delay.removesuffix("s")) for delay in delays if isinstance(delay, str))
    asked = retry_after(headers)
    return next((seconds for seconds in named if seconds and seconds > 0), None) if asked is None else asked


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _error(body: Any) -> dict[str, Any]:
    error = body.get("error", body) if isinstance(body, dict) else body
    return error if isinstance(error, dict) else {"message": error}


def read_body(body: Any) -> Said:
    """Parts of an error's body in which the server speaks for itself: codes and messages, wrapped ones too.

    What repeats the request, such as `input` or `flagged_input`, is not read.
    """
    if isinstance(body, str) and body.lstrip()[:1] == "<":
        return Said((), "", "", is_page=True)
    found = list(_parts(body, "error", _DEEPEST))
    codes = tuple(dict.fromkeys(text.lower().rpartition("#")[2] for is_code, text in found if is_code))
    messages = [text for is_code, text in found if not is_code]
    # Innermost first: a wrapper says no more than that there was an error.
    return Said(codes[::-1], " ".join((*codes, *messages)).lower()[:_LONGEST_WORDS], _sentence(messages), is_page=False)


def _parts(part: Any, key: str, depth: int) -> Iterator[tuple[bool, str]]:
    """Each code and each message, as (whether it is a code, text)."""
    part = _unwrapped(part) if isinstance(part, str) else part
    if isinstance(part, str) and part:
        yield key in _CODE_KEYS, part[:_LONGEST_TEXT]
    elif depth > 0:
        for name, inner in _inner_parts(part, key):
            yield from _parts(inner, name, depth - 1)


def _inner_parts(part: Any, key: str) -> Iterator[tuple[str, Any]]:
    if isinstance(part, list):
        yield from ((key, inner) for inner in part[:_MOST_PARTS])
    elif isinstance(part, dict):
        yield from ((name, inner) for name, inner in part.items() if name in _READ_KEYS)
        if isinstance(part.get("loc"), list):
            yield "message", " ".join(map(str, part["loc"]))


def _unwrapped(text: str) -> Any:
    """Error of another server that a proxy hands on as text; the text where it is no JSON."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _sentence(messages: list[str]) -> str:
    plain = " ".join(max(messages, key=len, default="").split())
    visible = "".join(character for character in plain if character.isprintable())
    return _SECRET.sub("…", visible)[:_LONGEST_SENTENCE]
