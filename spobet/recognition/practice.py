"""Practice: in what a take of a sign differs from the sign's drawn reference. It grades nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spobet.dataset.references import References, in_frame, seconds_of
from spobet.errors import UserError
from spobet.poses.align import at_steps, right_hand_seen
from spobet.poses.rests import without_rests
from spobet.poses.sequence import PoseSequence
from spobet.recognition.answers import Answers
from spobet.recognition.aspects import LIMITS, differences, lined_up
from spobet.recognition.phonology import PhonologyReader
from spobet.recognition.recognizer import Clip, Recognizer
from spobet.runs import RunFolder

# The phonological feature that a network reads for an aspect, and the distance of its
# probabilities (0 to 1) that four of five clips stay below: of 1,542 validation clips of
# `wlasl2000-hands`, compared with their own signs' references. Of those compared with another
# sign's, 83, 49, 66 and 71 % lie above.
FEATURES = {
    "handshape": ("handshape", 0.66),
    "movement": ("movement", 0.41),
    "place": ("major_location", 0.43),
    "hands": ("sign_type", 0.40),
}
DIGITS = 4
NOTE = "a comparison with a drawing, no grade"


@dataclass(frozen=True, eq=False)
class Standard:
    """What takes are compared with: the drawn references of a run and its phonology head."""

    references: References
    phonology: PhonologyReader | None = None

    @classmethod
    def read(cls, run: RunFolder) -> Standard:
        """Read both; UserError where the run has no references."""
        if not run.references.is_file():
            raise UserError(f"{run.path.name} has no drawn references (spobet references)")
        reader = PhonologyReader.read(run.phonology) if run.phonology.is_file() else None
        return cls(References.read(run.references), reader)


@dataclass(frozen=True)
class Aspect:
    """One aspect of a sign in a take and in its reference.

    difference: 0 for none; 1 is what four of five recordings of one sign by others stay below.
    take, reference: what the network reads, "" where it reads no phonology.
    """

    name: str
    difference: float
    take: str = ""
    reference: str = ""

    @property
    def alike(self) -> bool:
        """Whether it differs no more than recordings of one sign do."""
        return self.difference <= 1


@dataclass(frozen=True, eq=False)
class Practice:
    """A take compared with the reference of a sign.

    aspects: those that can be told of both. answers: what the network names the take. seconds: of
    take and reference. take, reference: the two lined up in time, in hand lengths, the right hand
    leading.
    """

    gloss: str
    aspects: tuple[Aspect, ...]
    answers: Answers
    recordings: int
    seconds: tuple[float, float]
    take: PoseSequence
    reference: PoseSequence

    @property
    def difference(self) -> float:
        """The mean over the aspects."""
        return float(np.mean([aspect.difference for aspect in self.aspects]))

    @property
    def sentence(self) -> str:
        """In words: "same movement and place, other handshape"."""
        return sentence_of([(aspect.name, aspect.alike) for aspect in self.aspects])

    def to_json(self) -> dict[str, Any]:
        """Everything but the landmarks."""
        return {
            "gloss": self.gloss,
            "sentence": self.sentence,
            "difference": round(self.difference, DIGITS),
            "aspects": [
                {
                    "name": aspect.name,
                    "difference": round(aspect.difference, DIGITS),
                    "alike": aspect.alike,
                    **({"take": aspect.take, "reference": aspect.reference} if aspect.take else {}),
                }
                for aspect in self.aspects
            ],
            "seconds": [round(second, 2) for second in self.seconds],
            "recordings": self.recordings,
            "named": self.answers.to_json(),
        }

    def __str__(self) -> str:
        lines = [f"{self.gloss}: {self.sentence} ({NOTE})"]
        for aspect in self.aspects:
            verdict = "same" if aspect.alike else "other"
            read = f"; read as {aspect.take}, the drawing as {aspect.reference}"
            words = f"  {aspect.name:<12}{verdict:<6} difference {aspect.difference:.1f}"
            lines.append(words + (read if aspect.take else ""))
        lasts, drawn = self.seconds
        lines.append(
            f"  it lasts {lasts:.1f} s, the drawing {drawn:.1f} s ({self.recordings} clips)"
        )
        return "\n".join([*lines, f"  the network names the take: {self.answers}"])


def sentence_of(aspects: list[tuple[str, bool]]) -> str:
    """Names of aspects, and whether each is alike, as one sentence."""
    words = {"hands": "number of hands"}
    named = [(words.get(name, name), alike) for name, alike in aspects]
    parts = [
        f"{word} {_joined([name for name, alike in named if alike is wanted])}"
        for word, wanted in (("same", True), ("other", False))
        if any(alike is wanted for _, alike in named)
    ]
    return ", ".join(parts)


def practise(standard: Standard, recognizer: Recognizer, gloss: str, clip: Clip) -> Practice:
    """Compare a take with the reference of a sign, both with the run's own network.

    UserError where there is no reference of this sign, where the references' landmarks are not the
    network's, and where the take shows no hand.
    """
    references, pose = standard.references, recognizer.pose_of(clip)
    drawing = references.pose(gloss)
    if references.skeleton.landmarks != recognizer.skeleton.landmarks:
        raise UserError("the references are not drawn with the network's landmarks")
    answers = recognizer.predict(pose)  # refuses clips that show no hand
    sign = without_rests(recognizer.prepared(pose))
    take, reference = _motion(sign), _motion(drawing)
    pairs = lined_up(take, reference, drawing.skeleton)
    measured = differences(*pairs, drawing.skeleton)
    read = _phonology(standard.phonology, recognizer, [pose, drawing])
    return Practice(
        gloss,
        tuple(
            _aspect(name, measured.get(name), read.get(name))
            for name in LIMITS
            if name in measured or name in read
        ),
        answers,
        int(references.clips[references.glosses.index(gloss)]),
        (seconds_of(sign), seconds_of(drawing)),
        *(_pose_of(xy, drawing) for xy in pairs),
    )


def _motion(pose: PoseSequence) -> np.ndarray:
    """The clip at even steps, in hand lengths about its right wrist; UserError without one."""
    framed = in_frame(pose, "hands")
    if not right_hand_seen(framed).any():
        raise UserError("no hand is seen well enough to compare")
    return at_steps(framed)


def _pose_of(xy: np.ndarray, drawing: PoseSequence) -> PoseSequence:
    seen = (~np.isnan(xy[..., 0])).astype(np.float32)
    return PoseSequence(xy, seen, drawing.skeleton, unit="hand lengths")


Read = tuple[float, str, str]  # distance of the probabilities, and the likeliest values


def _phonology(
    reader: PhonologyReader | None, recognizer: Recognizer, poses: list[PoseSequence]
) -> dict[str, Read]:
    """What the network's phonology head reads of take and drawing; nothing where it has none."""
    if reader is None:
        return {}
    found = {}
    embeddings = recognizer.outputs(poses).embedding
    probable = [reader.probabilities(embedding) for embedding in embeddings]
    named = [reader.describe(embedding) for embedding in embeddings]
    for aspect, (feature, limit) in FEATURES.items():
        if feature in reader.names:
            apart = np.abs(probable[0][feature] - probable[1][feature]).sum() / 2
            take, drawn = (str(description[feature][0]) for description in named)
            found[aspect] = float(apart / limit), take, drawn
    return found


def _aspect(name: str, measured: float | None, read: Read | None) -> Aspect:
    """What the network reads of an aspect; otherwise what the landmarks say."""
    return Aspect(name, *read) if read else Aspect(name, (measured or 0.0) / LIMITS[name])


def _joined(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
