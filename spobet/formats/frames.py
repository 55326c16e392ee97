"""The frames of a clip in one JSON value: a list, an object of facts, or one keyed by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spobet.errors import UserError
from spobet.formats import traits

_NUMBER_KEYS = ("frame_id", "frame", "frame_number", "frame_index", "frame_idx")
_STAMP_KEYS = {"timestamp_ms": 1e3, "timestamp": None, "time": None}  # units a second
_LIST_KEYS = ("frames", "results", "data")


@dataclass(frozen=True, eq=False)
class JsonFrames:
    """The entries of a clip in order, where each stands, and what is said beside them."""

    entries: list[Any]
    order: traits.FrameOrder
    facts: dict[str, Any]


def json_frames(content: Any, key: str) -> JsonFrames:
    """The frames of a JSON value.

    A list of frames; an object with such a list under `key`, `frames`, `results` or `data` and
    facts beside it; an object whose keys are or end in frame numbers; or one frame. Frames that
    give their numbers (`frame_id` and others) or time stamps stand at them, others in the order of
    the list. UserError where it is none of these.
    """
    facts = content if isinstance(content, dict) else {}
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
    return JsonFrames(entries, _order(entries), facts)


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


def _order(entries: list[Any]) -> traits.FrameOrder:
    """Where the frames stand by the numbers or times that all of them give, else one by one."""
    for key in _NUMBER_KEYS:
        numbers = _ascending(entries, key)
        if numbers:
            return traits.frame_order([int(number) for number in numbers])
    for key, a_second in _STAMP_KEYS.items():
        stamps = _ascending(entries, key)
        if len(stamps) > 1:
            return traits.stamped_order(stamps, a_second)
    return traits.frame_order(range(len(entries)))


def _ascending(entries: list[Any], key: str) -> list[float]:
    """The numbers of all entries under a key where each is over the one before; else none."""
    found: list[float] = []
    for entry in entries:
        value: Any = entry.get(key) if isinstance(entry, Mapping) else None
        if isinstance(value, str) and value.isdecimal() and len(value) < 16:
            value = int(value)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not 0 <= value < 1e18 or (found and value <= found[-1]):
            return []
        found.append(value)
    return found
