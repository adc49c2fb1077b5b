"""The STAR corpus: service chats in which menu picks tell what the agent did, and both sides filled in a survey."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator

from llm_grader.eval.public.fetching import Fetch, Row, Rows

_STAR = "https://codeload.github.com/RasaHQ/STAR/zip/3058975092cdd09798e4a3a9e4ae135755824545"
_ACTS = {
    "greeting": (re.compile(r"hello"), re.compile(r"\b(hello|hi|hey|welcome|good (morning|afternoon|evening|day))\b")),
    "asks_name": (re.compile(r"ask_name"), re.compile(r"\bname\b|\bwho am i\b")),
    "anything_else": (re.compile(r"anything_else"), re.compile(r"\belse\b|\banything more\b")),
    "closing": (
        re.compile(r"(.*_)?(goodbye|bye)(_\d)?"),
        re.compile(
            r"\b(good ?-?bye|bye|thanks?|thank you|have an? \w+ (day|evening|night|time|trip)|take care|enjoy your)\b"
        ),
    ),
}
_SURVEY = (
    ("calm_and_helpful", "UserQuestionnaire", "customer_survey", "stay calm and helpful"),
    ("customer_upset", "WizardQuestionnaire", "agent_survey", "become aggressive or annoyed"),
)


def fetch_star(fetch: Fetch) -> Rows:
    """Complete chats about one task, games left out.

    What the agent did is told by what they picked from a menu. That they did not do it is a rule's guess: nothing was
    picked, and nothing they typed looks like it.
    """
    transcripts, labels = [], []
    with zipfile.ZipFile(io.BytesIO(fetch(_STAR))) as archive:
        for path in archive.namelist():
            if re.search(r"/dialogues/\d+\.json$", path):
                talk = json.loads(archive.read(path))
                if _about_service(talk):
                    transcripts.append(_star_transcript(talk))
                    labels += [*_star_acts(talk), *_star_surveys(talk)]
    return Rows(transcripts, labels)


def _about_service(talk: Row) -> bool:
    scene = talk["Scenario"]
    return (
        talk["CompletionLevel"] == "Complete"
        and not scene["MultiTask"]
        and not {"trivia", "spaceship"} & set(scene["Domains"])
    )


def _utterances(talk: Row) -> list[Row]:
    spoken = [event for event in talk["Events"] if event["Action"] in ("utter", "pick_suggestion")]
    return [event for event in spoken if event["Agent"] in ("User", "Wizard") and event["Text"].strip()]


def _star_transcript(talk: Row) -> Row:
    turns = [
        {
            "speaker": "customer" if event["Agent"] == "User" else "agent",
            "text": event["Text"].strip(),
            "timestamp": event["UnixTime"],
        }
        for event in _utterances(talk)
    ]
    return {"id": f"star-{talk['DialogueID']}", "channel": "chat", "language": "en", "turns": turns}


def _star_acts(talk: Row) -> Iterator[Row]:
    agent = [event for event in _utterances(talk) if event["Agent"] == "Wizard"]
    for item, (picked, typed) in _ACTS.items():
        quotes = [event["Text"].strip() for event in agent if picked.fullmatch(event.get("ActionLabel", ""))]
        if quotes or not any(typed.search(event["Text"].lower()) for event in agent):
            where = {"transcript_id": f"star-{talk['DialogueID']}", "item_id": item, "annotator": "agent_action"}
            yield {**where, "label": bool(quotes), "evidence_quotes": quotes}


def _star_surveys(talk: Row) -> Iterator[Row]:
    name = f"star-{talk['DialogueID']}"
    for item, sheet, annotator, words in _SURVEY:
        for answer in talk[sheet]:
            if words in answer["Question"]:
                yield {"transcript_id": name, "item_id": item, "annotator": annotator, "label": answer["Answer"]}
    for answer in talk["UserQuestionnaire"]:
        if "stay calm and helpful" not in answer["Question"]:
            yield {
                "transcript_id": name,
                "item_id": "task_done",
                "annotator": "customer_survey",
                "label": answer["Answer"],
            }
            break
