"""Which found hand is the signer's right, which the left: by the body's wrists and by continuity."""

from __future__ import annotations

from itertools import product

import numpy as np

NONE = -1
MAX_REACH = 3.0  # palm lengths between the body's wrist and the hand's, beyond which the hand is not the signer's
UNSURE_REACH = 6.0  # the same where the body's wrist is only guessed at
SAME_HAND = 0.3  # palm lengths between two found hands below which they are one hand found twice
_SURE = 0.5  # visibility from which a body's wrist is no guess
_UNUSED = 2 * MAX_REACH  # price of leaving a found hand out: dearer than any place it may have
_JUMP = 0.5  # price of a palm length of movement from one frame to the next
_SWITCH = 0.5  # price of a lone hand that becomes the other one
_MIDDLE_KNUCKLE = 9


def hand_slots(wrists: np.ndarray, hands: list[np.ndarray]) -> np.ndarray:
    """For each frame the positions of the right and the left hand among the hands found, (frames, 2) int64, -1 = missing.

    wrists: (frames, 2, 3) the body's right and left wrist: x, y (NaN = missing) and visibility. hands: for each frame
    (found, 21, 2) in the same unit. The whole clip is weighed at once (Viterbi): a hand goes to the near wrist, a slot moves as
    little as it can, one hand found twice fills one slot, and a hand that is out of reach of both wrists is no hand of the
    signer's. Without any body the hand further to the left of the picture is the right one.
    """
    slots = np.full((len(hands), 2), NONE, np.int64)
    frames = [frame for frame, found in enumerate(hands) if len(found)]
    if not frames:
        return slots
    palm = _palm_length(hands)
    choices = [_choices(len(hands[frame])) for frame in frames]
    best, back = _prices(choices[0], wrists[frames[0]], hands[frames[0]], palm), []
    for step in range(1, len(frames)):
        earlier, frame = frames[step - 1], frames[step]
        moves = best[:, None] + _moves(
            choices[step - 1], choices[step], hands[earlier], hands[frame], palm
        )
        back.append(moves.argmin(axis=0))
        best = moves.min(axis=0) + _prices(choices[step], wrists[frame], hands[frame], palm)
    state = int(best.argmin())
    for step in range(len(frames) - 1, -1, -1):
        slots[frames[step]] = choices[step][state]
        state = int(back[step - 1][state]) if step else state
    return slots if np.isfinite(wrists[..., 0]).any() else _by_place(slots, hands)


def _choices(num_found: int) -> np.ndarray:
    """Every way to fill (right, left) from the hands found: (ways, 2)."""
    places = range(NONE, num_found)
    return np.array(
        [pair for pair in product(places, places) if pair[0] != pair[1] or pair[0] == NONE],
        np.int64,
    )


def _prices(choices: np.ndarray, wrists: np.ndarray, found: np.ndarray, palm: float) -> np.ndarray:
    """Price of each way in one frame (ways,): distance from the wrists, hands left out, one hand taken for two."""
    reach = np.linalg.norm(found[None, :, 0] - wrists[:, None, :2], axis=-1) / palm  # (side, found)
    visibility = wrists[:, None, 2]
    within = reach <= np.where(visibility >= _SURE, MAX_REACH, UNSURE_REACH)
    near = np.where(within, np.minimum(reach, MAX_REACH) * np.maximum(visibility, 0.1), np.inf)
    places = np.append(
        np.where(np.isnan(reach), 0, near), np.zeros((2, 1)), axis=1
    )  # the last place is NONE
    prices = places[0, choices[:, 0]] + places[1, choices[:, 1]]
    prices += _UNUSED * (len(found) - (choices != NONE).sum(axis=1))
    apart = np.linalg.norm(found[:, None] - found[None], axis=-1).mean(axis=-1) / palm
    both = (choices != NONE).all(axis=1)
    return np.where(both & (apart[choices[:, 0], choices[:, 1]] < SAME_HAND), np.inf, prices)


def _moves(
    before: np.ndarray, after: np.ndarray, earlier: np.ndarray, later: np.ndarray, palm: float
) -> np.ndarray:
    """Price of going from each way of a frame to each way of the next, (ways before, ways after)."""
    steps = np.linalg.norm(earlier[:, None] - later[None], axis=-1).mean(axis=-1) / palm
    steps = np.pad(
        _JUMP * np.minimum(steps, MAX_REACH), ((0, 1), (0, 1))
    )  # a slot empty before or after costs nothing
    kept = sum(steps[before[:, None, side], after[None, :, side]] for side in (0, 1))
    alone = [
        (ways[:, side] != NONE) & (ways[:, 1 - side] == NONE)
        for ways in (before, after)
        for side in (0, 1)
    ]
    return kept + _SWITCH * (
        np.logical_and.outer(alone[0], alone[3]) | np.logical_and.outer(alone[1], alone[2])
    )


def _palm_length(hands: list[np.ndarray]) -> float:
    """Median distance from wrist to middle knuckle over all hands found."""
    found = np.concatenate([frame.reshape(-1, *frame.shape[-2:]) for frame in hands if len(frame)])
    return max(
        float(np.median(np.linalg.norm(found[:, _MIDDLE_KNUCKLE] - found[:, 0], axis=-1))), 1e-6
    )


def _by_place(slots: np.ndarray, hands: list[np.ndarray]) -> np.ndarray:
    """Two tracks named by their median place: the one further to the left of the picture is the signer's right hand."""
    tracks = [
        [hands[frame][row][0, 0] for frame, row in enumerate(slots[:, side]) if row != NONE]
        for side in (0, 1)
    ]
    right, left = (np.median(track) if track else np.nan for track in tracks)
    return slots[:, ::-1] if right > left else slots
