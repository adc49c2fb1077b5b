from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript, Turn


def read(folder: Path, words: str) -> Transcript:
    head = "10:00:0{} From {} to Everyone:\n\t{}\n"
    talk = (head.format(1, "Jon", "It is late."), head.format(2, "Ana", words), head.format(3, "Jon", "Thanks."))
    (folder / "chat.txt").write_text("".join(talk), "utf-8")
    (transcript,) = read_transcripts(folder / "chat.txt")
    return transcript


def own(turn: Turn) -> str:
    return "".join(turn.text[start:end] for start, end in turn.body_spans())


@pytest.mark.parametrize(
    "words", ['Replying to "It is late."', "Antwort auf „It is late.“", "Odpověď na „It is late.“"]
)
@pytest.mark.parametrize("gap", ["\n\t", "\n\t\n\t"])
def test_what_a_reply_quotes_is_not_its_authors(tmp_path: Path, words: str, gap: str) -> None:
    turn = read(tmp_path, f"{words}{gap}Let me look.\n\tNow.").turns[1]
    assert (turn.kind, turn.speaker, " ".join(own(turn).split())) == ("message", "Ana", "Let me look. Now.")
    assert turn.text.startswith(words)


@pytest.mark.parametrize(
    "words",
    [
        'Reacted to "It is late." with 👍',
        "Reagierte auf „It is late.“ mit 👍",
        'Reacted 👍 to "It is late."',
        'Removed a 👍 reaction from "It is late."',
        "Liked “It is late.”",
    ],
)
def test_a_reaction_is_no_message(tmp_path: Path, words: str) -> None:
    turn = read(tmp_path, words).turns[1]
    assert (turn.kind, turn.event, turn.speaker, turn.text) == ("event", "reaction", "Ana", words)


@pytest.mark.parametrize(
    "words",
    [
        'Reacted to "It is late." with anger',
        'Liked "The Office", did you?',
        'Replying to "It is late." I say: no.',
        'Replying to "It is late."',
        "Replying to all of you:\n\tno.",
        'I am replying to "It is late."\n\tno.',
    ],
)
def test_who_writes_of_replies_and_reactions_says_it(tmp_path: Path, words: str) -> None:
    turn = read(tmp_path, words).turns[1]
    assert (turn.kind, turn.text, own(turn)) == ("message", turn.text, turn.text)
