"""Claims about decoding: every codec, upright, true times, and a clear word on what is no video."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from video_kit import BODY, SIZE, picture, waving, write_video

from spobet.ingest.ranges import frame_times
from spobet.video import frames
from spobet.video.frames import count_frames, looks_like, read_frames

av = pytest.importorskip("av", reason="the extra video (PyAV) is not installed")


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("h264.mp4", "libx264"),
        ("hevc.mp4", "libx265"),
        ("vp9.webm", "libvpx-vp9"),
        ("av.avi", "mpeg4"),
    ],
)
def test_common_codecs_are_read_frame_by_frame(name: str, codec: str, tmp_path: Path) -> None:
    pictures = waving(7)
    read = list(read_frames(write_video(tmp_path / name, pictures, codec)))
    assert len(read) == len(pictures)
    for frame, drawn in zip(read, pictures, strict=True):
        assert (frame.picture.dtype, frame.picture.shape) == (np.uint8, (*SIZE, 3))
        assert np.abs(frame.picture.astype(int) - drawn).mean() < 12
    assert read[-1].time == pytest.approx(0.24)
    shutil.copyfile(tmp_path / name, tmp_path / "named_otherwise")
    assert looks_like(tmp_path / "named_otherwise").startswith("a beginning of ")


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_a_video_is_turned_as_its_metadata_says(rotation: int, tmp_path: Path) -> None:
    drawn = picture({BODY: (4, 50)})
    path = write_video(tmp_path / "turned.mp4", [drawn] * 3, rotation=rotation)
    (first, *_) = read_frames(path)
    expected = np.rot90(drawn, rotation // 90)
    assert first.picture.shape == expected.shape
    assert np.abs(first.picture.astype(int) - expected).mean() < 12


@pytest.mark.parametrize("axis", [0, 1])
def test_a_video_is_flipped_as_its_metadata_says(axis: int, tmp_path: Path) -> None:
    """A player that takes the matrix for a turn shows the signer upside down."""
    drawn = picture({BODY: (4, 50)})
    path = write_video(tmp_path / "flipped.mp4", [drawn] * 3, rotation=180)
    turned = struct.pack(">5i", -65536, 0, 0, 0, -65536)
    flipped = struct.pack(">5i", *((-65536, 0, 0, 0, 65536) if axis else (65536, 0, 0, 0, -65536)))
    content = path.read_bytes()
    assert turned in content
    path.write_bytes(content.replace(turned, flipped))
    (first, *_) = read_frames(path)
    assert np.abs(first.picture.astype(int) - np.flip(drawn, axis)).mean() < 12


def test_the_cover_picture_of_a_sound_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        sound, cover = container.add_stream("aac", rate=44_100), container.add_stream("mjpeg")
        cover.height, cover.width = SIZE
        cover.pix_fmt, cover.disposition = "yuvj420p", av.stream.Disposition.attached_pic
        container.mux(cover.encode(av.VideoFrame.from_ndarray(waving(1)[0], format="rgb24")))
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 44_100), np.float32), "fltp", "mono")
        tone.sample_rate = 44_100
        container.mux([*sound.encode(tone), *sound.encode(None), *cover.encode(None)])
    with pytest.raises(ValueError, match=r"song\.mp4: no video in it"):
        list(read_frames(path))
    assert (count_frames(path), frame_times(path)) == (None, None)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("uneven.mp4", "libx264"), ("uneven.webm", "libvpx-vp9"), ("uneven.mkv", "libx264")],
)
def test_uneven_times_are_kept(name: str, codec: str, tmp_path: Path) -> None:
    times = [0, 40, 50, 400, 900]
    path = write_video(tmp_path / name, waving(5), codec, times_ms=times)
    assert [frame.time for frame in read_frames(path)] == pytest.approx(np.array(times) / 1000)


@pytest.mark.parametrize("name", ["trimmed.mp4", "trimmed.mov"])
def test_a_video_trimmed_without_encoding_shows_what_a_player_shows(
    name: str, tmp_path: Path
) -> None:
    import av

    whole = write_video(tmp_path / "whole.mp4", waving(50), options={"g": "50"})
    with (
        av.open(str(whole)) as source,
        av.open(str(tmp_path / name), "w", options={"avoid_negative_ts": "disabled"}) as out,
    ):
        pictures = source.streams.video[0]
        stream = out.add_stream_from_template(pictures)
        start = round(1.2 / pictures.time_base)
        for packet in source.demux(pictures):
            if packet.dts is not None:  # frames before the start are there, to decode the others
                packet.pts, packet.dts, packet.stream = (
                    packet.pts - start,
                    packet.dts - start,
                    stream,
                )
                out.mux(packet)
    assert count_frames(tmp_path / name) == 50
    shown = list(read_frames(tmp_path / name))
    assert len(shown) == 20
    expected = list(read_frames(whole))[-1].picture
    assert np.abs(shown[-1].picture.astype(int) - expected).mean() < 1


def test_a_range_is_inclusive_and_counts_from_one(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", waving(6))
    assert [frame.time for frame in read_frames(path, 2, 4)] == pytest.approx([0.04, 0.08, 0.12])
    assert len(list(read_frames(path, 5))) == 2
    assert count_frames(path) == 6
    with pytest.raises(ValueError, match=r"clip\.mp4: 6 frames, expected frames 7\.\.9"):
        list(read_frames(path, 7, 9))


def test_what_is_no_video_is_refused_by_name(tmp_path: Path) -> None:
    for content in (b"", b"not a video at all", bytes(range(256)) * 40):
        (tmp_path / "odd.mp4").write_bytes(content)
        assert looks_like(tmp_path / "odd.mp4")
        with pytest.raises(ValueError, match=r"odd\.mp4: not a video that FFmpeg can read"):
            list(read_frames(tmp_path / "odd.mp4"))
    with pytest.raises(FileNotFoundError, match="no such file"):
        list(read_frames(tmp_path / "none.mp4"))


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.mov", "libx264"), ("a.mkv", "libx264"), ("a.webm", "libvpx-vp9")],
)
def test_a_video_that_was_cut_is_refused_not_shortened(
    name: str, codec: str, tmp_path: Path
) -> None:
    whole = write_video(tmp_path / name, waving(40), codec, options={"movflags": "faststart"})
    assert len(list(read_frames(whole))) == 40
    cut = tmp_path / f"cut{whole.suffix}"
    for share in (0.1, 0.5, 0.8):
        cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
        with pytest.raises(ValueError, match=r"cut\.\w+: "):
            list(read_frames(cut))


@settings(deadline=2000, max_examples=25)
@given(places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=40))
def test_flipped_bytes_are_read_or_refused_in_one_line(
    places: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    content = bytearray(write_video(folder / "whole.mp4", waving(5)).read_bytes())
    for place, value in places:
        content[int(place * (len(content) - 1))] = value
    (folder / "odd.mp4").write_bytes(content)
    try:
        assert all(frame.picture.shape[2] == 3 for frame in read_frames(folder / "odd.mp4"))
    except ValueError as error:
        assert str(error).startswith(f"{folder / 'odd.mp4'}: ")


def test_pictures_of_absurd_size_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "MAX_PIXELS", 1000)
    with pytest.raises(ValueError, match="pictures of 64 x 48, expected 1,000 pixels at most"):
        list(read_frames(write_video(tmp_path / "clip.mp4", waving(2))))


def test_a_file_without_pictures_is_refused(tmp_path: Path) -> None:
    import av

    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with pytest.raises(ValueError, match="no video in it"):
        list(read_frames(tmp_path / "sound.mp4"))
