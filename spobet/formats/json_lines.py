"""JSON Lines: a frame of MediaPipe's or COCO-WholeBody's JSON on each line."""

from __future__ import annotations

from pathlib import Path

from spobet.errors import UserError
from spobet.formats import coco_wholebody, mediapipe, traits
from spobet.formats.text import check_json_size, head_of, naming, parse_json, read_bounded
from spobet.poses.sequence import PoseSequence

NOT_KEPT = "z and the face's landmarks"


def looks_like(path: Path) -> str:
    """Why this is a file of one frame a line; "" where it is not."""
    first, _, rest = head_of(path).partition(b"\n")
    is_named = path.suffix.lower() in (".jsonl", ".ndjson")
    is_lines = first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")
    if not (first.startswith(b"{") and (is_named or is_lines)):
        return ""
    known = mediapipe.looks_like(path) or coco_wholebody.looks_like(path)
    return f"lines of {known}" if known else ""


def read(path: Path) -> PoseSequence:
    """The clip whose frames are the lines, as `mediapipe.read` or `coco_wholebody.read` says."""
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
        reader = mediapipe if mediapipe.looks_like(path) else coco_wholebody
        return reader.clip_of_json(frames)
