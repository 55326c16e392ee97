"""Claims about clips made of annotated recordings."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spobet.annotations import Annotation, Media, annotations_text
from spobet.dataset.store import Dataset
from spobet.errors import NotFound, UserError
from spobet.formats import packed
from spobet.ingest.annotated import import_annotated, recording_of
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42

pytest.importorskip("pympi", reason="the extra elan is not installed")

SIGNS = [Annotation(0.4, 1.0, "tea"), Annotation(1.0, 1.6, "Tea"), Annotation(2.0, 3.0, "cow")]


def recording(num_frames: int = 60) -> PoseSequence:
    """Every landmark's x is the number of its frame; 20 frames a second, the first at 0.1 s."""
    xy = np.zeros((num_frames, 42, 2)) + np.arange(num_frames)[:, None, None]
    times = 0.1 + np.arange(num_frames) / 20
    return PoseSequence(xy, np.ones((num_frames, 42)), HANDS_42, times, size=(64, 64))


def annotated(folder: Path, pose: PoseSequence, origin: int = 0) -> Path:
    packed.write(pose, folder / "one.npz")
    path = folder / "one.eaf"
    text = annotations_text(SIGNS, "elan", path, folder / "one.mp4")
    path.write_text(text.replace("MIME_TYPE", f'TIME_ORIGIN="{origin}" MIME_TYPE'))
    (folder / "one.pfsx").write_text("ELAN's settings")
    return path


@pytest.mark.parametrize("origin", [0, 200])
def test_a_clip_is_the_frames_whose_times_lie_in_its_annotation(
    origin: int, tmp_path: Path
) -> None:
    path = annotated(tmp_path, recording(), origin)
    report = import_annotated(path, tmp_path / "data")
    assert (report.read, report.total) == (3, 3)
    assert "also spelt 'Tea' (1 clips)" in report.summary()
    data = Dataset.open(tmp_path / "data")
    assert [(clip.id, clip.gloss) for clip in data.manifest] == [
        ("one-0000400", "tea"),
        ("one-0001000", "tea"),
        ("one-0002000", "cow"),
    ]
    shift = origin // 50
    for clip, first, last in zip(data.manifest, (6, 18, 38), (17, 29, 57), strict=True):
        frames = data.pose(clip.id).xy[:, 0, 0]
        assert (frames[0], frames[-1]) == (first + shift, min(last + shift, 59))


def test_landmarks_without_times_count_as_25_frames_a_second(tmp_path: Path) -> None:
    path = annotated(tmp_path, replace(recording(), times=None))
    report = import_annotated(tmp_path, tmp_path / "data")
    assert report.read == 3
    frames = Dataset.open(tmp_path / "data").pose(f"{path.stem}-0000400").xy[:, 0, 0]
    assert (frames[0], frames[-1]) == (10, 24)


def test_what_lies_after_the_recording_and_what_has_none_is_reported(tmp_path: Path) -> None:
    annotated(tmp_path, recording(20))
    shutil.copy(tmp_path / "one.eaf", tmp_path / "two.eaf")
    report = import_annotated(tmp_path, tmp_path / "data")
    assert report.read == 2
    kinds = [(problem.clip, problem.what) for problem in report.problems]
    assert kinds == [
        ("one-0002000", "empty"),
        *((f"two-{start}", "missing") for start in ("0000400", "0001000", "0002000")),
    ]
    assert "from 2.000 to 3.000 s" in report.problems[0].detail


def test_the_recording_is_landmarks_beside_it_or_the_linked_video(tmp_path: Path) -> None:
    path = annotated(tmp_path, recording())
    assert recording_of(path).path == tmp_path / "one.npz"
    (tmp_path / "one.npz").unlink()
    with pytest.raises(
        NotFound, match="neither landmarks of the same name beside it nor its video"
    ):
        recording_of(path)
    (tmp_path / "films").mkdir()
    for name in ("one.mp4", "films/other one.mp4"):
        (tmp_path / name).touch()
    assert recording_of(path).path == tmp_path / "one.mp4"
    linked = Media("file:///C:/elsewhere/x.mp4", "./films/other%20one.mp4", 0.5)
    found = recording_of(path, [linked])
    assert (found.path, found.origin) == (tmp_path / "films" / "other one.mp4", 0.5)
    moved = Media("file:///C:/elsewhere/one.mp4", "../gone/one.mp4")
    assert recording_of(path, [moved]).path == tmp_path / "one.mp4"


def test_nothing_annotated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no \.eaf file in it"):
        import_annotated(tmp_path, tmp_path / "data")
    (tmp_path / "one.eaf").write_text(annotations_text([], "elan", tmp_path / "one.eaf"))
    with pytest.raises(UserError, match="no annotation with a gloss and times"):
        import_annotated(tmp_path, tmp_path / "data")
