"""Claims about the stream of the arms: what it reads, and that hands answer without it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest
from kit import FRAMES, TINY, assert_conforms, call, network_input, stir

from spobet.config import Experiment
from spobet.errors import UserError
from spobet.model.arms import Arms, ArmsStream
from spobet.model.backbone import SignBackbone
from spobet.model.classifier import GlossHead, SignClassifier
from spobet.model.export import write_onnx
from spobet.poses.skeleton import COCO_WHOLEBODY_65, HANDS_42, HANDS_AND_ARMS_49, OPENPOSE_54
from spobet.sizes import ArmsConfig
from spobet.training.streams import EachStream, apart, arms_rates, together

SMALL = ArmsConfig(width=4, blocks=("convolution", "pool"), kernel_size=3)
BODY = HANDS_AND_ARMS_49.body


def given(lost: float = 0.0) -> dict[str, np.ndarray]:
    """Two clips of hands and arms, `lost` of whose landmarks are missing."""
    inputs = network_input(HANDS_AND_ARMS_49)
    inputs.pop("hidden")
    gone = np.random.default_rng(1).random(inputs["landmarks"].shape[:3]) < lost
    inputs["landmarks"][gone] = 0
    return inputs


def made(arms: bool = True, dropout: float = 0.5) -> SignClassifier:
    keras.utils.set_random_seed(0)
    sizes = replace(TINY, dropout=dropout)
    backbone = SignBackbone(sizes, HANDS_42, FRAMES, name="backbone")
    head = GlossHead(3, 4, dropout, 16.0, num_auxiliary=2, name="head")
    stream = ArmsStream(SMALL, HANDS_AND_ARMS_49, FRAMES, name="arms") if arms else None
    return SignClassifier(backbone, head, stream, name="classifier")


def expected_features(frames: np.ndarray) -> np.ndarray:
    """The features of a clip (frames, landmarks, 3), landmark by landmark."""
    at = HANDS_AND_ARMS_49.index

    def point(frame: np.ndarray, name: str, instead: str = "") -> np.ndarray | None:
        for one in filter(None, (name, instead)):
            if frame[at(one), 2]:
                return np.asarray(frame[at(one), :2])
        return None

    shoulders = [(point(f, "right_shoulder"), point(f, "left_shoulder")) for f in frames]
    both = [(one, other) for one, other in shoulders if one is not None and other is not None]
    centre = np.mean([(one + other) / 2 for one, other in both], axis=0)
    width = np.mean([np.linalg.norm(one - other) for one, other in both])
    kinds = [("hand_wrist", "wrist"), ("elbow", ""), ("index_tip", ""), ("middle_tip", "")]
    names = [
        (f"{side}_{name}", other and f"{side}_{other}")
        for name, other in kinds
        for side in ("right", "left")
    ]
    rows = []
    for frame in frames:
        nose = point(frame, "nose")
        points = [point(frame, *pair) for pair in names]
        at_face = [points[0], points[1], points[4], points[5]]
        apart_from = [*((one, centre) for one in points), *((one, nose) for one in at_face)]
        rows.append([None if a is None or b is None else (a - b) / width for a, b in apart_from])
    features = []
    for number, row in enumerate(rows):
        before = rows[number - 1] if number else [None] * len(row)
        changes = [
            np.zeros(2) if one is None or last is None else one - last
            for one, last in zip(row, before, strict=True)
        ]
        values = [np.zeros(2) if one is None else one for one in row]
        features.append(
            np.concatenate([*values, [float(one is not None) for one in row], *changes])
        )
    return np.array(features)


def test_the_features_are_those_worked_out_by_hand() -> None:
    inputs = given(lost=0.3)["landmarks"]
    found = call(Arms.of(HANDS_AND_ARMS_49), inputs)
    for clip in (0, 1):
        np.testing.assert_allclose(found[clip], expected_features(inputs[clip]), atol=1e-5)


@pytest.mark.parametrize("skeleton", [OPENPOSE_54, COCO_WHOLEBODY_65], ids=lambda one: one.name)
def test_every_skeleton_with_arms_gives_the_same(skeleton: object) -> None:
    inputs = network_input(skeleton)["landmarks"]
    order = skeleton.indices(HANDS_AND_ARMS_49.landmarks)
    np.testing.assert_allclose(
        call(Arms.of(skeleton), inputs), call(Arms.of(HANDS_AND_ARMS_49), inputs[:, :, order])
    )


def test_a_skeleton_without_arms_is_refused() -> None:
    with pytest.raises(UserError, match=r"\[arms\] needs more of the body: .* lacks .*right_elbow"):
        Arms.of(HANDS_42)


def test_place_and_size_of_the_signer_do_not_count() -> None:
    layer, inputs = Arms.of(HANDS_AND_ARMS_49), given()["landmarks"]
    moved = inputs.copy()
    moved[..., :2] = 0.3 * inputs[..., :2] + 5 * inputs[..., 2:]
    np.testing.assert_allclose(call(layer, moved), call(layer, inputs), atol=1e-4)


def test_streams_conform(tmp_path: Path) -> None:
    stream = ArmsStream(SMALL, HANDS_AND_ARMS_49, FRAMES)
    assert_conforms(stream, given(), {"clip": (2, 4), "seen": (2, 1)}, tmp_path)


def test_classifiers_with_arms_conform(tmp_path: Path) -> None:
    assert_conforms(made(), given(), (2, 5), tmp_path)


def test_without_a_body_the_hands_answer_as_without_arms() -> None:
    """All scores times the square root of 2: the same ranks."""
    both, alone = stir(made()), stir(made(arms=False))
    for part in ("backbone", "head"):
        getattr(alone, part).set_weights(getattr(both, part).get_weights())
    inputs = given()
    inputs["landmarks"][:, :, BODY] = 0
    hands = {**inputs, "landmarks": inputs["landmarks"][:, :, len(BODY) :]}
    np.testing.assert_allclose(call(both, inputs), 2**0.5 * call(alone, hands), rtol=1e-4)


@pytest.mark.parametrize("body", [True, False])
def test_logits_are_cosines_of_the_embedding_and_the_file_gives_both(
    body: bool, tmp_path: Path
) -> None:
    classifier = stir(made())
    inputs = given(lost=0.2)
    if not body:
        inputs["landmarks"][:, :, BODY] = 0
    logits = call(classifier, inputs)
    embedding = call(keras.Model(classifier.input, classifier.outputs_by_name()), inputs)[
        "embedding"
    ]
    np.testing.assert_allclose(np.linalg.norm(embedding, axis=1), 2**0.5 if body else 1, rtol=1e-5)
    heads = (classifier.head.glosses, classifier.arms_head.glosses)
    parts = [keras.ops.convert_to_numpy(layer.prototypes) for layer in heads]
    prototypes = np.concatenate([part / np.linalg.norm(part, axis=0) for part in parts])
    prototypes /= np.linalg.norm(prototypes, axis=0)
    directions = embedding / np.linalg.norm(embedding, axis=1, keepdims=True)
    np.testing.assert_allclose(32 * directions @ prototypes, logits, atol=1e-4)
    write_onnx(classifier, tmp_path / "network.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "network.onnx")
    found = session.run(["logits", "embedding"], inputs)
    np.testing.assert_allclose(found[0], logits[:, :3], atol=1e-4)
    np.testing.assert_allclose(found[1], embedding, atol=1e-5)


def test_each_stream_is_judged_alone() -> None:
    classifier = stir(made())
    model, inputs = apart(classifier), given()
    targets = np.eye(5, dtype=np.float32)[[1, 4]]
    streams = call(model, inputs)
    alone = keras.losses.CategoricalCrossentropy(from_logits=True)
    losses = [float(alone(targets, streams[:, stream])) for stream in (0, 1)]
    assert float(EachStream()(targets, streams)) == pytest.approx(sum(losses), rel=1e-5)
    right = streams.sum(axis=1).argmax(axis=1) == [1, 4]
    np.testing.assert_array_equal(np.asarray(together(targets, streams)), right)
    paths = [one.path for one in model.trainable_variables]
    assert len(set(paths)) == len(paths)
    assert sorted(paths) == sorted(one.path for one in classifier.trainable_variables)


def test_the_arms_learn_at_their_own_rate() -> None:
    classifier = made()
    rates = arms_rates(classifier, 2.5)
    assert set(rates.values()) == {2.5}
    assert len(rates) == len(classifier.arms.trainable_variables) + 1
    hands = {one.path for one in classifier.backbone.trainable_variables}
    assert not hands & set(rates)


def test_experiments_with_arms_measure_by_the_hands_and_have_prototypes() -> None:
    plain = Experiment()
    with pytest.raises(UserError, match=r"input.reference is 'body', expected 'hands' where"):
        replace(plain, arms=SMALL)
    hands = replace(plain.input, reference="hands")
    with pytest.raises(UserError, match=r"train.prototype_scale is 0, expected above 0 where"):
        replace(plain, arms=SMALL, input=hands, train=replace(plain.train, prototype_scale=0))
    assert replace(plain, arms=SMALL, input=hands).prototype_scale == 32
    assert plain.prototype_scale == 16
