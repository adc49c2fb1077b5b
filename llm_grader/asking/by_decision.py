"""Asking by decision: a decision model gives each option of a question its probability, and writes nothing.

Each item is one question with its labels as options. A label that needs words gets a second one in the same request,
for the number of a turn, asked without the label; the words cited are that turn's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import islice

from llm_grader.asking.citable import CitableTurns
from llm_grader.asking.judge import counting
from llm_grader.asking.messages import render_transcript, template
from llm_grader.checking.claims import Claim, Failed, Quote, Reply
from llm_grader.checking.evidence import QuoteFinder
from llm_grader.gateway.bodies import MOST_OPTIONS, MOST_QUESTIONS, Question
from llm_grader.gateway.client import MISSING, Decided
from llm_grader.rubric.model import Item, wording
from llm_grader.transcript import Role, Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import CANNOT_ASSESS

Decide = Callable[[str, Sequence[Question]], Awaitable[Decided]]
"""Answers questions about a text, such as `Gateway.decide`."""
NO_TURN = "none"


class DecisionAsker:
    """Asks a decision model: all items in one request, or in as few as the number of questions allows.

    Args:
        decide: answers the questions.
        language: BCP 47 code of the questions' wording.
    """

    def __init__(self, decide: Decide, *, language: str = "en") -> None:
        self._decide = decide
        self._language = language

    async def ask(self, transcript: Transcript, items: Sequence[Item]) -> Reply:
        """A claim or a problem for each of `items`; a question that is refused is the problem of its item alone.

        Raises:
            JudgeError: see `errors`.
        """
        asked = Questions(transcript, items, self._language)
        probabilities: dict[str, Mapping[str, float]] = {}
        problems: dict[str, str] = {}
        usage = Usage()
        for part in asked.requests():
            with counting(usage):
                decided = await self._decide(asked.text, part)
            usage += decided.usage
            probabilities |= decided.probabilities
            problems |= decided.problems
        claims = {item.id: claim for item in items if (claim := asked.claim(item, probabilities)) is not None}
        unanswered = {item.id: problems.get(_label_name(item), MISSING) for item in items if item.id not in claims}
        return Reply(claims=claims, problems=unanswered, usage=usage)

    async def ask_again(self, transcript: Transcript, items: Sequence[Item], failed: Mapping[str, Failed]) -> Reply:
        """Nothing new: the same question gets the same answer from such a model."""
        del transcript, items, failed
        return Reply()


class Questions:
    """Questions about some items of one transcript, and what their answers claim.

    Args:
        transcript: the conversation.
        items: what is asked about.
        language: BCP 47 code of the questions' wording.
    """

    def __init__(self, transcript: Transcript, items: Sequence[Item], language: str) -> None:
        self.text = render_transcript(transcript)
        self._items = items
        self._language = language
        citable = CitableTurns(QuoteFinder(transcript))
        self._turns = {
            (item.id, label): citable.under(item.evidence, label)
            for item in items
            for label in item.evidence.required_for
        }

    def requests(self) -> Iterator[tuple[Question, ...]]:
        """The questions of each request."""
        questions = (question for item in self._items for question in self._about(item))
        while part := tuple(islice(questions, MOST_QUESTIONS)):
            yield part

    def _about(self, item: Item) -> Iterator[Question]:
        asked = wording(item.question, self._language)
        ordered = item.scale != "binary"
        policy = {label: wording(text, self._language) for label, text in item.policy().items()}
        labels = item.levels if ordered else item.labels
        meanings = {CANNOT_ASSESS: "the conversation cannot show it", **policy}
        yield Question(
            _label_name(item),
            template("decision_item").render(question=asked),
            {label: meanings.get(label, "") for label in labels},
            ordered,
        )
        for speakers, label in self._proofs(item).items():
            proof = template("decision_evidence").render(question=asked, speakers=" or the ".join(speakers))
            for number, turns in enumerate(self._groups(item, label)):
                options = {**{str(turn): "" for turn in turns}, NO_TURN: "no turn shows it"}
                yield Question(_turn_name(item, label, number), proof, options)

    def _proofs(self, item: Item) -> dict[tuple[Role, ...], str]:
        """Whose words prove a label → the first label that they prove: those that share them share a question."""
        found: dict[tuple[Role, ...], str] = {}
        for label in item.evidence.required_for:
            found.setdefault(item.evidence.speakers(label), label)
        return found

    def _groups(self, item: Item, label: str) -> Iterator[Sequence[int]]:
        """The turns that can be cited, as many at a time as a question has options, one of which is `none`."""
        turns, most = list(self._turns[item.id, label]), MOST_OPTIONS - 1
        return (turns[start : start + most] for start in range(0, len(turns), most))

    def claim(self, item: Item, probabilities: Mapping[str, Mapping[str, float]]) -> Claim | None:
        """The label with the highest probability, which is its confidence, and the turn that is cited for it."""
        options = probabilities.get(_label_name(item))
        if not options:
            return None
        label = max(options, key=lambda option: options[option])
        proof = self._proofs(item).get(item.evidence.speakers(label), "") if label in item.evidence.required_for else ""
        quotes = self._quotes(item, proof, probabilities) if proof else ()
        return Claim(item_id=item.id, label=label, quotes=quotes, confidence=options[label])

    def _quotes(self, item: Item, label: str, probabilities: Mapping[str, Mapping[str, float]]) -> tuple[Quote, ...]:
        """The most likely turn, of those that are likelier than none in their question."""
        turns, chosen = self._turns[item.id, label], dict[str, float]()
        for number, _ in enumerate(self._groups(item, label)):
            options = probabilities.get(_turn_name(item, label, number), {})
            best = max(options, key=lambda option: options[option], default=NO_TURN)
            if best != NO_TURN:
                chosen[best] = options[best]
        if not chosen:
            return ()
        turn = int(max(chosen, key=lambda option: chosen[option]))
        return (Quote(turn=turn, quote=turns[turn]),)


def _label_name(item: Item) -> str:
    return f"label_{item.id}"


def _turn_name(item: Item, label: str, number: int) -> str:
    return f"turn_{number}_{label}_{item.id}"
