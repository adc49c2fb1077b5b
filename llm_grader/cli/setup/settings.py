"""Settings of the command line: flag > environment > llm-grader.toml > default.

Environment variables are `LLM_GRADER_` and the setting's name; the key and address of the endpoint are also taken from
the SDK's own `OPENAI_API_KEY` and `OPENAI_BASE_URL`.
"""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from llm_grader.errors import UsageError
from llm_grader.gateway.endpoint import LOCAL
from llm_grader.gateway.prices import Price

FILE = Path("llm-grader.toml")
_PREFIX = "LLM_GRADER_"
_NO_SETTINGS = ("LLM_GRADER_LOCAL_WEIGHTS",)  # what others read


class Settings(BaseSettings):
    """Everything that can be set; see `llm-grader grade --help` for what each one means."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="__", toml_file=FILE, extra="forbid", populate_by_name=True
    )

    rubric: str = "helpdesk_qa"
    model: str = "gpt-5-mini"
    base_url: str | None = Field(
        default=None, validation_alias=AliasChoices("base_url", "LLM_GRADER_BASE_URL", "OPENAI_BASE_URL")
    )
    api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("api_key", "LLM_GRADER_API_KEY", "OPENAI_API_KEY")
    )
    mode: Literal["tools", "json_schema", "md_json"] = "tools"
    temperature: float | None = 0.0
    seed: int | None = None
    max_completion_tokens: int | None = Field(default=None, gt=0)
    logprobs: bool = False
    timeout: float = Field(default=120.0, gt=0)
    allow_http: bool = False
    trust_env: bool = False
    items_per_call: int | Literal["all"] = "all"
    language: str | None = None
    reason_language: str | None = None
    concurrency: int = Field(default=64, ge=1)
    samples: int = Field(default=1, ge=1)
    windows: bool = False
    redact: bool = False
    ask_roles: bool = False
    requests_per_minute: int | None = Field(default=None, ge=1)
    tokens_per_minute: int | None = Field(default=None, ge=1)
    max_requests: int | None = Field(default=None, ge=0)
    max_cost: float | None = Field(default=None, ge=0)
    store: Path = Path("llm-grader.db")
    calibration: Path | None = None
    prices: dict[str, Price] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What wins over what: the first source that has a value."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**flags: Any) -> Settings:
    """The settings in force; a flag that is None was not given.

    Raises:
        UsageError: a value is wrong, or there is no such setting; the message names it and where it comes from.
    """
    if unknown := [_unknown(name) for name in sorted(os.environ) if not _is_known(name)]:
        raise UsageError("; ".join(unknown))
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        settings = Settings(**given)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{FILE}: not valid TOML: {error}") from None
    except ValidationError as error:
        problems = [_told(problem, given) for problem in error.errors(include_url=False, include_input=False)]
        raise UsageError("; ".join(problems)) from None  # the cause would show the value, which may be a key
    if settings.model == LOCAL and settings.base_url is not None:  # it must not send transcripts anywhere
        if "base_url" in given:
            raise UsageError(f"--model {LOCAL} is the embedded model and has no --base-url: leave one of them out")
        settings = settings.model_copy(update={"base_url": None})
    return settings


def _known() -> list[str]:
    return [*(_PREFIX + name.upper() for name in Settings.model_fields), *_NO_SETTINGS]


def _is_known(variable: str) -> bool:
    """Whether it is a setting's, some part of one's (`LLM_GRADER_PRICES__…`), or not ours."""
    name = variable.upper().partition("__")[0]
    return not name.startswith(_PREFIX) or name in _known()


def _unknown(variable: str) -> str:
    close = get_close_matches(variable.upper(), _known(), n=1, cutoff=0.8)
    return f"{variable}: no such setting" + "".join(f"; did you mean {name}?" for name in close)


def _told(problem: Any, flags: dict[str, Any]) -> str:
    name = ".".join(map(str, problem["loc"]))
    place = "flag" if problem["loc"][0] in flags else f"{_PREFIX}{name.upper()} or {FILE}"
    return f"setting {name} ({place}): {problem['msg']}"
