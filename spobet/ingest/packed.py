"""A packed .npz of clips as a data set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import SPLITS, Clip, Manifest
from spobet.errors import UserError
from spobet.files import check_new_folder
from spobet.formats.packed import PackedClips, read_clips
from spobet.formats.packed_fields import texts, whole
from spobet.formats.text import naming
from spobet.ingest.glosses import one_spelling
from spobet.ingest.report import ImportReport
from spobet.ingest.tables import known, split_named
from spobet.ingest.writing import ReadClip, checked, write_clips


def import_packed(
    path: Path,
    out: Path,
    licence: str = "",
    progress: Callable[[Iterable[Clip]], Iterable[Clip]] = iter,
) -> ImportReport:
    """Make a data set of the clips of a packed file.

    A clip without frames, or with nobody in any, is left out and in the report. UserError where a
    field does not have one entry a clip or names an unknown gloss or split.
    """
    check_new_folder(out)
    packed = read_clips(path)
    with naming(path):
        clips, notes = one_spelling(manifest_of(packed).clips)
    reading = (_read(packed, place, clip, path) for place, clip in enumerate(progress(clips)))
    return write_clips(reading, out, path.name, licence, notes, path)


def _read(packed: PackedClips, position: int, clip: Clip, path: Path) -> ReadClip:
    where = Path(f"{path}: clip {position}")
    try:
        return checked(clip, where, packed.pose(position))
    except UserError as error:
        what = "corrupt" if packed.num_frames(position) else "empty"
        return ReadClip.failed(clip, where, what, f"{where}: {error}")


def manifest_of(packed: PackedClips) -> Manifest:
    """The facts of every packed clip, without frame ranges: packed clips are cut already.

    No split, signer or variation where the file has no such field.
    """
    ids = _texts(packed, "video_id") or [str(position) for position in range(len(packed))]
    glosses = _names(packed, "label", packed.facts.get("gloss"))
    unknown = [""] * len(packed)
    split_names = packed.facts.get("split_names", np.array(SPLITS))
    splits = _names(packed, "split", split_names) if "split" in packed.facts else unknown
    splits = list(map(split_named, splits))
    signers, variations = (
        list(map(known, _texts(packed, name))) or unknown for name in ("signer_id", "variation_id")
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
    found = _texts(packed, field)
    if not found:
        raise UserError(f"no field {field!r} with one entry a clip")
    codes = whole(packed.facts[field].reshape(len(packed)))
    if codes.dtype.kind in "US":
        return found
    if codes.dtype.kind not in "iu" or names is None or names.ndim != 1:
        expected = "expected names, or whole numbers and a field with their names"
        raise UserError(f"{field} holds {codes.dtype}, {expected}")
    if codes.min() < 0 or codes.max() >= len(names):
        raise UserError(
            f"{field} numbers run {codes.min()}..{codes.max()}, but {len(names)} names are given"
        )
    return np.array(texts(names))[codes].tolist()


def _texts(packed: PackedClips, field: str) -> list[str]:
    """One text a clip, none at all where the file has no such field."""
    values = packed.facts.get(field)
    if values is None:
        return []
    if values.shape != (len(packed),) and (values.shape or len(packed) > 1):
        raise UserError(
            f"field {field!r} has shape {values.shape}, expected ({len(packed)},), one entry a clip"
        )
    return texts(values.reshape(len(packed)))
