"""Recognizer: a finished run made usable, on NumPy and ONNX Runtime alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

from spobet.config import InputConfig
from spobet.dataset.manifest import Vocabulary
from spobet.formats import read
from spobet.poses.arrays import PoseBank
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton
from spobet.runs import RunFolder
from spobet.shipped import find_run

BATCH_SIZE = 64


@dataclass(frozen=True)
class Answer:
    """One gloss and how probable the network finds it, 0..1."""

    gloss: str
    probability: float


class Recognizer:
    """Names the sign of a clip: `predict(pose)` ranks glosses, `logits(poses)` scores many clips."""

    def __init__(
        self, session: onnxruntime.InferenceSession, vocabulary: Vocabulary, skeleton: Skeleton, config: InputConfig, unit: str = ""
    ) -> None:
        self._session, self.vocabulary, self.skeleton, self._config, self._unit = session, vocabulary, skeleton, config, unit

    def predict(self, clip: PoseSequence | str | Path, top: int = 5) -> list[Answer]:
        """The `top` most probable glosses, best first.

        clip: landmarks, or a path that `spobet.read` reads. KeyError lists the landmarks a pose lacks;
        ValueError where no hand is seen in any frame.
        """
        pose = clip if isinstance(clip, PoseSequence) else read(clip)
        bank = self._bank([pose])
        hands = np.concatenate([bank.skeleton.hand(side) for side in ("right", "left")])
        if np.isnan(bank.xy[:, hands]).all():
            raise ValueError(f"no hand seen in any of {len(pose)} frames (confidence from {self._config.min_confidence})")
        logits = self._score(bank)[0]
        chances = np.exp(logits - logits.max())
        best = np.argsort(-logits, kind="stable")[:top]
        return [Answer(self.vocabulary.glosses[gloss], float(chances[gloss] / chances.sum())) for gloss in best]

    def logits(self, poses: Iterable[PoseSequence]) -> np.ndarray:
        """Scores of every gloss for every clip: (clips, glosses) float32."""
        return self._score(self._bank(poses))

    def _bank(self, poses: Iterable[PoseSequence]) -> PoseBank:
        return PoseBank.of(map(self._as_trained, poses), self.skeleton, self._config.min_confidence, self._config.right_leads)

    def _as_trained(self, pose: PoseSequence) -> PoseSequence:
        """The clip in the unit that the network was trained on, where that is known and the picture's size too."""
        return pose.in_unit(self._unit) if self._unit in ("pixels", "image") and pose.size else pose

    def _score(self, bank: PoseBank) -> np.ndarray:
        batches = [np.arange(start, min(start + BATCH_SIZE, len(bank))) for start in range(0, len(bank), BATCH_SIZE)]
        parts = [self.score_inputs(bank.steady_input(clips, self._config.num_frames, self._config.stretch)) for clips in batches]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.vocabulary)), np.float32)

    def score_inputs(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Scores (clips, glosses) of network input that is ready, as `PoseBank.steady_input` makes it."""
        return self._session.run(None, inputs)[0]


def load(run: str | Path) -> Recognizer:
    """The recogniser of a finished run folder, or of a network that comes with the package, by its name.

    FileNotFoundError or ValueError where there is none or it is not whole.
    """
    folder = RunFolder(find_run(run))
    record = folder.record()
    if not folder.onnx.is_file():
        raise FileNotFoundError(f"{folder.onnx}: not there; is {folder.path} a run of `spobet train`?")
    vocabulary, experiment, session = folder.glosses(), folder.experiment(), _session(folder.onnx)
    num_logits = session.get_outputs()[0].shape[-1]
    if num_logits != len(vocabulary):
        raise ValueError(
            f"{folder.onnx}: names {num_logits} glosses, {folder.vocabulary.name} lists {len(vocabulary)}: of another vocabulary"
        )
    return Recognizer(session, vocabulary, record.skeleton, experiment.input, record.unit)


def _session(path: Path) -> onnxruntime.InferenceSession:
    try:
        return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except (Fail, InvalidGraph, InvalidProtobuf) as error:
        raise ValueError(f"{path}: not a network that ONNX Runtime can read ({error})") from error
