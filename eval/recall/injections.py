"""How many texts that try to steer a judge are flagged, by kind and language, and how many ordinary turns are, wrongly.

    python -m llm_grader.eval.recall.injections GOLD_FOLDER

Three sets of attempts had no part in the flags. The authors of the patterns wrote the first; the others are by who
wrote what the weights are learnt from: one before any of it, one, more figurative, when all of it was written. Their
counts, never their lines, were looked at between rounds of training. The figures say how far ways of attack that are
known are covered, and nothing about an attacker who tries until no flag comes. The lines of five languages mostly say
the same, so take the intervals for the least width.
Ordinary turns are the half of public sets that nothing was learnt from (see `ordinary_turns`), and `eval/gold`, one of
whose turns is an attempt, on purpose.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from llm_grader.eval.measured.made_sentences import kept_sentences
from llm_grader.eval.recall.injection_texts import HELD_OUT
from llm_grader.eval.recall.kept import WrittenText, kept_attempts, kept_last, kept_ordinary
from llm_grader.eval.recall.ordinary_turns import ordinary_turns
from llm_grader.eval.stats.proportions import wilson
from llm_grader.signals.flags import steering_kind

Counts = dict[str, tuple[int, int]]


def attempts_kept_apart() -> dict[str, list[WrittenText]]:
    """Attempts that no pattern, weight or setting was made by, by set."""
    by_pattern_authors = [
        WrittenText(kind, language, text)
        for kind, texts in HELD_OUT.items()
        for language, written in texts.items()
        for text in written
    ]
    return {
        "by the patterns' authors": by_pattern_authors,
        "before anything was learnt": kept_attempts(),
        "when all was learnt": kept_last(),
    }


def count_flagged(texts: Iterable[WrittenText], group: Callable[[WrittenText], str]) -> Counts:
    """How many texts of each group are flagged, and of how many."""
    flagged, written = Counter[str](), Counter[str]()
    for text in texts:
        written[group(text)] += 1
        flagged[group(text)] += steering_kind(text.text) is not None
    return {name: (flagged[name], count) for name, count in written.items()}


def in_mails(texts: Iterable[WrittenText]) -> list[WrittenText]:
    """Each text as the last paragraph of a mail of some ten sentences in its language, kept apart as well."""
    mails = {
        language: " ".join(line for lines in kinds.values() for line in lines[:2])
        for language, kinds in kept_sentences().items()
    }
    return [text._replace(text=f"{mails[text.language]}\n\n{text.text}") for text in texts]


def measure_false_alarms(folder: Path | None) -> tuple[Counts, Counts]:
    """In how many ordinary turns something is flagged, and of how many: by source, and by language."""
    turns = [
        (source, WrittenText(source, turn.language, turn.text))
        for source, found in ordinary_turns(folder, "measure").items()
        for turn in found
    ]
    texts = [turn for _, turn in turns]
    return count_flagged(texts, lambda turn: turn.kind), count_flagged(texts, lambda turn: turn.language)


def render_counts(counts: Mapping[str, tuple[int, int]]) -> str:
    """A line for each count with its share and Wilson's 95 % interval, and one for their sum."""
    total = (sum(hits for hits, _ in counts.values()), sum(n for _, n in counts.values()))
    lines = []
    for name, (hits, n) in (*counts.items(), ("all", total)):
        share = wilson(hits, n)
        lines.append(f"{name:<40} {hits:>5} of {n:>6}  {share.estimate:7.2%}  [{share.low:.2%}, {share.high:.2%}]\n")
    return "".join(lines)


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="folder of public sets")
    folder = parser.parse_args().folder
    sets = attempts_kept_apart()
    everything = [text for texts in sets.values() for text in texts]
    tables = {f"attempts flagged, {name}": count_flagged(texts, lambda text: text.kind) for name, texts in sets.items()}
    tables |= {
        "attempts flagged, all sets at the end of mails": count_flagged(in_mails(everything), lambda text: text.kind),
        "attempts flagged, all sets by language": count_flagged(everything, lambda text: text.language),
        "ordinary talk near attempts flagged": count_flagged(kept_ordinary(), lambda text: text.language),
    }
    by_source, by_language = measure_false_alarms(folder)
    tables |= {"ordinary turns flagged, by source": by_source, "by language": by_language}
    sys.stdout.write("\n".join(f"{name}\n{render_counts(counts)}" for name, counts in tables.items()))


if __name__ == "__main__":
    main()
