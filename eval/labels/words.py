"""Words that people write into a sheet for a label: yes and no in five languages, and what a file of their own says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from llm_grader.errors import MalformedInput
from llm_grader.eval.labels.checked import gold_labels
from llm_grader.files.yaml_strict import load_yaml
from llm_grader.rubric.model import Item
from llm_grader.verdict import MET, NOT_APPLICABLE, NOT_MET

FILE = "words.yaml"
"""The file in a gold folder that says what words mean: word → label, such as `entfällt: not_applicable`."""

_YES = ("yes", "y", "ja", "j", "ano", "igen", "jah")
_NO = ("no", "n", "nein", "ne", "nem", "ei")
_NOT_ASKED = ("n/a", "na", "n. a.")
_BINARY = {**dict.fromkeys(_YES, MET), **dict.fromkeys(_NO, NOT_MET), **dict.fromkeys(_NOT_ASKED, NOT_APPLICABLE)}


def label_of_word(word: str, item: Item, words: Mapping[str, str]) -> str:
    """The label that a cell means; the cell as it stands where it means none.

    Its own labels come first, whatever their case and with blanks for `_`, then `words`, then yes and no of an item
    that has no scale.
    """
    allowed = gold_labels(item)
    if word in allowed:
        return word
    key = word.strip().casefold()
    plain = {label.casefold(): label for label in allowed}
    known = {**(_BINARY if item.scale == "binary" else {}), **words, **plain}
    return known.get(key, known.get(key.replace(" ", "_"), word))


def load_words(path: Path) -> dict[str, str]:
    """What the words of a file mean, by the word without case; nothing where there is no file.

    Raises:
        MalformedInput: it is no mapping of words to labels.
    """
    if not path.exists():
        return {}
    data, _ = load_yaml(path)
    if not isinstance(data, dict) or not all(isinstance(part, str) for pair in data.items() for part in pair):
        raise MalformedInput("expected words, each with its label, such as `entfällt: not_applicable`", path=path)
    return {word.strip().casefold(): label for word, label in data.items()}
