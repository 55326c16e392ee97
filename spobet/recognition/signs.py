"""A network's answers to the signs of clips: what rests before and after them is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from spobet.evaluation.scores import ModelOutput
from spobet.poses.rests import Signing, find_signing
from spobet.poses.sequence import PoseSequence
from spobet.recognition.evidence import Evidence, evidence_of

# By how much the best score (a logit) of a clip with its rests must exceed that without them, to
# be believed. On 272 training clips with rests that three networks had not seen, at most 0.4 points
# of top-1 are lost from 1 on, 1.8 at 0.
LEAD = 1.0


def signing_in(pose: PoseSequence, min_confidence: float) -> tuple[Signing, Evidence]:
    """Where somebody signs in a clip, and how much of it is seen; guesses count as missing."""
    pose = pose.without_guesses(min_confidence)
    signing = find_signing(pose)
    return signing, evidence_of(pose, signing)


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
    more = [
        (number, span, lead)
        for number, (signing, _) in enumerate(found)
        for span, lead in _others(signing)
    ]
    if more:
        owners = np.array([number for number, _, _ in more])
        others = run([poses[number].frames(*span) for number, span, _ in more])
        scores = best_scores(others) - np.array([lead for _, _, lead in more])
        best, order = best_scores(output), np.arange(len(poses))
        for row, owner in enumerate(owners):
            if scores[row] > best[owner]:
                best[owner], order[owner] = scores[row], len(poses) + row
        output = ModelOutput.joined([output, others]).rows(order)
    return replace(output, evidence=np.array([evidence.strength for _, evidence in found]))


def _others(signing: Signing) -> list[tuple[tuple[int, int], float]]:
    """Spans beside the first that a sign may have, and by how much each must score higher."""
    if signing.candidates[0] == signing.whole:
        return []
    return [*((span, 0.0) for span in signing.candidates[1:]), (signing.whole, LEAD)]
