"""In what two clips of signs differ: aspects measured on landmarks that are lined up in time."""

from __future__ import annotations

import numpy as np

from spobet.poses.align import warping_path
from spobet.poses.skeleton import Skeleton

WRIST, MIDDLE_KNUCKLE = 0, 9
TIPS = (4, 8, 12, 16, 20)
SHORTEST = 0.5  # hand lengths: a palm that is seen from its edge counts as this long
LEAST_PATH = 0.3  # hand lengths: hands that stay this near to one place have no path to compare
ENOUGH = 5  # steps in which both hands must be seen
# In each aspect, what four of five clips of WLASL100's training split stay below when they are
# compared with the mean of the other clips of their sign (748 clips, references of five folds);
# 48, 50, 32, 42 and 37 % of those of another sign lie above.
LIMITS = {"handshape": 0.46, "orientation": 0.99, "movement": 1.17, "place": 2.5, "hands": 0.47}


def lined_up(
    take: np.ndarray, reference: np.ndarray, skeleton: Skeleton
) -> tuple[np.ndarray, np.ndarray]:
    """The steps of both (pairs, landmarks, 2) that belong together."""
    _, path = warping_path(reference, take, skeleton)
    pairs = np.array(path)
    return take[pairs[:, 1]], reference[pairs[:, 0]]


def differences(take: np.ndarray, reference: np.ndarray, skeleton: Skeleton) -> dict[str, float]:
    """How far a take is from a reference in each aspect; those that cannot be told are left out.

    take, reference: (pairs, landmarks, 2) in hand lengths, lined up, NaN where missing. handshape:
    how far fingertips are from the wrist, in palms, on average over the clip. orientation: angle by
    which the hand is turned, in radians. movement: distance of the paths, each about its middle, in
    their lengths. place: of the hand from the neck, or where no body is known from the other hand,
    in hand lengths. hands: share of the clip with two hands.
    """
    right, left = (skeleton.hand(side) for side in ("right", "left"))
    found = _of_hand(take[:, right], reference[:, right])
    anchor = [skeleton.index("neck")] if "neck" in skeleton.landmarks else left
    here, there = (_place(clip, right, np.asarray(anchor)) for clip in (take, reference))
    if here is not None and there is not None:
        found["place"] = float(np.linalg.norm(here - there))
    shares = [_whole(clip[:, left]).mean() if len(left) else 0.0 for clip in (take, reference)]
    return found | {"hands": float(abs(shares[0] - shares[1]))}


def _of_hand(take: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Aspects of one hand, (pairs, 21, 2) each."""
    both = _whole(take) & _whole(reference)
    if both.sum() < ENOUGH:
        return {}
    hands = [take[both], reference[both]]
    reach = [_reach(hand).mean(axis=0) for hand in hands]
    shapes = [_complex(hand - hand.mean(axis=1, keepdims=True)) for hand in hands]
    turned = np.angle((shapes[0].conj() * shapes[1]).sum(axis=1))  # that fits all landmarks best
    paths = [hand.mean(axis=1) - hand.mean(axis=(0, 1)) for hand in hands]
    lengths = [np.sqrt((path**2).sum(axis=1).mean()) for path in paths]
    apart = np.linalg.norm(paths[0] - paths[1], axis=1).mean()
    return {
        "handshape": float(np.abs(reach[0] - reach[1]).mean()),
        "orientation": float(np.abs(turned).mean()),
        "movement": float(apart / max(np.mean(lengths), LEAST_PATH)),
    }


def _whole(hand: np.ndarray) -> np.ndarray:
    """In which steps a hand is seen whole."""
    whole: np.ndarray = ~np.isnan(hand[..., 0]).any(axis=1)
    return whole


def _reach(hand: np.ndarray) -> np.ndarray:
    """How far each fingertip is from the wrist, in palms (steps, 5)."""
    palm = np.linalg.norm(hand[:, MIDDLE_KNUCKLE] - hand[:, WRIST], axis=-1, keepdims=True)
    tips: np.ndarray = np.linalg.norm(hand[:, TIPS] - hand[:, [WRIST]], axis=-1)
    return tips / np.maximum(palm, SHORTEST)


def _complex(vectors: np.ndarray) -> np.ndarray:
    numbers: np.ndarray = vectors[..., 0] + 1j * vectors[..., 1]
    return numbers


def _place(clip: np.ndarray, hand: np.ndarray, anchor: np.ndarray) -> np.ndarray | None:
    """Where a hand is from the anchor, on average; None where both are hardly seen."""
    if not len(anchor):
        return None
    both = _whole(clip[:, hand]) & _whole(clip[:, anchor])
    if both.sum() < ENOUGH:
        return None
    away: np.ndarray = clip[both][:, hand].mean(axis=(0, 1)) - clip[both][:, anchor].mean(
        axis=(0, 1)
    )
    return away
