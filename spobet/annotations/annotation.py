"""Annotation: what a stretch of a recording shows, and by whom."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spobet.errors import UserError


@dataclass(frozen=True)
class Annotation:
    """A gloss from `start` to `stop`, in seconds of the annotated recording.

    confidence: 0..1, None where nobody gave one. accepted: False for the answer of a network that
    is below its threshold. signer: "" where unknown. UserError for a stretch or a confidence that
    can be none, and for an empty gloss.
    """

    start: float
    stop: float
    gloss: str
    confidence: float | None = None
    accepted: bool = True
    signer: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.stop) and 0 <= self.start < self.stop):
            raise UserError(
                f"annotation {self.gloss!r} from {self.start} to {self.stop} s, "
                "expected 0 <= start < stop"
            )
        if not self.gloss.strip():
            raise UserError(f"annotation at {self.start} s has no gloss")
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise UserError(
                f"annotation {self.gloss!r} has confidence {self.confidence}, expected 0..1"
            )


@dataclass(frozen=True)
class Media:
    """A recording that annotations belong to.

    url: as the file gives it. relative: its path beside the file of annotations, "" where not
    given. origin: seconds of the recording at which the annotations' time begins.
    """

    url: str
    relative: str = ""
    origin: float = 0.0


@dataclass(frozen=True)
class Annotations:
    """The annotations of one file, in order of time, and the recordings it links.

    left_out: how many stretches it holds that have no text or no times.
    """

    annotations: tuple[Annotation, ...]
    media: tuple[Media, ...] = ()
    left_out: int = 0

    def __post_init__(self) -> None:
        ordered = sorted(self.annotations, key=lambda one: (one.start, one.stop))
        object.__setattr__(self, "annotations", tuple(ordered))

    def __len__(self) -> int:
        return len(self.annotations)
