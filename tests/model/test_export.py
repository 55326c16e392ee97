"""Claims about the network written as ONNX: it answers as Keras does, whatever its parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest
from cells import cells

from spobet.model.backbone import PRESETS, SignBackbone
from spobet.model.classifier import GlossHead, SignClassifier
from spobet.model.export import write_onnx
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54, Skeleton
from spobet.sizes import BackboneConfig

SMALL = BackboneConfig(
    width=8, blocks=("convolution", "pool", "attention"), num_heads=2, feed_forward=8, kernel_size=3
)
BODY = Skeleton("body", ("nose", "left_eye", "right_eye"))
CHOICES = {
    "small": (SMALL, OPENPOSE_54, 8, GlossHead(5, 4, 0.5, 16.0)),
    "pooled twice, odd": (
        replace(SMALL, blocks=("pool", "convolution", "pool", "attention")),
        HANDS_42,
        9,
        GlossHead(5, 4, 0.0, 16.0),
    ),
    "clip token": (replace(SMALL, clip_token=True), OPENPOSE_54, 8, GlossHead(5)),
    "clip token, pooled, odd": (replace(SMALL, clip_token=True), HANDS_42, 7, GlossHead(5, 4)),
    "mean, dense": (replace(SMALL, activation="gelu"), HANDS_42, 8, GlossHead(5)),
    "2022": (
        replace(PRESETS["spobet-2022"], width=8, feed_forward=8),
        OPENPOSE_54,
        6,
        GlossHead(5),
    ),
    "no motion, no positions": (
        replace(SMALL, motion_steps=(), positions=False),
        HANDS_42,
        8,
        GlossHead(5, 4),
    ),
    "seen alone": (replace(SMALL, features=("seen",)), HANDS_42, 8, GlossHead(5, 4)),
    "other order": (
        replace(SMALL, features=("relation", "seen", "local", "coordinates")),
        OPENPOSE_54,
        8,
        GlossHead(5, 4),
    ),
    "no hands": (SMALL, BODY, 8, GlossHead(5, 4)),
}


def classifier(
    config: BackboneConfig, skeleton: Skeleton, num_frames: int, head: GlossHead
) -> SignClassifier:
    keras.utils.set_random_seed(0)
    model = SignClassifier(
        SignBackbone(config, skeleton, num_frames), GlossHead.from_config(head.get_config())
    )
    rng = np.random.default_rng(0)
    for variable in model.trainable_variables:  # none at the zero or one it begins with
        value = keras.ops.convert_to_numpy(variable)
        variable.assign(value + rng.normal(scale=0.1, size=value.shape))
    return model


def inputs(num_frames: int, num_landmarks: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    lengths = np.minimum([num_frames, 3, 1], num_frames)
    frame_mask = np.arange(num_frames) < lengths[:, None]
    seen = (rng.random((3, num_frames, num_landmarks, 1)) < 0.8) & frame_mask[..., None, None]
    xy = np.where(seen, rng.normal(size=(3, num_frames, num_landmarks, 2)), 0)
    return {
        "landmarks": np.concatenate([xy, seen], axis=-1).astype(np.float32),
        "frame_mask": frame_mask,
    }


FEW = ("clip token, pooled, odd", "mean, dense", "2022", "no motion, no positions", "no hands")


@pytest.mark.parametrize("choice", cells(CHOICES, FEW))
def test_the_file_answers_as_keras_does(
    choice: tuple[BackboneConfig, Skeleton, int, GlossHead], tmp_path: Path
) -> None:
    model = classifier(*choice)
    write_onnx(model, tmp_path / "network.onnx", {"glosses": "five"})
    given = inputs(model.backbone.num_frames, len(model.backbone.skeleton))
    session = onnxruntime.InferenceSession(
        tmp_path / "network.onnx", providers=["CPUExecutionProvider"]
    )
    logits, embedding = session.run(["logits", "embedding"], given)
    np.testing.assert_allclose(logits, model.predict_on_batch(given), atol=2e-5)
    hidden = np.zeros(given["landmarks"].shape[:3], bool)
    entering = model.backbone.input
    mask = model.backbone.position_mask(entering["frame_mask"])
    embed = keras.Model(entering, model.head.embed(model.backbone(entering)["sequence"], mask))
    theirs = embed.predict_on_batch({**given, "hidden": hidden})
    np.testing.assert_allclose(embedding, theirs, atol=2e-5)
    assert session.get_modelmeta().custom_metadata_map == {"glosses": "five"}
    one = {part: values[:1] for part, values in given.items()}
    np.testing.assert_allclose(session.run(["logits"], one)[0], logits[:1], atol=1e-5)


def test_an_activation_that_is_not_written_is_named_and_leaves_no_file(tmp_path: Path) -> None:
    model = classifier(replace(SMALL, activation="mish"), HANDS_42, 8, GlossHead(5))
    with pytest.raises(ValueError, match="activation 'mish' cannot be written to ONNX"):
        write_onnx(model, tmp_path / "network.onnx")
    assert not list(tmp_path.iterdir())
