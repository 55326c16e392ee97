"""Claims about what a later test reserves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.folds import hold_out
from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.reserve import Reserved, reserve, training_clips, write_left_out
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42

TESTED = (
    Clip("t1", "go", "ann", "train"),
    Clip("t2", "eat", "bob", "train"),
    Clip("v", "go", "cid", "val"),
    Clip("s", "eat", "dan", "test"),
)
TO_TRAIN_ON = (
    Clip("s", "eat", "dan", "train"),
    Clip("copy of v", "walk", "eve", "train"),
    Clip("by cid", "walk", "cid", "train"),
    Clip("by nobody known", "walk", "", "train"),
    Clip("a go", "go", "eve", "train"),
    Clip("other", "walk", "eve", "train"),
)


def pose_of(name: str) -> PoseSequence:
    """A clip of 3 frames; the same name gives the same landmarks."""
    xy = np.random.default_rng(list(name.encode())).random((3, len(HANDS_42), 2))
    return PoseSequence(xy, np.ones(xy.shape[:2]), HANDS_42, unit="image")


def dataset_of(path: Path, clips: tuple[Clip, ...]) -> Dataset:
    with DatasetWriter(path, HANDS_42, "image", path.name, "none") as writer:
        for clip in clips:
            writer.add(clip, pose_of(clip.id.removeprefix("copy of ")))
    return Dataset.open(path)


@pytest.fixture
def tested(tmp_path: Path) -> Path:
    return dataset_of(tmp_path / "tested", TESTED).path


@pytest.fixture
def to_train_on(tmp_path: Path) -> Dataset:
    return dataset_of(tmp_path / "more", TO_TRAIN_ON)


@pytest.mark.parametrize(
    ("their", "reasons"),
    [
        ((), {"s": "the same clip", "copy of v": "identical landmarks"}),
        (
            ("glosses",),
            {"s": "the same clip", "copy of v": "identical landmarks", "a go": "gloss go"},
        ),
        (
            ("signers",),
            {
                "s": "the same clip",
                "copy of v": "identical landmarks",
                "by cid": "signer cid",
                "by nobody known": "signer unknown",
            },
        ),
    ],
    ids=["clips", "glosses", "signers"],
)
def test_what_validation_and_test_hold_is_left_out_and_nothing_else(
    their: tuple[str, ...], reasons: dict[str, str], tested: Path, to_train_on: Dataset
) -> None:
    (source,) = training_clips([to_train_on], reserve(tested, their=their))
    assert dict(source.left_out) == reasons
    assert [clip.id for clip in source.clips] == [
        clip.id for clip in TO_TRAIN_ON if clip.id not in reasons
    ]


def test_a_fold_reserves_what_training_on_the_others_is_scored_on(tested: Path) -> None:
    held = hold_out(Dataset.open(tested).manifest.of_splits("train"), 1)[1]
    assert reserve(tested, fold=1).clips == {clip.id for clip in held}


def test_a_manifest_file_reserves_its_clips_by_name_alone(
    tested: Path, to_train_on: Dataset
) -> None:
    (source,) = training_clips([to_train_on], reserve(tested / "manifest.csv"))
    assert source.left_out == (("s", "the same clip"),)


def test_a_manifest_without_splits_reserves_every_clip(tmp_path: Path) -> None:
    Manifest((Clip("one", "go"), Clip("two", "eat"))).write(tmp_path / "manifest.csv")
    assert reserve(tmp_path / "manifest.csv").clips == {"one", "two"}


def test_unknown_signers_cannot_be_reserved(tmp_path: Path) -> None:
    path = dataset_of(tmp_path / "tested", (Clip("v", "go", "", "val"),)).path
    with pytest.raises(ValueError, match="signers cannot be reserved, some of its clips have none"):
        reserve(path, their=("signers",))
    with pytest.raises(
        ValueError, match="'hats' cannot be reserved, expected one of: glosses, signers"
    ):
        reserve(path, their=("hats",))


def test_a_clip_of_two_data_sets_is_used_once(tested: Path, to_train_on: Dataset) -> None:
    again = Dataset.open(tested)
    first, second = training_clips([to_train_on, again], Reserved())
    assert (len(first.clips), first.left_out) == (6, ())
    assert [clip.id for clip in second.clips] == ["t1", "t2"]
    first, second = training_clips([to_train_on, to_train_on_without_s(to_train_on)], Reserved())
    assert second.left_out == (("s", "in an earlier data set"),)


def to_train_on_without_s(dataset: Dataset) -> Dataset:
    """Another data set that holds `s` and one clip of its own."""
    return dataset_of(
        dataset.path.with_name("third"), (TO_TRAIN_ON[0], Clip("new", "go", "", "train"))
    )


def test_nothing_left_is_an_error(to_train_on: Dataset) -> None:
    with pytest.raises(ValueError, match="more: all 6 training clips are left out"):
        training_clips([to_train_on], Reserved(glosses=frozenset({"eat", "walk", "go"})))


def test_every_clip_left_out_is_counted_and_listed(
    tested: Path, to_train_on: Dataset, tmp_path: Path
) -> None:
    sources = training_clips([to_train_on], reserve(tested, their=("signers", "glosses")))
    counts = write_left_out(sources, tmp_path / "left-out.csv")
    assert counts == "5 clips left out: 2 signer, 1 the same clip, 1 identical landmarks, 1 gloss"
    lines = (tmp_path / "left-out.csv").read_text().splitlines()
    assert lines[0] == "data,clip,reason"
    assert "more,by nobody known,signer unknown" in lines
    assert len(lines) == 6


def test_nothing_left_out_writes_nothing(to_train_on: Dataset, tmp_path: Path) -> None:
    assert (
        write_left_out(training_clips([to_train_on], Reserved()), tmp_path / "left-out.csv") == ""
    )
    assert not (tmp_path / "left-out.csv").exists()
