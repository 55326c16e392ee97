"""Attention maps and rollout of a trained network.

Asking for attention scores turns the fused kernel off, so only this module does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from spobet.errors import UserError
from spobet.evaluation.rollout import attention_matrix, frame_weights, pooling_matrix, rollout
from spobet.model.block import receptive_field
from spobet.model.classifier import SignClassifier
from spobet.model.layers import Tensor


@dataclass(frozen=True, eq=False)
class Explanation:
    """What of a clip reaches the vector that is compared with the glosses, by attention rollout.

    weights: (frames,) at least 0, sums to one, 0 on padding.
    attention: a layer each, (heads, positions, positions).
    frames_seen: how many frames one position sees through convolutions and pooling alone.
    """

    weights: np.ndarray
    attention: tuple[np.ndarray, ...]
    frames_seen: int


def attention_maps(
    classifier: SignClassifier, inputs: dict[str, np.ndarray]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """(attention, position_mask) of every attention block, first to last.

    attention: (clips, heads, positions, positions). position_mask: (clips, positions). inputs:
    landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames), as the classifier
    takes them.
    """
    backbone = classifier.backbone
    blocks = [block for block in backbone.blocks if block.attends]
    if not blocks:
        return []
    entering = keras.Model(backbone.input, [tensor for block in blocks for tensor in block.input])
    landmarks = keras.ops.convert_to_numpy(classifier.hands_in(inputs["landmarks"]))
    arrays = {
        "landmarks": landmarks,
        "frame_mask": inputs["frame_mask"],
        "hidden": np.zeros(landmarks.shape[:3], dtype=bool),
    }
    tensors = entering.predict_on_batch(arrays)
    maps = []
    for block, x, mask in zip(blocks, tensors[::2], tensors[1::2], strict=True):
        scores = keras.ops.convert_to_numpy(block.attention_scores(x, mask))
        maps.append((scores, keras.ops.convert_to_numpy(mask).astype(bool)))
    return maps


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
        # A head of its own width takes the mean of the frames' positions, not the token.
        token = 0.0 if classifier.head.head_width else 1.0
        readout = np.concatenate([[token], (1 - token) * readout])
    weights = frame_weights(rolled, readout, frame_mask, with_token)
    scores_of_clip = tuple(scores[clip] for scores, _ in maps)
    return Explanation(weights, scores_of_clip, receptive_field(backbone.blocks))


def gradient_times_input(
    classifier: SignClassifier, inputs: dict[str, np.ndarray], answers: np.ndarray
) -> np.ndarray:
    """How much each frame moves the logit of an answer, to first order: (clips, frames).

    answers: (clips,) int. The sum over a frame's landmarks of |gradient x input|, at least 0.
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

    return np.asarray(jax.jit(jax.grad(function))(values))  # compiled as a whole


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
