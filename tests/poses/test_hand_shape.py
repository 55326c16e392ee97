"""Claims about which hand a hand is by its shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spobet.formats.packed import read_clips, sides_by_position
from spobet.poses.hand_shape import side_by_shape
from spobet.poses.skeleton import HANDS_42

WRISTS = HANDS_42.indices(["right_hand_wrist", "left_hand_wrist"])


@pytest.fixture(scope="module")
def shapes() -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.normal(0, 0.03, (50, 21, 2)).astype(np.float32)


def test_mirror_images_are_of_opposite_sides_wherever_and_however_large_they_are(
    shapes: np.ndarray,
) -> None:
    sides = side_by_shape(shapes)
    assert sides.shape == (50,) and (np.abs(sides) <= 1).all() and np.abs(sides).max() > 0.5
    mirrored = shapes * np.array([-1, 1], np.float32)
    np.testing.assert_allclose(side_by_shape(mirrored), -sides, atol=1e-6)
    np.testing.assert_allclose(side_by_shape(400 * shapes + 0.3 * 400), sides, atol=1e-4)


def test_a_hand_in_one_point_has_no_side() -> None:
    assert side_by_shape(np.full((1, 21, 2), 0.5, np.float32)).tolist() == [0]


def test_sides_are_those_of_the_body(shared: Path) -> None:
    """Of the wrists that MediaPipe Holistic found near: it gives hands the sides of the arms."""
    packed = read_clips(shared / "data/wlasl100-hands.npz")
    made = np.load(shared / "data/wlasl50-body-hands.npz")
    clips = {str(video): clip for clip, video in enumerate(packed.facts["video_id"])}
    right = {"by position": 0, "by shape": 0}
    rows = [row for row in range(len(made["label"])) if str(made["video_id"][row]) in clips][::3]
    for row in rows:
        clip = clips[str(made["video_id"][row])]
        frames = slice(*made["offsets"][row : row + 2])
        numbers = made["frame"][frames]
        known = (numbers >= 0) & (numbers < packed.num_frames(clip))
        theirs = np.where(made["hand_mask"][frames], made["hands"][frames][:, :, 0, 0], np.nan)
        theirs = theirs[known, ::-1] / made["scale"]
        span = slice(*packed.offsets[clip : clip + 2])
        by_position = sides_by_position(packed.xy[span], packed.confidence[span])[0]
        for name, xy in (("by position", by_position), ("by shape", packed.pose(clip).xy)):
            ours = xy[numbers[known]][:, WRISTS, 0]
            same, other = (np.abs(ours - wrists) < 0.05 for wrists in (theirs, theirs[:, ::-1]))
            right[name] += int((same & ~other).sum() >= (other & ~same).sum())
    assert right["by shape"] >= 0.94 * len(rows)
    assert right["by position"] <= 0.8 * len(rows)
