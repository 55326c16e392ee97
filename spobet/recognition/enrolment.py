"""Signs added to a network from a few clips, without training, as a prototype each.

An enrolled gloss is compared with a clip as the trained ones are, by the cosine with its
prototype, here the mean direction of its clips' embeddings (Snell et al. 2017, with cosines).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Vocabulary
from spobet.errors import UnknownName, UserError
from spobet.files import write_whole
from spobet.ingest.glosses import gloss_key

FORMAT = "spobet enrolled 1"
MAX_CLIPS = 10  # of a sign: the file stays small, and more clips are worth training on
_TINY = 1e-12  # an embedding shorter than this has no direction
_DIGITS = 6  # of a unit vector: scores change by less than float32 rounds
_SAME = 1e-5  # apart, in each value: the same clip, whose directions were rounded to _DIGITS


@dataclass(frozen=True)
class Enrolled:
    """The signs enrolled with one network.

    network: a hash of its file. clips: gloss -> directions (clips, width), each of length 1.
    """

    network: str
    clips: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Vocabulary(tuple(self.clips))  # glosses are single lines
        for gloss, directions in self.clips.items():
            if (
                directions.ndim != 2
                or not 1 <= len(directions) <= MAX_CLIPS
                or not np.isfinite(directions).all()
            ):
                raise ValueError(
                    f"sign {gloss!r}: embeddings of shape {directions.shape}, expected finite "
                    f"numbers of 1 to {MAX_CLIPS} clips"
                )
        widths = {directions.shape[1] for directions in self.clips.values()}
        if len(widths) > 1:
            raise UserError(f"embeddings of {sorted(widths)} values, expected as many of each")

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
        """With clips' embeddings (clips, width) added to a gloss's.

        A clip that the gloss has adds nothing, so that a command may be given again. One gloss has
        one spelling, its first. UserError for a gloss without a name, or with more than MAX_CLIPS
        clips then.
        """
        if not gloss.strip():
            raise UserError("a sign without a name cannot be enrolled")
        gloss = self._spelling(gloss)
        added = directions_of(embeddings)
        directions = self.clips.get(gloss, added[:0])
        for one in added:
            apart = np.abs(directions - one).max(axis=1, initial=0)
            if not (apart < _SAME).any():
                directions = np.concatenate([directions, one[None]])
        if len(directions) > MAX_CLIPS:
            raise UserError(
                f"sign {gloss!r} would have {len(directions)} clips, "
                f"expected at most {MAX_CLIPS}; remove it first"
            )
        return Enrolled(self.network, {**self.clips, gloss: directions})

    def without_sign(self, gloss: str) -> Enrolled:
        """Without a gloss; UnknownName where it is not enrolled."""
        gloss = self._spelling(gloss)
        if gloss not in self.clips:
            raise UnknownName(
                f"sign {gloss!r} is not enrolled; there are {', '.join(self.clips) or 'none'}"
            )
        others = {name: clips for name, clips in self.clips.items() if name != gloss}
        return Enrolled(self.network, others)

    def _spelling(self, gloss: str) -> str:
        """How a gloss is spelt among the enrolled ones; a new one in composed letters."""
        enrolled = (one for one in self.clips if gloss_key(one) == gloss_key(gloss))
        new = unicodedata.normalize("NFC", gloss).strip()
        return next(enrolled, new)

    def write(self, path: Path) -> None:
        """Write as JSON, whole or not at all; it is on disk when this returns."""
        signs = [
            {"gloss": gloss, "clips": directions.round(_DIGITS).tolist()}
            for gloss, directions in self.clips.items()
        ]
        values = {"format": FORMAT, "network": self.network, "signs": signs}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(values, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, path: Path, network: str) -> Enrolled:
        """What `write` wrote, nothing where there is no such file.

        UserError where it is damaged or of another network than the one of this hash.
        """
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
                raise UserError("a sign is listed twice")
            enrolled = cls(str(values["network"]), clips)
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path}: not a file of enrolled signs ({error})") from error
        if enrolled.network != network:
            raise UserError(
                f"{path}: its signs were enrolled with another network; enrol them again, "
                "or move the file away"
            )
        return enrolled


def directions_of(embeddings: np.ndarray) -> np.ndarray:
    """Embeddings (clips, width) at length 1; UserError where one has no direction."""
    embeddings = np.asarray(embeddings, np.float32)
    lengths = np.linalg.norm(embeddings, axis=-1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > _TINY)).all():
        raise UserError("an embedding of length 0 or not finite, expected a direction")
    return embeddings / lengths
