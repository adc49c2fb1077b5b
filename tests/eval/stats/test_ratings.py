from __future__ import annotations

import pytest

from llm_grader.eval.agreement import icc, krippendorff_alpha


def test_the_columns_of_a_data_frame_are_raters() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"eva": ["a", "b", None], "jan": ["a", "b", "a"]})
    assert (krippendorff_alpha(frame).estimate, krippendorff_alpha(frame).n) == (1.0, 2)
    numbers = pandas.DataFrame({"eva": [1.0, 2.0, 3.0], "jan": [2.0, 3.0, 4.0]})
    assert icc(numbers).estimate == pytest.approx(2 / 3)


def test_text_is_no_list_of_ratings() -> None:
    with pytest.raises(TypeError, match="found text"):
        krippendorff_alpha(["abc", "abd"])
