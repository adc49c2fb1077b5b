"""Public sets that their authors keep as tables. Versions are pinned: the same call gives the same data."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from llm_grader.eval.public.fetching import RAW, Fetch, Row, Rows

_LEND_AN_EAR = (
    f"{RAW}/aakriti1kumar/replication-data-and-code-when-LLMs-reliable-empathic-communication/"
    "713458108e28897fccf136a6337296b5199cb617"
)
_AB_REDIAL = f"{RAW}/Clemenciah/AB-ReDial/ad8912c0ef5804e4aa0edde1bedaf8a18233558b/Data/annotated_dialogues.csv"
_UPTAKE = f"{RAW}/ddemszky/conversational-uptake/67fb30cf7c3ea6f619487e33d2f99692dca107d0/data/uptake_data.csv"
_POLITENESS = f"{RAW}/Genius1237/TyDiP/dfc63068215c/data/all/hu_test.csv"

_EMPATHY = (
    "validating_emotions",
    "encouraging_elaboration",
    "demonstrating_understanding",
    "advice_giving",
    "self_oriented",
    "dismissing_emotions",
)
_SATISFACTION = ("understanding", "task-completion", "interest-arousal", "efficiency", "dialogue-overall")


def _table(fetch: Fetch, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(fetch(url).decode("utf-8-sig"), newline="")))


def fetch_lend_an_ear(fetch: Fetch) -> Rows:
    """Chats of a seeker and a supporter, rated 1–5 by three experts, and by crowd workers with a quote for each."""
    talks = _table(fetch, f"{_LEND_AN_EAR}/original_data/sample_lend_an_ear_conversations.csv")
    transcripts: list[Row] = [
        {
            "id": f"lae-{talk['conversation_id']}",
            "channel": "chat",
            "language": "en",
            "turns": list(_spoken(talk["full_conversation"], {"Seeker": "customer", "Supporter": "agent"})),
        }
        for talk in talks
    ]
    texts = {talk["id"]: [turn["text"] for turn in talk["turns"]] for talk in transcripts}
    return Rows(transcripts, [*_expert_ratings(fetch), *_crowd_ratings(fetch, texts)])


def _spoken(text: str, roles: dict[str, str]) -> Iterator[Row]:
    """Turns of a text in which `Name:` at the start of a line begins one; empty turns are left out."""
    parts = re.split(rf"^({'|'.join(roles)}):", text, flags=re.MULTILINE)
    for name, words in zip(parts[1::2], parts[2::2], strict=True):
        if words.strip():
            yield {"speaker": roles[name], "text": words.strip()}


def _expert_ratings(fetch: Fetch) -> Iterator[Row]:
    text = fetch(f"{_LEND_AN_EAR}/annotations/combined_annotations_across_methods_and_datasets.csv").decode("utf-8-sig")
    # Tables of four studies stand side by side under repeated headings; ours is the leftmost.
    heading, *rows = csv.reader(io.StringIO(text, newline=""))
    for row in rows:
        cells = dict(zip(heading[:8], row[:8], strict=True))
        if cells["annotation_method"].startswith("expert"):
            for item in _EMPATHY:
                yield _rating(
                    f"lae-{cells['lend_an_ear_conversation_id']}", item, cells["annotation_method"], cells[item]
                )


def _crowd_ratings(fetch: Fetch, texts: dict[str, list[str]]) -> Iterator[Row]:
    seen = set()
    for row in _table(fetch, f"{_LEND_AN_EAR}/original_data/sample_lend_an_ear_annotations.csv"):
        talk, rater = f"lae-{row['conversation_id']}", f"crowd-{row['user_id'][:8]}"
        if (talk, rater) in seen:
            continue
        seen.add((talk, rater))
        for item in _EMPATHY:
            if row[item]:
                quote = row[f"{item}_example"].strip()
                found = [quote] if quote and any(quote in text for text in texts[talk]) else []
                yield _rating(talk, item, rater, row[item]) | {"evidence_quotes": found}


def _rating(transcript_id: str, item_id: str, annotator: str, label: str) -> Row:
    return {"transcript_id": transcript_id, "item_id": item_id, "annotator": annotator, "label": float(label)}


def fetch_ab_redial(fetch: Fetch) -> Rows:
    """Chats about films, rated by three to seven crowd workers, who are numbered within each chat."""
    transcripts: dict[str, Row] = {}
    labels, slots = [], Counter[str]()
    for row in _table(fetch, _AB_REDIAL):
        name = f"abr-{row['ConvId']}"
        lines = [row[f"utterance{i}"].split(maxsplit=1) for i in range(22)]
        turns = [
            {"speaker": {"SYSTEM": "agent", "USER": "customer"}[words[0]], "text": words[1].strip()}
            for words in lines
            if len(words) == 2
        ]
        transcripts.setdefault(name, {"id": name, "channel": "chat", "language": "en", "turns": turns})
        labels += [_rating(name, item, f"slot{slots[name]}", row[item]) for item in _SATISFACTION if row[item]]
        slots[name] += 1
    return Rows(list(transcripts.values()), labels)


def fetch_uptake(fetch: Fetch) -> Rows:
    """Words of a pupil and the teacher's answer, with the mean and the majority of three raters."""
    transcripts, labels = [], []
    for row in _table(fetch, _UPTAKE):
        name = f"upt-{row['obs_id']}-{row['exchange_idx']}"
        turns = [
            {"speaker": "customer", "text": row["student_text"]},
            {"speaker": "agent", "text": row["teacher_text"]},
        ]
        transcripts.append({"id": name, "channel": "call", "language": "en", "turns": turns})
        label = float(row["uptake_majority"]) if row["uptake_majority"] else None
        mean = float(row["uptake"]) if row["uptake"] else None
        rated = {"transcript_id": name, "item_id": "uptake", "annotator": "majority_of_3"}
        labels.append({**rated, "label": label, "mean": mean})
    return Rows(transcripts, labels)


def fetch_politeness_hu(fetch: Fetch) -> Rows:
    """Single messages, with the mean politeness that raters gave, each rater's scale normalised."""
    transcripts, labels = [], []
    for number, row in enumerate(_table(fetch, _POLITENESS)):
        name = f"pol-hu-{number:03d}"
        turns = [{"speaker": "agent", "text": row["sentence"]}]
        transcripts.append({"id": name, "channel": "email", "language": "hu", "turns": turns})
        labels.append(_rating(name, "politeness", "normalised_mean", row["score"]))
    return Rows(transcripts, labels)
