"""A classifier as one ONNX file, which recognition runs without any training framework.

The forward pass is written operator by operator, from the layers' weights: the same small file
from every backend, without their exporters, and fast for one clip at a time, where traced graphs
spend most of their time on shapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from spobet.model.backbone import SignBackbone
from spobet.model.block import Frames
from spobet.model.classifier import GlossHead, SignClassifier
from spobet.model.graph import Graph, weights
from spobet.model.layers import CosineLogits, SinusoidalPositions


def write_onnx(
    classifier: SignClassifier, path: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Write the forward pass with any number of clips a call.

    Inputs: landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames). Outputs:
    logits (clips, glosses); embedding (clips, head_width or width), the vector that is compared
    with the glosses; and, of a head with auxiliary glosses, others (clips, 1), one logit for all
    of them, the log of the sum of their exponentials. metadata: texts to keep in the file, by
    name. ValueError for an activation that cannot be written to ONNX.
    """
    backbone, head, graph = classifier.backbone, classifier.head, Graph()
    mask = graph.add("Cast", "frame_mask", to=1)
    mask = graph.add("Unsqueeze", mask, graph.constant([-1], np.int64))
    embedding, all_logits = _write_head(
        graph, head, backbone, _write_backbone(graph, classifier, mask)
    )
    width = head.head_width or backbone.config.width
    if classifier.arms:
        embedding, all_logits = _write_arms(graph, classifier, mask, embedding, all_logits)
        width += classifier.arms.config.width
    logits = all_logits
    if head.num_auxiliary:
        logits = graph.sliced(all_logits, 1, 0, head.num_glosses)
    outputs = {
        "logits": (logits, head.num_glosses),
        "embedding": (embedding, width),
    }
    if head.num_auxiliary:
        rest = graph.sliced(all_logits, 1, head.num_glosses)
        axis = graph.constant([1], np.int64)
        outputs["others"] = (graph.add("ReduceLogSumExp", rest, axis, keepdims=1), 1)
    inputs = {
        "landmarks": ((backbone.num_frames, len(classifier.skeleton), 3), float),
        "frame_mask": ((backbone.num_frames,), bool),
    }
    graph.write(path, inputs, outputs, metadata or {})


def _write_backbone(graph: Graph, classifier: SignClassifier, mask: str) -> Frames:
    """The sequence after all blocks, with its clip token first where it has one; mask without."""
    backbone = classifier.backbone
    config, landmarks = backbone.config, "landmarks"
    if classifier.arms:
        hands = graph.constant(classifier.skeleton.indices(backbone.skeleton.landmarks), np.int64)
        landmarks = graph.add("Gather", landmarks, hands, axis=2)
    kinematics = backbone.get_layer("kinematics")
    features = kinematics.write(graph, landmarks, len(backbone.skeleton))
    x = graph.dense(backbone.get_layer("embedding").dense, features, backbone.num_frames)
    if config.positions:
        table = SinusoidalPositions.table(backbone.num_frames, config.width)
        x = graph.add("Add", x, graph.constant(table))
    if config.clip_token:
        x = _with_token(graph, weights(backbone.get_layer("clip_token").token), x)
    frames = Frames(x, mask, backbone.num_frames)
    for block in backbone.blocks:
        if not config.clip_token:
            frames = block.write(graph, frames)
        elif block.attends:
            token_mask = _with_token(graph, np.ones((1, 1, 1)), frames.mask)
            x = block.write(graph, Frames(frames.x, token_mask, 1 + frames.num_frames)).x
            frames = Frames(x, frames.mask, frames.num_frames)
        else:
            token, rest = graph.sliced(frames.x, 1, 0, 1), graph.sliced(frames.x, 1, 1)
            after = block.write(graph, Frames(rest, frames.mask, frames.num_frames))
            x = graph.add("Concat", token, after.x, axis=1)
            frames = Frames(x, after.mask, after.num_frames)
    if config.norm_first:
        x = graph.normed(backbone.get_layer("final_norm"), frames.x)
        frames = Frames(x, frames.mask, frames.num_frames)
    return frames


def _with_token(graph: Graph, token: np.ndarray, x: str) -> str:
    """A fixed first position (1, 1, width) before the frames of every clip."""
    zero = graph.add("Mul", graph.sliced(x, 1, 0, 1), graph.constant(0))
    return graph.add("Concat", graph.add("Add", zero, graph.constant(token)), x, axis=1)


def _write_head(
    graph: Graph, head: GlossHead, backbone: SignBackbone, sequence: Frames
) -> tuple[str, str]:
    """The embedding and the logits."""
    with_token = backbone.config.clip_token
    x = graph.sliced(sequence.x, 1, 1) if with_token else sequence.x
    if head.head_width:
        frames = graph.dense(head.widen, x, sequence.num_frames)
        embedding = graph.frame_mean(frames, sequence.mask)
    elif with_token:
        embedding = graph.shaped(graph.sliced(sequence.x, 1, 0, 1), 0, -1)
    else:
        embedding = graph.frame_mean(x, sequence.mask)
    if not isinstance(head.glosses, CosineLogits):
        return embedding, graph.dense(head.glosses, embedding)
    return embedding, _write_cosines(graph, head.glosses, _direction(graph, embedding))


def _write_arms(
    graph: Graph, classifier: SignClassifier, mask: str, embedding: str, logits: str
) -> tuple[str, str]:
    """Embedding and logits of hands and arms together, from those of the hands."""
    assert classifier.arms and classifier.arms_head
    clip, seen = classifier.arms.write(graph, mask)
    arms = graph.add("Mul", _direction(graph, clip), seen)
    joined = graph.add("Concat", _direction(graph, embedding), arms, axis=1)
    unseen = graph.add("Sub", graph.constant(1), seen)
    more = graph.add("Mul", unseen, graph.constant(2**0.5 - 1))
    alone = graph.add("Add", more, graph.constant(1))
    by_arms = _write_cosines(graph, classifier.arms_head.glosses, arms)
    return joined, graph.add("Add", graph.add("Mul", logits, alone), by_arms)


def _direction(graph: Graph, vectors: str) -> str:
    """Vectors (clips, width) with norm 1."""
    length = graph.add("ReduceL2", vectors, graph.constant([1], np.int64), keepdims=1)
    return graph.add("Div", vectors, graph.add("Max", length, graph.constant(1e-12)))


def _write_cosines(graph: Graph, layer: CosineLogits, directions: str) -> str:
    prototypes = weights(layer.prototypes)
    lengths = np.maximum(np.linalg.norm(prototypes, axis=0), 1e-12)  # as Keras normalises
    return graph.add("MatMul", directions, graph.constant(layer.scale * prototypes / lengths))
