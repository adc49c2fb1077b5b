"""Kinds of fault by what providers say: codes, then wordings. Data; `faults` reads it.

To teach it a provider, add a line. `source` says where the wording is known from: `docs` is a provider's published
documentation and `code` a server's published source, both as remembered when the line was written and not looked up
again; `seen` was met by this project.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Kind of fault, where the status alone does not tell."""

    OUTPUT_LIMIT = "output_limit"
    """Prompt and answer together do not fit: without a limit on the answer the prompt might."""
    CONTEXT = "context"
    """The prompt does not fit into the model's context."""
    QUOTA = "quota"
    """The account has no money or quota left."""
    AUTH = "auth"
    """The key, its permissions, the account or the place it is used from."""
    MODEL = "model"
    """There is no such model, or not for this account."""
    MODERATION = "moderation"
    """A content filter or a web firewall objects to what the transcript says."""


class FaultWording(NamedTuple):
    """FaultWording that tells a kind of fault.

    Args:
        kind: of fault.
        words: regular expression, searched in the lower-case text of an error.
        statuses: HTTP statuses with which it means that.
        source: who says so, and how that is known.
    """

    kind: Kind
    words: re.Pattern[str]
    statuses: frozenset[int]
    source: str


CODES: dict[str, Kind] = {
    "context_length_exceeded": Kind.CONTEXT,  # OpenAI, Azure, Groq, xAI (docs)
    "exceed_context_size_error": Kind.CONTEXT,  # llama.cpp (code, seen)
    "string_above_max_length": Kind.CONTEXT,  # OpenAI (docs)
    "contextwindowexceedederror": Kind.CONTEXT,  # LiteLLM (code)
    "request_too_large": Kind.CONTEXT,  # Anthropic, 413 (docs)
    "insufficient_quota": Kind.QUOTA,  # OpenAI (docs)
    "billing_hard_limit_reached": Kind.QUOTA,  # OpenAI (docs)
    "billing_not_active": Kind.QUOTA,  # OpenAI (docs)
    "access_terminated": Kind.QUOTA,  # OpenAI (docs)
    "billing_error": Kind.QUOTA,  # Anthropic (docs)
    "invalid_api_key": Kind.AUTH,  # OpenAI, Groq (docs)
    "api_key_invalid": Kind.AUTH,  # Gemini, reason in details (docs)
    "authentication_error": Kind.AUTH,  # Anthropic, LiteLLM (docs)
    "permission_error": Kind.AUTH,  # Anthropic (docs)
    "permission_denied": Kind.AUTH,  # Gemini, status (docs)
    "account_deactivated": Kind.AUTH,  # OpenAI (docs)
    "unsupported_country_region_territory": Kind.AUTH,  # OpenAI (docs)
    "accessdenied": Kind.AUTH,  # Azure (docs)
    "accessdeniedexception": Kind.AUTH,  # Bedrock (docs)
    "model_not_found": Kind.MODEL,  # OpenAI, Groq (docs)
    "model_not_available": Kind.MODEL,  # Together (docs)
    "invalid_model": Kind.MODEL,  # Mistral (docs)
    "model_decommissioned": Kind.MODEL,  # Groq (docs)
    "deploymentnotfound": Kind.MODEL,  # Azure (docs)
    "content_filter": Kind.MODERATION,  # Azure, OpenAI (docs)
    "content_policy_violation": Kind.MODERATION,  # OpenAI (docs)
    "contentpolicyviolationerror": Kind.MODERATION,  # LiteLLM (code)
    "responsibleaipolicyviolation": Kind.MODERATION,  # Azure (docs)
    "prohibited_content": Kind.MODERATION,  # Gemini (docs)
    "data_inspection_failed": Kind.MODERATION,  # Alibaba (docs)
    "invalid_prompt": Kind.MODERATION,  # OpenAI, reasoning models (docs)
}
"""Codes that mean one kind of fault, whatever the status, 5xx apart."""

_LENGTH = (400, 413, 422)
_SETUP = (400, 403, 422)
_BY_SERVERS = (*_LENGTH, 500)


def _says(kind: Kind, words: str, statuses: tuple[int, ...], source: str) -> FaultWording:
    return FaultWording(kind, re.compile(words), frozenset(statuses), source)


