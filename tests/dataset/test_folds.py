"""Claims about the folds of the training clips."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.dataset.folds import NUM_FOLDS, few_a_gloss, fold_of_clips, hold_out
from spobet.dataset.manifest import Clip, Manifest

labels = st.lists(st.sampled_from("abcd"), min_size=1, max_size=40)
fold_counts = st.integers(2, 6)


def manifest_of(glosses: list[str]) -> Manifest:
    return Manifest(tuple(Clip(str(number), gloss) for number, gloss in enumerate(glosses)))


@settings(max_examples=50)
@given(glosses=labels, num_folds=fold_counts)
def test_every_clip_is_held_out_once_and_never_trained_on_then(
    glosses: list[str], num_folds: int
) -> None:
    manifest = manifest_of(glosses)
    held_out = []
    for fold in range(num_folds):
        train, held = hold_out(manifest, fold, num_folds)
        assert sorted([*train, *held], key=lambda clip: manifest.position(clip.id)) == list(
            manifest
        )
        held_out += [clip.id for clip in held]
    assert sorted(held_out) == sorted(clip.id for clip in manifest)


@settings(max_examples=50)
@given(glosses=labels, num_folds=fold_counts)
def test_folds_differ_by_at_most_one_clip_of_any_gloss_and_in_all(
    glosses: list[str], num_folds: int
) -> None:
    manifest = manifest_of(glosses)
    folds = fold_of_clips(manifest, num_folds)
    for clips in ([clip for clip in manifest if clip.gloss == gloss] for gloss in "abcd"):
        counts = Counter(folds[clip.id] for clip in clips)
        assert max(counts.values(), default=0) - min(counts[fold] for fold in range(num_folds)) <= 1
    counts = Counter(folds.values())
    assert max(counts.values()) - min(counts[fold] for fold in range(num_folds)) <= 1


@settings(max_examples=50)
@given(glosses=labels, data=st.data())
def test_a_clip_keeps_its_fold_whatever_the_order(glosses: list[str], data: st.DataObject) -> None:
    manifest = manifest_of(glosses)
    shuffled = Manifest(tuple(data.draw(st.permutations(manifest.clips))))
    assert fold_of_clips(shuffled) == fold_of_clips(manifest)


def test_the_folds_of_ten_clips_are_always_these() -> None:
    assert NUM_FOLDS == 5
    folds = fold_of_clips(manifest_of(["go"] * 7 + ["thin"] * 3))
    assert [folds[str(number)] for number in range(10)] == [2, 3, 4, 1, 0, 1, 0, 4, 3, 2]


@pytest.mark.parametrize("fold", [-1, 5])
def test_a_fold_that_is_not_there_is_refused(fold: int) -> None:
    with pytest.raises(ValueError, match=rf"fold {fold}, expected 0\.\.4"):
        hold_out(manifest_of(["go"]), fold)


@given(glosses=labels, count=st.integers(1, 5), seed=st.integers(0, 3))
def test_a_few_clips_of_every_gloss_are_taken(glosses: list[str], count: int, seed: int) -> None:
    few = few_a_gloss(manifest_of(glosses), count, seed)
    wanted = {gloss: min(count, glosses.count(gloss)) for gloss in set(glosses)}
    assert Counter(clip.gloss for clip in few) == wanted
    assert few == few_a_gloss(manifest_of(glosses), count, seed)
    assert sorted(few, key=lambda clip: int(clip.id)) == list(few)


def test_another_seed_takes_other_clips() -> None:
    manifest = manifest_of(["a"] * 40)
    assert len({few_a_gloss(manifest, 2, seed) for seed in range(4)}) > 1
