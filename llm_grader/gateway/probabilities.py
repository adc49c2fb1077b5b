"""Probabilities of what a model answered, read from those of its tokens. Pure."""

from __future__ import annotations

import bisect
import json
import math
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from llm_grader.gateway.answer_text import LOGPROB_FLOOR


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
