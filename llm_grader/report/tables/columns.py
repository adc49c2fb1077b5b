"""The tables of results, each defined once: cards, verdicts, evidence, items and runs, column by column. Pure.

A column says what it means and how its values are read, so that every format has the same types, with no row as well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, get_args, get_type_hints

from llm_grader.report.people import FinalLabel
from llm_grader.report.rows import week_of
from llm_grader.rubric.model import Item, Rubric, wording
from llm_grader.store.store import Run
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET, Evidence, Label, Scorecard, Verdict

TableName = Literal["cards", "verdicts", "evidence", "items", "runs"]
ValueKind = Literal["text", "whole", "number", "share", "yes_no", "time", "texts", "json"]
"""A value is a text, a whole number, a number, a share 0–1, yes or no, a time with its zone, texts, or JSON as text."""


class TableColumn(NamedTuple):
    """A column: its name, how its values are read, what it means, and where they come from."""

    name: str
    kind: ValueKind
    meaning: str
    value: Callable[[Any], Any]


@dataclass(frozen=True)
class GradedCard:
    """A card with all that its rows need: its run, its rubric (where it is known), and what people said.

    `calibrated` are confidences after calibration, `gates` colours by item; both are empty where none is known.
    """

    card: Scorecard
    run_id: int | None = None
    rubric: Rubric | None = None
    finals: Mapping[str, FinalLabel] = field(default_factory=dict)
    calibrated: Mapping[str, float | None] = field(default_factory=dict)
    gates: Mapping[str, str | None] = field(default_factory=dict)

    def about(self, name: str) -> Any:
        """A field of what the conversation is grouped by."""
        return None if self.card.about is None else getattr(self.card.about, name)


class VerdictRow(NamedTuple):
    """One verdict of a card, with its item and section where the rubric is known."""

    graded: GradedCard
    verdict: Verdict
    item: Item | None
    section: str | None

    @property
    def final(self) -> FinalLabel:
        """The label that counts."""
        return self.graded.finals.get(self.verdict.item_id) or FinalLabel(self.verdict.label, "model")

    @property
    def first(self) -> Evidence | None:
        """The first words it rests on."""
        return next(iter(self.verdict.evidence), None)


class EvidenceRow(NamedTuple):
    """One quote of a verdict; `n` counts those of one verdict from 1."""

    graded: GradedCard
    verdict: Verdict
    n: int
    evidence: Evidence


class ItemOfSection(NamedTuple):
    """An item of a rubric and the section it is in."""

    rubric: Rubric
    section: str
    item: Item


@dataclass(frozen=True)
class ResultTable:
    """A table: its name, its columns, and the rows that one source (a card, a rubric, a run) gives it."""

    name: TableName
    columns: tuple[TableColumn, ...]
    sources: Callable[[Any], Iterable[Any]]

    def rows(self, source: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of one source, a value a column."""
        for row in self.sources(source):
            yield tuple(column.value(row) for column in self.columns)


def table_of(name: TableName, rubric: Rubric | None = None) -> ResultTable:
    """The definition of a table; with a rubric, cards have a column for the score of each of its sections."""
    tables: dict[TableName, Callable[[], ResultTable]] = {
        "cards": lambda: ResultTable(
            "cards", (*_CARD, *_section_columns(rubric), *_CARD_ENDS), lambda source: (source,)
        ),
        "verdicts": lambda: ResultTable("verdicts", _VERDICT, verdict_rows),
        "evidence": lambda: ResultTable("evidence", _EVIDENCE, _evidence_rows),
        "items": lambda: ResultTable("items", _ITEM, _items_of),
        "runs": lambda: ResultTable("runs", _RUN, lambda run: (run,)),
    }
    return tables[name]()


def verdict_rows(graded: GradedCard) -> Iterator[VerdictRow]:
    """The verdicts of a card, in the rubric's order."""
    places = {item.id: (item, section) for _, section, item in _items_of(graded.rubric)} if graded.rubric else {}
    for verdict in graded.card.verdicts.values():
        item, section = places.get(verdict.item_id, (None, None))
        yield VerdictRow(graded, verdict, item, section)


