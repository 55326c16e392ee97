"""Where in a clip somebody signs: hands that rest before, after and between signs are no sign.

The rule counts in seconds and hand lengths (wrist to the knuckle of the middle finger), so that
it is the same at every frame rate and distance. The file that reads raw landmarks holds the same
as operators of ONNX; both are held to tests/poses/rests.json.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from spobet.poses.normalize import SMALLEST_UNIT, hand_length, hand_span
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import Skeleton

FRAME_RATE = 25.0  # of clips without times: that of most sign language videos
# Chosen on WLASL100's training clips, lengthened by rests of six kinds: 31 to 73 % of the answers
# of `wlasl100-hands-open` were right with the rests in, 99 to 100 % without (94 to 748 clips).
EARLY = 1e-6  # seconds by which the end of a window may be early: times are rounded
WINDOW = 0.2  # seconds over which hands must get somewhere: longer than a detector's jitter
FAST = 2.0  # hand lengths a second: hands that sway or fidget at rest stay below, signs do not
REST = 0.3  # seconds: shorter stillness is left, since signs begin and end with holds
# Ways from rest to a sign, or back: the share of the median distance from rest at which hands have
# left it, and after how many seconds at the latest. The first alone cost 3.0 points of top-1 on 748
# held-out training clips with rests of six kinds, both 1.5: hands that fidget begin their way
# early, those on the lap take longer.
WAYS = ((0.7, 0.4), (0.95, 0.7))
# Seconds of rest that part two signs: of 748 training clips of one sign, 1 is parted; of 80 clips
# of three signs with rests, 76 are.
PAUSE = 0.4
SHORTEST = 0.5  # seconds: what moves more briefly between rests is no sign


@dataclass(frozen=True, eq=False)
class _Track:
    """Hands through time. xy: (frames, landmarks, 2); unit: hand length."""

    xy: np.ndarray
    seconds: np.ndarray
    skeleton: Skeleton
    unit: float

    @cached_property
    def windows(self) -> tuple[np.ndarray, np.ndarray]:
        """For each frame, how fast hands get on in the WINDOW that begins with it, in hand lengths
        a second, and the frame in which that window ends."""
        seconds, xy = self.seconds, _held(self.xy)
        ends = np.searchsorted(seconds, seconds + WINDOW - EARLY).clip(max=len(seconds) - 1)
        lasting = np.maximum(seconds[ends] - seconds, WINDOW)
        return _distance(xy[ends], xy, self) / lasting, ends

    @property
    def moving(self) -> np.ndarray:
        """For each frame, whether hands are on their way in the WINDOW that begins with it."""
        moving: np.ndarray = self.windows[0] >= FAST
        return moving

    def reversed(self) -> _Track:
        """The same, backwards in time."""
        return replace(self, xy=self.xy[::-1], seconds=self.seconds[-1] - self.seconds[::-1])

    def part(self, start: int, stop: int) -> _Track:
        """The frames start..stop-1."""
        return replace(self, xy=self.xy[start:stop], seconds=self.seconds[start:stop])


@dataclass(frozen=True)
class Signing:
    """Where somebody signs in a clip, as spans of frames start..stop-1.

    candidates: one span, or up to three where hands rest before or after: without the rests, and
    also without the way from rest to the sign and back, a short one and a long one. Hands alone do
    not tell that way from the sign: the span is right that a network is surest of. whole: from the
    first to the last frame with a hand; networks have seen clips with rests too, and know some of
    them better so. signs: each sign, parted by rests with the hands down; one for most clips.
    speed: of the hands over the fastest WINDOW, in hand lengths a second, 0 where nothing can be
    measured. hand_length: the hand length, in the clip's unit; NaN where it cannot be measured.
    """

    candidates: tuple[tuple[int, int], ...]
    whole: tuple[int, int]
    signs: tuple[tuple[int, int], ...]
    speed: float = 0.0
    hand_length: float = float("nan")


def find_signing(pose: PoseSequence) -> Signing:
    """Where somebody signs in a clip.

    From the first to the last frame with a hand where nothing moves or nothing rests, and where no
    hand is seen or has a length.
    """
    first, last = hand_span(pose)
    track = _track_of(pose.frames(first, last))
    if track is None:
        return Signing(((first, last),), (first, last), ((first, last),))
    backwards, num_frames = track.reversed(), len(track.seconds)
    start, stop = _first_motion(track), num_frames - _first_motion(backwards)
    if start >= stop:
        start, stop = 0, num_frames
    ways = zip(
        _ways(track, start, stop),
        _ways(backwards, num_frames - stop, num_frames - start),
        strict=True,
    )
    spans = dict.fromkeys([(start, stop), *((start + way, stop - back) for way, back in ways)])
    candidates, signs = (
        tuple((first + a, first + b) for a, b in some)
        for some in (spans, _parted(track, start, stop))
    )
    speed = float(track.windows[0].max())
    return Signing(candidates, (first, last), signs, speed, track.unit)


def without_rests(pose: PoseSequence) -> PoseSequence:
    """The clip between a rest at its beginning and one at its end."""
    return pose.frames(*find_signing(pose).candidates[0])


def _track_of(pose: PoseSequence) -> _Track | None:
    unit = hand_length(pose)
    if not unit > SMALLEST_UNIT or len(pose) < 2:  # NaN compares False
        return None
    seconds = np.arange(len(pose)) / FRAME_RATE if pose.times is None else pose.times
    return _Track(pose.xy, seconds - seconds[0], pose.skeleton, unit)


def _held(xy: np.ndarray) -> np.ndarray:
    """Each landmark where it was last seen, NaN before it first is."""
    if not np.isnan(xy).any():
        return xy
    frames = np.arange(len(xy))[:, None]
    last = np.maximum.accumulate(np.where(np.isnan(xy[..., 0]), -1, frames), axis=0)
    held = np.take_along_axis(xy, np.maximum(last, 0)[..., None], axis=0)
    return np.where((last >= 0)[..., None], held, np.nan)


def _distance(one: np.ndarray, other: np.ndarray, track: _Track) -> np.ndarray:
    """Mean distance of a hand's landmarks, of the hand with the larger, in hand lengths.

    one, other: (frames, landmarks, 2). Returns (frames,), 0 where no hand is seen in both.
    """
    x, y = np.moveaxis(one - other, -1, 0)
    apart = np.sqrt(x * x + y * y)  # np.hypot takes many times as long
    seen = ~np.isnan(apart)
    apart = np.where(seen, apart, 0)
    columns = track.skeleton.hand_columns
    totals, counts = apart @ columns, seen @ columns
    largest: np.ndarray = (totals / np.maximum(counts, 1)).max(axis=1) / track.unit
    return largest


def _first_motion(track: _Track) -> int:
    """The frame in which a rest at the beginning ends; 0 where there is none."""
    still = int(track.moving.argmax())  # 0 where nothing moves
    return still if track.seconds[still] >= REST else 0


def _ways(track: _Track, start: int, stop: int) -> list[int]:
    """How many frames from `start` on each of the WAYS takes, 0 without a rest."""
    if start == 0:
        return [0] * len(WAYS)
    held, seconds = _held(track.xy[:stop])[start:], track.seconds[start:stop]
    away = _distance(held, held[:1], track)
    middle, since = np.median(away), seconds - seconds[0]
    ways = []
    for left, longest in WAYS:
        frames = int((away >= left * middle).argmax())
        ways.append(min(frames, int((since <= longest).sum()) - 1, len(held) // 3))
    return ways


def _is_low(rest: np.ndarray, sign: _Track) -> bool:
    """Whether hands that rest (landmarks, 2) are lower than they mostly are in a sign."""
    below = (sign.xy - rest)[..., 1]  # y counts downwards
    seen = ~np.isnan(below)
    lowest = np.full(len(below), -np.inf)
    for hand in sign.skeleton.hands:
        sums = np.where(seen, below, 0)[:, hand].sum(axis=1)
        counts = seen[:, hand].sum(axis=1)
        lowest = np.where(counts > 0, np.maximum(lowest, sums / np.maximum(counts, 1)), lowest)
    known = lowest[lowest > -np.inf]
    return bool(len(known) and np.median(known) <= 0)


def _parted(track: _Track, begin: int, end: int) -> list[tuple[int, int]]:
    """The signs of a span, parted by rests; the whole span where there are not several."""
    parts, start = [], begin
    for stop, again in _still_runs(track, begin, end):
        rest = _held(track.xy[: stop + 1])[-1]
        if all(_is_low(rest, track.part(*part)) for part in ((start, stop), (again, end))):
            parts.append((start, stop))
            start = again
    parts.append((start, end))
    long = [part for part in parts if _seconds(track, *part) >= SHORTEST]
    return long if len(long) > 1 else [(begin, end)]


def _still_runs(track: _Track, begin: int, end: int) -> list[tuple[int, int]]:
    """Runs of frames first..after-1 within a span in which no window moves, of PAUSE at least."""
    moving, ends = track.moving, track.windows[1]
    steps = np.zeros(len(moving) + 2, np.int64)  # windows that begin less those that have ended
    np.add.at(steps, np.flatnonzero(moving), 1)
    np.add.at(steps, ends[moving] + 1, -1)
    still = np.concatenate([[0], steps.cumsum()[begin:end] == 0, [0]]).astype(np.int8)
    runs = np.flatnonzero(np.diff(still)).reshape(-1, 2) + begin
    return [
        (first, after)
        for first, after in runs.tolist()
        if begin < first and after < end and _seconds(track, first, after) >= PAUSE
    ]


def _seconds(track: _Track, start: int, stop: int) -> float:
    """How long the frames start..stop-1 last."""
    return float(track.seconds[stop - 1] - track.seconds[start])
