"""Groups of conversations or items: by language, channel, agent, team, week or section."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.sampling.draw import UNKNOWN, group_of_about
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import About

By = Literal["language", "channel", "agent", "team", "week", "section"]
_SEVERAL = "(several agents)"


def naming(labelled: LabelledSet, by: By | None, others: Mapping[str, About]) -> Callable[[str, str], str | None]:
    """What names the group of a transcript's id and an item's; None where all are in one, or nothing is known of it.

    Args:
        labelled: the set, with its conversations.
        by: what to group by.
        others: what is known of conversations without labels, by transcript id.
    """
    sections = {item.id: section.id for section in labelled.rubric.sections for item in section.items}

    def name_of(transcript_id: str, item_id: str) -> str | None:
        if by is None or by == "section":
            return sections[item_id] if by else None
        found, other = labelled.transcripts.get(transcript_id), others.get(transcript_id)
        if found is not None:
            return group_of(found, by)
        return None if other is None else group_of_about(other, by)

    return name_of


def placing(rubric: Rubric, by: By | None) -> Callable[[str, int], tuple[int, str]]:
    """The order of groups, by name and size: weeks by time, sections as in the rubric, others the largest first."""
    sections = {section.id: place for place, section in enumerate(rubric.sections)}
    if by == "section":
        return lambda name, _size: (sections.get(name, 0), name)
    return lambda name, size: (0 if by == "week" else -size, name)


def group_of(transcript: Transcript, by: By) -> str:
    """The language, channel, agent (who is under review), team or ISO week that a conversation belongs to."""
    if by == "language":
        return transcript.language or UNKNOWN
    if by == "channel":
        return transcript.channel
    if by == "week":
        started = About.of(transcript).started_at
        return UNKNOWN if started is None else started.strftime("%G-W%V")
    if by == "team":
        return (transcript.ticket and transcript.ticket.team) or UNKNOWN
    agents = {turn.speaker for turn in transcript.turns if turn.role == "agent" and turn.speaker}
    return transcript.agent_name() or (_SEVERAL if len(agents) > 1 else UNKNOWN)
