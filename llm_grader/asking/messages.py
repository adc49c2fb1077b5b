"""Messages: what a judge reads about items and a transcript.

The wording is in the templates; transcript text is inserted as a value.

Two layouts. Asked all items at once, rules and checklist come first, identical for every transcript of a channel, so
that providers serve them from their cache. Asked a few items at a time, the transcript comes first and the items last,
so that a local server reads the transcript once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from llm_grader.gateway.bodies import Message
from llm_grader.rubric.model import Item, Rubric, wording
from llm_grader.transcript import Channel, Role, Transcript, Turn, primary_language

LANGUAGE_NAMES = {"en": "English", "de": "German", "cs": "Czech", "hu": "Hungarian", "et": "Estonian"}

TEMPLATES = ("rules", "chat", "email", "call", "checklist", "transcript", "repair")
"""Templates of requests to grade, but for those to the embedded model."""
LOCAL_TEMPLATES = ("local_transcript", "local_evidence", "local_item")
"""Templates of requests to the embedded model."""
ROLE_TEMPLATES = ("roles",)
"""Template of a request about the speakers' roles."""

_SPEAKERS = {"third_party": "third party", "unknown": "unknown speaker"}
_PARTS = {"quoted": "quoted text", "forwarded": "forwarded text", "signature": "signature", "disclaimer": "disclaimer"}
PROBLEMS = {
    "missing": "the answer was missing",
    "duplicate": "it was answered twice",
    "quote_empty": "the label needs a quote, and there was none",
    "quote_too_short": "the quote was too short to prove anything",
    "quote_not_found": "the quote is not in the transcript",
    "quote_of_wrong_role": "the quote is from a speaker whose words do not count for this item",
    "quote_not_said": "the quote is from a note, an event or text that its author did not write",
    "quote_without_content": "the quote, or the turn it is from, says nothing",
    "quote_denied": "the words right before the quote deny it: quote them, too, or choose another label",
    "quote_overused": "the quote is too short to prove as many items as it was given for",
    "unreadable_answer": "the answer could not be read",
    "refused": "it was not answered",
}
"""Problem of an answer → its words in a repair."""


class Prompts:
    """Messages of one rubric.

    Args:
        rubric: the checklist.
        language: BCP 47 code of the checklist's wording; English where the rubric lacks it.
        reason_language: BCP 47 code of the reasons a judge writes.
    """

    def __init__(self, rubric: Rubric, *, language: str = "en", reason_language: str | None = None) -> None:
        self.rubric = rubric
        self.language = language
        self.reason_language = reason_language or language
        self._systems: dict[Channel, str] = {}

    def items(self, channel: Channel) -> tuple[Item, ...]:
        """The items of the rubric that a model is asked about conversations on `channel`."""
        return self.rubric.model_items(channel)

    def render(self, transcript: Transcript, items: Sequence[Item] | None = None) -> list[Message]:
        """Messages that ask about `items`, or about all of the rubric's items for the transcript's channel."""
        words = render_transcript(transcript)
        if items is None:
            return [_chat_message("system", self._system(transcript.channel)), _chat_message("user", words)]
        rules = self._rules(transcript.channel)
        return [_chat_message("system", rules), _chat_message("user", f"{words}\n{self._checklist(items)}")]

    def render_repair(self, messages: Sequence[Message], problems: Mapping[str, str]) -> list[Message]:
        """Messages that ask again about items (id → what was wrong), after the ones that asked first."""
        again = [{"item_id": item_id, "what": PROBLEMS.get(what, what)} for item_id, what in problems.items()]
        return [*messages, _chat_message("user", template("repair").render(problems=again))]

    def _system(self, channel: Channel) -> str:
        if channel not in self._systems:
            self._systems[channel] = f"{self._rules(channel)}\n{self._checklist(self.items(channel))}"
        return self._systems[channel]

    def _rules(self, channel: Channel) -> str:
        return template("rules").render(channel=channel, reason_language=language_name(self.reason_language))

    def _checklist(self, items: Iterable[Item]) -> str:
        return "# Checklist\n" + template("checklist").render(
            items=[prompt_item(item, self.language) for item in items]
        )


def language_name(code: str) -> str:
    """Name of a language in a prompt: the English one, or its code where that is not known."""
    return LANGUAGE_NAMES.get(primary_language(code), code)


