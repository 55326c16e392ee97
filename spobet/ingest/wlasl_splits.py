"""WLASL's two forms of split file, and several of them merged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import starmap
from pathlib import Path
from typing import Any

from spobet.dataset.manifest import TO_THE_END, Clip, Manifest
from spobet.errors import NotFound, UserError
from spobet.formats import traits
from spobet.formats.text import naming, parse_json, read_bounded
from spobet.ingest.tables import known, split_named, whole

CLASS_LIST = "wlasl_class_list.txt"
FRAME_RATE = 25.0  # at which WLASL counts frames, whatever the video has
_FACTS = ("gloss", "signer", "split", "url", "variation")
_FRAME = re.compile(r"-?\d{1,15}")


def read_split(path: Path, class_list: Path | None = None) -> Manifest:
    """The clips of an official split file of either form, known by its content.

    Start-kit form: a list of {gloss, instances}. nslt form: {video id: {subset, action: [class,
    start, end]}}, whose glosses come from `class_list`, by default `wlasl_class_list.txt` beside
    the file. Raises UserError naming file and clip where the file is of neither form or an entry is
    not a clip, NotFound without class list.
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
    forms = "a list of {gloss, instances} or {video id: {subset, action}}"
    raise UserError(f"{path}: no WLASL split file, expected {forms}")


def frame_rates(path: Path) -> dict[str, float]:
    """At how many frames a second a split file counts the range of each clip, by clip id.

    path: a file that `read_split` reads. Where an instance does not say, FRAME_RATE; so for every
    clip of the nslt form.
    """
    content = _json(path)
    if not _is_start_kit(content):
        return dict.fromkeys(content, FRAME_RATE)
    with naming(path):
        return {
            whole(str(instance.get("video_id"))): traits.frame_rate(instance.get("fps"))
            or FRAME_RATE
            for entry in content
            for instance in entry["instances"]
        }


def read_class_list(path: Path) -> dict[int, str]:
    """Gloss of each class number, from WLASL's class list: lines of number, tab, gloss."""
    if not path.is_file():
        raise NotFound(
            f"{path}: no such file; nslt split files take their glosses from WLASL's class list"
        )
    glosses: dict[int, str] = {}
    lines = traits.decode(read_bounded(path)).splitlines()
    for number, line in enumerate(lines, start=1):
        label, _, gloss = line.partition("\t")
        if not label.strip().isdecimal() or not gloss.strip():
            raise UserError(f"{path}:{number}: {line!r}, expected class number, tab, gloss")
        glosses[int(label)] = gloss.strip()
    return glosses


def merge_splits(first: Manifest, *others: Manifest) -> Manifest:
    """One manifest of all clips, each with everything that any of them accepts of it.

    Clips are in the order of their first mention. Gloss, split, signer, url and variation must
    agree where two give them, or UserError names the clip and both values. Frame ranges of the two
    forms do differ, because only the start-kit form, the one with urls, counts the frames of the
    original video. The start-kit range is used.
    """
    clips = {clip.id: clip for clip in first}
    for clip in (clip for manifest in others for clip in manifest):
        clips[clip.id] = _merge_clips(clips[clip.id], clip) if clip.id in clips else clip
    return Manifest(tuple(clips.values()))


def _json(path: Path) -> Any:
    with naming(path):
        return parse_json(read_bounded(path))


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
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    if not manifest.clips:
        raise UserError(f"{path}: names no clip")
    return manifest


def _start_kit_clip(gloss: str, instance: dict[str, Any]) -> Clip:
    if instance.get("video_id") is None:
        raise UserError(f"clip ? of gloss {gloss!r}: no video_id")
    clip_id = whole(str(instance["video_id"]))
    return Clip(
        id=clip_id,
        gloss=str(gloss),
        signer=_text(instance.get("signer_id")),
        split=split_named(str(instance.get("split"))),
        frame_start=_frame(instance.get("frame_start"), clip_id, 1),
        frame_end=_frame(instance.get("frame_end"), clip_id, TO_THE_END),
        url=_text(instance.get("url")),
        variation=_text(instance.get("variation_id")),
    )


def _nslt_clip(clip_id: str, entry: dict[str, Any], glosses: dict[int, str]) -> Clip:
    action, split = entry["action"], entry.get("subset") or ""
    if not isinstance(action, list) or len(action) != 3:
        raise UserError(f"clip {clip_id}: action {action}, expected [class, start, end]")
    if type(action[0]) is not int or action[0] not in glosses:
        raise UserError(
            f"clip {clip_id}: class {action[0]} is not among the {len(glosses)} of the class list"
        )
    start, end = _frame(action[1], clip_id, 1), _frame(action[2], clip_id, TO_THE_END)
    return Clip(clip_id, glosses[action[0]], "", split_named(str(split)), start, end)


def _text(value: Any) -> str:
    return known(str(value))


def _frame(value: Any, clip_id: str, absent: int) -> int:
    if value is None:
        return absent
    if isinstance(value, bool) or not _FRAME.fullmatch(whole(str(value))):
        raise UserError(f"clip {clip_id}: frame {value!r}, expected a whole number")
    return int(whole(str(value)))


def _merge_clips(one: Clip, other: Clip) -> Clip:
    facts: dict[str, Any] = {
        name: _agreed(name, getattr(one, name), getattr(other, name), one.id) for name in _FACTS
    }
    start_kit = other if other.url and not one.url else one
    if bool(one.url) == bool(other.url):
        first, second = (f"{clip.frame_start}..{clip.frame_end}" for clip in (one, other))
        _agreed("frames", first, second, one.id)
    return replace(start_kit, **facts)


def _agreed(name: str, one: str, other: str, clip_id: str) -> str:
    if one and other and one != other:
        raise UserError(f"clip {clip_id}: {name} {one!r} in one split file, {other!r} in another")
    return one or other
