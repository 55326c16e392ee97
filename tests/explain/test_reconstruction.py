"""Claims about showing what a pretrained run reconstructs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from spobet.dataset.store import Dataset
from spobet.explain.reconstruction import reconstruct, reconstruct_clips
from spobet.runs import RunFolder


def test_hidden_frames_of_a_clip_are_reconstructed_and_drawn(
    pretrained_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    clips = [clip.id for clip in Dataset.open(tiny_data).manifest.of_splits("test")][:2]
    text = reconstruct_clips(pretrained_run, clips, tiny_data, tmp_path / "page.html")
    lines = text.splitlines()
    assert [line.partition(" (")[0] for line in lines] == clips
    ratio = RunFolder(pretrained_run).experiment().pretrain.mask_ratio
    assert f"{round(ratio * 8)} of 8 frames hidden; reconstructed with an error of " in lines[0]
    assert (tmp_path / "page.html").read_text(encoding="utf-8").count("<svg") == 2
    assert (
        reconstruct_clips(pretrained_run, clips, tiny_data) == text
    )  # the same frames are hidden again


def test_a_clip_in_another_unit_is_the_same_clip(pretrained_run: Path, tiny_data: Path) -> None:
    """Once the unit was forgotten here."""
    dataset = Dataset.open(tiny_data)
    pose = replace(dataset.pose(dataset.manifest.clips[0].id), size=(1280, 720))
    wide = pose.in_unit("image")
    run, square = RunFolder(pretrained_run), replace(wide, size=(720, 720))
    texts = [reconstruct(run, ["clip"], [each]) for each in (pose, wide, square)]
    assert texts[0] == texts[1] != texts[2]


def test_a_run_that_reconstructs_nothing_is_refused(trained_run: Path, tiny_data: Path) -> None:
    clip = Dataset.open(tiny_data).manifest.clips[0].id
    with pytest.raises(
        FileNotFoundError,
        match=r"masked_frames\.keras: not there; only a run pretrained on hidden frames",
    ):
        reconstruct_clips(trained_run, [clip], tiny_data)
