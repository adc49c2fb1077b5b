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
    with pytest.raises(
        UsageError, match=rf"^setting {name} \(LLM_GRADER_{name.upper()} or llm-grader\.toml\): expected .*, found '0'"
    ):
        load_settings()


def test_a_flag_is_named_as_where_a_wrong_value_comes_from() -> None:
    with pytest.raises(
        UsageError,
        match=r"^setting mode \(flag\): expected 'tools', 'json_schema', 'md_json', 'decisions' or 'systemone', found",
    ):
        load_settings(mode="telepathy")


def test_a_wrong_key_is_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("llm-grader.toml").write_text("api_key = 5550123\n", "utf-8")
    with pytest.raises(UsageError, match=r"api_key.*: expected text$"):
        load_settings()


def test_address_and_key_of_the_sdk_count_before_the_file_and_after_our_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("llm-grader.toml").write_text('base_url = "https://file.example/v1"\n', "utf-8")
    assert load_settings().base_url == "https://file.example/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "https://sdk.example/v1")
    assert load_settings().base_url == "https://sdk.example/v1"
    monkeypatch.setenv("LLM_GRADER_BASE_URL", "https://ours.example/v1")
    assert load_settings().base_url == "https://ours.example/v1"
    assert load_settings(base_url="https://flag.example/v1").base_url == "https://flag.example/v1"


def test_fields_of_a_request_come_from_flags_as_json_and_win_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "llm-grader.toml").write_text('[params]\nreasoning_effort = "high"\nverbosity = "low"\n', "utf-8")
    assert load_settings().params == {"reasoning_effort": "high", "verbosity": "low"}
    given = ["reasoning_effort=minimal", "top_k=5", 'metadata={"team": "q"}', "note=a=b"]
    assert load_settings(params=given).params == {
        "reasoning_effort": "minimal",
        "verbosity": "low",
        "top_k": 5,
        "metadata": {"team": "q"},
        "note": "a=b",
    }
    with pytest.raises(UsageError, match="NAME=VALUE"):
        load_settings(params=["reasoning_effort"])
    with pytest.raises(UsageError, match="temperature is a setting of its own"):
        load_settings(params=["temperature=1"])
