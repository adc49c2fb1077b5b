"""Gold labels as a Hugging Face `Dataset`, with the type of each column stated and not guessed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from llm_grader.errors import MalformedInput
from llm_grader.eval.labels.checked import checked_label
from llm_grader.rubric.model import Rubric
from llm_grader.verdict import Label

if TYPE_CHECKING:
    from datasets import Dataset, Features  # type: ignore[import-untyped]


def label_features() -> Features:
    """The columns of a data set of labels. Load with these, or `datasets` makes numbers of ids such as `007`."""
    from datasets import Features, List, Value

    text = Value("string")
    return Features(
        {
            "transcript_id": text,
            "item_id": text,
            "label": text,
            "annotator": text,
            "label_source": text,
            "turn": Value("int64"),
            "evidence_quotes": List(text),
            "reason": text,
            "at": text,
        }
    )


def labels_to_dataset(labels: Iterable[Label]) -> Dataset:
    """The labels as a data set with `label_features`; times become ISO 8601 text with their zone."""
    from datasets import Dataset

    return Dataset.from_list([label.model_dump(mode="json") for label in labels], features=label_features())


def labels_from_dataset(dataset: Dataset, *, rubric: Rubric | None = None) -> list[Label]:
    """The labels of a data set, in its order.

    Raises:
        MalformedInput: a column is unknown, missing or of another type, or a row is no label; names the row.
    """
    expected = label_features()
    for name in (*expected, *dataset.features):
        if dataset.features.get(name) != expected.get(name) and not _may_lack(name, dataset):
            raise MalformedInput(
                f"expected the type {expected.get(name)}, found {dataset.features.get(name)}: load the data set with "
                "features=label_features()",
                where=f"column {name}",
            )
    labels = []
    for number, row in enumerate(dataset):
        try:
            labels.append(checked_label({key: value for key, value in row.items() if value is not None}, rubric))
        except MalformedInput as error:
            raise MalformedInput(error.message, where=f"row {number}") from None
    return labels


def _may_lack(name: str, dataset: Dataset) -> bool:
    return name not in dataset.features and name in Label.model_fields and not Label.model_fields[name].is_required()
