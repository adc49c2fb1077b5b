from __future__ import annotations

import pytest

from llm_grader.eval.agreement import holm, mcnemar_midp, mcnemar_power, signed_test


def test_holm_steps_down_from_the_smallest() -> None:
    # .01·3, .03·2, .04·1 held up by the one before: .03, .06, .06.
    found = holm([0.04, 0.01, 0.03], q=0.05)
    assert found.p == pytest.approx((0.06, 0.03, 0.06))
    assert found.rejected == (False, True, False)
    assert holm([]).p == ()
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([1.5])


def test_the_signed_test_of_single_flips_is_mcnemars() -> None:
    assert signed_test([1, 1, 1, 1, -1]) == pytest.approx(mcnemar_midp(4, 1).p)
    assert signed_test([0, 0]) == 1
    assert signed_test([1, -1]) == 1
    # Sums of ±3, ±1: 4 is seen in one of four cases on its side: 2·(1/2)·(1/4).
    assert signed_test([3, 1]) == pytest.approx(1 / 4)


def test_power_is_the_chance_of_a_small_p() -> None:
    # Of six pairs all change, each one way: p = 2·(1/2)·2⁻⁶ = 1/64, always.
    assert mcnemar_power(6, 1.0, 0.0) == pytest.approx(1)
    # Half of two pairs cannot show anything.
    assert mcnemar_power(2, 0.5, 0.0) == 0
    with pytest.raises(ValueError, match="shares"):
        mcnemar_power(10, 0.8, 0.4)
