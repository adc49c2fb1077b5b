"""Probabilities of what a model answered: those of its tokens, or of each option of a decision. Pure."""

from __future__ import annotations

import bisect
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeGuard

from llm_grader.gateway.answer_text import LOGPROB_FLOOR
from llm_grader.gateway.bodies import Question
from llm_grader.usage import Usage

REFUSED = "refused"
MISSING = "missing"


class Token(NamedTuple):
    """Token of an answer and its natural-log probability."""

    text: str
    logprob: float


def label_probabilities(tokens: Sequence[Token], item_ids: Iterable[str]) -> dict[str, float]:
    """Item id → probability, 0–1, of the label that the answer gives it: the product over the label's tokens.

    The answer is JSON, so that an unescaped `"label": "` can only be the key of an answer. Items that cannot be found
    are left out; tokens that do not add up to text, as with some byte-level tokens, only shift what lies behind them.
    """
    text = "".join(token.text for token in tokens)
    ends = list(accumulate(len(token.text) for token in tokens))
    found: dict[str, float] = {}
    for item_id in item_ids:
        key = re.search(rf"{re.escape(json.dumps(item_id))}\s*:\s*\{{", text)
        value = key and re.compile(r'(?<!\\)"label"\s*:\s*"([^"\\]*)"').search(text, key.end())
        if value:
            first, last = bisect.bisect_right(ends, value.start(1)), bisect.bisect_left(ends, value.end(1))
            found[item_id] = math.exp(math.fsum(token.logprob for token in tokens[first : last + 1]))
    return found


def option_logprobs(listed: Sequence[tuple[str, float]], options: Sequence[str]) -> dict[str, float]:
    """Option → log-probability (nats) of the most likely of the `listed` first tokens that begins it.

    `LOGPROB_FLOOR` for an option that none of them begins.
    """
    tokens = [(text.strip(), logprob) for text, logprob in listed if text.strip()]
    return {
        option: max((logprob for text, logprob in tokens if option.startswith(text)), default=LOGPROB_FLOOR)
        for option in options
    }


class Decided(NamedTuple):
    """Answers by the question's name, as option → probability (0–1), and what they took.

    `problems` names, for each question without an answer, why there is none: refused or missing.
    """

    probabilities: Mapping[str, Mapping[str, float]]
    problems: Mapping[str, str]
    usage: Usage = Usage()


def read_decisions(answer: Any, questions: Iterable[Question]) -> Decided:
    """Probabilities that an answer gives, whichever form it has and in whatever order; what is unsound is missing.

    What a server calls its confidence has a meaning of its own with each, and is never read.
    """
    found = _by_name(answer.get("answers") if isinstance(answer, Mapping) else None)
    probabilities: dict[str, Mapping[str, float]] = {}
    problems: dict[str, str] = {}
    for question in questions:
        given = found.get(question.name)
        read = _probabilities(given, question) if isinstance(given, Mapping) else {}
        if read:
            probabilities[question.name] = read
        else:
            refused = isinstance(given, Mapping) and given.get("type") == "refusal"
            problems[question.name] = REFUSED if refused else MISSING
    return Decided(probabilities, problems)


def as_completion(answer: Any) -> Any:
    """An answer with its counts where a chat completion has them; None where it is none."""
    if not isinstance(answer, Mapping) or "answers" not in answer:
        return None
    usage = answer.get("usage")
    counted = usage if isinstance(usage, Mapping) else {}
    details = counted.get("input_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    message = SimpleNamespace(content="", tool_calls=None, refusal=None)
    return SimpleNamespace(
        model=answer.get("model"),
        usage=SimpleNamespace(
            prompt_tokens=counted.get("input_tokens", counted.get("prompt_tokens")),
            prompt_tokens_details=SimpleNamespace(cached_tokens=cached),
            completion_tokens=counted.get("output_tokens", 0),
        ),
        choices=[SimpleNamespace(message=message, finish_reason="stop", logprobs=None)],
    )


def _by_name(answers: Any) -> Mapping[str, Any]:
    if isinstance(answers, Mapping):
        return answers
    listed = answers if isinstance(answers, list) else []
    return {str(one.get("name")): one for one in listed if isinstance(one, Mapping)}


def _probabilities(given: Mapping[str, Any], question: Question) -> dict[str, float]:
    """Option → probability; empty unless there is one for each option. Levels are counted from 0 on the wire."""
    options = list(question.options)
    wire = {str(number): option for number, option in enumerate(options)} if question.ordered else {}
    listed = given.get("probabilities")
    if isinstance(listed, list):
        pairs = [(one.get("value"), one.get("probability")) for one in listed if isinstance(one, Mapping)]
    else:
        pairs = list(listed.items()) if isinstance(listed, Mapping) else []
    read = {wire.get(str(key), str(key)): float(value) for key, value in pairs if _is_probability(value)}
    return {option: read[option] for option in options} if read.keys() >= set(options) else {}


def _is_probability(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1
