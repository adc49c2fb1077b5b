"""Messages: what a judge reads about items and a transcript.

The wording is in the templates; transcript text is inserted as a value.

Two layouts. Asked all items at once, rules and checklist come first, identical for every transcript of a channel, so
that providers serve them from their cache. Asked a few items at a time, the transcript comes first and the items last,
so that a local server reads the transcript once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from llm_grader.checking.claims import Failed
from llm_grader.gateway.bodies import Message
from llm_grader.rubric.model import Item, Rubric, wording
from llm_grader.transcript import Channel, Role, Transcript, Turn, primary_language

TEMPLATES = ("rules", "chat", "email", "call", "checklist", "transcript", "repair")
"""Templates of requests to grade, but for those to the embedded model."""
LOCAL_TEMPLATES = ("local_transcript", "local_evidence", "local_item", "local_sentence", "local_turn")
"""Templates of requests to the embedded model."""
DECISION_TEMPLATES = ("decision_item", "decision_evidence", "transcript")
"""Templates of requests to a model that only chooses."""
ROLE_TEMPLATES = ("roles", "again")
"""Templates of requests about the speakers' roles."""

_LONGEST_QUOTE = 200
_SPEAKERS = {"third_party": "third party", "unknown": "unknown speaker"}
_PARTS = {"quoted": "quoted text", "forwarded": "forwarded text", "signature": "signature", "disclaimer": "disclaimer"}
PROBLEMS = {
    "missing": "the answer was missing",
    "duplicate": "it was answered twice",
    "unreadable_answer": "the answer could not be read as JSON",
    "refused": "there was no answer",
    "quote_empty": "the label needs a quote, and there was none",
    "quote_too_short": "the quote was too short to prove anything",
    "quote_not_found": "the quote is not in the transcript",
    "quote_of_wrong_role": "the quote is from a speaker whose words do not count for this item",
    "quote_not_said": "the quote is from a note, an event or text that its author did not write",
    "quote_without_content": "the quote, or the turn it is from, says nothing",
    "quote_denied": "the words right before the quote deny it: quote them, too, or choose another label",
    "quote_overused": "the quote is too short to prove as many items as it was given for",
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

    def render(
        self, transcript: Transcript, items: Sequence[Item] | None = None, *, turns: range | None = None
    ) -> list[Message]:
        """Messages that ask about `items`, or about all of the rubric's items for the transcript's channel.

        `turns` are the part of the conversation to read; by default all of it.
        """
        words = render_transcript(transcript, turns=turns)
        if items is None:
            return [_chat_message("system", self._system(transcript.channel)), _chat_message("user", words)]
        rules = self._rules(transcript.channel)
        return [_chat_message("system", rules), _chat_message("user", f"{words}\n{self._checklist(items)}")]

    def render_repair(
        self,
        transcript: Transcript,
        items: Sequence[Item] | None,
        failed: Mapping[str, Failed],
        *,
        turns: range | None = None,
    ) -> list[Message]:
        """Messages that ask again about `items`, or all: as the first time, and what failed (id → how) at the end."""
        *before, last = self.render(transcript, items, turns=turns)
        note = (
            template("repair")
            .render(failed=[_failed_item(self.rubric.item(id_), failed[id_]) for id_ in failed])
            .strip()
        )
        return [*before, _chat_message(last["role"], f"{last['content']}\n\n{note}")]

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


@cache
def language_name(code: str) -> str:
    """Name of a language in a prompt: the English one of CLDR, or its code where that has none."""
    from babel import Locale

    names = Locale("en").languages
    return str(names.get(primary_language(code), code))


def _failed_item(item: Item, failed: Failed) -> dict[str, Any]:
    """An item as the repair template shows it: the earlier label and quotes, where there are any, and what is wrong.

    Quotes are the judge's own words: each stays on its line, in quotation marks that it cannot close.
    """
    label = failed.claim.label if failed.claim and failed.claim.label in item.labels else None
    quotes = failed.claim.quotes if failed.claim and label else ()
    return {
        "id": item.id,
        "label": label,
        "quotes": [{"turn": quote.turn, "words": _on_one_line(quote.quote)} for quote in quotes if quote.quote.strip()],
        "what": PROBLEMS.get(failed.problem.partition(": ")[0], failed.problem),
        "speakers": " or ".join(item.evidence.speakers(label)),
    }


def _on_one_line(words: str) -> str:
    return json.dumps(" ".join(words.split())[:_LONGEST_QUOTE], ensure_ascii=False)


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


def render_transcript(
    transcript: Transcript,
    *,
    code: str | None = None,
    speakers: Mapping[str, str] = {},
    turns: range | None = None,
) -> str:
    """Transcript inside its fence: every character of every turn, and headers that nothing in it can imitate.

    Args:
        transcript: the conversation.
        code: of the fence, by default the transcript's own; see `fence_code`.
        speakers: what to call speakers whose role is unknown.
        turns: the part to show, by the numbers that its turns have in the whole; by default all of it.
    """
    day = None
    shown = []
    for number in range(len(transcript.turns)) if turns is None else turns:
        turn = transcript.turns[number]
        today = turn.at.date() if turn.at else day
        unknown = turn.role == "unknown" and turn.kind == "message"
        who = (speakers.get(turn.speaker or "") if unknown else None) or speaker_of(turn, transcript)
        heading = who + _time_of(turn, recorded=transcript.channel == "call", dated=today != day)
        parts = [{"heading": _PARTS.get(s.kind, ""), "text": turn.text[s.start : s.end]} for s in turn.segments]
        subject = f"Subject: {turn.subject}" if turn.subject else ""
        parts = parts or [{"heading": "", "text": turn.text}]
        shown.append({"number": number, "heading": heading, "subject": subject, "parts": parts})
        day = today
    return template("transcript").render(
        code=code or fence_code(transcript), turns=shown, part="" if turns is None else _part(turns, transcript)
    )


def _part(turns: range, transcript: Transcript) -> str:
    last = len(transcript.turns) - 1
    return (
        f"a part of the conversation, turns {turns[0]} to {turns[-1]} of 0 to {last}: answer by this part alone, the "
        "others are read apart"
    )


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


def _time_of(turn: Turn, *, recorded: bool, dated: bool) -> str:
    """Time in a header: into the recording where there is one, else by the clock, for the hour can matter."""
    if turn.clock and not turn.at:
        return f", {turn.clock:%H:%M}"
    if recorded and turn.start is not None:
        return f", {int(turn.start) // 60:02d}:{int(turn.start) % 60:02d}"
    if turn.at:
        return f", {turn.at:%Y-%m-%d %H:%M}" if dated else f", {turn.at:%H:%M}"
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
