"""Marks that tell a person to look, computed from the transcript alone. They never change a verdict.

A defence in the prompt can be talked round; a mark can only be wrong. Expect false alarms where people speak of prompts
and checklists, and misses where an attack is paraphrased.
"""

from __future__ import annotations

import re

from llm_grader.transcript import Transcript

INSTRUCTION_LIKE = "instruction_like_text"
"""Somebody seems to address the judge rather than the other side."""
HEADER_LIKE = "header_like_text"
"""A line imitates a turn header or a fence."""
UNKNOWN_SPEAKER = "unknown_speaker"
"""Who said some of the turns is not known: their words count for nobody."""
ROLES_BY_MODEL = "roles_by_model"
"""Who said some of the turns was told by a model."""
ROLES_BY_CUES = "roles_by_cues"
"""Who said some of the turns was told by how they speak."""
LOW_COVERAGE = "low_coverage"
"""Less of the checklist was scored than the rubric asks for, so there is no score."""

_DISREGARD = r"ignor|disregard|forget|vergiss|missachte|zapome|nerespektuj|hagyd figyelmen kívül|felejts|eira|unusta"
_RULES = (
    r"instruction|prompt|rule|rubric|checklist|anweisung|regel|checkliste|pokyn|pravid|instrukc|utasítás|szabály|juhis|"
    r"reegl|kontrollnimekir"
)
_GRADE = r"mark|rate|grade|score|label|bewerte|markiere|označ|ohodno[tť]|jelöld|értékeld|märgi|hinda"
_FULL = (
    r"\bmet\b|all items|every item|as passed|full score|100 ?%|not_applicable|alle punkte|všechny položky|minden tétel|"
    r"kõik punktid"
)
# Each word is looked at once (`\b`, `*+`): a turn may be long, and written to be slow to search.
_INSTRUCTIONS = re.compile(
    rf"\b(?:{_DISREGARD})\w*+[^.\n]{{0,60}}(?:{_RULES})|\b(?:{_GRADE})\w*+[^.\n]{{0,40}}(?:{_FULL})"
    r"|system prompt|<\|?(?:im_start|system|endoftext)|\[/?inst\]",
    re.IGNORECASE,
)
_HEADERS = re.compile(
    r"^[^\S\n]*+(?:\[[0-9a-f]{8}\b|\[?turn \d+ ?[:\]]|</?(?:transcript|turn|system)\b|```\s*(?:json|system)?\s*$)",
    re.IGNORECASE | re.MULTILINE,
)


def flags_of(transcript: Transcript) -> tuple[str, ...]:
    """The flags of a transcript, in a fixed order."""
    said = [turn.text for turn in transcript.turns if turn.kind == "message"]
    flags = []
    if any(_INSTRUCTIONS.search(text) for text in said):
        flags.append(INSTRUCTION_LIKE)
    if any(_HEADERS.search(text) for text in said):
        flags.append(HEADER_LIKE)
    if any(turn.role == "unknown" and turn.spoken for turn in transcript.turns):
        flags.append(UNKNOWN_SPEAKER)
    if any(turn.role_source == "model" for turn in transcript.turns):
        flags.append(ROLES_BY_MODEL)
    if any(turn.role_source == "cues" and turn.role != "unknown" for turn in transcript.turns):
        flags.append(ROLES_BY_CUES)
    return tuple(flags)
