"""Earlier cards, found in a store: what an edit of the rubric leaves alone, or needed no review, is taken from them."""

from __future__ import annotations

from llm_grader.grading.reuse import Before, unchanged_items
from llm_grader.rubric.model import Rubric
from llm_grader.store.past_runs import read_rubric
from llm_grader.store.store import Store
from llm_grader.transcript import Channel, Transcript
from llm_grader.verdict import Provenance


class Earlier:
    """Finds them, and compares each version with the one in hand once.

    Args:
        store: where they are.
        rubric: the version in hand.
        language: BCP 47 code of the wording in which items are asked.
        by_cues: whether the judge goes by the items' cues, too.
    """

    def __init__(self, store: Store, rubric: Rubric, language: str, *, by_cues: bool = False) -> None:
        self._store = store
        self._rubric = rubric
        self._language = language
        self._by_cues = by_cues
        self._versions: dict[str, Rubric | None] = {}
        self._unchanged: dict[tuple[str, Channel], frozenset[str]] = {}

    def find(self, transcript: Transcript, provenance: Provenance) -> Before | None:
        """The latest card of this conversation; None where there is none.

        One by this version needed review: what was sound in it is not asked again. Cards without a grade do not
        count, nor those of versions that the store does not know.
        """
        for card in self._store.relatives(provenance.family):
            if card.status in ("error", "not_graded"):
                continue
            version = card.provenance.rubric_hash
            if version not in self._versions:
                this_one = version == provenance.rubric_hash
                self._versions[version] = self._rubric if this_one else read_rubric(self._store, version)
            old = self._versions[version]
            if old is not None:
                return Before(card, old, self._same(version, old, transcript.channel))
        return None

    def _same(self, version: str, old: Rubric, channel: Channel) -> frozenset[str]:
        if (version, channel) not in self._unchanged:
            same = unchanged_items(old, self._rubric, channel, language=self._language, by_cues=self._by_cues)
            self._unchanged[version, channel] = same
        return self._unchanged[version, channel]
