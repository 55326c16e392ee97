"""The 250-sign contest's landmarks (Kaggle, asl-signs): train.csv and a Parquet file a clip."""

from __future__ import annotations

from pathlib import Path

from spobet.dataset.manifest import Clip
from spobet.errors import UserError
from spobet.formats.text import naming
from spobet.ingest.custom import ClipList, Listed
from spobet.ingest.folders import find_file
from spobet.ingest.published_set import PublishedSet, need_file
from spobet.ingest.tables import read_table, whole

_COLUMNS = {"path", "participant_id", "sequence_id", "sign"}


def clips_in(folder: Path) -> ClipList:
    """The clips of train.csv, with their signers; the makers publish no splits.

    A clip's id is `participant/sequence`.
    """
    table = need_file(folder, "train.csv")
    columns, rows = read_table(table, {})
    if not set(columns) >= _COLUMNS:
        expected = f"expected {', '.join(sorted(_COLUMNS))}"
        raise UserError(f"{table}: columns {', '.join(columns)}; {expected}")
    entries = []
    for row in rows:
        signer, sequence = (whole(row.values[name]) for name in ("participant_id", "sequence_id"))
        with naming(Path(row.where)):
            clip = Clip(f"{signer}/{sequence}", row.values["sign"], signer)
        entries.append(Listed(clip, find_file(folder, row.values["path"])))
    if not entries:
        raise UserError(f"{table}: lists no clip")
    return ClipList(tuple(entries))


ASL_SIGNS = PublishedSet(
    "asl-signs",
    "Google - Isolated Sign Language Recognition",
    "the contest's rules: https://www.kaggle.com/competitions/asl-signs/rules",
    "https://www.kaggle.com/competitions/asl-signs",
    "train.csv, train_landmark_files/<participant>/<sequence>.parquet",
    clips=clips_in,
)
