"""Recognizer: a finished run made usable, on NumPy and ONNX Runtime alone."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

from spobet.config import InputConfig
from spobet.dataset.manifest import Vocabulary
from spobet.errors import NotFound, UserError
from spobet.evaluation.calibration import softmax
from spobet.formats import read
from spobet.poses.adapt import on_skeleton
from spobet.poses.arrays import PoseBank
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton
from spobet.recognition.enrolment import Enrolled, directions_of, enrolled_file
from spobet.recognition.rejection import Rejection
from spobet.runs import RunFolder
from spobet.shipped import find_run

BATCH_SIZE = 64
Clip = PoseSequence | np.ndarray | str | Path


@dataclass(frozen=True)
class Answer:
    """One gloss and how probable the network finds it, 0..1."""

    gloss: str
    probability: float


@dataclass(frozen=True, eq=False)
class Scored:
    """What the network makes of clips: logits (clips, glosses) of trained glosses, embeddings (clips, width).

    others: (clips, 1), one logit for all glosses that it was trained to tell from these; (clips, 0) where there are none.
    """

    logits: np.ndarray
    embeddings: np.ndarray
    others: np.ndarray

    def at(self, clip: int) -> Scored:
        """One clip of them."""
        return Scored(
            *(part[clip : clip + 1] for part in (self.logits, self.embeddings, self.others))
        )


class Recognizer:
    """Names the sign of a clip: `predict(clip)` ranks glosses, trained and enrolled. Safe to share between threads.

    vocabulary: the trained glosses, in the order of the logits. rejection: from what probability on `accepts` trusts an answer.
    enrolled: signs added by `enrol`.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        vocabulary: Vocabulary,
        skeleton: Skeleton,
        config: InputConfig,
        unit: str = "",
        scale: float = 0.0,
        rejection: Rejection | None = None,
        enrolled: Enrolled | None = None,
    ) -> None:
        self._session, self._config, self._unit, self._scale = session, config, unit, scale
        self.vocabulary, self.skeleton = vocabulary, skeleton
        self.rejection, self.enrolled = rejection or Rejection(), enrolled or Enrolled("")

    def with_network(self, file: Path, threads: int = 1) -> Recognizer:
        """The same recogniser on another file of its network, such as a lighter one."""
        return self.with_session(_session(file, threads))

    def with_session(self, session: Any) -> Recognizer:
        """The same recogniser on another network that is run as an ONNX file is."""
        other = copy.copy(self)
        other._session = session
        return other

    def with_enrolled(self, enrolled: Enrolled) -> Recognizer:
        """The same recogniser with other signs enrolled; answers that are under way on this one are not disturbed."""
        other = copy.copy(self)
        other.enrolled = enrolled
        return other

    @property
    def glosses(self) -> tuple[str, ...]:
        """Every gloss an answer can be: the trained ones, then those enrolled beside them."""
        return self.vocabulary.glosses + tuple(
            gloss for gloss in self.enrolled.glosses if gloss not in self.vocabulary
        )

    def predict(self, clip: Clip, top: int = 5) -> list[Answer]:
        """The `top` most probable glosses, best first.

        clip: landmarks, a path that `spobet.read` reads, or an array as `pose_of` takes it. KeyError lists the landmarks a pose
        lacks; ValueError where no hand is seen in any frame, or for an array of another shape.
        """
        return self.predict_many([clip], top)[0]

    def predict_many(self, clips: Iterable[Clip], top: int = 5) -> list[list[Answer]]:
        """What `predict` gives for each clip, in one go."""
        return self.answers(self._score(self._bank_with_hands(clips)), top)

    def _bank_with_hands(self, clips: Iterable[Clip]) -> PoseBank:
        """The clips ready to be read; ValueError names one in which no hand is seen."""
        bank = self._bank(map(self.pose_of, clips))
        hands = np.concatenate([bank.skeleton.hand(side) for side in ("right", "left")])
        for number, (first, length) in enumerate(zip(bank.firsts, bank.lengths, strict=True)):
            if np.isnan(bank.xy[first : first + length, hands, 0]).all():
                where = f"clip {number + 1}: " if len(bank) > 1 else ""
                raise UserError(
                    f"{where}no hand seen in any of {length} frames (confidence from {self._config.min_confidence})"
                )
        return bank

    def answers(self, scored: Scored, top: int) -> list[list[Answer]]:
        """The `top` best glosses of every clip with their probabilities."""
        scores = self.rank_scores(scored)
        chances = self.chances(scored, scores)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :top]
        return [
            [Answer(self.glosses[gloss], float(row[gloss])) for gloss in chosen]
            for row, chosen in zip(chances, best, strict=True)
        ]

    def chances(self, scored: Scored, scores: np.ndarray) -> np.ndarray:
        """Probabilities (clips, glosses) that belong to `scores`, as `rank_scores` gives them.

        What is left to one is that of the other glosses, except where an enrolled sign is the best: it was one of them.
        """
        chances = softmax(scores, self.rejection.temperature)
        if not scored.others.shape[1]:
            return chances
        with_others = softmax(
            np.concatenate([scores, scored.others], axis=1), self.rejection.temperature
        )[:, :-1]
        trained = scores.max(axis=1) <= scored.logits.max(axis=1)
        return np.where(trained[:, None], with_others, chances)

    def accepts(self, answers: Sequence[Answer]) -> bool:
        """Whether the best of a clip's answers is probable enough to count; otherwise it is none of them."""
        return bool(answers) and answers[0].probability >= self.rejection.threshold

    def pose_of(self, clip: Clip) -> PoseSequence:
        """The landmarks of a clip, wherever they are.

        An array is (frames, landmarks, 2) of x and y, or (frames, landmarks, 3) with a confidence 0..1 too, its landmarks in the
        order of `skeleton`, NaN where missing, in the unit of training. ValueError for another shape.
        """
        if isinstance(clip, PoseSequence):
            return clip
        return self._pose_of_array(clip) if isinstance(clip, np.ndarray) else read(clip)

    def _pose_of_array(self, array: np.ndarray) -> PoseSequence:
        expected = f"numbers (frames, {len(self.skeleton)}, 2), x and y, or (..., 3) with confidence, for {self.skeleton.name}"
        if (
            array.dtype.kind not in "iuf"
            or array.ndim != 3
            or array.shape[1] != len(self.skeleton)
            or array.shape[2] not in (2, 3)
        ):
            raise ValueError(f"array is {array.dtype} {array.shape}, expected {expected}")
        missing = np.isnan(array).any(axis=2)
        confidence = np.where(missing, 0, array[..., 2] if array.shape[2] == 3 else 1)
        xy = np.where(missing[..., None], np.nan, array[..., :2])
        return PoseSequence(xy, confidence, self.skeleton, unit=self._unit or "pixels")

    def logits(self, poses: Iterable[PoseSequence]) -> np.ndarray:
        """Scores of every trained gloss for every clip: (clips, glosses) float32."""
        return self.scored(poses).logits

    def embeddings(self, poses: Iterable[PoseSequence]) -> np.ndarray:
        """What stands for each clip where it is compared with the glosses: (clips, width) float32."""
        return self.scored(poses).embeddings

    def scored(self, poses: Iterable[PoseSequence]) -> Scored:
        """Logits and embeddings of every clip."""
        return self._score(self._bank(poses))

    def rank_scores(self, scored: Scored) -> np.ndarray:
        """Scores of every gloss of `glosses`: (clips, glosses). A trained gloss that is enrolled too takes the higher of both."""
        if not self.enrolled.clips:
            return scored.logits
        fresh = self._scale * directions_of(scored.embeddings) @ self.enrolled.prototypes.T
        scores = np.concatenate(
            [
                scored.logits,
                np.full((len(fresh), len(self.glosses) - len(self.vocabulary)), -np.inf),
            ],
            axis=1,
        )
        places = [self.glosses.index(gloss) for gloss in self.enrolled.glosses]
        scores[:, places] = np.maximum(scores[:, places], fresh)
        return scores

    def enrol(self, gloss: str, clips: Iterable[Clip]) -> Enrolled:
        """Add clips of a sign, from the next answer on; returns all that is enrolled, to be written. ValueError as `predict`, and
        where the network compares clips with no prototypes."""
        if not self._scale:
            raise UserError(
                "this network has no prototypes (train.prototype_scale is 0), so no sign can be enrolled"
            )
        self.enrolled = self.enrolled.with_sign(
            gloss, self._score(self._bank_with_hands(clips)).embeddings
        )
        return self.enrolled

    def prepared(self, pose: PoseSequence) -> PoseSequence:
        """The clip as arrays for this network are: on its skeleton, in its unit, guesses missing; KeyError as `predict`."""
        return on_skeleton(self._as_trained(pose), self.skeleton).without_guesses(
            self._config.min_confidence
        )

    def _bank(self, poses: Iterable[PoseSequence]) -> PoseBank:
        return PoseBank.of(
            map(self._as_trained, poses),
            self.skeleton,
            self._config.min_confidence,
            self._config.right_leads,
        )

    def _as_trained(self, pose: PoseSequence) -> PoseSequence:
        """The clip in the unit that the network was trained on, where that is known and the picture's size too."""
        return pose.in_unit(self._unit) if self._unit in ("pixels", "image") and pose.size else pose

    def _score(self, bank: PoseBank) -> Scored:
        batches = [
            np.arange(start, min(start + BATCH_SIZE, len(bank)))
            for start in range(0, len(bank), BATCH_SIZE)
        ]
        parts = [
            self.score_inputs(
                bank.even_input(clips, self._config.num_frames, self._config.stretch)
            )
            for clips in batches
        ]
        if not parts:
            return Scored(
                np.zeros((0, len(self.vocabulary)), np.float32), *[np.zeros((0, 0), np.float32)] * 2
            )
        return Scored(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("logits", "embeddings", "others")
            )
        )

    def score_inputs(self, inputs: dict[str, np.ndarray]) -> Scored:
        """What the network makes of input that is ready, as `PoseBank.even_input` makes it."""
        logits, embeddings, *others = self._session.run(None, inputs)
        return Scored(
            logits, embeddings, others[0] if others else np.zeros((len(logits), 0), np.float32)
        )


