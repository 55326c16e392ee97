"""WLASL: its two forms of split file, and its OpenPose folders made into a data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import reduce
from itertools import starmap
from pathlib import Path
from typing import Any

import orjson

from spobet.dataset.manifest import TO_THE_END, Clip, Manifest
from spobet.dataset.store import DatasetWriter
from spobet.errors import NotFound, UserError
from spobet.formats import openpose
from spobet.formats.openpose_zip import ClipArchive, ClipNotThere
from spobet.ingest.report import ImportReport, Problem
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54

CLASS_LIST = "wlasl_class_list.txt"
SOURCE = "WLASL (https://dxli94.github.io/WLASL/), OpenPose landmarks"
LICENCE = "C-UDA 1.0; academic and computational use only"
_FACTS = ("gloss", "signer", "split", "url", "variation")


def read_split(path: Path, class_list: Path | None = None) -> Manifest:
    """The clips of an official split file of either form, told apart by content.

    Start-kit form: a list of {gloss, instances}. nslt form: {video id: {subset, action: [class, start, end]}}, whose glosses come
    from `class_list`, by default `wlasl_class_list.txt` beside the file. Raises ValueError naming file and clip where the file is
    of neither form or an entry is not a clip, FileNotFoundError without class list.
    """
    content = _json(path)
    if _is_start_kit(content):
        instances = (
            (entry.get("gloss", ""), instance)
            for entry in content
            for instance in entry["instances"]
        )
        return _manifest(path, starmap(_start_kit_clip, instances))
    if isinstance(content, dict) and all(
        isinstance(entry, dict) and "action" in entry for entry in content.values()
    ):
        glosses = read_class_list(class_list or path.with_name(CLASS_LIST))
        return _manifest(
            path, (_nslt_clip(clip_id, entry, glosses) for clip_id, entry in content.items())
        )
    raise UserError(
        f"{path}: no WLASL split file, expected a list of {{gloss, instances}} or {{video id: {{subset, action}}}}"
    )


def read_class_list(path: Path) -> dict[int, str]:
    """Gloss of each class number, from WLASL's class list: lines of number, tab, gloss."""
    if not path.is_file():
        raise NotFound(
            f"{path}: no such file; the nslt split files need WLASL's class list to name glosses, give one"
        )
    glosses: dict[int, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        label, _, gloss = line.partition("\t")
        if not label.strip().isdecimal() or not gloss.strip():
            raise UserError(f"{path}:{number}: {line!r}, expected class number, tab, gloss")
        glosses[int(label)] = gloss.strip()
    return glosses


def merge_splits(first: Manifest, *others: Manifest) -> Manifest:
    """One manifest of all clips, each with everything that any of them accepts of it.

    Clips stand in the order of their first mention. Gloss, split, signer, url and variation must agree where two know them, or
    ValueError names the clip and both values. Frame ranges of the two forms do differ, because only the start-kit form, the one
    with urls, counts the frames of the original video; the nslt form counts at 25 frames a second. The start-kit range is kept.
    """
    return reduce(_merge_two, others, first)


def import_wlasl(
    poses: Path,
    splits: Sequence[Path],
    out: Path,
    class_list: Path | None = None,
    progress: Callable[[Iterable[Clip]], Iterable[Clip]] = iter,
) -> ImportReport:
    """Make a data set of the clips that the split files name, from the OpenPose folders `poses/<video id>`, or from a .zip of them.

    progress: wraps the clips on their way through, to show how far it is. Every clip that is left out or not as its split file
    says is in the report and in problems.csv of the new folder. Raises ValueError where no clip at all can be read,
    FileExistsError where `out` is there already.
    """
    manifest = merge_splits(*(read_split(path, class_list) for path in splits))
    problems: list[Problem] = []
    num_read = 0
    read = ClipArchive(poses).read if poses.is_file() else _folder_reader(poses)
    with DatasetWriter(out, OPENPOSE_54, "pixels", SOURCE, LICENCE) as writer:
        for clip in progress(manifest.clips):
            pose, problem = _read_clip(clip, poses / clip.id, read)
            if problem:
                problems.append(problem)
            if pose:
                writer.add(clip, pose)
                num_read += 1
        report = ImportReport(num_read, len(manifest), tuple(problems))
        if not num_read:
            raise UserError(
                f"{poses}: {report.read} of {report.total:,} clips could be read: {_tally(problems)}"
            )
        report.write(writer.folder / "problems.csv")
    return report


ClipReader = Callable[..., PoseSequence]  # clip id[, first frame, last frame]


def _folder_reader(poses: Path) -> ClipReader:
    def read(clip: str, *frames: int) -> PoseSequence:
        if not (poses / clip).is_dir():
            raise ClipNotThere(str(poses / clip))
        return openpose.read(poses / clip, *frames)

    return read


def _read_clip(
    clip: Clip, folder: Path, read: ClipReader
) -> tuple[PoseSequence | None, Problem | None]:
    """The landmarks of a clip, what is wrong with it, or both."""
    problem = None
    try:
        try:
            pose = read(clip.id, clip.frame_start, clip.frame_end)
        except openpose.RangeOutsideClip as error:
            problem = Problem(clip.id, "range outside clip", str(folder), str(error))
            pose = read(clip.id)
    except ClipNotThere:
        return None, Problem(clip.id, "missing", str(folder))
    except FileNotFoundError as error:
        return None, Problem(clip.id, "empty", str(folder), str(error))
    except ValueError as error:
        return None, Problem(clip.id, "corrupt", str(folder), str(error))
    if not pose.seen.any():
        return None, Problem(
            clip.id, "empty", str(folder), f"{folder}: nobody in any of {len(pose)} frames"
        )
    return pose, problem


def _tally(problems: list[Problem]) -> str:
    counts = Counter(problem.what for problem in problems)
    return ", ".join(f"{count:,} {what}" for what, count in counts.most_common())


def _json(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise UserError(f"{path}: not JSON: {error}") from error


def _is_start_kit(content: Any) -> bool:
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        return False
    groups = [entry.get("instances") for entry in content]
    return all(
        isinstance(group, list) and all(isinstance(instance, dict) for instance in group)
        for group in groups
    )


def _manifest(path: Path, clips: Iterable[Clip]) -> Manifest:
    """A manifest of clips still to be made; whatever is wrong with them names the file."""
    try:
        manifest = Manifest(tuple(clips))
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error
    if not manifest.clips:
        raise UserError(f"{path}: names no clip")
    return manifest


def _start_kit_clip(gloss: str, instance: dict[str, Any]) -> Clip:
    absent = [key for key in ("video_id", "split") if key not in instance]
    if absent:
        raise UserError(
            f"clip {instance.get('video_id', '?')} of gloss {gloss!r}: no {' and no '.join(absent)}"
        )
    clip_id = str(instance["video_id"])
    return Clip(
        id=clip_id,
        gloss=gloss,
        signer=_known(instance.get("signer_id", "")),
        split=instance["split"],
        frame_start=_frame(instance.get("frame_start", 1), clip_id),
        frame_end=_frame(instance.get("frame_end", TO_THE_END), clip_id),
        url=instance.get("url", ""),
        variation=_known(instance.get("variation_id", "")),
    )


def _nslt_clip(clip_id: str, entry: dict[str, Any], glosses: dict[int, str]) -> Clip:
    action = entry["action"]
    if not isinstance(action, list) or len(action) != 3:
        raise UserError(f"clip {clip_id}: action {action}, expected [class, start, end]")
    if action[0] not in glosses:
        raise UserError(
            f"clip {clip_id}: class {action[0]} is not among the {len(glosses)} of the class list"
        )
    start, end = _frame(action[1], clip_id), _frame(action[2], clip_id)
    return Clip(
        clip_id, glosses[action[0]], split=entry.get("subset", ""), frame_start=start, frame_end=end
    )


def _known(number: int | str) -> str:
    return "" if number == -1 else str(number)


def _frame(value: Any, clip_id: str) -> int:
    if type(value) is not int:  # bool is no frame number
        raise UserError(f"clip {clip_id}: frame {value!r}, expected a whole number")
    return value


def _merge_two(first: Manifest, second: Manifest) -> Manifest:
    clips = {clip.id: clip for clip in first}
    for clip in second:
        clips[clip.id] = _merge_clips(clips[clip.id], clip) if clip.id in clips else clip
    return Manifest(tuple(clips.values()))


def _merge_clips(one: Clip, other: Clip) -> Clip:
    known: dict[str, Any] = {
        name: _agreed(name, getattr(one, name), getattr(other, name), one.id) for name in _FACTS
    }
    start_kit = other if other.url and not one.url else one
    if bool(one.url) == bool(other.url):
        _agreed("frames", _frames(one), _frames(other), one.id)
    return replace(start_kit, **known)


def _agreed(name: str, one: str, other: str, clip_id: str) -> str:
    if one and other and one != other:
        raise UserError(f"clip {clip_id}: {name} {one!r} in one split file, {other!r} in another")
    return one or other


def _frames(clip: Clip) -> str:
    return f"{clip.frame_start}..{clip.frame_end}"
