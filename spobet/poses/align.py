"""Clips lined up in time: at even steps, and along the cheapest way through both."""

from __future__ import annotations

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

STEPS = 40  # at which clips are compared: a sign of 1.6 seconds, frame by frame
GAP = 0.15  # share of a clip over which a lost hand is drawn on
# Of a hand, by which clips are compared: wrist, middle knuckle, fingertips. All 21 took three times
# as long; a network then named 97 of 100 drawings, with these 96.
COMPARED = (0, 4, 8, 9, 12, 16, 20)
ABSENT = 1.5  # palms: the distance of a hand that is seen to one that is not


def right_hand_seen(pose: PoseSequence) -> np.ndarray:
    """In which frames the right wrist is seen."""
    return pose.seen[:, pose.skeleton.index("right_hand_wrist")]


def at_steps(pose: PoseSequence) -> np.ndarray:
    """The clip at STEPS even times (STEPS, landmarks, 2), its right wrist about the origin."""
    xy, last = pose.xy, len(pose) - 1
    wrist = xy[right_hand_seen(pose), pose.skeleton.index("right_hand_wrist")]
    times = np.linspace(0, last, STEPS)
    out = np.full((STEPS, *xy.shape[1:]), np.nan, np.float32)
    for landmark in np.flatnonzero(pose.seen.any(axis=0)):
        seen = np.flatnonzero(pose.seen[:, landmark])
        away = np.abs(times[:, None] - seen).min(axis=1)
        near = away <= max(1, GAP * last)
        for axis in (0, 1):
            track = np.interp(times, seen, xy[seen, landmark, axis])
            out[:, landmark, axis] = np.where(near, track, np.nan)
    return out - np.median(wrist, axis=0)


def warping_path(
    one: np.ndarray, other: np.ndarray, skeleton: Skeleton
) -> tuple[float, list[tuple[int, int]]]:
    """Dynamic time warping of clips at STEPS steps: the mean cost in palms, and pairs of steps."""
    return _path(_costs(one, other, skeleton))


def _costs(one: np.ndarray, other: np.ndarray, skeleton: Skeleton) -> np.ndarray:
    """How far each step of a clip is from each of another, in palms (STEPS, STEPS)."""
    total = np.zeros((len(one), len(other)), np.float32)
    for hand in skeleton.hands:
        points = hand[list(COMPARED)]
        here, there = one[:, None, points], other[None, :, points]
        apart = np.linalg.norm(here - there, axis=-1)
        seen = ~np.isnan(here[..., 0]).all(axis=2)
        also = ~np.isnan(there[..., 0]).all(axis=2)
        known = np.nan_to_num(apart).sum(axis=2)
        mean = known / np.maximum((~np.isnan(apart)).sum(axis=2), 1)
        total += np.where(seen & also, mean, np.where(seen | also, ABSENT, 0))
    return total


def _path(costs: np.ndarray) -> tuple[float, list[tuple[int, int]]]:
    """The cheapest way through two clips by dynamic time warping: its mean cost, its steps."""
    rows, columns = costs.shape
    sums = [[np.inf] * (columns + 1) for _ in range(rows + 1)]
    sums[0][0] = 0.0
    for row, line in enumerate(costs.tolist()):  # lists, which are ten times as fast as arrays
        above, here = sums[row], sums[row + 1]
        for column, cost in enumerate(line):
            before = min(above[column], above[column + 1], here[column])
            here[column + 1] = cost + before
    row, column = rows, columns
    steps = []
    while row and column:
        steps.append((row - 1, column - 1))
        ways = ((row - 1, column - 1), (row - 1, column), (row, column - 1))
        row, column = min(ways, key=lambda way: sums[way[0]][way[1]])
    return sums[rows][columns] / len(steps), steps[::-1]
