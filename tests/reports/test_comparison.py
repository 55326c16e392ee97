"""Claims about comparing two systems on the same clips."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.evaluation.comparison import Comparison, compare
from spobet.evaluation.intervals import mcnemar
from spobet.evaluation.predictions import Prediction
from spobet.evaluation.scores import ModelOutput, Scores
from spobet.recognition.evaluate import evaluate
from spobet.reports.comparison import compare_paths, comparison_page, comparison_text, heading
from spobet.runs import RunFolder

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


def test_the_text_names_every_clip_that_only_one_gets_right(comparison: Comparison) -> None:
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
    assert "No clear difference: A is 25.0 points ahead, and the interval includes 0" in text
    assert "eat 50.0 %, drink 25.0 %; true gloss at rank 6" in text
    assert "eat, drink; true gloss at rank 2" in text  # no probability where none is known


def test_equal_systems_are_called_so(dataset: Dataset) -> None:
    same = compare(("a", "b"), CLIPS, rows(RANKS_A), rows(RANKS_A))
    assert "A and B are equally accurate on these clips" in comparison_page(same, dataset)
    assert comparison_text(same).endswith("only A is right: 0\nonly B is right: 0")


def test_the_heading_claims_a_difference_only_where_both_intervals_exclude_zero() -> None:
    right, wrong = (1,) * 8, (2,) * 8
    better = compare(("a", "b"), CLIPS, rows(wrong), rows(right))
    assert heading(better) == "B is more accurate than A, by 100.0 points"
    unclear = {1: replace(better.over_clips[1], interval=(-1.0, 0.01))}
    assert better.certain
    assert not replace(better, over_clips=unclear).certain
    assert not replace(better, over_signers=unclear).certain


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


@pytest.fixture
def run(trained_run: Path, tiny_data: Path, tmp_path: Path) -> RunFolder:
    """A run scored on val and test pooled."""
    run = RunFolder(shutil.copytree(trained_run, tmp_path / "run"))
    evaluate(run.path, tiny_data, ["val", "test"])
    return run


def test_a_run_does_not_differ_from_the_predictions_it_wrote(
    run: RunFolder, tiny_data: Path
) -> None:
    text = compare_paths(run.path, run.predictions("val+test"), tiny_data, ["val", "test"])
    assert text.startswith(f"8 clips; A is {run.path}, B is {run.predictions('val+test')}.")
    assert "A - B +0.0 points\n  95 % interval +0.0 to +0.0 over clips" in text
    assert text.endswith("only A is right: 0\nonly B is right: 0")


def test_a_file_that_is_always_right_is_never_worse(
    run: RunFolder, tiny_data: Path, tmp_path: Path
) -> None:
    clips = Dataset.open(tiny_data).manifest.of_splits("val", "test")
    (tmp_path / "oracle.csv").write_text(
        "clip,gloss_1\n" + "".join(f"{clip.id},{clip.gloss}\n" for clip in clips)
    )
    text = compare_paths(
        tmp_path / "oracle.csv", run.path, tiny_data, ["val", "test"], tmp_path / "page.html"
    )
    assert "only B is right: 0" in text
    assert (tmp_path / "page.html").is_file()


def test_a_run_that_was_not_scored_there_is_scored_and_left_as_it_is(
    run: RunFolder, tiny_data: Path, tmp_path: Path
) -> None:
    before = sorted(run.path.iterdir())
    assert "4 clips; A is" in compare_paths(run.path, run.path, tiny_data, ["test"])
    assert sorted(run.path.iterdir()) == before
    with pytest.raises(FileNotFoundError, match="not a run folder"):
        compare_paths(tmp_path, run.path, tiny_data, ["val", "test"])


def test_scores_written_by_another_network_are_not_compared(
    run: RunFolder, tiny_data: Path
) -> None:
    written = Scores.read(run.scores("val+test"))
    turned = ModelOutput.of_logits(-written.logits)
    replace(written, output=turned, weights="of another network").write(run.scores("val+test"))
    text = compare_paths(run.path, run.predictions("val+test"), tiny_data, ["val", "test"])
    assert text.endswith("only A is right: 0\nonly B is right: 0")


def test_clips_of_training_are_not_compared(run: RunFolder, tiny_data: Path) -> None:
    with pytest.raises(ValueError, match="were trained or pretrained on and cannot be scored"):
        compare_paths(run.path, run.path, tiny_data, ["train"])
