"""OpenPose's frames of one clip together in one JSON file, as scripts gather them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from spobet.formats import openpose
from spobet.formats.frames import json_frames, times_and_size
from spobet.formats.text import head_of, load_json, naming
from spobet.poses.sequence import PoseSequence

NOT_KEPT = openpose.NOT_KEPT
_KEY = re.compile(rb'"people"\s*:')


@dataclass(frozen=True)
class _Entry:
    """One frame of the file, read as a file of its own would be."""

    number: int
    content: Any

    def __str__(self) -> str:
        return f"frame {self.number}"

    def read(self) -> bytes:
        return orjson.dumps(self.content or {"people": []})


def looks_like(path: Path) -> str:
    """Why this is a file of OpenPose's frames; "" where it is not, or just one of them."""
    head = head_of(path)
    before = head.partition(b'"people"')[0]
    is_one = before.startswith(b"{") and before.count(b"{") - before.count(b"}") == 1
    return "" if is_one else key_in(head)


def key_in(head: bytes) -> str:
    """Why JSON is OpenPose's, from its first bytes; "" where it is not."""
    is_json = head[:1] in (b"{", b"[") and _KEY.search(head)
    return 'JSON with "people"' if is_json else ""


def read(path: Path) -> PoseSequence:
    """The signer of all frames, as `openpose.read` reads a folder of them.

    The frames are a list, an object keyed by their numbers, or under `frames`.
    """
    with naming(path):
        return clip_of_json(load_json(path))


def clip_of_json(content: Any) -> PoseSequence:
    """The clip of a JSON value, as `read` describes it."""
    found = json_frames(content, "frames")
    files: dict[int, openpose.File] = {
        position: _Entry(number, entry)
        for number, (position, entry) in enumerate(
            zip(found.order.positions.tolist(), found.entries, strict=True), start=1
        )
    }
    pose = openpose.read_frames(files, Path("frames"))
    times, size = times_and_size(found.facts, len(pose), found.order.times)
    return replace(pose, times=times, size=size)
