"""From what confidence an answer counts, and how scores become probabilities: rejection.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from spobet.errors import UserError
from spobet.files import write_whole


@dataclass(frozen=True)
class Rejection:
    """The scaling of a network's scores, and the threshold below which its answers are rejected.

    Probabilities are a softmax over scores / temperature, in which the logit of all auxiliary
    glosses takes part `auxiliary_weight` times: 0 leaves it out, 1 counts it as trained. They are
    then multiplied by `known_share`, and the first answer's gets `first_share` more, as much of it
    as there is evidence; the rest is kept for what the network does not tell apart.
    Confidence is what acceptance is judged by: the highest probability where the auxiliary logit
    counts as trained, at `confidence_temperature` (None: the same temperature).
    error: the share of wrong answers that was asked for. answered, hits, count: clips of `split`
    accepted, right among them, and all; unknown_answered, unknown_count: clips of unknown signs
    accepted, and all that the threshold was fitted on beside them.
    """

    temperature: float = 1.0
    threshold: float = 0.0
    error: float = 1.0
    answered: int = 0
    hits: int = 0
    count: int = 0
    split: str = ""
    auxiliary_weight: float = 1.0
    confidence_temperature: float | None = None
    unknown_answered: int = 0
    unknown_count: int = 0
    known_share: float = 1.0
    first_share: float = 0.0

    def __post_init__(self) -> None:
        temperatures = (self.temperature, self.temperature_of_confidence)
        if (
            not all(0 < temperature < np.inf for temperature in temperatures)
            or not 0 <= self.threshold <= 1
            or not 0 <= self.error <= 1
            or not 0 <= self.auxiliary_weight < np.inf
            or not 0 < self.known_share <= 1
            or not 0 <= self.first_share <= 1 - self.known_share + 1e-9
        ):
            raise UserError(f"{self!r}: a value is out of range")

    @property
    def temperature_of_confidence(self) -> float:
        """The temperature at which confidence is judged."""
        other = self.confidence_temperature
        return self.temperature if other is None else other

    def write(self, path: Path) -> None:
        """Write as JSON, whole or not at all."""
        write_whole(path, json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Rejection:
        """What `write` wrote; without such a file one that rejects nothing. UserError if damaged.

        Files of version 0.1 hold one temperature, and probabilities with the auxiliary glosses in.
        """
        if not path.is_file():
            return cls()
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise UserError(f"{path}: not what `spobet calibrate` writes ({error})") from error

    def __str__(self) -> str:
        answered = f"{self.answered} of {self.count} clips of {self.split} answered"
        if self.unknown_count:
            unknown = f"{self.unknown_answered} of {self.unknown_count} of unknown signs"
            answered = f"{answered} ({unknown})"
        known = ""
        if self.known_share < 1:
            of_others = max(0.0, 1 - self.known_share - self.first_share)
            known = f"{100 * of_others:.0f} % kept for other signs, "
        return (
            f"temperature {self.temperature:.3f}, {known}auxiliary glosses weigh "
            f"{self.auxiliary_weight:.3g}, answers accepted from confidence "
            f"{self.threshold:.3f}: {answered}, {self.hits} of them right"
        )
