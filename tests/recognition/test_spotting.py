"""Claims about signs found in long clips and streams."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from joined_clips import FRAME_RATE, Signed, join_clips, matched

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.recognition.hand_motion import SpotConfig
from spobet.recognition.recognizer import Recognizer, load
from spobet.recognition.spotting import Spotter, spot


@pytest.fixture(scope="module")
def hands() -> Recognizer:
    return load("wlasl100-hands")


def waving(seed: int, num_frames: int = 40) -> PoseSequence:
    """Two hands that circle in the middle of the picture, each of its own shape."""
    rng = np.random.default_rng(seed)
    shape = rng.normal(0, 0.02, (42, 2)) + np.repeat([[0.35, 0.5], [0.65, 0.5]], 21, axis=0)
    shape[[9, 30]] = shape[[0, 21]] + [0, -0.06]  # a palm's length
    turn = 2 * np.pi * np.arange(num_frames) / 20
    xy = shape + 0.1 * np.stack([np.cos(turn), np.sin(turn)], axis=1)[:, None]
    return PoseSequence(xy, np.ones(xy.shape[:2]), HANDS_42, unit="image")


def long_clip(seed: int = 0, num_signs: int = 4) -> tuple[PoseSequence, tuple[Signed, ...]]:
    joined = join_clips([(str(number), waving(number)) for number in range(num_signs)], seed)
    return joined.pose, joined.signs


@pytest.mark.parametrize("seed", range(3))
def test_every_sign_between_rests_is_found_once_and_nothing_else(
    seed: int, hands: Recognizer
) -> None:
    pose, signs = long_clip(seed)
    found = spot(hands, pose)
    assert matched([(spotted.start, spotted.stop) for spotted in found], signs) == list(
        range(len(signs))
    )
    for spotted in found:
        assert spotted.seconds == pytest.approx(
            (spotted.start / FRAME_RATE, spotted.stop / FRAME_RATE)
        )
        assert spotted.gloss == spotted.answers[0].gloss


def test_a_hold_with_the_hands_up_does_not_part_a_sign(hands: Recognizer) -> None:
    """Held for 1.2 s: less than the 2 s that end a sign there, more than the 0.3 s at rest."""
    rest, sign = join_clips([("a", waving(0))], 0).pose, waving(1, num_frames=30)
    hold = np.repeat(sign.xy[-1:], round(1.2 * FRAME_RATE), axis=0)
    xy = np.concatenate([rest.xy, sign.xy, hold, sign.xy[::-1], rest.xy[::-1]])
    pose = PoseSequence(xy, np.isfinite(xy[..., 0]), HANDS_42, unit="image")
    begin, end = len(rest), len(rest) + 60 + len(hold)
    covering = [
        spotted for spotted in spot(hands, pose) if spotted.start < end and spotted.stop > begin
    ]
    assert len(covering) == 1
    assert covering[0].start <= begin + 5
    assert covering[0].stop >= end - 5


def test_json_and_text_say_whether_the_answer_is_accepted(hands: Recognizer) -> None:
    strict = replace(hands, rejection=replace(hands.rejection, threshold=1.0))
    for recognizer in (hands, strict):
        [spotted, *_] = spot(recognizer, long_clip()[0])
        values = spotted.to_json()
        assert values["accepted"] == spotted.accepted
        assert values["seconds"] == list(spotted.seconds)
        assert ("perhaps" in str(spotted) or "not sure" in str(spotted)) != spotted.accepted


def test_rest_alone_is_no_sign(hands: Recognizer) -> None:
    pose, signs = long_clip()
    rest = pose.frames(0, signs[0].start - 15)
    assert spot(hands, rest) == []
    nobody = PoseSequence(
        np.full((200, 42, 2), np.nan), np.zeros((200, 42)), HANDS_42, unit="image"
    )
    assert spot(hands, nobody) == []


def test_a_stream_gives_what_the_whole_clip_gives_soon_after_each_sign(hands: Recognizer) -> None:
    pose, signs = long_clip()
    spotter, given = Spotter(hands, FRAME_RATE), []
    for number, frame in enumerate(pose.xy):
        if spotted := spotter.push(frame):
            given.append((spotted, number))
    assert [spotted for spotted, _ in given] == spot(hands, pose)
    assert not spotter.signing
    for (_, number), sign in zip(given, signs, strict=True):
        assert number < sign.stop + 2 * FRAME_RATE


def test_a_sign_that_the_end_cuts_off_is_given_by_finish(hands: Recognizer) -> None:
    pose, signs = long_clip()
    found = spot(hands, pose.frames(0, signs[-1].stop - 5))
    assert len(found) == len(signs)


def test_the_longest_sign_bounds_what_is_held(hands: Recognizer) -> None:
    config = SpotConfig(longest=2.0)
    spotter = Spotter(hands, FRAME_RATE, config)
    endless = waving(0, num_frames=600).xy
    found = [spotted for frame in endless if (spotted := spotter.push(frame))]
    assert len(found) > 5
    assert all(spotted.stop - spotted.start <= 2 * FRAME_RATE + 1 for spotted in found)
    assert len(spotter._frames) <= 2 * FRAME_RATE + 1


def test_what_is_no_frame_no_rate_and_no_choice_is_refused(
    hands: Recognizer, recognizer: Recognizer
) -> None:
    with pytest.raises(
        ValueError, match=r"frame has shape \(2, 42\), expected \(42, 2\) for HANDS_42"
    ):
        Spotter(hands).push(np.zeros((2, 42)))
    with pytest.raises(ValueError, match="frame rate 0, expected 1 to 1000"):
        Spotter(hands, frame_rate=0)
    with pytest.raises(ValueError, match="expected 0 < slow <= fast"):
        SpotConfig(fast=1, slow=2)
    with pytest.raises(KeyError, match="lacks 12 of 54"):
        spot(recognizer, replace(waving(0), size=(256, 256)))


def test_spans_are_matched_by_what_they_share_most_and_once() -> None:
    signs = (Signed("a", 0, 10), Signed("b", 20, 30))
    assert matched([(1, 10), (0, 9), (20, 29), (40, 50)], signs) == [0, -1, 1, -1]
    assert matched([], signs) == []
    assert matched([(0, 21)], signs) == [-1]


def test_long_clips_repeat_from_their_seed_and_refuse_nothing_to_join(tmp_path: Path) -> None:
    np.testing.assert_array_equal(long_clip(3)[0].xy, long_clip(3)[0].xy)
    assert not np.array_equal(long_clip(3)[0].xy.shape, long_clip(4)[0].xy.shape)
    empty = PoseSequence(np.full((3, 42, 2), np.nan), np.zeros((3, 42)), HANDS_42, unit="image")
    with pytest.raises(ValueError, match="no clip shows a hand"):
        join_clips([("a", empty)], 0)
