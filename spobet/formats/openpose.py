"""OpenPose clip folders: one JSON file a frame, as WLASL publishes them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import orjson

from spobet.errors import NotFound, UserError
from spobet.formats import traits
from spobet.formats.openpose_json import File, person_json, read_people
from spobet.formats.text import naming
from spobet.poses.adapt import on_skeleton
from spobet.poses.people import signer_rows
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54

NOT_KEPT = "faces, legs and feet"
_TO_THE_END = -1
_FRAME_NAME = re.compile(r"(?:^|[_/])(\d{1,18})_keypoints\.json\Z", re.IGNORECASE)
_CENTRED = 1.5  # -1..1 of the picture, and guesses a little outside of it


class RangeOutsideClip(UserError):
    """The frame range does not lie in the clip.

    It picks no file, or the clip seems to be cut to it already.
    """


def read(path: Path, frame_start: int = 1, frame_end: int = _TO_THE_END) -> PoseSequence:
    """The signer of one OpenPose clip folder on OPENPOSE_54, in pixels.

    path: a folder of `<name>_<number>_keypoints.json` files, one a frame, BODY_25 or the 18-point
    model; faces are ignored. frame_start, frame_end: inclusive frame numbers as in the file names,
    from 1; -1 reads to the last frame. Files numbered from 0, as OpenPose does, and files numbered
    by milliseconds count from 1 all the same.

    Frames stand in the order of their numbers. A number without a file, between the first and the
    last frame read, is a frame with every landmark missing, so that time stays true; so is a frame
    without a person. OpenPose's (0, 0, 0) is missing; low-confidence guesses stand with their
    confidence. Of several people, one signer is followed through the clip. `times` are known only
    where files are numbered by milliseconds. Coordinates that OpenPose was asked to scale to 0..1
    or -1..1 are in the unit "image".

    Raises NotFound (no folder, no keypoint file), RangeOutsideClip, and UserError naming the file
    that is not OpenPose's JSON.
    """
    return read_frames(_frame_files(path), path, frame_start, frame_end)


def read_frames(
    files: Mapping[int, File], path: Path, frame_start: int = 1, frame_end: int = _TO_THE_END
) -> PoseSequence:
    """What `read` does, of frame files by their numbers, at least one.

    path: what errors call the clip.
    """
    numbers = sorted(files)
    with naming(path):
        traits.check_one_clip([str(files[number]) for number in (numbers[0], numbers[-1])])
    times = traits.clock_times(numbers)
    shift = int(numbers[0] == 0)  # ranges count from 1
    files = {
        number + shift if times is None else place: files[number]
        for place, number in enumerate(numbers, start=1)
    }
    files = _files_in_range(files, frame_start, frame_end, path)
    people, frames = read_people(files)
    if times is None:
        with naming(path):
            num_frames = traits.counted_frames(sorted(files)).num_frames
        values = np.zeros((num_frames, len(OPENPOSE_54), 3), dtype=np.float32)
    else:
        values = np.zeros((len(files), len(OPENPOSE_54), 3), dtype=np.float32)
        times = times[min(files) - 1 : max(files)]
    bodies = people[:, OPENPOSE_54.body]
    if not bodies[..., 2].any():  # hands alone
        bodies = people
    signer = signer_rows(bodies, frames, confidence=people[..., 2].sum(axis=1), landmarks=people)
    values[frames[signer] - min(files)] = people[signer]
    missing = ~values.any(axis=-1, keepdims=True)
    xy = np.where(missing, np.float32(np.nan), values[..., :2])
    if traits.is_centred(xy) and np.nanmax(np.abs(xy)) <= _CENTRED:  # --keypoint_scale 4
        xy = (xy + 1) / 2
    return PoseSequence(
        xy, np.minimum(values[..., 2], 1), OPENPOSE_54, times, traits.unit_of(xy, "pixels")
    )


def write(pose: PoseSequence, path: Path) -> None:
    """Write a clip as WLASL's OpenPose folder, BODY_25, one person a frame at most.

    Files are called `image_00001_keypoints.json` and so on. pose: in pixels, on a skeleton with
    every landmark of OPENPOSE_54. Times are not written. `read` gives the same float32 values
    back. UserError for another unit, FileExistsError where the folder is there already.
    """
    if pose.unit != "pixels" and pose.size is None:
        raise UserError(f"{path}: pose is in {pose.unit}, expected pixels")
    pose = on_skeleton(pose, OPENPOSE_54).in_unit("pixels")
    points = np.concatenate(
        [np.nan_to_num(pose.xy), pose.confidence[..., None]], axis=-1, dtype=np.float64
    )
    path.mkdir(parents=True)
    for number, frame in enumerate(points, start=1):
        content = {"version": 1.3, "people": [person_json(frame)] if frame.any() else []}
        (path / f"image_{number:05d}_keypoints.json").write_bytes(orjson.dumps(content))


def looks_like(path: Path) -> str:
    """Why this is a folder of OpenPose keypoint files; "" where it is not."""
    if not path.is_dir():
        return ""
    with os.scandir(path) as files:
        first = next((file.name for file in files if frame_number(file.name) is not None), "")
    return f"a folder with {first}" if first else ""


def frame_number(name: str) -> int | None:
    """The number in the name of a keypoint file; None for another file."""
    match = _FRAME_NAME.search(name)
    return int(match[1]) if match and not traits.is_leftover(name) else None


def _frame_files(path: Path) -> dict[int, File]:
    """The keypoint files of a folder by the number in their name."""
    if not path.exists():
        raise NotFound(f"{path}: no such folder, expected one with *_keypoints.json files")
    if not path.is_dir():
        raise UserError(f"{path}: a file, expected a folder with *_keypoints.json files")
    files: dict[int, File] = {}
    with os.scandir(path) as listing:
        for entry in listing:
            if (number := frame_number(entry.name)) is None:
                continue
            other = files.setdefault(number, entry.path)
            if other != entry.path:
                raise UserError(
                    f"{other}: {entry.name} has the same frame number, expected one clip a folder"
                )
    if not files:
        raise NotFound(f"{path}: no *_keypoints.json file in this folder, expected one a frame")
    return files


def _files_in_range(files: Mapping[int, File], start: int, end: int, path: Path) -> dict[int, File]:
    if start < 1 or (end != _TO_THE_END and end < start):
        raise UserError(f"{path}: frames {start}..{end}, expected 1 <= start <= end (or end -1)")
    first, last = min(files), max(files)
    stop = last if end == _TO_THE_END else end
    chosen = {number: file for number, file in files.items() if start <= number <= stop}
    if not chosen:
        raise RangeOutsideClip(
            f"{path}: frames {start}..{end} asked for, files are numbered {first}..{last}"
        )
    # Cut already: the length is nearer to the range's than the clip is to reaching its end.
    num_frames = last - first + 1
    if start > 1 and abs(num_frames - (end - start + 1)) < end - last:
        raise RangeOutsideClip(
            f"{path}: frames {start}..{end} asked for, "
            f"its {num_frames} frames seem to be cut already"
        )
    return chosen
