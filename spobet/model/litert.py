"""A classifier as a LiteRT file (.tflite), for phones; Keras writes it on TensorFlow alone."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np

from spobet.errors import NotFound, UserError
from spobet.extras import extra_module
from spobet.files import new_file
from spobet.model.classifier import SignClassifier
from spobet.runs import RunFolder

_PURPOSE = "writing LiteRT files"


def write_litert(run: RunFolder, path: Path) -> LiteRtSession:
    """Write a run's network, with the inputs and outputs of its ONNX file; returns it ready to run.

    Any number of clips a call. NotFound where the run has no classifier.keras, as the shipped
    ones; UserError on another backend than TensorFlow.
    """
    if not run.classifier.is_file():
        raise NotFound(
            f"{run.classifier}: not there; a LiteRT file is made from the network as Keras keeps it"
        )
    if keras.backend.backend() != "tensorflow":
        raise UserError(
            f"Keras runs on {keras.backend.backend()}, "
            "LiteRT files are written on tensorflow: set KERAS_BACKEND"
        )
    model = _with_named_outputs(keras.saving.load_model(run.classifier))
    with warnings.catch_warnings(), new_file(path) as partial:
        warnings.simplefilter("ignore")  # TensorFlow's, about parts of it that are deprecated
        model.export(str(partial), format="litert", verbose=False)
    return LiteRtSession(
        path, [name for name in ("logits", "embedding", "others") if name in model.output]
    )


def _with_named_outputs(classifier: SignClassifier) -> keras.Model:
    """The same network with the outputs of `write_onnx`."""
    head, outputs = classifier.head, classifier.outputs_by_name()
    logits = outputs["logits"]
    outputs["logits"] = logits[:, : head.num_glosses]
    if head.num_auxiliary:
        rest = logits[:, head.num_glosses :]
        outputs["others"] = keras.ops.logsumexp(rest, axis=1, keepdims=True)
    return keras.Model(dict(classifier.input), outputs)


class LiteRtSession:
    """A LiteRT file that is run as an ONNX file is. names: its outputs in their order."""

    def __init__(self, path: Path, names: list[str]) -> None:
        lite = extra_module("tensorflow", "train-tensorflow", _PURPOSE).lite
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._interpreter, self._names = lite.Interpreter(str(path)), names
        self._runner = self._interpreter.get_signature_runner()

    def run(self, _: Any, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        """The outputs in order."""
        outputs = self._runner(**inputs)
        return [outputs[name] for name in self._names]
