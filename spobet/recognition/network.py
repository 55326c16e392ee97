"""A network's file opened for answering: the one module that imports ONNX Runtime.

ONNX Runtime of some builds reports to its maker at every start. Both of its switches are set here,
one before it is imported and one after, so that no landmark and no question leaves the machine.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

import numpy as np

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import (
    Fail,
    InvalidGraph,
    InvalidProtobuf,
)

from spobet.errors import UserError
from spobet.evaluation.scores import ModelOutput
from spobet.files import sha256_of
from spobet.runs import RunFolder

onnxruntime.disable_telemetry_events()

_OUTPUTS = ("logits", "embedding")
_AUXILIARY = "others"  # the output's name in files of every version


class Network(Protocol):
    """What answers: an ONNX Runtime session, or what runs another file as one."""

    def run(self, names: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        """Logits, embedding and, of a network with auxiliary glosses, their logit."""


def open_network(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """A network's ONNX file, ready to answer; UserError where it is none of ours.

    threads: of one answer. One answers a single clip fastest; more make batches faster.
    """
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # The 8-bit file unpacks its weights once, not at every answer.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except (Fail, InvalidGraph, InvalidProtobuf) as error:
        raise UserError(f"{path}: not a network that ONNX Runtime can read ({error})") from error
    names = tuple(output.name for output in session.get_outputs())
    if names not in (_OUTPUTS, (*_OUTPUTS, _AUXILIARY)):
        raise UserError(
            f"{path}: gives {', '.join(names)}, expected logits, embedding and perhaps others "
            "(a file of an older version)"
        )
    return session


def run_network(network: Network, inputs: dict[str, np.ndarray]) -> ModelOutput:
    """What the network makes of input as the Preprocessor makes it."""
    logits, embedding, *auxiliary = network.run(None, inputs)
    return ModelOutput(logits, embedding, auxiliary[0] if auxiliary else np.zeros((len(logits), 0)))


def network_hash(run: RunFolder) -> str:
    """SHA-256 of the run's network file, which changes when it is trained anew."""
    return sha256_of(run.onnx)
