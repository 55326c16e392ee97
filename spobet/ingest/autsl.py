"""AUTSL: train/, val/ and test/ of colour and depth videos, and a table of labels for each."""

from __future__ import annotations

import re
from pathlib import Path

from spobet.dataset.manifest import Clip
from spobet.errors import NotFound, UserError
from spobet.formats import traits
from spobet.formats.text import read_bounded
from spobet.ingest.folders import files_below
from spobet.ingest.published_set import PublishedSet
from spobet.ingest.report import Problem
from spobet.ingest.tables import class_names, read_table
from spobet.ingest.videos import Job, VideoList
from spobet.video.frames import SUFFIXES

CLASS_LIST = "SignList_ClassId_TR_EN.csv"
_SPLITS = {"train": "train", "val": "val", "validation": "val", "test": "test"}
_LABEL = re.compile(r"^\ufeff?(signer(\d+)_sample\d+)(?:_color\S*)?[,;\t ]+(\d+)\s*$")
_COLOUR = re.compile(r"(signer\d+_sample\d+)_color\Z")


def videos_in(folder: Path) -> VideoList:
    """The colour videos, with their splits and signers; glosses are the Turkish names of classes.

    Labels are the lines `signer0_sample1,41` of any CSV below the folder. Videos without a label,
    as the test set was first published, are counted in a note.
    """
    files, _ = files_below(folder)
    classes = _classes(files)
    labels = _labels(files)
    films = [path for path in files if path.suffix.lower() in SUFFIXES]
    videos = {match[1]: path for path in films if (match := _COLOUR.match(path.stem))}
    if not labels or not videos:
        found = f"{len(labels)} labels and {len(videos)} videos *_color.mp4 in it"
        raise NotFound(f"{folder}: {found}, expected both as the makers publish them")
    jobs, missing = [], []
    for name, match in labels.items():
        if name in videos:
            above = [part.lower() for part in videos[name].relative_to(folder).parts[:-1]]
            split = next((_SPLITS[part] for part in above if part in _SPLITS), "")
            gloss = classes.get(int(match[3]), f"class {match[3]}")
            jobs.append(Job(Clip(name, gloss, match[2], split), videos[name]))
        else:
            missing.append(Problem(name, "missing", f"{folder}/*/{name}_color.mp4"))
    unlabelled = len(videos) - len(jobs)
    notes = (f"{unlabelled:,} videos have no label: left out",) if unlabelled else ()
    return VideoList(tuple(jobs), tuple(missing), notes)


def _labels(files: list[Path]) -> dict[str, re.Match[str]]:
    """The label of each clip; UserError where two files contradict each other."""
    labels: dict[str, re.Match[str]] = {}
    for path in files:
        if path.suffix.lower() in (".csv", ".txt") and path.name != CLASS_LIST:
            for line in traits.decode(read_bounded(path)).splitlines():
                label = _LABEL.match(line)
                first = labels.setdefault(label[1], label) if label else None
                if label and first and first[3] != label[3]:
                    other = f"label {label[3]}, elsewhere {first[3]}"
                    raise UserError(f"{path}: {label[1]} has {other}")
    return labels


def _classes(files: list[Path]) -> dict[int, str]:
    path = next((path for path in files if path.name == CLASS_LIST), None)
    if path is None:
        return {}
    columns, rows = read_table(path, {})
    if not {"classid", "tr"} <= set(columns):
        raise UserError(f"{path}: columns {', '.join(columns)}; expected ClassId and TR")
    names = {row.values["classid"]: row.values["tr"] for row in rows}
    return class_names({int(number): name for number, name in names.items() if number.isdecimal()})


AUTSL = PublishedSet(
    "autsl",
    "AUTSL",
    "its terms of use: https://cvml.ankara.edu.tr/datasets/",
    "https://cvml.ankara.edu.tr/datasets/",
    f"train/, val/, test/ of signer0_sample1_color.mp4, CSVs of labels, {CLASS_LIST}",
    videos=videos_in,
)
