"""Made clips for the tests of the readers and writers."""

from __future__ import annotations

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton


def made_clip(
    skeleton: Skeleton, num_frames: int = 4, unit: str = "image", seed: int = 0, **facts: object
) -> PoseSequence:
    """Random coordinates within the picture, a tenth of the landmarks missing.

    The nose stands above the neck, as in a signer.
    """
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.2, 0.8, (num_frames, len(skeleton), 2)).astype(np.float32)
    for name, height in (("nose", 0.1), ("neck", 0.5)):
        if name in skeleton.landmarks:
            xy[:, skeleton.index(name), 1] = height
    xy[rng.random(xy.shape[:2]) < 0.1] = np.nan
    xy[0] = np.nan  # a frame without anything
    scale = np.array([640, 480], np.float32) if unit == "pixels" else np.float32(1)
    confidence = np.where(np.isnan(xy[..., 0]), 0, 1).astype(np.float32)
    return PoseSequence(xy * scale, confidence, skeleton, unit=unit, **facts)  # type: ignore[arg-type]


def assert_same(pose: PoseSequence, other: PoseSequence) -> None:
    assert (pose.skeleton, pose.unit, pose.size) == (other.skeleton, other.unit, other.size)
    np.testing.assert_array_equal(pose.xy, other.xy)
    np.testing.assert_array_equal(pose.confidence, other.confidence)
    assert (pose.times is None) == (other.times is None)
    if pose.times is not None and other.times is not None:
        np.testing.assert_allclose(pose.times, other.times, rtol=1e-6)
