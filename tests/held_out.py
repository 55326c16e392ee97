"""The validation and test clips of WLASL100, where they are on the machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Clip
from spobet.formats.packed import read_clips
from spobet.poses.sequence import PoseSequence

NUM_CLIPS = 265
FEW = 8


def held_out_clips(shared: Path, number: int) -> list[tuple[Clip, PoseSequence]]:
    """This many clips, evenly chosen: every second one with a second half of half the frames."""
    packed = read_clips(shared / "data" / "wlasl100-hands.npz")
    facts = packed.facts
    positions = np.flatnonzero(facts["split_names"][facts["split"]] != "train")
    assert len(positions) == NUM_CLIPS
    chosen = positions[np.linspace(0, NUM_CLIPS - 1, number).round().astype(int)]
    clips = []
    for number in chosen.tolist():
        pose, gloss = packed.pose(number), str(facts["gloss"][facts["label"][number]])
        clip = Clip(str(facts["video_id"][number]), gloss, split="test")
        clips.append((clip, uneven(pose) if number % 2 else pose))
    return clips


def uneven(pose: PoseSequence) -> PoseSequence:
    """Without every second frame of the second half, as a camera gives it whose light has gone."""
    frames = np.r_[0 : len(pose) // 2, len(pose) // 2 : len(pose) : 2]
    times = pose.times if pose.times is not None else np.arange(len(pose)) / 25
    return replace(
        pose, xy=pose.xy[frames], confidence=pose.confidence[frames], times=times[frames]
    )
