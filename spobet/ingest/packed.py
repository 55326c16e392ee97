"""A packed .npz of clips as a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.dataset.store import DatasetWriter
from spobet.errors import UserError
from spobet.formats.packed import PackedClips, read_clips

UNKNOWN = ("", "-1")


def import_packed(
    path: Path,
    out: Path,
    licence: str = "",
    progress: Callable[[Iterable[Clip]], Iterable[Clip]] = iter,
) -> Manifest:
    """Write the clips of a packed file as a data set at `out`; every clip of the file is kept.

    ValueError where a field does not have one entry a clip or names an unknown gloss or split.
    """
    packed = read_clips(path)
    try:
        manifest = manifest_of(packed)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error
    with DatasetWriter(
        out, packed.skeleton, packed.unit, source=path.name, licence=licence
    ) as writer:
        for position, clip in enumerate(progress(manifest.clips)):
            writer.add(clip, packed.pose(position))
    return manifest


def manifest_of(packed: PackedClips) -> Manifest:
    """The facts of every packed clip; frame ranges are left out, since packed clips are already cut."""
    ids = _texts(packed, "video_id") or [str(position) for position in range(len(packed))]
    glosses = _names(packed, "label", packed.facts.get("gloss"))
    splits = _names(packed, "split", packed.facts.get("split_names", np.array(SPLITS)))
    unknown = [""] * len(packed)
    signers, variations = (
        _texts(packed, name) or unknown for name in ("signer_id", "variation_id")
    )
    facts = zip(ids, glosses, map(_known, signers), splits, map(_known, variations), strict=True)
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
        raise UserError(
            f"{field} holds {codes.dtype}, expected names, or whole numbers and a field with their names"
        )
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


def _known(value: str) -> str:
    return "" if value in UNKNOWN else value
