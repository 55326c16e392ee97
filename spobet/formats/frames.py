"""The frames of a clip in one JSON value: a list, an object of facts, or one keyed by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.formats import traits

_NUMBER_KEYS = ("frame_id", "frame", "frame_number", "frame_index", "frame_idx")
_STAMP_KEYS = {"timestamp_ms": 1e3, "timestamp": None, "time": None}  # units a second
_LIST_KEYS = ("frames", "results", "predictions", "data")
FACTS = ("fps", "frame_rate", "width", "height")
_FACT_KEYS = ("metadata", "meta", "info", "video", "video_info")


@dataclass(frozen=True, eq=False)
class JsonFrames:
    """The entries of a clip in order, where each stands, and what is said beside them."""

    entries: list[Any]
    order: traits.FrameOrder
    facts: dict[str, Any]


def json_frames(content: Any, key: str) -> JsonFrames:
    """The frames of a JSON value.

    A list of frames; an object with such a list under `key`, `frames`, `results` or `data` and
    facts beside it, at the top or under `metadata` and the like; an object whose keys are or end in
    frame numbers; or one frame. Frames that give their numbers (`frame_id` and others) or time
    stamps stand at them, whatever their order, others in the order of the list. UserError where it
    is none of these, or a number stands twice.
    """
    facts = _facts_in(content) if isinstance(content, dict) else {}
    entries = content
    named = next((name for name in (key, *_LIST_KEYS) if name in facts), None)
    if named:
        entries = facts[named]
    if isinstance(entries, dict) and entries:
        by_number = _numbered(entries)
        if by_number:
            order = traits.frame_order(list(by_number))
            return JsonFrames(list(by_number.values()), order, facts)
        if not named:
            entries = [entries]
    if not isinstance(entries, list) or not 0 < len(entries) <= traits.MAX_FRAMES:
        raise UserError(f"expected a list of 1 to {traits.MAX_FRAMES:,} frames, each an object")
    return JsonFrames(*_in_order(entries), facts)


def is_facts(entry: Any) -> bool:
    """Whether an object is no frame: it tells of the clip's frame rate or picture size alone."""
    if not isinstance(entry, dict) or any(key in entry for key in (*_NUMBER_KEYS, *_STAMP_KEYS)):
        return False
    has_facts = any(name in FACTS for name in _facts_in(entry))
    return has_facts and not any(
        isinstance(value, list) or value is None for value in entry.values()
    )


def times_and_size(
    facts: Mapping[str, Any], num_frames: int, times: np.ndarray | None
) -> tuple[np.ndarray | None, tuple[int, int] | None]:
    """Seconds of the frames, and width and height of the picture, as far as any of FACTS tell.

    times: of the frames themselves, which go before a frame rate.
    """
    rates = [traits.frame_rate(facts.get(name), name) for name in ("fps", "frame_rate")]
    if times is None:
        times = traits.rate_times(num_frames, rates[0] or rates[1])
    return times, traits.picture_size(facts.get("width"), facts.get("height"))


def _facts_in(content: dict[str, Any]) -> dict[str, Any]:
    """An object with the facts of one in it, such as `metadata`, at its top."""
    inner = (content.get(key) for key in _FACT_KEYS)
    return {**next((facts for facts in inner if isinstance(facts, dict)), {}), **content}


def _numbered(entries: Mapping[str, Any]) -> dict[int, Any]:
    """The frames under keys such as `12` or `frame_0012.jpg`, ascending; none for other keys."""
    frames = {
        name: entry
        for name, entry in entries.items()
        if name.isdecimal() or isinstance(entry, (dict, list))
    }
    by_number: dict[int, Any] = {}
    for name, entry in frames.items():
        number = traits.last_number(name)
        if number is None or by_number.setdefault(number, entry) is not entry:
            return {}
    if len(frames) == 1 and not next(iter(frames)).isdecimal():
        return {}
    return dict(sorted(by_number.items()))


def _in_order(entries: list[Any]) -> tuple[list[Any], traits.FrameOrder]:
    """The frames by the numbers or times that all of them give, else one by one."""
    for key in _NUMBER_KEYS:
        numbers = _values(entries, key)
        if numbers:
            entries, numbers = _sorted(entries, numbers)
            twice = [number for number, after in pairwise(numbers) if int(number) == int(after)]
            if twice:
                raise UserError(f"{key} {twice[0]:g} stands twice, expected one entry a frame")
            return entries, traits.frame_order([int(number) for number in numbers])
    for key, a_second in _STAMP_KEYS.items():
        stamps = _values(entries, key)
        if len(set(stamps)) == len(stamps) > 1:  # times that were rounded may be alike
            entries, stamps = _sorted(entries, stamps)
            return entries, traits.stamped_order(stamps, a_second)
    return entries, traits.frame_order(range(len(entries)))


def _sorted(entries: list[Any], values: list[float]) -> tuple[list[Any], list[float]]:
    """Entries and their values, the values ascending."""
    order = sorted(range(len(values)), key=values.__getitem__)
    return [entries[place] for place in order], [values[place] for place in order]


def _values(entries: list[Any], key: str) -> list[float]:
    """The numbers of all entries under a key; none where one of them has none."""
    found: list[float] = []
    for entry in entries:
        value: Any = entry.get(key) if isinstance(entry, Mapping) else None
        if isinstance(value, str) and value.isdecimal() and len(value) < 16:
            value = int(value)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not 0 <= value < 1e18:
            return []
        found.append(value)
    return found
