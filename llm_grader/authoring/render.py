"""Rubrics as text for people: one to read, and one to start from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llm_grader.rubric.model import Condition, Item, Rubric, Section, wording

_JUDGED = {
    "llm": "judged by the model",
    "signal": "computed from times and turns",
    "ticket": "read from the ticket",
    "audio": "audible only; not met if somebody complains of it",
    "corpus": "seen only over many conversations",
    "org": "answered by a person about the organisation",
}

_AGENTS = {
    "any": "of several agents any one will do",
    "worst": "of several agents the worst counts",
}
_OVER = {"any": "met once is met", "every": "not met once is not met"}

_STARTER = """\
# A rubric: sections of items, each one question about a conversation.
# Check it with `llm-grader rubric lint`, look at it with `llm-grader rubric show`.
id: {rubric_id}
version: "1.0"                # in quotes, or 1.10 would be the number 1.1
title: My checklist           # or one text per language: {en: My checklist, de: Meine Checkliste}
channels: [chat, email, call]
pass_mark: 80                 # of 100
min_coverage: 0.5             # below this share of the applicable weight a card has no score
sections:
  - id: opening
    title: Opening
    items:
      - id: greeting          # lower-case letters, digits and underscores; results are stored under it
        title: Greet the customer
        question: Did the agent greet the customer?
        guidance:             # the policy: without it two careful readers disagree, and so do models
          met: A greeting by the agent before the first answer. A bot's greeting does not count.
          not_met: The agent starts without any greeting.
        weight: 1             # its share of the score
        evidence:             # met needs a quote of the agent, and the quote is checked
          from: [agent]
          required_for: [met]
        examples:             # one on each side of the line
          - quote: Good morning, this is Ana.
            label: met
          - quote: Your order number?
            label: not_met
            why: it starts with the matter
  - id: closing
    title: Closing
    items:
      - id: no_blame
        title: Do not blame the customer
        question: Did the agent refrain from blaming the customer?
        guidance:
          met: Nothing the agent says puts the fault on the customer.
          not_met: One clear accusation, even if it is withdrawn later.
        weight: 2
        critical: true        # not met makes the whole score 0
        agents: worst         # of several agents the worst counts; any: one who did it is enough
        over: every           # one place proves not_met; any: one place proves met
        evidence:             # here it is not_met that shows: nobody can quote what was not said
          from: [agent]
          required_for: [not_met]
        examples:
          - quote: That would not have happened if you had read the manual.
            label: not_met
          - quote: That page is easy to miss, let us look at it together.
            label: met
      - id: timeframe
        title: Give a time frame
        question: Did the agent say by when the next answer will come?
        guidance:
          met: A date or a period, for what is still open at the end.
          not_met: Something is still open, and "soon" is all the customer hears.
          not_applicable: Nothing is open at the end.     # its weight is then left out
        weight: 1
        examples:
          - quote: You will hear from us by Friday noon.
            label: met
          - quote: We will get back to you soon.
            label: not_met
"""


def render_rubric(rubric: Rubric, language: str) -> str:
    """The rubric in one language: its sections and items, how each is judged, its weight and its policy."""
    return "\n".join(_rubric_lines(rubric, language)) + "\n"


def render_starter(name: str) -> str:
    """The text of a new rubric file whose id is made from `name`."""
    rubric_id = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:57].rstrip("_")
    return _STARTER.replace("{rubric_id}", rubric_id if rubric_id[:1].isalpha() else f"rubric_{rubric_id}".rstrip("_"))


def _rubric_lines(rubric: Rubric, language: str) -> Iterator[str]:
    yield f"{rubric.id} {rubric.version}: {wording(rubric.title, language)}"
    if rubric.source:
        yield f"after: {rubric.source}"
    yield f"channels: {', '.join(rubric.channels)}; languages: {', '.join(rubric.languages())}"
    yield f"passed from {rubric.pass_mark:g} of 100"
    yield from _below_the_title(rubric, language)
    for section in rubric.sections:
        yield ""
        yield f"{wording(section.title, language)} [{section.id}]"
        yield from _below_the_title(section, language)
        for item in section.items:
            yield ""
            yield f"  {wording(item.title, language)} [{item.id}]"
            yield from (f"    {line}" for line in _item_lines(item, language))


def _below_the_title(part: Rubric | Section, language: str) -> Iterator[str]:
    yield from (f"{place}: {wording(text, language)}" for place, text in part.texts().items() if place != "title")


def _item_lines(item: Item, language: str) -> Iterator[str]:
    yield wording(item.question, language)
    yield "; ".join(_terms(item))
    points = {} if item.scale == "binary" else {level.value: level.points for level in item.scale.levels}
    yield from _proof_lines(item)
    for name, text in {**item.policy(), **item.remarks()}.items():
        earns = f" ({points[name]:g} of the weight)" if name in points else ""
        yield f"{name}{earns}: {wording(text, language)}"
    for example in item.examples:
        why = f" ({wording(example.why, language)})" if example.why else ""
        yield f"example of {example.label}: “{wording(example.quote, language)}”{why}"


def _proof_lines(item: Item) -> Iterator[str]:
    """Whose words prove what; nothing where no label needs a quote."""
    rule = item.evidence
    if not rule.required_for:
        return
    labels = dict.fromkeys([*rule.required_for, *(rule.from_ if isinstance(rule.from_, dict) else ())])
    for label in labels:
        need = "needs words of" if label in rule.required_for else "may be shown by words of"
        yield f"{label} {need} {' or '.join(rule.speakers(label))}"


def _terms(item: Item) -> Iterator[str]:
    yield _JUDGED[item.judged] + (", else by the model" if item.fallback else "")
    yield f"weight {item.weight:g}" + (", taken away when met" if item.penalty else "")
    if item.critical:
        yield "critical"
    if item.agents:
        yield _AGENTS[item.agents]
    if item.over:
        yield _OVER[item.over]
    if item.channels:
        yield f"only {', '.join(item.channels)}"
    if item.applies_when:
        yield f"only when {_in_words(item.applies_when)}"


def _in_words(condition: Condition) -> str:
    if condition.item:
        return f"{condition.item} is {' or '.join(condition.label)}"
    return f"the ticket's {condition.ticket} is {' or '.join(condition.is_) or 'set'}"
