"""From a network's output to ranked glosses: probabilities, confidence, accepted or not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from spobet.dataset.manifest import Vocabulary
from spobet.evaluation.probabilities import softmax
from spobet.evaluation.scores import ModelOutput
from spobet.recognition.enrolment import Enrolled, directions_of
from spobet.recognition.rejection import Rejection

# Answers with at least this share of the threshold's confidence are "perhaps": on WLASL100's
# validation and test clips 40 % of them are right, and 13 % of the ones below (networks
# wlasl100-hands and wlasl100-hands-open, 65 and 39 clips).
PERHAPS = 0.5
DIGITS = 7  # of a probability in JSON: what agrees to 1e-6 wherever it is read


@dataclass(frozen=True)
class Answer:
    """One gloss and its probability, 0..1."""

    gloss: str
    probability: float


@dataclass(frozen=True)
class Answers(Sequence[Answer]):
    """The ranked glosses of a clip, best first, and whether the first is accepted.

    confidence: 0..1, judged against the rejection's threshold. It is the first probability, or
    less where auxiliary glosses fit the clip better.
    """

    ranked: tuple[Answer, ...]
    confidence: float
    threshold: float = 0.0

    @overload
    def __getitem__(self, index: int) -> Answer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Answer]: ...
    def __getitem__(self, index: int | slice) -> Answer | Sequence[Answer]:
        return self.ranked[index]

    def __len__(self) -> int:
        return len(self.ranked)

    @property
    def accepted(self) -> bool:
        """Whether the first answer counts; otherwise the clip may show none of the glosses."""
        return self.confidence >= self.threshold

    def to_json(self) -> dict[str, Any]:
        """accepted, confidence, and answers of gloss and probability: the same wherever it is."""
        return {
            "accepted": self.accepted,
            "confidence": round(self.confidence, DIGITS),
            "answers": [
                {"gloss": answer.gloss, "probability": round(answer.probability, DIGITS)}
                for answer in self
            ],
        }

    def __str__(self) -> str:
        listed = ", ".join(f"{answer.gloss} {answer.probability:.3f}" for answer in self)
        if self.accepted:
            return listed
        perhaps = self.confidence >= PERHAPS * self.threshold
        return f"perhaps {listed}" if perhaps else f"not sure: {listed}"


@dataclass(frozen=True, eq=False)
class GlossProbabilities:
    """The probabilities of clips, everywhere where any are shown.

    glosses: every gloss an answer can be. scores: (clips, glosses), by which glosses are ranked.
    probabilities: (clips, glosses); what a row lacks to 1 is that of auxiliary glosses.
    confidence: (clips,), accepted from `threshold` on.
    """

    glosses: tuple[str, ...]
    scores: np.ndarray
    probabilities: np.ndarray
    confidence: np.ndarray
    threshold: float

    @property
    def accepted(self) -> np.ndarray:
        """(clips,) bool."""
        return self.confidence >= self.threshold

    def answers(self, top: int) -> list[Answers]:
        """The `top` best glosses of every clip; of equal scores the first in the vocabulary."""
        best = np.argsort(-self.scores, axis=1, kind="stable")[:, :top]
        values = np.take_along_axis(self.probabilities, best, axis=1).tolist()
        rows = zip(best.tolist(), values, self.confidence.tolist(), strict=True)
        return [
            Answers(
                tuple(
                    Answer(self.glosses[gloss], value)
                    for gloss, value in zip(glosses, row, strict=True)
                ),
                confidence,
                self.threshold,
            )
            for glosses, row, confidence in rows
        ]


def gloss_probabilities(
    output: ModelOutput,
    vocabulary: Vocabulary,
    rejection: Rejection,
    enrolled: Enrolled | None = None,
    prototype_scale: float = 0.0,
) -> GlossProbabilities:
    """What the output of a network means: the one function from logits to probabilities.

    prototype_scale: what the network multiplies the cosine of clip and prototype by. An enrolled
    sign that is the best answer was one of the unknown signs when the network was trained: for
    these clips the auxiliary glosses are left out.
    """
    glosses, scores = vocabulary.glosses, output.logits
    if enrolled and enrolled.clips:
        glosses, scores = _scores_with_enrolled(output, vocabulary, enrolled, prototype_scale)
    trained = scores.max(axis=1, initial=-np.inf) <= output.logits.max(axis=1, initial=-np.inf)

    def probabilities(temperature: float, weight: float) -> np.ndarray:
        alone = softmax(scores, temperature)
        if not output.auxiliary.shape[1] or weight == 0:
            return alone
        auxiliary = output.auxiliary.astype(np.float64) + temperature * math.log(weight)
        beside = softmax(np.concatenate([scores, auxiliary], axis=1), temperature)[:, :-1]
        return np.where(trained[:, None], beside, alone)

    confidence = probabilities(rejection.temperature_of_confidence, 1.0).max(axis=1, initial=0.0)
    shown = probabilities(rejection.temperature, rejection.auxiliary_weight)
    return GlossProbabilities(glosses, scores, shown, confidence, rejection.threshold)


def _scores_with_enrolled(
    output: ModelOutput, vocabulary: Vocabulary, enrolled: Enrolled, scale: float
) -> tuple[tuple[str, ...], np.ndarray]:
    """All glosses and their scores; a trained gloss that is enrolled too takes the higher one."""
    added = tuple(gloss for gloss in enrolled.glosses if gloss not in vocabulary)
    glosses = vocabulary.glosses + added
    unscored = np.full((len(output), len(added)), -np.inf)
    scores = np.concatenate([output.logits, unscored], axis=1)
    columns = [glosses.index(gloss) for gloss in enrolled.glosses]
    cosines = scale * directions_of(output.embedding) @ enrolled.prototypes.T
    scores[:, columns] = np.maximum(scores[:, columns], cosines)
    return glosses, scores
