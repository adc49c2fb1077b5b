"""Transcripts that lost their line breaks get them back, at labels alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.readers.text.line_ends import with_line_ends

THREE = ["Agent: Good morning.", "Customer: My parcel is late.", "Agent: I will look."]


@pytest.mark.parametrize(
    "between",
    [
        " ",
        "|",
        "; ",
        "\t",
        " - ",
        "\\n",
        "\\r\\n",
        "<br>",
        "<br/>",
        "<BR />",
        " | ",
        " || ",
        "\n",
        "\r\n",
        " // ",
        "</p><p>",
    ],
)
def test_every_way_of_losing_the_breaks_gives_the_same_turns(tmp_path: Path, between: str) -> None:
    (tmp_path / "in.json").write_text(json.dumps([{"id": 1, "talk": between.join(THREE)}]))
    columns = {"id": "id", "cell": "talk", "channel": "chat"}
    (transcript,) = read_transcripts(tmp_path / "in.json", columns=columns)
    assert [(turn.role, turn.text) for turn in transcript.turns] == [
        ("agent", "Good morning."),
        ("customer", "My parcel is late."),
        ("agent", "I will look."),
    ]
    assert not any("channel" in warning for warning in transcript.warnings)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Agent: Hi Customer: Hello", 2),
        ("Agent:Hi. Customer:Hello.", 2),
        ("(10:00) Agent: Hi (10:05) Customer: Hello", 2),
        ("**Agent:** Hi **Customer:** Hello", 2),
        ("Customer (Bo): Hi. Agent (Ann): Hello", 2),
        ("agent: Hi. customer: Hello.", 2),
        ("Agent: I told the customer: be patient.", 1),
        ("Agent: I spoke to Customer Service: they said no.", 1),
        ("Ann: Good morning. Bo: My parcel is late. Ann: I will look.", 3),
        ("Agent: Good morning. Maya: My parcel is late. Agent: I will look.", 3),
        ("Speaker 1: Hi. Speaker 2: Hello.", 2),
        ("[00:01] Agent: Hi. [00:05] Customer: Hello.", 2),
        ("Agente: Hi. Kunde: Hallo.", 2),
        ("Zákazník: Dobrý den. Operátor: Dobrý den.", 2),
        ("Agent: It is ready. Order: 7. Note: bring it.", 1),
        ("Agent: Open the page http://shop.example and type user: ann", 1),
        ("Agent: The time is 10:30. Thanks", 1),
        ("Hello. Customer: My parcel is late.", 1),
        ("Agent: one\nCustomer: two Agent: three", 2),
    ],
)
def test_a_line_is_broken_before_speakers_and_before_nothing_else(text: str, lines: int) -> None:
    assert len(with_line_ends(text, RoleMapping()).split("\n")) == lines


def test_what_may_be_several_turns_and_cannot_be_told_apart_is_nobodys(tmp_path: Path) -> None:
    rows = [{"id": 1, "talk": "Agent: Good morning. Maya: My parcel is late."}, {"id": 2, "talk": "Agent: Hello."}]
    (tmp_path / "in.json").write_text(json.dumps(rows))
    doubtful, clear = read_transcripts(tmp_path / "in.json", columns={"id": "id", "cell": "talk", "channel": "chat"})
    assert [turn.role for turn in doubtful.turns] == ["unknown"]
    assert any("may hold the turns of several" in warning for warning in doubtful.warnings)
    assert [turn.role for turn in clear.turns] == ["agent"]


def test_no_word_is_lost() -> None:
    whole = " ".join(THREE)
    assert with_line_ends(whole, RoleMapping()).split() == whole.split()