def _evidence_rows(graded: GradedCard) -> Iterator[EvidenceRow]:
    for verdict in graded.card.verdicts.values():
        for n, evidence in enumerate(verdict.evidence, 1):
            yield EvidenceRow(graded, verdict, n, evidence)


def _items_of(rubric: Rubric) -> Iterator[ItemOfSection]:
    return (ItemOfSection(rubric, section.id, item) for section in rubric.sections for item in section.items)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _counted(graded: GradedCard, wanted: str | None) -> int:
    counts = Counter(verdict.label for verdict in graded.card.verdicts.values())
    return counts[wanted]


def _human_labels(labels: Iterable[Label]) -> str:
    return _json([label.model_dump(mode="json", exclude_defaults=True) for label in labels])


def _title(row: VerdictRow) -> str | None:
    language = str(row.graded.card.provenance.parameters.get("language") or "en")
    return None if row.item is None else wording(row.item.title, language)


_IDENTITY = (
    TableColumn("run_id", "whole", "the run that graded it last", lambda g: g.run_id),
    TableColumn("transcript_id", "text", "the conversation", lambda g: g.card.transcript_id),
)
_CARD = (
    *_IDENTITY,
    TableColumn("channel", "text", "chat, email or call", lambda g: g.about("channel")),
    TableColumn("language", "text", "of the conversation", lambda g: g.about("language")),
    TableColumn("agent_id", "text", "who is under review", lambda g: g.about("agent")),
    TableColumn("team", "text", "of the ticket", lambda g: g.about("team")),
    TableColumn("started_at", "time", "when the conversation began", lambda g: g.about("started_at")),
    TableColumn("week", "text", "ISO week of its beginning, UTC", lambda g: week_of(g.about("started_at"), UTC)),
    TableColumn("ticket_id", "text", "the ticket", lambda g: g.about("ticket_id")),
    TableColumn("rubric_id", "text", "the rubric", lambda g: g.card.provenance.rubric_id),
    TableColumn("rubric_version", "text", "its version", lambda g: g.card.provenance.rubric_version),
    TableColumn("rubric_hash", "text", "SHA-256 of the rubric", lambda g: g.card.provenance.rubric_hash),
    TableColumn("model", "text", "the model that was asked", lambda g: g.card.provenance.model),
    TableColumn("answered_by", "text", "the model that answered", lambda g: g.card.provenance.answered_by),
    TableColumn("score", "number", "of 100; empty where nothing could be scored", lambda g: g.card.score),
    TableColumn("passed", "yes_no", "whether the score reaches the pass mark; empty: open", lambda g: g.card.passed),
    TableColumn("status", "text", "ok, needs_review, not_graded or error", lambda g: g.card.status),
    TableColumn("coverage", "share", "share of the applicable weight that was scored", lambda g: g.card.coverage),
    TableColumn("critical_failures", "texts", "critical items that failed", lambda g: list(g.card.critical_failures)),
)
_CARD_ENDS = (
    TableColumn("n_met", "whole", "items met", lambda g: _counted(g, MET)),
    TableColumn("n_not_met", "whole", "items not met", lambda g: _counted(g, NOT_MET)),
    TableColumn("n_not_applicable", "whole", "items that do not apply", lambda g: _counted(g, NOT_APPLICABLE)),
    TableColumn("n_cannot_assess", "whole", "items that cannot be told", lambda g: _counted(g, CANNOT_ASSESS)),
    TableColumn("n_needs_review", "whole", "items whose check failed", lambda g: _counted(g, None)),
    TableColumn("flags", "texts", "what to look at besides", lambda g: list(g.card.flags)),
    TableColumn("warnings", "texts", "what the reader had to assume", lambda g: list(g.card.warnings)),
    TableColumn("requests", "whole", "requests that were sent", lambda g: g.card.usage.requests),
    TableColumn("prompt_tokens", "whole", "tokens sent", lambda g: g.card.usage.prompt_tokens),
    TableColumn("cached_tokens", "whole", "of these from the provider's cache", lambda g: g.card.usage.cached_tokens),
    TableColumn("completion_tokens", "whole", "tokens received", lambda g: g.card.usage.completion_tokens),
    TableColumn("cost", "number", "US dollars; empty where it is not known", lambda g: g.card.usage.cost),
    TableColumn("graded_at", "time", "when it was graded", lambda g: g.card.provenance.graded_at),
    TableColumn("failure_code", "text", "why it could not be graded", lambda g: g.card.failure and g.card.failure.code),
    TableColumn("key", "text", "of the result in the store", lambda g: g.card.provenance.key),
)


