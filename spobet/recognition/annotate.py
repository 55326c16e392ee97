"""Spotted signs as annotations of the recording that they were found in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spobet.annotations import Annotation, annotations_text
from spobet.ingest.annotated import frame_times
from spobet.poses.sequence import PoseSequence
from spobet.recognition.spotting import SpottedSign
from spobet.video.frames import SUFFIXES as VIDEO_SUFFIXES


def as_annotations(
    signs: Sequence[SpottedSign], pose: PoseSequence, origin: float = 0.0
) -> list[Annotation]:
    """The best answers of spotted signs as annotations of the recording that `pose` is.

    Times are those of the frames, less `origin` seconds; what ends before that is left out.
    """
    times = frame_times(pose) - origin
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    edges = [*times.tolist(), float(times[-1]) + step] if len(times) else []
    found = []
    for sign in signs:
        start, stop = max(0.0, edges[sign.start]), edges[sign.stop]
        if start < stop:
            confidence = sign.answers.confidence
            found.append(Annotation(start, stop, sign.gloss, confidence, sign.accepted))
    return found


def annotate(
    signs: Sequence[SpottedSign], pose: PoseSequence, clip: Path, form: str, out: Path | None
) -> str:
    """Spotted signs as text of the format `form`: elan, webvtt, srt or csv.

    clip: where `pose` was read from; an ELAN file links it, or else the video of its name beside
    it. out: where the text will lie, None for the current folder.
    """
    beside = [clip, *sorted(clip.parent.glob(f"{clip.stem}.*"))]
    videos = [path for path in beside if path.suffix.lower() in VIDEO_SUFFIXES]
    return annotations_text(
        as_annotations(signs, pose), form, out or Path("spotted"), videos[0] if videos else None
    )
