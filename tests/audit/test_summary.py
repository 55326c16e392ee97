"""Claims about the summary of a data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spobet.audit.summary import summarize
from spobet.dataset.manifest import Clip
from spobet.dataset.store import DatasetWriter
from spobet.ingest.packed import import_packed
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, Skeleton

FACE = Skeleton("face", ("nose",))


def hands(num_right: int, num_left: int, num_frames: int = 10, seed: int = 0) -> PoseSequence:
    """A clip whose first frames show the right, and whose last the left hand."""
    xy = np.random.default_rng(seed).random((num_frames, len(HANDS_42), 2))
    xy[num_right:, HANDS_42.hand("right")] = np.nan
    xy[: num_frames - num_left, HANDS_42.hand("left")] = np.nan
    return PoseSequence(xy, np.isfinite(xy[..., 0]), HANDS_42, unit="image")


def write(
    path: Path,
    clips: Sequence[tuple[Clip, PoseSequence]],
    source: str = "made",
    licence: str = "CC0-1.0",
) -> Path:
    with DatasetWriter(path, clips[0][1].skeleton, clips[0][1].unit, source, licence) as writer:
        for clip, pose in clips:
            writer.add(clip, pose)
    return path


def table(text: str) -> dict[str, str]:
    """The rows of the table by split, blanks squeezed."""
    rows = [" ".join(line.split()) for line in text.split("\n\n")[1].splitlines()]
    return {row.split()[0]: row.partition(" ")[2] for row in rows}


def test_a_small_data_set_in_full(tmp_path: Path) -> None:
    clips = [
        (Clip("1", "go", signer="ann", split="train"), hands(10, 0)),
        (Clip("2", "go", signer="bob", split="train"), hands(8, 6)),
        (Clip("3", "thin", split="train"), hands(0, 0, num_frames=20)),
        (Clip("4", "go", signer="ann", split="test"), hands(0, 5)),
        (Clip("5", "thin", signer="ann", split="test"), hands(10, 0)),
        (Clip("6", "thin"), hands(3, 3)),
    ]
    text = summarize(write(tmp_path / "set", clips))
    facts = text.split("\n\n")[0].splitlines()
    assert facts[0].endswith("set")
    assert facts[1:5] == [
        "source    made",
        "licence   CC0-1.0",
        "skeleton  HANDS_42, 42 landmarks",
        "unit      image",
    ]
    assert len(facts[5].split()[1]) == 64
    rows = table(text)
    assert rows["train"] == "3 2 1.5 (1-2) 2 1 10 (10-20) 45% 15% 10% 50%"
    assert rows["test"] == "2 2 1 (1-1) 1 0 10 (10-10) 50% 25% 0% 75%"
    assert rows["none"] == "1 1 1 (1-1) 0 1 10 (10-10) 30% 30% 0% 60%"
    assert rows["all"].startswith("6 2 3 (3-3) 2 2 10 (10-20)")
    assert list(rows) == ["split", "train", "test", "none", "all"]
    assert text.split("\n\n")[2].splitlines() == [
        "empty clips: 1",
        "  3",
        "leaks between splits: 1",
        "  identical landmarks: 1 (train), 5 (test); glosses go, thin",
        "glosses of val or test that train lacks: 0",
        "signers in both train and test: 1 (2 of 2 test clips;"
        " 1 pairs of signer and gloss are in both, 1 test clips)",
        "  ann: 1 in train, 2 in test",
    ]


def test_long_lists_say_how_many_more_there_are(tmp_path: Path) -> None:
    clips = [(Clip(f"{number:02d}", "go", split="train"), hands(0, 0)) for number in range(25)]
    lines = summarize(write(tmp_path / "set", clips)).splitlines()
    start = lines.index("empty clips: 25")
    assert lines[start + 1 : start + 13] == [
        *(f"  {number:02d}" for number in range(10)),
        "  and 15 more",
        "leaks between splits: 0",
    ]


def test_ten_entries_are_all_named(tmp_path: Path) -> None:
    clips = [(Clip(f"{number:02d}", "go", split="train"), hands(0, 0)) for number in range(10)]
    text = summarize(write(tmp_path / "set", clips))
    assert "  09" in text.splitlines()
    assert "more" not in text


def test_a_skeleton_without_hands_has_no_shares_of_hands(tmp_path: Path) -> None:
    pose = PoseSequence(np.zeros((4, 1, 2)), np.ones((4, 1)), FACE)
    text = summarize(
        write(tmp_path / "set", [(Clip("1", "go", split="val"), pose)], source="", licence="")
    )
    assert table(text)["val"] == "1 1 1 (1-1) 0 1 4 (4-4) - - - -"
    assert "source    not given" in text
    assert "licence   not given" in text
    assert "empty clips: 0" in text


def test_glosses_that_training_lacks_are_named(tmp_path: Path) -> None:
    clips = [(Clip("1", "go", split="train"), hands(10, 0))]
    clips += [(Clip(gloss, gloss, split="test"), hands(3, 3)) for gloss in ("thin", "go", "eat")]
    lines = summarize(write(tmp_path / "set", clips)).splitlines()
    start = lines.index("glosses of val or test that train lacks: 2")
    assert lines[start + 1 : start + 3] == ["  thin", "  eat"]


def test_without_training_clips_it_says_what_to_do(tmp_path: Path) -> None:
    text = summarize(write(tmp_path / "set", [(Clip("1", "go"), hands(10, 0))]))
    assert text.endswith("`spobet split` deals the clips over train, val and test")


def test_the_leaks_and_the_signer_overlap_of_the_real_landmarks_are_listed(
    shared: Path, tmp_path: Path
) -> None:
    import_packed(shared / "data/wlasl100-hands.npz", tmp_path / "set")
    text = summarize(tmp_path / "set")
    assert table(text)["train"].startswith("748 100 7 (4-12)")
    assert "leaks between splits: 2" in text
    assert "24961 (train), 24960 (test); gloss go" in text
    assert "signers in both train and test: 31 (97 of 100 test clips; " in text
    assert "  and 21 more" in text