def _section_columns(rubric: Rubric | None) -> Iterator[TableColumn]:
    for section in rubric.sections if rubric else ():
        meaning = f"score of the section {section.id}"
        yield TableColumn(f"section.{section.id}", "number", meaning, _section_score(section.id))


def _section_score(section_id: str) -> Callable[[GradedCard], float | None]:
    def score(graded: GradedCard) -> float | None:
        found = graded.card.sections.get(section_id)
        return None if found is None else found.score

    return score


_VERDICT = (
    TableColumn("run_id", "whole", "the run that graded it last", lambda r: r.graded.run_id),
    TableColumn("transcript_id", "text", "the conversation", lambda r: r.graded.card.transcript_id),
    TableColumn("agent_id", "text", "who is under review", lambda r: r.graded.about("agent")),
    TableColumn("section_id", "text", "the section of the rubric", lambda r: r.section),
    TableColumn("item_id", "text", "the item", lambda r: r.verdict.item_id),
    TableColumn("item_title", "text", "its title in the language it was asked in", _title),
    TableColumn("judged", "text", "by what: llm, signal, ticket, …", lambda r: r.verdict.judged),
    TableColumn("weight", "number", "the item's weight", lambda r: r.item and r.item.weight),
    TableColumn("critical", "yes_no", "whether failing it makes the score 0", lambda r: r.item and r.item.critical),
    TableColumn("penalty", "yes_no", "whether met takes the weight away", lambda r: r.item and r.item.penalty),
    TableColumn("label", "text", "the model's label; empty where a check failed", lambda r: r.verdict.label),
    TableColumn("status", "text", "ok, needs_review or error", lambda r: r.verdict.status),
    TableColumn("confidence", "share", "the judge's own", lambda r: r.verdict.confidence),
    TableColumn(
        "calibrated_confidence",
        "share",
        "chance that the label is right",
        lambda r: r.graded.calibrated.get(r.verdict.item_id),
    ),
    TableColumn(
        "gate", "text", "what people's labels allow: green to grey", lambda r: r.graded.gates.get(r.verdict.item_id)
    ),
    TableColumn("problem", "text", "the check that failed", lambda r: r.verdict.problem),
    TableColumn("detail", "text", "what it found", lambda r: r.verdict.detail),
    TableColumn("claimed", "text", "what the judge said in that case", lambda r: r.verdict.claimed),
    TableColumn("reason", "text", "in the judge's words", lambda r: r.verdict.reason),
    TableColumn("evidence_count", "whole", "quotes that were found", lambda r: len(r.verdict.evidence)),
    TableColumn("quote_1", "text", "the first quote", lambda r: r.first and r.first.quote),
    TableColumn("turn_1", "whole", "its turn, from 0", lambda r: None if r.first is None else r.first.turn),
    TableColumn("role_1", "text", "who said it", lambda r: r.first and r.first.role),
    TableColumn("start_1", "whole", "its first character", lambda r: None if r.first is None else r.first.start),
    TableColumn("end_1", "whole", "one past its last", lambda r: None if r.first is None else r.first.end),
    TableColumn("match_1", "text", "how it was found", lambda r: r.first and r.first.match),
    TableColumn("votes", "json", "what each sample said", lambda r: _json(r.verdict.votes)),
    TableColumn("taken_from", "text", "the result it was given in, where reused", lambda r: r.verdict.taken_from),
    TableColumn("final_label", "text", "the label that counts", lambda r: r.final.label),
    TableColumn("label_by", "text", "whose it is: model, annotator, adjudicator", lambda r: r.final.by),
    TableColumn("human_labels", "json", "all labels of people", lambda r: _human_labels(r.final.people)),
    TableColumn("is_manual", "yes_no", "whether a person's label counts", lambda r: r.final.changed),
)
_EVIDENCE = (
    TableColumn("run_id", "whole", "the run that graded it last", lambda r: r.graded.run_id),
    TableColumn("transcript_id", "text", "the conversation", lambda r: r.graded.card.transcript_id),
    TableColumn("item_id", "text", "the item", lambda r: r.verdict.item_id),
    TableColumn("n", "whole", "counts the quotes of a verdict from 1", lambda r: r.n),
    TableColumn("turn", "whole", "the turn, from 0", lambda r: r.evidence.turn),
    TableColumn("role", "text", "who said it", lambda r: r.evidence.role),
    TableColumn("quote", "text", "the words", lambda r: r.evidence.quote),
    TableColumn("start", "whole", "its first character in the turn", lambda r: r.evidence.start),
    TableColumn("end", "whole", "one past its last", lambda r: r.evidence.end),
    TableColumn("match", "text", "how it was found", lambda r: r.evidence.match),
)
_ITEM = (
    TableColumn("rubric_id", "text", "the rubric", lambda i: i.rubric.id),
    TableColumn("rubric_version", "text", "its version", lambda i: i.rubric.version),
    TableColumn("section_id", "text", "the section", lambda i: i.section),
    TableColumn("item_id", "text", "the item", lambda i: i.item.id),
    TableColumn("title", "json", "its title by language", lambda i: _json(i.item.title)),
    TableColumn("question", "json", "its question by language", lambda i: _json(i.item.question)),
    TableColumn("policy", "json", "what each label takes, by language", lambda i: _json(i.item.policy())),
    TableColumn("judged", "text", "by what", lambda i: i.item.judged),
    TableColumn("weight", "number", "its weight", lambda i: i.item.weight),
    TableColumn("critical", "yes_no", "whether failing it makes the score 0", lambda i: i.item.critical),
    TableColumn("penalty", "yes_no", "whether met takes the weight away", lambda i: i.item.penalty),
    TableColumn("levels", "texts", "labels that are scored, from the lowest", lambda i: list(i.item.levels)),
    TableColumn("channels", "texts", "where it is asked", lambda i: list(i.item.channels or i.rubric.channels)),
    TableColumn("source", "text", "where the rubric comes from", lambda i: i.rubric.source),
)


def _of_run(name: str) -> Callable[[Run], Any]:
    if name == "started_at":
        return lambda run: datetime.fromisoformat(run.started_at)
    return lambda run: getattr(run, name)


_RUN = tuple(
    TableColumn(
        name,
        "time" if name == "started_at" else "whole" if kind is int else "text",
        name.replace("_", " "),
        _of_run(name),
    )
    for name, kind in get_type_hints(Run).items()
)


def render_columns() -> str:
    """All tables and their columns as Markdown, the scores of sections as one line: `COLUMNS.md`."""
    parts = ["# Tables of results\n\nWhat `llm-grader results export` writes, in every format.\n"]
    names: tuple[TableName, ...] = get_args(TableName)
    for name in names:
        lines = [
            f"| `{column.name}` | {column.kind.replace('_', ' ')} | {column.meaning} |"
            for column in table_of(name).columns
        ]
        if name == "cards":
            at = next(at for at, line in enumerate(lines) if "`n_met`" in line)
            lines.insert(at, "| `section.<id>` | number | score of each section |")
        parts.append(f"\n## {name}\n\n| column | values | meaning |\n| --- | --- | --- |\n" + "\n".join(lines) + "\n")
    return "".join(parts)
