"""Laws that every kind of block obeys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest
from kit import POOLED, TINY, TINY_SKELETON, assert_conforms, call, network_input, stir

from spobet.model.backbone import SignBackbone
from spobet.model.block import Block, receptive_field
from spobet.model.blocks import KINDS
from spobet.model.classifier import GlossHead, SignClassifier
from spobet.model.export import write_onnx
from spobet.sizes import BLOCKS

CLIPS, FRAMES, WIDTH = 2, 5, 8
X = np.random.default_rng(0).normal(size=(CLIPS, FRAMES, WIDTH)).astype(np.float32)
MASK = np.arange(FRAMES)[None, :] < np.array([[FRAMES], [4]])


def block_of(kind: str) -> Block:
    return KINDS[kind].of(TINY, f"{kind}_0")


def classifier_of(kind: str, num_frames: int, clip_token: bool) -> SignClassifier:
    config = replace(TINY, blocks=(kind, "convolution"), clip_token=clip_token)
    return stir(SignClassifier(SignBackbone(config, TINY_SKELETON, num_frames), GlossHead(5, 4)))


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_kind_conforms(kind: str, tmp_path: Path) -> None:
    block = block_of(kind)
    shape = (CLIPS, -(-FRAMES // block.stride), WIDTH)
    assert_conforms(block, (X, MASK), shape, tmp_path)
    assert np.shape(block.mask_after(MASK)) == shape[:2]


@pytest.mark.parametrize("kind", BLOCKS)
def test_what_padded_frames_hold_does_not_reach_real_ones(kind: str) -> None:
    block = block_of(kind)
    quiet, loud = (
        call(block, (np.where(MASK[..., None], X, np.float32(value)), MASK)) for value in (0, 7)
    )
    real = keras.ops.convert_to_numpy(block.mask_after(MASK))
    np.testing.assert_allclose(loud[real], quiet[real], atol=1e-6)
    moved = call(block, (X + np.float32(1) * (np.arange(FRAMES) == 2)[:, None], MASK))
    assert np.abs(moved - call(block, (X, MASK)))[real].max() > 1e-2


@pytest.mark.parametrize(
    ("num_frames", "clip_token"), [(6, True), (7, False)], ids=["clip token", "odd"]
)
@pytest.mark.parametrize("kind", BLOCKS)
def test_every_kind_is_written_to_onnx_as_keras_computes_it(
    kind: str, num_frames: int, clip_token: bool, tmp_path: Path
) -> None:
    model, inputs = classifier_of(kind, num_frames, clip_token), {}
    for name, values in network_input(TINY_SKELETON, (num_frames, 4), num_frames).items():
        if name != "hidden":
            inputs[name] = values
    write_onnx(model, tmp_path / "network.onnx")
    session = onnxruntime.InferenceSession(
        tmp_path / "network.onnx", providers=["CPUExecutionProvider"]
    )
    np.testing.assert_allclose(session.run(["logits"], inputs)[0], call(model, inputs), atol=2e-5)


@pytest.mark.parametrize("kind", [kind for kind in BLOCKS if KINDS[kind].attends])
def test_the_attention_of_a_kind_that_attends_is_over_real_positions(kind: str) -> None:
    block = block_of(kind)
    call(block, (X, MASK))
    scores = keras.ops.convert_to_numpy(block.attention_scores(X, MASK))
    np.testing.assert_allclose(scores.sum(axis=-1), 1, atol=1e-5)
    assert scores[1, :, :4, 4].max() < 1e-6 < scores[0, :, :, 4].min()


@pytest.mark.parametrize(
    ("kinds", "frames"),
    [
        (("attention",), 1),
        (("convolution", "attention", "convolution"), 5),
        (("pool", "convolution"), 6),
        (("convolution", "pool", "convolution"), 8),
    ],
)
def test_the_receptive_field_counts_frames_through_convolutions_and_pools(
    kinds: tuple[str, ...], frames: int
) -> None:
    assert receptive_field(block_of(kind) for kind in kinds) == frames


def test_the_receptive_field_is_what_reaches_one_position() -> None:
    blocks = [block_of(kind) for kind in ("convolution", "pool", "convolution")]
    x = np.random.default_rng(1).normal(size=(1, 16, WIDTH)).astype(np.float32)

    def answer(x: np.ndarray) -> np.ndarray:
        mask = np.ones(x.shape[:2], bool)
        for block in blocks:
            x, mask = call(block, (x, mask)), keras.ops.convert_to_numpy(block.mask_after(mask))
        return x[0, 4]

    reached = []
    for frame in range(16):
        moved = x.copy()
        moved[0, frame] = x[0, frame, ::-1]
        reached.append(np.abs(answer(moved) - answer(x)).max() > 1e-6)
    assert sum(reached) == receptive_field(blocks) == 8


def test_a_backbone_lists_its_blocks_and_what_they_do_to_the_frames() -> None:
    backbone = SignBackbone(POOLED, TINY_SKELETON, 6)
    assert [block.name for block in backbone.blocks] == [
        f"{kind}_{number}" for number, kind in enumerate(POOLED.blocks)
    ]
    assert backbone.stride == 2
    mask = np.arange(6)[None] < 3
    assert keras.ops.convert_to_numpy(backbone.position_mask(mask)).tolist() == [
        [True, True, False]
    ]
