"""Attention maps out of a trained network, asked for only here: training and recognition keep the fused kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from spobet.errors import UserError
from spobet.evaluation.rollout import attention_matrix, frame_weights, pooling_matrix, rollout
from spobet.model.block import Block, receptive_field
from spobet.model.classifier import SignClassifier
from spobet.model.layers import Tensor


@dataclass(frozen=True, eq=False)
class Explanation:
    """What of a clip reaches the vector that is compared with the glosses, by attention rollout.

    weights: (frames,) at least 0, sums to one, 0 on padding. attention: a layer each, (heads, positions, positions).
    frames_seen: how many of the network's frames one position sees through convolutions and pooling alone.
    """

    weights: np.ndarray
    attention: tuple[np.ndarray, ...]
    frames_seen: int


def attention_maps(
    classifier: SignClassifier, inputs: dict[str, np.ndarray]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """(attention (clips, heads, positions, positions), position_mask (clips, positions)) of every attention block, first to last.

    inputs: landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames), as the classifier takes them.
    """
    backbone = classifier.backbone
    blocks = [block for block in backbone.blocks if block.attends]
    if not blocks:
        return []
    entering = keras.Model(backbone.input, [tensor for block in blocks for tensor in block.input])
    nothing_hidden = np.zeros(inputs["landmarks"].shape[:3], dtype=bool)
    given = {name: inputs[name] for name in ("landmarks", "frame_mask")} | {
        "hidden": nothing_hidden
    }
    tensors = entering(
        {name: keras.ops.convert_to_tensor(array) for name, array in given.items()}, training=False
    )
    return [
        _attended(block, x, mask)
        for block, x, mask in zip(blocks, tensors[::2], tensors[1::2], strict=True)
    ]


def explain(classifier: SignClassifier, inputs: dict[str, np.ndarray]) -> list[Explanation]:
    """The rollout of each clip of a batch; ValueError for a network without attention."""
    maps = attention_maps(classifier, inputs)
    if not maps:
        blocks = ", ".join(classifier.backbone.config.blocks)
        raise UserError(f"the network has no attention to roll out (blocks: {blocks})")
    return [
        _explained(classifier, maps, clip, inputs["frame_mask"][clip])
        for clip in range(len(inputs["frame_mask"]))
    ]


def _attended(block: Block, x: Tensor, mask: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """The block's attention for what enters it, from the plain kernel."""
    scores = block.attention_scores(x, mask)
    return keras.ops.convert_to_numpy(scores), keras.ops.convert_to_numpy(mask).astype(bool)


def _explained(
    classifier: SignClassifier,
    maps: list[tuple[np.ndarray, np.ndarray]],
    clip: int,
    frame_mask: np.ndarray,
) -> Explanation:
    backbone, with_token = classifier.backbone, classifier.backbone.config.clip_token
    attention, mask, matrices = iter(maps), np.array(frame_mask, dtype=np.bool_), []
    for block in backbone.blocks:
        if block.attends:
            scores, position_mask = next(attention)
            matrices.append(attention_matrix(scores[clip], position_mask[clip]))
        elif block.stride > 1:
            pool = pooling_matrix(mask, with_token)
            matrices.append(pool)
            mask = np.asarray(pooling_matrix(mask).any(axis=1))
    rolled = rollout(matrices)
    readout = mask / mask.sum()
    if with_token:
        from_token = (
            not classifier.head.head_width
        )  # else the head takes the mean of the frames' positions
        readout = (
            np.concatenate([[1.0], np.zeros(len(mask))])
            if from_token
            else np.concatenate([[0.0], readout])
        )
    weights = frame_weights(rolled, readout, frame_mask, with_token)
    return Explanation(
        weights,
        tuple(scores[clip] for scores, _ in maps),
        receptive_field(backbone.blocks),
    )


def gradient_times_input(
    classifier: SignClassifier, inputs: dict[str, np.ndarray], answers: np.ndarray
) -> np.ndarray:
    """How much each frame's landmarks move the logit of an answer, to first order: (clips, frames), at least 0.

    answers: (clips,) int. The sum over a frame's landmarks of |gradient x input|.
    """
    chosen = keras.ops.one_hot(answers, classifier.head.num_glosses)
    mask = keras.ops.convert_to_tensor(inputs["frame_mask"])

    def answered(landmarks: Tensor) -> Tensor:
        logits = classifier({"landmarks": landmarks, "frame_mask": mask}, training=False)
        return keras.ops.sum(logits * chosen)

    gradient = _GRADIENTS[keras.backend.backend()](
        answered, np.asarray(inputs["landmarks"], np.float32)
    )
    moved: np.ndarray = abs(gradient * inputs["landmarks"]).sum(axis=(-1, -2))
    return moved


def _gradient_jax(function: Callable[[Tensor], Tensor], values: np.ndarray) -> np.ndarray:
    import jax

    return np.asarray(jax.grad(function)(values))


def _gradient_tensorflow(function: Callable[[Tensor], Tensor], values: np.ndarray) -> np.ndarray:
    import tensorflow as tf

    given = tf.convert_to_tensor(values)
    with tf.GradientTape() as tape:
        tape.watch(given)
        result = function(given)
    return np.asarray(tape.gradient(result, given))


def _gradient_torch(function: Callable[[Tensor], Tensor], values: np.ndarray) -> np.ndarray:
    import torch

    given = keras.ops.convert_to_tensor(values).requires_grad_(True)
    (gradient,) = torch.autograd.grad(function(given), given)
    return gradient.detach().cpu().numpy()


_GRADIENTS = {"jax": _gradient_jax, "tensorflow": _gradient_tensorflow, "torch": _gradient_torch}
