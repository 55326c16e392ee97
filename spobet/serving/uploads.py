"""Uploaded files, each read in a process of its own with limits on time and memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from spobet.formats import packed
from spobet.poses.sequence import PoseSequence
from spobet.serving.landmarks import MAX_FRAMES
from spobet.serving.schemas import BadRequest

SUFFIXES = (
    *(".npz", ".npy", ".json", ".jsonl", ".csv", ".pose", ".zip", ".parquet"),
    *(".mp4", ".webm", ".mov", ".mkv"),
)
SECONDS = 60  # a video of one sign takes two or three
GRACE = 10  # more seconds until the process is ended from outside, where its own limit fails
BYTES = 3_000_000_000  # of address space, most of which MediaPipe reserves and never uses


def read_upload(name: str, content: bytes) -> PoseSequence:
    """The clip of a file that a client sent; BadRequest says why it is none.

    name: its suffix is used, and all of it in errors. Nothing of the file is left on disk.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        expected = ", ".join(SUFFIXES)
        raise BadRequest(f"a file ending in {suffix[:12]!r}, expected one of: {expected}")
    with tempfile.TemporaryDirectory(prefix="spobet-upload-") as folder:
        file, out = Path(folder) / f"clip{suffix}", Path(folder) / "pose.npz"
        file.write_bytes(content)
        _decode(file, out, Path(name).name)
        pose = packed.read(out)
    if len(pose) > MAX_FRAMES:
        raise BadRequest(f"{len(pose)} frames, expected at most {MAX_FRAMES:,}")
    return pose


def _decode(file: Path, out: Path, name: str) -> None:
    """Let another process read the file and write its pose; errors call the file by its name."""
    module = [sys.executable, "-m", "spobet.serving.decode"]
    command = [*module, str(file), str(out), str(BYTES), str(SECONDS)]
    try:
        process = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS + GRACE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BadRequest(f"could not be read within {SECONDS} seconds") from error
    if process.returncode == 0 and out.is_file():
        return
    lines = process.stderr.splitlines()
    reasons = [line.removeprefix("spobet: ") for line in lines if line.startswith("spobet: ")]
    reason = reasons[-1] if reasons else "the file could not be read within the limits"
    raise BadRequest(reason.replace(str(file), name))
