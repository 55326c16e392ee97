"""Fitting a model: optimizer, learning curves, progress, and going on after an interruption."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
from tensorboardX import SummaryWriter

from spobet.config import Schedule
from spobet.errors import UserError
from spobet.files import new_file
from spobet.runs import RunFolder
from spobet.training.layer_rates import LayerwiseAdamW

NOT_DECAYED = ("bias", "gamma", "beta", "token", "mask_tokens")


def optimizer_of(
    schedule: Schedule, num_batches: int, rates: Mapping[str, float] | None = None
) -> keras.optimizers.Optimizer:
    """AdamW with warm-up, cosine and averaged weights for `schedule.epochs` of `num_batches` updates each.

    rates: factors of the learning rate by the path of a weight, 1 where none is given.
    """
    updates = schedule.epochs * num_batches
    warmup = round(schedule.warmup_share * updates)
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else schedule.learning_rate,
        decay_steps=max(updates - warmup, 1),
        alpha=schedule.final_share,
        warmup_target=schedule.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    optimizer = LayerwiseAdamW(
        rate,
        rates=rates,
        weight_decay=schedule.weight_decay,
        global_clipnorm=schedule.clip_norm or None,
        use_ema=schedule.averaging > 0,
        ema_momentum=schedule.averaging or 0.99,
    )
    optimizer.exclude_from_weight_decay(var_names=list(NOT_DECAYED))
    return optimizer


def fit(
    model: keras.Model,
    batches: keras.utils.PyDataset,
    schedule: Schedule,
    run: RunFolder,
    watchers: Sequence[keras.callbacks.Callback] = (),
    origin: str = "",
) -> None:
    """Train a compiled model to the end of its schedule, from where an interrupted run of the same folder stopped.

    After every epoch the run folder holds the state to go on from and the learning curves; the
    model is left with its averaged weights. origin: on what the run works; ValueError where the interrupted one worked on
    something else.
    """
    model.optimizer.build(model.trainable_variables)
    keeper = StateKeeper(run, origin)
    first = keeper.restore(model)
    turn = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: batches.start_at(epoch)
    )
    callbacks = [
        turn,
        *watchers,
        keeper,
        TensorBoardLog(run.logs),
        ProgressBar(schedule.epochs, first),
    ]
    if first < schedule.epochs:
        run_epochs(model, batches, range(first, schedule.epochs), callbacks)


def run_epochs(
    model: keras.Model,
    batches: keras.utils.PyDataset,
    epochs: range,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """What `Model.fit` does, batch by batch in this thread.

    Measured on one core with TensorFlow: `fit` hands batches from thread to thread and waits for a third
    of the time. The curves hold the mean over an epoch's batches, which are of one size.
    """
    watching = keras.callbacks.CallbackList([*callbacks], model=model, epochs=epochs.stop)
    watching.on_train_begin()
    for epoch in epochs:
        watching.on_epoch_begin(epoch)
        logs = []
        for batch in range(len(batches)):
            logs.append(model.train_on_batch(*batches[batch], return_dict=True))
            watching.on_train_batch_end(batch, logs[-1])
        means = {name: float(np.mean([batch[name] for batch in logs])) for name in logs[0]}
        watching.on_epoch_end(epoch, means)
    if model.optimizer.use_ema:
        model.optimizer.finalize_variable_values(model.trainable_variables)
    watching.on_train_end()


def averaged_weights(model: keras.Model) -> list[np.ndarray]:
    """Copies of the model's trainable weights, averaged where its optimizer averages them."""
    averages = (
        model.optimizer._model_variables_moving_average
        if model.optimizer.use_ema
        else model.trainable_variables
    )
    return [np.array(keras.ops.convert_to_numpy(average), copy=True) for average in averages]


class StateKeeper(keras.callbacks.Callback):
    """Keeps weights, optimizer, chance and learning curves of the last whole epoch on disk."""

    def __init__(self, run: RunFolder, origin: str = "") -> None:
        super().__init__()
        self._run, self._origin, self._rows, self._began = run, origin, [], time.monotonic()  # type: ignore[var-annotated]

    def restore(self, model: keras.Model) -> int:
        """Put the kept state, if any, into the model; returns the epoch to go on with."""
        if not self._run.state.is_file():
            return 0
        with np.load(self._run.state, allow_pickle=False) as state:
            values = [state[f"v{number}"] for number in range(len(state.files) - 2)]
            self._rows, origin = json.loads(str(state["rows"])), str(state["origin"])
        if origin != self._origin:
            raise UserError(
                f"{self._run.path}: begun on {origin}, now asked for {self._origin}; name a new folder or remove this one"
            )
        variables = _all_variables(model)
        if [value.shape for value in values] != [tuple(variable.shape) for variable in variables]:
            raise UserError(
                f"{self._run.state}: is of another network than config.toml says; remove {self._run.path} to begin anew"
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return len(self._rows)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write the state."""
        scores = {name: float(value) for name, value in (logs or {}).items()}
        self._rows.append(
            {"epoch": epoch + 1, **scores, "seconds": round(time.monotonic() - self._began, 3)}
        )
        self._run.write_history(self._rows)
        values = {
            f"v{number}": keras.ops.convert_to_numpy(variable)
            for number, variable in enumerate(_all_variables(self.model))
        }
        with new_file(self._run.state) as partial:
            np.savez(
                partial,
                rows=np.array(json.dumps(self._rows)),
                origin=np.array(self._origin),
                **values,
            )


class TensorBoardLog(keras.callbacks.Callback):
    """Writes the learning curves for TensorBoard on any backend."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._writer = SummaryWriter(str(self._folder))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        for name, value in (logs or {}).items():
            self._writer.add_scalar(name, float(value), epoch + 1)
        self._writer.add_scalar(
            "learning_rate", float(self.model.optimizer.learning_rate), epoch + 1
        )

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._writer.close()


class ProgressBar(keras.callbacks.Callback):
    """One bar over all epochs on stderr, with the time left and the last loss."""

    def __init__(self, epochs: int, done: int) -> None:
        super().__init__()
        self._last = ""
        self._bar: Any = click.progressbar(
            length=epochs, label="epochs", file=sys.stderr, show_pos=True, item_show_func=self._loss
        )
        self._bar.update(done)

    def _loss(self, item: Any) -> str:
        return self._last

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._last = f"loss {float((logs or {}).get('loss', np.nan)):.3f}"
        self._bar.update(1, self._last)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._bar.render_finish()


def _all_variables(model: keras.Model) -> list[keras.Variable]:
    return [*model.variables, *model.optimizer.variables]
