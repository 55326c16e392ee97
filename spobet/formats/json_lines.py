"""JSON Lines: a frame of MediaPipe's, COCO-WholeBody's or OpenPose's JSON on each line."""

from __future__ import annotations

from pathlib import Path

from spobet.errors import UserError
from spobet.formats import coco_wholebody, mediapipe, openpose_clip, traits
from spobet.formats.frames import is_facts
from spobet.formats.text import check_json_size, head_of, naming, parse_json, read_bounded
from spobet.poses.sequence import PoseSequence

NOT_KEPT = "z and the face's landmarks"


def looks_like(path: Path) -> str:
    """Why this is a file of one frame a line; "" where it is not."""
    head = head_of(path)
    first, _, rest = head.partition(b"\n")
    is_named = path.suffix.lower() in (".jsonl", ".ndjson")
    is_lines = any(
        first.startswith(begin) and first.rstrip().endswith(end) and rest.lstrip().startswith(begin)
        for begin, end in ((b"{", b"}"), (b"[", b"]"))
    )
    if not (is_lines or (is_named and first.startswith(b"{"))):
        return ""
    known = mediapipe.looks_like(path) or coco_wholebody.looks_like(path)
    known = known or openpose_clip.key_in(head)
    return f"lines of {known}" if known else ""


def read(path: Path) -> PoseSequence:
    """The clip whose frames are the lines, as the reader of that JSON says.

    The first line may give the frame rate and the size of the picture instead.
    """
    with naming(path):
        content = read_bounded(path)
        check_json_size(content)
        text = traits.decode(content)
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > traits.MAX_FRAMES:
            raise UserError(f"{len(lines):,} lines, expected at most {traits.MAX_FRAMES:,} frames")
        frames = []
        for number, line in enumerate(lines, start=1):
            with naming(Path(f"line {number}")):
                frames.append(parse_json(line.encode()))
        facts = frames.pop(0) if len(frames) > 1 and is_facts(frames[0]) else {}
        readers = (mediapipe, coco_wholebody)
        reader = next((one for one in readers if one.looks_like(path)), openpose_clip)
        return reader.clip_of_json({**facts, "frames": frames})
