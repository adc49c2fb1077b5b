"""A small gold folder to label in: conversations with awkward text, a checklist of four items, and a sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RUBRIC = """\
id: desk
version: "1"
title: {en: Desk, de: Schalter}
channels: [chat]
sections:
  - id: all
    title: {en: All, de: Alles}
    items:
      - id: greeting
        title: {en: Greets, de: Begrüßt}
        question: {en: Did the agent greet?, de: Hat der Mitarbeiter gegrüßt?}
        guidance: {met: says hello, not_met: does not}
      - id: apology
        title: Apologises
        question: Did the agent apologise?
        guidance: {met: says sorry, not_met: does not, not_applicable: nothing went wrong}
        critical: true
      - id: warmth
        title: Is warm
        question: Did the apology sound warm?
        guidance: {met: it did, not_met: it did not}
        applies_when: {item: apology, label: met}
      - id: tone
        title: Tone
        question: How was the tone?
        scale: {levels: [{value: "1", points: 0, anchor: rude}, {value: "2", points: 1, anchor: kind}]}
        evidence: {from: [agent], required_for: []}
"""

EMOJI = "👍🏽 Hello, I am Maya 🇪🇪"


def conversation(number: int) -> dict[str, Any]:
    """Conversation number so and so, with a customer who writes markup."""
    turns = [
        {"role": "agent", "speaker": "Maya", "text": EMOJI},
        {"role": "customer", "text": f"<script>alert({number})</script> my parcel\u202e is late"},
        {"role": "agent", "speaker": "Maya", "text": f"Sorry about parcel {number}."},
    ]
    return {"id": f"chat-{number:02}", "channel": "chat", "language": "en", "turns": turns}


def write_folder(folder: Path, number: int = 6, *, overlap: int = 4, rubric: str = RUBRIC) -> Path:
    """A gold folder with so many conversations, of which the first `overlap` go to two people."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [conversation(n) for n in range(number)]
    (folder / "transcripts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (folder / "rubric.yaml").write_text(rubric, "utf-8")
    sample = [
        {
            "transcript_id": row["id"],
            "stratum": "random" if n % 2 else "uncertain",
            "probability": 0.5,
            "order": n,
            "overlap": n < overlap,
            "seed": 7,
            "at": "2026-11-30T10:00:00Z",
        }
        for n, row in enumerate(rows)
    ]
    (folder / "sample.jsonl").write_text("".join(json.dumps(row) + "\n" for row in sample), "utf-8")
    return folder