WORDINGS: tuple[FaultWording, ...] = (
    # The limit on the answer is what does not fit. `most` and `prompt` are numbers of tokens, and decide.
    _says(
        Kind.OUTPUT_LIMIT,
        r"maximum context length is (?P<most>\d+) tokens.{0,80}\((?P<prompt>\d+) in (?:the )?(?:your )?(?:messages|"
        r"prompt|text input).{0,40}in the (?:completion|output)",
        _BY_SERVERS,
        "OpenAI until 2024, vLLM, Together, DeepSeek, OpenRouter (seen in issues, from memory)",
    ),
    _says(
        Kind.OUTPUT_LIMIT,
        r"max(?:_completion)?_tokens.{0,40}too large.{0,80}maximum context length is (?P<most>\d+) tokens and your "
        r"request has (?P<prompt>\d+) input tokens",
        _BY_SERVERS,
        "vLLM (code, from memory)",
    ),
    _says(
        Kind.OUTPUT_LIMIT,
        r"`?inputs`? tokens \+ `?max_new_tokens`? must be <= (?P<most>\d+)\. given: (?P<prompt>\d+)",
        _BY_SERVERS,
        "TGI (code, from memory)",
    ),
    _says(
        Kind.OUTPUT_LIMIT,
        r"input length and `?max_tokens`? exceed context limit: (?P<prompt>\d+) \+ \d+ > (?P<most>\d+)",
        _LENGTH,
        "Anthropic (seen in issues, from memory)",
    ),
    # What does not fit is the prompt.
    _says(
        Kind.CONTEXT,
        r"context[ _-]?(?:length|size|window|limit)|contextwindowexceeded|maximum context",
        _BY_SERVERS,
        "OpenAI, Azure, vLLM, llama.cpp, Ollama, LiteLLM, Groq, Together, DeepSeek, Mistral (docs, code)",
    ),
    _says(
        Kind.CONTEXT,
        r"(?:prompt|input|message|request|conversation|text|sequence|content|string)s?\b[^.\n]{0,80}?"
        r"\b(?:too (?:long|large|big)|longer than|exceeds?\b[^.\n]{0,60}?(?:token|length|size))",
        _LENGTH,
        "Anthropic, Bedrock, Ollama, Gemini, vLLM, xAI, OpenRouter (docs, code, from memory)",
    ),
    _says(
        Kind.CONTEXT,
        r"token count[^.\n]{0,60}?exceed|too many (?:input |prompt )?tokens|exceeds? (?:the )?max(?:imum)?[^.\n]{0,30}?"
        r"(?:tokens|model length|prompt length|sequence length|input length)|max(?:imum)? (?:model|prompt|input|"
        r"sequence) length|tokens?`? must be (?:<=|less than|at most)|requested tokens[^.\n]{0,40}?exceed",
        _LENGTH,
        "Gemini, Cohere, vLLM, xAI, TGI, Mistral, Fireworks, SGLang (docs, code, from memory)",
    ),
    _says(
        Kind.CONTEXT,
        r"input is too large to process|prompt (?:is )?too long|input length exceeds",
        (500,),
        "llama.cpp, Ollama (code, from memory)",
    ),
    _says(Kind.CONTEXT, r"request too large", (413, 429), "OpenAI, Groq: over the tokens a minute by itself (seen)"),
    # A wrong key, account, money or model, whatever the status: these stop the run.
    _says(
        Kind.QUOTA,
        r"credit balance|insufficient (?:balance|credits?|funds|quota)|out of credits|available credits|no credits|"
        r"spending limit|exceeded your current quota|billing|payment required",
        _SETUP,
        "Anthropic 400, xAI 403, DeepSeek, OpenRouter, Gemini (docs, from memory)",
    ),
    _says(
        Kind.AUTH,
        r"(?:account|api[ _-]?key|organi[sz]ation|project|subscription|token)\b[^.\n]{0,40}?(?:blocked|flagged|"
        r"suspended|disabled|deactivated|restricted|revoked|expired)",
        _SETUP,
        "OpenAI, Gemini, Mistral (from memory)",
    ),
    _says(
        Kind.AUTH,
        r"(?:invalid|incorrect|wrong|missing|malformed|no|valid)\b[^.\n]{0,30}?\bapi[ _-]?key|"
        r"api[ _-]?key\b[^.\n]{0,40}?(?:invalid|not valid|incorrect|missing|not found|required)|"
        r"location is not supported|unauthori[sz]ed",
        _SETUP,
        "Gemini 400, xAI 400, Anthropic, OpenRouter (docs, from memory)",
    ),
    _says(
        Kind.MODEL,
        r"not a valid model|(?:invalid|unknown|no such) model\b|model[ _]not[ _](?:exist|found|available)|"
        r"\bmodel:? \S{1,80} (?:is not|was not|does not|doesn't|not) (?:exist|found|available|supported)|"
        r"(?:have|has) (?:no |not )?access to (?:the )?model|not have access to (?:the )?model",
        _SETUP,
        "OpenRouter 400, Mistral 400, DeepSeek 400, xAI, OpenAI 403, Bedrock 400 (docs, from memory)",
    ),
    # What a transcript says is objected to: its error alone.
    _says(
        Kind.MODERATION,
        r"flagged|moderation|content[ _](?:policy|filter|management)|usage (?:polic|guideline)|safety|guardrail|"
        r"content exists risk|inappropriate|prohibited|sensitive|harmful|blocked|firewall|malicious|\bwaf\b",
        (400, 403, 406, 422, 451),
        "OpenRouter 403, Azure, Anthropic, xAI 403, DeepSeek, Alibaba, Cloudflare, Akamai (docs, from memory)",
    ),
    # A 403 stops the run only where it speaks of key, account or model.
    _says(
        Kind.AUTH,
        r"\bkeys?\b|api[ _-]?key|credential|authenticat|authori[sz]|permission|\baccount|organi[sz]ation|\bproject\b|"
        r"subscription|\bmodel\b|country|region|\bip address",
        (403,),
        "OpenAI, Gemini, Anthropic, Mistral, Azure (docs, from memory)",
    ),
)
"""Wordings in the order in which they are tried; the first that fits counts."""
