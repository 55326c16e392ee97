"""The mean of several clips of one sign: lined up in time and place, and averaged bone by bone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from spobet.poses.align import STEPS, at_steps, right_hand_seen, warping_path
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

ROUNDS = 3  # of lining up with the mean so far; not tuned
# Times the median distance to the middle clip, beyond which a clip counts as another variant; not
# tuned. Four of five clips remain.
FAR = 1.3
FEWEST = 3  # clips of a mean: one of fewer would be somebody's clip


def mean_motion(
    poses: Sequence[PoseSequence], num_frames: int
) -> tuple[np.ndarray, list[int]] | None:
    """The mean of clips of one sign (num_frames, landmarks, 2), and the positions of those used.

    poses: normalised, right hand leading. A hand is missing where most clips miss it. Clips far
    from the middle one are other variants and are left out. None where fewer than FEWEST remain.
    """
    shown = [number for number, pose in enumerate(poses) if right_hand_seen(pose).any()]
    if len(shown) < FEWEST:
        return None
    skeleton = poses[0].skeleton
    clips = [at_steps(poses[number]) for number in shown]
    used = _one_variant(clips, skeleton)
    if len(used) < FEWEST:
        return None
    mean = clips[used[0]]
    for _ in range(ROUNDS):
        lined_up = [_lined_up(clips[number], mean, skeleton) for number in used]
        mean = _mean_by_bones(np.stack(lined_up), skeleton)
    frames = np.linspace(0, STEPS - 1, num_frames).round().astype(int)
    return _smooth(mean)[frames], [shown[number] for number in used]


def _one_variant(clips: list[np.ndarray], skeleton: Skeleton) -> list[int]:
    """The middle clip and those near to it, nearest first."""
    distances = np.zeros((len(clips), len(clips)))
    for one in range(len(clips)):
        for other in range(one):
            cost, _ = warping_path(clips[one], clips[other], skeleton)
            distances[one, other] = distances[other, one] = cost
    middle = distances[int(np.median(distances, axis=1).argmin())]
    near = middle <= FAR * np.median(middle[middle > 0]) if middle.any() else middle == 0
    order = np.argsort(middle, kind="stable")
    return [int(number) for number in order if near[number]]


def _lined_up(clip: np.ndarray, mean: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """The clip at the times and about the place of the mean (STEPS, landmarks, 2)."""
    _, path = warping_path(mean, clip, skeleton)
    out = np.full_like(mean, np.nan)
    for step, pairs in groupby(path, key=lambda pair: pair[0]):
        out[step] = _mean(clip[[there for _, there in pairs]])
    shift = _mean((mean - out).reshape(-1, 2))
    return out + np.nan_to_num(shift)


def _mean_by_bones(clips: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """The mean of clips that are lined up, with bones as long as theirs are on average.

    clips: (clips, STEPS, landmarks, 2). The plain mean of fingers that point apart is a stub.
    """
    mean = _mean(clips)
    most = (~np.isnan(clips[..., 0])).mean(axis=0) >= 0.5
    for hand in skeleton.hands:
        in_hand = set(hand.tolist())
        for start, end in skeleton.bone_indices.tolist():
            if start not in in_hand or end not in in_hand:
                continue
            bones = clips[:, :, end] - clips[:, :, start]
            length = _mean(np.linalg.norm(bones, axis=-1, keepdims=True))
            way = _mean(bones)
            size = np.linalg.norm(way, axis=-1, keepdims=True)
            mean[:, end] = mean[:, start] + way * length / np.maximum(size, 1e-6)
    mean[~most] = np.nan
    return mean


def _smooth(motion: np.ndarray) -> np.ndarray:
    """Each frame with a quarter of either neighbour, where they are seen."""
    padded = np.concatenate([motion[:1], motion, motion[-1:]])
    parts = np.stack([padded[:-2], padded[1:-1], padded[1:-1], padded[2:]])
    smooth = _mean(parts)
    smooth[np.isnan(motion)] = np.nan
    return smooth


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean along the first axis of what is not NaN; NaN of nothing."""
    count = (~np.isnan(values)).sum(axis=0)
    total = np.nansum(values, axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
