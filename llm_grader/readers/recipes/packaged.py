"""The recipes that ship, and a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from llm_grader.files.mapping_file import load_mapping
from llm_grader.readers.recipes.recipe import Recipe
from llm_grader.readers.recipes.recipe_reader import RecipeReader

_FOLDER = resources.files(__package__)
_SUFFIX = ".yaml"

RECIPE_NAMES: tuple[str, ...] = tuple(
    sorted(file.name.removesuffix(_SUFFIX) for file in _FOLDER.iterdir() if file.name.endswith(_SUFFIX))
)
"""The names of the recipes that ship, which are those of their files."""


@cache
def packaged_recipe(name: str) -> RecipeReader:
    """The reader of one of the recipes that ship; it is loaded when it is first asked for."""
    with resources.as_file(_FOLDER / f"{name}{_SUFFIX}") as file:
        return RecipeReader(load_recipe(file))


def packaged_recipes() -> tuple[RecipeReader, ...]:
    """The readers of all recipes that ship, by name."""
    return tuple(map(packaged_recipe, RECIPE_NAMES))


def load_recipe(source: Recipe | Mapping[str, Any] | Path | str) -> Recipe:
    """A recipe from a YAML file (a path), or the same as a mapping.

    Raises:
        MalformedInput: the file cannot be read or is no recipe; with the line.
    """
    return source if isinstance(source, Recipe) else load_mapping(Recipe, source)
