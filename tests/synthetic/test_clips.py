from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54
from spobet.synthetic.clips import (
    IMAGE_SIZE,
    Body,
    Camera,
    Detector,
    MinimalPair,
    Sign,
    Signer,
    make_signer,
    make_vocabulary,
    minimal_pairs,
    perform,
)  # fmt: skip
from spobet.synthetic.hand import HANDSHAPES, Handshape, hand_points
from spobet.synthetic.sign import DIRECTIONS, OPPOSITES, PATHS
from spobet.synthetic.vocabulary import different_parameters

seeds = st.integers(0, 10_000)
shares = st.floats(0, 1)
PERFECT = Detector(
    jitter=0, hand_gaps=0, lost_landmarks=0, guesses=0, lost_frames=0, idle_hand_lost=0
)
WAVE = Sign(("flat", "flat"), "side", "move", "outward", "out", "one")
NUM_SIGNERS = 160


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_a_left_handed_signers_clip_is_the_mirror_image(seed: int) -> None:
    sign = make_vocabulary(7, np.random.default_rng(seed))[6]
    signer = make_signer(np.random.default_rng(seed + 1))
    right, left = (
        perform(sign, replace(signer, left_handed=hand), np.random.default_rng(seed))
        for hand in (False, True)
    )
    mirrored = right.xy[:, OPENPOSE_54.mirror_order] * [-1, 1] + [IMAGE_SIZE, 0]
    np.testing.assert_allclose(left.xy, mirrored, atol=1e-3)
    np.testing.assert_array_equal(left.confidence, right.confidence[:, OPENPOSE_54.mirror_order])


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_the_same_chance_gives_the_same_clip(seed: int) -> None:
    clips = [_clip(seed) for _ in range(2)]
    assert clips[0].xy.tobytes() == clips[1].xy.tobytes()
    assert clips[0].confidence.tobytes() == clips[1].confidence.tobytes()
    assert clips[0].xy.tobytes() != _clip(seed + 1).xy.tobytes()


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_clips_look_like_detected_ones(seed: int) -> None:
    clip = _clip(seed)
    assert clip.skeleton == OPENPOSE_54 and clip.unit == "pixels" and clip.times is not None
    assert 25 <= len(clip) <= 105
    assert np.nanmin(clip.xy) >= 0 and np.nanmax(clip.xy) <= IMAGE_SIZE
    assert 0.5 < clip.seen.mean() <= 1
    assert np.nanmedian(clip["right_shoulder"][:, 0]) < np.nanmedian(
        clip["left_shoulder"][:, 0]
    )  # faces the camera


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_vocabularies_differ_in_two_parameters_but_for_three_minimal_pairs(seed: int) -> None:
    signs = make_vocabulary(20, np.random.default_rng(seed))
    assert len({sign.gloss for sign in signs}) == 20
    pairs = minimal_pairs(signs)
    assert [pair.parameter for pair in pairs] == ["direction", "handshapes", "location"]
    by_gloss = {sign.gloss: sign for sign in signs}
    for pair in pairs:
        first, second = (by_gloss[gloss] for gloss in pair.glosses)
        assert different_parameters(first, second) == (pair.parameter,)


def test_a_smaller_vocabulary_is_the_beginning_of_a_larger_one() -> None:
    large = make_vocabulary(40, np.random.default_rng(3))
    assert make_vocabulary(5, np.random.default_rng(3)) == large[:5]


def test_vocabulary_says_how_many_glosses_it_can_keep_apart() -> None:
    with pytest.raises(ValueError, match="1 glosses, expected at least 2"):
        make_vocabulary(1, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"no room for more than \d+ glosses"):
        make_vocabulary(1000, np.random.default_rng(0))


def test_minimal_pairs_of_a_handful_of_signs() -> None:
    other = replace(WAVE, location="chest")
    far = replace(WAVE, location="chin", path="arc")
    assert minimal_pairs([WAVE, other, far]) == (
        MinimalPair("location", (WAVE.gloss, other.gloss)),
    )
    assert WAVE.gloss == "flat-side-move-outward-palm-out"


@pytest.mark.parametrize("path", [path for path in PATHS if path != "tap"])
def test_the_opposite_direction_is_the_same_path_backwards(path: str) -> None:
    progress = np.linspace(-1, 1, 21)
    for direction in set(PATHS[path]) & {
        OPPOSITES.get(direction, direction) for direction in PATHS[path]
    }:
        sign = Sign(("fist", "flat"), "chest", path, direction, "in", "one")
        back = replace(sign, direction=OPPOSITES.get(direction, direction))
        np.testing.assert_allclose(sign.offsets(-progress), back.offsets(progress), atol=1e-12)
        np.testing.assert_allclose(sign.twist(-progress), back.twist(progress), atol=1e-12)


@given(fingers=st.lists(shares, min_size=6, max_size=6))
def test_bones_of_a_hand_keep_their_length_in_every_shape(fingers: list[float]) -> None:
    shapes = np.stack([Handshape(*fingers).values, HANDSHAPES["fist"].values])
    joints = hand_points(shapes)[:, 1:].reshape(2, 5, 4, 3)
    bones = np.linalg.norm(np.diff(joints, axis=2), axis=-1)  # (frames, finger, bone)
    np.testing.assert_allclose(bones[0], bones[1])


