"""Claims about SPOTER's tables made into a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from formats.clips import made_clip

from spobet.dataset.store import Dataset
from spobet.formats import spoter_csv
from spobet.formats.spoter_csv import SpoterClip
from spobet.ingest.spoter import import_spoter
from spobet.poses.skeleton import OPENPOSE_54


def test_spoters_tables_become_a_data_set_of_their_splits(tmp_path: Path) -> None:
    for name in ("train", "test"):
        clips = [SpoterClip(made_clip(OPENPOSE_54, seed=seed), str(seed)) for seed in range(2)]
        spoter_csv.write_clips(clips, tmp_path / f"{name}.csv")
    import_spoter(
        [(name, tmp_path / f"{name}.csv") for name in ("train", "test")], tmp_path / "data"
    )
    data = Dataset.open(tmp_path / "data")
    assert [(clip.id, clip.gloss, clip.split) for clip in data.manifest] == [
        ("train/0", "0", "train"), ("train/1", "1", "train"),
        ("test/0", "0", "test"), ("test/1", "1", "test"),
    ]  # fmt: skip
    np.testing.assert_allclose(data.pose("test/1").xy, made_clip(OPENPOSE_54, seed=1).xy)
    spoter_csv.write(made_clip(OPENPOSE_54), tmp_path / "bare.csv")
    with pytest.raises(ValueError, match=r"bare\.csv: row 1 has no label"):
        import_spoter([("", tmp_path / "bare.csv")], tmp_path / "other")
