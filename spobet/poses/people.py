"""Several people in the picture: who is the signer."""

from __future__ import annotations

import numpy as np

# Body spreads that one person may move from one detection to the next. A signer who leans sideways
# moves a fifth of one; people side by side stand two apart or more.
MAX_STEP = 1.0
MAX_TRACKS = 300  # that one person may continue: bounds time and memory, no video shows as many
TIE = 1e-3  # share by which tracks may differ and still count as alike: rounding, not people


def signer_rows(
    bodies: np.ndarray,
    numbers: np.ndarray,
    confidence: np.ndarray,
    landmarks: np.ndarray | None = None,
) -> np.ndarray:
    """Positions of the signer among everyone in the clip, at most one a frame, ascending.

    bodies: (people, body landmarks, 3) of x, y, confidence; 0 where missing. numbers: (people,) the
    frame of each, ascending. confidence: (people,) the detector's in a person, hands included. The
    signer's is the track of greatest number of frames x median of (body area x confidence), so that
    no single frame decides. Tracks that never share a frame with it are taken for the same person
    seen again (a jump, a cut); people seen beside the signer never are. landmarks: (people,
    landmarks, 3) with the hands: of two tracks alike, the signer's is the one that moves more.
    """
    if len(np.unique(numbers)) == len(numbers):
        return np.arange(len(numbers))
    spread = _spread(bodies)
    salience = spread**2 * confidence
    signer: list[int] = []
    tracks = _tracks(bodies, spread, numbers)
    weights = np.array([len(track) * np.median(salience[track]) for track in tracks])
    if landmarks is not None and np.sum(weights >= (1 - TIE) * weights.max()) > 1:
        motion = np.array([_motion(landmarks[track]) for track in tracks])
        weights = np.where(
            weights >= (1 - TIE) * weights.max(), weights.max() * (1 + motion), weights
        )
    for track in (tracks[position] for position in np.argsort(-weights, kind="stable")):
        if not np.isin(numbers[track], numbers[signer]).any():
            signer += track
    return np.array(sorted(signer))


def _tracks(bodies: np.ndarray, spread: np.ndarray, numbers: np.ndarray) -> list[list[int]]:
    """Every person's way through the clip, as positions in `bodies`: the nearest are joined."""
    tracks: list[list[int]] = []
    for rows in np.split(np.arange(len(numbers)), np.flatnonzero(np.diff(numbers)) + 1):
        recent = tracks[-MAX_TRACKS:]
        ends = [track[-1] for track in recent]
        continued = _nearest_pairs(
            _steps(bodies[ends], bodies[rows], np.maximum.outer(spread[ends], spread[rows]))
        )
        for position, row in enumerate(rows.tolist()):
            if position in continued:
                recent[continued[position]].append(row)
            else:
                tracks.append([row])
    return tracks


def _motion(people: np.ndarray) -> float:
    """How far one person's landmarks (frames, landmarks, 3) move, summed over frames."""
    both = (people[1:, :, 2] > 0) & (people[:-1, :, 2] > 0)
    return float((np.linalg.norm(np.diff(people[..., :2], axis=0), axis=-1) * both).sum())


def _steps(ends: np.ndarray, bodies: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Distance of each body from the end of each track (ends, bodies), in spreads of the larger.

    Infinite where the two have no landmark in common.
    """
    before, after = ends[:, None], bodies[None]
    weight = before[..., 2] * after[..., 2]  # (ends, bodies, landmarks), 0 where either is missing
    distance = (weight * np.linalg.norm(after[..., :2] - before[..., :2], axis=-1)).sum(axis=-1)
    scale = weight.sum(axis=-1) * spread
    return np.divide(distance, scale, out=np.full(scale.shape, np.inf), where=scale > 0)


def _nearest_pairs(steps: np.ndarray) -> dict[int, int]:
    """{person: track} by the smallest steps, each used once, none above MAX_STEP."""
    steps, pairs = steps.copy(), {}
    while steps.size and steps.min() <= MAX_STEP:
        track, person = np.unravel_index(steps.argmin(), steps.shape)
        pairs[int(person)] = int(track)
        steps[track], steps[:, person] = np.inf, np.inf
    return pairs


def _spread(bodies: np.ndarray) -> np.ndarray:
    """Size of each body (people,): confidence-weighted mean distance from the centre."""
    weight = (
        bodies[..., 2] / np.maximum(bodies[..., 2].sum(axis=1), np.finfo(np.float32).tiny)[:, None]
    )
    centre = (bodies[..., :2] * weight[..., None]).sum(axis=1, keepdims=True)
    return (weight * np.linalg.norm(bodies[..., :2] - centre, axis=-1)).sum(axis=1)
