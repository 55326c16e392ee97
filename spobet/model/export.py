"""A classifier as one ONNX file, which recognition runs without any training framework."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from pathlib import Path

import keras

from spobet.model.classifier import SignClassifier


def write_onnx(classifier: SignClassifier, path: Path) -> None:
    """Write the forward pass with any number of clips a call: landmarks and frame_mask in, logits out.

    ImportError names the exporter that the backend needs and that is not installed.
    """
    partial = path.with_name(f".{path.name}.partial")
    example = {name: keras.ops.zeros((2, *tensor.shape[1:]), tensor.dtype) for name, tensor in classifier.input.items()}
    classifier(example)  # export wants a model that has been called
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # the exporters' own, about their own code
        for exporter in ("jax2onnx", "torch.onnx", "tf2onnx"):
            logging.getLogger(exporter).setLevel(logging.ERROR)
        if keras.backend.backend() == "torch":
            _write_torch(classifier, example, partial)
        else:
            classifier.export(str(partial), format="onnx", verbose=False)
    partial.replace(path)


def _write_torch(classifier: SignClassifier, example: dict, path: Path) -> None:
    """By PyTorch's own exporter, since Keras calls its older one, which fails where a shape is used as a number."""
    import torch

    class Flat(torch.nn.Module):  # inputs one by one, as the exporter wants them
        def __init__(self) -> None:
            super().__init__()
            self.classifier = classifier

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            return self.classifier(dict(zip(example, inputs, strict=True)), training=False)

    clips = torch.export.Dim("clips", min=1)
    torch.onnx.export(
        Flat().eval(),
        tuple(example.values()),
        path,
        input_names=list(example),
        output_names=["logits"],
        dynamic_shapes=(({0: clips},) * len(example),),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
