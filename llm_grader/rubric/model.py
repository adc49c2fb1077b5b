"""A rubric: sections of items, how each item is judged, weighed and evidenced.

The file format is this model: every key of the YAML is a field here, and anything else is an error. `load` reads the
file, `authoring.lint` finds what is valid and still unwise. A released default never changes, see `content`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from llm_grader.content import content_hash
from llm_grader.rubric.texts import IS_TEXT, texts_of
from llm_grader.transcript import Channel, Model, Role, Share, primary_language
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET, Judged

CHANNELS: tuple[Channel, ...] = ("chat", "email", "call")
ItemId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


def _in_english(value: Any) -> Any:
    if not isinstance(value, (str, dict)):
        raise ValueError("expected text, or one text per language such as {en: …, de: …}")  # noqa: TRY004
    return {"en": value} if isinstance(value, str) else value


Text = Annotated[dict[str, str], BeforeValidator(_in_english, json_schema_input_type=str | dict[str, str]), IS_TEXT]
"""Wording per language (BCP 47 code → text). A plain string is English. One that may be left out is empty then."""

_HAS_A_LINE = re.compile(r"title|question|guidance\.\w+|scale\.levels\.\d+\.anchor|examples\.\d+\.(quote|why)")


def wording(text: Text, language: str) -> str:
    """The wording in `language`, else in its base language, else in English, else in the first one given."""
    for code in (language, primary_language(language), "en"):
        if code in text:
            return text[code]
    return next(iter(text.values()), "")


class Guidance(Model):
    """The policy: when the answer is met, not met, when the item does not apply, and what the transcript cannot show.

    An item may be `not_applicable` only where this says when; `cannot_assess` is always a possible answer.
    """

    met: Text = Field(default_factory=dict)
    not_met: Text = Field(default_factory=dict)
    not_applicable: Text = Field(default_factory=dict)
    cannot_assess: Text = Field(default_factory=dict)


class Level(Model):
    """One level of an ordinal scale. `points` is the share of the item's weight it earns, 0–1."""

    value: str
    points: Share
    anchor: Text


class Scale(Model):
    """An ordinal scale: its levels from the lowest to the highest."""

    levels: tuple[Level, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _levels_differ(self) -> Self:
        values = [level.value for level in self.levels]
        if len(set(values)) != len(values):
            raise ValueError(f"each level needs a value of its own, found {values}")
        reserved = {MET, NOT_MET, NOT_APPLICABLE, CANNOT_ASSESS} & set(values)
        if reserved:
            raise ValueError(f"{sorted(reserved)} cannot be levels, they mean something else")
        return self


class EvidenceRule(Model):
    """Evidence: whose words count (`from`), and which labels need at least one verified quote (`required_for`).

    `from` is one list of roles for all labels, or one for each label that has quotes, such as
    `{met: [agent], not_met: [agent, customer]}`: an agent's act is then never proved by a customer's thanks.
    """

    from_: tuple[Role, ...] | dict[str, tuple[Role, ...]] = Field(default=("agent",), alias="from")
    required_for: tuple[str, ...] = (MET,)

    def speakers(self, label: str | None = None) -> tuple[Role, ...]:
        """The roles whose words count for `label`, in the order of the file.

        Without a label, or for one that `from` does not name, they are all roles whose words count for some label.
        """
        if not isinstance(self.from_, dict):
            return self.from_
        if label in self.from_:
            return self.from_[label]
        return tuple(dict.fromkeys(role for roles in self.from_.values() for role in roles))


class Condition(Model):
    """When an item applies; otherwise it is not_applicable.

    Either `item` has one of `label`, or the ticket's field `ticket` has one of the values `is` (any value when `is` is
    empty). A condition that cannot be decided lets the item stand.
    """

    item: ItemId | None = None
    label: Annotated[
        tuple[str, ...],
        BeforeValidator(lambda v: (v,) if isinstance(v, str) else v, json_schema_input_type=str | tuple[str, ...]),
    ] = ()
    ticket: str | None = None
    is_: tuple[str, ...] = Field(default=(), alias="is")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.item is None) == (self.ticket is None):
            raise ValueError("expected either {item, label} or {ticket, is}")
        if self.item and not self.label:
            raise ValueError(f"say which label of {self.item} it takes")
        return self


