"""The origin of figures: of which verdicts and labels they are, so that they can be had again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from llm_grader.content import content_hash
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.verdict import PARAMETER_DEFAULTS, Provenance
from llm_grader.version import __version__


@dataclass(frozen=True)
class Origin:
    """Where figures come from.

    `rubric_hash` is that of the rubric they are compared by, `versions` and `models` those of the verdicts, of which
    there are several where several runs are taken together, and `modes` how the answers were structured; `runs` are
    their numbers, where they are stored. Times are those of the first and the last label that has one (ISO 8601).
    """

    rubric_id: str
    rubric_hash: str
    versions: tuple[str, ...]
    models: tuple[str, ...]
    modes: tuple[str, ...]
    runs: tuple[int, ...]
    judge_hash: str
    labels: str
    labels_hash: str
    labelled_from: str | None
    labelled_until: str | None
    random_sample: bool
    seed: int
    library_version: str


def origin_of(
    labelled: LabelledSet, provenances: Iterable[Provenance], *, seed: int, runs: Iterable[int] = ()
) -> Origin:
    """The origin of figures of these labels and of verdicts with these provenances."""
    listed = list(provenances)
    times = sorted(label.at for label in labelled.labels if label.at is not None)
    judges = {(one.model, one.rubric_hash, one.prompt_hash, content_hash(one.parameters)) for one in listed}
    return Origin(
        rubric_id=labelled.rubric.id,
        rubric_hash=labelled.rubric.content_hash(),
        versions=tuple(sorted({one.rubric_version for one in listed})),
        models=tuple(sorted({one.model for one in listed})),
        modes=tuple(sorted({str(one.parameters.get("mode", PARAMETER_DEFAULTS["mode"])) for one in listed})),
        runs=tuple(sorted(runs)),
        judge_hash=content_hash(sorted(judges)),
        labels=labelled.name,
        labels_hash=labelled.labels_hash,
        labelled_from=times[0].isoformat() if times else None,
        labelled_until=times[-1].isoformat() if times else None,
        random_sample=labelled.conversations.random is not None,
        seed=seed,
        library_version=__version__,
    )


def describe(origin: Origin) -> str:
    """The origin in a line or two, for people."""
    runs = f"runs {', '.join(map(str, origin.runs))}" if origin.runs else ""
    modes = f"mode {' and '.join(origin.modes)}" if origin.modes else ""
    judged = ", ".join(part for part in (*origin.models, modes, runs) if part)
    rubric = " ".join([origin.rubric_id, *origin.versions])
    return (
        f"{rubric} ({origin.rubric_hash[:12]}){f', {judged}' if judged else ''}; labels {origin.labels} "
        f"({origin.labels_hash[:12]}), seed {origin.seed}, llm-grader {origin.library_version}"
    )
