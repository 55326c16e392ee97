"""Claims about showing hidden frames reconstructed."""

import math
from xml.etree import ElementTree

import numpy as np
import pytest

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.reports.reconstruction import Reconstruction, reconstruction_page, straight_line

HIDDEN = np.array([False, True, True, False, True])


def moving() -> np.ndarray:
    """Every landmark goes one to the right a frame."""
    start = np.random.default_rng(0).random((1, 42, 2))
    return start + np.arange(5)[:, None, None] * np.array([1.0, 0.0])


def reconstruction(predicted: np.ndarray, xy: np.ndarray | None = None) -> Reconstruction:
    xy = moving() if xy is None else xy
    return Reconstruction(
        "c1 <go>", PoseSequence(xy, np.isfinite(xy[..., 0]), HANDS_42), predicted, HIDDEN
    )


def test_the_truth_itself_has_no_error_and_steady_motion_is_a_straight_line() -> None:
    found = reconstruction(moving())
    assert found.error == pytest.approx(0, abs=1e-6)
    line = straight_line(moving(), HIDDEN)
    assert line[:4] == pytest.approx(moving()[:4])
    assert line[4] == pytest.approx(moving()[3])  # after the last frame shown it stays where it was
    assert found.line_error == pytest.approx(1 / math.sqrt(3), rel=1e-4)


def test_only_hidden_landmarks_that_were_seen_are_judged() -> None:
    xy, predicted = moving(), moving()
    predicted[0] += 9  # not hidden
    xy[1, 3] = np.nan
    predicted[1, 3] = 99  # hidden, but nobody saw where it was
    predicted[2] += [3, 4]
    found = reconstruction(predicted, xy)
    assert found.error == pytest.approx(math.sqrt(42 * 25 / (41 + 42 + 42)), rel=1e-4)
    assert math.isnan(reconstruction(moving(), np.full((5, 42, 2), np.nan)).error)


def test_the_page_draws_the_truth_and_its_reconstruction() -> None:
    root = ElementTree.fromstring(reconstruction_page("runs/<a>", [reconstruction(moving() + 1)]))
    text = "".join(root.itertext())
    assert "3 of 5 frames hidden; reconstructed with an error of 1.41" in text
    assert "2 hidden" in text and "c1 <go>" in text


def test_what_does_not_fit_the_truth_is_refused() -> None:
    with pytest.raises(
        ValueError,
        match=r"reconstructed \(4, 42, 2\), hidden \(5,\), expected those of \(5, 42, 2\)",
    ):
        reconstruction(moving()[:4])
