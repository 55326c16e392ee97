"""KArSL: videos by signer, train or test, and number of the sign; a table of the signs' names."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from spobet.dataset.manifest import Clip
from spobet.errors import NotFound, UserError
from spobet.ingest.folders import files_below, leftovers_note
from spobet.ingest.published_set import PublishedSet
from spobet.ingest.tables import class_names, read_table
from spobet.ingest.videos import Job, VideoList
from spobet.video.frames import SUFFIXES

_LABELS = re.compile(r"karsl.*labels", re.IGNORECASE)
_SIGNER = re.compile(r"(?:signer[ _-]?)?(0[1-9])", re.IGNORECASE)
_SIGN = re.compile(r"\d{4}")
_SPLITS = ("train", "test")
_PICTURES = {".jpg", ".jpeg", ".png"}


def videos_in(folder: Path) -> VideoList:
    """The videos at signer/train/sign/video and signer/test/sign/video; the makers have no val.

    Folders in between, such as 0071-0170, do not matter. Glosses are the Arabic names of the
    labels' table, "sign 0071" without one.
    """
    files, leftovers = files_below(folder)
    names = _names(files)
    jobs = []
    for path in files:
        if path.suffix.lower() in SUFFIXES:
            above = list(path.relative_to(folder).parts[:-1])
            sign = next((part for part in reversed(above) if _SIGN.fullmatch(part)), "")
            split = next((part.lower() for part in above if part.lower() in _SPLITS), "")
            signers = (match[1] for match in map(_SIGNER.fullmatch, above) if match)
            if sign:
                gloss = names.get(int(sign), f"sign {sign}")
                clip_id = path.relative_to(folder).with_suffix("").as_posix()
                jobs.append(Job(Clip(clip_id, gloss, next(signers, ""), split), path))
    pictures = Counter(path.parent for path in files if path.suffix.lower() in _PICTURES)
    note = f"{len(pictures):,} folders of pictures are not read: the raw videos are"
    if not jobs:
        found = note if pictures else "no video below a sign's number"
        raise NotFound(f"{folder}: {found}, expected 01/train/0071/*.mp4, as its makers publish it")
    notes = leftovers_note(leftovers) + ((note,) if pictures else ())
    return VideoList(tuple(jobs), notes=notes)


def _names(files: list[Path]) -> dict[int, str]:
    """The Arabic name of each sign by its number; none without a table of labels."""
    tables = [path for path in files if _LABELS.match(path.stem)]
    if not tables:
        return {}
    columns, rows = read_table(tables[0], {})
    if not {"signid", "sign-arabic"} <= set(columns):
        found = f"columns {', '.join(columns)}"
        raise UserError(f"{tables[0]}: {found}; expected SignID and Sign-Arabic")
    names: dict[int, str] = {}
    for row in rows:
        number, name = row.values["signid"], row.values["sign-arabic"]
        if not number.isdecimal() or not name:
            raise UserError(f"{row.where}: {number!r}, {name!r}; expected a number and a name")
        names[int(number)] = name
    return class_names(names)


_PAGE = "https://hamzah-luqman.github.io/KArSL/"
KARSL = PublishedSet(
    "karsl",
    "KArSL",
    f"its makers name no licence and ask to be cited: {_PAGE}",
    _PAGE,
    "01/train/0071/*.mp4 and so on: signer, split, sign; and KARSL-502_Labels.xlsx",
    videos=videos_in,
)
