"""A network's answers to the signs of clips: what rests before and after them is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from spobet.evaluation.scores import ModelOutput
from spobet.poses.rests import Signing, find_signing
from spobet.poses.sequence import PoseSequence
from spobet.recognition.evidence import Evidence, evidence_of


def signing_in(pose: PoseSequence, min_confidence: float) -> tuple[Signing, Evidence]:
    """Where somebody signs in a clip, and how much of it is seen; guesses count as missing."""
    pose = pose.without_guesses(min_confidence)
    signing = find_signing(pose)
    return signing, evidence_of(pose, *signing.candidates[0])


def outputs_of_signs(
    poses: Sequence[PoseSequence],
    found: Sequence[tuple[Signing, Evidence]],
    run: Callable[[list[PoseSequence]], ModelOutput],
    best_scores: Callable[[ModelOutput], np.ndarray],
) -> ModelOutput:
    """What a network gives for the sign in each clip, with the evidence for it.

    found: as `signing_in` gives it. run: the network on clips. best_scores: (clips,), by which the
    better of two spans is chosen where the hands leave it open.
    """
    output = run(
        [
            pose.frames(*signing.candidates[0])
            for pose, (signing, _) in zip(poses, found, strict=True)
        ]
    )
    open_clips = [number for number, (signing, _) in enumerate(found) if signing.candidates[1:]]
    if open_clips:
        others = run(
            [poses[number].frames(*found[number][0].candidates[1]) for number in open_clips]
        )
        better = best_scores(others) > best_scores(output.rows(np.array(open_clips)))
        order = np.arange(len(poses))
        order[np.array(open_clips)[better]] = len(poses) + np.flatnonzero(better)
        output = ModelOutput.joined([output, others]).rows(order)
    return replace(output, evidence=np.array([evidence.strength for _, evidence in found]))
