from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset
from spobet.ingest.synthetic import synthesize


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    hashes = []
    for name, seed in (("first", 0), ("again", 0), ("other", 1)):
        synthesize(tmp_path / name, num_glosses=3, num_signers=3, takes=1, seed=seed)
        hashes.append(Dataset.open(tmp_path / name).info.content_hash)
    assert hashes[0] == hashes[1] != hashes[2]
    for file in (tmp_path / "first").iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()


def test_a_clip_does_not_depend_on_how_many_others_there_are(tmp_path: Path) -> None:
    small = synthesize(tmp_path / "small", num_glosses=3, num_signers=3, takes=1)
    synthesize(tmp_path / "large", num_glosses=8, num_signers=5, takes=2)
    few, many = Dataset.open(tmp_path / "small"), Dataset.open(tmp_path / "large")
    for clip in small:
        assert many.manifest[clip.id] == clip
        np.testing.assert_array_equal(few.pose(clip.id).xy, many.pose(clip.id).xy)


def test_no_two_clips_are_alike(tmp_path: Path) -> None:
    manifest = synthesize(tmp_path / "set", num_glosses=4, num_signers=3, takes=3)
    poses = {pose.xy.tobytes() for _, pose in Dataset.open(tmp_path / "set").poses()}
    assert len(poses) == len(manifest) == 4 * 3 * 3


def test_splits_share_no_signer_and_every_gloss_is_in_each(tmp_path: Path) -> None:
    manifest = synthesize(tmp_path / "set", num_glosses=4, num_signers=12, takes=1)
    splits: defaultdict[str, set[str]] = defaultdict(set)
    glosses: defaultdict[str, set[str]] = defaultdict(set)
    for clip in manifest:
        splits[clip.signer].add(clip.split)
        glosses[clip.split].add(clip.gloss)
    assert all(len(of_signer) == 1 for of_signer in splits.values())
    assert [
        sum({split} == of_signer for of_signer in splits.values())
        for split in ("train", "val", "test")
    ] == [8, 2, 2]
    assert all(of_split == set(manifest.vocabulary.glosses) for of_split in glosses.values())


def test_the_folder_says_what_it_is(tmp_path: Path) -> None:
    shown: list[str] = []

    def show(clips: Iterable[Clip]) -> Iterator[Clip]:
        for clip in clips:
            shown.append(clip.id)
            yield clip

    manifest = synthesize(tmp_path / "set", num_glosses=6, num_signers=3, takes=1, progress=show)
    dataset = Dataset.open(tmp_path / "set")
    assert dataset.manifest == manifest
    assert (dataset.info.source, dataset.info.licence, dataset.info.unit) == (
        "synthetic",
        "CC0-1.0",
        "pixels",
    )
    assert manifest.clips[0].id == f"synthetic-{manifest.clips[0].gloss}-000-0"
    assert shown == [clip.id for clip in manifest]
    rows = (tmp_path / "set" / "minimal-pairs.csv").read_text().splitlines()
    assert rows[0] == "parameter,first,second"
    glosses = manifest.vocabulary.glosses
    pairs = zip(("direction", "handshapes", "location"), glosses[::2], glosses[1::2], strict=True)
    assert rows[1:] == [",".join(pair) for pair in pairs]


def test_too_few_signers_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 signers and 1 takes, expected at least 3"):
        synthesize(tmp_path / "set", num_signers=2, takes=1)
    with pytest.raises(ValueError, match="1 glosses, expected at least 2"):
        synthesize(tmp_path / "set", num_glosses=1)
    assert not list(tmp_path.iterdir())
