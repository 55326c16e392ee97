"""Claims about the attention maps and gradients taken out of a network."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import pytest
from cells import cells

from spobet.explain.rollout import Explanation, attention_maps, explain, gradient_times_input
from spobet.model.backbone import SignBackbone
from spobet.model.classifier import GlossHead, SignClassifier
from spobet.poses.skeleton import Skeleton
from spobet.sizes import BackboneConfig

SKELETON, FRAMES = Skeleton("TINY", ("nose", "left_wrist", "right_wrist")), 6
PLAIN = BackboneConfig(
    width=8,
    blocks=("convolution", "attention", "attention"),
    num_heads=2,
    feed_forward=8,
    kernel_size=3,
    motion_steps=(1,),
)
KINDS = {
    "mean": (PLAIN, 4),
    "token": (replace(PLAIN, clip_token=True), 0),
    "token, head on frames": (replace(PLAIN, clip_token=True), 4),
    "pooled": (replace(PLAIN, blocks=("convolution", "pool", "attention")), 4),
    "pooled token": (replace(PLAIN, blocks=("attention", "pool", "attention"), clip_token=True), 0),
    "norm last": (replace(PLAIN, norm_first=False), 0),
}
FEW = ("mean", "token, head on frames", "pooled token")
SOME_KINDS = pytest.mark.parametrize("kind", cells({kind: kind for kind in KINDS}, FEW))


@lru_cache  # no test changes it
def classifier(kind: str = "mean") -> SignClassifier:
    config, head_width = KINDS[kind]
    keras.utils.set_random_seed(0)
    made = SignClassifier(SignBackbone(config, SKELETON, FRAMES), GlossHead(5, head_width))
    rng = np.random.default_rng(1)
    for variable in made.trainable_variables:
        variable.assign(rng.normal(scale=0.3, size=variable.shape))
    return made


def clips(lengths: tuple[int, ...] = (FRAMES, 3), padding: float = 0.0) -> dict[str, np.ndarray]:
    mask = np.arange(FRAMES)[None, :] < np.array(lengths)[:, None]
    landmarks = (
        np.random.default_rng(0)
        .normal(size=(len(lengths), FRAMES, len(SKELETON), 3))
        .astype(np.float32)
    )
    landmarks[..., 2] = 1
    return {
        "landmarks": np.where(mask[..., None, None], landmarks, np.float32(padding)),
        "frame_mask": mask,
    }


@lru_cache
def explained(kind: str) -> list[Explanation]:
    return explain(classifier(kind), clips())


@SOME_KINDS
def test_weights_sum_to_one_over_real_frames(kind: str) -> None:
    whole, short = explained(kind)
    for found, length in ((whole, FRAMES), (short, 3)):
        assert found.weights.shape == (FRAMES,)
        assert found.weights.sum() == pytest.approx(1)
        assert (found.weights[:length] > 0).all() and (found.weights[length:] == 0).all()


@SOME_KINDS
def test_batch_and_single_clip_give_the_same_whatever_the_padding_holds(kind: str) -> None:
    made = classifier(kind)
    together = explained(kind)
    for place in (0, 1):
        inputs = {name: array[place : place + 1] for name, array in clips(padding=7.0).items()}
        (alone,) = explain(made, inputs)
        np.testing.assert_allclose(alone.weights, together[place].weights, atol=1e-6)


def test_the_maps_are_those_the_network_attends_with() -> None:
    made, inputs = classifier(), clips()
    (first, mask), (second, _) = attention_maps(made, inputs)
    assert first.shape == second.shape == (2, 2, FRAMES, FRAMES)
    np.testing.assert_allclose(first.sum(axis=-1), 1, atol=1e-5)
    assert (first[1, :, :, 3:] < 1e-6).all()
    assert (mask == inputs["frame_mask"]).all()
    backbone = made.backbone
    blocks = [layer for layer in backbone.layers if type(layer).__name__ == "AttentionBlock"]
    entering = keras.Model(backbone.input, blocks[0].input[0])
    x = entering(
        {**inputs, "hidden": np.zeros(inputs["landmarks"].shape[:3], bool)}, training=False
    )
    y = blocks[0].norms[0](x)
    fused = blocks[0].attention(
        y, y, attention_mask=keras.ops.convert_to_tensor(inputs["frame_mask"])[:, None]
    )
    plain, _ = blocks[0].attention(
        y,
        y,
        attention_mask=keras.ops.convert_to_tensor(inputs["frame_mask"])[:, None],
        return_attention_scores=True,
    )
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(fused), keras.ops.convert_to_numpy(plain), atol=1e-5
    )


def test_explaining_changes_no_answer() -> None:
    made, inputs = classifier(), clips()
    before = made.predict_on_batch(inputs)
    explain(made, inputs)
    np.testing.assert_array_equal(made.predict_on_batch(inputs), before)


@pytest.mark.parametrize("kind", ["mean", pytest.param("pooled token", marks=pytest.mark.slow)])
def test_gradients_agree_with_small_steps_and_leave_padding_out(kind: str) -> None:
    made, inputs, answers = classifier(kind), clips(), np.array([1, 4])
    found = gradient_times_input(made, inputs, answers)
    assert found.shape == (2, FRAMES) and (found[1, 3:] == 0).all() and found[0].min() >= 0
    inputs["landmarks"][0, 2, :, :2] = (
        0  # at the origin with seen = 1: only the last channel can move the logit
    )
    only = gradient_times_input(made, inputs, answers)[0, 2]
    moved = 0.0
    for landmark in range(len(SKELETON)):
        logits = []
        for step in (-1e-2, 1e-2):
            changed = {**inputs, "landmarks": inputs["landmarks"].copy()}
            changed["landmarks"][0, 2, landmark, 2] += step
            logits.append(made.predict_on_batch(changed)[0, 1])
        moved += abs(logits[1] - logits[0]) / 2e-2
    assert only == pytest.approx(moved, rel=0.05, abs=1e-3)


def test_a_network_without_attention_cannot_be_rolled_out() -> None:
    made = SignClassifier(
        SignBackbone(replace(PLAIN, blocks=("convolution",)), SKELETON, FRAMES), GlossHead(5)
    )
    with pytest.raises(ValueError, match=r"no attention to roll out \(blocks: convolution\)"):
        explain(made, clips())


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch", "tensorflow"])
def test_every_backend_gives_the_same_weights(backend: str, tmp_path: Path) -> None:
    if find_spec(backend) is None:
        pytest.skip(f"not installed: {backend}")
    made, inputs = classifier("pooled token"), clips()
    made.save(tmp_path / "made.keras")
    np.savez(tmp_path / "inputs.npz", **inputs)
    code = (
        "import sys, keras, numpy as np\n"
        "from spobet.explain.rollout import explain, gradient_times_input\n"
        "made, inputs = keras.saving.load_model(sys.argv[1]), dict(np.load(sys.argv[2]))\n"
        "weights = np.stack([found.weights for found in explain(made, inputs)])\n"
        "gradient = gradient_times_input(made, inputs, np.array([1, 4]))\n"
        "np.savez(sys.argv[3], weights=weights, gradient=gradient)"
    )
    words = [
        sys.executable,
        "-c",
        code,
        *(str(tmp_path / name) for name in ("made.keras", "inputs.npz", "out.npz")),
    ]
    subprocess.run(
        words,
        env={**os.environ, "KERAS_BACKEND": backend},
        check=True,
        capture_output=True,
        timeout=300,
    )
    found = np.load(tmp_path / "out.npz")
    np.testing.assert_allclose(
        found["weights"], [one.weights for one in explain(made, inputs)], atol=1e-5
    )
    np.testing.assert_allclose(
        found["gradient"], gradient_times_input(made, inputs, np.array([1, 4])), atol=1e-4
    )