def prompt_item(item: Item, language: str) -> dict[str, Any]:
    """An item as the checklist template shows it: all that a judge reads about it."""
    rules = {**item.policy(), **item.remarks()}
    policy = [(name, words) for name, text in rules.items() if (words := wording(text, language))]
    examples = [
        {"label": e.label, "quote": wording(e.quote, language), "why": wording(e.why, language)} for e in item.examples
    ]
    return {
        "id": item.id,
        "question": wording(item.question, language),
        "policy": policy,
        "quotes": _quote_line(item),
        "worst": item.agents == "worst",
        "examples": examples,
    }


def _quote_line(item: Item) -> str:
    """Whose words may be quoted, and for which labels they must be: `agent, for met`."""
    rule = item.evidence
    by_speakers: dict[tuple[Role, ...], list[str]] = {}
    for label in rule.required_for:
        by_speakers.setdefault(rule.speakers(label), []).append(label)
    needed = [f"{' or '.join(roles)}, for {' and '.join(labels)}" for roles, labels in by_speakers.items()]
    free = rule.from_ if isinstance(rule.from_, dict) else {}
    allowed = [
        f"{' or '.join(roles)} may show {label}" for label, roles in free.items() if label not in rule.required_for
    ]
    return "; ".join(needed + allowed) or f"{' or '.join(rule.speakers())}, for no label"


def render_transcript(transcript: Transcript, *, code: str | None = None, speakers: Mapping[str, str] = {}) -> str:
    """Transcript inside its fence: every character of every turn, and headers that nothing in it can imitate.

    Args:
        transcript: the conversation.
        code: of the fence, by default the transcript's own; see `fence_code`.
        speakers: what to call speakers whose role is unknown.
    """
    day = None
    turns = []
    for number, turn in enumerate(transcript.turns):
        today = turn.at.date() if turn.at else day
        unknown = turn.role == "unknown" and turn.kind == "message"
        who = (speakers.get(turn.speaker or "") if unknown else None) or speaker_of(turn, transcript)
        heading = who + _time_of(turn, dated=today != day)
        parts = [{"heading": _PARTS.get(s.kind, ""), "text": turn.text[s.start : s.end]} for s in turn.segments]
        subject = f"Subject: {turn.subject}" if turn.subject else ""
        parts = parts or [{"heading": "", "text": turn.text}]
        turns.append({"number": number, "heading": heading, "subject": subject, "parts": parts})
        day = today
    return template("transcript").render(code=code or fence_code(transcript), turns=turns)


def fence_code(*transcripts: Transcript) -> str:
    """Code that occurs nowhere in the transcripts; the same ones always get the same one.

    It is derived from a hash of the text, so that nobody can write a text which contains its own code.
    """
    texts = "\0".join(f"{turn.subject or ''}\0{turn.text}" for transcript in transcripts for turn in transcript.turns)
    digest = hashlib.blake2b(texts.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()
    return next((digest[i : i + 8] for i in range(56) if digest[i : i + 8] not in texts), digest)


@cache
def prompt_hash(*names: str) -> str:
    """SHA-256 over these templates, by name and content."""
    folder = resources.files("llm_grader.prompts")
    texts = (f"{name}\0{(folder / f'{name}.j2').read_text('utf-8')}" for name in names)
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def speaker_of(turn: Turn, transcript: Transcript) -> str:
    """Speaker as a judge reads it: a role, or a note or an event instead of words to the customer."""
    who = _SPEAKERS.get(turn.role, turn.role)
    if turn.role == "agent" and not transcript.under_review(turn):
        who = "other agent"
    if turn.kind == "event":
        return f"event ({who})"
    if turn.kind == "note" or turn.visibility == "internal":
        return f"internal note by {who}, not shown to the customer"
    return who


def _time_of(turn: Turn, *, dated: bool) -> str:
    if turn.at:
        return f", {turn.at:%Y-%m-%d %H:%M}" if dated else f", {turn.at:%H:%M}"
    if turn.start is not None:
        return f", {int(turn.start) // 60:02d}:{int(turn.start) % 60:02d}"
    return ""


def _chat_message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


@cache
def template(name: str) -> Template:
    """Packaged template, by its name without `.j2`; a variable it is not given is an error."""
    folder = resources.files("llm_grader.prompts")
    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(lambda file: (folder / file).read_text("utf-8")),
        undefined=StrictUndefined,
        autoescape=False,  # prompts are plain text: escaping would change what people said
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    return environment.get_template(f"{name}.j2")
