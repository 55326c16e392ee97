"""Deletion and insertion curves: what weights of frames, such as attention, say of an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spobet.evaluation.intervals import draw_clips, percentile_interval, resampled_means, spread

SHARES = tuple(round(0.1 * step, 1) for step in range(11))
Classify = Callable[[dict[str, np.ndarray]], np.ndarray]


@dataclass(frozen=True)
class Curves:
    """Mean over clips of the probability of the answer to the whole clip, for each of SHARES.

    deletion: with that share of the frames missing, those of most weight first; low is good.
    insertion: with that share alone present; high is good. deletion_area, insertion_area: mean over
    SHARES by the trapezoid rule, with 95 % bootstrap intervals over clips.
    """

    deletion: tuple[float, ...]
    insertion: tuple[float, ...]
    deletion_area: tuple[float, float, float]
    insertion_area: tuple[float, float, float]
    clips: int

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Curves:
        """Rebuild from what `dataclasses.asdict` gave, lists for tuples; KeyError for less."""
        deletion, insertion = tuple(values["deletion"]), tuple(values["insertion"])
        return cls(
            deletion,
            insertion,
            tuple(values["deletion_area"]),
            tuple(values["insertion_area"]),
            values["clips"],
        )


def curves_of(
    landmarks: np.ndarray,
    frame_mask: np.ndarray,
    weights: np.ndarray,
    answer: int,
    classify: Classify,
) -> tuple[np.ndarray, np.ndarray]:
    """(deletion, insertion) of one clip: the probability of gloss `answer`, (shares,) each.

    landmarks: (frames, landmarks, 3) of x, y, seen. frame_mask: (frames,), True on real frames.
    weights: (frames,); equal ones go in order of time. classify: probabilities (clips, glosses) of
    network inputs. In a deleted frame all landmarks are missing.
    """
    real = np.flatnonzero(frame_mask)
    if not len(real) or np.shape(weights) != np.shape(frame_mask):
        frames = f"{len(real)} real of {len(frame_mask)} frames"
        raise ValueError(
            f"weights {np.shape(weights)} for {frames}, expected one a frame, one real"
        )
    order = real[np.argsort(-np.asarray(weights)[real], kind="stable")]
    deleted = np.zeros((len(SHARES), len(frame_mask)), dtype=bool)
    for row, share in enumerate(SHARES):
        deleted[row, order[: round(share * len(order))]] = True
    present = np.concatenate([~deleted, deleted])[..., None, None]  # deletion, then insertion
    inputs = {
        "landmarks": (landmarks[None] * present).astype(np.float32),
        "frame_mask": np.repeat(frame_mask[None], len(present), axis=0),
    }
    probabilities = classify(inputs)[:, answer]
    return probabilities[: len(SHARES)], probabilities[len(SHARES) :]


def compare_weights(
    inputs: Mapping[str, np.ndarray],
    weights: Mapping[str, np.ndarray],
    classify: Classify,
    num_random: int = 3,
    seed: int = 0,
) -> dict[str, Curves]:
    """The curves of every kind of weights and of random orders ("random"), on the same clips.

    inputs: landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames). weights: by
    name, (clips, frames). num_random: random orders a clip, of which the mean counts.
    """
    rng, landmarks, masks = np.random.default_rng(seed), inputs["landmarks"], inputs["frame_mask"]
    pairs: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {
        name: [] for name in (*weights, "random")
    }
    for clip, (frames, mask) in enumerate(zip(landmarks, masks, strict=True)):
        whole = classify({"landmarks": frames[None], "frame_mask": mask[None]})
        answer = int(whole[0].argmax())
        for name, values in weights.items():
            pairs[name].append(curves_of(frames, mask, values[clip], answer, classify))
        orders = [
            curves_of(frames, mask, rng.random(len(mask)), answer, classify)
            for _ in range(num_random)
        ]
        deletion, insertion = (np.mean(parts, axis=0) for parts in zip(*orders, strict=True))
        pairs["random"].append((deletion, insertion))
    times = draw_clips(np.arange(len(landmarks)), rng)
    return {name: _curves(of_name, times) for name, of_name in pairs.items()}


def _curves(pairs: Sequence[tuple[np.ndarray, np.ndarray]], times: np.ndarray) -> Curves:
    deletion, insertion = (np.stack(parts) for parts in zip(*pairs, strict=True))  # (clips, shares)
    return Curves(
        tuple(deletion.mean(axis=0).tolist()),
        tuple(insertion.mean(axis=0).tolist()),
        _area(deletion, times),
        _area(insertion, times),
        len(pairs),
    )


def _area(curves: np.ndarray, times: np.ndarray) -> tuple[float, float, float]:
    areas = (curves[:, 1:] + curves[:, :-1]).mean(axis=1) / 2
    return spread(areas.tolist()).mean, *percentile_interval(resampled_means(areas, times))
