"""A data set described: as text, and as a page with lengths of clips and missing hands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from markupsafe import Markup

from spobet.audit.summary import Sight, look, summary_of
from spobet.dataset.manifest import SPLITS
from spobet.dataset.store import Dataset
from spobet.files import write_whole
from spobet.reports.chart import histogram
from spobet.reports.page import render

MAX_BINS = 24


def describe(path: Path, page: Path | None = None) -> str:
    """The summary of a data set; `page` names an HTML file to write with the same and plots."""
    dataset = Dataset.open(path)
    sight = look(dataset)
    summary = summary_of(dataset, sight)
    if page is not None:
        write_whole(page, data_page(dataset, sight, summary))
    return summary


def data_page(dataset: Dataset, sight: Sight, summary: str) -> Markup:
    """Lengths of the clips and missing hands, split by split, and the summary as text."""
    frames, missing = sight.frames, sight.frames - sight.hands[:, -1]  # the last column: any hand
    splits = np.array([clip.split or "none" for clip in dataset.manifest])
    lengths, hands = [], []
    for name in (*SPLITS, "none"):
        here = splits == name
        if here.any():
            lengths.append((name, *_lengths(frames[here], int(frames.max()), name)))
            median, high = np.percentile(100 * missing[here] / frames[here], [50, 90])
            share = missing[here].sum() / frames[here].sum()
            row = {"name": name, "clips": int(here.sum()), "share": share}
            hands.append({**row, "median": median, "high": high})
    values = {
        "title": f"Data set {dataset.path.name}",
        "path": str(dataset.path),
        "num_clips": len(dataset),
        "num_glosses": len(dataset.manifest.vocabulary),
        "num_frames": int(frames.sum()),
        "lengths": lengths,
        "hands": hands,
        "summary": summary,
    }
    return render("data_set.html", values)


def _lengths(frames: np.ndarray, longest: int, name: str) -> tuple[Markup, str]:
    """How many clips have how many frames, as a picture and in words."""
    counts, edges = np.histogram(frames, bins=min(MAX_BINS, longest), range=(0, longest + 1))
    lengths = f"{frames.min()} to {frames.max()} frames, median {np.median(frames):g}"
    words = f"{len(frames):,} clips of {name}: {lengths}, tallest bar {counts.max():,}"
    return histogram(counts.tolist(), ("0", f"{int(edges[-1])} frames"), words), words
