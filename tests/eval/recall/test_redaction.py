from __future__ import annotations

import pytest

from llm_grader.eval.recall.personal_texts import LANGUAGES, harmless_texts, personal_texts
from llm_grader.eval.recall.redaction import Counts, is_covered, measure_false_alarms, measure_recall, render_recall
from llm_grader.privacy.find import KINDS, Kind, is_card, is_iban

# Measured at n = 400 (`python -m llm_grader.eval.recall.redaction`): e-mail, IBAN and card 100 % (Wilson 99.0 to 100);
# names 100 %, but in English 97.8 (95.8 to 98.8), where short ones in lower case are not found, and in Estonian 90.5
# (87.2 to 93.0), where stems that change (Kask, Kase) are not; phone numbers 90.8 to 93.8 %, those
# spelled out in words are not found.
LEAST = {"EMAIL": 0.98, "IBAN": 0.98, "CARD": 0.98, "NAME": 0.85, "PHONE": 0.85}


@pytest.mark.parametrize("kind", KINDS)
def test_recall_is_what_the_table_says(kind: Kind) -> None:
    counts = measure_recall([kind], n=150, seed=7)
    for language in LANGUAGES:
        hits, n = (sum(c[i] for (_, _, spoken), c in counts.items() if spoken == language) for i in (0, 1))
        assert n == 150
        assert hits / n >= LEAST[kind]


def test_numbers_in_words_are_not_found_and_counted_as_missed() -> None:
    counts = measure_recall(["PHONE"], n=150)
    assert all(hits == 0 for (_, form, _), (hits, _) in counts.items() if form == "in words")


def test_few_texts_without_personal_data_are_changed() -> None:
    # measured at n = 400: 0 to 4.5 %, order and invoice numbers that are phone numbers in the country as well
    assert all(hits <= 0.1 * n for hits, n in measure_false_alarms(n=200, seed=7).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_generated_data_is_where_it_is_said_to_be_and_has_right_check_digits(language: str) -> None:
    for kind, is_right in (("IBAN", is_iban), ("CARD", is_card)):
        for case in personal_texts(kind, language, n=30, seed=3):  # type: ignore[arg-type]
            assert is_right(case.text[case.start : case.end])


def test_the_same_seed_makes_the_same_texts() -> None:
    assert list(personal_texts("NAME", "cs", n=9, seed=1)) == list(personal_texts("NAME", "cs", n=9, seed=1))
    assert list(harmless_texts("cs", n=9, seed=1)) != list(harmless_texts("cs", n=9, seed=2))


def test_what_is_covered_in_part_is_not_covered() -> None:
    case = next(c for c in personal_texts("PHONE", "de", n=50, seed=1) if c.form == "national, blanks")
    assert is_covered(case)
    assert not is_covered(case._replace(end=case.end + 4, text=f"{case.text[: case.end]} Max{case.text[case.end :]}"))


def test_the_table_has_a_row_for_each_kind_and_a_column_for_each_language() -> None:
    counts: Counts = {("CARD", "compact", language): (9, 10) for language in LANGUAGES}
    counts["CARD", "x", "en"] = (0, 10)
    table = render_recall(counts, {(language,): (1, 10) for language in LANGUAGES}, forms=False).splitlines()
    # Wilson's interval for 9 of 10: .596 to .982; for 9 of 20: .258 to .658
    assert table[2].startswith("| CARD | 45.0 (25.8 to 65.8) | 90.0 (59.6 to 98.2) |")
    assert table[3].startswith("| nothing personal, and replaced | 10.0 (1.8 to 40.4) |")
