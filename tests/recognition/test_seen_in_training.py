"""Claims about what a run has seen in training: what is refused, and what is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import Dataset
from spobet.recognition.seen_in_training import (
    refuse_seen_clips,
    refuse_seen_signers,
    signer_overlap,
)


def test_one_clip_of_pretraining_among_many_is_refused(tiny_data: Path) -> None:
    clips = Dataset.open(tiny_data).manifest.of_splits("test")
    met = clips.clips[2].id
    with pytest.raises(
        ValueError,
        match=f"test: 1 of 4 clips were trained or pretrained on and cannot be scored: {met}$",
    ):
        refuse_seen_clips(clips, frozenset({met, "another"}), "test")
    refuse_seen_clips(Manifest(clips.clips[:2]), frozenset({met}), "test")


def test_signers_also_trained_on_are_counted_beside_the_figures() -> None:
    trained = (Clip("1", "book", "anna"), Clip("2", "drink", "ben"), Clip("3", "book"))
    scored = (
        Clip("4", "book", "anna"),
        Clip("5", "book", "ben"),
        Clip("6", "book", "cleo"),
        Clip("7", "book"),
    )
    note = signer_overlap(
        Manifest(scored),
        Manifest(trained + scored),
        frozenset("123"),
        frozenset(("anna", "ben", "")),
    )
    assert note.startswith("2 of 4 clips are by signers also trained on, 1 of these")
    assert note.endswith("1 are by unknown signers; training saw clips of unknown signers too.")


def test_signers_of_a_pretraining_on_other_clips_are_counted_too() -> None:
    scored = Manifest((Clip("4", "book", "dora"),))
    assert signer_overlap(
        scored, scored, frozenset(("elsewhere",)), frozenset(("dora",))
    ).startswith("1 of 1 clips are by signers also trained on, 0 of these")


APART = Manifest((Clip("a", "go", "ann", "train"), Clip("b", "go", "bob", "test")))


def test_a_split_by_new_signers_refuses_a_run_that_has_met_them() -> None:
    scored = APART.of_splits("test")
    with pytest.raises(
        ValueError,
        match=r"test: no signer of it is in training here, but the run .* on signers bob; pretr",
    ):
        refuse_seen_signers(scored, APART, frozenset({"ann", "bob"}), "test")
    refuse_seen_signers(scored, APART, frozenset({"ann", "eve"}), "test")


def test_signers_that_nobody_knows_are_stated_and_refuse_nothing() -> None:
    scored, met = APART.of_splits("test"), frozenset({"ann", ""})
    refuse_seen_signers(scored, APART, met, "test")
    assert signer_overlap(scored, APART, frozenset(), met) == (
        "0 of 1 clips are by signers also trained on, 0 of these show a gloss trained on by that "
        "signer; 0 are by unknown signers; training saw clips of unknown signers too."
    )


def test_a_split_that_shares_signers_with_training_refuses_nobody() -> None:
    shared = Manifest((*APART.clips, Clip("c", "go", "bob", "train")))
    refuse_seen_signers(shared.of_splits("test"), shared, frozenset({"bob", ""}), "test")
    unknown = Manifest((Clip("a", "go", "", "train"), Clip("b", "go", "", "test")))
    refuse_seen_signers(unknown.of_splits("test"), unknown, frozenset({""}), "test")
