"""The frames of a clip in one JSON value: a list, an object of facts, or one keyed by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spobet.errors import UserError
from spobet.formats import traits

_NUMBER_KEYS = (*("frame_id", "frame", "frame_number", "frame_index", "frame_idx", "timestamp_ms"),)


@dataclass(frozen=True, eq=False)
class JsonFrames:
    """The entries of a clip in order, where each stands, and what is said beside them."""

    entries: list[Any]
    order: traits.FrameOrder
    facts: dict[str, Any]


def json_frames(content: Any, key: str) -> JsonFrames:
    """The frames of a JSON value.

    A list of frames; an object with such a list under `key` and facts beside it; an object whose
    keys are frame numbers; or one frame. Frames that give their numbers (`frame_id` and others)
    stand at them, others in the order of the list. UserError where it is none of these.
    """
    facts = content if isinstance(content, dict) else {}
    entries = content
    if facts and key in facts:
        entries = facts[key]
    elif facts and not all(str(name).isdecimal() for name in facts):
        entries = [facts]
    if isinstance(entries, dict) and entries and all(name.isdecimal() for name in entries):
        numbers = sorted(int(name) for name in entries if len(name) <= 18)
        by_number = {int(name): entry for name, entry in entries.items()}
        return JsonFrames([by_number[n] for n in numbers], traits.frame_order(numbers), facts)
    if not isinstance(entries, list) or not 0 < len(entries) <= traits.MAX_FRAMES:
        raise UserError(f"expected a list of 1 to {traits.MAX_FRAMES:,} frames, each an object")
    numbers = _numbers(entries) or list(range(len(entries)))
    return JsonFrames(entries, traits.frame_order(numbers), facts)


def _numbers(entries: list[Any]) -> list[int]:
    """The frame numbers that all entries give, ascending; none where they do not."""
    for key in _NUMBER_KEYS:
        given = [entry.get(key) if isinstance(entry, Mapping) else None for entry in entries]
        numbers = [number for number in given if type(number) is int and 0 <= number < 10**15]
        if len(numbers) == len(entries) and numbers == sorted(set(numbers)):
            return numbers
    return []
