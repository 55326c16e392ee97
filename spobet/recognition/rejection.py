"""When not to answer: probabilities scaled to be true, and the least one that counts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from spobet.errors import UserError
from spobet.files import write_whole


@dataclass(frozen=True)
class Rejection:
    """Answers less probable than `threshold`, at this temperature, are none.

    error: the share of wrong answers that was wanted. answered, hits, count: clips of `split` answered, right among them, and all.
    """

    temperature: float = 1.0
    threshold: float = 0.0
    error: float = 1.0
    answered: int = 0
    hits: int = 0
    count: int = 0
    split: str = ""

    def __post_init__(self) -> None:
        if (
            not 0 < self.temperature < np.inf
            or not 0 <= self.threshold <= 1
            or not 0 <= self.error <= 1
        ):
            raise UserError(
                f"temperature {self.temperature}, threshold {self.threshold}, error {self.error}: out of range"
            )

    def write(self, path: Path) -> None:
        """Write as JSON, whole or not at all."""
        write_whole(path, json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> Rejection:
        """What `write` wrote; where there is no such file, one that rejects nothing. ValueError where it is damaged."""
        if not path.is_file():
            return cls()
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise UserError(f"{path}: not what `spobet calibrate` writes ({error})") from error

    def __str__(self) -> str:
        share = f"{self.answered} of {self.count} clips of {self.split} answered, {self.hits} of them right"
        return f"temperature {self.temperature:.3f}, answers from probability {self.threshold:.3f}: {share}"
