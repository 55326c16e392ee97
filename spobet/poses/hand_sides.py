"""Which found hand is the signer's right, which the left: by the body's wrists and continuity.

Where no body is seen, the detector's own word on each hand decides, and without one the position.
The page has the same algorithm in JavaScript (serving/web/sides.js); both are tested on the frames
of tests/poses/hand_sides.json. A mirrored picture gives exchanged sides.
"""

from __future__ import annotations

from itertools import product

import numpy as np

NONE = -1
# Palm lengths between a hand's wrist and the body's, beyond which the hand is someone else's: body
# and hand networks disagree by up to two on fast or foreshortened hands.
MAX_REACH = 3.0
GUESSED_REACH = 6.0  # the same where the body's wrist is a guess, which may be a forearm off
GUESS = 0.5  # visibility below which a body's wrist is a guess: MediaPipe's own threshold
# Mean palm lengths between the landmarks of two found hands below which they are one, found twice:
# detections of one hand differ by a tenth, hands that touch by a finger's width or more.
SAME_HAND = 0.3
MIN_VISIBILITY = 0.1  # a wrist's weight is its visibility, but even a guess tells near from far
# Cost of leaving a found hand out: more than any assignment within reach, less than two beyond.
UNUSED = 2 * MAX_REACH
# Cost of a palm length of movement from frame to frame: half that of one from the wrist, so that
# wrists decide where they are seen and continuity where hands cross or the body is missing.
JUMP = 0.5
# Cost of a lone hand that becomes the other one, beside that of its movement: a hand that moves far
# from frame to frame, as it does at ten frames a second, is still the same one. The movement counts
# a little less than whole, so that a hand becomes the other one where it jumps furthest.
SWITCH, SWITCH_MOVE = 0.5, 0.9
# Cost of a hand on the side that the detector's word is against, times how sure that is: so little
# that a word wrong for a few frames does not exchange hands, and yet the clip's majority wins.
VOTE = 0.2
_MIDDLE_KNUCKLE = 9


def hand_slots(
    wrists: np.ndarray, hands: list[np.ndarray], votes: list[np.ndarray] | None = None
) -> np.ndarray:
    """Positions of right and left hand among those found in each frame: (frames, 2), -1 = missing.

    wrists: (frames, 2, 3) the body's right and left wrist: x, y (NaN = missing) and visibility.
    hands: for each frame (found, 21, 2) in the same unit. votes: for each frame (found,), from 1,
    surely a right hand, to -1, surely a left one. The whole clip is solved at once (Viterbi): a
    hand goes to the near wrist, a side moves as little as it can, one hand found twice fills one
    side, and a hand out of reach of both wrists is someone else's. Where no body is seen in any
    frame, votes count instead of wrists; without votes the hand further to the left of the picture
    is the right one.
    """
    if votes is None or np.isfinite(wrists[..., 0]).any():
        votes = [np.zeros(len(found)) for found in hands]
    slots = np.full((len(hands), 2), NONE, np.int64)
    frames = [frame for frame, found in enumerate(hands) if len(found)]
    if not frames:
        return slots
    palm = _palm_length(hands)
    choices = [_choices(len(hands[frame])) for frame in frames]
    costs = [
        _costs(ways, wrists[frame], hands[frame], votes[frame], palm)
        for ways, frame in zip(choices, frames, strict=True)
    ]
    best, back = costs[0], []
    for step in range(1, len(frames)):
        earlier, frame = frames[step - 1], frames[step]
        moves = best[:, None] + _move_costs(
            choices[step - 1], choices[step], hands[earlier], hands[frame], palm
        )
        back.append(moves.argmin(axis=0))
        best = moves.min(axis=0) + costs[step]
    state = int(best.argmin())
    for step in range(len(frames) - 1, -1, -1):
        slots[frames[step]] = choices[step][state]
        state = int(back[step - 1][state]) if step else state
    has_evidence = np.isfinite(wrists[..., 0]).any() or any(vote.any() for vote in votes)
    return slots if has_evidence else _by_position(slots, hands)


