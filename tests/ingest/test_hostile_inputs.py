"""Claims about hostile inputs to every reader and importer: one line, in little time and memory."""

from __future__ import annotations

import json
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from formats.scenes import WRITERS, alone
from formats.spoilt import spoilt
from ingest.bombs import BOMBS
from ingest.test_hostile import CITIZEN, ENTRY, START_KIT, spoilt_bytes, spoilt_json

from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.formats import read
from spobet.ingest import asl_citizen, asl_signs, autsl, karsl, ms_asl
from spobet.ingest.custom import import_clips
from spobet.ingest.packed import import_packed
from spobet.ingest.spoter import import_spoter
from spobet.ingest.videos import videos_listed
from spobet.ingest.wlasl import import_wlasl

NUM_INPUTS, FEW = 1000, 40
MAX_SECONDS = 2  # of the processor, which no other work on the machine lengthens
MAX_MEMORY = 500_000_000
IMPORTERS: dict[str, Callable[[Path, Path], object]] = {
    "packed arrays": import_packed,
    "SPOTER table": lambda path, out: import_spoter([("train", path)], out),
    "OpenPose folder": lambda path, out: import_wlasl(path.parent, [start_kit(path)], out),
    "OpenPose archive": lambda path, out: import_wlasl(path, [start_kit(path)], out),
}
LABELS = b"SignID,Sign-Arabic\n71,x\n"
LISTS: dict[str, tuple[str, object, Callable[[Path], object]]] = {
    "start kit": ("a.json", START_KIT, lambda folder: videos_listed(folder, folder / "a.json")),
    "MS-ASL": ("MSASL_train.json", [ENTRY], ms_asl.videos_in),
    "videos": ("a.csv", b"path,gloss,fps\n1.mp4,go,25\n", lambda f: videos_listed(f, f / "a.csv")),
    "ASL Citizen": ("train.csv", CITIZEN, asl_citizen.videos_in),
    "asl-signs": ("train.csv", b"path,participant_id,sequence_id,sign\n", asl_signs.clips_in),
    "AUTSL": (autsl.CLASS_LIST, b"ClassId,TR,EN\n41,abla,sister\n", autsl.videos_in),
    "KArSL": ("KARSL-502_Labels.csv", LABELS, karsl.videos_in),
}


def start_kit(path: Path) -> Path:
    clips = [{"video_id": name, "split": "train"} for name in ("clip", "69241")]
    (path.parent / "split.json").write_text(json.dumps([{"gloss": "go", "instances": clips}]))
    return path.parent / "split.json"


def clips_with(path: Path, out: Path) -> object:
    """A table of clips that lists this file."""
    table = path.parent / "clips.csv"
    table.write_text(f"path,gloss\n{path.name},go\n")
    return import_clips(table, out)


def spoil_scene(reader: str, seed: int, folder: Path) -> Path:
    path = WRITERS[reader](alone(), folder)
    file = sorted(path.iterdir())[seed % 3] if path.is_dir() else path
    file.write_bytes(spoilt(file.read_bytes(), seed))
    return path


def work_on(seed: int, folder: Path) -> Callable[[], object]:
    """One hostile input, and what is done with it."""
    out = folder / "out"
    kind = seed % 10
    if kind == 0:
        path = BOMBS[seed // 10 % len(BOMBS)](folder)
        works = (read, import_packed, clips_with, import_clips)
        work = works[seed // 10 // len(BOMBS) % len(works)]
        return (lambda: read(path)) if work is read else lambda: work(path, out)
    if kind < 3:
        import random

        file, content, list_of = LISTS[list(LISTS)[seed % len(LISTS)]]
        for split in ("train", "val", "test"):
            (folder / f"MSASL_{split}.json").write_text("[]")
            (folder / f"{split}.csv").write_bytes(CITIZEN)
        (folder / "0071").mkdir()
        for name in ("1.mp4", "0071/1.mp4", "signer0_sample1_color.mp4"):
            (folder / name).touch()
        (folder / "labels.csv").write_text("signer0_sample1,41")
        rng = random.Random(seed)
        spoil = spoilt_bytes if isinstance(content, bytes) else spoilt_json
        (folder / file).write_bytes(spoil(content, rng))
        return lambda: list_of(folder)
    reader = list(WRITERS)[seed // 10 % len(WRITERS)]
    path = spoil_scene(reader, seed, folder)
    if kind < 7:
        return lambda: read(path)
    work = IMPORTERS.get(reader, clips_with) if kind < 9 else clips_with
    return lambda: work(path, out)


def try_one(seed: int, folder: Path) -> str:
    """What came of one input: "read" or the line that refuses it; anything else is raised."""
    work = work_on(seed, folder)
    before = {path.name for path in folder.iterdir()}
    start = time.process_time()
    try:
        work()
        line = "read"
    except (UserError, FileNotFoundError) as error:
        line = str(error)
    seconds = time.process_time() - start
    assert seconds < MAX_SECONDS, f"seed {seed}: {seconds:.1f} s, {line}"
    assert len(line.strip()) > 3
    made = {path.name for path in folder.iterdir()} - before - {"split.json", "clips.csv"}
    assert made <= {"out"}, f"seed {seed}: {made}"
    if made:
        assert len(Dataset.open(folder / "out"))
    return line


def try_all(seeds: range, tmp_path: Path) -> None:
    for name in ("pyarrow", "pose_format"):
        pytest.importorskip(name, reason="an extra that reads a format is not installed")
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1000
    for seed in seeds:
        folder = tmp_path / str(seed)
        folder.mkdir()
        try_one(seed, folder)
        shutil.rmtree(folder)
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1000 - used
    assert more < MAX_MEMORY, f"{more:,.0f} bytes more than before"


def test_hostile_inputs_are_read_or_refused_in_a_line(tmp_path: Path) -> None:
    try_all(range(1, FEW * 17, 17), tmp_path)


@pytest.mark.slow
def test_a_thousand_hostile_inputs_are_read_or_refused_in_a_line(tmp_path: Path) -> None:
    try_all(range(NUM_INPUTS), tmp_path)