def load(run: str | Path, threads: int = 1, enrolled: Path | None = None) -> Recognizer:
    """The recogniser of a finished run folder, or of a network that comes with the package, by its name.

    threads: of one answer; more make batches faster. enrolled: the file of enrolled signs, if not the run's own.
    FileNotFoundError or ValueError where there is none or it is not whole.
    """
    folder = RunFolder(find_run(run))
    record = folder.record()
    if not folder.onnx.is_file():
        raise NotFound(f"{folder.onnx}: not there; is {folder.path} a run of `spobet train`?")
    vocabulary, experiment, session = (
        folder.glosses(),
        folder.experiment(),
        _session(folder.onnx, threads),
    )
    num_logits = session.get_outputs()[0].shape[-1]
    if num_logits != len(vocabulary):
        raise UserError(
            f"{folder.onnx}: names {num_logits} glosses, {folder.vocabulary.name} lists {len(vocabulary)}: of another vocabulary"
        )
    signs = Enrolled.read(enrolled or enrolled_file(folder), network_of(folder))
    scale, rejection = experiment.train.prototype_scale, Rejection.read(folder.rejection)
    return Recognizer(
        session, vocabulary, record.skeleton, experiment.input, record.unit, scale, rejection, signs
    )


def network_of(folder: RunFolder) -> str:
    """A hash of the run's network, which changes when it is trained anew."""
    with folder.onnx.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry(
        "session.disable_quant_qdq", "1"
    )  # light files unpack their weights once, not at every answer
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except (Fail, InvalidGraph, InvalidProtobuf) as error:
        raise UserError(f"{path}: not a network that ONNX Runtime can read ({error})") from error
    names = [output.name for output in session.get_outputs()]
    if names not in (["logits", "embedding"], ["logits", "embedding", "others"]):
        raise UserError(
            f"{path}: gives {', '.join(names)}, expected logits and embedding, perhaps others (a file of an older version)"
        )
    return session
