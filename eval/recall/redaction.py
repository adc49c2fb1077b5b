"""Recall of redaction: how much personal data in generated texts is replaced, by kind and language, and what wrongly.

    python -m llm_grader.eval.recall.redaction --forms

The texts are generated (see `personal_texts`): the figures say how well the ways of writing that are listed there are
covered, and nothing about names that no field gives, addresses, dates of birth, or what people tell about themselves.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from llm_grader.eval.recall.personal_texts import LANGUAGES, PersonalText, harmless_texts, personal_texts
from llm_grader.eval.stats.proportions import Proportion, wilson
from llm_grader.privacy.find import KINDS, Kind, find_personal_data

Counts = dict[tuple[str, ...], tuple[int, int]]


def is_covered(case: PersonalText) -> bool:
    """Whether no letter or digit of the personal data would be sent, whatever kind it was taken for."""
    found = find_personal_data(case.text, language=case.language, names=case.names)
    return all(
        any(span.start <= at < span.end for span in found)
        for at in range(case.start, case.end)
        if case.text[at].isalnum()
    )


def measure_recall(kinds: Iterable[Kind] = KINDS, *, n: int, seed: int = 1) -> Counts:
    """Texts that are covered, and of how many, by (kind, form, language); `n` texts of each kind and language."""
    counts: defaultdict[tuple[str, ...], list[bool]] = defaultdict(list)
    for kind in kinds:
        for language in LANGUAGES:
            for case in personal_texts(kind, language, n=n, seed=seed):
                counts[kind, case.form, language].append(is_covered(case))
    return {key: (sum(covered), len(covered)) for key, covered in counts.items()}


def measure_false_alarms(*, n: int, seed: int = 1) -> Counts:
    """In how many of `n` texts without personal data something would be replaced, by (language,)."""
    return {
        (language,): (sum(_alarms(text, language) for text in harmless_texts(language, n=n, seed=seed)), n)
        for language in LANGUAGES
    }


def _alarms(text: str, language: str) -> bool:
    return bool(find_personal_data(text, language=language))


def render_recall(counts: Counts, alarms: Counts, *, forms: bool) -> str:
    """Two tables in Markdown: recall by kind (and form) and language, and texts with something replaced wrongly."""
    rows = _summed(counts, (0, 2))
    if forms:
        rows = {**rows, **{(f"{kind}: {form}", language): c for (kind, form, language), c in counts.items()}}
    lines = ["| | " + " | ".join(LANGUAGES) + " |", "| --- |" + " --- |" * len(LANGUAGES)]
    lines += [f"| {name} | " + " | ".join(_cells(rows, name)) + " |" for name in sorted({key[0] for key in rows})]
    wrong = _cells({("", *key): count for key, count in alarms.items()}, "")
    return "\n".join([*lines, "| nothing personal, and replaced | " + " | ".join(wrong) + " |"])


def _summed(counts: Counts, places: tuple[int, ...]) -> Counts:
    """The counts added up over everything but these places of the key."""
    total: Counts = {}
    for key, (hits, n) in counts.items():
        short = tuple(key[place] for place in places)
        before = total.get(short, (0, 0))
        total[short] = (before[0] + hits, before[1] + n)
    return total


def _cells(rows: Mapping[tuple[str, ...], tuple[int, int]], name: str) -> Iterator[str]:
    for language in LANGUAGES:
        hits, n = rows.get((name, language), (0, 0))
        yield _percent(wilson(hits, n)) if n else ""


def _percent(share: Proportion) -> str:
    return f"{100 * share.estimate:.1f} ({100 * share.low:.1f} to {100 * share.high:.1f})"


def main() -> None:
    """The command line: prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m llm_grader.eval.recall.redaction", description=__doc__)
    parser.add_argument("--n", type=int, default=400, help="texts of each kind and language")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forms", action="store_true", help="a row for each way of writing, too")
    arguments = parser.parse_args()
    counts = measure_recall(n=arguments.n, seed=arguments.seed)
    alarms = measure_false_alarms(n=arguments.n, seed=arguments.seed)
    sys.stdout.write(render_recall(counts, alarms, forms=arguments.forms) + "\n")


if __name__ == "__main__":
    main()
