"""A classifier as one ONNX file, which recognition runs without any training framework.

The forward pass is written operator by operator, from the layers' weights: the same small file from every backend, without their
exporters, and fast for one clip at a time, where traced graphs spend most of their time on shapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from spobet.model.backbone import SignBackbone
from spobet.model.classifier import GlossHead, SignClassifier
from spobet.model.graph import Graph, weights
from spobet.model.kinematics import Kinematics
from spobet.model.layers import (
    AttentionBlock,
    ConvolutionBlock,
    CosineLogits,
    FramePool,
    SinusoidalPositions,
)

_FAR = 1e9


def write_onnx(
    classifier: SignClassifier, path: Path, facts: Mapping[str, str] | None = None
) -> None:
    """Write the forward pass with any number of clips a call.

    Inputs landmarks (clips, frames, landmarks, 3) and frame_mask (clips, frames); outputs logits (clips, glosses) and embedding
    (clips, head_width or width), what stands for a clip where it is compared with the glosses; and, of a head that accepts other
    glosses, others (clips, 1), one logit that stands for them all: the log of the sum of their exponentials. facts: texts to
    keep in the file by name. ValueError for an activation that ONNX is not written for.
    """
    backbone, graph = classifier.backbone, Graph()
    x, mask = _encode(graph, backbone)
    head = classifier.head
    embedding, everything = _head(graph, head, backbone, x, mask)
    logits = graph.sliced(everything, 1, 0, head.num_glosses) if head.num_auxiliary else everything
    outputs = {
        "logits": (logits, head.num_glosses),
        "embedding": (embedding, head.head_width or backbone.config.width),
    }
    if head.num_auxiliary:
        rest = graph.sliced(everything, 1, head.num_glosses)
        outputs["others"] = (
            graph.add("ReduceLogSumExp", rest, graph.constant([1], np.int64), keepdims=1),
            1,
        )
    inputs = {
        "landmarks": ((backbone.num_frames, len(backbone.skeleton), 3), float),
        "frame_mask": ((backbone.num_frames,), bool),
    }
    graph.write(path, inputs, outputs, facts or {})


def _encode(graph: Graph, backbone: SignBackbone) -> tuple[str, str]:
    """The frames after all blocks (clips, positions, width), a clip token first where there is one; and 1 on real
    frames (clips, positions, 1), without it."""
    config, num_frames = backbone.config, backbone.num_frames
    mask = graph.add(
        "Unsqueeze", graph.add("Cast", "frame_mask", to=1), graph.constant([-1], np.int64)
    )
    x = graph.dense(
        backbone.get_layer("embedding").dense,
        _features(graph, backbone.get_layer("kinematics"), len(backbone.skeleton)),
    )
    if config.positions:
        x = graph.add("Add", x, graph.constant(SinusoidalPositions.table(num_frames, config.width)))
    if config.clip_token:
        x = _with_token(graph, weights(backbone.get_layer("clip_token").token), x)
    for number, kind in enumerate(config.blocks):
        layer = backbone.get_layer(f"{kind}_{number}")
        if isinstance(layer, AttentionBlock):
            x = _attention(
                graph,
                layer,
                x,
                _with_token(graph, np.ones((1, 1, 1)), mask) if config.clip_token else mask,
            )
        else:
            token, frames = (
                (graph.sliced(x, 1, 0, 1), graph.sliced(x, 1, 1)) if config.clip_token else ("", x)
            )
            if isinstance(layer, FramePool):
                frames, mask = _pool(graph, frames, mask, num_frames)
                num_frames = -(-num_frames // 2)
            else:
                frames = _convolution(graph, layer, frames, mask)
            x = graph.add("Concat", token, frames, axis=1) if token else frames
    if config.norm_first:
        x = graph.normed(backbone.get_layer("final_norm"), x)
    return x, mask


def _features(graph: Graph, layer: Kinematics, num_landmarks: int) -> str:
    """What `Kinematics` tells of each frame, nothing being hidden: (clips, frames, features)."""
    seen = graph.sliced("landmarks", 3, 2)
    places = graph.add("Mul", graph.sliced("landmarks", 3, 0, 2), seen)
    tracks = {
        "coordinates": (places, seen),
        "local": _local(graph, layer, num_landmarks, places, seen),
    }
    if len(layer.hands) == 2:
        tracks["relation"] = _relation(graph, layer, places, seen)
    chosen = [tracks[name] for name in layer.features if name in tracks]
    parts = []
    if chosen:
        values, known = (
            _joined(graph, [track[part] for track in chosen], axis=2) for part in (0, 1)
        )
        parts.append(graph.shaped(values, 0, 0, -1))
    if "seen" in layer.features:
        parts.append(graph.shaped(seen, 0, 0, -1))
    for step in layer.motion_steps if chosen else ():
        both = graph.add("Mul", graph.sliced(known, 1, step), graph.sliced(known, 1, 0, -step))
        change = graph.add("Sub", graph.sliced(values, 1, step), graph.sliced(values, 1, 0, -step))
        parts.append(
            graph.shaped(graph.padded(graph.add("Mul", change, both), 1, 4, before=step), 0, 0, -1)
        )
    return _joined(graph, parts, axis=2)


def _local(
    graph: Graph, layer: Kinematics, num_landmarks: int, places: str, seen: str
) -> tuple[str, str]:
    """Finger points relative to their wrist, and where both are known."""
    base, owned = np.arange(num_landmarks), np.zeros((num_landmarks, 1))
    for wrist, *fingers in layer.hands:
        base[fingers], owned[fingers] = wrist, 1
    rows = graph.constant(base, np.int64)
    known = graph.add(
        "Mul", seen, graph.add("Gather", seen, rows, axis=2)
    )  # 1 or 0, so where it is its own base nothing changes
    bases = graph.add("Mul", graph.add("Gather", places, rows, axis=2), graph.constant(owned))
    return graph.add("Mul", graph.add("Sub", places, bases), known), known


def _relation(graph: Graph, layer: Kinematics, places: str, seen: str) -> tuple[str, str]:
    """The right wrist relative to the left, and where both are known."""
    right, left = (
        ([graph.sliced(x, 2, hand[0], hand[0] + 1) for x in (places, seen)]) for hand in layer.hands
    )
    known = graph.add("Mul", right[1], left[1])
    return graph.add("Mul", graph.add("Sub", right[0], left[0]), known), known


def _joined(graph: Graph, parts: list[str], axis: int) -> str:
    return parts[0] if len(parts) == 1 else graph.add("Concat", *parts, axis=axis)


def _with_token(graph: Graph, token: np.ndarray, x: str) -> str:
    """A fixed first position (1, 1, width) before those of every clip."""
    first = graph.add(
        "Add", graph.add("Mul", graph.sliced(x, 1, 0, 1), graph.constant(0)), graph.constant(token)
    )
    return graph.add("Concat", first, x, axis=1)


def _convolution(graph: Graph, block: ConvolutionBlock, x: str, mask: str) -> str:
    y = graph.add("Mul", graph.dense(block.widen, graph.normed(block.norm, x)), mask)
    taps = weights(block.mix.kernel).T[
        :, None, None
    ]  # (channels, 1, 1, taps): pictures of one row, for which runtimes are fast
    row = graph.add(
        "Unsqueeze", graph.add("Transpose", y, perm=[0, 2, 1]), graph.constant([2], np.int64)
    )
    around = block.kernel_size // 2
    y = graph.add("Conv", row, graph.constant(taps), group=len(taps), pads=[0, around, 0, around])
    y = graph.add(
        "Transpose", graph.add("Squeeze", y, graph.constant([2], np.int64)), perm=[0, 2, 1]
    )
    y = graph.normed(block.mixed_norm, y)
    return graph.add("Add", x, graph.dense(block.narrow, y))


def _attention(graph: Graph, block: AttentionBlock, x: str, mask: str) -> str:
    bias = graph.add(
        "Mul", graph.add("Sub", mask, graph.constant(1)), graph.constant(_FAR)
    )  # 0, or far below it
    bias = graph.add(
        "Unsqueeze", graph.add("Transpose", bias, perm=[0, 2, 1]), graph.constant([1], np.int64)
    )

    def attend(y: str) -> str:
        layer = block.attention
        parts = (layer.query_dense, layer.key_dense, layer.value_dense)
        heads, size = layer.num_heads, layer.key_dim
        scales = (size**-0.5, 1.0, 1.0)
        kernel = np.concatenate(
            [
                scale * weights(part.kernel).reshape(-1, heads * size)
                for part, scale in zip(parts, scales, strict=True)
            ],
            1,
        )
        shift = np.concatenate(
            [scale * weights(part.bias).ravel() for part, scale in zip(parts, scales, strict=True)]
        )
        z = graph.add("Add", graph.add("MatMul", y, graph.constant(kernel)), graph.constant(shift))
        z = graph.shaped(z, 0, 0, 3, heads, size)
        query, key, value = (
            graph.add(
                "Transpose",
                graph.add("Gather", z, graph.constant(which, np.int64), axis=2),
                perm=perm,
            )
            for which, perm in enumerate(([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
        )
        shares = graph.add(
            "Softmax", graph.add("Add", graph.add("MatMul", query, key), bias), axis=-1
        )
        z = graph.shaped(
            graph.add("Transpose", graph.add("MatMul", shares, value), perm=[0, 2, 1, 3]),
            0,
            0,
            heads * size,
        )
        out = layer.output_dense
        kernel = weights(out.kernel).reshape(heads * size, -1)
        return graph.add(
            "Add", graph.add("MatMul", z, graph.constant(kernel)), graph.constant(weights(out.bias))
        )

    def feed(y: str) -> str:
        return graph.dense(block.narrow, graph.dense(block.widen, y))

    for part, norm in zip((attend, feed), block.norms, strict=True):
        x = graph.add("Add", x, part(graph.normed(norm, x) if block.norm_first else x))
        x = x if block.norm_first else graph.normed(norm, x)
    return x


def _pool(graph: Graph, x: str, mask: str, num_frames: int) -> tuple[str, str]:
    """The mean of every two neighbouring frames, the real ones of them, and 1 where there is any."""
    if num_frames % 2:
        x, mask = (graph.padded(value, 1, 3, after=1) for value in (x, mask))
    pairs = -(-num_frames // 2)
    total = graph.summed(graph.shaped(graph.add("Mul", x, mask), 0, pairs, 2, -1), 2)
    count = graph.summed(graph.shaped(mask, 0, pairs, 2, -1), 2)
    return graph.add("Div", total, graph.add("Max", count, graph.constant(1))), graph.add(
        "Min", count, graph.constant(1)
    )


def _mean(graph: Graph, x: str, mask: str) -> str:
    """Over the real frames: (clips, frames, width) to (clips, width)."""
    return graph.add(
        "Div",
        graph.summed(graph.add("Mul", x, mask), 1),
        graph.add("Max", graph.summed(mask, 1), graph.constant(1)),
    )


def _head(
    graph: Graph, head: GlossHead, backbone: SignBackbone, x: str, mask: str
) -> tuple[str, str]:
    """The embedding and the logits."""
    frames = graph.sliced(x, 1, 1) if backbone.config.clip_token else x
    if head.head_width:
        embedding = _mean(graph, graph.dense(head.widen, frames), mask)
    elif backbone.config.clip_token:
        embedding = graph.shaped(graph.sliced(x, 1, 0, 1), 0, -1)
    else:
        embedding = _mean(graph, frames, mask)
    if not isinstance(head.glosses, CosineLogits):
        return embedding, graph.dense(head.glosses, embedding)
    prototypes = weights(head.glosses.prototypes)
    prototypes = (
        head.prototype_scale * prototypes / np.maximum(np.linalg.norm(prototypes, axis=0), 1e-12)
    )
    length = graph.add("ReduceL2", embedding, graph.constant([1], np.int64), keepdims=1)
    direction = graph.add("Div", embedding, graph.add("Max", length, graph.constant(1e-12)))
    return embedding, graph.add("MatMul", direction, graph.constant(prototypes))
