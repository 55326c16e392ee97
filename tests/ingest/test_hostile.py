"""Claims about lists and data sets that are damaged: read or refused with a word, never a crash."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.errors import UserError
from spobet.ingest import asl_citizen, asl_signs, autsl, ms_asl
from spobet.ingest.custom import clips_listed
from spobet.ingest.videos import videos_listed
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42

NUM_TRIALS = 60
ODD = [None, "", [], {}, 0, -1, 1e400, float("nan"), True, "\0", [[1]], {"a": 1}, 3.5, 10**30]
SPANS = [b'"', b"\n", b",", b";", b"\0", b"\xff\xfe", b"\r", b"\xe9", b"9" * 40]
START_KIT = [
    {
        "gloss": "book",
        "instances": [
            {"video_id": "1", "split": "train", "signer_id": 3, "frame_start": 1, "frame_end": -1}
        ],
    }
]
NSLT = {"1": {"subset": "train", "action": [0, 1, 30]}}
ENTRY = {"clean_text": "go", "signer_id": 1, "url": "https://youtu.be/1", "start": 3, "end": 20}


def spoilt_json(value: Any, rng: random.Random) -> bytes:
    """A JSON value with one or two of its parts taken away or replaced by something odd."""
    value = copy.deepcopy(value)
    for _ in range(rng.randint(1, 2)):
        path = rng.choice([path for path in paths(value) if path] or [None])
        if path is None:
            break
        part = value
        for key in path[:-1]:
            part = part[key]
        if rng.random() < 0.2:
            del part[path[-1]]
        else:
            part[path[-1]] = copy.deepcopy(rng.choice(ODD))
    return json.dumps(value).encode()


def paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    keys = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    for key in keys:
        yield from paths(value[key], (*above, key))


def spoilt_bytes(content: bytes, rng: random.Random) -> bytes:
    """A text with some of its bytes changed, cut out or put in."""
    values = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(values) + 1)
        values[place : place + rng.choice([0, 0, 1, 15])] = rng.choice([*SPANS, b"", b"\x80"])
    return bytes(values)


def write_all(folder: Path) -> None:
    """A folder in which every list has its files and every data set its neighbours."""
    for name in ("1.mp4", "a.npz", "signer0_sample1_color.mp4"):
        (folder / name).touch()
    (folder / "wlasl_class_list.txt").write_text("0\tbook\n1\tdrink\n")
    for split in ("train", "val", "test"):
        (folder / f"MSASL_{split}.json").write_text(json.dumps([ENTRY]))
        (folder / f"{split}.csv").write_text("Participant ID,Video file,Gloss\nP,1.mp4,A\n")
    pose = PoseSequence(
        np.random.default_rng(0).random((5, 42, 2)),
        np.ones((5, 42)),
        HANDS_42,
        np.arange(5) / 25,
        "image",
        (1280, 720),
    )
    with DatasetWriter(folder / "set", HANDS_42, "image", "made", "none") as writer:
        writer.add(Clip("1", "go", "ann", "train"), pose)


def open_all(folder: Path) -> None:
    list(Dataset.open(folder / "set").poses())


CITIZEN = b"Participant ID,Video file,Gloss,ASL-LEX Code\nP1,1.mp4,DOG,A\n"
LISTS: dict[str, tuple[str, Any, Callable[[Path], object]]] = {
    "start kit": ("a.json", START_KIT, lambda folder: videos_listed(folder, folder / "a.json")),
    "nslt": ("a.json", NSLT, lambda folder: videos_listed(folder, folder / "a.json")),
    "MS-ASL": ("MSASL_train.json", [ENTRY], ms_asl.videos_in),
    "clips": (
        "a.csv",
        b"path,gloss,signer,split\na.npz,go,ann,train\n",
        lambda folder: clips_listed(folder / "a.csv"),
    ),
    "videos": (
        "a.csv",
        b"path,gloss,frame_start,fps\n1.mp4,go,2,25\n",
        lambda folder: videos_listed(folder, folder / "a.csv"),
    ),
    "ASL Citizen": ("train.csv", CITIZEN, asl_citizen.videos_in),
    "asl-signs": (
        "train.csv",
        b"path,participant_id,sequence_id,sign\na/1.parquet,1,2,go\n",
        asl_signs.clips_in,
    ),
    "AUTSL labels": ("labels.csv", b"signer0_sample1,41\n", autsl.videos_in),
    "AUTSL classes": (autsl.CLASS_LIST, b"ClassId,TR,EN\n41,abla,sister\n", autsl.videos_in),
    "dataset.json": ("set/dataset.json", None, open_all),
    "manifest.csv": ("set/manifest.csv", b"", open_all),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_damaged_list_is_read_or_refused_with_a_word(name: str, tmp_path: Path) -> None:
    write_all(tmp_path)
    file, content, read = LISTS[name]
    if name in ("dataset.json", "manifest.csv"):
        written = (tmp_path / file).read_bytes()
        content = json.loads(written) if name == "dataset.json" else written
    refused = 0
    for seed in range(NUM_TRIALS):
        rng = random.Random(seed)
        spoil = spoilt_bytes if isinstance(content, bytes) else spoilt_json
        (tmp_path / file).write_bytes(spoil(content, rng))
        try:
            read(tmp_path)
        except UserError as error:
            refused += 1
            assert len(str(error)) > 10
    assert refused
