"""What `faults.py` disturbs: the commands, and how their results are told apart."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

CONFIG = """
[input]
num_frames = 8
[backbone]
width = 8
blocks = ["convolution"]
feed_forward = 8
[pretrain.schedule]
epochs = 4
batch_size = 8
[train]
head_width = 4
[train.schedule]
epochs = 4
batch_size = 8
"""
TIMED = ("history.csv", "run.json", "references.npz")  # hold how long something took, or when

SO_FAR = ("sweep.md", "sweep.html")  # whole tables of the runs that there are, whatever failed


@dataclass(frozen=True)
class Command:
    """A command and where it leaves its result. goes_on: an interrupted result may be there."""

    name: str
    words: tuple[str, ...]
    result: str
    goes_on: bool = False


COMMANDS = (
    Command("import", ("import", "clips", "landmarks", "OUT/data"), "data"),
    Command("extract", ("extract", "videos", "OUT/data", "--workers", "1"), "data"),
    Command(
        "pretrain",
        ("pretrain", "tiny.toml", "--data", "set", "--run", "OUT/run"),
        "run",
        goes_on=True,
    ),
    Command(
        "train", ("train", "tiny.toml", "--data", "set", "--run", "OUT/run"), "run", goes_on=True
    ),
    Command("evaluate", ("evaluate", "OUT/run", "--data", "set", "--split", "val"), "run", True),
    Command("export", ("export", "OUT/run", "OUT/exported"), "exported", goes_on=True),
    Command(
        "sweep",
        ("sweep", "tiny.toml", "--data", "set", "--out", "OUT/sweep", "--seeds", "2"),
        "sweep",
        goes_on=True,
    ),
    Command(
        "enrol",
        ("enrol", "OUT/run", "tea", "clip.npz", "--file", "OUT/signs/signs.json"),
        "signs",
    ),
)


def named(name: str) -> Command:
    """The command of this name."""
    return next(command for command in COMMANDS if command.name == name)


def contents(folder: Path) -> dict[str, str]:
    """Path below the folder -> hash of what it holds, without what depends on time."""
    found = {}
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if not file.is_file() or file.name in TIMED or file.suffix in (".lock", ".log"):
            continue
        if ".partial-" in name or name.startswith("logs/") or "/logs/" in name:
            continue
        content = file.read_bytes()
        if (
            zipfile.is_zipfile(file) and file.suffix == ".keras"
        ):  # a zip with the time of its making
            with zipfile.ZipFile(file) as archive:
                content = archive.read("model.weights.h5")
        found[name] = hashlib.sha256(content).hexdigest()
    return found


def flip_byte(file: Path, rng: np.random.Generator) -> None:
    """Turn one bit of a file, anywhere."""
    content = bytearray(file.read_bytes())
    content[rng.integers(len(content))] ^= 1 << rng.integers(8)
    file.write_bytes(bytes(content))


def different(expected: dict[str, str], found: dict[str, str]) -> list[str]:
    """The files that one of two results lacks, or has otherwise."""
    names = expected.keys() | found.keys()
    return sorted(name for name in names if expected.get(name) != found.get(name))


def half_written(command: Command, expected: dict[str, str], there: dict[str, str]) -> str:
    """What an interrupted command may not have left, in words; "" for nothing."""
    both = expected.keys() & there.keys() - set(SO_FAR)
    odd = [name for name in different(expected, there) if name in both]
    if odd:
        return f"{command.name}: half-written: {odd}"
    missing = sorted(expected.keys() - there.keys())
    if there and missing and not command.goes_on:
        return f"{command.name}: some is there, without {missing}"
    return ""
