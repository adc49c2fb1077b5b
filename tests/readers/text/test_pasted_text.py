"""Text as people paste it: who speaks on a line of their own, events between, legends, lost line ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_grader.errors import InputError, MalformedInput, UnsupportedFormat
from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.readers.text.chat_events import bare_event
from llm_grader.transcript import Transcript

HELLO = "Hello, how can I help?"
LATE = "The printer is late."
LOOK = "I look into it."


def read(folder: Path, text: str, roles: RoleMapping | None = None) -> Transcript:
    (folder / "pasted.txt").write_text(text, "utf-8")
    (transcript,) = read_transcripts(folder / "pasted.txt", roles=roles)
    return transcript


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in transcript.turns]


def warned(transcript: Transcript, words: str) -> bool:
    return any(words in warning for warning in transcript.warnings)


@pytest.mark.parametrize(
    ("one", "other", "again"),
    [
        ("Eva Lind  0:02\n", "Jo Park  0:09\n", "Eva Lind  1:20\n"),
        ("Eva Lind (0:02)\n", "Jo Park (0:09)\n", "Eva Lind (1:20)\n"),
        ("[Eva Lind] 00:00:02\n", "[Jo Park] 00:00:09\n", "[Eva Lind] 00:01:20\n"),
        ("00:00:02 Eva Lind\n", "00:00:09 Jo Park\n", "00:01:20 Eva Lind\n"),
        ("Eva Lind | 0:02 - 0:07\n", "Jo Park | 0:09 - 0:11\n", "Eva Lind | 1:20 - 1:25\n"),
        ("**Eva Lind** _0:02_\n", "**Jo Park** _0:09_\n", "**Eva Lind** _1:20_\n"),
        ("Eva Lind\n0:02\n", "Jo Park\n0:09\n", "Eva Lind\n1:20\n"),
        ("[0:02] <Eva Lind> ", "[0:09] <Jo Park> ", "[1:20] <Eva Lind> "),
        ("(0:02) Eva Lind:\n", "(0:09) Jo Park:\n", "(1:20) Eva Lind:\n"),
        ("0:02 From Eva Lind to Everyone:\n\t", "0:09 From Jo Park to Everyone:\n\t", "1:20 From Eva Lind to Me:\n\t"),
        ("( 2s ) Eva Lind: ", "( 9s ) Jo Park: ", "( 1m 20s ) Eva Lind: "),
        ("[0:02 - 0:07] Eva Lind: ", "[0:09 - 0:11] Jo Park: ", "[1:20 - 1:25] Eva Lind: "),
        ("1. 0:02 Eva Lind: ", "2. 0:09 Jo Park: ", "3. 1:20 Eva Lind: "),
        ("0:02 | Eva Lind: ", "0:09 | Jo Park: ", "1:20 | Eva Lind: "),
        ("[0:02] - Eva Lind\n", "[0:09] - Jo Park\n", "[1:20] - Eva Lind\n"),
        ("Eva Lind [0:02]\n", "Jo Park [0:09]\n", "Eva Lind [1:20]\n"),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_speaker_and_time_are_read_wherever_they_are_pasted(
    tmp_path: Path, one: str, other: str, again: str, gap: str
) -> None:
    transcript = read(tmp_path, f"{one}{HELLO}{gap}{other}{LATE}\nSince May.{gap}{again}{LOOK}\n")
    assert said(transcript) == [("Eva Lind", HELLO), ("Jo Park", f"{LATE}\nSince May."), ("Eva Lind", LOOK)]
    assert [turn.start for turn in transcript.turns] == [2, 9, 80]


def test_the_second_time_of_a_range_is_the_end(tmp_path: Path) -> None:
    transcript = read(tmp_path, "[00:00:01.50 --> 00:00:02.25] A1: Hi\n[00:00:03.00 --> 00:00:04.00] B1: Ho\nA1: x\n")
    assert [(turn.start, turn.end) for turn in transcript.turns] == [(1.5, 2.25), (3, 4), (None, None)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Agent:", "Customer:"), ("Agent：", "Customer：")],
)
def test_the_blank_behind_the_colon_may_be_missing(tmp_path: Path, one: str, other: str) -> None:
    transcript = read(tmp_path, f"{one}{HELLO}\n{other}{LATE}\nsee https://x.test:80/a\n")
    assert [turn.role for turn in transcript.turns] == ["agent", "customer"]
    assert transcript.turns[1].text.endswith("see https://x.test:80/a")


def test_labels_of_scripts_without_capitals_are_speakers(tmp_path: Path) -> None:
    assert len(read(tmp_path, "店员：你好。\n顾客：快递晚了。\n店员：我查一下。\n").turns) == 3


def test_a_name_alone_opens_a_turn_below_a_blank_line(tmp_path: Path) -> None:
    text = f"Agent\n{HELLO}\n\nCustomer\n{LATE}\nThanks\n\nAgent\n{LOOK}\n"
    assert said(read(tmp_path, text)) == [("Agent", HELLO), ("Customer", f"{LATE}\nThanks"), ("Agent", LOOK)]


def test_a_name_that_says_opens_a_turn(tmp_path: Path) -> None:
    text = f"Eva says:\n{HELLO}\nJo says:\n{LATE}\nEva says:\n{LOOK}\n"
    assert said(read(tmp_path, text)) == [("Eva", HELLO), ("Jo", LATE), ("Eva", LOOK)]


def test_times_between_the_turns_of_names_make_nobody_less_of_a_speaker(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"00:00:02\n\nEva: {HELLO}\nJo: {LATE}\n\n00:05:00\n\nEva: {LOOK}\n")
    assert [(turn.speaker, turn.event) for turn in transcript.turns] == [
        ("Eva", None),
        ("Jo", None),
        (None, "time"),
        ("Eva", None),
    ]


@pytest.mark.parametrize("heading", ["## Summary\n", "Summary: ", "Summary\n", "Shrnutí: ", "Zusammenfassung:\n"])
def test_a_report_below_the_conversation_is_nobodys_words(tmp_path: Path, heading: str) -> None:
    report = f"{heading}The agent apologised."
    transcript = read(tmp_path, f"Agent: {HELLO}\nCustomer: {LATE}\n\n{report}\n")
    assert [(turn.kind, turn.text) for turn in transcript.turns] == [
        ("message", HELLO),
        ("message", LATE),
        ("event", report),
    ]


def test_a_list_of_times_in_a_labelled_text_is_no_list_of_speakers(tmp_path: Path) -> None:
    text = f"Agent: I am free\nMonday 10:00\nTuesday 11:30\nCustomer: {LATE}\nAgent: {LOOK}\n"
    transcript = read(tmp_path, text)
    assert said(transcript)[0] == ("Agent", "I am free\nMonday 10:00\nTuesday 11:30")


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("*** Eva joined the chat ***", "joined"),
        ("Eva has left the chat.", "left"),
        ("[on hold]", "hold"),
        ("Customer placed on hold", "hold"),
        ("Chat transferred to Ben", "transfer"),
        ("10:05", "time"),
        ("Today at 10:05 AM", "time"),
        ("Chat ended", "end"),
        ("Eva ist dem Chat beigetreten", "joined"),
        ("Eva opustila konverzaci", "left"),
        ("Eva csatlakozott a beszélgetéshez", "joined"),
        ("Eva lahkus vestlusest", "left"),
        ("(Anruf weitergeleitet an Ben)", "transfer"),
        ("--- 10.03.2025 ---", "day"),
        ("── March 10, 2025 ──", "day"),
        ("Seen 10:04", "time"),
        ("[silence 10 seconds]", "pause"),
        ("--- 5 minutes later ---", "pause"),
        ("(pause)", "pause"),
        ("(zwei Minuten später)", "pause"),
    ],
)
def test_what_nobody_said_is_an_event_between_the_turns(tmp_path: Path, line: str, event: str) -> None:
    transcript = read(tmp_path, f"Customer: {LATE}\n{line}\nsince May\nAgent: {LOOK}\n")
    assert [(turn.kind, turn.event, turn.speaker) for turn in transcript.turns] == [
        ("message", None, "Customer"),
        ("event", event, None),
        ("message", None, "Customer"),
        ("message", None, "Agent"),
    ]
    assert [turn.text for turn in transcript.turns if turn.kind == "message"] == [LATE, "since May", LOOK]


@pytest.mark.parametrize(
    "line",
    [
        "I joined last year",
        "He left.",
        "My parcel left",
        "It was on hold",
        "please put me on hold",
        "The chat ended and nobody called",
        "12:30 works for me",
        "[see the list]",
        "(please hurry)",
        "I have transferred 40 euros",
        "10.03.2025",
        "2025-03-10",
        "Wednesday",
        "on March 10, 2025 please",
        "She is typing",
        "I was assigned to Eva",
        "(I will call you later)",
        "[please send the form later]",
        "(ich melde mich dann später)",
        "(my son is typing)",
        "(the seat assigned to me was broken)",
        "(no pause please)",
    ],
)
def test_what_somebody_says_about_such_things_stays_theirs(line: str) -> None:
    assert bare_event(line) is None


def test_a_date_right_below_a_name_is_what_that_one_says(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"Agent:\nWhen?\nCustomer:\nMonday, March 10, 2025\nAgent:\n{LOOK}\n")
    assert said(transcript) == [("Agent", "When?"), ("Customer", "Monday, March 10, 2025"), ("Agent", LOOK)]


def test_an_event_with_a_time_has_it(tmp_path: Path) -> None:
    text = f"(9:00:02 AM) Visitor 12: {LATE}\n(9:00:09 AM) *** Eva joined ***\n(9:00:15 AM) Eva: {LOOK}\n"
    transcript = read(tmp_path, text)
    assert [(turn.event, turn.start, turn.text) for turn in transcript.turns] == [
        (None, 0, LATE),
        ("joined", 7, "Eva joined"),
        (None, 13, LOOK),
    ]


@pytest.mark.parametrize(
    ("legend", "labels"),
    [
        ("Agent: Eva\nCustomer: Jo", ("Eva", "Jo")),
        ("A = agent Eva, C = customer", ("A", "C")),
        ("A: agent\nC: customer Jo", ("A", "C")),
        ("Participants: Eva (agent), Jo (customer)", ("Eva", "Jo")),
        ("Legende:\nS1 - Berater\nS2 - Kundin", ("S1", "S2")),
        ("Agent: Eva Lind\nCustomer: Jo Park", ("Eva", "Jo")),
    ],
)
def test_a_legend_is_used_and_is_no_turn(tmp_path: Path, legend: str, labels: tuple[str, str]) -> None:
    one, other = labels
    transcript = read(tmp_path, f"{legend}\n\n{one}: {HELLO}\n{other}: {LATE}\n{one}: {LOOK}\n")
    assert [(turn.role, turn.text) for turn in transcript.turns] == [
        ("agent", HELLO),
        ("customer", LATE),
        ("agent", LOOK),
    ]
    assert transcript.metadata["legend"] == legend


def test_who_asks_for_an_agent_is_none(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"Jo: Agent\nBot: One moment\nEva: {HELLO}\nJo: {LATE}\n")
    assert transcript.turns[0].text == "Agent"
    assert transcript.turns[0].role != "agent"


def test_the_mapping_is_asked_before_a_legend(tmp_path: Path) -> None:
    text = f"A = agent, C = customer\n\nA: {LATE}\nC: {HELLO}\nA: x\n"
    assert [turn.role for turn in read(tmp_path, text, RoleMapping(agents=("C",), customers=("A",))).turns] == [
        "customer",
        "agent",
        "customer",
    ]


def test_names_above_a_conversation_of_the_same_labels_are_its_header(tmp_path: Path) -> None:
    text = f"Agent: Eva Lind\nCustomer: Jo Park\n\nAgent: {HELLO}\nCustomer: {LATE}\n"
    transcript = read(tmp_path, text)
    assert transcript.metadata["header"] == {"Agent": "Eva Lind", "Customer": "Jo Park"}
    assert said(transcript) == [("Agent", HELLO), ("Customer", LATE)]


@pytest.mark.parametrize("first", ["Agent: Hello\nCustomer: Hi", "Agent: Hello\nCustomer: Yes\nOrder: 17"])
def test_short_turns_are_no_header(tmp_path: Path, first: str) -> None:
    assert read(tmp_path, f"{first}\n\nAgent: {HELLO}\nCustomer: {LATE}\n").turns[0].text == "Hello"


def test_a_header_without_a_conversation_is_refused(tmp_path: Path) -> None:
    text = "Call report\nAgent: Eva Lind\nCustomer: Jo Park\nDuration: 4:10\nSummary: The agent refunded.\n"
    with pytest.raises(MalformedInput, match="without a conversation"):
        read(tmp_path, text)


def test_what_may_be_a_summary_is_told(tmp_path: Path) -> None:
    text = "Agent: Eva helped with an order.\nCustomer: Jo was unhappy.\nResolution: refunded\n"
    assert warned(read(tmp_path, text), "may be a summary")


ONE = f"Customer: Hi, {LATE}\nAgent: Good morning, {LOOK}\nCustomer: Thanks, bye.\n"
TWO = "Customer: Hello, my bill is wrong.\nAgent: Good day, it is mended.\nCustomer: Great.\n"


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_that_blank_lines_may_separate_conversations_is_told(tmp_path: Path, between: str) -> None:
    assert warned(read(tmp_path, ONE + between + TWO), "may separate 2 conversations")


@pytest.mark.parametrize(
    "text",
    [
        ONE.replace("\n", "\n\n"),
        f"Agent: {HELLO}\nCustomer: {LATE}\n\nAgent: {LOOK}\nCustomer: ok\n",
        f"{ONE}\nAgent: bye\n",
    ],
    ids=["a blank line a turn", "paragraphs", "one more turn"],
)
def test_blank_lines_inside_a_conversation_are_not_told(tmp_path: Path, text: str) -> None:
    assert not warned(read(tmp_path, text), "may separate")


@pytest.mark.parametrize("between", [" ", "\\n", "\\r\\n", "<br>", "<br/>", " | ", "</p><p>", "\t"])
@pytest.mark.parametrize("labels", [("Agent", "Customer"), ("Eva", "Jo"), ("Speaker 1", "Speaker 2")])
def test_turns_that_lost_their_line_ends_are_told_apart_at_labels(
    tmp_path: Path, between: str, labels: tuple[str, str]
) -> None:
    one, other = labels
    turns = [f"{one}: {HELLO}", f"{other}: {LATE}", f"{one}: {LOOK}", f"{other}: Thanks."]
    assert said(read(tmp_path, between.join(turns))) == [(one, HELLO), (other, LATE), (one, LOOK), (other, "Thanks.")]


def test_times_before_labels_on_one_line_are_theirs(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"[0:01] Agent: {HELLO} [0:05] Customer: {LATE} [0:09] Agent: {LOOK}")
    assert [turn.start for turn in transcript.turns] == [1, 5, 9]
    assert [turn.text for turn in transcript.turns] == [HELLO, LATE, LOOK]


def test_a_line_of_several_labels_that_cannot_be_told_apart_is_nobodys(tmp_path: Path) -> None:
    transcript = read(tmp_path, "Agent: Hello. Jo: It is late. Eva: I look. Max: Fine.")
    assert [(turn.role, turn.speaker) for turn in transcript.turns] == [("unknown", None)]
    assert warned(transcript, "cannot be told apart")


@pytest.mark.parametrize(
    "text",
    [
        "Agent: the form says Customer: John\nCustomer: yes\nAgent: ok\n",
        "Agent: a path C:\\new | and \\n is a new line\nCustomer: ok\n",
        "Agent: a | b\nCustomer: Note: see <br> and Price: 5\n",
    ],
)
def test_labels_and_marks_inside_what_is_said_stay_there(tmp_path: Path, text: str) -> None:
    transcript = read(tmp_path, text)
    assert [f"{turn.speaker}: {turn.text}" for turn in transcript.turns] == text.splitlines()


@pytest.mark.parametrize(
    "hostile",
    [
        "Ab: " * 50_000,
        "Agent: x " * 30_000,
        "\\nAgent: " * 20_000,
        " | Ana: a" * 20_000,
        "<br>" * 50_000,
        "Ab 10:00\n" * 20_000,
    ],
)
def test_hostile_text_takes_a_time_in_proportion(tmp_path: Path, hostile: str) -> None:
    file = tmp_path / "hostile.txt"
    file.write_text(f"Agent: hi\n{hostile}\n", "utf-8")
    problems: list[InputError] = []
    assert list(read_transcripts(file, on_error=problems.append)) or problems


def test_a_time_between_words_of_one_speaker_is_that_of_the_words_below_it(tmp_path: Path) -> None:
    asked = "Bo Ek\n10:02 AM\nIt is late.\n10:04\nReally.\nEdited\n"
    (tmp_path / "chat.txt").write_text(f"Ann Lee\n10:01 AM\nHello there.\n{asked}Ann Lee\n10:05 AM\nI look.\n")
    (transcript,) = read_transcripts(tmp_path / "chat.txt")
    said = [(turn.speaker, turn.text, turn.start) for turn in transcript.turns if turn.kind == "message"]
    # seconds since 10:01
    assert said == [
        ("Ann Lee", "Hello there.", 0),
        ("Bo Ek", "It is late.", 60),
        ("Bo Ek", "Really.", 180),
        ("Ann Lee", "I look.", 240),
    ]


@pytest.mark.parametrize(
    "form",
    [
        "[{}] {}",
        "{}> {}",
        "{} - {}",
        "{} | {}",
        "10:01:02\t{}\t{}",
        "[10:01] {} – {}",
        "<{}> {}",
        "({}) {}",
        "{} → {}",
        "🙋 {}: {}",
        "{} says: {}",
    ],
)
def test_speakers_that_other_marks_set_off_are_speakers(tmp_path: Path, form: str) -> None:
    said = [("Agent", "Hello - can I help?"), ("Customer", "It is late."), ("Agent", "I look.")]
    lines = [form.format(*turn) for turn in said]
    (tmp_path / "chat.txt").write_text("\n".join([*lines, "and further"]))
    (transcript,) = read_transcripts(tmp_path / "chat.txt")
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == [*said[:2], ("Agent", "I look.\nand further")]


@pytest.mark.parametrize(
    "text", ["Order - one chair\nPrice - 7\n", "[Music] la la\n[Agent] hums\n", "Ana - Bo\nBo - Ana\n"]
)
def test_what_other_marks_set_off_is_no_speaker_unless_the_word_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "chat.txt").write_text(text)
    with pytest.raises(UnsupportedFormat):
        list(read_transcripts(tmp_path / "chat.txt"))


def test_who_is_listed_as_present_is_a_speaker_however_seldom(tmp_path: Path) -> None:
    above = "Meeting of 04/05/2026\n\nAttendees\nAnn Lee, Bo Ek\n\nTranscript\n\n00:00:00\n\n"
    (tmp_path / "meet.txt").write_text(f"{above}Ann Lee: Hello.\nBo Ek: It is late.\n\n00:05:00\n\nAnn Lee: I look.\n")
    (transcript,) = read_transcripts(tmp_path / "meet.txt")
    said = [(turn.speaker, turn.text) for turn in transcript.turns if turn.kind == "message"]
    assert said == [("Ann Lee", "Hello."), ("Bo Ek", "It is late."), ("Ann Lee", "I look.")]


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("Ann Lee started transcription", "notice"),
        ("Ann Lee hat die Aufzeichnung beendet", "notice"),
        ("Jana Nová zahájila přepis", "notice"),
        ("Kovács Éva befejezte a csevegést", "end"),
        ("Mari Kask lõpetas vestluse", "end"),
        ("The agent closed the chat.", "end"),
        ("Meeting ended after 00:06:12", "end"),
        ("Chat closed by Ana Lee.", "end"),
        ("Chat started at 10:00", "start"),
        ("The call ended after an hour", None),
        ("I stopped recording", None),
        ("We closed the call", None),
    ],
)
def test_who_begins_or_ends_a_chat_or_its_recording_is_an_event(line: str, event: str | None) -> None:
    assert bare_event(line) == (None if event is None else (event, line))


@pytest.mark.parametrize(
    ("opening", "writer"),
    [
        ("Internal note: ", None),
        ("Note (internal): ", None),
        ("[Private note] ", None),
        ("(Internal note: ", None),
        ("Agent note: ", None),
        ("Interne Notiz von Jo: ", "Jo"),
        ("Agent (internal note): ", "Agent"),
        ("Agent [note]: ", "Agent"),
        ("Interní poznámka: ", None),
        ("Belső megjegyzés: ", None),
        ("Sisemine märkus: ", None),
        ("Whisper from Eva: ", "Eva"),
    ],
)
def test_a_note_of_the_house_is_never_said_to_the_customer(tmp_path: Path, opening: str, writer: str | None) -> None:
    closed = ")" if opening.startswith("(") else ""
    words = "He shouts.\nHe pays late."
    text = f"Customer: {LATE}\nAgent: {LOOK}\n{opening}{words.replace('.', f'.{closed}', 1)}\nCustomer: Thanks.\n"
    transcript = read(tmp_path, text)
    note = transcript.turns[2]
    assert (note.text, note.kind, note.visibility, note.speaker) == (words, "note", "internal", writer)
    assert said(transcript)[1] == ("Agent", LOOK)
    assert [turn.role for turn in transcript.turns if turn.spoken] == ["customer", "agent", "customer"]


def test_a_note_that_does_not_say_for_whom_it_is_stays_and_is_told(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"Customer: {LATE}\nAgent: {LOOK}\nNote: we close at five.\nCustomer: Thanks.\n")
    assert transcript.turns[1].text == f"{LOOK}\nNote: we close at five."
    assert warned(transcript, "line 3: 'Note' is not known as a speaker")


@pytest.mark.parametrize(
    "line", ["Private message: write to us", "Agent comment: it is paid", "Internal: 2 GB", "* Private message"]
)
def test_what_may_be_for_the_customer_stays_said(tmp_path: Path, line: str) -> None:
    transcript = read(tmp_path, f"Customer: {LATE}\nAgent: {LOOK}\n{line}\nCustomer: Thanks.\n")
    assert transcript.turns[1].text == f"{LOOK}\n{line}"


def test_a_private_number_is_no_note(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"Agent: {HELLO}\nMaya (private): {LATE}\nAgent: {LOOK}\nMaya (private): Thanks.\n")
    assert [turn.kind for turn in transcript.turns] == ["message"] * 4


def test_nicks_in_brackets_are_speakers_however_they_are_written(tmp_path: Path) -> None:
    roles = RoleMapping(agents=("agent_jo",))
    transcript = read(tmp_path, f"<maya> {LATE}\n<agent_jo> {LOOK}\n<maya> thanks\n", roles)
    assert said(transcript) == [("maya", LATE), ("agent_jo", LOOK), ("maya", "thanks")]


@pytest.mark.parametrize(
    ("stamp", "hour"),
    [
        ("10:02 p.m.", 22),
        ("10:02 P. M.", 22),
        ("10:02\u202fPM", 22),
        ("10:02\xa0AM", 10),
        ("2025.03.13. 10:02", 10),
        ("2025. 03. 13. 10:02", 10),
        ("13-03-2025 10:02", 10),
        ("2025-03-13, 10:02", 10),
        ("Mar 13, 2025 10:02 AM", None),
        ("13. března 2025 10:02", None),
    ],
)
@pytest.mark.parametrize("line", ["{} {}: {}", "{1} ({0}): {2}", "[{}] {}: {}"])
def test_a_stamp_belongs_to_its_own_line(tmp_path: Path, stamp: str, hour: int | None, line: str) -> None:
    lines = (line.format(stamp, who, words) for who, words in (("Customer", LATE), ("Agent", LOOK), ("Customer", "ok")))
    transcript = read(tmp_path, "\n".join(lines))
    assert said(transcript) == [("Customer", LATE), ("Agent", LOOK), ("Customer", "ok")]
    hours = {turn.at.hour if turn.at else turn.clock and turn.clock.hour for turn in transcript.turns}
    assert hours == {hour}
    assert warned(transcript, "could not be read") == (hour is None)


@pytest.mark.parametrize(
    "legend",
    [
        "Participants: Ms Lind (customer), Mr Berger (agent)\n\nLind: {}\nBerger: {}\nLind: ok\n",
        "Chat Started: Monday, 10:15:02\nChat Origin: Web\nAgent Tom B\n( 9s ) Maya: {}\n( 12s ) Tom B: {}\n"
        "( 45s ) Maya: ok\n",
    ],
)
def test_a_legend_tells_of_last_names_and_by_titles(tmp_path: Path, legend: str) -> None:
    transcript = read(tmp_path, legend.format(LATE, LOOK))
    assert [(turn.role, turn.text) for turn in transcript.turns] == [
        ("customer", LATE),
        ("agent", LOOK),
        ("customer", "ok"),
    ]


def test_numbered_agents_with_names_are_agents(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"Agent 1 (Tom): {HELLO}\nCustomer: {LATE}\nAgent 2 (Eva): {LOOK}\n")
    assert [turn.role for turn in transcript.turns] == ["agent", "customer", "agent"]


def test_headings_may_name_who_speaks(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"### Agent\n{HELLO}\n\n### Customer\n{LATE}\n\n### Agent\n{LOOK}\n")
    assert said(transcript) == [("Agent", HELLO), ("Customer", LATE), ("Agent", LOOK)]


def test_the_family_name_may_come_first_and_the_desk_behind(tmp_path: Path) -> None:
    one, other = "Novák, Petr", "Weber, Ana (Support)"
    transcript = read(tmp_path, f"[10:02] {one}\n{LATE}\n\n[10:03] {other}\n{LOOK}\n\n[10:05] {one}\nThanks.\n")
    assert said(transcript) == [(one, LATE), (other, LOOK), (one, "Thanks.")]
    assert [turn.role for turn in transcript.turns] == ["customer", "agent", "customer"]


@pytest.mark.parametrize(
    "note", ["Internal note", "[Internal note]", "**Private note**", "## Agent notes", "Internal note:"]
)
@pytest.mark.parametrize("labels", ["{}: {}", "{}\n{}"])
def test_a_note_may_have_its_name_on_a_line_of_its_own(tmp_path: Path, note: str, labels: str) -> None:
    said_by = [labels.format(who, words) for who, words in (("Agent", HELLO), ("Customer", LATE), ("Agent", LOOK))]
    transcript = read(tmp_path, "\n\n".join([*said_by[:2], f"{note}\nHe shouts.", said_by[2]]))
    assert [(turn.kind, turn.text) for turn in transcript.turns] == [
        ("message", HELLO),
        ("message", LATE),
        ("note", "He shouts."),
        ("message", LOOK),
    ]


@pytest.mark.parametrize("between", [" ", " | ", "<br>", "\\n"])
def test_a_note_in_a_text_of_one_line_is_told_apart(tmp_path: Path, between: str) -> None:
    turns = (f"Customer: {LATE}", f"Agent: {LOOK}", "Internal note: He shouts.", f"Agent: {HELLO}", "Customer: Thanks.")
    transcript = read(tmp_path, between.join(turns))
    assert [turn.text for turn in transcript.turns] == [LATE, LOOK, "He shouts.", HELLO, "Thanks."]
    assert [turn.kind for turn in transcript.turns].index("note") == 2


def test_names_above_dates_are_read_below_the_subject_of_a_ticket(tmp_path: Path) -> None:
    said_by = (("Eva Lind", "09:00", LATE), ("Jo Park (Brindle)", "09:30", LOOK), ("Eva Lind", "10:00", "Thanks."))
    parts = [f"{who}\nMarch 10, 2025 {clock}\n\n{words}\n" for who, clock, words in said_by]
    transcript = read(tmp_path, "\n".join(["Ticket #4711: a late parcel\n", *parts]))
    assert said(transcript) == [(who, words) for who, _, words in said_by]


@pytest.mark.parametrize("label", ["[{}]: ", "<{}>: ", "[{}] "])
def test_labels_may_stand_in_brackets_before_the_colon(tmp_path: Path, label: str) -> None:
    lines = (f"{label.format(who)}{words}" for who, words in (("AGENT", HELLO), ("CUSTOMER", LATE), ("AGENT", LOOK)))
    assert said(read(tmp_path, "\n".join(lines))) == [("AGENT", HELLO), ("CUSTOMER", LATE), ("AGENT", LOOK)]


def test_a_telephone_number_is_somebody(tmp_path: Path) -> None:
    roles = RoleMapping(agents=("+49 30 123456",))
    transcript = read(tmp_path, f"+49 30 123456: {HELLO}\n+49 170 998877: {LATE}\n+49 30 123456: {LOOK}\n", roles)
    assert [turn.role for turn in transcript.turns] == ["agent", "customer", "agent"]


def test_what_stands_below_a_name_and_its_time_is_said_though_it_looks_like_a_name(tmp_path: Path) -> None:
    text = f"Eva Lind\n  9:15 AM\n{LATE}\nJo Park\n  9:16 AM\nHello Eva\n9:17\n{LOOK}\nEva Lind\n  9:20 AM\nThanks\n"
    assert said(read(tmp_path, text)) == [
        ("Eva Lind", LATE),
        ("Jo Park", "Hello Eva"),
        (None, "9:17"),
        ("Jo Park", LOOK),
        ("Eva Lind", "Thanks"),
    ]


def test_an_event_may_have_a_star_before_it(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"[09:15] Eva: {LATE}\n[09:16] * Jo joined the chat\n[09:16] Jo: {LOOK}\n")
    assert [(turn.kind, turn.text) for turn in transcript.turns] == [
        ("message", LATE),
        ("event", "Jo joined the chat"),
        ("message", LOOK),
    ]


@pytest.mark.parametrize("stamps", ["14.03. 09:15 14.03. 09:16", "3/14 9:15 3/14 9:16"])
def test_dates_without_a_year_belong_to_the_stamp(tmp_path: Path, stamps: str) -> None:
    day, first, _, second = stamps.split()
    transcript = read(tmp_path, f"Eva Lind {day} {first}\n{LATE}\nJo Park {day} {second}\n{LOOK}\n")
    assert said(transcript) == [("Eva Lind", LATE), ("Jo Park", LOOK)]
    assert warned(transcript, "2 times could not be read")


@pytest.mark.parametrize(
    "times", ["12 March 2025 at 10:00\n13 March 2025 at 11:30", "10:30\n11:00", "10:30-11:00\n12:15"]
)
def test_times_below_each_other_are_a_list_that_somebody_gives(tmp_path: Path, times: str) -> None:
    transcript = read(tmp_path, f"Customer: {LATE}\nAgent: We are free at:\n{times}\nCustomer: Thanks.\n")
    assert said(transcript)[1] == ("Agent", f"We are free at:\n{times}")


def test_a_day_above_a_time_is_none(tmp_path: Path) -> None:
    day = "Tuesday, March 11, 2025"
    transcript = read(tmp_path, f"Customer: {LATE}\nAgent: {LOOK}\n{day}\n10:05 AM\nCustomer: Thanks.\n")
    assert [turn.text for turn in transcript.turns] == [LATE, LOOK, day, "10:05 AM", "Thanks."]


def test_initials_behind_a_time_are_no_half_of_a_day(tmp_path: Path) -> None:
    text = f"10:02 A. Müller: {HELLO}\n10:03 P. Meier: {LATE}\n10:04 A. Müller: {LOOK}\n10:05 P. Meier: ok\n"
    transcript = read(tmp_path, text)
    assert [turn.speaker for turn in transcript.turns] == ["A. Müller", "P. Meier"] * 2
    assert [turn.clock and turn.clock.hour for turn in transcript.turns] == [10] * 4


@pytest.mark.parametrize("lines", ["Today\n10:02", "Delivered\n10:03", "Read 10:05 AM\n10:06 AM"])
def test_a_time_beside_what_a_messenger_writes_is_nobodys(tmp_path: Path, lines: str) -> None:
    transcript = read(tmp_path, f"Agent: {HELLO}\n{lines}\nCustomer: {LATE}\n")
    assert [turn.event for turn in transcript.turns] == [None, "time", "time", None]


@pytest.mark.parametrize("bullet", ["-", "*", "•"])
def test_a_list_of_what_happened_is_what_somebody_says(tmp_path: Path, bullet: str) -> None:
    listed = "\n".join(f"{bullet} {words}" for words in ("Tom left the chat", "The chat ended", "I was alone"))
    transcript = read(tmp_path, f"Customer: This:\n{listed}\nAgent: {LOOK}\nCustomer: ok\nAgent: {HELLO}\n")
    assert said(transcript)[:2] == [("Customer", f"This:\n{listed}"), ("Agent", LOOK)]


@pytest.mark.parametrize(
    "words",
    [
        "Your new delivery date is\nMonday, March 10, 2025\nIs that fine for you?",
        "I bought it on\n12 March 2024\nand it broke.",
        "I bought it on\n\n12 March 2024",
        "The tracking shows\nStatus updated to delivered\nat your door.",
        "At the bottom it shows\nPage 3 of 7\nand then nothing.",
        "Look at this.\nPage 3 of 7\nand then nothing.",
        "Your screen says\nVisitor is typing",
    ],
)
def test_a_day_or_a_notice_inside_somebodys_talk_is_part_of_it(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Customer: {LATE}\nAgent: {words}\nCustomer: ok\n")
    assert said(transcript) == [("Customer", LATE), ("Agent", words), ("Customer", "ok")]


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("Monday, March 10, 2025", "day"),
        ("Mittwoch, 12. März 2025", "day"),
        ("středa 12. března 2025", "day"),
        ("2025. március 12., szerda", "day"),
        ("esmaspäev, 10. märts 2025", "day"),
        ("pondělí 10. 3. 2025", "day"),
        ("Eva is typing…", "notice"),
        ("Eva schreibt …", "notice"),
        ("Visitor navigated to https://shop.example/help", "notice"),
        ("Chat assigned to Eva Lind", "notice"),
        ("Status changed to pending", "notice"),
        ("Page 2 of 3", "notice"),
        ("[Eva is typing…]", "notice"),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_day_or_a_notice_between_turns_is_nobodys(tmp_path: Path, line: str, event: str, gap: str) -> None:
    transcript = read(tmp_path, gap.join((f"Customer: {LATE}", line, "Page 3 of 7", f"Agent: {LOOK}")))
    assert [(turn.event, turn.text) for turn in transcript.turns] == [
        (None, LATE),
        (event, line.strip("[]")),
        ("notice", "Page 3 of 7"),
        (None, LOOK),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "It says:\nInternal note: delivered to neighbour\nWhat does that mean?",
        "It says:\nStaff note: closed.\nWhat now?",
        "Na balíku:\nSoukromá poznámka: to je na štítku\nCo to je?",
        "It is late again.\nNote to self: never order on Fridays.\nWhen will it come?",
        "I see this.\nKids - internal: storage is full",
        "It says: Staff note: closed. What now?",
        "my order is late in my private note: today please 3",
    ],
)
@pytest.mark.parametrize("who", ["Customer", "Anna K"])
def test_what_a_customer_reads_out_is_no_note(tmp_path: Path, words: str, who: str) -> None:
    transcript = read(tmp_path, f"{who}: {words}\nAgent: {LOOK}\n{who}: Thanks.\n")
    assert said(transcript) == [(who, words), ("Agent", LOOK), (who, "Thanks.")]
    assert {turn.kind for turn in transcript.turns} == {"message"}


def test_things_inside_something_write_no_notes(tmp_path: Path) -> None:
    words = "It says:\nStorage (internal): 64 GB\nCard (external): 32 GB"
    transcript = read(tmp_path, f"Customer: {words}\nAgent: {LOOK}\n")
    assert said(transcript) == [("Customer", words), ("Agent", LOOK)]


@pytest.mark.parametrize("words", ["It says: Staff note: closed. What now?", "it is in my private note: today please"])
def test_a_note_spoken_of_in_a_text_of_one_line_is_none(tmp_path: Path, words: str) -> None:
    transcript = read(tmp_path, f"Customer: {words} Agent: {LOOK} Customer: Thanks.")
    assert said(transcript) == [("Customer", words), ("Agent", LOOK), ("Customer", "Thanks.")]


def test_a_note_between_lines_of_a_customer_is_told(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"Customer: {LATE}\nInternal note: He shouts.\nWhen?\nAgent: {LOOK}\n")
    assert transcript.turns[1].kind == "note"
    assert warned(transcript, "line 2: 'Internal note' between lines of one speaker")
    after_agent = read(tmp_path, f"Customer: {LATE}\nAgent: {LOOK}\nInternal note: He shouts.\nWhen?\n")
    assert not warned(after_agent, "between lines")


@pytest.mark.parametrize(("label", "kind"), [("Agent (Intern)", "message"), ("Agent (intern)", "note")])
def test_a_trainee_writes_no_notes(tmp_path: Path, label: str, kind: str) -> None:
    transcript = read(tmp_path, f"{label}: Hi, I am Sam.\nCustomer: {LATE}\nAgent: {LOOK}\n")
    assert transcript.turns[0].kind == kind


def test_a_speaker_known_by_name_may_write_inside(tmp_path: Path) -> None:
    transcript = read(tmp_path, f"Tom: {HELLO}\nAnna: {LATE}\nTom (internal): He shouts.\nAnna: Thanks.\nTom: Bye.\n")
    assert [turn.kind for turn in transcript.turns] == ["message", "message", "note", "message", "message"]


def test_notes_read_out_one_below_the_other_are_told(tmp_path: Path) -> None:
    words = "It says:\nInternal note: he shouts\nStaff note: closed"
    transcript = read(tmp_path, f"Customer: {words}\nAgent: {LOOK}\nInternal note: He shouts.\n")
    assert said(transcript)[0] == ("Customer", words)
    assert [turn.kind for turn in transcript.turns] == ["message", "message", "note"]
    assert warned(transcript, "line 2: 'Internal note' below a line that ends with a colon")


@pytest.mark.parametrize(
    ("first", "others"),
    [("00:02\nAna Weber\n", "00:09\n{}\n"), ("00:02\nAna Weber\n", "{}  00:09\n"), ("Ana Weber  0:02\n", "{}  0:09\n")],
)
@pytest.mark.parametrize("other", ["Jon Roe", "Kiss Éva", "Zákazník"])
def test_a_name_may_stand_below_its_time(tmp_path: Path, first: str, others: str, other: str) -> None:
    theirs = others.format(other)
    again = theirs.replace(other, "Ana Weber").replace("0:09", "1:20")
    transcript = read(tmp_path, f"{first}Good morning.\n\n{theirs}It is late.\nVery late.\n\n{again}I look.\n")
    assert [(turn.speaker, turn.start, turn.text) for turn in transcript.turns] == [
        ("Ana Weber", 2, "Good morning."),
        (other, 9, "It is late.\nVery late."),
        ("Ana Weber", 80, "I look."),
    ]


def test_words_below_a_time_are_no_name(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormat):
        read(tmp_path, "10:05\nThanks\nIt came.\n10:06\nGood\nThat is all.\n10:07\nThanks\nBye.\n")
