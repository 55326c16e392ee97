"""All scores of a split, as a network gave them, and the file that keeps them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Vocabulary
from spobet.errors import UserError
from spobet.files import write_whole

_FIELDS = ("clip", "gloss", "logits", "data", "weights")


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores (logits) of every gloss for every clip: what calibration needs and ranked answers do not keep.

    logits: (clips, glosses) float32. data: content hash of the data set, weights: hash of the network, "" where unknown.
    ValueError where the sizes disagree.
    """

    clip_ids: tuple[str, ...]
    vocabulary: Vocabulary
    logits: np.ndarray
    data: str = ""
    weights: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "logits", np.asarray(self.logits, dtype=np.float32))
        expected = (len(self.clip_ids), len(self.vocabulary))
        if self.logits.shape != expected:
            raise ValueError(
                f"logits have shape {self.logits.shape}, expected {expected} (clips, glosses)"
            )

    def write(self, path: Path) -> None:
        """Write a compressed .npz of plain arrays: clip, gloss, logits, data, weights."""
        clips, glosses = (
            np.array(names, dtype=np.str_) for names in (self.clip_ids, self.vocabulary.glosses)
        )
        content = io.BytesIO()
        values = (clips, glosses, self.logits, np.array(self.data), np.array(self.weights))
        np.savez_compressed(content, allow_pickle=False, **dict(zip(_FIELDS, values, strict=True)))
        write_whole(path, content.getvalue())

    @classmethod
    def read(cls, path: Path) -> Scores:
        """Read what `write` wrote; ValueError where it is something else. Nothing in the file is ever executed."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                clips, glosses, logits, data, weights = (arrays[name] for name in _FIELDS)
            return cls(
                tuple(clips.tolist()),
                Vocabulary(tuple(glosses.tolist())),
                logits,
                str(data),
                str(weights),
            )
        except (
            KeyError,
            ValueError,
            TypeError,
            AttributeError,
            EOFError,
            zipfile.BadZipFile,
        ) as error:
            raise UserError(f"{path}: not the scores of a split ({error})") from error
