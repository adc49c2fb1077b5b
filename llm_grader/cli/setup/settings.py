"""Settings of the command line: flag > environment > llm-grader.toml > default.

Environment variables are `LLM_GRADER_` and the setting's name; the key and address of the endpoint are also taken from
the SDK's own `OPENAI_API_KEY` and `OPENAI_BASE_URL`.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from llm_grader.errors import UsageError
from llm_grader.eval.judge.thresholds import DEFAULT, Thresholds
from llm_grader.gateway.endpoint import LOCAL, is_embedded
from llm_grader.grader.settings import GraderSettings, WrongSettings, sdk_settings

FILE = Path("llm-grader.toml")
_PREFIX = "LLM_GRADER_"
_NO_SETTINGS = ("LLM_GRADER_LOCAL_WEIGHTS",)  # what others read


class Settings(BaseSettings, GraderSettings):
    """Everything that can be set on the command line: what a grader has, and what a run of it has."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_nested_delimiter="__", toml_file=FILE)

    rubric: str = Field(default="helpdesk_qa", description="Id of a packaged rubric, or a path to a YAML file.")
    concurrency: int = Field(default=64, ge=1, description="Transcripts in flight at most.")
    processes: int = Field(
        default=1, ge=1, description="Processes of this machine that share the work; one does what a core can."
    )
    max_requests: int | None = Field(default=None, ge=0, description="Stop before sending more requests than this.")
    max_cost: float | None = Field(default=None, ge=0, description="Stop before spending more US dollars than this.")
    store: Path = Field(default=Path("llm-grader.db"), description="File for results.")
    keep_transcripts: bool = Field(default=True, description="Keep conversations beside their results in the store.")
    calibration: Path | None = Field(default=None, description="Calibrate confidences and pass rates by this file.")
    thresholds: Thresholds = Field(
        default=DEFAULT, description="What an item has to reach to be left to a judge: [thresholds] in the file."
    )

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
        sdk = InitSettingsSource(settings_cls, dict(sdk_settings()))
        return init_settings, env_settings, sdk, TomlConfigSettingsSource(settings_cls)


def load_settings(*groups: object, **flags: Any) -> Settings:
    """The settings in force; a flag that is None was not given.

    Args:
        groups: groups of flags, see `options`.
        flags: single flags, by the names of their settings.

    Raises:
        UsageError: a value is wrong, or there is no such setting; the message names it and where it comes from.
    """
    if unknown := [_unknown(name) for name in sorted(os.environ) if not _is_setting(name)]:
        raise UsageError("; ".join(unknown))
    for group in groups:
        flags |= vars(group)
    given = {name: value for name, value in flags.items() if value is not None}
    if isinstance(given.get("params"), list):
        given["params"] = dict(map(_param, given["params"]))
    try:
        settings = Settings(**given)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{FILE}: not valid TOML: {error}") from None
    except WrongSettings as error:
        problems = [f"setting {_place(name, given)}: {message}" for name, message in error.problems.items()]
        raise UsageError("; ".join(problems)) from None
    return _on_this_machine(settings, given)


def _on_this_machine(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """The settings; a model that runs here must not send transcripts anywhere, unless an address was given with it."""
    if not is_embedded(settings.model) or settings.base_url is None:
        return settings
    if "base_url" not in given:
        return settings.model_copy(update={"base_url": None})
    if settings.model == LOCAL:
        raise UsageError(f"--model {LOCAL} is the embedded model and has no --base-url: leave one of them out")
    return settings


def _param(written: str) -> tuple[str, Any]:
    """Name and value of `name=value`, where the value is JSON or else text."""
    name, equals, value = written.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"--param: expected NAME=VALUE, found {written!r}")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value


def _variables() -> list[str]:
    return [*(_PREFIX + name.upper() for name in Settings.model_fields), *_NO_SETTINGS]


def _is_setting(variable: str) -> bool:
    """Whether it is a setting's, some part of one's (`LLM_GRADER_PRICES__…`), or not ours."""
    name = variable.upper().partition("__")[0]
    return not name.startswith(_PREFIX) or name in _variables()


def _unknown(variable: str) -> str:
    close = get_close_matches(variable.upper(), _variables(), n=1, cutoff=0.8)
    return f"{variable}: no such setting" + "".join(f"; did you mean {name}?" for name in close)


def _place(name: str, flags: Collection[str]) -> str:
    """The setting, and where its value comes from."""
    return f"{name} ({'flag' if name.partition('.')[0] in flags else f'{_PREFIX}{name.upper()} or {FILE}'})"
