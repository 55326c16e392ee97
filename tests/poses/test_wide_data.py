"""Claims about one clip on its ways to the network: one input, whatever the unit and the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.store import Dataset
from spobet.formats import packed
from spobet.poses.preprocess import Preprocessor, PreprocessSettings, UnknownPictureSize
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42


@pytest.fixture(params=["pixels", "image"])
def preprocessor(request: pytest.FixtureRequest) -> Preprocessor:
    """Of a network that was trained on this unit."""
    return Preprocessor(HANDS_42, request.param, PreprocessSettings())


def ways(pose: PoseSequence, folder: Path) -> dict[str, PoseSequence]:
    """The clip in either unit, in memory and on disk."""
    pixels = pose.in_unit("pixels")
    packed.write(pixels, folder / "pixels.npz")
    packed.write(pose, folder / "shares.npz")
    return {
        "shares": pose,
        "pixels": pixels,
        "file of shares": packed.read(folder / "shares.npz"),
        "file of pixels": packed.read(folder / "pixels.npz"),
    }


def test_every_way_of_a_clip_gives_one_input(
    wide_data: Path, tmp_path: Path, preprocessor: Preprocessor
) -> None:
    dataset = Dataset.open(wide_data)
    for _, pose in list(dataset.poses())[:5]:
        inputs = {
            name: preprocessor([each])["landmarks"] for name, each in ways(pose, tmp_path).items()
        }
        for name, landmarks in inputs.items():
            np.testing.assert_allclose(landmarks, inputs["shares"], atol=1e-5, err_msg=name)


def test_every_fact_of_a_wide_clip_counts(wide_data: Path, preprocessor: Preprocessor) -> None:
    """Unit, size and times: the input changes by at least a fifth of a hand length without one."""
    pose = next(pose for _, pose in Dataset.open(wide_data).poses())
    other = pose.in_unit("pixels") if preprocessor.unit == "image" else pose
    whole = preprocessor([pose])["landmarks"]
    assert np.abs(preprocessor([replace(pose, times=None)])["landmarks"] - whole).max() > 0.2
    square = preprocessor([replace(other, size=(720, 720))])["landmarks"]
    assert np.abs(square - whole).max() > 0.2
    with pytest.warns(UnknownPictureSize):
        unsized = preprocessor([replace(other, size=None)])["landmarks"]
    assert np.abs(unsized - whole).max() > 0.2
