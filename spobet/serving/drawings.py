"""The references of a network as the page reads them."""

from __future__ import annotations

import gzip
from base64 import b64encode
from pathlib import Path

import orjson

from spobet.dataset.references import References


def drawings_of(path: Path) -> bytes:
    """The file's content as gzipped JSON, with the motion as base64 of its int8 codes."""
    references = References.read(path)
    skeleton = references.skeleton
    hands = {side: skeleton.hand(side).tolist() for side in ("right", "left")}
    content = {
        "glosses": references.glosses,
        "frames": references.motion.shape[1],
        "seconds": references.seconds.astype(float).round(3).tolist(),
        "clips": references.clips.tolist(),
        "landmarks": skeleton.landmarks,
        "bones": skeleton.bone_indices.tolist(),
        "hands": hands,
        "licence": references.licence,
        "motion": b64encode(references.motion.tobytes()).decode(),
    }
    return gzip.compress(orjson.dumps(content), mtime=0)
