"""Labels that people gave in Argilla, from the JSON of a data set's records; the names of its questions are items."""

from __future__ import annotations

from pathlib import Path

from llm_grader.audit.folder import GoldFolder
from llm_grader.audit.interop.imported import ImportedCell, Imports, load_users, read_records


def read_argilla(path: Path, folder: GoldFolder, users: Path | None = None) -> Imports:
    """The labels of records; the words that people marked there are in other units, and stay there.

    A record is about the conversation in its metadata's `transcript_id`, else about that of its own id.

    Raises:
        InputError: it is no such file.
    """
    imports = Imports(folder, load_users(users))
    items = {item.id for item in folder.rubric.items()}
    for record in read_records(path, "records"):
        transcript_id = str((record.get("metadata") or {}).get("transcript_id") or record.get("id", ""))
        if transcript_id not in folder.transcripts:
            imports.warn(transcript_id[:80] or "a record", "no such conversation in the gold folder, left out")
            continue
        for question, responses in (record.get("responses") or {}).items():
            if question in items:
                for response in responses:
                    name = imports.annotator(response.get("user_id"))
                    imports.add(ImportedCell(name, transcript_id, question, str(response.get("value"))))
    return imports
