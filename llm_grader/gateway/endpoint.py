"""Where questions go and how they are asked: the settings of one OpenAI-compatible endpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from llm_grader.content import content_of
from llm_grader.errors import UsageError
from llm_grader.gateway.prices import OPENAI_URL, Price
from llm_grader.transcript import Model

Mode = Literal["tools", "json_schema", "md_json", "decisions", "systemone"]
DECISION_MODES: tuple[Mode, ...] = ("decisions", "systemone")
"""Modes of models that choose among options and write nothing."""
DEFAULT_MODEL = "gpt-6-luna"
LOCAL = "local"
"""The name of the embedded model."""
_ALWAYS_SHOWN = ("mode", "temperature", "seed", "max_completion_tokens")
CHANGES_NO_GRADE = (
    *("api_key", "timeout", "requests_per_minute", "tokens_per_minute", "allow_http", "trust_env", "prices"),
    *("model", "base_url"),  # which stand beside the parameters
    "headers",  # of a gateway on the way; they may be secrets
)
"""The settings that are none of `parameters_of`; every other one has its place in `PARAMETER_DEFAULTS`."""
_SECRET_PARTS = re.compile(r"(?<=//)[^/?#]*(?=@)|(?<=[?#]).*", re.DOTALL)
_OF_OTHER_SETTINGS = ("model", "temperature", "seed", "max_completion_tokens", "logprobs")
_OURS = ("messages", "tools", "tool_choice", "response_format", "stream", "n", "input", "state", "questions")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Endpoint(Model):
    """Endpoint: where questions go, and how they are asked. Each setting's bounds and meaning stand with its field."""

    model: str = Field(
        default=DEFAULT_MODEL,
        description="`local` is the embedded model, FILE.gguf a model file of yours; other names go to the endpoint.",
    )
    base_url: str | None = Field(
        default=None, description="The OpenAI-compatible endpoint; without one OPENAI_BASE_URL, else OpenAI's own."
    )
    api_key: SecretStr | None = Field(default=None, description="The endpoint's key; without one OPENAI_API_KEY.")
    mode: Mode = Field(
        default="tools",
        description="How answers are structured: tools, json_schema or md_json; decisions or systemone for a model "
        "that only chooses.",
    )
    temperature: float | None = Field(
        default=0.0, description="Sent unless None; an endpoint that rejects it is asked without it."
    )
    seed: int | None = Field(
        default=None, description="Sent unless None; an endpoint that rejects it is asked without it."
    )
    max_completion_tokens: int | None = Field(default=None, ge=1, description="Tokens of an answer at most.")
    logprobs: bool = Field(
        default=False,
        description="Ask for token probabilities, which become each verdict's confidence; tool calls mostly come "
        "without.",
    )
    timeout: float = Field(default=120.0, gt=0, description="Seconds for one request.")
    requests_per_minute: int | None = Field(
        default=None, ge=1, description="Send at most so many requests a minute, all that this process asks together."
    )
    tokens_per_minute: int | None = Field(
        default=None, ge=1, description="Take at most so many tokens a minute, all that this process asks together."
    )
    allow_http: bool = Field(default=False, description="Allow plain http to other machines.")
    trust_env: bool = Field(default=False, description="Take proxies and certificates from the environment.")
    prices: dict[str, Price] = Field(
        default_factory=dict, description="Prices by the model's name; they win over the list prices."
    )
    params: dict[str, Any] = Field(
        default_factory=dict,
        description="Other fields of a request, such as reasoning_effort; an endpoint that rejects one is asked "
        "without it.",
    )
    headers: dict[str, SecretStr] = Field(
        default_factory=dict, description="Headers that go with every request, such as those of a gateway."
    )

    @field_validator("params")
    @classmethod
    def _are_no_settings(cls, params: dict[str, Any]) -> dict[str, Any]:
        for name in params:
            if name in _OF_OTHER_SETTINGS:
                raise ValueError(f"{name} is a setting of its own: set it there")
            if name in _OURS:
                raise ValueError(f"{name} is written by the grader and cannot be set")
        return params

    @property
    def is_local(self) -> bool:
        """Whether the embedded model is meant, or a model file of the user's in its place."""
        return is_embedded(self.model) and self.base_url is None

    @property
    def weights_file(self) -> Path | None:
        """The user's own model file; None where the packaged weights or a server's are meant."""
        return Path(self.model).expanduser() if self.is_local and self.model != LOCAL else None

    @property
    def is_openai(self) -> bool:
        """Whether OpenAI's own API is meant."""
        return urlsplit(self.base_url or OPENAI_URL).hostname == urlsplit(OPENAI_URL).hostname

    @property
    def host(self) -> str:
        """Host and port of the endpoint, for provenance."""
        return urlsplit(self.base_url or OPENAI_URL).netloc.rpartition("@")[2]

    @property
    def address(self) -> str | None:
        """The address as it may be shown: without a password, a query or a fragment, where somebody has put a key."""
        return None if self.base_url is None else _SECRET_PARTS.sub("…", self.base_url)

    @property
    def path(self) -> str:
        """What follows the host: a server may have several endpoints, or a deployment in its address."""
        return urlsplit(self.base_url or OPENAI_URL).path.rstrip("/")

    def check(self) -> None:
        """Refuse addresses that cannot be used, or would send transcripts in clear text.

        Raises:
            UsageError: the address is no http(s) URL, holds a password, or is plain http to another machine without
                `allow_http`. The message does not repeat it.
        """
        url = OPENAI_URL if self.base_url is None else self.base_url
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and parts.hostname is not None and parts.port != 0
        except ValueError:  # brackets that do not close, a port that is no number
            usable = False
        if not usable:
            raise UsageError("base_url: expected an address such as https://host/path, found something else")
        if parts.username is not None or parts.query or parts.fragment:
            raise UsageError("base_url: expected an address only; a key goes into api_key")
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not self.allow_http:
            raise UsageError(
                f"base_url: plain http shows transcripts on their way to {parts.hostname}: use https or --allow-http"
            )


def is_embedded(model: str) -> bool:
    """Whether a model's name means one that runs on this machine, from here: `local`, or a GGUF file.

    Servers call models by such names, too; it is theirs where an address is given with it. Without one it is never
    looked for elsewhere: who mistypes a file's name must not send transcripts anywhere.
    """
    return model == LOCAL or model.casefold().endswith(".gguf")


def parameters_of(endpoint: Endpoint) -> Mapping[str, str | int | float | bool | None]:
    """What of the endpoint's settings can change a grade, for provenance and keys.

    Some are named even where they are at their default, for people who read them; any other only where it is set. What
    `params` holds is one parameter, written as JSON.
    """
    shown = {name: getattr(endpoint, name) for name in _ALWAYS_SHOWN}
    params = {"params": json.dumps(content_of(endpoint.params), sort_keys=True)} if endpoint.params else {}
    return {**content_of(endpoint, without=(*CHANGES_NO_GRADE, "params")), **params, **shown}
