"""Claims about splits in which no signer stands twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.manifest import SPLITS, Clip
from spobet.dataset.resplit import resplit, write_resplit
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.errors import UserError
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42

NUM_SIGNERS, GLOSSES = 12, ("go", "eat", "walk")


def dataset_of(path: Path, clips: list[Clip], copies: dict[str, str] | None = None) -> Dataset:
    """A data set; `copies` gives clips the landmarks of others."""
    seeds = {clip.id: number for number, clip in enumerate(clips)}
    with DatasetWriter(path, HANDS_42, "image", "made", "none") as writer:
        for clip in clips:
            seed = seeds[(copies or {}).get(clip.id, clip.id)]
            xy = np.random.default_rng(seed).random((2, len(HANDS_42), 2))
            writer.add(clip, PoseSequence(xy, np.ones(xy.shape[:2]), HANDS_42, unit="image"))
    return Dataset.open(path)


def clips_of(num_signers: int = NUM_SIGNERS) -> list[Clip]:
    return [
        Clip(f"{gloss}-{number}", gloss, f"signer {number}", "train")
        for number in range(num_signers)
        for gloss in GLOSSES
    ]


@pytest.mark.parametrize("seed", range(3))
def test_no_signer_stands_in_two_splits_and_every_gloss_in_train(seed: int, tmp_path: Path) -> None:
    split = resplit(dataset_of(tmp_path / "data", clips_of()), seed=seed)
    splits_of_signer = defaultdict(set)
    for clip in split.manifest:
        splits_of_signer[clip.signer].add(clip.split)
    assert {len(splits) for splits in splits_of_signer.values()} == {1}
    assert {next(iter(splits)) for splits in splits_of_signer.values()} == set(SPLITS)
    trained = Counter(clip.gloss for clip in split.manifest if clip.split == "train")
    assert set(trained) == set(GLOSSES)
    assert split.left_out == ()


def test_the_shares_are_about_those_asked_for(tmp_path: Path) -> None:
    split = resplit(dataset_of(tmp_path / "data", clips_of(20)), shares=(0.2, 0.3))
    counts = Counter(clip.split for clip in split.manifest)
    assert [counts[name] for name in SPLITS] == [30, 12, 18]


def test_one_seed_gives_the_same_splits_and_another_gives_others(tmp_path: Path) -> None:
    dataset = dataset_of(tmp_path / "data", clips_of())
    assert resplit(dataset) == resplit(dataset)
    assert len({resplit(dataset, seed=seed).manifest for seed in range(3)}) > 1


def test_copies_and_unknown_signers_get_no_split_and_are_listed(tmp_path: Path) -> None:
    clips = [*clips_of(), Clip("again", "go", "signer 3"), Clip("nobody", "eat", "")]
    dataset = dataset_of(tmp_path / "data", clips, copies={"again": "go-3"})
    split = resplit(dataset)
    assert dict(split.left_out) == {
        "again": "a copy of an earlier clip",
        "nobody": "signer unknown",
    }
    assert {clip.id for clip in split.manifest if not clip.split} == {"again", "nobody"}
    assert "in no split: 1 clips, signer unknown" in split.summary()
    write_resplit(dataset, split, tmp_path / "out")
    written = Dataset.open(tmp_path / "out")
    assert [clip.id for clip in written.manifest] == [clip.id for clip in clips_of()]
    np.testing.assert_array_equal(written.pose("eat-5").xy, dataset.pose("eat-5").xy)


def test_without_signers_the_clips_of_each_gloss_are_dealt_and_it_says_so(tmp_path: Path) -> None:
    clips = [Clip(f"{gloss}-{number}", gloss) for gloss in GLOSSES for number in range(10)]
    split = resplit(dataset_of(tmp_path / "data", clips), shares=(0.2, 0.3))
    counts = Counter((clip.gloss, clip.split) for clip in split.manifest)
    assert counts == {
        (gloss, part): count
        for gloss in GLOSSES
        for part, count in zip(SPLITS, (5, 2, 3), strict=True)
    }
    assert split.left_out == ()
    assert split.summary().startswith("dealt by gloss, because fewer than 3 signers are known: ")
    few = [Clip(str(number), "go", "me") for number in range(4)]
    dealt = resplit(dataset_of(tmp_path / "few", [*few, Clip("e1", "eat"), Clip("e2", "eat")]))
    assert Counter((clip.gloss, clip.split) for clip in dealt.manifest) == {
        ("go", "train"): 2, ("go", "val"): 1, ("go", "test"): 1, ("eat", "train"): 2,
    }  # fmt: skip


def test_every_gloss_keeps_two_clips_in_train_whatever_the_shares(tmp_path: Path) -> None:
    clips = [Clip(f"{gloss}-{number}", gloss) for gloss in GLOSSES for number in range(5)]
    split = resplit(dataset_of(tmp_path / "data", clips), shares=(0.45, 0.5))
    trained = Counter(clip.gloss for clip in split.manifest if clip.split == "train")
    assert trained == dict.fromkeys(GLOSSES, 2)


def test_copies_under_several_glosses_are_in_train(tmp_path: Path) -> None:
    clips = [Clip(f"{gloss}{number}", gloss) for gloss in ("go", "eat") for number in range(4)]
    dataset = dataset_of(tmp_path / "data", clips, {clip.id: "go0" for clip in clips})
    split = resplit(dataset)
    assert {clip.split for clip in split.manifest} == {"train"}
    lines = split.summary().splitlines()
    assert "too few clips for val and test: no figure can be measured there" in lines
    assert "7 copies are in the split of their recording" in lines


def test_copies_of_a_recording_are_dealt_together(tmp_path: Path) -> None:
    clips = [Clip(f"{gloss}-{number}", gloss) for gloss in GLOSSES for number in range(12)]
    copies = {clip.id: f"{clip.gloss}-{int(clip.id.split('-')[1]) // 2}" for clip in clips}
    split = resplit(dataset_of(tmp_path / "data", clips, copies))
    splits_of = {}
    for clip in split.manifest:
        splits_of.setdefault(copies[clip.id], set()).add(clip.split)
    assert all(len(splits) == 1 for splits in splits_of.values())
    assert {clip.split for clip in split.manifest} == {"train", "val", "test"}


def test_five_signers_of_ten_clips_each_are_dealt_though_each_is_larger_than_a_share(
    tmp_path: Path,
) -> None:
    clips = [
        Clip(f"{gloss}-{number}", gloss, f"signer {number % 5}")
        for gloss in GLOSSES[:5]
        for number in range(10)
    ]
    split = resplit(dataset_of(tmp_path / "few", clips), shares=(0.15, 0.2))
    sizes = Counter(clip.split for clip in split.manifest)
    tenth = len(clips) // 5
    assert sizes == {"train": 3 * tenth, "val": tenth, "test": tenth}


def test_too_few_signers_and_impossible_shares_are_errors(tmp_path: Path) -> None:
    one_gloss_each = [Clip(str(number), str(number), f"signer {number}") for number in range(4)]
    dataset = dataset_of(tmp_path / "thin", one_gloss_each)
    with pytest.raises(UserError, match=r"thin: 4 signers and 4 clips cannot be dealt over train"):
        resplit(dataset)
    with pytest.raises(UserError, match=r"shares of val and test are \(0.5, 0.5\), expected both"):
        resplit(dataset, shares=(0.5, 0.5))
