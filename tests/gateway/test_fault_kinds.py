"""What providers say when they refuse, in their own words as far as these are remembered, and what it means."""

from __future__ import annotations

import json
from typing import Any

import pytest

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
from llm_grader.gateway.bodies import OUTPUT_LIMITS
from llm_grader.gateway.fault_kinds import WORDINGS
from llm_grader.gateway.faults import fault_of


def openai(message: str, code: Any = None, type_: str | None = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"message": message, "type": type_, "param": None, "code": code}}


def gemini(code: int, message: str, status: str = "INVALID_ARGUMENT", *details: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def openrouter(message: str, code: int = 400, raw: Any = None) -> dict[str, Any]:
    metadata = {} if raw is None else {"metadata": {"raw": json.dumps(raw), "provider_name": "Azure"}}
    return {"error": {"message": message, "code": code, **metadata}, "user_id": "u"}


TOO_LONG: dict[str, tuple[int, Any]] = {
    "OpenAI, by code": (400, openai("Your input is over.", "context_length_exceeded")),
    "OpenAI, chat": (
        400,
        openai(
            "This model's maximum context length is 8192 tokens. However, your messages resulted in "
            "9000 tokens. Please reduce the length of the messages."
        ),
    ),
    "OpenAI, window": (400, openai("Your input exceeds the context window of this model. Please adjust your input.")),
    "OpenAI, string": (
        400,
        openai(
            "Invalid 'messages[1].content': string too long. Expected a string with maximum "
            "length 10485760, but got one with length 12000000.",
            "string_above_max_length",
        ),
    ),
    "OpenAI, tokens a minute": (
        429,
        openai(
            "Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 45000.",
            "rate_limit_exceeded",
            "tokens",
        ),
    ),
    "Azure": (
        400,
        openai(
            "This model's maximum context length is 16384 tokens, however you requested 20000 tokens "
            "(20000 in your prompt; 0 for the completion).",
            "context_length_exceeded",
            None,
        ),
    ),
    "Gemini": (
        400,
        gemini(400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
    ),
    "Gemini, list": (400, [gemini(400, "The input token count exceeds the maximum number of tokens allowed 32768.")]),
    "vLLM": (
        400,
        {
            "object": "error",
            "message": "This model's maximum context length is 4096 tokens. However, you "
            "requested 5000 tokens in the messages, Please reduce the length of the messages.",
            "type": "BadRequestError",
            "param": None,
            "code": 400,
        },
    ),
    "vLLM, decoder": (400, openai("The decoder prompt (length 5000) is longer than the maximum model length of 4096.")),
    "xAI": (
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
        },
    ),
    "TGI": (
        422,
        {
            "error": "Input validation error: `inputs` must have less than 4096 tokens. Given: 5000 tokens must be "
            "<= 4096",
            "error_type": "validation",
        },
    ),
    "TGI, with the answer": (
        422,
        {
            "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. "
            "Given: 5000 `inputs` tokens and 100 `max_new_tokens`",
            "error_type": "validation",
        },
    ),
    "OpenRouter": (
        400,
        openrouter(
            "This endpoint's maximum context length is 32768 tokens. However, you requested about "
            "40000 tokens (40000 of text input)."
        ),
    ),
    "OpenRouter, wrapped": (
        400,
        openrouter("Provider returned error", raw=openai("Your input exceeds the context window of this model.")),
    ),
    "LiteLLM": (
        400,
        openai("litellm.ContextWindowExceededError: litellm.BadRequestError: OpenAIException - too long", "400", None),
    ),
    "llama.cpp": (
        400,
        {
            "error": {
                "code": 400,
                "message": "the request exceeds the available context size, try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 9000,
            }
        },
    ),
    "llama.cpp, 500": (
        500,
        {
            "error": {
                "code": 500,
                "message": "the request exceeds the available context size. try "
                "increasing the context size or enable context shift",
                "type": "server_error",
            }
        },
    ),
    "llama.cpp, batch": (
        500,
        {
            "error": {
                "code": 500,
                "message": "input is too large to process. increase the physical batch size",
                "type": "server_error",
            }
        },
    ),
    "Ollama": (400, openai("prompt too long; exceeded max context length by 120 tokens")),
    "Ollama, 500": (500, openai("the input length exceeds the context length", None, "api_error")),
    "Mistral": (
        400,
        {
            "object": "error",
            "message": "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
            "type": "invalid_request_error",
            "code": "3051",
        },
    ),
    "Anthropic": (
        400,
        {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"},
        },
    ),
    "Anthropic, bytes": (
        413,
        {"type": "error", "error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}},
    ),
    "Groq": (
        413,
        openai(
            "Request too large for model `llama` on tokens per minute (TPM): Limit 6000, Requested 7000",
            "rate_limit_exceeded",
            "tokens",
        ),
    ),
    "Groq, length": (400, openai("Please reduce the length of the messages or completion.", "context_length_exceeded")),
    "Together": (
        422,
        openai(
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 "
            "`inputs` tokens and 512 `max_new_tokens`"
        ),
    ),
    "DeepSeek": (
        400,
        openai(
            "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens "
            "(66000 in the messages, 4000 in the completion). Please reduce the length."
        ),
    ),
    "Cohere": (
        400,
        {"message": "too many tokens: size limit exceeded by 123 tokens. Try using shorter or fewer inputs."},
    ),
    "Bedrock": (
        400,
        {"__type": "com.amazon.coral#ValidationException", "message": "Input is too long for requested model."},
    ),
    "Fireworks": (400, openai("The prompt is too long: 40000, model maximum context length: 32767")),
    "SGLang": (
        400,
        {
            "object": "error",
            "message": "The input (40000 tokens) is longer than the model's context length (32768 tokens).",
        },
    ),
    "FastAPI": (
        422,
        {
            "detail": [
                {
                    "type": "string_too_long",
                    "loc": ["body", "messages"],
                    "msg": "String should have at most 1000 characters: the string is too long",
                }
            ]
        },
    ),
}


@pytest.mark.parametrize("who", TOO_LONG)
def test_a_transcript_that_does_not_fit_is_known_by_code_or_wording(who: str) -> None:
    fault = fault_of(TOO_LONG[who][0], {}, TOO_LONG[who][1])
    assert type(fault) is ContextTooLong
    assert fault.parameter is None  # nothing that is left out would help


OUTPUT_TOO_LONG: dict[str, tuple[int, Any]] = {
    "vLLM": (
        400,
        openai(
            "This model's maximum context length is 8192 tokens. However, you requested 13996 tokens (6600 in "
            "the messages, 7396 in the completion). Please reduce the length."
        ),
    ),
    "vLLM, later": (
        400,
        openai(
            "'max_tokens' or 'max_completion_tokens' is too large: 7396. This model's maximum context "
            "length is 8192 tokens and your request has 6600 input tokens (7396 > 8192 - 6600)."
        ),
    ),
    "TGI": (
        422,
        {
            "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8192. Given: 6600 "
            "`inputs` tokens and 7396 `max_new_tokens`"
        },
    ),
    "OpenAI": (
        400,
        openai("max_tokens is too large: 50000. This model supports at most 16384 completion tokens.", "invalid_value"),
    ),
    "Mistral": (
        422,
        {
            "object": "error",
            "message": {
                "detail": [
                    {
                        "type": "extra_forbidden",
                        "loc": ["body", "max_completion_tokens"],
                        "msg": "Extra inputs are not permitted",
                        "input": 7396,
                    }
                ]
            },
        },
    ),
    "llama.cpp": (400, openai("unknown field max_completion_tokens")),
}


@pytest.mark.parametrize("who", OUTPUT_TOO_LONG)
def test_a_limit_on_the_answer_that_is_refused_is_named_so_that_it_can_be_left_out(who: str) -> None:
    fault = fault_of(OUTPUT_TOO_LONG[who][0], {}, OUTPUT_TOO_LONG[who][1])
    assert isinstance(fault, BadRequest)
    assert fault.parameter in OUTPUT_LIMITS


STOPS: dict[str, tuple[int, Any, type[EndpointError]]] = {
    "Gemini, key": (
        400,
        gemini(
            400,
            "API key not valid. Please pass a valid API key.",
            "INVALID_ARGUMENT",
            {"@type": "ErrorInfo", "reason": "API_KEY_INVALID"},
        ),
        AuthError,
    ),
    "Gemini, place": (
        400,
        gemini(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"),
        AuthError,
    ),
    "xAI, key": (
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "Incorrect API key provided: xa***yz. You can obtain one at the console.",
        },
        AuthError,
    ),
    "xAI, credit": (
        403,
        {
            "code": "The caller does not have permission",
            "error": "Your team has either used all available credits or reached its monthly spending limit.",
        },
        QuotaError,
    ),
    "xAI, model": (
        400,
        {
            "code": "Some requested entity was not found",
            "error": "The model grok-99 does not exist or your team has no access to it.",
        },
        ModelNotFound,
    ),
    "Anthropic, credit": (
        400,
        {
            "type": "error",
            "error": {
                "type": "invalid_request_error",
                "message": "Your credit balance is too low to access the Anthropic API.",
            },
        },
        QuotaError,
    ),
    "Anthropic, permission": (
        403,
        {"type": "error", "error": {"type": "permission_error", "message": "No."}},
        AuthError,
    ),
    "Mistral, model": (
        400,
        {"object": "error", "message": "Invalid model: mistral-huge", "type": "invalid_model", "code": "1500"},
        ModelNotFound,
    ),
    "OpenRouter, model": (400, openrouter("openai/gpt-99 is not a valid model ID"), ModelNotFound),
    "OpenRouter, credit": (
        402,
        openrouter("This request requires more credits, or fewer max_tokens.", 402),
        QuotaError,
    ),
    "DeepSeek, model": (400, openai("Model Not Exist"), ModelNotFound),
    "DeepSeek, credit": (402, openai("Insufficient Balance"), QuotaError),
    "OpenAI, project": (
        403,
        openai("Project `p` does not have access to model `gpt-5`", "model_not_found"),
        ModelNotFound,
    ),
    "OpenAI, country": (
        403,
        openai("Country, region, or territory not supported", "unsupported_country_region_territory"),
        AuthError,
    ),
    "OpenAI, account": (403, openai("Your account has been flagged and blocked."), AuthError),
    "Gemini, permission": (
        403,
        gemini(
            403, "Generative Language API has not been used in project 1 before or it is disabled.", "PERMISSION_DENIED"
        ),
        AuthError,
    ),
    "Bedrock": (
        403,
        {
            "__type": "AccessDeniedException",
            "message": "You don't have access to the model with the specified model ID.",
        },
        AuthError,
    ),
}


@pytest.mark.parametrize("who", STOPS)
def test_a_wrong_key_account_or_model_stops_the_run_whatever_the_status(who: str) -> None:
    status, body, kind = STOPS[who]
    assert type(fault_of(status, {}, body)) is kind


CLOUDFLARE = (
    "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body>account key model</body>"
)
OBJECTS: dict[str, tuple[int, Any]] = {
    "OpenRouter": (
        403,
        {
            "error": {
                "code": 403,
                "message": 'google/gemini requires moderation on Together. Your input was flagged for "sexual".',
                "metadata": {
                    "reasons": ["sexual"],
                    "flagged_input": "my api key and account",
                    "model_slug": "google/gemini",
                },
            }
        },
    ),
    "xAI": (
        403,
        {
            "code": "The caller does not have permission to execute the specified operation",
            "error": "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_CSAM",
        },
    ),
    "Azure": (
        400,
        {
            "error": {
                "code": "content_filter",
                "message": "The response was filtered due to the prompt triggering "
                "Azure OpenAI's content management policy.",
                "innererror": {"code": "ResponsibleAIPolicyViolation"},
            }
        },
    ),
    "OpenAI": (
        400,
        openai("Invalid prompt: your prompt was flagged as potentially violating our usage policy.", "invalid_prompt"),
    ),
    "Anthropic": (
        400,
        {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "Output blocked by content filtering policy"},
        },
    ),
    "DeepSeek": (400, openai("Content Exists Risk")),
    "Alibaba": (400, openai("Input data may contain inappropriate content.", "data_inspection_failed")),
    "Cloudflare": (403, CLOUDFLARE),
    "Akamai": (403, "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD> You don't have permission to access this server."),
    "a proxy": (403, {"error": "Request blocked by policy 4711"}),
    "who says nothing": (403, None),
    "who says little": (403, {"detail": "Forbidden"}),
}


@pytest.mark.parametrize("who", OBJECTS)
def test_an_objection_to_what_somebody_said_is_this_transcripts_error(who: str) -> None:
    fault = fault_of(OBJECTS[who][0], {}, OBJECTS[who][1])
    assert type(fault) is Filtered


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, openai("Rate limit reached for gpt-4 on tokens per min (TPM): Limit 10000, Used 9500, Requested 1200.",
                     "rate_limit_exceeded"), RateLimited),
        (429, gemini(429, "You exceeded your current quota, please check your plan and billing details.",
                     "RESOURCE_EXHAUSTED"), RateLimited),
        (500, openai("The server had an error while processing your request."), TransientError),
        (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, TransientError),
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, TransientError),
        (400, openai("Invalid schema for function 'Verdicts': additionalProperties is required"), BadRequest),
        (400, openai("tool_choice is not supported by this model"), BadRequest),
        (422, {"detail": [{"loc": ["body", "messages"], "msg": "field required", "input": "context length, API key"}]},
         BadRequest),
    ],
)  # fmt: skip
def test_what_sounds_alike_and_is_something_else_is_told_from_it(
    status: int, body: Any, kind: type[JudgeError]
) -> None:
    assert type(fault_of(status, {}, body)) is kind


def test_a_pause_is_taken_from_the_body_where_no_header_names_it() -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
    fault = fault_of(429, {}, gemini(429, "Too many", "RESOURCE_EXHAUSTED", info))
    assert isinstance(fault, RateLimited)
    assert fault.retry_after == 34


@pytest.mark.parametrize("status", [500, 502, 503, 504, 529])
def test_a_pause_is_kept_whatever_failed(status: int) -> None:
    fault = fault_of(status, {"retry-after": "9"}, None)
    assert isinstance(fault, TransientError)
    assert fault.retry_after == 9


def test_the_servers_own_sentence_has_no_key_in_it() -> None:
    fault = fault_of(400, {}, openai("Unknown header X\nfor key sk-abc, token 0123456789abcdef0123."))
    assert fault.sentence == "Unknown header X for key … token …."


def test_each_wording_names_its_source() -> None:
    assert all(wording.source and wording.statuses for wording in WORDINGS)
