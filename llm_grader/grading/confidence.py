"""Calibration of a judge's confidences, as measured on labels from people: the part that is applied.

`llm-grader calibrate` fits it. A verdict's label never changes; its confidence becomes the
measured chance that the label is right.
"""

from __future__ import annotations

from math import exp, log
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, ValidationError

from llm_grader.content import content_hash
from llm_grader.errors import InputError, MalformedInput, UsageError
from llm_grader.rubric.model import Item, Rubric
from llm_grader.transcript import Model, Share
from llm_grader.verdict import MET, PARAMETER_DEFAULTS, LabelSource, Parameter, Provenance, Scorecard, Verdict

APPLIED = "calibration"
"""The parameter in the provenance of a calibrated card; its value is the calibration's hash."""

_NEAREST_TO_CERTAIN = 1e-6


class LogitLine(Model):
    """A correction: logit(calibrated) = slope · logit(given) + intercept, of P(met) for binary items, else of P(label).

    `labels` says on how many it was fitted; `pooled` whether they are those of several items together.
    """

    slope: float
    intercept: float
    labels: int = Field(ge=0)
    pooled: bool = False

    def apply(self, probability: float) -> float:
        """The probability after correction, 0–1."""
        p = min(max(probability, _NEAREST_TO_CERTAIN), 1 - _NEAREST_TO_CERTAIN)
        return 1 / (1 + exp(-max(-700.0, self.slope * log(p / (1 - p)) + self.intercept)))


class ErrorRates(Model):
    """Error rates of a judge on one item: its shares right of true passes and of true failures, and of how many labels.

    A pass is the label that is good for the agent: `met`, but `not_met` of a penalty item.
    """

    sensitivity: Share
    passes: float = Field(ge=0)
    specificity: Share
    failures: float = Field(ge=0)


class Fitted(Model):
    """The origin of a calibration: with what, on what, how and when it was fitted."""

    rubric_id: str
    rubric_version: str
    rubric_hash: str
    prompt_hash: str
    model: str
    endpoint: str | None
    parameters: dict[str, Parameter]
    data: str
    data_hash: str
    label_source: LabelSource
    transcripts: int
    labels: int
    method: str
    fitted_at: AwareDatetime
    library_version: str


class Calibration(Model):
    """Corrections of one judge's confidences, and of its pass rates, by item id."""

    schema_version: Literal[1] = 1
    lines: dict[str, LogitLine] = Field(default_factory=dict)
    error_rates: dict[str, ErrorRates] = Field(default_factory=dict)
    fitted: Fitted

    def check(self, provenance: Provenance) -> None:
        """Refuse a judge other than the one it was fitted for.

        Raises:
            UsageError: rubric, prompt, model, endpoint or a parameter differ; says which.
        """
        wanted, found = judge_of(self.fitted), judge_of(provenance)
        for name in {**wanted, **found}:
            if wanted.get(name) != found.get(name):
                raise UsageError(
                    f"the calibration was fitted for {name.replace('_', ' ')} {_short(wanted.get(name))}, this is "
                    f"{_short(found.get(name))}: fit it again with `llm-grader calibrate`"
                )


def judge_of(provenance: Provenance | Fitted) -> dict[str, object]:
    """The identity of a judge, by name of what makes it: its confidences are comparable with no other's."""
    names = ("rubric_id", "rubric_hash", "prompt_hash", "model", "endpoint")
    return {**{name: getattr(provenance, name) for name in names}, **PARAMETER_DEFAULTS, **provenance.parameters}


def _short(value: object) -> str:
    text = "none" if value is None else str(value)
    return text[:12] if len(text) == 64 else text


def load_calibration(path: Path) -> Calibration:
    """Read the file that `llm-grader calibrate` wrote.

    Raises:
        InputError: it cannot be read.
        MalformedInput: it is no such file, or of another version.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    except UnicodeDecodeError:
        raise MalformedInput("expected JSON in UTF-8", path=path) from None
    try:
        return Calibration.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise MalformedInput(
            f"expected what `llm-grader calibrate` writes: {place}: {first['msg']}", path=path
        ) from None


def calibrated_card(card: Scorecard, calibration: Calibration, rubric: Rubric) -> Scorecard:
    """The card with calibrated confidences, and the hash of the calibration among its parameters.

    Where an item has no line, or its label is off the scale, nothing was measured, and the confidence is None.
    """
    verdicts = {
        id_: calibrated_verdict(verdict, calibration, rubric.item(id_)) for id_, verdict in card.verdicts.items()
    }
    applied = {**card.provenance.parameters, APPLIED: hash_of(calibration)}
    provenance = card.provenance.model_copy(update={"parameters": applied})
    return card.model_copy(update={"verdicts": verdicts, "provenance": provenance})


def calibrated_verdict(verdict: Verdict, calibration: Calibration, item: Item) -> Verdict:
    """The verdict with its calibrated confidence, the chance that its label is right."""
    if verdict.confidence is None:
        return verdict
    line = calibration.lines.get(item.id)
    probability = None if line is None else positive_probability(verdict, item)
    if line is None or probability is None:
        return verdict.model_copy(update={"confidence": None})
    corrected = line.apply(probability)
    sure = 1 - corrected if item.scale == "binary" and verdict.label != MET else corrected
    return verdict.model_copy(update={"confidence": sure})


def positive_probability(verdict: Verdict, item: Item) -> float | None:
    """P(met) of a binary item, P(label) on a scale: what a line corrects; None where the verdict does not tell.

    Of votes it is (k + ½) / (n + 1): that all of five samples agree is no certainty.
    """
    if verdict.confidence is None or verdict.label not in item.levels:
        return None
    if verdict.votes:
        wanted = MET if item.scale == "binary" else verdict.label
        return (verdict.votes.get(wanted, 0) + 0.5) / (sum(verdict.votes.values()) + 1)
    return 1 - verdict.confidence if item.scale == "binary" and verdict.label != MET else verdict.confidence


def hash_of(calibration: Calibration) -> str:
    """A short hash of everything in the calibration: 16 hexadecimal digits."""
    return content_hash(calibration)[:16]