def _choices(num_found: int) -> np.ndarray:
    """Every way to fill (right, left) from the hands found: (ways, 2)."""
    rows = range(NONE, num_found)
    pairs = [pair for pair in product(rows, rows) if pair[0] != pair[1] or pair[0] == NONE]
    return np.array(pairs, np.int64)


def _costs(
    choices: np.ndarray, wrists: np.ndarray, found: np.ndarray, votes: np.ndarray, palm: float
) -> np.ndarray:
    """Cost of each way in one frame (ways,): by wrists, votes, hands left out or found twice."""
    reach = np.linalg.norm(found[None, :, 0] - wrists[:, None, :2], axis=-1) / palm  # (side, found)
    visibility = wrists[:, None, 2]
    within = reach <= np.where(visibility >= GUESS, MAX_REACH, GUESSED_REACH)
    weight = np.maximum(visibility, MIN_VISIBILITY)
    near = np.where(within, np.minimum(reach, MAX_REACH) * weight, np.inf)
    near = np.where(np.isnan(reach), 0, near)  # no wrist, no cost
    near += VOTE * np.maximum([-votes, votes], 0)
    near = np.append(near, np.zeros((2, 1)), axis=1)  # the last column is NONE
    costs = near[0, choices[:, 0]] + near[1, choices[:, 1]]
    costs += UNUSED * (len(found) - (choices != NONE).sum(axis=1))
    apart = np.linalg.norm(found[:, None] - found[None], axis=-1).mean(axis=-1) / palm
    both = (choices != NONE).all(axis=1)
    return np.where(both & (apart[choices[:, 0], choices[:, 1]] < SAME_HAND), np.inf, costs)


def _move_costs(
    before: np.ndarray, after: np.ndarray, earlier: np.ndarray, later: np.ndarray, palm: float
) -> np.ndarray:
    """Cost of each way of a frame after each way of the one before, (ways before, ways after)."""
    apart = np.linalg.norm(earlier[:, None] - later[None], axis=-1).mean(axis=-1) / palm
    # The last row and column are NONE: a side missing before or after costs nothing.
    steps = np.zeros((len(earlier) + 1, len(later) + 1), apart.dtype)
    steps[:-1, :-1] = JUMP * np.minimum(apart, MAX_REACH)
    moved = sum(steps[before[:, None, side], after[None, :, side]] for side in (0, 1))
    alone = [
        (ways[:, side] != NONE) & (ways[:, 1 - side] == NONE)
        for ways in (before, after)
        for side in (0, 1)
    ]
    for side, switched in enumerate(
        (np.logical_and.outer(alone[0], alone[3]), np.logical_and.outer(alone[1], alone[2]))
    ):
        step = steps[before[:, None, side], after[None, :, 1 - side]]
        moved = moved + switched * (SWITCH + SWITCH_MOVE * step)
    return moved


def _palm_length(hands: list[np.ndarray]) -> float:
    """Median distance of wrist and middle knuckle over all hands found."""
    found = np.concatenate([frame.reshape(-1, *frame.shape[-2:]) for frame in hands if len(frame)])
    palms = np.linalg.norm(found[:, _MIDDLE_KNUCKLE] - found[:, 0], axis=-1)
    return max(float(np.median(palms)), 1e-6)  # hands in one point have no length


def _by_position(slots: np.ndarray, hands: list[np.ndarray]) -> np.ndarray:
    """Sides by median position: the hand further to the left of the picture is the right one."""
    tracks = [
        [hands[frame][row][0, 0] for frame, row in enumerate(slots[:, side]) if row != NONE]
        for side in (0, 1)
    ]
    right, left = (np.median(track) if track else np.nan for track in tracks)
    return slots[:, ::-1] if right > left else slots
