"""Claims about where in a clip somebody signs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rests_kit import read_cases

from spobet.poses.preprocess import Preprocessor, PreprocessSettings
from spobet.poses.rests import find_signing, without_rests
from spobet.poses.sequence import PoseSequence

CASES = read_cases()
RESTED, REST_POSE = next(entry for entry in CASES if entry[0]["name"] == "rest, sign, rest")


@pytest.mark.parametrize(("case", "pose"), CASES, ids=[case["name"] for case, _ in CASES])
def test_the_rule_finds_what_is_written_down(case: dict[str, Any], pose: PoseSequence) -> None:
    found = find_signing(pose)
    assert [list(span) for span in found.candidates] == case["candidates"]
    assert [list(span) for span in found.signs] == case["signs"]


def test_rests_of_any_length_leave_the_same_sign() -> None:
    """The rest lasts 25 frames; half or twice of it, still or swaying, the sign's frames stay."""
    sign = without_rests(REST_POSE)
    start, stop = find_signing(REST_POSE).candidates[0]
    for repeats in (0, 1, 3):
        held = np.repeat(REST_POSE.xy[5:6], 25 * repeats, axis=0)
        longer = np.concatenate([REST_POSE.xy[10:20], held, REST_POSE.xy[20:]])
        shown = PoseSequence(longer, np.ones(longer.shape[:2]), REST_POSE.skeleton, unit="image")
        first, last = find_signing(shown).candidates[0]
        np.testing.assert_array_equal(longer[first:last], sign.xy)
        assert (first, last) == (start - 10 + len(held), stop - 10 + len(held))


def test_signs_are_the_same_backwards_nearer_and_elsewhere() -> None:
    num_frames = len(REST_POSE)
    forwards = find_signing(REST_POSE).candidates
    backwards = find_signing(replace(REST_POSE, xy=REST_POSE.xy[::-1])).candidates
    assert backwards == tuple((num_frames - stop, num_frames - start) for start, stop in forwards)
    moved = replace(REST_POSE, xy=0.5 * REST_POSE.xy + np.float32(0.2))
    assert find_signing(moved).candidates == forwards


def test_twice_as_slow_is_another_clip() -> None:
    """Hands that take two seconds to come up are at rest while they do: speed counts."""
    assert REST_POSE.times is not None
    slow = replace(REST_POSE, times=20 * REST_POSE.times)
    assert find_signing(slow).candidates == ((0, len(slow)),)


def test_a_clip_without_hands_or_of_one_frame_is_whole() -> None:
    nobody = replace(
        REST_POSE, xy=np.full_like(REST_POSE.xy, np.nan), confidence=0 * REST_POSE.confidence
    )
    for pose in (nobody, REST_POSE.frames(0, 1)):
        assert find_signing(pose).candidates == find_signing(pose).signs == ((0, len(pose)),)


def test_training_may_leave_rests_out_too() -> None:
    """The option gives the input of the clip cut by hand, which differs from that with rests."""
    settings = PreprocessSettings(num_frames=16)
    whole, cut = (
        Preprocessor(REST_POSE.skeleton, "image", replace(settings, cut_rests=option))
        for option in (False, True)
    )
    [made], [by_hand] = (
        cut([REST_POSE])["landmarks"],
        whole([without_rests(REST_POSE)])["landmarks"],
    )
    np.testing.assert_array_equal(made, by_hand)
    assert np.abs(made - whole([REST_POSE])["landmarks"][0]).max() > 1
