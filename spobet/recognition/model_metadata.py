"""What an app must know beside a network's file to answer with it, as plain values."""

from __future__ import annotations

from typing import Any

import spobet
from spobet.recognition.recognizer import Recognizer
from spobet.runs import RunFolder


def facts_of(folder: RunFolder, recognizer: Recognizer) -> dict[str, Any]:
    """What an app must know beside the network: every fact by name."""
    experiment, record, skeleton = folder.experiment(), folder.record(), recognizer.skeleton
    choices, rejection = experiment.input, recognizer.rejection
    return {
        "glosses": list(recognizer.vocabulary.glosses),
        "skeleton": skeleton.name,
        "landmarks": list(skeleton.landmarks),
        "hands": {side: skeleton.hand(side).tolist() for side in ("right", "left")},
        "mirror_order": skeleton.mirror_order.tolist(),
        "num_frames": choices.num_frames,
        "stretch": choices.stretch,
        "min_confidence": choices.min_confidence,
        "right_leads": choices.right_leads,
        "reference": choices.reference,
        "unit": record.unit,
        "frame_rate": record.frame_rate,
        "prototype_scale": recognizer.prototype_scale,
        "temperature": rejection.temperature,
        "auxiliary_weight": rejection.auxiliary_weight,
        "known_share": rejection.known_share,
        "first_share": rejection.first_share,
        "confidence_temperature": rejection.temperature_of_confidence,
        "threshold": rejection.threshold,
        "normalisation": "docs/app.md",
        "version": spobet.__version__,
        "commit": record.commit,
        "licence": record.licence,
    }
