"""Claims about measuring what weights of frames are worth."""

import numpy as np
import pytest

from spobet.evaluation.deletion import SHARES, compare_weights, curves_of

FRAMES = 10


def by_one_frame(frame: int):  # type: ignore[no-untyped-def]
    """A network that looks at one frame alone: gloss 0 where it is present, gloss 1 where not."""

    def classify(inputs: dict[str, np.ndarray]) -> np.ndarray:
        present = inputs["landmarks"][:, frame, 0, 2] * 0.8 + 0.1
        return np.stack([present, 1 - present], axis=1)

    return classify


def clip(num_clips: int = 1) -> dict[str, np.ndarray]:
    landmarks = np.random.default_rng(0).normal(size=(num_clips, FRAMES, 2, 3))
    landmarks[..., 2] = 1
    return {"landmarks": landmarks, "frame_mask": np.ones((num_clips, FRAMES), bool)}


def test_the_frame_that_matters_goes_first_and_stays_last() -> None:
    inputs = clip()
    weights = np.eye(FRAMES)[6]
    deletion, insertion = curves_of(
        inputs["landmarks"][0], inputs["frame_mask"][0], weights, 0, by_one_frame(6)
    )
    assert deletion == pytest.approx([0.9] + [0.1] * 10)
    assert insertion == pytest.approx([0.1] + [0.9] * 10)


def test_both_curves_end_where_the_other_begins() -> None:
    inputs, weights = clip(), np.random.default_rng(1).random(FRAMES)
    deletion, insertion = curves_of(
        inputs["landmarks"][0], inputs["frame_mask"][0], weights, 0, by_one_frame(2)
    )
    assert (deletion[0], deletion[-1]) == (insertion[-1], insertion[0])
    assert len(deletion) == len(SHARES)


def test_padded_frames_are_neither_deleted_nor_counted() -> None:
    inputs = clip()
    mask = np.arange(FRAMES) < 2
    weights = np.where(mask, [0.1, 0.2, *[0] * 8], 9.0)
    deletion, _ = curves_of(
        inputs["landmarks"][0] * mask[:, None, None], mask, weights, 0, by_one_frame(1)
    )
    assert deletion == pytest.approx([0.9] * 3 + [0.1] * 8)  # round(0.3 * 2) = 1 frame goes


def test_knowing_weights_beat_random_ones_and_wrong_ones_lose() -> None:
    inputs, knowing = clip(6), np.tile(np.eye(FRAMES)[3], (6, 1))
    found = compare_weights(
        inputs, {"knowing": knowing, "wrong": -knowing}, by_one_frame(3), num_random=4
    )
    deletion = {name: curves.deletion_area[0] for name, curves in found.items()}
    insertion = {name: curves.insertion_area[0] for name, curves in found.items()}
    assert deletion["knowing"] < deletion["random"] < deletion["wrong"]
    assert insertion["knowing"] > insertion["random"] > insertion["wrong"]
    area, low, high = found["random"].deletion_area
    assert low <= area <= high
    assert deletion["knowing"] == pytest.approx((0.5 * 0.9 + 0.1 * 9 + 0.5 * 0.1) / 10)


def test_weights_of_other_frames_are_refused() -> None:
    with pytest.raises(ValueError, match=r"weights \(3,\) for 10 real of 10 frames"):
        curves_of(clip()["landmarks"][0], np.ones(FRAMES, bool), np.ones(3), 0, by_one_frame(0))
