"""Claims about live recognition: the spotter's signs at any frame rate, drawn over the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from spobet.live.recognition import RATE, StreamResampler, last_pose, watch
from spobet.live.view import show_live
from spobet.poses.skeleton import HOLISTIC_75
from spobet.recognition.recognizer import load
from spobet.recognition.spotting import Spotter
from spobet.video.detector import Found
from spobet.video.frames import Frame, frame_rate_of, read_frames

HAND = np.stack([np.linspace(0, 0.02, 21), -np.linspace(0, 0.1, 21)], axis=1).astype(np.float32)


class Waving:
    """Finds a body, and a right hand whose height in each picture is the brightness."""

    name = "waving"

    def find(self, frames: Iterable[Frame]) -> Iterator[Found]:
        for frame in frames:
            wrist = np.array([0.4, 0.9 - frame.picture.mean() / 255 * 0.6], np.float32)
            body = np.full((1, len(HOLISTIC_75.body), 3), 0.5, np.float32)
            body[0, HOLISTIC_75.index("right_wrist")] = (*wrist, 1)
            body[0, HOLISTIC_75.index("left_wrist")] = (0.9, 2.0, 1)
            yield Found(body, (wrist + HAND)[None])


def heights(num_signs: int) -> np.ndarray:
    """Rest, a second of waving up and down, rest, ...: brightness 0..1."""
    wave = 0.5 - 0.5 * np.cos(np.linspace(0, 4 * np.pi, 30))
    return np.concatenate([np.zeros(30), *[np.concatenate([wave, np.zeros(30)])] * num_signs])


def pictures(values: np.ndarray, rate: float = RATE) -> list[Frame]:
    return [
        Frame(np.full((48, 64, 3), round(255 * value), np.uint8), number / rate)
        for number, value in enumerate(values)
    ]


def test_each_sign_comes_when_it_has_ended_as_the_spotter_finds_it() -> None:
    recognizer, frames = load("wlasl100-hands"), pictures(heights(3))
    seen = list(watch(recognizer, frames, Waving()))
    assert len(seen) == len(frames)
    spotter = Spotter(recognizer, RATE)
    ours = [sign for one in seen if (sign := spotter.push(recognizer.prepared(one.pose).xy[0]))]
    found = [one.sign for one in seen if one.sign]
    assert len(found) == 3
    assert [(sign.start, sign.stop, sign.gloss) for sign in found] == [
        (sign.start, sign.stop, sign.gloss) for sign in ours
    ]
    assert any(one.signing for one in seen)
    assert not seen[0].signing


def test_a_sign_that_the_end_cuts_off_is_named_too() -> None:
    seen = list(watch(load("wlasl100-hands"), pictures(heights(1)[:58]), Waving()))
    assert [one.sign is not None for one in seen[-2:]] == [False, True]


def test_signs_are_found_whatever_the_rate_of_the_pictures() -> None:
    values = heights(2)
    for rate in (12.5, 60.0):
        times = np.arange(0, len(values) / RATE, 1 / rate)
        seen = watch(
            load("wlasl100-hands"),
            pictures(np.interp(times * RATE, np.arange(len(values)), values), rate),
            Waving(),
        )
        assert sum(one.sign is not None for one in seen) == 2


@pytest.mark.parametrize("rate", [10.0, 24.0, 25.0, 30.0, 60.0])
def test_frames_come_25_times_a_second(rate: float) -> None:
    resampler, came = StreamResampler(), []
    for number in range(round(2 * rate) + 1):
        frames, anew = resampler.push(np.full((2, 2), number / rate), number / rate)
        came += [frame[0, 0] for frame in frames]
        assert anew == (number == 0)
    np.testing.assert_allclose(came, np.arange(51) / RATE, atol=1e-9)


def test_distances_count_the_aspect_ratio_of_the_picture() -> None:
    """A hand a third of the width from its wrist is near in a tall picture, out of reach in a wide
    one: 21 landmarks whose palm is a tenth of the height."""
    wrist = np.array([0.2, 0.5], np.float32)
    hand = np.float32([0.5, 0.5]) + np.linspace(0, 20 / 9, 21)[:, None] * np.float32([0, -0.1])
    body = np.full((1, len(HOLISTIC_75.body), 3), 0.9, np.float32)
    body[0, HOLISTIC_75.index("right_wrist")] = (*wrist, 1)
    found = [Found(body, hand[None].astype(np.float32))]
    for height, width, seen in ((400, 200, True), (200, 400, False)):
        frame = Frame(np.zeros((height, width, 3), np.uint8), 0.0)
        pose = last_pose(found, frame)
        assert (pose.size, len(pose)) == ((width, height), 1)
        assert pose.seen[0, HOLISTIC_75.hand("right")].all() == seen


def test_a_gap_begins_anew_and_a_missing_landmark_is_the_nearers() -> None:
    resampler, gone = StreamResampler(), np.full((1, 2), np.nan)
    assert resampler.push(np.zeros((1, 2)), 0.0)[1]
    frames, _ = resampler.push(gone, 0.12)
    assert [bool(np.isnan(frame).all()) for frame in frames] == [False, True, True]
    assert resampler.push(np.zeros((1, 2)), 1.0)[1]


def test_a_video_is_written_with_what_was_seen(tmp_path: Path) -> None:
    pytest.importorskip("av", reason="PyAV is not installed")
    pytest.importorskip("PIL", reason="Pillow is not installed")
    from spobet.video.writing import write_pictures

    source, lines = tmp_path / "wave.mp4", []
    write_pictures(source, (frame.picture for frame in pictures(heights(2))))
    show_live(load("wlasl100-hands"), Waving(), str(source), tmp_path / "out.mp4", 3, lines.append)
    assert len(lines) == 3
    assert all(" s: " in line and line.count(",") == 2 for line in lines[:2])
    assert lines[2] == f"{tmp_path / 'out.mp4'}: {len(heights(2))} pictures"
    assert frame_rate_of(tmp_path / "out.mp4") == pytest.approx(25)
    before, after = (
        [frame.picture for frame in read_frames(file)] for file in (source, tmp_path / "out.mp4")
    )
    assert len(before) == len(after)
    corners = [
        np.abs(one[-12:, :24].astype(int) - other[-12:, :24]).mean()
        for one, other in zip(before, after, strict=True)
    ]
    assert corners[5] < 15 < corners[-1]  # nothing is written before the first sign
    assert not list(tmp_path.glob(".*partial*"))


def test_what_cannot_be_shown_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("av", reason="PyAV is not installed")
    from spobet.video.writing import write_pictures

    recognizer = load("wlasl100-hands")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(ValueError, match="no screen here"):
        show_live(recognizer, Waving(), "0", None, 5, print)
    with pytest.raises(FileNotFoundError, match="no such file"):
        show_live(recognizer, Waving(), str(tmp_path / "none.mp4"), tmp_path / "out.mp4", 5, print)
    with pytest.raises(ValueError, match=r"ending in '.txt', expected one of: .mp4"):
        write_pictures(tmp_path / "out.txt", [])
    with pytest.raises(ValueError, match="no pictures to write"):
        write_pictures(tmp_path / "out.mp4", [])
    assert not list(tmp_path.iterdir())
