"""Claims about the arrays that tutorials make of MediaPipe Holistic's landmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spobet.formats import read, recognise
from spobet.poses.skeleton import HOLISTIC_75

RNG = np.random.default_rng(0)
BODY, LEFT, RIGHT = (RNG.uniform(0.1, 0.9, (3, count, 4)) for count in (33, 21, 21))
FACE = RNG.uniform(0.1, 0.9, (3, 468, 4))
LEFT[1] = 0  # what was not found is filled with zeros


def flat(part: np.ndarray, num_axes: int) -> np.ndarray:
    return part[:, :, :num_axes].reshape(3, -1)


ARRAYS = {
    "1662": np.concatenate([flat(BODY, 4), flat(FACE, 3), flat(LEFT, 3), flat(RIGHT, 3)], axis=1),
    "258": np.concatenate([flat(BODY, 4), flat(LEFT, 3), flat(RIGHT, 3)], axis=1),
    "225": np.concatenate([flat(BODY, 3), flat(LEFT, 3), flat(RIGHT, 3)], axis=1),
    "1629": np.concatenate([flat(part, 3) for part in (BODY, FACE * 0.1, LEFT, RIGHT)], axis=1),
    "126": np.concatenate([flat(LEFT, 3), flat(RIGHT, 3)], axis=1),
    "543, 3": np.concatenate([FACE, LEFT, BODY, RIGHT], axis=1)[..., :3],
    "75, 2": np.concatenate([BODY, LEFT, RIGHT], axis=1)[..., :2],
}


@pytest.mark.parametrize("shape", ARRAYS)
def test_each_part_is_found_in_its_place(shape: str, tmp_path: Path) -> None:
    np.save(tmp_path / "clip.npy", ARRAYS[shape])
    pose = read(tmp_path / "clip.npy")
    assert recognise(tmp_path / "clip.npy").why == f"an array (3, {shape})"
    assert (pose.skeleton, pose.unit, pose.times) == (HOLISTIC_75, "image", None)
    left, right = pose.xy[:, HOLISTIC_75.hand("left")], pose.xy[:, HOLISTIC_75.hand("right")]
    np.testing.assert_allclose(right, RIGHT[..., :2], rtol=1e-6)
    np.testing.assert_allclose(left[[0, 2]], LEFT[[0, 2], :, :2], rtol=1e-6)
    assert np.isnan(left[1]).all()
    body = pose.xy[:, HOLISTIC_75.body]
    if shape == "126":
        assert np.isnan(body).all()
    else:
        np.testing.assert_allclose(body, BODY[..., :2], rtol=1e-6)


def test_visibility_is_the_bodys_confidence(tmp_path: Path) -> None:
    np.save(tmp_path / "clip.npy", ARRAYS["258"])
    confidence = read(tmp_path / "clip.npy").confidence[:, HOLISTIC_75.body]
    np.testing.assert_allclose(confidence, BODY[..., 3], rtol=1e-6)


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (
            np.zeros((3, 100)),
            r"array is float64 \(3, 100\), expected numbers \(frames, one of 126,",
        ),
        (np.zeros((3, 41, 2)), r"\(3, 41, 2\)"),  # whose sides could be either
        (np.zeros((0, 258)), "0 frames"),
        (np.zeros((3, 258), "U1"), "array is <U1"),
    ],
)
def test_an_array_of_another_shape_is_refused(
    array: np.ndarray, error: str, tmp_path: Path
) -> None:
    np.save(tmp_path / "clip.npy", array)
    with pytest.raises(ValueError, match=rf"clip\.npy: .*{error}"):
        read(tmp_path / "clip.npy")


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "clip.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"clip\.npy: not an \.npy of a plain array"):
        read(tmp_path / "clip.npy")


def signer(order: tuple[str, ...], axes: int = 3) -> np.ndarray:
    """Three frames: a small face, a wide body, the left hand at x = 0.7, the right one at 0.2."""
    rng = np.random.default_rng(0)
    parts = {
        "face": 0.45 + 0.1 * rng.random((3, 468, axes)),
        "pose": 0.2 + 0.6 * rng.random((3, 33, axes)),
        "left": 0.7 + 0.05 * rng.random((3, 21, axes)),
        "right": 0.2 + 0.05 * rng.random((3, 21, axes)),
    }
    return np.concatenate([parts[part] for part in order], axis=1)


@pytest.mark.parametrize(
    "order", [("face", "left", "pose", "right"), ("pose", "face", "left", "right")]
)
def test_543_points_are_read_in_either_order(order: tuple[str, ...], tmp_path: Path) -> None:
    np.save(tmp_path / "clip.npy", signer(order))
    pose = read(tmp_path / "clip.npy")
    assert (pose["left_hand_wrist"][:, 0] > 0.69).all()
    assert (pose["right_hand_wrist"][:, 0] < 0.26).all()


@pytest.mark.parametrize("shape", [(3, 33, 4), (3, 1, 33, 4), (3, 132), (3, 99)])
def test_a_body_alone_is_read(shape: tuple[int, ...], tmp_path: Path) -> None:
    np.save(tmp_path / "clip.npy", signer(("pose",), 3 if shape == (3, 99) else 4).reshape(shape))
    pose = read(tmp_path / "clip.npy")
    assert pose.seen[:, HOLISTIC_75.body].all() and not pose.seen[:, HOLISTIC_75.hand("left")].any()
