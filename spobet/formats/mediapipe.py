"""MediaPipe's landmarks of body and hands, as its users write them: JSON and .npz."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.arrays import MAX_ARRAY_BYTES, archive_names, load_npz
from spobet.formats.frames import FACTS, json_frames
from spobet.formats.mediapipe_hands import lists_hands, with_sides
from spobet.formats.mediapipe_parts import (
    PARTS,
    holistic_clip,
    no_landmarks,
    part_of,
    part_values,
    with_confidence,
)
from spobet.formats.text import head_of, load_json, naming, numbers
from spobet.poses.people import signer_rows
from spobet.poses.sequence import PoseSequence

NOT_KEPT = "z and the face's landmarks"
_JSON_KEY = re.compile(
    rb'"(?:(?:(?:pose|face|(?:(?:left|right|multi)_?)?hand)_?)?landmarks'
    rb'|(?:left|right)_?hand|hands|(?:multi_?)?handedness(?:es)?)"',
    re.IGNORECASE,
)
_DEPTH_OF_FRAMES = 2  # a frame is a list of points


def looks_like(path: Path) -> str:
    """Why this is a file of MediaPipe landmarks; "" where it is not."""
    head = head_of(path)
    if head[:1] in (b"{", b"[") and (key := _JSON_KEY.search(head)):
        return f"JSON with {key[0].decode()}"
    if head.startswith(b"PK"):
        arrays = [name.removesuffix(".npy") for name in archive_names(path)]
        if found := [name for name in arrays if part_of(name) in PARTS]:
            return f"arrays named {', '.join(found[:3])}"
    return ""


def read(path: Path) -> PoseSequence:
    """The signer on HOLISTIC_75, in shares of the picture; sides are those of the signer.

    What MediaPipe did not find is missing: a part that is absent or null, NaN and (0, 0). Listed
    hands are given the sides of their handedness. Confidence is the body points' visibility and 1
    for the points of a hand. Of several bodies the signer is chosen as `spobet.poses.people` says.
    `size` and `times` where the file gives width, height and frames a second; coordinates that
    are too large for shares are pixels. z and faces are not read. UserError names what is not as
    it should be.
    """
    with naming(path):
        if head_of(path).startswith(b"PK"):
            return _from_arrays(path)
        return clip_of_json(load_json(path))


def clip_of_json(content: Any) -> PoseSequence:
    """The clip of a JSON value, as `read` describes it."""
    found = json_frames(_by_frame(content), "frames")
    values = no_landmarks(found.order.num_frames)
    bodies: list[np.ndarray] = []
    frames_of_bodies: list[int] = []
    recognised = False
    for number, (frame, position) in enumerate(
        zip(found.entries, found.order.positions.tolist(), strict=True), start=1
    ):
        if not isinstance(frame, (dict, type(None))):
            kind = type(frame).__name__
            raise UserError(f"frame {number} is {kind}, expected a list of frames, each an object")
        frame = _flat(frame or {})
        sided = with_sides(frame, f"frame {number}")
        recognised |= any(map(part_of, sided)) or lists_hands(frame)
        for key, given in sided.items():
            part, where = part_of(key), f"frame {number}, {key}"
            if part not in PARTS:
                continue
            people = [part_values(one, part, where) for one in _people(given, where)]
            if part == "pose":
                bodies += people
                frames_of_bodies += [position] * len(people)
            elif len(people) > 1:
                raise UserError(f"{where}: {len(people)} people, expected one")
            elif people:
                values[position, PARTS[part]] = people[0]
    if not recognised:
        raise UserError(
            "no pose_landmarks, left_hand_landmarks or right_hand_landmarks in any frame"
        )
    if bodies:
        everyone = np.stack(bodies)
        seen = np.where(traits.missing(everyone)[..., None], 0, np.nan_to_num(everyone))
        certainty = seen[..., 2].sum(axis=1)
        chosen = signer_rows(seen, np.array(frames_of_bodies), confidence=certainty)
        for row in chosen.tolist():
            values[frames_of_bodies[row], PARTS["pose"]] = bodies[row]
    return holistic_clip(values, found.facts, found.order.times)


def _flat(frame: dict[str, Any]) -> dict[str, Any]:
    """A frame whose parts lie under one key, such as `landmarks`, with its parts at the top."""
    for value in frame.values():
        if isinstance(value, dict) and any(part_of(key) in PARTS for key in value):
            return {**frame, **value}
    return frame


def _by_frame(content: Any) -> Any:
    """An object that lists all frames of each part, as a list of frames; others as they are."""
    if not isinstance(content, dict):
        return content
    parts = {key: value for key, value in content.items() if part_of(key) in PARTS and value}
    lengths = {len(value) if isinstance(value, list) else 0 for value in parts.values()}
    depths = [_depth(value) for key, value in parts.items() if part_of(key) != "pose"]
    if len(lengths) != 1 or not depths or max(depths) < _DEPTH_OF_FRAMES:
        return content
    frames = [dict(zip(parts, row, strict=True)) for row in zip(*parts.values(), strict=True)]
    return {**{key: content[key] for key in content if key not in parts}, "frames": frames}


def _depth(value: Any) -> int:
    """How many lists lie in one another down to a point: points are 1, frames of points 2."""
    if not isinstance(value, list):
        return 0
    inner = next((one for one in value if one), None)
    is_point = isinstance(inner, (int, float))
    return 0 if is_point else 1 + _depth(inner)


def _people(given: Any, where: str) -> list[list[Any]]:
    """The points of everyone in one part of one frame, none where nothing was found."""
    if isinstance(given, Mapping):
        given = given.get("landmark", given.get("landmarks"))
    if given is None:
        return []
    if not isinstance(given, list):
        raise UserError(f"{where}: {type(given).__name__}, expected a list of points")
    found = [one for one in given if one is not None and one != []]
    if not found:
        return []
    is_people = (isinstance(found[0], Mapping) and "landmark" in found[0]) or (
        isinstance(found[0], list) and isinstance(found[0][0], (Mapping, list))
    )
    if not is_people:
        return [given]
    traits.check_people(len(found), where)
    return [points for one in found for points in _people(one, where)]


def _from_arrays(path: Path) -> PoseSequence:
    arrays = load_npz(path, lambda name: part_of(name) in PARTS or name in FACTS, MAX_ARRAY_BYTES)
    parts = {part_of(name): (name, array) for name, array in arrays.items() if part_of(name)}
    lengths = {len(array) if array.ndim else 0 for _, array in parts.values()}
    if len(lengths) != 1 or not 0 < max(lengths) <= traits.MAX_FRAMES:
        raise UserError(
            f"arrays of {sorted(lengths)} frames, "
            f"expected as many of each and 1 to {traits.MAX_FRAMES:,}"
        )
    values = no_landmarks(lengths.pop())
    for part, (name, array) in parts.items():
        num_points, points = len(PARTS[part]), array
        if array.ndim == 4 and array.shape[1] == 1:
            points = array[:, 0]  # one person
        elif array.ndim == 2 and array.shape[1] % num_points == 0:
            points = array.reshape(len(array), num_points, -1)
        is_right = array.dtype.kind in "iuf" and points.ndim == 3
        if not (is_right and points.shape[1] == num_points and 2 <= points.shape[2] <= 4):
            expected = f"numbers (frames, {num_points}, 2 to 4)"
            raise UserError(f"{name} is {array.dtype} {array.shape}, expected {expected}")
        values[:, PARTS[part]] = with_confidence(numbers(points, name), part)
    facts = {
        name: arrays[name].item() for name in FACTS if name in arrays and arrays[name].size == 1
    }
    return holistic_clip(values, facts)
