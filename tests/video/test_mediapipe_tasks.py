"""Claims about MediaPipe itself, on a picture of scikit-image; skipped without its networks."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from spobet.poses.sequence import PoseSequence
from spobet.video.frames import Frame
from spobet.video.mediapipe_tasks import MediaPipe
from spobet.video.models import MODELS, cache_folder
from spobet.video.pose import follow_signer

pytest.importorskip("mediapipe", reason="the extra video (MediaPipe) is not installed")
data = pytest.importorskip(
    "skimage.data", reason="scikit-image, which carries the picture, is not installed"
)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

LEGACY = {
    "nose": (0.435, 0.250),
    "left_eye": (0.486, 0.220),
    "left_shoulder": (0.598, 0.501),
    "right_shoulder": (0.220, 0.469),
}


@pytest.fixture(scope="module")
def folder() -> Path:
    folder = Path(os.environ.get("SPOBET_MODELS") or cache_folder())
    if not all((folder / model.name).is_file() for model in MODELS):
        pytest.skip(
            "MediaPipe's networks are not here: set SPOBET_MODELS to their folder, "
            "or run `spobet extract` once"
        )
    return folder


def pose_of(folder: Path, people: int = 1) -> PoseSequence:
    picture = np.ascontiguousarray(data.astronaut())
    found = list(MediaPipe(folder, people).find([Frame(picture, time) for time in (0.0, 0.04)]))
    return follow_signer(found, np.array([0, 0.04]), np.ones((2, 2), np.float32))


def test_body_points_lie_where_mediapipe_0_10_21_puts_them(folder: Path) -> None:
    pose = pose_of(folder)
    for name, place in LEGACY.items():
        assert np.abs(pose[name][0] - place).max() < 0.03, name
    assert not pose.seen[:, pose.skeleton.hand("right")].any()


def test_the_same_pictures_give_the_same_landmarks_with_room_for_others_too(folder: Path) -> None:
    first, again = pose_of(folder), pose_of(folder)
    np.testing.assert_array_equal(first.xy, again.xy)
    assert np.abs(pose_of(folder, people=2)["nose"] - first["nose"]).max() < 0.03


def test_a_detector_is_named_by_all_that_changes_what_it_finds(folder: Path) -> None:
    names = {
        MediaPipe(folder).name,
        MediaPipe(folder, people=2).name,
        MediaPipe(folder, confidence=0.7).name,
    }
    assert len(names) == 3
    assert all(model.name in name for name in names for model in MODELS)
