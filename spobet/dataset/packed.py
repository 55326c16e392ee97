"""A packed .npz of clips as a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.dataset.store import DatasetWriter
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
    manifest = manifest_of(packed, str(path))
    with DatasetWriter(out, packed.skeleton, packed.unit, source=path.name, licence=licence) as writer:
        for position, clip in enumerate(progress(manifest.clips)):
            writer.add(clip, packed.pose(position))
    return manifest


def manifest_of(packed: PackedClips, where: str) -> Manifest:
    """The facts of every packed clip; frame ranges are left out, since packed clips are already cut."""
    column = {name: _column(packed, name, where) for name in ("label", "split", "video_id", "signer_id", "variation_id")}
    glosses = _names(column["label"], packed.facts.get("gloss"), "gloss", where)
    splits = _names(column["split"], packed.facts.get("split_names", np.array(SPLITS)), "split", where)
    ids = [str(position) for position in range(len(packed))] if column["video_id"] is None else column["video_id"]
    return Manifest(
        tuple(
            Clip(
                id=str(ids[position]),
                gloss=glosses[position],
                split=splits[position],
                signer=_known(column["signer_id"], position),
                variation=_known(column["variation_id"], position),
            )
            for position in range(len(packed))
        )
    )


def _column(packed: PackedClips, name: str, where: str) -> np.ndarray | None:
    values = packed.facts.get(name)
    if values is not None and values.shape != (len(packed),):
        raise ValueError(f"{where}: field {name!r} has shape {values.shape}, expected ({len(packed)},), one entry a clip")
    return values


def _names(codes: np.ndarray | None, names: np.ndarray | None, what: str, where: str) -> list[str]:
    if codes is None:
        raise ValueError(f"{where}: no field {'label' if what == 'gloss' else what!r}, which gives every clip its {what}")
    if codes.dtype.kind in "US":
        return [str(code) for code in codes]
    if names is None:
        raise ValueError(f"{where}: {what} numbers need a field with their names")
    if codes.min() < 0 or codes.max() >= len(names):
        raise ValueError(f"{where}: {what} numbers run {codes.min()}..{codes.max()}, but {len(names)} names are given")
    return [str(names[code]) for code in codes]


def _known(values: np.ndarray | None, position: int) -> str:
    value = "" if values is None else str(values[position])
    return "" if value in UNKNOWN else value