class Signal(Model):
    """A figure computed from timestamps, turns or ticket fields: its name in `signals`, and its settings.

    `business_hours` are written as for `signals.business_hours`; without them every hour counts.
    """

    name: str
    within_seconds: float | dict[Channel, float] | None = None
    fields: tuple[str, ...] = ()
    business_hours: dict[str, Any] | None = None


class Example(Model):
    """A quote and the label it deserves, to show where the line is."""

    quote: Text
    label: str
    why: Text = Field(default_factory=dict)


class Item(Model):
    """One question of the checklist.

    `judged` says by what; with `fallback: llm` the model answers where the signal or ticket data is missing. The weight
    of a `penalty` item is taken away when it is met.

    `agents` says who counts where several human agents took part and none is under review: one who did it is enough
    (`any`), or the worst conduct counts (`worst`). `over` says what decides where a conversation is looked at in parts:
    one place that proves met (`any`), or one that proves not_met (`every`). None leaves both open.

    `cue` names phrases that show the item's act (`signals.cues`): the embedded model goes by them, and where they
    contradict a verdict the card says so. Of a penalty item the words speak for the other label.
    """

    id: ItemId
    title: Text
    question: Text
    guidance: Guidance = Guidance()
    judged: Judged = "llm"
    fallback: Literal["llm"] | None = None
    signal: Signal | None = None
    channels: tuple[Channel, ...] | None = None
    weight: float = Field(default=1, ge=0)
    critical: bool = False
    penalty: bool = False
    agents: Literal["any", "worst"] | None = None
    over: Literal["any", "every"] | None = None
    cue: ItemId | None = None
    scale: Literal["binary"] | Scale = "binary"
    evidence: EvidenceRule = EvidenceRule()
    applies_when: Condition | None = None
    examples: tuple[Example, ...] = ()

    @property
    def asks_model(self) -> bool:
        """Whether a model is asked: items judged by it or with it as fallback, and audible ones people speak of."""
        return self.judged in ("llm", "audio") or self.fallback == "llm"

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The labels that earn points, from the lowest to the highest."""
        return (NOT_MET, MET) if self.scale == "binary" else tuple(level.value for level in self.scale.levels)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every label a judge may give, in the order in which it is offered."""
        if self.judged == "audio":
            return (NOT_MET, CANNOT_ASSESS)
        scored = (MET, NOT_MET) if self.scale == "binary" else self.levels
        applicable = (NOT_APPLICABLE,) if self.guidance.not_applicable else ()
        return (*scored, *applicable, CANNOT_ASSESS)

    def texts(self) -> dict[str, Text]:
        """Every text of the item by its place, such as `question` or `examples.2.quote`; see `texts_of`."""
        return dict(texts_of(self))

    def policy(self) -> dict[str, Text]:
        """Label → what it takes, for the labels that say so, in their order: guidance, or a level's anchor."""
        levels = () if self.scale == "binary" else self.scale.levels
        texts = {**dict(self.guidance), **{level.value: level.anchor for level in levels}}
        return {label: texts[label] for label in self.labels if texts.get(label)}

    def policy_hash(self) -> str:
        """Twelve hexadecimal digits that change with what the item asks and what its labels take, in English.

        They are of all its texts but the title, its labels, its examples' labels, whose words prove what, which agents
        count and its cue. Weights, conditions and translations do not change which answer is right.
        """
        texts = {place: wording(text, "en") for place, text in self.texts().items() if place != "title"}
        examples = [example.label for example in self.examples]
        policy = {"texts": texts, "labels": self.labels, "examples": examples, "evidence": self.evidence}
        optional = {name: value for name, value in (("agents", self.agents), ("cue", self.cue)) if value}
        return content_hash(policy | optional)[:12]

    def remarks(self) -> dict[str, Text]:
        """The texts that are neither title, question, policy nor example, by their place."""
        return {place: text for place, text in self.texts().items() if not _HAS_A_LINE.fullmatch(place)}

    def points(self, label: str) -> float:
        """The share of the weight, 0–1, that a scored label earns.

        Raises:
            KeyError: `label` is not one of `levels`.
        """
        return self._points[label]

    @cached_property
    def _points(self) -> dict[str, float]:
        if self.scale == "binary":
            return {MET: 1.0, NOT_MET: 0.0}
        return {level.value: level.points for level in self.scale.levels}


