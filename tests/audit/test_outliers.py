"""Claims about what is far from a median."""

from __future__ import annotations

import numpy as np
import pytest

from spobet.audit.outliers import FAR, LEAST_DEVIATION, far_from_median


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_where_all_are_alike_twice_is_not_far_and_a_little_more_is(factor: float) -> None:
    alike = [10.0] * 9
    assert not far_from_median(np.array([*alike, 10 * factor])).any()
    far = far_from_median(np.array([*alike, 10 * factor**1.2]))
    assert far.tolist() == [False] * 9 + [True]
    assert np.exp(FAR * LEAST_DEVIATION) == pytest.approx(2.117, abs=1e-3)


def test_where_all_differ_more_is_needed_to_be_far() -> None:
    spread = np.exp(np.linspace(-1, 1, 21))
    assert not far_from_median(np.array([*spread, np.e**3])).any()
    assert far_from_median(np.array([*spread, np.e**6]))[-1]


def test_what_is_infinite_or_nothing_is_never_far() -> None:
    assert not far_from_median(np.array([1, 1, 1, np.inf, 0, -5])).any()
    assert not far_from_median(np.array([np.inf, np.inf])).any()
