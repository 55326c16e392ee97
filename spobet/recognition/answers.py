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
from spobet.recognition.evidence import DOUBT, DOUBT_OF_CONFIDENCE
from spobet.recognition.rejection import Rejection

# Answers with at least this share of the threshold's confidence are "perhaps": on WLASL100's
# validation and test clips 16 of 24 of them are right, and 20 of the 42 below (network
# wlasl100-hands-open).
PERHAPS = 0.5
# Added to the score of an enrolled sign, whose one prototype stands beside prototypes that were
# learned; confidence is judged without it. On validation, of 20 signs enrolled from 1 and 5 clips
# beside 80 trained ones 56 and 74 % are named instead of 47 and 68, of the trained 2.5 and 3.7
# points less.
ENROLLED_LEAD = 1.5
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}
DIGITS = 7  # of a probability in JSON: what agrees to 1e-6 wherever it is read


@dataclass(frozen=True)
class Answer:
    """One gloss and its probability, 0..1."""

    gloss: str
    probability: float


@dataclass(frozen=True)
class Answers(Sequence[Answer]):
    """The ranked glosses of a clip, best first, and whether the first is accepted.

    confidence: 0..1, judged against the rejection's threshold: the highest probability at its own
    temperature, auxiliary glosses counted, enrolled signs without their lead. advice: how to be
    seen better, "" where enough was seen. signs: the answers to each sign of a clip that shows
    several, else empty.
    """

    ranked: tuple[Answer, ...]
    confidence: float
    threshold: float = 0.0
    advice: str = ""
    signs: tuple[Answers, ...] = ()

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

    @property
    def answer(self) -> str:
        """The answer as one says it: "computer", "perhaps computer" or "not sure"."""
        if self.accepted:
            return self[0].gloss
        perhaps = self.confidence >= PERHAPS * self.threshold
        return f"perhaps {self[0].gloss}" if perhaps else "not sure"

    def to_json(self) -> dict[str, Any]:
        """answer, accepted, confidence, and answers of gloss and probability, wherever it is.

        advice where little was seen, and signs where there are several.
        """
        values: dict[str, Any] = {
            "answer": self.answer,
            "accepted": self.accepted,
            "confidence": round(self.confidence, DIGITS),
            "answers": [
                {"gloss": answer.gloss, "probability": round(answer.probability, DIGITS)}
                for answer in self
            ],
        }
        if self.advice:
            values["advice"] = self.advice
        if self.signs:
            values["signs"] = [sign.to_json() for sign in self.signs]
        return values

    def __str__(self) -> str:
        if self.signs:
            number = NUMBERS.get(len(self.signs), str(len(self.signs)))
            return f"{number} signs: {', '.join(sign.answer for sign in self.signs)}"
        ranked = [f"{answer.gloss} {_percent(answer.probability)}" for answer in self]
        if self.answer != "not sure":
            ranked[:2] = [", then ".join([_percent(self[0].probability), *ranked[1:2]])]
        text = f"{self.answer} ({', '.join(ranked)})"
        return f"{text}; {self.advice}" if self.advice else text


def _percent(probability: float) -> str:
    return f"{100 * probability:.0f} %" if probability >= 0.005 else "< 1 %"


@dataclass(frozen=True, eq=False)
class GlossProbabilities:
    """The probabilities of clips, everywhere where any are shown.

    glosses: every gloss an answer can be. scores: (clips, glosses), by which glosses are ranked.
    probabilities: (clips, glosses); what a row lacks to 1 is that of signs that are none of them.
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
    glosses, scores, without_lead = vocabulary.glosses, output.logits, output.logits
    if enrolled and enrolled.clips:
        glosses, without_lead, scores = _scores_with_enrolled(
            output, vocabulary, enrolled, prototype_scale
        )

    strength = output.strength.astype(np.float64)

    def probabilities(
        scores: np.ndarray, temperature: float, weight: float, doubt: float
    ) -> np.ndarray:
        trained = scores.max(axis=1, initial=-np.inf) <= output.logits.max(axis=1, initial=-np.inf)
        temperatures = temperature * strength**-doubt  # less was seen: less is known
        alone = softmax(scores, temperatures)
        if not output.auxiliary.shape[1] or weight == 0:
            return alone
        auxiliary = output.auxiliary + temperatures[:, None] * math.log(weight)
        beside = softmax(np.concatenate([scores, auxiliary], axis=1), temperatures)[:, :-1]
        return np.where(trained[:, None], beside, alone)

    temperature = rejection.temperature_of_confidence
    judged = probabilities(without_lead, temperature, 1.0, DOUBT_OF_CONFIDENCE)
    confidence = judged.max(axis=1, initial=0.0)
    shown = probabilities(scores, rejection.temperature, rejection.auxiliary_weight, DOUBT)
    shown = rejection.known_share * shown
    if rejection.first_share and shown.size:
        shown[np.arange(len(shown)), scores.argmax(axis=1)] += rejection.first_share * strength
    return GlossProbabilities(glosses, scores, shown, confidence, rejection.threshold)


def _scores_with_enrolled(
    output: ModelOutput, vocabulary: Vocabulary, enrolled: Enrolled, scale: float
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """All glosses, and their scores without and with the lead of enrolled ones.

    A trained gloss that is enrolled too takes the higher score.
    """
    added = tuple(gloss for gloss in enrolled.glosses if gloss not in vocabulary)
    glosses = vocabulary.glosses + added
    unscored = np.full((len(output), len(added)), -np.inf)
    scores = np.concatenate([output.logits, unscored], axis=1)
    with_lead = scores.copy()
    columns = [glosses.index(gloss) for gloss in enrolled.glosses]
    cosines = scale * directions_of(output.embedding) @ enrolled.prototypes.T
    scores[:, columns] = np.maximum(scores[:, columns], cosines)
    with_lead[:, columns] = np.maximum(with_lead[:, columns], cosines + ENROLLED_LEAD)
    return glosses, scores, with_lead
