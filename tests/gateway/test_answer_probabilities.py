from __future__ import annotations

import json
import math

import pytest

from llm_grader.gateway.answer_text import Token, label_probabilities


def tokens_of(text: str, size: int, logprobs: dict[str, float]) -> list[Token]:
    """`text` cut into pieces of `size`; the words in `logprobs` are tokens of their own with these probabilities."""
    tokens, rest = [], text
    while rest:
        word = next((word for word in logprobs if rest.startswith(word)), None)
        piece = word or rest[:size]
        if word is None:
            cut = min((rest.find(known) for known in logprobs if 0 < rest.find(known) < size), default=size)
            piece = rest[:cut]
        tokens.append(Token(piece, logprobs.get(word or "", -0.01)))
        rest = rest[len(piece) :]
    return tokens


def answer(label: str, reason: str = "because") -> dict[str, object]:
    return {"evidence": [], "reason": reason, "label": label}


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_each_item_gets_the_probability_of_its_own_label(size: int) -> None:
    text = json.dumps({"greeting": answer("MET"), "thank": answer("NOT")})
    found = label_probabilities(
        tokens_of(text, size, {"MET": math.log(0.9), "NOT": math.log(0.4)}), ["greeting", "thank"]
    )
    assert found == {"greeting": pytest.approx(0.9), "thank": pytest.approx(0.4)}


def test_a_label_of_several_tokens_has_the_product_of_their_probabilities() -> None:
    tokens = [
        Token('{"a": {"label": "', 0.0),
        Token("not", math.log(0.5)),
        Token("_met", math.log(0.8)),
        Token('"}}', 0.0),
    ]
    assert label_probabilities(tokens, ["a"]) == {"a": pytest.approx(0.4)}  # 0.5 · 0.8


def test_a_reason_that_speaks_of_labels_is_not_taken_for_one() -> None:
    text = json.dumps({"a": answer("MET", reason='it says "label": "NOT" and "b": {"label": "NOT"}')})
    found = label_probabilities(tokens_of(text, 4, {"MET": math.log(0.7), "NOT": math.log(0.1)}), ["a", "b"])
    assert found["a"] == pytest.approx(0.7)


def test_what_cannot_be_found_is_left_out() -> None:
    assert label_probabilities([Token("no json", -1.0)], ["a"]) == {}
    assert label_probabilities([], ["a"]) == {}
