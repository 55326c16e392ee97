"""References: one moving drawing for each sign, the mean of its training clips, in a small file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np

from spobet.dataset.store import Dataset
from spobet.errors import UnknownName, UserError
from spobet.files import write_whole
from spobet.formats.arrays import load_npz
from spobet.formats.text import naming
from spobet.poses.mean_motion import mean_motion
from spobet.poses.normalize import normalize
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

MISSING = -128  # the code of a landmark that is not seen; others reach from -127 to 127
MIN_CONFIDENCE = 0.1  # below it detectors guess, as in PreprocessSettings
# Width over height of a picture of unknown size: that of most of WLASL's videos, and between the
# two that cameras have. Proportions are off by an eighth at 4:3 and by a fifth at 16:9.
USUAL_ASPECT = 3 / 2
_FIELDS = {"motion": "i", "glosses": "U", "seconds": "f", "clips": "i", "landmark": "U"}


@dataclass(frozen=True, eq=False)
class References:
    """The mean motion of signs.

    motion: (signs, frames, landmarks, 2) int8, each sign about its middle, MISSING where most of
    its clips miss the landmark. seconds: (signs,) how long it lasts. clips: (signs,) how many it is
    the mean of.
    """

    motion: np.ndarray
    glosses: tuple[str, ...]
    seconds: np.ndarray
    clips: np.ndarray
    skeleton: Skeleton
    licence: str = ""

    def write(self, path: Path) -> None:
        """Write as .npz."""
        skeleton, content = self.skeleton, BytesIO()
        np.savez_compressed(
            content,
            motion=self.motion,
            glosses=np.array(self.glosses),
            seconds=self.seconds.astype(np.float32),
            clips=self.clips.astype(np.int32),
            landmark=np.array(skeleton.landmarks),
            bone=np.array(skeleton.bones, dtype=str).reshape(-1, 2),
            licence=np.array(self.licence),
        )
        write_whole(path, content.getvalue())

    def pose(self, gloss: str) -> PoseSequence:
        """The drawing of a sign as a clip in its own unit; UnknownName where there is none."""
        if gloss not in self.glosses:
            raise UnknownName(f"no drawn reference of {gloss[:40]!r} among {len(self.glosses)}")
        number = self.glosses.index(gloss)
        codes = self.motion[number]
        xy = np.where(codes == MISSING, np.nan, codes / np.float32(127))
        times = np.linspace(0, float(self.seconds[number]), len(xy))
        seen = (~np.isnan(xy[..., 0])).astype(np.float32)
        return PoseSequence(xy, seen, self.skeleton, times, unit="pixels")

    @classmethod
    def read(cls, path: Path) -> References:
        """Read what `write` wrote; UserError where it is something else."""
        fields = load_npz(path)
        with naming(path):
            for name, kind in _FIELDS.items():
                if name not in fields or fields[name].dtype.kind != kind:
                    raise UserError(f"no field {name!r} as `spobet references` writes it")
            bones = fields.get("bone", np.zeros((0, 2), str)).reshape(-1, 2)
            ends = tuple((start, end) for start, end in bones.tolist())
            skeleton = Skeleton("references", tuple(fields["landmark"].tolist()), ends)
            motion, signs = fields["motion"], len(fields["glosses"])
            if motion.ndim != 4 or motion.shape[2:] != (len(skeleton), 2) or len(motion) != signs:
                raise UserError(
                    f"motion has shape {motion.shape}, "
                    f"expected ({signs}, frames, {len(skeleton)}, 2)"
                )
            return cls(
                motion,
                tuple(fields["glosses"].tolist()),
                fields["seconds"],
                fields["clips"],
                skeleton,
                str(fields.get("licence", "")),
            )


def make_references(
    dataset: Dataset,
    split: str = "train",
    num_frames: int = 24,
    progress: Callable[[Iterable], Iterable] = iter,
) -> tuple[References, list[str]]:
    """References of every gloss with enough clips in a split, and the glosses without one."""
    by_gloss: dict[str, list[str]] = {}
    for clip in dataset.manifest.of_splits(split):
        by_gloss.setdefault(clip.gloss, []).append(clip.id)
    motions, seconds, clips = {}, [], []
    for gloss in progress(sorted(by_gloss)):
        poses = [in_frame(dataset.pose(name)) for name in by_gloss[gloss]]
        found = mean_motion(poses, num_frames)
        if found is None:
            continue
        motions[gloss], used = found
        seconds.append(np.median([seconds_of(poses[number]) for number in used]))
        clips.append(len(used))
    if not motions:
        raise UserError(f"{dataset.path}: no gloss has enough clips in {split} with a right hand")
    references = References(
        np.stack([encoded(motion) for motion in motions.values()]),
        tuple(motions),
        np.array(seconds, np.float32),
        np.array(clips, np.int32),
        dataset.skeleton,
        dataset.info.licence,
    )
    return references, [gloss for gloss in sorted(by_gloss) if gloss not in motions]


def in_frame(pose: PoseSequence, reference: str = "body") -> PoseSequence:
    """The clip in the signer's frame of reference, as wide as it is high.

    reference: what it is measured by, as `normalize` takes it.
    """
    if pose.unit == "image":
        width, height = pose.size or (USUAL_ASPECT, 1)
        wide = pose.xy * np.array([width / height, 1], np.float32)
        pose = replace(pose, xy=wide, unit="pixels", size=None)
    return normalize(pose, MIN_CONFIDENCE, right_leads=True, reference=reference)


def seconds_of(pose: PoseSequence) -> float:
    """How long a clip lasts, at 25 frames a second where its times are unknown."""
    return len(pose) / (pose.frame_rate or 25)


def encoded(motion: np.ndarray) -> np.ndarray:
    """Landmarks as int8 from -127 to 127 about their middle, MISSING for NaN."""
    low = np.nanmin(motion, axis=(0, 1))
    high = np.nanmax(motion, axis=(0, 1))
    reach = max(float((high - low).max()) / 2, 1e-6)
    codes = (motion - (low + high) / 2) / reach * 127
    return np.where(np.isnan(codes), MISSING, codes.round()).astype(np.int8)
