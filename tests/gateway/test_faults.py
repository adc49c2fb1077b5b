"""What failed HTTP answers mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from llm_grader.gateway.faults import fault_of, retry_after, unsupported_parameter

SAID = "the customer's own words"


def body(code: object = "", message: str = SAID, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "type": "", **more}}


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (429, body("rate_limit_exceeded"), RateLimited),
        (429, body("insufficient_quota"), QuotaError),
        (429, body(type="insufficient_quota"), QuotaError),
        (403, body("billing_not_active"), QuotaError),
        (402, None, QuotaError),
        (401, body("invalid_api_key"), AuthError),
        (403, body(), Filtered),
        (403, body(message="Your API key has no permission for this"), AuthError),
        (404, body("model_not_found"), ModelNotFound),
        (404, "<html>Not Found</html>", ModelNotFound),
        (500, None, TransientError),
        (502, "<html>Bad Gateway</html>", TransientError),
        (503, body("overloaded"), TransientError),
        (529, body(), TransientError),
        (408, None, TransientError),
        (409, None, TransientError),
        (413, None, ContextTooLong),
        (400, body("context_length_exceeded"), ContextTooLong),
        (400, body(message="This model's maximum context length is 8192 tokens"), ContextTooLong),
        (422, body(message="Input is too long for the context window"), ContextTooLong),
        (400, {"object": "error", "message": "maximum context length is 4096", "code": 400}, ContextTooLong),
        (400, body("content_filter"), Filtered),
        (400, body(None, innererror={"code": "ResponsibleAIPolicyViolation"}), Filtered),
        (403, body("content_policy_violation"), Filtered),
        (400, body("invalid_request_error"), BadRequest),
        (422, body(), BadRequest),
        (418, None, BadRequest),
    ],
)
def test_a_status_with_its_body_is_one_kind_of_fault(status: int, answer: Any, kind: type[JudgeError]) -> None:
    assert type(fault_of(status, {}, answer)) is kind


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 405])
def test_an_address_that_is_not_the_endpoints_stops_the_run(status: int) -> None:
    fault = fault_of(status, {"location": "https://elsewhere.example/"}, None)
    assert isinstance(fault, EndpointError)
    assert "--base-url" in str(fault)


def test_wrong_key_names_the_variable() -> None:
    rejected = str(fault_of(401, {}, body()))
    assert "LLM_GRADER_API_KEY, else OPENAI_API_KEY" in rejected
    assert "--api-key" not in rejected  # there is no such flag: others would see it in the list of processes


def test_unknown_model_says_where_to_look() -> None:
    assert "--model" in str(fault_of(404, {}, body("model_not_found")))


@pytest.mark.parametrize("status", [301, 400, 401, 402, 403, 404, 405, 413, 418, 422, 429, 500, 503])
@pytest.mark.parametrize(
    "answer",
    [
        SAID,
        body(SAID),
        body("", SAID, type=SAID, param=SAID),
        body({"words": SAID}),
        body(None, innererror={"code": SAID}),
        body("x" * 500),
        [SAID],
        {"detail": SAID},
        {"error": SAID},
    ],
)
def test_no_word_of_the_body_reaches_the_message(status: int, answer: Any) -> None:
    fault = fault_of(status, {}, answer)
    assert SAID not in str(fault)
    assert len(str(fault)) < 200


def test_a_code_is_told_because_it_helps() -> None:
    assert "invalid_request_error" in str(fault_of(400, {}, body("invalid_request_error")))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "code", "message", "type", "param", "innererror", "x"]), inner)
    ),
    max_leaves=6,
)


@given(st.integers(300, 599), _JSON)
def test_any_body_of_any_status_is_a_fault(status: int, answer: Any) -> None:
    assert isinstance(fault_of(status, {}, answer), JudgeError)
    assert unsupported_parameter(answer, ("temperature", "seed")) in ("temperature", "seed", None)


# How long the server asks us to wait.


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 2.5 "}, 2.5),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
    ],
)
def test_a_pause_is_read_in_seconds_and_milliseconds(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers) == seconds
    fault = fault_of(429, headers, None)
    assert isinstance(fault, RateLimited)
    assert fault.retry_after == seconds


def test_a_pause_is_read_from_an_http_date() -> None:
    now = datetime(2026, 7, 28, 23, 59, tzinfo=UTC)
    assert retry_after({"retry-after": "Wed, 29 Jul 2026 00:00:30 GMT"}, clock=now.timestamp) == 90
    later = datetime.now(UTC) + timedelta(days=1)  # no halt of a machine takes a day
    assert 0 < (retry_after({"retry-after": format_datetime(later, usegmt=True)}) or 0) <= 86_400


@pytest.mark.parametrize("said", ["0", "-3", "0.0", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_pause_that_is_over_already_leaves_the_wait_to_us(said: str) -> None:
    assert retry_after({"retry-after": said}) is None


@pytest.mark.parametrize(
    "said",
    ["", "soon", "nan", "inf", "-inf", "1e999", "12:00", "Wed, 21 Oct 99999 07:28:00 GMT",
     "Wed, 21 Oct 2099 07:28:00 +99999999999999", "Mon, 01 Jan 0001 00:00:00 +2359"],
)  # fmt: skip
def test_a_header_that_means_nothing_is_as_if_it_was_not_there(said: str) -> None:
    assert retry_after({"retry-after": said}) is None


@given(st.text(max_size=40))
def test_any_header_is_a_wait_or_nothing(said: str) -> None:
    for name in ("retry-after", "retry-after-ms"):
        seconds = retry_after({name: said})
        assert seconds is None or 0 < seconds < float("inf")


# Parameters that an endpoint does not take.


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (body("unsupported_value", "'temperature' does not support 0", param="temperature"), "temperature"),
        (body("unsupported_parameter", "Unsupported parameter: 'seed'"), "seed"),
        (body(message="Unrecognized request argument supplied: seed"), "seed"),
        ({"message": "unknown field temperature"}, "temperature"),
        ("temperature is not supported", "temperature"),
        (body("invalid_value", "temperature must be below 2"), None),
        (body(message="unsupported image"), None),
        (None, None),
        (json.dumps(body()), None),
    ],
)  # fmt: skip
def test_the_parameter_that_is_complained_of_is_named(answer: Any, name: str | None) -> None:
    assert unsupported_parameter(answer, ("temperature", "seed")) == name
