"""The 250-sign contest's landmarks (Kaggle, asl-signs): train.csv and a Parquet file a clip."""

from __future__ import annotations

from pathlib import Path

from spobet.dataset.manifest import Clip
from spobet.errors import UserError
from spobet.ingest.custom import ClipList, Listed
from spobet.ingest.folders import find_file
from spobet.ingest.published_set import PublishedSet, need_file
from spobet.ingest.tables import read_table

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
    for values in (row.values for row in rows):
        signer = values["participant_id"]
        clip = Clip(f"{signer}/{values['sequence_id']}", values["sign"], signer)
        entries.append(Listed(clip, find_file(folder, values["path"])))
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
