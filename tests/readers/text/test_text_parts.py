"""Several conversations in one text: told apart where something clear separates them, and never on a guess."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript

FIRST = "Agent: Good morning!\nCustomer: It broke.\n"
SECOND = "Kunde: Hallo!\nund noch etwas\nBerater: Guten Tag!\n"


def read(folder: Path, text: str) -> list[Transcript]:
    file = folder / "talks.txt"
    file.write_text(text, "utf-8")
    return list(read_transcripts(file))


@pytest.mark.parametrize(
    "separator",
    [
        *("---\n", "=====\n", "\n* * *\n\n", "____\n", "####\n", "  ~~~~  \n", "---\n\n---\n"),
        *(
            "\nConversation 2\n",
            "\n## Hovor #2\n\n",
            "\n=== Gespräch 2 ===\n",
            "\nVestlus nr 2:\n",
            "---\nBeszélgetés 2\n---\n",
            "\nChat 2 - 5 May 2026\n",
        ),
    ],
)
def test_each_separated_conversation_is_one(tmp_path: Path, separator: str) -> None:
    top = "Conversation 1\n" if "2" in separator else ""
    first, second = read(tmp_path, f"{top}{FIRST}{separator}{SECOND}")
    assert (first.id, second.id) == ("talks-1", "talks-2")
    assert [turn.text for turn in first.turns] == ["Good morning!", "It broke."]
    assert [turn.text for turn in second.turns] == ["Hallo!\nund noch etwas", "Guten Tag!"]
    assert [turn.role for turn in second.turns] == ["customer", "agent"]
    assert any("one of 2 conversations of the file" in warning for warning in second.warnings)


def test_headers_with_ids_tell_conversations_apart_and_stay_with_them(tmp_path: Path) -> None:
    text = f"Date: 1 May\nChat ID: a-1\n\n{FIRST}\nDate: 2 May\nChat ID: a-2\n\n{SECOND}\nChat ID: a-3\nAgent: Hello?\n"
    read_ones = read(tmp_path, text)
    assert [each.id for each in read_ones] == ["talks-1", "talks-2", "talks-3"]
    headers = [each.metadata["header"] for each in read_ones]
    assert headers == [{"Date": "1 May", "Chat ID": "a-1"}, {"Date": "2 May", "Chat ID": "a-2"}, {"Chat ID": "a-3"}]
    assert [len(each.turns) for each in read_ones] == [2, 2, 1]


def test_a_stronger_mark_separates_conversations_and_a_weaker_one_their_sections(tmp_path: Path) -> None:
    assert len(read(tmp_path, f"{FIRST}---\n{FIRST}===\n{SECOND}---\n{SECOND}")) == 2


@pytest.mark.parametrize(
    "text",
    [
        f"Call transcript\n---\n{FIRST}",
        f"{FIRST}---\nEnd of transcript\n",
        "**Agent:** Hello\n\n---\n\n**Customer:** Hi\n\n---\n\n**Agent:** Bye\n",
        "Agent: my list is\n---\nCustomer: I see\nAgent: Bye\n",
        f"Conversation 1\n{FIRST}Agent: see\n\nConversation 1\n\nCustomer: yes\n",
        f"{FIRST}Agent: they are\n\nTicket 1\nCustomer: and?\n\nTicket 2\nAgent: done\n",
        f"Agent: see\n\nTicket ID: 5\n\nCustomer: and?\n\nTicket ID: 6\n\n{FIRST}",
        f"Chat ID: 1\n\n{FIRST}\nChat ID: 1\n\n{SECOND}",
    ],
    ids=[
        *(
            "heading above",
            "words below",
            "a rule a turn",
            "a rule inside a turn",
            "the same heading",
            "headings in turns",
        ),
        *("ids in turns", "the same id"),
    ],
)
def test_what_is_not_clear_stays_one_conversation(tmp_path: Path, text: str) -> None:
    (transcript,) = read(tmp_path, text)
    assert transcript.id == "talks"


def test_rules_that_separate_other_things_as_well_are_told(tmp_path: Path) -> None:
    (transcript,) = read(tmp_path, f"{FIRST}---\n{SECOND}---\nThank you for reading.\n")
    assert "not all that lines of --- separate are conversations: read as a single one" in transcript.warnings


def test_lines_keep_their_numbers_in_the_file(tmp_path: Path) -> None:
    _, second = read(tmp_path, f"{FIRST}---\n{SECOND}Nobody: a\nAnna Weiss: b\n")
    # FIRST is lines 1 and 2, the rule 3, SECOND 4 to 6
    assert any(warning.startswith("line 8: 'Anna Weiss'") for warning in second.warnings)


def test_a_text_in_a_cell_is_one_conversation(tmp_path: Path) -> None:
    cell = f"{FIRST}---\n{SECOND}".replace("\n", "\n")
    (tmp_path / "t.csv").write_text(f'id,talk\n1,"{cell}"\n', "utf-8")
    (transcript,) = read_transcripts(tmp_path / "t.csv", columns={"id": "id", "cell": "talk"})
    assert len(transcript.turns) == 4


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from([FIRST, SECOND, "---\n", "===\n", "\n", "Call 5\n", "Call 6\n", "Chat ID: 7\n", "words\n"])
    )
)
def test_no_turn_is_lost_wherever_a_text_is_split(tmp_path: Path, blocks: list[str]) -> None:
    text = "Agent: Hello\nCustomer: Hi\n" + "".join(blocks)
    read_ones = read(tmp_path, text)
    headings = [transcript.metadata.get("heading", "") for transcript in read_ones]
    told = "\n".join([*headings, *(turn.text for transcript in read_ones for turn in transcript.turns)])
    for words in ("Good morning!", "It broke.", "Hallo!\nund noch etwas", "Guten Tag!", "words"):
        assert told.count(words) == text.count(words)


@pytest.mark.parametrize(
    "end", ["*** Chat ended ***", "[10:02] Chat ended.", "System: The chat was closed.", "Hovor ukončen."]
)
def test_what_follows_a_line_that_ends_a_chat_is_another_one(tmp_path: Path, end: str) -> None:
    first, second = read(tmp_path, f"{FIRST}{end}\n{SECOND}{end}\n")
    assert [len([turn for turn in talk.turns if turn.role != "system"]) for talk in (first, second)] == [2, 2]
    assert "one of 2 conversations of the file, which lines such as `Chat ended` tell apart" in first.warnings


def test_a_chat_that_ends_once_is_one_whatever_is_added(tmp_path: Path) -> None:
    (talk,) = read(tmp_path, f"{FIRST}Chat ended\nAgent: I write this down.\n")
    assert len(talk.turns) == 4


def test_headers_that_come_again_begin_conversations_without_a_blank_line(tmp_path: Path) -> None:
    header = "Chat ID: {}\nDate: 2026-05-0{}\n"
    first, second = read(
        tmp_path, f"{header.format('a1', 1)}Agent: Hello\nCustomer: Hi\n{header.format('a2', 2)}{SECOND}"
    )
    assert [(turn.role, turn.text) for turn in first.turns] == [("agent", "Hello"), ("customer", "Hi")]
    assert second.metadata["header"]["Chat ID"] == "a2"


def test_a_number_that_somebody_writes_begins_nothing(tmp_path: Path) -> None:
    (talk,) = read(tmp_path, f"Ticket: 71\n{FIRST}The other one is\nTicket: 72\nAgent: I see.\nCustomer: Thanks.\n")
    assert "Ticket: 72" in talk.turns[1].text
