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
    one = {name: keras.ops.zeros((1, *tensor.shape[1:]), tensor.dtype) for name, tensor in classifier.input.items()}
    classifier(one)  # export wants a model that has been called
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # the exporters' own, about their own code
        logging.getLogger("jax2onnx").setLevel(logging.ERROR)
        classifier.export(str(partial), format="onnx", verbose=False)
    partial.replace(path)
