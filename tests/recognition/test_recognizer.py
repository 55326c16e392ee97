"""Claims about a finished run made usable."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.poses.arrays import PoseBank
from spobet.poses.preprocess import UnknownPictureSize
from spobet.poses.resample import even_frame_times
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54, Skeleton
from spobet.recognition.network import run_network
from spobet.recognition.recognizer import BATCH_SIZE, Recognizer, load
from spobet.runs import RunFolder


def random_clip(seed: int, num_frames: int = 9, skeleton: Skeleton = OPENPOSE_54) -> PoseSequence:
    """A clip in which each landmark of each frame is missing with a chance of one in ten."""
    rng = np.random.default_rng(seed)
    xy = rng.normal(200, 50, (num_frames, len(skeleton), 2))
    xy[rng.random(xy.shape[:2]) < 0.1] = np.nan
    return PoseSequence(xy, np.isfinite(xy[..., 0]), skeleton)


def test_onnx_and_keras_agree(recognizer: Recognizer, trained_run: Path) -> None:
    import keras

    run = RunFolder(trained_run)
    choices = run.experiment().input
    clips = [random_clip(seed, num_frames=1 + 3 * seed) for seed in range(5)]
    bank = PoseBank.of(clips, OPENPOSE_54, choices.min_confidence)
    moments, frame_mask = even_frame_times(bank.lengths, choices.num_frames, choices.stretch)
    xy = bank.read(np.arange(len(bank)), moments)
    landmarks = np.nan_to_num(np.concatenate([xy, np.isfinite(xy[..., :1])], axis=-1)).astype(
        np.float32
    )
    model = keras.saving.load_model(run.classifier)
    logits = model.predict_on_batch({"landmarks": landmarks, "frame_mask": frame_mask})
    np.testing.assert_allclose(recognizer.logits(clips), logits, atol=1e-4)


def test_onnx_leaves_padding_out_as_keras_does(recognizer: Recognizer) -> None:
    rng = np.random.default_rng(0)
    landmarks = rng.normal(size=(1, 8, len(OPENPOSE_54), 3)).astype(np.float32)
    frame_mask = np.arange(8)[None] < 5
    loud = np.where(frame_mask[..., None, None], landmarks, 7).astype(np.float32)
    quiet_logits, loud_logits = (
        run_network(recognizer.network, {"landmarks": values, "frame_mask": frame_mask}).logits
        for values in (landmarks, loud)
    )
    np.testing.assert_allclose(loud_logits, quiet_logits, atol=1e-5)


def test_many_clips_score_as_each_alone(recognizer: Recognizer) -> None:
    clips = [random_clip(seed % 7, num_frames=3 + seed % 7) for seed in range(BATCH_SIZE + 2)]
    together = recognizer.logits(clips)
    assert together.shape == (BATCH_SIZE + 2, 4)
    for clip, row in zip(
        clips[:3] + clips[-3:], np.concatenate([together[:3], together[-3:]]), strict=True
    ):
        np.testing.assert_allclose(recognizer.logits([clip])[0], row, atol=1e-5)


def test_no_clips_have_no_logits(recognizer: Recognizer) -> None:
    assert recognizer.logits([]).shape == (0, 4)
    assert recognizer.predict_many([]) == []


def test_where_and_how_large_the_signer_is_changes_no_answer(recognizer: Recognizer) -> None:
    clip = random_clip(0)
    moved = replace(clip, xy=clip.xy * 2 + 100)
    np.testing.assert_allclose(recognizer.logits([moved]), recognizer.logits([clip]), atol=1e-4)


def test_answers_are_ranked_and_all_of_them_sum_to_one(recognizer: Recognizer) -> None:
    answers = recognizer.predict(random_clip(0), top=99)
    assert {answer.gloss for answer in answers} == set(recognizer.vocabulary.glosses)
    probabilities = [answer.probability for answer in answers]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1)
    assert recognizer.predict(random_clip(0), top=2).ranked == answers[:2]


def test_the_order_of_landmarks_is_matched_by_name(recognizer: Recognizer) -> None:
    clip = random_clip(0)
    turned = Skeleton("turned", OPENPOSE_54.landmarks[::-1])
    np.testing.assert_array_equal(
        recognizer.logits([clip.select(turned)]), recognizer.logits([clip])
    )


def test_a_skeleton_that_lacks_landmarks_is_refused_with_their_names(
    recognizer: Recognizer,
) -> None:
    with pytest.raises(
        KeyError,
        match=r"skeleton HANDS_42 \(42 landmarks\) lacks 12 of 54: nose, neck, right_shoulder",
    ):
        recognizer.predict(random_clip(0, skeleton=HANDS_42))


def test_a_clip_without_any_hand_is_refused(recognizer: Recognizer) -> None:
    clip = random_clip(0)
    xy = clip.xy.copy()
    xy[:, np.concatenate([OPENPOSE_54.hand("left"), OPENPOSE_54.hand("right")])] = np.nan
    with pytest.raises(
        ValueError, match=r"no hand seen in any of 9 frames \(confidence from 0\.1\)"
    ):
        recognizer.predict(PoseSequence(xy, np.isfinite(xy[..., 0]), OPENPOSE_54))


def test_guesses_are_not_hands(recognizer: Recognizer) -> None:
    clip = random_clip(0)
    with pytest.raises(ValueError, match="no hand seen"):
        recognizer.predict(replace(clip, confidence=clip.confidence * np.float32(0.05)))


def test_a_run_moves_with_its_folder(
    trained_run: Path, recognizer: Recognizer, tiny_data: Path, tmp_path: Path
) -> None:
    moved = load(shutil.copytree(trained_run, tmp_path / "moved"))
    pose = next(pose for _, pose in Dataset.open(tiny_data).poses())
    assert moved.predict(pose) == recognizer.predict(pose)


def test_weights_of_another_vocabulary_are_refused(trained_run: Path, tmp_path: Path) -> None:
    run = RunFolder(shutil.copytree(trained_run, tmp_path / "run"))
    run.vocabulary.write_text(run.vocabulary.read_text() + "one more\n")
    with pytest.raises(
        ValueError,
        match=r"classifier\.onnx: names 4 glosses, vocabulary\.txt lists 5: of another vocabulary",
    ):
        load(run.path)


def test_runs_that_cannot_recognise_say_why(
    trained_run: Path, pretrained_run: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere: no such run folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"not a run folder \(no run\.json\)"):
        load(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"is .*pretrained a run of `spobet train`"):
        load(pretrained_run)
    run = RunFolder(shutil.copytree(trained_run, tmp_path / "unfinished"))
    run.record_file.unlink()
    run.state.touch()
    with pytest.raises(FileNotFoundError, match="unfinished: give the same command again to go on"):
        load(run.path)


def copy_of_an_older_version(trained_run: Path, path: Path) -> RunFolder:
    """A run whose record does not know the hash of its network."""
    run = RunFolder(shutil.copytree(trained_run, path))
    replace(run.record(), network="").write(run.record_file)
    return run


def test_a_damaged_network_is_refused_by_name(trained_run: Path, tmp_path: Path) -> None:
    run = copy_of_an_older_version(trained_run, tmp_path / "run")
    assert load(run.path).glosses == load(trained_run).glosses
    run.onnx.write_bytes(run.onnx.read_bytes()[:100])
    with pytest.raises(
        ValueError, match=r"classifier\.onnx: not a network that ONNX Runtime can read"
    ):
        load(run.path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_one_bit_that_is_not_the_networks_is_found(
    share: float, trained_run: Path, tmp_path: Path
) -> None:
    """Once such a network answered, and otherwise than it was trained to."""
    run = RunFolder(shutil.copytree(trained_run, tmp_path / "run"))
    content = bytearray(run.onnx.read_bytes())
    content[int(share * len(content))] ^= 1
    run.onnx.write_bytes(content)
    with pytest.raises(UserError, match=r"classifier\.onnx: damaged, its SHA-256 is \w+\.\.\."):
        load(run.path)


def test_a_clip_is_answered_in_the_unit_of_training_and_else_warned_of(
    trained_run: Path, recognizer: Recognizer
) -> None:
    assert RunFolder(trained_run).record().unit == "pixels"
    pose = replace(random_clip(0), size=(640, 480))
    shares = pose.in_unit("image")
    np.testing.assert_allclose(recognizer.logits([shares]), recognizer.logits([pose]), atol=1e-3)
    with pytest.warns(UnknownPictureSize, match="its proportions are lost"):
        distorted = recognizer.logits([replace(shares, size=None)])
    assert np.abs(distorted - recognizer.logits([pose])).max() > 1e-2


def test_an_array_answers_as_the_pose_it_stands_for(recognizer: Recognizer) -> None:
    pose = random_clip(0)
    doubtful = np.concatenate(
        [np.nan_to_num(pose.xy), 0.05 * np.ones((*pose.xy.shape[:2], 1))], axis=-1
    )
    assert recognizer.predict(pose.xy) == recognizer.predict(pose)
    assert recognizer.predict(np.round(np.nan_to_num(pose.xy)).astype(np.int32))
    with pytest.raises(ValueError, match="no hand seen"):
        recognizer.predict(doubtful)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((9, 2, 54)), np.zeros((54, 9, 2)), np.zeros((9, 54)), np.zeros((9, 54, 4)),
        np.zeros((9, 42, 2)), np.zeros((9, 54, 2), "U1"), np.zeros((9, 54, 2), complex),
        np.zeros((9, 54, 2), object), np.zeros((1, 9, 54, 2)), np.zeros(0),
    ],
)  # fmt: skip
def test_an_array_of_another_shape_or_kind_is_refused_with_the_one_expected(
    array: np.ndarray, recognizer: Recognizer
) -> None:
    with pytest.raises(ValueError, match=r"expected numbers \(frames, 54, 2\), x and y"):
        recognizer.predict(array)


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (np.full((9, 54, 2), np.nan), "no hand seen in any of 9 frames"),
        (np.zeros((0, 54, 2)), "has no frames"),
        (np.full((9, 54, 2), np.inf), "infinite coordinate at frame 0"),
        (np.full((9, 54, 3), 2.0), "confidence 2.0 at frame 0"),
    ],
)
def test_an_array_of_which_nothing_can_be_read_is_refused(
    array: np.ndarray, error: str, recognizer: Recognizer
) -> None:
    with pytest.raises(ValueError, match=error):
        recognizer.predict(array)


def test_one_frame_and_a_hundred_thousand_are_answered(recognizer: Recognizer) -> None:
    for num_frames in (1, 100_000):
        answers = recognizer.predict(np.random.default_rng(0).random((num_frames, 54, 2)), top=4)
        assert sum(answer.probability for answer in answers) == pytest.approx(1)


def test_many_clips_are_answered_as_each_alone_and_by_many_threads(recognizer: Recognizer) -> None:
    clips = [random_clip(seed) for seed in range(12)]
    alone = [recognizer.predict(clip) for clip in clips]
    for one, other in zip(recognizer.predict_many(clips), alone, strict=True):
        assert [answer.gloss for answer in one] == [answer.gloss for answer in other]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(recognizer.predict, clips)) == alone


def test_a_file_without_an_embedding_is_refused(trained_run: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    run = copy_of_an_older_version(trained_run, tmp_path / "run")
    model = onnx.load(run.onnx)
    del model.graph.output[1]
    onnx.save(model, run.onnx)
    with pytest.raises(
        ValueError, match="gives logits, expected logits, embedding and perhaps others"
    ):
        load(run.path)
