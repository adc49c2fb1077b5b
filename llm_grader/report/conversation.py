"""One conversation as a report shows it: its turns cut where quotes begin and end, and the verdicts beside them.

The same plain values fill the static page and, packed, the page with a script; words of people are in them as text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from llm_grader.pages.text import MarkedSpan, split_at_spans, visible
from llm_grader.pages.times import shown_times
from llm_grader.report.hiding.colleagues import Colleagues
from llm_grader.report.people import FinalLabel
from llm_grader.report.results import Text, TextState
from llm_grader.report.rows import NOT_JUDGED, ConversationRow
from llm_grader.report.wording import ReportWording, passed_in_words
from llm_grader.rubric.model import Item, Rubric
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Scorecard, Verdict

Page = dict[str, Any]


@dataclass(frozen=True)
class ConversationView:
    """What all pages of conversations have in common: rubric, words, and whose name may be read.

    `colleagues` are names that are hidden, in the version of one agent: those of other agents, and of who labelled.
    """

    rubric: Rubric
    words: ReportWording
    run: int
    colleagues: Colleagues | None = None

    def page(self, row: ConversationRow, card: Scorecard, finals: Mapping[str, FinalLabel], text: Text) -> Page:
        """The page of one conversation, of plain values alone."""
        if self.colleagues is not None and text.transcript is not None:
            return replace(self, colleagues=self.colleagues.among(text.transcript))._page(row, card, finals, text)
        return self._page(row, card, finals, text)

    def _page(self, row: ConversationRow, card: Scorecard, finals: Mapping[str, FinalLabel], text: Text) -> Page:
        numbers = _numbers(card, self.rubric)
        marks = _marks(card, numbers) if text.state == "shown" else {}
        transcript = text.transcript
        items = [
            self._item(item, card.verdicts[item.id], finals[item.id], numbers[item.id])
            for item in self.rubric.items()
            if item.id in card.verdicts and card.status not in NOT_JUDGED
        ]
        page = {
            "id": self._shown(row.transcript_id),
            "agent": visible(row.agent or "–"),
            "day": self.words.day(row.started_at),
            "score": self.words.t("no_score") if row.score is None else self.words.t.number(row.score),
            "passed": passed_in_words(row, self.words.t),
            "status": self._status(row.status),
            "note": self._note(text.state),
            "language": (transcript and transcript.language) or "",
            "turns": [] if transcript is None else self._turns(transcript, marks),
            "items": items,
            "tally": self._tally(items),
            "dispute": self.words.t("dispute", id=f"run{self.run}/{self._shown(row.transcript_id)}/"),
            "failure": "" if card.failure is None else self._failure(card.status, card.failure.code),
            "remarks": [self._shown(remark) for remark in (*card.warnings, *card.flags)],
        }
        return page | {"about": self._about(page, transcript)}

    def _about(self, page: Page, transcript: Transcript | None) -> str:
        """What is known of the conversation, on a line: nothing stands for what is not known."""
        t = self.words.t
        language = (transcript and transcript.language) or ""
        facts = [page["agent"], page["day"], (transcript and transcript.channel) or "", language]
        scored = f"{t('score')} {page['score']}"
        facts += [scored, f"{t('passed')}: {page['passed']}", page["status"]]
        return " · ".join(visible(fact) for fact in facts if fact not in ("", "–"))

    def _tally(self, items: Sequence[Page]) -> str:
        """How many items passed, did not, and are neither, on a line."""
        t, kinds = self.words.t, Counter(item["kind"] for item in items)
        passed, failed = kinds["good"], kinds["bad"] + kinds["part"]
        counts = {"tally_failed": failed, "tally_passed": passed, "tally_other": len(items) - passed - failed}
        return " · ".join(t(key, count) for key, count in counts.items() if count)

    def _shown(self, text: str) -> str:
        """What somebody wrote, as it may be read."""
        return visible(text if self.colleagues is None else self.colleagues.hide(text))

    def _status(self, status: str) -> str:
        return self.words.t(f"status_{status}")

    def _failure(self, status: str, code: str) -> str:
        return f"{self._status(status)}: {visible(code.replace('_', ' '))}"

    def _note(self, state: TextState) -> str:
        return "" if state == "shown" else self.words.t(f"text_{state}")

    def _turns(self, transcript: Transcript, marks: Mapping[int, list[MarkedSpan]]) -> list[Page]:
        times = shown_times(transcript.turns, self.words.t, self.words.zone)
        return [self._turn(transcript, place, marks) | {"at": time} for place, time in enumerate(times)]

    def _turn(self, transcript: Transcript, place: int, marks: Mapping[int, list[MarkedSpan]]) -> Page:
        turn = transcript.turns[place]
        words, spans = turn.text, marks.get(place, [])
        if self.colleagues is not None:
            words, spans = self.colleagues.hide_spans(words, spans, turn.language or transcript.language)
        pieces = split_at_spans(words, spans)
        return {
            "number": place,
            "role": turn.role,
            "who": self._who(turn, transcript),
            "kind": self._kind(turn),
            "quiet": not turn.spoken,
            "language": turn.language or "",
            "pieces": [[visible(piece.text), list(piece.numbers)] for piece in pieces],
        }

    def _who(self, turn: Turn, transcript: Transcript) -> str:
        role = self.words.t(f"role_{turn.role}")
        names = {person.id: person.name for person in transcript.participants if person.name}
        hidden = self.colleagues is not None and turn.role == "agent" and not transcript.under_review(turn)
        name = "" if hidden or turn.speaker is None else names.get(turn.speaker, turn.speaker)
        return role if not name or name.casefold() == turn.role else f"{role} · {visible(name)}"

    def _kind(self, turn: Turn) -> str:
        if turn.kind == "event":
            return self.words.t("kind_event")
        return self.words.t("kind_note") if turn.kind == "note" or turn.visibility == "internal" else ""

    def _item(
        self,
        item: Item,
        verdict: Verdict,
        final: FinalLabel,
        numbers: list[int],
    ) -> Page:
        title = self.words.rubric(item.title)
        shown, model = self.words.label(item, final.label), self.words.label(item, verdict.label)
        return {
            "id": item.id,
            "title": title.text,
            "language": title.language,
            "sign": shown.sign,
            "kind": shown.kind,
            "label": shown.words,
            "struck": model.words if final.changed and final.label != verdict.label else "",
            "people": [self._person(item, name, label) for name, label in _labels(final)],
            "agreed": {verdict.label} == {label for _, label in _labels(final)},
            "critical": item.critical,
            "confidence": self._confidence(verdict),
            "quotes": [
                [number, self._shown(evidence.quote), self.words.t(f"role_{evidence.role}")]
                for number, evidence in zip(numbers, verdict.evidence, strict=True)
            ],
            "reason": self._shown(" · ".join(filter(None, (verdict.reason, verdict.note)))),
            "problem": self._problem(item, verdict),
        }

    def _confidence(self, verdict: Verdict) -> str:
        if verdict.confidence is None:
            return ""
        return self.words.t("confidence", value=self.words.t.number(verdict.confidence, 2))

    def _person(self, item: Item, name: str, label: str) -> str:
        words = self.words.label(item, label).words
        if self.colleagues is not None:
            return self.words.t("confusion_people", label=words)
        return self.words.t("people_said", name=visible(name), label=words)

    def _problem(self, item: Item, verdict: Verdict) -> str:
        if verdict.problem is None:
            return ""
        why = self.words.why(verdict.problem)
        if not verdict.claimed:
            return why
        return f"{why}; {self.words.t('claimed', label=self.words.label(item, verdict.claimed).words)}"


def _labels(final: FinalLabel) -> list[tuple[str, str]]:
    return [(label.annotator, label.label) for label in final.people]


def _numbers(card: Scorecard, rubric: Rubric) -> dict[str, list[int]]:
    """Each quote's number on the page, in the order of the items."""
    numbers: dict[str, list[int]] = {}
    count = 0
    for item in rubric.items():
        if item.id in card.verdicts:
            quotes = len(card.verdicts[item.id].evidence)
            numbers[item.id] = list(range(count + 1, count + quotes + 1))
            count += quotes
    return numbers


def _marks(card: Scorecard, numbers: Mapping[str, list[int]]) -> dict[int, list[MarkedSpan]]:
    marks: dict[int, list[MarkedSpan]] = {}
    for item_id, own in numbers.items():
        for number, evidence in zip(own, card.verdicts[item_id].evidence, strict=True):
            marks.setdefault(evidence.turn, []).append(MarkedSpan(evidence.start, evidence.end, number))
    return marks
