"""NAME-landmarks.onnx of a run, as `spobet export` writes and `spobet serve` gives it."""

from __future__ import annotations

import json

from spobet.extras import extra_module
from spobet.recognition.model_metadata import facts_of
from spobet.recognition.raw_landmarks.graph import PURPOSE
from spobet.recognition.raw_landmarks.network import with_preprocessing
from spobet.recognition.recognizer import Recognizer
from spobet.runs import RunFolder


def landmarks_file(run: RunFolder, recognizer: Recognizer) -> bytes:
    """NAME-landmarks.onnx of a run: preprocessing, network and probabilities in one.

    The facts that an app must know (`facts_of`) stand in its metadata as JSON. UserError where the
    unit of the run's clips is unknown; ExtraNeeded without onnx.
    """
    onnx = extra_module("onnx", "export", PURPOSE)
    facts = facts_of(run, recognizer)
    metadata = {key: json.dumps(value, ensure_ascii=False) for key, value in facts.items()}
    network, preprocessor = onnx.load(run.onnx), run.preprocessor()
    model = with_preprocessing(network, preprocessor, recognizer.rejection, metadata)
    content: bytes = model.SerializeToString()
    return content
