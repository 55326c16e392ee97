"""Choosing the epoch that scores best on validation."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from spobet.config import Experiment
from spobet.dataset.manifest import Vocabulary
from spobet.dataset.store import Dataset
from spobet.evaluation.metrics.top_k import top_k_accuracy
from spobet.evaluation.ranks import labels_of
from spobet.files import new_file
from spobet.model.classifier import SignClassifier
from spobet.training.execution import on_one_device
from spobet.training.fit import averaged_weights
from spobet.training.run import preprocessor_of
from spobet.training.state import read_arrays


class BestOnValidation(keras.callbacks.Callback):
    """Scores the averaged weights on the split `val` after every epoch and stores the best."""

    def __init__(
        self,
        experiment: Experiment,
        dataset: Dataset,
        vocabulary: Vocabulary,
        path: Path,
        classifier: SignClassifier,
    ) -> None:
        super().__init__()
        self._classifier, self._path = classifier, path
        manifest = dataset.manifest.of_splits("val")
        poses = [dataset.pose(clip.id) for clip in manifest]
        self._inputs = preprocessor_of(experiment, dataset)(poses)
        self._labels = labels_of(manifest, vocabulary)
        self._best = float(read_arrays(path)["score"]) if path.is_file() else -1.0

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        # A network apart: scoring inside fit disturbs the model being fitted.
        with on_one_device():
            self._scorer = keras.models.clone_model(self._classifier)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Score, and add `val_top1` to the learning curves."""
        weights = averaged_weights(self.model, self._classifier.trainable_variables)
        for variable, value in zip(self._scorer.trainable_variables, weights, strict=True):
            variable.assign(value)
        with on_one_device():
            logits = keras.ops.convert_to_numpy(self._scorer.predict_on_batch(self._inputs))
        score = top_k_accuracy(logits[:, : self._classifier.head.num_glosses], self._labels)
        if logs is not None:
            logs["val_top1"] = score
        if score > self._best:
            self._best = score
            with new_file(self._path) as partial:
                np.savez(partial, *weights, score=np.array(score), epoch=np.array(epoch + 1))

    def restore_best(self, model: keras.Model) -> str:
        """Put the best weights into the model; returns how they were chosen."""
        best = read_arrays(self._path)
        for number, variable in enumerate(model.trainable_variables):
            variable.assign(best[f"arr_{number}"])
        return f"best on val (epoch {int(best['epoch'])})"
