"""A packed .npz of clips as a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.dataset.store import DatasetWriter
from spobet.errors import UserError
from spobet.files import check_new_folder
from spobet.formats.packed import PackedClips, read_clips
from spobet.ingest.glosses import one_spelling
from spobet.ingest.report import ImportReport

UNKNOWN = ("", "-1", "nan", "None")  # as arrays of texts and numbers hold what is not known


def import_packed(
    path: Path,
    out: Path,
    licence: str = "",
    progress: Callable[[Iterable[Clip]], Iterable[Clip]] = iter,
) -> ImportReport:
    """Make a data set of the clips of a packed file; every clip is in it.

    UserError where a field does not have one entry a clip or names an unknown gloss or split.
    """
    check_new_folder(out)
    packed = read_clips(path)
    try:
        clips, notes = one_spelling(manifest_of(packed).clips)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error
    with DatasetWriter(out, packed.skeleton, packed.unit, path.name, licence) as writer:
        for position, clip in enumerate(progress(clips)):
            writer.add(clip, packed.pose(position))
    return ImportReport(len(clips), len(clips), notes=notes)


def manifest_of(packed: PackedClips) -> Manifest:
    """The facts of every packed clip, without frame ranges: packed clips are cut already."""
    ids = _texts(packed, "video_id") or [str(position) for position in range(len(packed))]
    glosses = _names(packed, "label", packed.facts.get("gloss"))
    splits = _names(packed, "split", packed.facts.get("split_names", np.array(SPLITS)))
    unknown = [""] * len(packed)
    signers, variations = (
        ["" if text in UNKNOWN else text for text in _texts(packed, name)] or unknown
        for name in ("signer_id", "variation_id")
    )
    facts = zip(ids, glosses, signers, splits, variations, strict=True)
    return Manifest(
        tuple(
            Clip(clip, gloss, signer, split, variation=variation)
            for clip, gloss, signer, split, variation in facts
        )
    )


def _names(packed: PackedClips, field: str, names: np.ndarray | None) -> list[str]:
    """Every clip's entry in `field` as text, a number replaced by the name at that position."""
    texts = _texts(packed, field)
    if not texts:
        raise UserError(f"no field {field!r} with one entry a clip")
    codes = packed.facts[field]
    if codes.dtype.kind in "US":
        return texts
    if codes.dtype.kind not in "iu" or names is None or names.ndim != 1:
        expected = "expected names, or whole numbers and a field with their names"
        raise UserError(f"{field} holds {codes.dtype}, {expected}")
    if codes.min() < 0 or codes.max() >= len(names):
        raise UserError(
            f"{field} numbers run {codes.min()}..{codes.max()}, but {len(names)} names are given"
        )
    return names.astype(str)[codes].tolist()


def _texts(packed: PackedClips, field: str) -> list[str]:
    """One text a clip, none at all where the file has no such field."""
    values = packed.facts.get(field)
    if values is None:
        return []
    if values.shape != (len(packed),):
        raise ValueError(
            f"field {field!r} has shape {values.shape}, expected ({len(packed)},), one entry a clip"
        )
    return values.astype(str).tolist()