class Section(Model):
    """Items that belong together and get a score of their own."""

    id: ItemId
    title: Text
    items: tuple[Item, ...] = Field(min_length=1)

    def texts(self) -> dict[str, Text]:
        """The section's own texts by their place, without those of its items."""
        return dict(texts_of(self, without=("items",)))


class Rubric(Model):
    """A checklist. See the module's docstring.

    A card of which less than `min_coverage` of the applicable weight was scored has no score.
    """

    id: ItemId
    version: str
    title: Text
    source: str = ""
    channels: tuple[Channel, ...] = CHANNELS
    pass_mark: float = Field(default=80, ge=0, le=100)
    min_coverage: Share = 0.5
    sections: tuple[Section, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        problems = [*self._repeated_ids(), *self._unknown_references(), *self._circles()]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _repeated_ids(self) -> Iterator[str]:
        for item_id, uses in Counter(item.id for item in self.items()).items():
            if uses > 1:
                yield f"item {item_id}: this id is used {uses} times, each item needs one of its own"
        for section_id, uses in Counter(section.id for section in self.sections).items():
            if uses > 1:
                yield f"section {section_id}: this id is used {uses} times, each section needs one of its own"

    def _unknown_references(self) -> Iterator[str]:
        for item in self.items():
            named = [("evidence.required_for names", label) for label in item.evidence.required_for]
            if isinstance(item.evidence.from_, dict):
                named += [("evidence.from names", label) for label in item.evidence.from_]
            named += [("an example is labelled", example.label) for example in item.examples]
            for where, label in named:
                if label not in item.labels:
                    yield f"item {item.id}: {where} {label!r}, expected one of {', '.join(item.labels)}"
            yield from self._unknown_condition(item)

    def _unknown_condition(self, item: Item) -> Iterator[str]:
        condition = item.applies_when
        if condition is None or condition.item is None:
            return
        if condition.item not in self._by_id:
            yield f"item {item.id}: applies_when names the unknown item {condition.item!r}"
            return
        possible = self.item(condition.item).labels
        for label in condition.label:
            if label not in possible:
                yield (
                    f"item {item.id}: applies_when waits for {condition.item} to be {label!r}, "
                    f"expected one of {', '.join(possible)}"
                )

    def _circles(self) -> Iterator[str]:
        needs = {i.id: i.applies_when.item for i in self.items() if i.applies_when and i.applies_when.item}
        reported: set[str] = set()
        for start in needs:
            path = [start]
            while (following := needs.get(path[-1])) is not None and following not in path:
                path.append(following)
            if following == start and start not in reported:
                reported.update(path)
                yield f"item {start}: applies_when goes round in a circle: {' → '.join([*path, start])}"

    def items(self) -> Iterator[Item]:
        """Every item, in the order of the file."""
        for section in self.sections:
            yield from section.items

    def item(self, item_id: str) -> Item:
        """The item with this id.

        Raises:
            KeyError: there is none.
        """
        return self._by_id[item_id]

    @cached_property
    def _by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items()}

    def in_channel(self, item: Item, channel: Channel) -> bool:
        """Whether `item` is asked of conversations on `channel`."""
        return channel in (item.channels or self.channels)

    def model_items(self, channel: Channel) -> tuple[Item, ...]:
        """The items that a model is asked about conversations on `channel`."""
        return tuple(item for item in self.items() if item.asks_model and self.in_channel(item, channel))

    def texts(self) -> dict[str, Text]:
        """The rubric's own texts by their place, without those of its sections."""
        return dict(texts_of(self, without=("sections",)))

    def languages(self) -> tuple[str, ...]:
        """The languages in which the rubric has a title, in the order of the file."""
        return tuple(self.title)

    def is_written_in(self, language: str) -> bool:
        """Whether the rubric has this language, or the one that it is a variant of."""
        return bool({language, primary_language(language)} & {*self.languages()})

    def content_hash(self) -> str:
        """SHA-256 of everything in the rubric (see `content`); two files that say the same have the same hash.

        The order of a text's languages counts only where there is no English: `wording` then takes the first one.
        """
        first = [next(iter(text)) for _, text in texts_of(self) if text and "en" not in text]
        return content_hash((self, first))
