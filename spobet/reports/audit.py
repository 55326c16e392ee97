"""The doubts about a data set as text, and as a page with the clips drawn."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from spobet.audit.descriptors import NEAR
from spobet.audit.duplicates import DuplicateGroup
from spobet.audit.leaks import Leak
from spobet.audit.outliers import Outlier
from spobet.audit.report import AuditReport, audit
from spobet.dataset.store import Dataset
from spobet.files import write_whole
from spobet.reports.page import LEGEND, film, html_page, section

MAX_DRAWN = 40
_MEANT = (
    f"One recording: landmarks at 12 even moments lie less than {NEAR:g} hand lengths apart (root mean square), "
    "after empty frames at the ends are removed."
)


def check(path: Path, page: Path | None = None) -> str:
    """Every doubt about a data set, as plain text; `page` names an HTML file to write with the clips drawn."""
    dataset = Dataset.open(path)
    doubts = audit(dataset)
    if page is not None:
        write_whole(page, audit_page(dataset, doubts))
    return audit_text(dataset, doubts)


def audit_text(dataset: Dataset, doubts: AuditReport) -> str:
    """What was compared, then every list with its count, one entry a line."""
    lists = [
        "\n".join([f"{title}: {len(entries):,}", *(f"  {entry}" for entry in entries)])
        for title, entries in doubts.lists.items()
    ]
    return "\n".join(
        [
            f"{dataset.path}: {doubts.num_clips:,} clips compared, each with every other. {_MEANT}",
            *lists,
        ]
    )


def audit_page(dataset: Dataset, doubts: AuditReport) -> str:
    """A section a list, with at most MAX_DRAWN entries of each drawn."""
    title = f"Audit of {dataset.path.name}"
    found = (
        len(doubts.duplicates) + len(doubts.same_url) + len(doubts.outliers)
    )  # twins stand in two lists where glosses differ too
    told = f"{found:,} doubt{'' if found == 1 else 's'} about {doubts.num_clips:,} clips"
    counts = "".join(
        f"<li>{escape(name)}: {len(entries):,}</li>" for name, entries in doubts.lists.items()
    )
    header = (
        f'<header><p class="kicker">{escape(str(dataset.path))}</p><h1>{escape(told)}</h1>'
        f'<p class="facts">{escape(_MEANT)}</p><ul>{counts}</ul><p class="note">{LEGEND}</p></header>'
    )
    return html_page(
        title, [header, *(_list(dataset, name, entries) for name, entries in doubts.lists.items())]
    )


def _list(dataset: Dataset, title: str, entries: Sequence[DuplicateGroup | Leak | Outlier]) -> str:
    if not entries:
        return ""
    more = (
        f'<p class="note">Drawn: the first {MAX_DRAWN} of {len(entries):,}.</p>'
        if len(entries) > MAX_DRAWN
        else ""
    )
    return section(
        title.capitalize(), more, *(_entry(dataset, entry) for entry in entries[:MAX_DRAWN])
    )


def _entry(dataset: Dataset, entry: DuplicateGroup | Leak | Outlier) -> str:
    head, ids = escape(str(entry)), entry.clips if isinstance(entry, Leak) else ()
    if isinstance(entry, Outlier):
        head, ids = escape(entry.reason), (entry.clip.id,)
    if isinstance(entry, DuplicateGroup):
        alike = "The same landmarks" if entry.identical else "Nearly the same landmarks"
        distance = (
            "" if entry.identical else f"<small>{entry.distance:.3f} hand lengths apart</small>"
        )
        head, ids = f"{alike}{distance}", tuple(clip.id for clip in entry.clips)
    return (
        f"<article><h3>{head}</h3>{''.join(_drawn(dataset, clip_id) for clip_id in ids)}</article>"
    )


def _drawn(dataset: Dataset, clip_id: str) -> str:
    clip = dataset.manifest[clip_id]
    told = ", ".join(
        filter(
            None,
            [f"clip {clip.id}", clip.split or "no split", clip.signer and f"signer {clip.signer}"],
        )
    )
    strip = film(clip.id, dataset.pose(clip.id), height=110)
    return f"<figure><figcaption><strong>{escape(clip.gloss)}</strong> · {escape(told)}</figcaption>{strip}</figure>"