@given(x=st.floats(-2, 3), y=st.floats(-2, 3), z=st.floats(-1, 2))
def test_arms_keep_their_length_wherever_they_reach(x: float, y: float, z: float) -> None:
    body = Body()
    elbow, wrist = body.reach(np.array([[x, y, z]]), lift=0.3)
    shoulder = np.array(body.trunk()["left_shoulder"])
    assert np.linalg.norm(elbow - shoulder) == pytest.approx(body.upper_arm)
    assert np.linalg.norm(wrist - elbow) == pytest.approx(body.forearm)


def test_a_plain_clip_starts_and_ends_at_rest_and_passes_the_side() -> None:
    clip = perform(WAVE, Signer(detector=PERFECT), np.random.default_rng(0))
    assert clip.seen.all()
    wrist, shoulder = clip["right_wrist"][:, 1], clip["right_shoulder"][:, 1]
    assert (wrist - shoulder)[[0, -1]].min() > 60
    assert abs(wrist - shoulder)[len(clip) // 2] < 30
    still = clip["left_wrist"]
    assert np.ptp(still, axis=0).max() < 5


def test_wrong_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="handshape 'paw', expected one of: flat"):
        replace(WAVE, handshapes=("flat", "paw"))
    with pytest.raises(
        ValueError, match="direction for path 'circle' 'up', expected one of: inward, outward"
    ):
        replace(WAVE, path="circle", direction="up")
    with pytest.raises(
        ValueError, match="location for hands 'base' 'side', expected one of: chest, neutral"
    ):
        replace(WAVE, hands="base")
    with pytest.raises(ValueError, match="nothing moves"):
        replace(WAVE, path="hold", direction="")
    with pytest.raises(ValueError, match="parallel hands with direction 'up'"):
        replace(WAVE, direction="up", hands="parallel")
    with pytest.raises(ValueError, match="scale 0 pixels"):
        Camera(scale=0, neck=(0, 0))
    with pytest.raises(ValueError, match=r"expected 0\.\.1"):
        Detector(guesses=2)
    with pytest.raises(ValueError, match="tempo 0"):
        Signer(tempo=0)


@pytest.mark.slow
def test_without_order_the_direction_pair_is_a_coin_toss() -> None:
    assert 0.35 < _bag_of_frames_accuracy(*_performances(0)) < 0.65
    assert (
        _bag_of_frames_accuracy(*_performances(2)) > 0.95
    )  # the same method tells handshapes apart


def test_with_order_the_direction_pair_is_plain() -> None:
    clips, labels = _performances(0)
    to_picture = np.array([-1.0, 1.0])  # a right hand's outward is the picture's left
    direction = np.array(DIRECTIONS[_signs()[1].direction])[:2] * to_picture
    steps = np.array([_displacement(clip) @ direction for clip in clips])
    assert ((steps > 0) == labels).mean() > 0.9


def _clip(seed: int) -> PoseSequence:
    sign = make_vocabulary(7, np.random.default_rng(seed))[6]
    return perform(
        sign, make_signer(np.random.default_rng([seed, 1])), np.random.default_rng([seed, 1, 1])
    )


def _signs() -> tuple[Sign, ...]:
    return make_vocabulary(6, np.random.default_rng(0))


@cache
def _performances(first: int) -> tuple[list[PoseSequence], np.ndarray]:
    """Clips of the signs `first` and `first` + 1 by right-handed signers, and 0 or 1 for each."""
    clips = []
    for number in range(NUM_SIGNERS):
        signer = replace(make_signer(np.random.default_rng([0, number])), left_handed=False)
        clips += [
            perform(
                _signs()[first + second], signer, np.random.default_rng([0, number, 1 + second])
            )
            for second in (0, 1)
        ]
    return clips, np.tile([0, 1], NUM_SIGNERS)


def _normalised(clip: PoseSequence) -> np.ndarray:
    head = np.nanmedian(np.linalg.norm(clip["nose"] - clip["neck"], axis=1))
    return (clip.xy - np.nanmedian(clip["neck"], axis=0)) / head


def _bag(clip: PoseSequence) -> np.ndarray:
    """What frames say in any order: mean, spread, quantiles of the acting arm and hand."""
    hand = OPENPOSE_54.hand("right")
    xy = _normalised(clip)
    xy[:, hand[1:]] -= xy[:, hand[:1]]
    xy = xy[:, [*OPENPOSE_54.indices(["right_elbow", "right_wrist"]), *hand]].reshape(len(clip), -1)
    return np.concatenate(
        [
            np.nanmean(xy, axis=0),
            np.nanstd(xy, axis=0),
            *np.nanquantile(xy, [0.1, 0.25, 0.5, 0.75, 0.9], axis=0),
        ]
    )


def _bag_of_frames_accuracy(clips: list[PoseSequence], labels: np.ndarray) -> float:
    """Accuracy of a ridge classifier on the second half of the signers, fitted on the first."""
    bags = np.stack([_bag(clip) for clip in clips])
    fit, score = slice(0, len(bags) // 2), slice(len(bags) // 2, None)
    bags = (bags - bags[fit].mean(axis=0)) / bags[fit].std(axis=0)
    signs = 2.0 * labels[fit] - 1
    weights = bags[fit].T @ np.linalg.solve(
        bags[fit] @ bags[fit].T + 100 * np.eye(len(signs)), signs
    )
    return float(((bags[score] @ weights > 0) == labels[score]).mean())


def _displacement(clip: PoseSequence) -> np.ndarray:
    """How far the acting wrist comes from the first to the last third of the raised frames."""
    wrist = _normalised(clip)[:, OPENPOSE_54.index("right_wrist")]
    raised = wrist[wrist[:, 1] < 1.2]  # NaN compares False
    third = len(raised) // 3
    return np.median(raised[-third:], axis=0) - np.median(raised[:third], axis=0)
