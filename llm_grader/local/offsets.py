"""Offsets of the embedded model: the score at which its Yes begins, fitted for each item on labelled conversations.

A small model says Yes too easily to some questions and hardly ever to others. `eval.measured.fit_local` measures that;
the result is data beside the prompts, and holds only for the model, the templates and the policy it was fitted with.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from pydantic import Field

from llm_grader.asking.messages import LOCAL_TEMPLATES, prompt_hash
from llm_grader.content import content_hash
from llm_grader.errors import UsageError
from llm_grader.rubric.model import Item, Rubric, wording
from llm_grader.transcript import Model
from llm_grader.verdict import LabelSource

_log = logging.getLogger("llm_grader")


class ItemOffset(Model):
    """The offset of one item, which is taken from its score, and the `policy_hash` that it was fitted for.

    `labels` says on how many it was fitted.
    """

    offset: float
    policy: str
    labels: int = Field(ge=0)


class OffsetsFit(Model):
    """The origin of offsets: with what, on what, how and when they were fitted."""

    weights_sha256: str
    prompt_hash: str
    rubric_hash: str
    data_hash: str
    label_source: LabelSource
    language: str
    transcripts: int
    labels: int
    method: str
    fitted_on: date


class Offsets(Model):
    """Offsets of one rubric's items, in nats of logP(Yes) − logP(No).

    `slope` turns what is left of a score into the log-odds of Yes; `default` is for items without an offset of their
    own. Without arguments: none at all, and a slope of 1.
    """

    items: dict[str, ItemOffset] = Field(default_factory=dict)
    default: float = 0.0
    slope: float = Field(default=1.0, gt=0)
    provenance: OffsetsFit | None = None

    def log_odds(self, item: Item, score: float) -> float:
        """The log-odds of Yes (nats): above 0 it is more likely than No."""
        fitted = self.items.get(item.id)
        offset = fitted.offset if fitted and fitted.policy == policy_hash(item) else self.default
        return self.slope * (score - offset)


def load_offsets(rubric_id: str, *, weights_sha256: str) -> Offsets:
    """The packaged offsets of a rubric; none, and a warning in the log, where they were not fitted for this model.

    A rubric of the user's own gets the default and slope that the packaged rubrics have in common.
    """
    return choose_offsets(read_packaged(), rubric_id, weights_sha256=weights_sha256)


def choose_offsets(packaged: Mapping[str, Offsets], rubric_id: str, *, weights_sha256: str) -> Offsets:
    """Those of `packaged` (rubric id → offsets) that hold for this rubric, this model and the current templates."""
    fitting = {id_: offsets for id_, offsets in packaged.items() if _fits(offsets, weights_sha256)}
    if rubric_id in fitting:
        return fitting[rubric_id]
    if rubric_id in packaged or (packaged and not fitting):
        _log.warning(
            "the embedded model's offsets were fitted with other weights or prompts and are not used: its verdicts are "
            "less reliable. Fit new ones with: python -m llm_grader.eval.measured.fit_local"
        )
    if not fitting:
        return Offsets()
    every = list(fitting.values())
    return Offsets(
        default=math.fsum(offsets.default for offsets in every) / len(every),
        slope=math.fsum(offsets.slope for offsets in every) / len(every),
    )


def read_packaged() -> dict[str, Offsets]:
    """Rubric id → offsets, as they were installed; empty where none were."""
    file = resources.files("llm_grader.prompts") / "local_offsets.json"
    return parse_offsets(file.read_text("utf-8")) if file.is_file() else {}


@cache
def offsets_hash() -> str:
    """SHA-256 over the packaged offsets: other offsets, other verdicts."""
    return content_hash(read_packaged())


def parse_offsets(text: str) -> dict[str, Offsets]:
    """Read the content of an offsets file.

    Raises:
        UsageError: it is no JSON object from rubric ids to offsets.
    """
    try:
        content: dict[str, Any] = json.loads(text)
        return {rubric_id: Offsets.model_validate(offsets) for rubric_id, offsets in content.items()}
    except (ValueError, AttributeError) as error:
        raise UsageError(f"local_offsets.json: expected an object from rubric ids to offsets: {error}") from error


def render_offsets(offsets: Mapping[str, Offsets]) -> str:
    """The content of an offsets file, sorted, so that a new fit shows as a small difference."""
    content = {rubric_id: offsets[rubric_id].model_dump(mode="json") for rubric_id in sorted(offsets)}
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def policy_hash(item: Item) -> str:
    """Twelve hexadecimal digits that change with what an item asks and what its labels take, in English.

    They are of all its texts but the title, its labels, its examples' labels, whose words prove what and which agents
    count. Weights, conditions and translations do not change which answer is right.
    """
    texts = {place: wording(text, "en") for place, text in item.texts().items() if place != "title"}
    examples = [example.label for example in item.examples]
    policy = {"texts": texts, "labels": item.labels, "examples": examples, "evidence": item.evidence}
    return content_hash(policy | ({"agents": item.agents} if item.agents else {}))[:12]


def rehash_offsets(offsets: Offsets, rubric: Rubric) -> Offsets:
    """The same offsets with the hashes that `rubric` has now: they are declared to hold for it as it stands.

    For changes that leave every policy as it was, such as another way to hash, or a slip of the pen mended; where the
    meaning of an item changed, its offset has to be fitted again. This made the packaged file what it is:

        offsets = {id_: rehash_offsets(one, load_rubric(id_)) for id_, one in read_packaged().items()}
        Path("prompts/local_offsets.json").write_text(render_offsets(offsets), "utf-8")

    Raises:
        KeyError: the rubric lacks an item that has an offset.
    """
    items = {
        item_id: one.model_copy(update={"policy": policy_hash(rubric.item(item_id))})
        for item_id, one in offsets.items.items()
    }
    made = offsets.provenance
    return offsets.model_copy(
        update={
            "items": items,
            "provenance": made and made.model_copy(update={"rubric_hash": rubric.content_hash()}),
        }
    )


def _fits(offsets: Offsets, weights_sha256: str) -> bool:
    made = offsets.provenance
    return made is not None and (made.weights_sha256, made.prompt_hash) == (
        weights_sha256,
        prompt_hash(*LOCAL_TEMPLATES),
    )
