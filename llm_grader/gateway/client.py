"""The client libraries: openai, which talks to the endpoint, and instructor, which fills in what it answers.

Besides the gateway, no other module imports them. Their errors become ours here; their texts, which may hold a
transcript, go no further.
"""

from __future__ import annotations

import contextlib
import logging
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from llm_grader.errors import BadRequest, JudgeError, TransientError
from llm_grader.gateway.endpoint import Endpoint, Mode
from llm_grader.gateway.faults import fault_of
from llm_grader.gateway.ledger import Ledger
from llm_grader.gateway.prices import OPENAI_URL
from llm_grader.gateway.throttle import Throttle

if TYPE_CHECKING:
    import instructor
    from openai.types.chat import ChatCompletion


class Client:
    """The SDK's client and the throttle of one event loop."""

    def __init__(self, endpoint: Endpoint, throttle: Throttle) -> None:
        import instructor
        import openai

        logging.getLogger("instructor").setLevel(logging.CRITICAL)  # at ERROR it prints what the model wrote
        key = endpoint.api_key.get_secret_value() if endpoint.api_key else None
        self.raw = openai.AsyncOpenAI(
            base_url=endpoint.base_url or OPENAI_URL,
            api_key=key or "none",
            max_retries=0,
            timeout=openai.Timeout(endpoint.timeout, connect=5.0),
            http_client=_http_client(follow_redirects=False, trust_env=endpoint.trust_env),
        )
        self.fill_in: Any = instructor.patch(create=self.send, mode=instructor_mode(endpoint.mode))
        self.throttle = throttle

    async def send(self, **body: Any) -> ChatCompletion:
        """Ask for a chat completion with this very body; the SDK's own method would walk all of it first."""
        from openai.types.chat import ChatCompletion

        return await self.raw.post("/chat/completions", cast_to=ChatCompletion, body=body)


def _http_client(**settings: Any) -> Any:
    """The SDK's client on aiohttp, which takes a fifth less processor time, and where it has none its other one."""
    import openai

    try:
        return openai.DefaultAioHttpClient(**settings)
    except RuntimeError:  # before openai 3 it is an extra
        return openai.DefaultAsyncHttpxClient(**settings)


@lru_cache(maxsize=256)
def prepared(response_model: type[BaseModel]) -> type[BaseModel]:
    """What instructor has to see of the model: its name, its schema, and how it is filled in.

    Of the model itself it would walk every field several times a request, which takes longer than all the rest.
    """
    from instructor import OpenAISchema

    schema = response_model.model_json_schema()

    class Prepared(OpenAISchema):
        @classmethod
        def model_json_schema(cls, *_args: Any, **_settings: Any) -> dict[str, Any]:
            return dict(schema)

        @classmethod
        def model_validate_json(cls, json_data: str | bytes | bytearray, **settings: Any) -> Any:
            return response_model.model_validate_json(json_data, **settings)

    Prepared.__name__, Prepared.__doc__ = response_model.__name__, response_model.__doc__
    return Prepared


def hooks_of(ledger: Ledger) -> Any:
    """Instructor's hooks, which count the answer before instructor rewrites it."""
    from instructor.core.hooks import Hooks

    hooks = Hooks()
    hooks.on("completion:response", ledger.add)
    return hooks


def instructor_mode(mode: Mode) -> instructor.Mode:
    """What instructor calls a mode."""
    import instructor

    modes = {
        "tools": instructor.Mode.TOOLS,
        "json_schema": instructor.Mode.JSON_SCHEMA,
        "md_json": instructor.Mode.MD_JSON,
    }
    return modes[mode]


def cause_of(error: BaseException) -> BaseException:
    """The SDK's error behind instructor's wrapper."""
    attempts = getattr(error, "failed_attempts", None)
    if attempts:
        return attempts[-1].exception  # type: ignore[no-any-return]
    while error.__cause__ is not None and type(error).__module__.startswith("instructor"):
        error = error.__cause__
    return error


def classify(error: Exception, ledger: Ledger, timeout: float) -> JudgeError:
    """One of our errors for whatever the libraries raised. The original's text is never passed on."""
    import openai

    cause = cause_of(error)
    if isinstance(cause, openai.APITimeoutError | TimeoutError) and _kind(cause) == "no answer":
        return _in_doubt(TransientError(f"timed out after {timeout:g} s"))
    if isinstance(cause, openai.APIStatusError):
        return fault_of(cause.status_code, cause.response.headers, cause.body)
    if isinstance(cause, openai.APIConnectionError):
        with contextlib.suppress(AttributeError):
            if type(cause.__cause__).__name__ == "CannotOverwriteExistingRequestException":
                return BadRequest("the recorded cassette has no answer to this request")
        fault = TransientError("cannot reach the endpoint: check --base-url and the network")
        return fault if _kind(cause) == "never sent" else _in_doubt(fault)
    if not ledger.tokens and not isinstance(cause, openai.OpenAIError | ValueError):
        raise cause from None  # nothing was answered and no library complained: a bug, not a fault
    return ledger.fault()


def _kind(error: BaseException) -> Literal["never sent", "hung up", "no answer"]:
    """How a request failed that got no answer, by the names of its causes: they are of httpx, httpx2 or aiohttp.

    The SDK's client on aiohttp calls every lost connection a ConnectTimeout; what aiohttp itself called it counts.
    """
    names: set[str] = set()
    cause: BaseException | None = error
    while cause is not None:
        names |= {kind.__name__ for kind in type(cause).__mro__}
        cause = cause.__cause__
    on_aiohttp = "ClientConnectionError" in names
    if names & (
        {"ClientConnectorError", "ConnectionTimeoutError"} if on_aiohttp else {"ConnectError", "ConnectTimeout"}
    ):
        return "never sent"
    return "hung up" if on_aiohttp and "ServerTimeoutError" not in names else "no answer"


def _in_doubt(fault: TransientError) -> TransientError:
    fault.in_doubt = True
    return fault
