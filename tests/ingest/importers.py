"""Every importer with a made copy of what it reads, so that a trait can be tried on all of them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from formats.clips import made_clip

from spobet.dataset.store import Dataset
from spobet.formats import openpose, spoter_csv, write
from spobet.formats.spoter_csv import SpoterClip
from spobet.ingest import asl_citizen, asl_signs, autsl, include, karsl, lsa64, ms_asl
from spobet.ingest.custom import ClipList, import_clips, import_listed
from spobet.ingest.packed import import_packed
from spobet.ingest.report import ImportReport
from spobet.ingest.spoter import import_spoter
from spobet.ingest.videos import VideoList, videos_in, videos_listed
from spobet.ingest.wlasl import import_wlasl
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54


@dataclass(frozen=True)
class Entry:
    """A clip to write: the number that its name is made of, and what is known of it."""

    number: int
    gloss: str
    signer: str = ""
    split: str = ""


@dataclass(frozen=True)
class Found:
    """What an importer made of a folder."""

    clips: tuple[tuple[str, str, str], ...]  # gloss, signer, split
    problems: tuple[str, ...]
    notes: tuple[str, ...]


ENTRIES = (Entry(1, "go", "1", "train"), Entry(2, "tea", "2", "test"), Entry(3, "go", "3", "train"))
Writer = Callable[[Path, tuple[Entry, ...]], None]
Runner = Callable[[Path, Path], Found]


def of_report(run: Callable[[Path, Path], ImportReport]) -> Runner:
    def found(folder: Path, out: Path) -> Found:
        report = run(folder, out)
        clips = Dataset.open(out).manifest
        facts = tuple((clip.gloss, clip.signer, clip.split) for clip in clips)
        return Found(facts, tuple(problem.what for problem in report.problems), report.notes)

    return found


def of_list(run: Callable[[Path], VideoList]) -> Runner:
    def found(folder: Path, out: Path) -> Found:
        videos = run(folder)
        clips = (job.clip for job in videos.jobs)
        facts = tuple((clip.gloss, clip.signer, clip.split) for clip in clips)
        return Found(facts, tuple(problem.what for problem in videos.missing), videos.notes)

    return found


def of_clips(run: Callable[[Path], ClipList]) -> Runner:
    return of_report(lambda folder, out: import_listed(run(folder), out, folder.name, ""))


def table(path: Path, header: str, *rows: tuple[object, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def hands(path: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(made_clip(HANDS_42, seed=number), path)


def clips_table(folder: Path, entries: tuple[Entry, ...]) -> None:
    rows = ((f"in/{e.number}.npz", e.gloss, e.signer, e.split) for e in entries)
    table(folder / "clips.csv", "path,gloss,signer,split", *rows)
    for entry in entries:
        hands(folder / "in" / f"{entry.number}.npz", entry.number)


def clips_folder(folder: Path, entries: tuple[Entry, ...]) -> None:
    for e in entries:
        hands(folder / "in" / e.split / e.gloss / f"{e.number}.npz", e.number)


def packed(folder: Path, entries: tuple[Entry, ...]) -> None:
    fields = {
        "coords": np.random.default_rng(0).random((2 * len(entries), 42, 2)),
        "offsets": 2 * np.arange(len(entries) + 1),
        "label": [e.gloss for e in entries],
    }
    if any(e.split for e in entries):
        fields |= {"split": [e.split for e in entries], "signer_id": [e.signer for e in entries]}
    np.savez(folder / "clips.npz", skeleton="HANDS_42", **fields)


def spoter(folder: Path, entries: tuple[Entry, ...]) -> None:
    for split in dict.fromkeys(e.split for e in entries):
        rows = [e for e in entries if e.split == split]
        clips = [SpoterClip(made_clip(OPENPOSE_54, seed=e.number), e.gloss) for e in rows]
        spoter_csv.write_clips(clips, folder / f"{split or 'all'}.csv")
        lines = (folder / f"{split or 'all'}.csv").read_text().splitlines()
        values = ["signer", *(e.signer for e in rows)]
        joined = [f"{value},{line}" for value, line in zip(values, lines, strict=True)]
        (folder / f"{split or 'all'}.csv").write_text("\n".join(joined))


def run_spoter(folder: Path, out: Path) -> ImportReport:
    names = [("train", "train"), ("test", "test"), ("", "all")]
    tables = [(split, folder / f"{name}.csv") for split, name in names]
    there = [(split, path) for split, path in tables if path.is_file()]
    return import_spoter(there or tables, out)


def start_kit(path: Path, entries: tuple[Entry, ...]) -> None:
    glosses = dict.fromkeys(e.gloss for e in entries)
    content = [
        {
            "gloss": gloss,
            "instances": [
                {"video_id": str(e.number), "split": e.split or "train", "signer_id": e.signer}
                for e in entries
                if e.gloss == gloss
            ],
        }
        for gloss in glosses
    ]
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def wlasl(folder: Path, entries: tuple[Entry, ...]) -> None:
    start_kit(folder / "asl.json", entries)
    (folder / "in").mkdir(exist_ok=True)
    for e in entries:
        clip = made_clip(OPENPOSE_54, seed=e.number, unit="pixels")
        openpose.write(clip, folder / "in" / str(e.number))


def wlasl_zip(folder: Path, entries: tuple[Entry, ...]) -> None:
    wlasl(folder, entries)
    with zipfile.ZipFile(folder / "in.zip", "w") as out:
        for file in sorted((folder / "in").rglob("*.json")):
            out.write(file, file.relative_to(folder))


def videos_folder(folder: Path, entries: tuple[Entry, ...]) -> None:
    touch(*(folder / "in" / e.split / e.gloss / f"{e.number}.mp4" for e in entries))


def videos_table(folder: Path, entries: tuple[Entry, ...]) -> None:
    rows = ((f"in/{e.number}.mp4", e.gloss, e.signer, e.split) for e in entries)
    table(folder / "clips.csv", "path,gloss,signer,split", *rows)
    touch(*(folder / "in" / f"{e.number}.mp4" for e in entries))


def videos_split(folder: Path, entries: tuple[Entry, ...]) -> None:
    start_kit(folder / "asl.json", entries)
    touch(*(folder / "in" / f"{e.number}.mp4" for e in entries))


def signs(folder: Path, entries: tuple[Entry, ...]) -> None:
    pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    rows = ((f"in/{e.number}.parquet", e.signer, e.number, e.gloss) for e in entries)
    table(folder / "train.csv", "path,participant_id,sequence_id,sign", *rows)
    for e in entries:  # known by its content, whatever the suffix
        lines = ((frame, "left_hand", n, 0.5, 0.1 * n) for frame in (1, 2) for n in range(e.number))
        path = folder / "in" / f"{e.number}.parquet"
        table(path, "frame,type,landmark_index,x,y", *lines)


def citizen(folder: Path, entries: tuple[Entry, ...]) -> None:
    for split in ("train", "val", "test"):
        rows = ((e.signer, f"{e.number}.mp4", e.gloss, "A") for e in entries if e.split == split)
        header = "Participant ID,Video file,Gloss,ASL-LEX Code"
        table(folder / "splits" / f"{split}.csv", header, *rows)
    touch(*(folder / "videos" / f"{e.number}.mp4" for e in entries))


def autsl_files(folder: Path, entries: tuple[Entry, ...]) -> None:
    classes = {
        gloss: number for number, gloss in enumerate(dict.fromkeys(e.gloss for e in entries))
    }
    names = [(f"signer{e.signer}_sample{e.number}", e) for e in entries]
    rows = ((name, classes[e.gloss]) for name, e in names)
    table(folder / "train_labels.csv", "name,class", *rows)
    rows = ((number, gloss, "-") for gloss, number in classes.items())
    table(folder / autsl.CLASS_LIST, "ClassId,TR,EN", *rows)
    touch(*(folder / "in" / e.split / f"{name}_color.mp4" for name, e in names))


def include_files(folder: Path, entries: tuple[Entry, ...]) -> None:
    for split in ("train", "test"):
        rows = ((f"Adjectives/1. {e.gloss}/{e.number}.MOV",) for e in entries if e.split == split)
        table(folder / f"include_{split}.csv", "FilePath", *rows)
    touch(*(folder / "Adjectives" / f"1. {e.gloss}" / f"{e.number}.MOV" for e in entries))


def karsl_files(folder: Path, entries: tuple[Entry, ...]) -> None:
    numbers = {
        gloss: number for number, gloss in enumerate(dict.fromkeys(e.gloss for e in entries))
    }
    rows = ((number, gloss, "-") for gloss, number in numbers.items())
    table(folder / "KARSL-502_Labels.csv", "SignID,Sign-Arabic,Sign-English", *rows)
    for e in entries:
        sign = f"{numbers[e.gloss]:04d}"
        touch(folder / "in" / f"0{e.signer}" / e.split / sign / f"{e.number}.mp4")


def lsa_files(folder: Path, entries: tuple[Entry, ...]) -> None:
    signs = {"go": 1, "tea": 2}
    touch(*(folder / "in" / f"00{signs[e.gloss]}_00{e.signer}_00{e.number}.mp4" for e in entries))


def ms_files(folder: Path, entries: tuple[Entry, ...]) -> None:
    for split in ("train", "val", "test"):
        content = [
            {"clean_text": e.gloss, "signer_id": e.signer, "url": f"youtu.be/{e.number}"}
            | {"start": 0, "end": 9, "fps": 25}
            for e in entries
            if e.split == split
        ]
        text = json.dumps(content, ensure_ascii=False)
        (folder / f"MSASL_{split}.json").write_text(text, encoding="utf-8")
    touch(*(folder / "in" / f"{e.number}.mp4" for e in entries))


IMPORTERS: dict[str, tuple[Writer, Runner]] = {
    "clips, table": (
        clips_table,
        of_report(lambda folder, out: import_clips(folder / "clips.csv", out)),
    ),
    "clips, folder": (
        clips_folder,
        of_report(lambda folder, out: import_clips(folder / "in", out)),
    ),
    "npz": (packed, of_report(lambda folder, out: import_packed(folder / "clips.npz", out))),
    "spoter": (spoter, of_report(run_spoter)),
    "wlasl, folder": (
        wlasl,
        of_report(lambda folder, out: import_wlasl(folder / "in", [folder / "asl.json"], out)),
    ),
    "wlasl, archive": (
        wlasl_zip,
        of_report(lambda folder, out: import_wlasl(folder / "in.zip", [folder / "asl.json"], out)),
    ),
    "videos, folder": (videos_folder, of_list(lambda folder: videos_in(folder / "in"))),
    "videos, table": (
        videos_table,
        of_list(lambda folder: videos_listed(folder, folder / "clips.csv")),
    ),
    "videos, split file": (
        videos_split,
        of_list(lambda folder: videos_listed(folder / "in", folder / "asl.json")),
    ),
    "asl-signs": (signs, of_clips(asl_signs.clips_in)),
    "asl-citizen": (citizen, of_list(asl_citizen.videos_in)),
    "autsl": (autsl_files, of_list(autsl.videos_in)),
    "include": (include_files, of_list(include.videos_in)),
    "karsl": (karsl_files, of_list(karsl.videos_in)),
    "lsa64": (lsa_files, of_list(lsa64.videos_in)),
    "ms-asl": (ms_files, of_list(ms_asl.videos_in)),
}
