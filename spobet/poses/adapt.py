"""One network, several extractors: landmarks of one skeleton from those of another, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

_SHOULDERS = ("right_shoulder", "left_shoulder")


def on_skeleton(
    pose: PoseSequence, skeleton: Skeleton, body_optional: bool = False
) -> PoseSequence:
    """The clip on another skeleton, landmarks matched by name, with a neck computed if need be.

    MediaPipe and COCO have no neck: it is the middle between the shoulders, missing where either
    is, with the lower confidence of the two. body_optional: landmarks of the body that the clip
    does not have are missing throughout. KeyError lists what else is missing.
    """
    available = set(pose.skeleton.landmarks)
    if "neck" in skeleton.landmarks and "neck" not in available and available >= set(_SHOULDERS):
        pose = with_neck(pose)
    if body_optional:
        pose = _with_missing(pose, [skeleton.landmarks[index] for index in skeleton.body])
    return pose.select(skeleton)


def with_neck(pose: PoseSequence) -> PoseSequence:
    """The same clip with one landmark more, the neck, as `on_skeleton` computes it."""
    shoulders = pose.skeleton.indices(_SHOULDERS)
    neck, confidence = pose.xy[:, shoulders].mean(axis=1), pose.confidence[:, shoulders].min(axis=1)
    skeleton = Skeleton(
        f"{pose.skeleton.name} and neck", (*pose.skeleton.landmarks, "neck"), pose.skeleton.bones
    )
    return replace(
        pose,
        xy=np.concatenate([pose.xy, neck[:, None]], axis=1),
        confidence=np.concatenate([pose.confidence, confidence[:, None]], axis=1),
        skeleton=skeleton,
    )


def _with_missing(pose: PoseSequence, names: Sequence[str]) -> PoseSequence:
    """The same clip with those of the landmarks that it lacks, seen in no frame."""
    lacking = [name for name in names if name not in pose.skeleton.landmarks]
    if not lacking:
        return pose
    landmarks = (*pose.skeleton.landmarks, *lacking)
    empty = np.zeros((len(pose), len(lacking)), np.float32)
    return replace(
        pose,
        xy=np.concatenate([pose.xy, np.full((*empty.shape, 2), np.nan, np.float32)], axis=1),
        confidence=np.concatenate([pose.confidence, empty], axis=1),
        skeleton=Skeleton(f"{pose.skeleton.name} and more", landmarks, pose.skeleton.bones),
    )
