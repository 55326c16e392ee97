"""ASL Citizen: videos/ and splits/train.csv, val.csv, test.csv."""

from __future__ import annotations

from pathlib import Path

from spobet.dataset.manifest import SPLITS, Clip
from spobet.formats.text import naming
from spobet.ingest.folders import find_file
from spobet.ingest.published_set import PublishedSet, need_file
from spobet.ingest.tables import clip_of_row, read_table
from spobet.ingest.videos import VideoList, listed_videos

_COLUMNS = {
    "participant id": "signer",
    "video file": "path",
    "asl-lex code": "variation",
}


def videos_in(folder: Path) -> VideoList:
    """The clips of the three split files, with their signers; ASL-LEX codes are variations."""
    named: list[tuple[Clip, str, float | None]] = []
    for split in SPLITS:
        _, rows = read_table(need_file(folder, f"splits/{split}.csv", f"{split}.csv"), _COLUMNS)
        for row in rows:
            row.values["split"] = split
            clip, path = clip_of_row(row)
            named.append((clip, path, None))
    videos = find_file(folder, "videos")
    with naming(folder):
        return listed_videos(videos if videos.is_dir() else folder, named)


ASL_CITIZEN = PublishedSet(
    "asl-citizen",
    "ASL Citizen",
    "its terms of use: https://www.microsoft.com/en-us/research/project/asl-citizen/",
    "https://www.microsoft.com/en-us/research/project/asl-citizen/",
    "videos/, splits/train.csv, splits/val.csv, splits/test.csv",
    videos=videos_in,
)
