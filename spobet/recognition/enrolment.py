"""Signs added to a network from a few clips, without training: a prototype each in the space of its embeddings.

A gloss that is enrolled is compared with a clip as the trained ones are, by the cosine with its prototype, here the mean
direction of its clips (Snell et al. 2017, with cosines). Kept in one small JSON file beside the run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Vocabulary
from spobet.errors import UnknownName, UserError
from spobet.files import write_whole
from spobet.runs import RunFolder
from spobet.shipped import is_shipped

FORMAT = "spobet enrolled 1"
MAX_CLIPS = 10
_TINY = 1e-12


@dataclass(frozen=True)
class Enrolled:
    """The signs enrolled with one network. network: a hash of its file. clips: gloss -> directions (clips, width) of length 1."""

    network: str
    clips: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Vocabulary(tuple(self.clips))  # glosses are single lines
        widths = {directions.shape[-1] for directions in self.clips.values()}
        if len(widths) > 1:
            raise UserError(f"embeddings of {sorted(widths)} values, expected as many of each")
        for gloss, directions in self.clips.items():
            if (
                directions.ndim != 2
                or not 1 <= len(directions) <= MAX_CLIPS
                or not np.isfinite(directions).all()
            ):
                shape = directions.shape
                raise ValueError(
                    f"sign {gloss!r}: embeddings of shape {shape}, expected 1 to {MAX_CLIPS} clips' finite numbers"
                )

    @property
    def glosses(self) -> tuple[str, ...]:
        """The enrolled glosses, in the order they were enrolled."""
        return tuple(self.clips)

    @property
    def prototypes(self) -> np.ndarray:
        """The mean direction of each gloss's clips: (glosses, width), each of length 1."""
        means = [directions.mean(axis=0) for directions in self.clips.values()]
        return directions_of(np.stack(means)) if means else np.zeros((0, 0), np.float32)

    def with_sign(self, gloss: str, embeddings: np.ndarray) -> Enrolled:
        """With the clips' embeddings (clips, width) added to a gloss's; ValueError where it would have more than MAX_CLIPS."""
        if not gloss.strip():
            raise UserError("a sign without a name cannot be enrolled")
        before = [self.clips[gloss]] if gloss in self.clips else []
        directions = np.concatenate([*before, directions_of(embeddings)])
        if len(directions) > MAX_CLIPS:
            raise UserError(
                f"sign {gloss!r} would have {len(directions)} clips, expected at most {MAX_CLIPS}; remove it first"
            )
        return Enrolled(self.network, {**self.clips, gloss: directions})

    def without_sign(self, gloss: str) -> Enrolled:
        """Without a gloss; KeyError where it is not enrolled."""
        if gloss not in self.clips:
            raise UnknownName(
                f"sign {gloss!r} is not enrolled; there are {', '.join(self.clips) or 'none'}"
            )
        return Enrolled(
            self.network,
            {name: directions for name, directions in self.clips.items() if name != gloss},
        )

    def write(self, path: Path) -> None:
        """Write as JSON, whole or not at all."""
        signs = [
            {"gloss": gloss, "clips": directions.round(6).tolist()}
            for gloss, directions in self.clips.items()
        ]
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(
            path,
            json.dumps(
                {"format": FORMAT, "network": self.network, "signs": signs}, ensure_ascii=False
            )
            + "\n",
        )

    @classmethod
    def read(cls, path: Path, network: str) -> Enrolled:
        """What `write` wrote, nothing where there is no such file; ValueError where it is damaged or of another network."""
        if not path.is_file():
            return cls(network)
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if values["format"] != FORMAT:
                raise UserError(f"format {values['format']!r}, expected {FORMAT!r}")
            clips = {
                str(sign["gloss"]): np.array(sign["clips"], np.float32) for sign in values["signs"]
            }
            if len(clips) < len(values["signs"]):
                raise UserError("a sign stands twice")
            enrolled = cls(str(values["network"]), clips)
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path}: not a file of enrolled signs ({error})") from error
        if enrolled.network != network:
            raise UserError(
                f"{path}: its signs were enrolled with another network; enrol them again, or move the file away"
            )
        return enrolled


def directions_of(embeddings: np.ndarray) -> np.ndarray:
    """Embeddings (clips, width) at length 1; ValueError where one has none."""
    embeddings = np.asarray(embeddings, np.float32)
    lengths = np.linalg.norm(embeddings, axis=-1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > _TINY)).all():
        raise UserError("an embedding of length 0 or not finite, expected a direction")
    return embeddings / lengths


def enrolled_file(run: RunFolder) -> Path:
    """Where the signs enrolled with a run are kept: beside it, or for a network of the package in the user's data folder."""
    if not is_shipped(run.path):
        return run.enrolled
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "spobet" / f"{run.path.name}.enrolled.json"
