"""Claims about accuracy by groups of clips and about mixed-up glosses."""

import numpy as np
import pytest

from spobet.dataset.manifest import Clip, Manifest
from spobet.evaluation.breakdown import (
    Group,
    by_gloss,
    by_signer,
    by_signer_overlap,
    confused_pairs,
    mistaken_for,
)
from spobet.evaluation.intervals import wilson_interval

CLIPS = Manifest(
    (
        Clip("1", "go", "ann"),
        Clip("2", "eat", "ann"),
        Clip("3", "go", "bob"),
        Clip("4", "eat"),
        Clip("5", "go", "cat"),
    )
)
HITS = np.array([[1, 1, 0, 0, 1], [1, 0, 0, 0, 1]], bool)


def test_groups_count_the_answers_of_all_runs() -> None:
    assert by_gloss(CLIPS, HITS) == (Group("eat", 2, 1, 2), Group("go", 3, 4, 2))
    assert by_signer(CLIPS, HITS) == (
        Group("ann", 2, 3, 2),
        Group("bob", 1, 0, 2),
        Group("cat", 1, 2, 2),
        Group("unknown", 1, 0, 2),
    )
    for groups in (by_gloss(CLIPS, HITS), by_signer(CLIPS, HITS)):
        assert sum(group.clips for group in groups) == 5
        assert sum(group.hits for group in groups) == HITS.sum()


def test_clips_are_grouped_by_signer_overlap_with_training() -> None:
    trained = (Clip("9", "go", "ann"), Clip("8", "sit"))
    assert by_signer_overlap(CLIPS, trained, frozenset({"ann", "bob", ""}), HITS) == (
        Group("signer in training, with this gloss", 1, 2, 2),
        Group("signer in training, with other glosses only", 2, 1, 2),
        Group("signer not in training", 1, 2, 2),
        Group("signer unknown", 1, 0, 2),
    )


def test_below_twenty_clips_there_is_no_percentage() -> None:
    assert str(Group("a", 19, 19)) == "19 of 19"
    low, high = wilson_interval(15, 20)
    assert str(Group("a", 20, 15)) == f"75.0 % (15 of 20; {100 * low:.1f}–{100 * high:.1f})"
    assert str(Group("a", 20, 30, 2)) == str(Group("a", 20, 15)).replace(
        "15 of 20", "30 of 40"
    )  # runs are no clips


def test_pairs_of_glosses_are_counted_both_ways_most_confused_first() -> None:
    answers = [["go", "go", "eat", "sit", "go"], ["eat", "go", "go", "eat", "go"]]
    first, second = confused_pairs(CLIPS, answers)
    assert (first.glosses, first.times, first.total) == (("eat", "go"), (2, 2), 4)
    assert first.missed == ((0, 1), (0, 2), (1, 0), (1, 1))
    assert (second.glosses, second.times) == (("eat", "sit"), (1, 0))
    assert mistaken_for(CLIPS, answers) == {"eat": "go 2, sit 1", "go": "eat 2"}


def test_a_run_without_mistakes_confuses_nothing() -> None:
    assert confused_pairs(CLIPS, [[clip.gloss for clip in CLIPS]]) == ()


def test_groups_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="a: 3 hits of 1 clips in 2 runs"):
        Group("a", 1, 3, 2)
