"""Claims about comparing two systems on the same clips."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.evaluation.intervals import mcnemar
from spobet.evaluation.predictions import Prediction
from spobet.reports.comparison import Comparison, compare, comparison_page, comparison_text

CLIPS = Manifest(
    tuple(Clip(f"c{number}", "go & <stop>", f"ann {number % 3}", "test") for number in range(8))
)
RANKS_A, RANKS_B = (1, 1, 1, 1, 1, 1, 6, 12), (1, 2, 2, 2, 3, 1, 1, 1)


def rows(ranks: tuple[int, ...], probability: float = 0.5) -> list[Prediction]:
    return [
        Prediction(
            clip.id,
            clip.gloss,
            rank,
            ((clip.gloss if rank == 1 else "eat", probability), ("drink", probability / 2)),
        )
        for clip, rank in zip(CLIPS, ranks, strict=True)
    ]


@pytest.fixture
def comparison() -> Comparison:
    return compare(("theirs", "ours"), CLIPS, rows(RANKS_A), rows(RANKS_B, float("nan")))


@pytest.fixture
def dataset(tiny_data: Path, tmp_path: Path) -> Dataset:
    tiny = Dataset.open(tiny_data)
    with DatasetWriter(tmp_path / "set", tiny.skeleton, tiny.info.unit, "made", "") as writer:
        for clip, (_, pose) in zip(CLIPS, tiny.poses(), strict=False):
            writer.add(clip, pose)
    return Dataset.open(tmp_path / "set")


def test_figures_are_counted_on_the_same_clips(comparison: Comparison) -> None:
    top1, top5 = comparison.over_clips[1], comparison.over_clips[5]
    assert (top1.share, top1.only_first, top1.only_second, top1.p_value) == (
        2 / 8,
        4,
        2,
        mcnemar(4, 2),
    )
    assert (top5.share, top5.only_first, top5.only_second) == (-2 / 8, 0, 2)
    assert (comparison.only(0), comparison.only(1)) == ([1, 2, 3, 4], [6, 7])
    assert comparison.over_signers[1].share == top1.share
    assert comparison.over_signers[1].interval != top1.interval


def test_comparing_again_gives_the_same_intervals(comparison: Comparison) -> None:
    again = compare(("theirs", "ours"), CLIPS, rows(RANKS_A), rows(RANKS_B))
    assert (again.over_clips, again.over_signers) == (
        comparison.over_clips,
        comparison.over_signers,
    )


def test_the_text_names_every_clip_that_one_only_names_right(comparison: Comparison) -> None:
    lines = comparison_text(comparison).splitlines()
    assert lines[0].startswith("8 clips; A is theirs, B is ours. Intervals: 95 %, paired bootstrap")
    assert lines[1] == "top-1: A 75.0 % (6/8), B 50.0 % (4/8); A - B +25.0 points"
    assert lines[3] == "  only A right 4, only B 2; McNemar p 0.6875"
    assert lines[10] == "only A is right: 4"
    assert lines[11] == "  c1 (go & <stop>, test, signer ann 1): A go & <stop>, B eat"
    assert lines[15:] == [
        "only B is right: 2",
        "  c6 (go & <stop>, test, signer ann 0): A eat, B go & <stop>",
        "  c7 (go & <stop>, test, signer ann 1): A eat, B go & <stop>",
    ]


def test_the_page_draws_them_with_both_answers(comparison: Comparison, dataset: Dataset) -> None:
    root = ElementTree.fromstring(comparison_page(comparison, dataset))
    assert len(list(root.iter("article"))) == 6
    assert len(list(root.iter("{http://www.w3.org/2000/svg}svg"))) == 6
    text = "".join(root.itertext())
    assert "A names 25.0 points more of the clips right than B" in text
    assert "eat 50.0 %, drink 25.0 %; true gloss in place 6" in text
    assert "eat, drink; true gloss in place 2" in text  # no probability where none is known


def test_equal_systems_are_called_so(dataset: Dataset) -> None:
    same = compare(("a", "b"), CLIPS, rows(RANKS_A), rows(RANKS_A))
    assert "A and B name equally many clips right" in comparison_page(same, dataset)
    assert comparison_text(same).endswith("only A is right: 0\nonly B is right: 0")


def test_predictions_of_other_clips_are_refused() -> None:
    with pytest.raises(
        ValueError,
        match="ours: predictions of 7 clips, expected those of the 8 clips in their order",
    ):
        compare(("theirs", "ours"), CLIPS, rows(RANKS_A), rows(RANKS_B)[1:])
    assert np.isfinite(
        compare(("a", "b"), Manifest(CLIPS.clips[:1]), rows(RANKS_A)[:1], rows(RANKS_B)[:1])
        .over_clips[1]
        .interval
    ).all()
