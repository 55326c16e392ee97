"""One network, several extractors: landmarks of one skeleton from those of another, by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

_SHOULDERS = ("right_shoulder", "left_shoulder")


def on_skeleton(pose: PoseSequence, skeleton: Skeleton) -> PoseSequence:
    """The clip on another skeleton, landmarks matched by name, with a neck computed if need be.

    MediaPipe and COCO have no neck: it is the middle between the shoulders, missing where either
    is, with the lower confidence of the two. KeyError lists what else is missing.
    """
    available = set(pose.skeleton.landmarks)
    if "neck" in skeleton.landmarks and "neck" not in available and available >= set(_SHOULDERS):
        pose = with_neck(pose)
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
