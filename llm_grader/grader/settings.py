"""Settings of a grader, each declared once: its type, default, bounds and meaning.

Those of the endpoint stand with `Endpoint`, the others here. The keywords of `Grader`, the settings of the command line
and the help of its flags all come from these fields.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypedDict

from pydantic import Field, ModelWrapValidatorHandler, SecretStr, ValidationError, model_validator

from llm_grader.errors import UsageError
from llm_grader.files.problems import explain
from llm_grader.gateway.endpoint import Endpoint, Mode, is_embedded
from llm_grader.gateway.prices import Price

_TEMPERATURE_OF_SAMPLES = 0.7


class WrongSettings(UsageError):
    """Settings with values that they cannot have, or that do not exist.

    Args:
        problems: what is wrong with each, by its name.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {message}" for name, message in problems.items()))
        self.problems = problems


class GraderSettings(Endpoint):
    """Everything that can be set about grading: the endpoint's settings, and how transcripts are sent.

    Raises:
        WrongSettings: a value is out of its bounds, or there is no such setting.
    """

    items_per_call: Annotated[int, Field(ge=1)] | Literal["all"] = Field(
        default="all", description="Items asked about in one request: all, or a number."
    )
    samples: int = Field(default=1, ge=1, description="Ask so many times and let the answers vote.")
    language: str | None = Field(
        default=None, description="Language of the checklist in the prompt, as BCP 47 code; by default English."
    )
    reason_language: str | None = Field(
        default=None, description="Language of the reasons, as BCP 47 code; by default that of the checklist."
    )
    windows: bool = Field(default=False, description="Read what is too long for the model in overlapping windows.")
    redact: bool = Field(default=False, description="Send tokens in place of addresses, numbers and known names.")
    ask_roles: bool = Field(default=False, description="Ask the model who a speaker is that nothing else tells.")

    @model_validator(mode="wrap")
    @classmethod
    def _in_plain_words(cls, values: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return validate(values)
        except ValidationError as error:
            found = explain(error, values, keys=cls.model_fields)
        problems = {".".join(map(str, problem.place)): problem.message for problem in found}
        if "api_key" in problems:
            problems["api_key"] = "expected text"  # and never what was found
        raise WrongSettings(problems)  # without the cause, which would show the values

    @cached_property
    def endpoint(self) -> Endpoint:
        """The settings of the endpoint alone."""
        return Endpoint.model_validate({name: getattr(self, name) for name in Endpoint.model_fields})

    @property
    def keywords(self) -> dict[str, Any]:
        """The other settings of a grader, as keywords of `Grader`."""
        return {name: getattr(self, name) for name in GraderSettings.model_fields.keys() - Endpoint.model_fields.keys()}


class GraderKeywords(TypedDict, total=False):
    """The settings as keywords of `Grader`, for type checkers; what they mean is told by `GraderSettings`."""

    base_url: str | None
    api_key: str | SecretStr | None
    mode: Mode
    temperature: float | None
    seed: int | None
    max_completion_tokens: int | None
    logprobs: bool
    timeout: float
    requests_per_minute: int | None
    tokens_per_minute: int | None
    allow_http: bool
    trust_env: bool
    prices: dict[str, Price]
    params: dict[str, Any]
    headers: dict[str, SecretStr]
    items_per_call: int | Literal["all"]
    samples: int
    language: str | None
    reason_language: str | None
    windows: bool
    redact: bool
    ask_roles: bool


DEFAULTS = GraderSettings()
"""Every setting at its default."""


def settings_of(model: str, keywords: Mapping[str, Any], endpoint: Endpoint | None = None) -> GraderSettings:
    """The settings that keywords describe; an `endpoint` replaces all that is told of one.

    Address and key of the endpoint come from the environment where they are not given. With more than one sample, a
    temperature of 0 becomes 0.7: samples of one answer tell nothing.

    Raises:
        WrongSettings: a value is out of its bounds, or there is no such setting.
    """
    values = {"model": model, **keywords}
    if endpoint is None:
        values["base_url"] = values.get("base_url") or (None if is_embedded(model) else sdk_settings().get("base_url"))
        values["api_key"] = values.get("api_key") or sdk_settings().get("api_key")
    else:
        values |= {name: getattr(endpoint, name) for name in Endpoint.model_fields}
    settings = GraderSettings.model_validate(values)
    if settings.samples > 1 and settings.temperature == 0:
        return settings.model_copy(update={"temperature": _TEMPERATURE_OF_SAMPLES})
    return settings


def sdk_settings() -> dict[str, str]:
    """The address and key that the SDK's own variables name, those that are not empty."""
    found = {name: os.environ.get(f"OPENAI_{name.upper()}", "") for name in ("base_url", "api_key")}
    return {name: value for name, value in found.items() if value}
