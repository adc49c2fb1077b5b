"""Roles of speakers, as a model finds them: where neither the source, nor the user, nor clear cues tell.

A role counts only with words of that speaker which are in the conversation; without them it stays unknown.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, get_args

from pydantic import BaseModel, ValidationError, create_model

from llm_grader.asking.answers import CitedQuote
from llm_grader.asking.judge import Judge, filled_in_two
from llm_grader.asking.messages import render_transcript, template
from llm_grader.checking.evidence import QuoteFinder, Unverified
from llm_grader.checking.loose import find_places
from llm_grader.errors import EndpointError, InvalidOutput, JudgeError, Truncated
from llm_grader.gateway.answer_text import AnswerModel, parse_answers
from llm_grader.gateway.bodies import Message
from llm_grader.rubric.model import EvidenceRule
from llm_grader.transcript import Role, Transcript, Turn
from llm_grader.usage import Usage
from llm_grader.verdict import Evidence

_MOST_SPEAKERS = 20
_CHARACTERS = 20_000
_ANYBODY = EvidenceRule.model_validate({"from": get_args(Role)})


class SpeakerAnswer(AnswerModel):
    """Answer of a judge about one speaker."""

    evidence: list[CitedQuote]
    role: Literal["agent", "customer", "bot", "third_party", "unknown"]


class RoleQuestion(NamedTuple):
    """Question who the speakers of a conversation are: its beginning, and the names that stand for its speakers."""

    beginning: Transcript
    speakers: dict[str, str]

    def messages(self) -> list[Message]:
        """Messages to send."""
        shown = {speaker: name.replace("_", " ") for name, speaker in self.speakers.items()}
        words = render_transcript(self.beginning, speakers=shown)
        return [{"role": "system", "content": template("roles").render()}, {"role": "user", "content": words}]

    def response_model(self) -> type[BaseModel]:
        """Model of the answer: one required field for each speaker."""
        fields: dict[str, Any] = dict.fromkeys(self.speakers, (SpeakerAnswer, ...))
        return create_model("Speakers", __base__=AnswerModel, **fields)


def roles_to_ask(transcript: Transcript) -> RoleQuestion | None:
    """Question about the first 20 speakers whose role is unknown, by the first 20,000 characters; None without any.

    Turns that name no speaker cannot be asked about.
    """
    beginning = transcript.model_copy(update={"turns": tuple(_first_turns(transcript))})
    unknown = (turn.speaker for turn in beginning.turns if turn.role == "unknown" and turn.spoken and turn.speaker)
    speakers = list(dict.fromkeys(unknown))[:_MOST_SPEAKERS]
    if not speakers:
        return None
    return RoleQuestion(beginning, {f"speaker_{number}": speaker for number, speaker in enumerate(speakers, 1)})


async def ask_roles(transcript: Transcript, judge: Judge) -> tuple[Transcript, Usage]:
    """Transcript with the roles that `judge` can show, and what asking took.

    An answer that cannot be read is asked for once more, and of the second one whatever can be read counts. A failed
    request leaves the roles unknown.

    Raises:
        EndpointError: the key, quota, model or address is wrong.
        RunStopped: the endpoint is down.
    """
    question = roles_to_ask(transcript)
    if question is None:
        return transcript, Usage()
    try:
        filled = await filled_in_two(judge, question.messages(), question.response_model())
        answers, usage = filled.answer.model_dump(), filled.usage
    except EndpointError:
        raise
    except JudgeError as fault:
        text = fault.text if isinstance(fault, InvalidOutput | Truncated) else ""
        answers, usage = parse_answers(text, question.speakers), fault.usage or Usage()
    return _with_roles(transcript, dict(_shown(question, dict(_sound(answers))))), usage


def assumed_roles(transcript: Transcript) -> Transcript:
    """Transcript with some agent and customers in the place of unknown speakers, to estimate by."""
    question = roles_to_ask(transcript)
    if question is None:
        return transcript
    agent, *customers = question.speakers.values()
    return _with_roles(transcript, {agent: "agent", **dict.fromkeys(customers, "customer")})


def _first_turns(transcript: Transcript) -> Iterator[Turn]:
    left = _CHARACTERS
    for turn in transcript.turns:
        if left <= 0:
            return
        yield turn if len(turn.text) <= left else turn.model_copy(update={"text": turn.text[:left], "segments": ()})
        left -= len(turn.text)


def _sound(answers: Mapping[str, Any]) -> Iterator[tuple[str, SpeakerAnswer]]:
    """The answers that can be read: one that cannot takes nothing from the others."""
    for name, answer in answers.items():
        with contextlib.suppress(ValidationError):
            yield name, SpeakerAnswer.model_validate(answer)


def _shown(question: RoleQuestion, answers: Mapping[str, SpeakerAnswer]) -> Iterator[tuple[str, Role]]:
    """Speakers and their roles, as far as words of theirs were cited that they said."""
    finder = QuoteFinder(question.beginning)

    def resolve(words: str, turn: int | None) -> Evidence | Unverified:
        return finder.resolve(words, _ANYBODY, turn=turn)

    for name in question.speakers.keys() & answers.keys():
        answer = answers[name]
        found = (find_places(cited.quote, cited.turn, question.beginning, resolve) for cited in answer.evidence)
        places = (place for several in found if not isinstance(several, Unverified) for place in several)
        turns = (question.beginning.turns[place.turn] for place in places)
        if answer.role != "unknown" and any(turn.speaker == question.speakers[name] for turn in turns):
            yield question.speakers[name], answer.role


def _with_roles(transcript: Transcript, roles: Mapping[str, Role]) -> Transcript:
    return transcript.model_copy(update={"turns": tuple(_with_role(turn, roles) for turn in transcript.turns)})


def _with_role(turn: Turn, roles: Mapping[str, Role]) -> Turn:
    role = roles.get(turn.speaker or "") if turn.role == "unknown" else None
    return turn if role is None else turn.model_copy(update={"role": role, "role_source": "model"})
