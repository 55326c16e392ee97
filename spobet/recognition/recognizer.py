"""Recognizer: a finished run made usable, on NumPy and ONNX Runtime alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Vocabulary
from spobet.errors import NotFound, UserError
from spobet.evaluation.scores import ModelOutput
from spobet.formats import read
from spobet.ingest.glosses import gloss_key
from spobet.poses.preprocess import Preprocessor
from spobet.poses.rests import Signing
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton
from spobet.recognition.answers import Answers, GlossProbabilities, gloss_probabilities
from spobet.recognition.enrolled_file import enrolled_path
from spobet.recognition.enrolment import Enrolled
from spobet.recognition.evidence import Evidence
from spobet.recognition.network import Network, network_hash, open_network, run_network
from spobet.recognition.rejection import Rejection
from spobet.recognition.signs import outputs_of_signs, signing_in
from spobet.runs import RunFolder
from spobet.shipped import find_run

BATCH_SIZE = 64  # clips: larger batches answer no faster on a CPU and take more memory
Clip = PoseSequence | np.ndarray | str | Path


@dataclass(frozen=True, eq=False)
class Recognizer:
    """Names the sign of a clip: `predict(clip)` ranks glosses, trained and enrolled.

    Immutable: what changes it returns another, and threads share one without a lock.
    vocabulary: the trained glosses, in the order of the logits. prototype_scale: what the network
    multiplies cosines with prototypes by; 0 where it has none. enrolled: signs added to it.
    """

    network: Network
    vocabulary: Vocabulary
    preprocessor: Preprocessor
    prototype_scale: float = 0.0
    rejection: Rejection = field(default_factory=Rejection)
    enrolled: Enrolled = field(default_factory=lambda: Enrolled(""))

    def with_network(self, network: Network) -> Recognizer:
        """The same recogniser on another network, such as a lighter file of its own."""
        return replace(self, network=network)

    def with_enrolled(self, enrolled: Enrolled) -> Recognizer:
        """The same recogniser with other signs enrolled."""
        return replace(self, enrolled=enrolled)

    def with_sign(self, gloss: str, clips: Iterable[Clip]) -> Recognizer:
        """The same recogniser with clips of a sign enrolled too; raises what `embed` does."""
        signs = self.enrolled.with_sign(self.spelling(gloss), self.embed(clips))
        return self.with_enrolled(signs)

    def spelling(self, gloss: str) -> str:
        """How the network spells a gloss that it knows; another one as it is."""
        known = (one for one in self.vocabulary.glosses if gloss_key(one) == gloss_key(gloss))
        return next(known, gloss)

    @property
    def skeleton(self) -> Skeleton:
        """The landmarks that the network reads."""
        return self.preprocessor.skeleton

    @property
    def glosses(self) -> tuple[str, ...]:
        """Every gloss an answer can be: the trained ones, then those enrolled beside them."""
        added = (gloss for gloss in self.enrolled.glosses if gloss not in self.vocabulary)
        return (*self.vocabulary.glosses, *added)

    def predict(self, clip: Clip, top: int = 5) -> Answers:
        """The `top` most probable glosses, best first, and whether the first is accepted.

        clip: landmarks, a path that `spobet.read` reads, or an array as `pose_of` takes it.
        UserError where landmarks are lacking or no hand is seen in any frame; ValueError for an
        array of another shape.
        """
        return self.predict_many([clip], top)[0]

    def predict_many(self, clips: Iterable[Clip], top: int = 5) -> list[Answers]:
        """What `predict` gives for each clip, in one go."""
        poses = [self.pose_of(clip) for clip in clips]
        found = self._signing_in(poses)
        answers = self._answers(poses, found, top)
        for number, (signing, evidence) in enumerate(found):
            answers[number] = replace(answers[number], advice=evidence.advice)
            if len(signing.signs) > 1:
                signs = [poses[number].frames(*span) for span in signing.signs]
                each = self._answers(signs, self._signing_in(signs), top)
                answers[number] = replace(answers[number], signs=tuple(each))
        return answers

    def embed(self, clips: Iterable[Clip]) -> np.ndarray:
        """Embeddings (clips, width) of clips that a sign can be enrolled from.

        Raises what `predict` does, and UserError where the network compares with no prototypes.
        """
        if not self.prototype_scale:
            raise UserError(
                "this network has no prototypes (train.prototype_scale is 0), "
                "so no sign can be enrolled"
            )
        poses = [self.pose_of(clip) for clip in clips]
        return self._outputs_with_hands(poses, self._signing_in(poses)).embedding

    def probabilities(self, output: ModelOutput) -> GlossProbabilities:
        """What the network's output means with the signs that are enrolled."""
        return gloss_probabilities(
            output, self.vocabulary, self.rejection, self.enrolled, self.prototype_scale
        )

    def outputs(self, poses: Iterable[PoseSequence]) -> ModelOutput:
        """What the network makes of clips, also of those that show no hand."""
        remaining, outputs = iter(poses), []
        while batch := list(islice(remaining, BATCH_SIZE)):
            found = self._signing_in(batch)
            outputs.append(
                outputs_of_signs(
                    batch, found, lambda some: self._run(self.preprocessor(some)), self._best_scores
                )
            )
        if not outputs:
            return ModelOutput.of_logits(np.zeros((0, len(self.vocabulary))))
        return ModelOutput.joined(outputs)

    def logits(self, poses: Iterable[PoseSequence]) -> np.ndarray:
        """Scores of every trained gloss for every clip: (clips, glosses) float32."""
        return self.outputs(poses).logits

    def pose_of(self, clip: Clip) -> PoseSequence:
        """The landmarks of a clip, wherever they are.

        An array is (frames, landmarks, 2) of x and y, or (frames, landmarks, 3) with a confidence
        0..1 too, its landmarks in the order of `skeleton`, NaN where missing, in the unit of
        training. ValueError for another shape.
        """
        if isinstance(clip, PoseSequence):
            return clip
        return self._pose_of_array(clip) if isinstance(clip, np.ndarray) else read(clip)

    def prepared(self, pose: PoseSequence) -> PoseSequence:
        """The clip before it is normalised: the network's landmarks and unit, guesses missing."""
        return self.preprocessor.prepared(pose)

    def _signing_in(self, poses: Sequence[PoseSequence]) -> list[tuple[Signing, Evidence]]:
        ready = self.preprocessor
        return [
            signing_in(
                pose if ready.lacks_size(pose) else ready.in_network_unit(pose),
                ready.settings.min_confidence,
            )
            for pose in poses
        ]

    def _answers(
        self, poses: Sequence[PoseSequence], found: Sequence[tuple[Signing, Evidence]], top: int
    ) -> list[Answers]:
        return self.probabilities(self._outputs_with_hands(poses, found)).answers(top)

    def _outputs_with_hands(
        self, poses: Sequence[PoseSequence], found: Sequence[tuple[Signing, Evidence]]
    ) -> ModelOutput:
        if not poses:
            return self.outputs(poses)
        return outputs_of_signs(
            poses,
            found,
            lambda some: self._run(self.preprocessor.with_hands(some)),
            self._best_scores,
        )

    def _best_scores(self, output: ModelOutput) -> np.ndarray:
        best: np.ndarray = self.probabilities(output).scores.max(axis=1)
        return best

    def _run(self, inputs: dict[str, np.ndarray]) -> ModelOutput:
        """The network on input as the Preprocessor makes it, a batch at a time."""
        num_clips, outputs = len(inputs["frame_mask"]), []
        for start in range(0, num_clips, BATCH_SIZE):
            batch = {name: rows[start : start + BATCH_SIZE] for name, rows in inputs.items()}
            outputs.append(run_network(self.network, batch))
        return ModelOutput.joined(outputs)

    def _pose_of_array(self, array: np.ndarray) -> PoseSequence:
        if (
            array.dtype.kind not in "iuf"
            or array.ndim != 3
            or array.shape[1] != len(self.skeleton)
            or array.shape[2] not in (2, 3)
        ):
            raise ValueError(
                f"array is {array.dtype} {array.shape}, expected numbers (frames, "
                f"{len(self.skeleton)}, 2), x and y, or (..., 3) with confidence, "
                f"for {self.skeleton.name}"
            )
        missing = np.isnan(array).any(axis=2)
        confidence = np.where(missing, 0, array[..., 2] if array.shape[2] == 3 else 1)
        xy = np.where(missing[..., None], np.nan, array[..., :2])
        return PoseSequence(xy, confidence, self.skeleton, unit=self.preprocessor.unit or "pixels")


