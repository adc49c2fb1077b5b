"""Data sets that `datasets` saved to a folder: `Dataset.save_to_disk` and `DatasetDict.save_to_disk`."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from llm_grader.errors import MalformedInput
from llm_grader.readers.source.document import DataSet

_OF_SPLITS = "dataset_dict.json"
_OF_ONE = ("state.json", "dataset_info.json")


def is_saved(folder: Path) -> bool:
    """Whether a folder is one of a saved data set, by the files that say how it is made up."""
    return (folder / _OF_SPLITS).is_file() or all((folder / name).is_file() for name in _OF_ONE)


def load_saved(folder: Path) -> dict[str, DataSet]:
    """The data set in a folder under the empty name, or its splits under theirs.

    Raises:
        MalformedInput: it cannot be loaded.
    """
    from datasets import load_from_disk  # type: ignore[import-untyped]

    try:
        loaded = load_from_disk(str(folder))
    except Exception as error:  # what it raises on a damaged folder is from json, arrow and itself
        raise MalformedInput(
            f"not a saved data set that can be loaded ({type(error).__name__})", path=folder
        ) from error
    return cast("dict[str, DataSet]", loaded if isinstance(loaded, dict) else {"": loaded})
