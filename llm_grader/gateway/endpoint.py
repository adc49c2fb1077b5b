"""Where questions go and how they are asked: the settings of one OpenAI-compatible endpoint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from llm_grader.errors import UsageError
from llm_grader.gateway.prices import OPENAI_URL, Price
from llm_grader.transcript import Model

Mode = Literal["tools", "json_schema", "md_json"]
LOCAL = "local"
"""The name of the embedded model."""
_SECRET_PARTS = re.compile(r"(?<=//)[^/?#]*(?=@)|(?<=[?#]).*", re.DOTALL)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Endpoint(Model):
    """Where questions go, and how they are asked.

    `base_url` None is OpenAI's own API. `timeout` is in seconds for one request. `temperature` and `seed` are sent
    unless None; an endpoint that rejects one of them is asked without it. `logprobs` asks for token probabilities,
    which become each verdict's confidence; tool calls mostly come without. `prices` are per model name.
    `requests_per_minute` and `tokens_per_minute` are what the account allows: all that this process asks keeps them.
    """

    model: str
    base_url: str | None = None
    api_key: SecretStr | None = None
    mode: Mode = "tools"
    temperature: float | None = 0.0
    seed: int | None = None
    max_completion_tokens: int | None = Field(default=None, gt=0)
    logprobs: bool = False
    timeout: float = Field(default=120.0, gt=0)
    requests_per_minute: int | None = Field(default=None, gt=0)
    tokens_per_minute: int | None = Field(default=None, gt=0)
    allow_http: bool = False
    trust_env: bool = False
    prices: dict[str, Price] = Field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        """Whether the embedded model is meant."""
        return self.model == LOCAL and self.base_url is None

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


def parameters_of(endpoint: Endpoint) -> Mapping[str, str | int | float | bool | None]:
    """What of the endpoint's settings can change a grade, for provenance and keys."""
    return {
        "mode": endpoint.mode,
        "temperature": endpoint.temperature,
        "seed": endpoint.seed,
        "max_completion_tokens": endpoint.max_completion_tokens,
        **({"logprobs": True} if endpoint.logprobs else {}),
    }
