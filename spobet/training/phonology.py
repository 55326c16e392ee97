"""The loss of the phonology head, and how it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np

from spobet.config import Experiment
from spobet.dataset.phonology import Phonology
from spobet.files import new_file
from spobet.model.phonology import FeatureCrossEntropy, PhonologyHead


def feature_loss(phonology: Phonology, experiment: Experiment) -> keras.losses.Loss:
    """The loss of a batch's features, smoothed as the glosses are."""
    return FeatureCrossEntropy(phonology.num_values, experiment.train.label_smoothing)


def write_phonology(head: PhonologyHead, phonology: Phonology, path: Path) -> None:
    """The head as plain arrays: kernel (width, all values), bias, and the features' facts.

    Recognition multiplies the embedding that every network gives with them: no network of its own.
    """
    kernel, bias = (keras.ops.convert_to_numpy(weight) for weight in head.dense.trainable_variables)
    facts = json.dumps({"names": phonology.names, "values": phonology.values})
    with new_file(path) as partial:
        np.savez(partial, kernel=kernel, bias=bias, facts=np.array(facts))
