"""What a network gave for the clips of a split, and the file that keeps it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Vocabulary
from spobet.errors import UserError
from spobet.files import write_whole

_FIELDS = ("clip", "gloss", "logits", "data", "weights")
_LATER_FIELDS = ("embedding", "auxiliary")  # files of version 0.1 lack them
_EVIDENCE = "evidence"  # files of version 0.1 lack it too


@dataclass(frozen=True, eq=False)
class ModelOutput:
    """What a network gives for clips, all float32.

    logits: (clips, glosses) of its vocabulary. embedding: (clips, width), what stands for a clip
    where it is compared with glosses; width 0 where it was not kept. auxiliary: (clips, 1), one
    logit for all auxiliary glosses together; (clips, 0) where the network has none. evidence:
    (clips,) above 0 to 1, how much of each sign was seen (`recognition.evidence`); None: 1.
    """

    logits: np.ndarray
    embedding: np.ndarray
    auxiliary: np.ndarray
    evidence: np.ndarray | None = None

    def __post_init__(self) -> None:
        evidence = np.ones(len(self.logits)) if self.evidence is None else self.evidence
        object.__setattr__(self, _EVIDENCE, np.asarray(evidence, dtype=np.float32))
        if self.strength.shape != (len(self.logits),) or not (self.strength > 0).all():
            raise ValueError(f"evidence of {self.strength.shape}, expected above 0, one a clip")
        for name in ("logits", "embedding", "auxiliary"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float32))
        shapes = tuple(array.shape for array in (self.logits, self.embedding, self.auxiliary))
        if any(len(shape) != 2 or shape[0] != shapes[0][0] for shape in shapes):
            raise ValueError(f"logits, embedding, auxiliary of {shapes}, expected a row a clip")
        if self.auxiliary.shape[1] > 1:
            raise ValueError(f"{self.auxiliary.shape[1]} auxiliary logits, expected 0 or 1")

    def __len__(self) -> int:
        return len(self.logits)

    @property
    def strength(self) -> np.ndarray:
        """The evidence of each clip (clips,), 1 where it is not known to be less."""
        assert self.evidence is not None  # set when the object is made
        return self.evidence

    @classmethod
    def of_logits(cls, logits: np.ndarray) -> ModelOutput:
        """The output of a network without auxiliary glosses, its embeddings not kept."""
        return cls(logits, *[np.zeros((len(logits), 0))] * 2)

    @classmethod
    def joined(cls, outputs: Sequence[ModelOutput]) -> ModelOutput:
        """All clips of several outputs of one network, at least one."""
        return cls(
            np.concatenate([output.logits for output in outputs]),
            np.concatenate([output.embedding for output in outputs]),
            np.concatenate([output.auxiliary for output in outputs]),
            np.concatenate([output.strength for output in outputs]),
        )

    def rows(self, clips: slice | np.ndarray) -> ModelOutput:
        """The output for some of the clips."""
        parts = (self.logits, self.embedding, self.auxiliary, self.strength)
        return ModelOutput(*(part[clips] for part in parts))

    def clip(self, number: int) -> ModelOutput:
        """The output for one clip, with all axes."""
        return self.rows(slice(number, number + 1))


@dataclass(frozen=True, eq=False)
class Scores:
    """The output of one network for the clips of a split, with what it is the output of.

    data: content hash of the data set, weights: hash of the network's file, "" where unknown.
    ValueError where the sizes disagree.
    """

    clip_ids: tuple[str, ...]
    vocabulary: Vocabulary
    output: ModelOutput
    data: str = ""
    weights: str = ""

    def __post_init__(self) -> None:
        expected = (len(self.clip_ids), len(self.vocabulary))
        if self.logits.shape != expected:
            raise ValueError(
                f"logits have shape {self.logits.shape}, expected {expected} (clips, glosses)"
            )

    @property
    def logits(self) -> np.ndarray:
        """(clips, glosses) float32."""
        return self.output.logits

    def write(self, path: Path) -> None:
        """Write a compressed .npz of plain arrays, whole or not at all."""
        arrays = {
            "clip": np.array(self.clip_ids, dtype=np.str_),
            "gloss": np.array(self.vocabulary.glosses, dtype=np.str_),
            "logits": self.output.logits,
            "embedding": self.output.embedding,
            "auxiliary": self.output.auxiliary,
            _EVIDENCE: self.output.strength,
            "data": np.array(self.data),
            "weights": np.array(self.weights),
        }
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **arrays)
        write_whole(path, content.getvalue())

    @classmethod
    def read(cls, path: Path) -> Scores:
        """Read what `write` wrote; UserError for anything else. Nothing in the file is executed.

        Files of version 0.1 hold neither embeddings nor auxiliary logits: both are then of width 0.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                clips, glosses, logits, data, weights = (arrays[name] for name in _FIELDS)
                absent = np.zeros((len(logits), 0))
                later = [arrays.get(name, absent) for name in _LATER_FIELDS]
                later.append(arrays.get(_EVIDENCE, np.ones(len(logits))))
            return cls(
                tuple(clips.tolist()),
                Vocabulary(tuple(glosses.tolist())),
                ModelOutput(logits, *later),
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
