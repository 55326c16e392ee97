"""Claims about drawn references: a file for each data set, whole or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from spobet.cli import main
from spobet.dataset.references import MISSING, USUAL_ASPECT, References, encoded, in_frame
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.ingest.synthetic import synthesize
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "synthetic"
    synthesize(folder, num_glosses=2, num_signers=6, takes=1, seed=0)
    return folder


def test_the_command_draws_each_gloss_once(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "references.npz"
    done = CliRunner().invoke(main, ["references", str(data), str(out), "--frames", "12"])
    assert done.exit_code == 0, done.output
    assert "2 glosses" in done.output
    references = References.read(out)
    dataset = Dataset.open(data)
    assert set(references.glosses) == {clip.gloss for clip in dataset.manifest}
    assert references.motion.shape == (2, 12, len(dataset.skeleton), 2)
    assert references.skeleton.landmarks == dataset.skeleton.landmarks
    assert (references.clips >= 3).all()
    again = CliRunner().invoke(main, ["references", str(data), str(out)])
    assert again.exit_code == 2
    assert "is there already" in again.output


def test_a_split_with_too_few_clips_is_refused(data: Path, tmp_path: Path) -> None:
    arguments = ["references", str(data), str(tmp_path / "out.npz"), "--split", "test"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "no gloss has enough clips in test" in done.output


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, motion=np.zeros((1, 2, 3, 2), np.int8))
    with pytest.raises(UserError, match=r"other.npz: no field 'glosses'"):
        References.read(path)


def test_codes_hold_the_shape_and_what_is_missing() -> None:
    motion = np.array([[[0, 0], [4, 1]], [[2, 0.5], [np.nan, np.nan]]])
    codes = encoded(motion)
    assert codes.tolist() == [[[-127, -32], [127, 32]], [[0, 0], [MISSING, MISSING]]]


def test_shares_of_a_picture_are_drawn_as_wide_as_it_is() -> None:
    xy = np.zeros((5, 42, 2), np.float32)
    xy[:, :, 0] = 0.01 * np.arange(42)
    xy[:, :, 1] = 0.02 * np.arange(42)
    for size, aspect in ((None, USUAL_ASPECT), ((1600, 800), 2)):
        shares = PoseSequence(xy, np.ones((5, 42)), HANDS_42, unit="image", size=size)
        across, down = np.ptp(in_frame(shares).xy[0], axis=0)
        assert across / down == pytest.approx(aspect / 2)
