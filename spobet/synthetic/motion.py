"""How a synthetic signer's hands move in one clip: when, where to, and in which shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spobet.synthetic.hand import HANDSHAPES, RELAXED
from spobet.synthetic.sign import LOCATIONS, ORIENTATIONS, Sign
from spobet.synthetic.signer import Signer

_LONG_PATHS = ("circle", "zigzag", "tap", "twist")
_TWO_HANDS_APART = 0.5  # least distance of a hand from the middle where both act, head lengths
_BASE_POSITION, _BASE_HANDSHAPE, _BASE_ORIENTATION = (0.05, 1.55, 0.7), "flat", "down"
_REST_ORIENTATION = np.array([(-0.25, 1.0, 0.25), (-1.0, -0.1, 0.3)])
_WAY_BULGE = np.array([0.10, 0.0, 0.45])  # hands take the way outward and in front, head lengths
_WAY_SWING = np.array([(-0.3, 0.2, 1.5), (0.0, 0.6, 0.3)])  # and point to the camera halfway


@dataclass(frozen=True)
class Course:
    """When what happens in one clip.

    times: (frames,) seconds. raised: (frames,) 0 at rest .. 1 in signing space.
    progress: (frames,) -1 before the movement .. 1 after it.
    """

    times: np.ndarray
    raised: np.ndarray
    progress: np.ndarray


@dataclass(frozen=True)
class Take:
    """How one performance differs from the signer's others.

    size: factor on the movement. shift: (3,) head lengths. tilt: of the movement, radians.
    orientation: (2, 3) and handshape: (8,), what is added to those of the sign.
    """

    size: float
    shift: np.ndarray
    tilt: float
    orientation: np.ndarray
    handshape: np.ndarray


@dataclass(frozen=True)
class HandTrack:
    """One hand: x from the neck to the hand's side, y down, z to the camera, in head lengths.

    wrist: (frames, 3). axes: (frames, 3, 3), unit vectors to the thumb's side, along the straight
    fingers and out of the palm. handshape: (frames, 8), the numbers of a Handshape.
    """

    wrist: np.ndarray
    axes: np.ndarray
    handshape: np.ndarray


def draw_course(sign: Sign, signer: Signer, rng: np.random.Generator) -> Course:
    """Draw when rest, preparation, movement, retraction and rest are; backwards is as likely."""
    spells = [rng.uniform(low, high, 2) for low, high in ((0.05, 0.40), (0.28, 0.45), (0.03, 0.12))]
    (rest, last_rest), (way, way_back), (hold, last_hold) = (
        spell / signer.tempo for spell in spells
    )
    movement = rng.uniform(0.55, 0.75) * (1.4 if sign.path in _LONG_PATHS else 1.0) / signer.tempo
    length = rest + way + hold + movement + last_hold + way_back + last_rest
    times = np.arange(max(1, int(length * signer.frame_rate))) / signer.frame_rate
    clock = times + (length - times[-1]) / 2  # the same is left out at either end
    raised = _ease((clock - rest) / way) * _ease((length - last_rest - clock) / way_back)
    return Course(times, raised, 2 * _ease((clock - rest - way - hold) / movement) - 1)


def draw_take(rng: np.random.Generator) -> Take:
    """Draw the small differences of one performance."""
    return Take(
        size=rng.uniform(0.88, 1.12),
        shift=rng.normal(0, 0.07, 3),
        tilt=rng.normal(0, np.radians(8)),
        orientation=rng.normal(0, 0.12, (2, 3)),
        handshape=rng.normal(0, [0.06, 0.06, 0.06, 0.06, 0.06, 0.08, 6.0, 6.0]),
    )


def acting_hand(sign: Sign, signer: Signer, take: Take, course: Course) -> HandTrack:
    """The hand that performs the sign."""
    return _signing_hand(sign, signer, take, course, parallel=False)


def other_hand(sign: Sign, signer: Signer, take: Take, course: Course) -> HandTrack:
    """The hand of the other side: at rest, a still base, or performing too."""
    if sign.hands in ("mirrored", "parallel"):
        return _signing_hand(sign, signer, take, course, parallel=sign.hands == "parallel")
    raised = course.raised if sign.hands == "base" else np.zeros_like(course.raised)
    palm = np.tile(np.array(_BASE_POSITION) + signer.habit + take.shift, (len(raised), 1))
    handshape = np.tile(HANDSHAPES[_BASE_HANDSHAPE].values, (len(raised), 1))
    return _raise(
        palm,
        np.array(ORIENTATIONS[_BASE_ORIENTATION]),
        handshape,
        np.zeros_like(raised),
        raised,
        signer,
    )


def _signing_hand(
    sign: Sign, signer: Signer, take: Take, course: Course, parallel: bool
) -> HandTrack:
    outward, down, near = LOCATIONS[sign.location]
    if sign.hands in ("mirrored", "parallel"):
        outward = max(outward, _TWO_HANDS_APART)
    offsets = take.size * signer.size * _tilted(sign.offsets(course.progress), take.tilt)
    # The same way in space is the other way in the other hand's frame of reference.
    offsets *= [-1.0 if parallel else 1.0, 1.0, 1.0]
    palm = np.array([outward, down, near]) + signer.habit + take.shift + offsets
    start, end = (HANDSHAPES[name].values for name in sign.handshapes)
    handshape = start + (end - start) * (1 + course.progress[:, None]) / 2 + take.handshape
    handshape[:, 1:5] += signer.laxness
    orientation = np.array(ORIENTATIONS[sign.orientation]) + take.orientation
    return _raise(palm, orientation, handshape, sign.twist(course.progress), course.raised, signer)


def _raise(
    palm: np.ndarray,
    orientation: np.ndarray,
    handshape: np.ndarray,
    twist: np.ndarray,
    raised: np.ndarray,
    signer: Signer,
) -> HandTrack:
    """A hand that comes from rest to `palm` (frames, 3) as far as `raised` (frames,), and back."""
    share = raised[:, None]
    halfway = 4 * share * (1 - share)
    axes = _axes(
        (1 - share[..., None]) * _REST_ORIENTATION
        + share[..., None] * orientation
        + halfway[..., None] * _WAY_SWING
    )
    wrist = palm - 0.5 * signer.body.hand * _axes(orientation[None])[:, 1]
    formed = np.minimum(1.0, 1.5 * share)  # the shape is ready before the hand arrives
    return HandTrack(
        wrist=(1 - share) * signer.rest + share * wrist + halfway * _WAY_BULGE,
        axes=_rolled(axes, twist * raised),
        handshape=(1 - formed) * RELAXED.values + formed * handshape,
    )


def _axes(orientation: np.ndarray) -> np.ndarray:
    """Unit axes (frames, 3, 3) from directions of fingers, exact, and palm (frames, 2, 3)."""
    fingers, palm = orientation[:, 0], orientation[:, 1]
    fingers = fingers / np.linalg.norm(fingers, axis=1, keepdims=True)
    thumb = np.cross(fingers, palm)
    thumb /= np.linalg.norm(thumb, axis=1, keepdims=True)
    return np.stack([thumb, fingers, np.cross(thumb, fingers)], axis=1)


def _rolled(axes: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Hands turned about their fingers by `angle` (frames,), radians."""
    thumb, fingers, palm = axes[:, 0], axes[:, 1], axes[:, 2]
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.stack([cosine * thumb + sine * palm, fingers, cosine * palm - sine * thumb], axis=1)


def _tilted(offsets: np.ndarray, angle: float) -> np.ndarray:
    """Offsets (frames, 3) turned within the picture's plane."""
    x, y, z = offsets.T
    return np.stack(
        [np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y, z], axis=1
    )


def _ease(share: np.ndarray) -> np.ndarray:
    """Smooth steps from 0 to 1, at rest at both ends; shares outside 0..1 stay at the ends."""
    share = np.clip(share, 0, 1)
    return share**3 * (10 - 15 * share + 6 * share**2)
