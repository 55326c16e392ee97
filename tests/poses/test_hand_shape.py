"""Claims about which hand a hand is by its shape."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.references import References
from spobet.formats.packed import read_clips, sides_by_position
from spobet.poses.hand_shape import exchange_order, exchanged, side_by_shape, with_sides_by_shape
from spobet.poses.mirror import mirror
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.recognition.recognizer import load
from spobet.shipped import find_run

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


@pytest.fixture(scope="module")
def drawn() -> PoseSequence:
    """The mean of clips of a two-handed sign."""
    return References.read(find_run("wlasl100-hands") / "references.npz").pose("book")


def test_hands_whose_shapes_contradict_their_sides_are_exchanged(drawn: PoseSequence) -> None:
    order = exchange_order(drawn.skeleton)
    given = replace(drawn, xy=drawn.xy[:, order], confidence=drawn.confidence[:, order])
    assert not exchanged(drawn) and exchanged(given)
    np.testing.assert_array_equal(with_sides_by_shape(given).xy, drawn.xy)
    assert with_sides_by_shape(drawn) is drawn


def test_a_mirrored_picture_is_left_as_it_is(drawn: PoseSequence) -> None:
    """There the right hand looks like a left one, and detectors call it so."""
    mirrored = replace(drawn, xy=mirror(drawn.xy, drawn.skeleton))
    assert not exchanged(mirrored)


def test_networks_by_shape_answer_alike_with_hands_exchanged(drawn: PoseSequence) -> None:
    recognizer = load("wlasl100-hands")
    order = exchange_order(drawn.skeleton)
    shown = replace(drawn, unit="image")
    given = replace(shown, xy=drawn.xy[:, order], confidence=drawn.confidence[:, order])
    np.testing.assert_array_equal(recognizer.logits([given]), recognizer.logits([shown]))
    settings = replace(recognizer.preprocessor.settings, sides_by_shape=False)
    by_name = replace(recognizer, preprocessor=replace(recognizer.preprocessor, settings=settings))
    assert np.abs(by_name.logits([given]) - by_name.logits([shown])).max() > 1


def test_a_clip_without_hands_is_left_as_it_is(drawn: PoseSequence) -> None:
    nobody = replace(
        drawn, xy=np.full_like(drawn.xy, np.nan), confidence=np.zeros_like(drawn.confidence)
    )
    assert with_sides_by_shape(nobody) is nobody


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