def load(run: str | Path, threads: int = 1, enrolled: Path | None = None) -> Recognizer:
    """The recogniser of a run folder, a network of the package, or hf://owner/name[@revision].

    threads: of one answer; more make batches faster. enrolled: the file of enrolled signs, if not
    the run's own. UserError where the run is not there or not whole.
    """
    folder = RunFolder(find_run(run))
    record = folder.record()  # says first what an unfinished or absent run lacks
    if not folder.onnx.is_file():
        raise NotFound(f"{folder.onnx}: not there; is {folder.path} a run of `spobet train`?")
    digest = network_hash(folder)
    if record.network not in ("", digest):
        raise UserError(
            f"{folder.onnx}: damaged, its SHA-256 is {digest[:12]}..., {folder.record_file.name} "
            f"says {record.network[:12]}...; copy or train the run again"
        )
    vocabulary, experiment = folder.glosses(), folder.experiment()
    network = open_network(folder.onnx, threads)
    num_logits = network.get_outputs()[0].shape[-1]
    if num_logits != len(vocabulary):
        raise UserError(
            f"{folder.onnx}: names {num_logits} glosses, {folder.vocabulary.name} lists "
            f"{len(vocabulary)}: of another vocabulary"
        )
    return Recognizer(
        network,
        vocabulary,
        folder.preprocessor().with_rests(),  # cut in `signs`, and only once
        experiment.prototype_scale,
        Rejection.read(folder.rejection),
        Enrolled.read(enrolled or enrolled_path(folder), digest),
    )
