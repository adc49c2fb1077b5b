from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.cli.setup.settings import load_settings
from llm_grader.errors import UsageError
from llm_grader.local.weights import VARIABLE


def test_an_environment_variable_of_no_setting_is_told_with_the_closest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_GRADER_REDCAT", "true")
    with pytest.raises(UsageError, match=r"LLM_GRADER_REDCAT: no such setting; did you mean LLM_GRADER_REDACT\?"):
        load_settings()


def test_what_resembles_no_setting_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_GRADER_QQQQ", "1")
    with pytest.raises(UsageError, match=r"LLM_GRADER_QQQQ: no such setting$"):
        load_settings()


def test_variables_that_somebody_reads_are_fine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, "weights.gguf")
    monkeypatch.setenv("llm_grader_redact", "true")
    monkeypatch.setenv("LLM_GRADER_PRICES__MINE__INPUT", "1")
    monkeypatch.setenv("LLM_GRADER_PRICES__MINE__OUTPUT", "2")
    settings = load_settings()
    assert settings.redact
    assert set(settings.prices) == {"mine"}


@pytest.mark.parametrize("name", ["max_completion_tokens", "timeout", "requests_per_minute", "tokens_per_minute"])
def test_a_limit_of_the_endpoint_that_is_none_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"LLM_GRADER_{name.upper()}", "0")
    with pytest.raises(UsageError, match=rf"^setting {name} \(LLM_GRADER_{name.upper()} or llm-grader\.toml\): .*than"):
        load_settings()
