"""The signs that a run spots in annotated recordings, scored against the annotations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from pathlib import Path

from spobet.annotations import read_annotations
from spobet.errors import UserError
from spobet.evaluation.spotted import OVERLAP, SpottingScore, score_spotted
from spobet.formats import read
from spobet.ingest.annotated import annotation_files, recording_of
from spobet.recognition.annotate import as_annotations
from spobet.recognition.recognizer import load
from spobet.recognition.spotting import spot


def evaluate_spotting(
    run: str | Path, annotations: Path, tiers: Sequence[str] = (), overlap: float = OVERLAP
) -> SpottingScore:
    """Score what a run spots in annotated recordings, pooled over them.

    annotations: a file, or a folder of .eaf files. tiers: of an ELAN file, as in `elan.read`. The
    recording is found as `recording_of` says. UserError where a file or a recording cannot be read.
    """
    recognizer, scores = load(run), []
    for path in annotation_files(annotations):
        annotated = read_annotations(path, tiers)
        recording = recording_of(path, annotated.media)
        pose = read(recording.path)
        spotted = as_annotations(spot(recognizer, pose, top=1), pose, recording.origin)
        scores.append(score_spotted(spotted, annotated.annotations, overlap, recognizer.glosses))
    return reduce(add, scores)


def evaluate_spotted_file(
    predictions: Path, annotations: Path, tiers: Sequence[str] = (), overlap: float = OVERLAP
) -> SpottingScore:
    """Score a file of spotted signs, of whatever system, against a file of annotations."""
    if not annotations.is_file():
        raise UserError(f"{annotations}: expected one file of annotations beside --predictions")
    annotated = read_annotations(annotations, tiers)
    spotted = read_annotations(predictions)
    return score_spotted(spotted.annotations, annotated.annotations, overlap)
