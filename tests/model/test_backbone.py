"""Claims about the encoder that pretraining and recognition share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from cells import cells
from kit import FRAMES, POOLED, TINY, TINY_SKELETON, assert_conforms, call, network_input, stir

from spobet.config import read_experiment
from spobet.model.backbone import PRESETS, SignBackbone
from spobet.poses.skeleton import OPENPOSE_54
from spobet.sizes import BackboneConfig

KINDS = {
    "mean of frames": TINY,
    "clip token": replace(TINY, clip_token=True, landmark_mask_tokens=False),
    "pooled": POOLED,
    "pooled, clip token": replace(POOLED, clip_token=True),
    "norm last": replace(
        TINY, blocks=("attention", "attention"), norm_first=False, clip_token=True, positions=False
    ),
}
FEW = ("mean of frames", "pooled, clip token", "norm last")  # together every part of the others
LENGTH = 4


@pytest.fixture(scope="module", params=cells(KINDS, FEW))
def backbone(request: pytest.FixtureRequest) -> SignBackbone:
    return stir(SignBackbone(request.param, TINY_SKELETON, FRAMES))


def one_clip(length: int = LENGTH, num_frames: int = FRAMES) -> dict[str, np.ndarray]:
    return network_input(TINY_SKELETON, (length,), num_frames)


def changed(
    inputs: dict[str, np.ndarray], name: str, where: object, value: object
) -> dict[str, np.ndarray]:
    values = inputs[name].copy()
    values[where] = value
    return {**inputs, name: values}


@pytest.mark.parametrize("config", cells(KINDS, FEW))
def test_every_kind_of_backbone_conforms(config: BackboneConfig, tmp_path: Path) -> None:
    backbone = SignBackbone(config, OPENPOSE_54, FRAMES)
    shapes = {
        "sequence": (2, 1 + FRAMES // backbone.stride, config.width),
        "clip": (2, config.width),
    }
    assert_conforms(backbone, network_input(), shapes, tmp_path)


def test_what_is_in_padded_frames_changes_no_answer(backbone: SignBackbone) -> None:
    clip = one_clip()
    loud = changed(clip, "landmarks", (slice(None), slice(LENGTH, None)), 5)
    loud = changed(loud, "hidden", (slice(None), slice(LENGTH, None)), True)
    one, other, real = call(backbone, clip), call(backbone, loud), LENGTH // backbone.stride
    np.testing.assert_allclose(other["clip"], one["clip"], atol=1e-5)
    np.testing.assert_allclose(
        other["sequence"][:, : 1 + real], one["sequence"][:, : 1 + real], atol=1e-5
    )


def test_how_much_padding_follows_changes_no_answer(backbone: SignBackbone) -> None:
    longer = SignBackbone(backbone.config, TINY_SKELETON, FRAMES + 3)
    longer.set_weights(backbone.get_weights())
    one, other, real = (
        call(backbone, one_clip()),
        call(longer, one_clip(num_frames=FRAMES + 3)),
        LENGTH // backbone.stride,
    )
    np.testing.assert_allclose(
        other["sequence"][:, : 1 + real], one["sequence"][:, : 1 + real], atol=1e-5
    )


def test_where_a_hidden_landmark_is_changes_no_answer(backbone: SignBackbone) -> None:
    hiding = changed(one_clip(), "hidden", (0, 1, 2), True)
    moved = changed(hiding, "landmarks", (0, 1, 2, slice(2)), (9, -9))
    np.testing.assert_array_equal(
        call(backbone, moved)["sequence"], call(backbone, hiding)["sequence"]
    )


def test_a_missing_a_hidden_and_a_padded_frame_are_three_things(backbone: SignBackbone) -> None:
    clip = one_clip()
    last = (0, LENGTH - 1)
    missing = changed(clip, "landmarks", last, 0)
    kinds = [
        clip,
        missing,
        changed(clip, "hidden", last, True),
        changed(missing, "frame_mask", last, False),
    ]
    answers = [call(backbone, kind)["clip"][0] for kind in kinds]
    distances = [
        np.abs(one - other).max()
        for number, one in enumerate(answers)
        for other in answers[:number]
    ]
    assert min(distances) > 1e-3


def test_a_hidden_landmark_is_not_a_missing_one(backbone: SignBackbone) -> None:
    clip = one_clip()
    missing, hidden = (
        changed(clip, "landmarks", (0, 1, 2), 0),
        changed(clip, "hidden", (0, 1, 2), True),
    )
    assert np.abs(call(backbone, missing)["clip"] - call(backbone, hidden)["clip"]).max() > 1e-3


def test_the_vector_of_the_clip_is_the_first_of_the_sequence(backbone: SignBackbone) -> None:
    outputs = call(backbone, one_clip())
    np.testing.assert_array_equal(outputs["clip"], outputs["sequence"][:, 0])


def test_without_a_clip_token_the_first_position_is_the_mean_of_the_real_frames() -> None:
    sequence = call(stir(SignBackbone(TINY, TINY_SKELETON, FRAMES)), one_clip())["sequence"][0]
    np.testing.assert_allclose(sequence[0], sequence[1 : 1 + LENGTH].mean(axis=0), atol=1e-5)


def test_convolutions_pass_over_the_clip_token() -> None:
    config = replace(TINY, blocks=("convolution",), clip_token=True)
    backbone = stir(SignBackbone(config, TINY_SKELETON, FRAMES))
    still, moved = one_clip(), changed(one_clip(), "landmarks", (0, 0, 0, 0), 9)
    np.testing.assert_array_equal(call(backbone, still)["clip"], call(backbone, moved)["clip"])


@pytest.mark.parametrize("preset", PRESETS)
def test_a_clip_and_its_reverse_give_different_answers(preset: str) -> None:
    backbone = SignBackbone(PRESETS[preset], OPENPOSE_54, FRAMES)
    clip = network_input(lengths=(FRAMES,))
    reverse = {**clip, "landmarks": clip["landmarks"][:, ::-1]}
    assert np.abs(call(backbone, clip)["clip"] - call(backbone, reverse)["clip"]).max() > 1e-2


def test_without_motion_and_positions_attention_alone_has_no_order() -> None:
    config = replace(KINDS["norm last"], motion_steps=())
    backbone = SignBackbone(config, TINY_SKELETON, FRAMES)
    clip = one_clip(FRAMES)
    reverse = {**clip, "landmarks": clip["landmarks"][:, ::-1]}
    np.testing.assert_allclose(
        call(backbone, clip)["clip"], call(backbone, reverse)["clip"], atol=1e-5
    )


def test_the_default_preset_has_less_than_two_million_parameters() -> None:
    assert SignBackbone(PRESETS["default"], OPENPOSE_54, FRAMES).count_params() < 2_000_000


def test_one_seed_gives_the_same_weights() -> None:
    def weights(seed: int) -> list[np.ndarray]:
        keras.utils.set_random_seed(seed)
        return SignBackbone(TINY, TINY_SKELETON, FRAMES).get_weights()

    for one, same in zip(weights(3), weights(3), strict=True):
        np.testing.assert_array_equal(one, same)
    assert any((one != other).any() for one, other in zip(weights(3), weights(4), strict=True))


def test_the_seed_experiment_is_the_preset_of_2022() -> None:
    experiment = read_experiment(Path(__file__).parents[2] / "experiments" / "wlasl100-seed.toml")
    assert experiment.backbone == PRESETS["spobet-2022"]
    assert experiment.train.head_width == experiment.train.prototype_scale == 0


OTHER_SIZES: dict[str, object] = {
    "width": 16,
    "blocks": ("convolution", "pool", "attention"),
    "num_heads": 4,
    "feed_forward": 16,
    "kernel_size": 5,
    "expansion": 3,
    "activation": "relu",
    "dropout": 0.3,
    "features": ("local", "seen"),
    "motion_steps": (2,),
    "positions": False,
    "clip_token": True,
    "landmark_mask_tokens": False,
    "norm_first": False,
}


@pytest.fixture(scope="module")
def usual() -> list[dict]:
    return layers_of(TINY)


def layers_of(config: BackboneConfig) -> list[dict]:
    return [layer.get_config() for layer in SignBackbone(config, TINY_SKELETON, FRAMES).layers]


def test_one_config_gives_the_same_layers(usual: list[dict]) -> None:
    assert layers_of(TINY) == usual


@pytest.mark.parametrize("key", vars(TINY))
def test_every_key_of_the_config_changes_the_layers(key: str, usual: list[dict]) -> None:
    assert layers_of(replace(TINY, **{key: OTHER_SIZES[key]})) != usual
