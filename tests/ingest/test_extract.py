"""Claims about extraction: the same files whoever works and however often it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from video_kit import Blocks, picture, waving, write_video

from spobet.dataset.store import Dataset
from spobet.formats import packed
from spobet.ingest.extract import Outcome, Workers, extract, extract_one
from spobet.ingest.report import ImportReport
from spobet.ingest.videos import videos_in, videos_listed

pytest.importorskip("av", reason="the extra video (PyAV) is not installed")

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six clips, a damaged one, an empty one."""
    folder = tmp_path_factory.mktemp("videos")
    for number in range(6):
        write_video(folder / f"sign{number % 2}" / f"{number}.mp4", waving(3 + number))
    (folder / "sign0" / "damaged.mp4").write_bytes(b"no video")
    write_video(folder / "sign1" / "nobody.mp4", [picture({})] * 3)
    return folder


@pytest.fixture(autouse=True)
def kit_for_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes must find the detector of the tests."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS.parent), str(TESTS)]))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture(scope="module")
def reference(videos: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an uninterrupted run in one process writes."""
    out = tmp_path_factory.mktemp("reference") / "set"
    extract(videos_in(videos), out, Blocks())
    return contents(out)


def run(videos: Path, out: Path, **facts: object) -> ImportReport:
    return extract(videos_in(videos), out, **{"detector": Blocks(), **facts})  # type: ignore[arg-type]


def test_videos_become_a_data_set_and_failures_a_list(videos: Path, tmp_path: Path) -> None:
    report = run(videos, tmp_path / "set", licence="mine")
    assert (report.read, report.total, report.num_frames) == (6, 8, 36)
    assert report.summary().startswith("read 6 of 8 clips, 36 frames, ")
    assert report.summary().endswith("; 2 listed in failures.csv")
    data = Dataset.open(tmp_path / "set")
    assert [(clip.id, clip.gloss, len(pose)) for clip, pose in data.poses()][:2] == [
        ("sign0/0", "sign0", 3),
        ("sign0/2", "sign0", 5),
    ]
    assert data.info.licence == "mine"
    np.testing.assert_allclose(data.pose("sign0/2").times, np.arange(5) / 25)
    assert data.pose("sign0/2").size == (64, 48)
    rows = (tmp_path / "set" / "failures.csv").read_text().splitlines()
    assert [row.split(",")[:2] for row in rows[1:]] == [
        ["sign0/damaged", "corrupt"],
        ["sign1/nobody", "empty"],
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_pixels_are_shares_times_the_pictures_size(videos: Path, tmp_path: Path) -> None:
    run(videos, tmp_path / "shares")
    run(videos, tmp_path / "pixels", unit="pixels")
    shares, pixels = (Dataset.open(tmp_path / name) for name in ("shares", "pixels"))
    assert (shares.info.unit, pixels.info.unit) == ("image", "pixels")
    np.testing.assert_allclose(
        pixels.pose("sign0/0").xy, shares.pose("sign0/0").xy * (64, 48), rtol=1e-6
    )


def test_processes_write_the_same_bytes(
    videos: Path, tmp_path: Path, reference: dict[str, bytes]
) -> None:
    run(videos, tmp_path / "set", workers=Workers(2))
    assert contents(tmp_path / "set") == reference


def test_a_stopped_run_goes_on_and_writes_the_same_bytes(
    videos: Path, tmp_path: Path, reference: dict[str, bytes]
) -> None:
    def stop_after_three(outcomes: Iterable[Outcome]) -> Iterable[Outcome]:
        for number, outcome in enumerate(outcomes):
            if number == 3:
                raise KeyboardInterrupt
            yield outcome

    with pytest.raises(KeyboardInterrupt):
        run(videos, tmp_path / "set", progress=stop_after_three)
    assert not (tmp_path / "set").exists()
    report = run(videos, tmp_path / "set")
    assert report.resumed == 3
    assert "(3 from before)" in report.summary()
    assert contents(tmp_path / "set") == reference
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_killed_run_goes_on_and_writes_the_same_bytes(
    videos: Path, tmp_path: Path, reference: dict[str, bytes]
) -> None:
    code = (
        "from pathlib import Path\nfrom video_kit import Blocks\n"
        "from spobet.ingest.extract import extract\nfrom spobet.ingest.videos import videos_in\n"
        f"videos, out = Path({str(videos)!r}), Path({str(tmp_path / 'set')!r})\n"
        "extract(videos_in(videos), out, Blocks(pause=0.3))"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    finished = tmp_path / ".set.extracting"
    deadline = time.monotonic() + 30
    while len(list(finished.glob("[!.]*.npz"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "set").exists()
    (finished / "half.npz").write_bytes(b"half")  # what a kill in the middle of writing may leave
    report = run(videos, tmp_path / "set")
    assert 2 <= report.resumed < 6
    assert contents(tmp_path / "set") == reference
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_another_detector_or_a_changed_video_is_not_taken_from_before(
    videos: Path, tmp_path: Path
) -> None:
    def stop(outcomes: Iterable[Outcome]) -> Iterable[Outcome]:
        yield from outcomes
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(videos, tmp_path / "set", progress=stop)
    os.utime(videos / "sign0" / "0.mp4", ns=(1, 1))
    with pytest.raises(KeyboardInterrupt):
        run(videos, tmp_path / "set", progress=stop, detector=Blocks(name="another"))
    assert run(videos, tmp_path / "set").resumed == 5


def test_a_worker_that_dies_once_loses_nothing(
    videos: Path, tmp_path: Path, reference: dict[str, bytes]
) -> None:
    detector = Blocks(kill=5, once=tmp_path / "killed")
    report = run(videos, tmp_path / "set", workers=Workers(2), detector=detector)
    assert (tmp_path / "killed").exists()
    assert report.read == 6
    assert contents(tmp_path / "set") == reference


def test_a_video_that_kills_every_worker_is_listed_and_the_rest_is_kept(
    videos: Path, tmp_path: Path
) -> None:
    report = run(videos, tmp_path / "set", workers=Workers(2), detector=Blocks(kill=5))
    assert (report.read, [problem.what for problem in report.problems]) == (
        5,
        ["worker died", "corrupt", "empty"],
    )
    assert report.problems[0].clip == "sign0/2"


def test_a_place_that_is_taken_is_refused_before_any_work(videos: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(FileExistsError, match="is there already"):
        run(videos, tmp_path)


def test_where_nothing_can_be_read_no_data_set_is_left(tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"no video")
    with pytest.raises(
        ValueError,
        match=r"none of 1 clips could be read: 1 corrupt; the first: .*bad\.mp4: not a video",
    ):
        run(tmp_path, tmp_path / "set")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.mp4"]


def test_one_video_becomes_a_clip_that_reads_back(videos: Path, tmp_path: Path) -> None:
    line = extract_one(videos / "sign1" / "5.mp4", tmp_path / "clip.npz", Blocks())
    assert line == "8 frames, 100% with a body, 100% with the right hand, 100% with the left hand"
    pose = packed.read(tmp_path / "clip.npz")
    np.testing.assert_allclose(pose.times, np.arange(8) / 25)
    with pytest.raises(FileExistsError, match=r"clip\.npz: is there already"):
        extract_one(videos / "sign1" / "5.mp4", tmp_path / "clip.npz", Blocks())
    with pytest.raises(ValueError, match="nobody found in any of 3 frames"):
        extract_one(videos / "sign1" / "nobody.mp4", tmp_path / "none.npz", Blocks())


def test_a_remark_on_a_clip_that_was_read_outlives_a_stop(tmp_path: Path) -> None:
    write_video(tmp_path / "in" / "7.mp4", waving(20))
    (tmp_path / "in" / "clips.csv").write_text("path,gloss,frame_start,frame_end\n7.mp4,go,31,50\n")
    listed = videos_listed(tmp_path / "in", tmp_path / "in" / "clips.csv")

    def stop(outcomes: Iterable[Outcome]) -> Iterable[Outcome]:
        yield from outcomes
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract(listed, tmp_path / "set", Blocks(), progress=stop)
    report = extract(listed, tmp_path / "set", Blocks())
    assert (report.read, report.resumed) == (1, 1)
    assert [problem.what for problem in report.problems] == ["range outside clip"]
    assert Dataset.open(tmp_path / "set").num_frames("7") == 20


@pytest.mark.slow
def test_ray_writes_the_same_bytes_and_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed")
    videos = tmp_path / "videos"
    for number in range(40):
        write_video(videos / f"sign{number % 4}" / f"{number}.mp4", waving(3 + number % 9))
    run(videos, tmp_path / "one")
    detector = Blocks(pause=0.05, kill=7, once=tmp_path / "killed")
    report = run(videos, tmp_path / "ray", workers=Workers(2, ray=""), detector=detector)
    assert (tmp_path / "killed").exists()
    assert report.read == 40
    assert contents(tmp_path / "ray") == contents(tmp_path / "one")


def test_finished_clips_that_are_damaged_are_made_again(
    videos: Path, tmp_path: Path, reference: dict[str, bytes]
) -> None:
    def stop(outcomes: Iterable[Outcome]) -> Iterable[Outcome]:
        yield from outcomes
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(videos, tmp_path / "set", progress=stop)
    files = sorted((tmp_path / ".set.extracting").glob("*.npz"))
    files[0].write_bytes(b"")
    files[1].write_bytes(files[1].read_bytes()[:200])
    np.savez(files[2], xy=np.zeros(3))
    report = run(videos, tmp_path / "set")
    assert report.resumed == len(files) - 3
    assert contents(tmp_path / "set") == reference
