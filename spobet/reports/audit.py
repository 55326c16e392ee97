"""What an audit of a data set found, as text and as a page with the clips drawn."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from spobet.audit.descriptors import NEAR, NUM_FRAMES
from spobet.audit.duplicates import DuplicateGroup
from spobet.audit.leaks import Leak
from spobet.audit.outliers import Outlier
from spobet.audit.report import AuditReport, audit
from spobet.dataset.store import Dataset
from spobet.files import write_whole
from spobet.reports.page import render

MAX_DRAWN = 40
METHOD = (
    f"One recording: landmarks at {NUM_FRAMES} evenly spaced times lie less than {NEAR:g} hand "
    "lengths apart (root mean square), after empty frames at the ends are removed."
)


def audit_data_set(path: Path, page: Path | None = None) -> str:
    """Audit a data set, as text; `page` names an HTML file to write with the clips drawn."""
    dataset = Dataset.open(path)
    found = audit(dataset)
    if page is not None:
        write_whole(page, audit_page(dataset, found))
    return audit_text(dataset, found)


def audit_text(dataset: Dataset, found: AuditReport) -> str:
    """What was compared, then every list with its count, one entry a line."""
    counts = f"{found.num_clips:,} clips compared, each with every other"
    lines = [f"{dataset.path}: {counts}. {METHOD}"]
    for title, entries in found.lists.items():
        lines += [f"{title}: {len(entries):,}", *(f"  {entry}" for entry in entries)]
    return "\n".join(lines)


def audit_page(dataset: Dataset, found: AuditReport) -> Markup:
    """A section a list, with at most MAX_DRAWN entries of each drawn."""
    # Not the sum of the lists: a duplicate group is in two of them where its glosses differ.
    count = len(found.duplicates) + len(found.same_url) + len(found.outliers)
    lists = []
    for title, entries in found.lists.items():
        drawn = [_drawn(dataset, entry) for entry in entries[:MAX_DRAWN]]
        lists.append({"title": title, "count": len(entries), "drawn": drawn})
    values = {
        "title": f"Audit of {dataset.path.name}",
        "path": str(dataset.path),
        "count": count,
        "num_clips": found.num_clips,
        "method": METHOD,
        "lists": lists,
    }
    return render("audit.html", values)


def _drawn(dataset: Dataset, entry: DuplicateGroup | Leak | Outlier) -> dict[str, object]:
    """The heading of an entry, what stands small beside it, and its clips with their poses."""
    small = ""
    if isinstance(entry, Outlier):
        title, ids = entry.reason, [entry.clip.id]
    elif isinstance(entry, Leak):
        title, ids = str(entry), list(entry.clips)
    else:
        title = "The same landmarks" if entry.identical else "Nearly the same landmarks"
        small = "" if entry.identical else f"{entry.distance:.3f} hand lengths apart"
        ids = [clip.id for clip in entry.clips]
    clips = [(dataset.manifest[clip_id], dataset.pose(clip_id)) for clip_id in ids]
    return {"title": title, "small": small, "clips": clips}
