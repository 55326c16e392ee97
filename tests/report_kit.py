"""Scored runs of 24 clips, to report on."""

from __future__ import annotations

import numpy as np

from spobet.dataset.manifest import Clip, Manifest, Vocabulary
from spobet.evaluation.confidence import cross_fitted
from spobet.evaluation.scored_runs import Report, ScoredRun

GLOSSES = ("go", "eat <b>", "drink", "moon")
CLIPS = Manifest(
    tuple(Clip(f"c{n}", GLOSSES[n % 4], ("ann", "bob", "")[n % 3], "test") for n in range(24))
)
LABELS = np.arange(24) % 4


def scored_run(seed: int, with_confidence: bool = True, **facts: str) -> ScoredRun:
    """A run that is often right, with two epochs of history."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(24, 4)) + 1.5 * np.eye(4)[LABELS]
    confidence = cross_fitted(logits, LABELS, np.arange(24) % 5, 0.3) if with_confidence else None
    history = {"epoch": [1.0, 2.0], "loss": [2.0, 1.0], "accuracy": [float("nan")] * 2}
    return ScoredRun(f"run-{seed}", logits, confidence, {"seed": str(seed), **facts}, history)


def report_on(*runs: ScoredRun) -> Report:
    """A report with one training clip, by ann."""
    return Report(
        split="test",
        data="9f3a",
        clips=CLIPS,
        vocabulary=Vocabulary(GLOSSES),
        runs=runs,
        trained=(Clip("t", "go", "ann"),),
        signers=frozenset({"ann"}),
    )
