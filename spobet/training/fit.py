"""Fitting a model to the end of its schedule, from wherever an interrupted run stopped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import keras
import numpy as np

from spobet.config import Schedule
from spobet.runs import RunFolder
from spobet.training.layer_rates import LayerwiseAdamW
from spobet.training.progress import ProgressBar, TensorBoardLog
from spobet.training.state import StateKeeper
from spobet.training.workers import local_part

# Weight decay would pull these toward 0, which stands for nothing in particular in them.
NOT_DECAYED = ("bias", "gamma", "beta", "token", "mask_tokens")
# Averaged weights reach back over a quarter of the updates at most, so that no more than 2 % of
# those at the start is left in them: over 30 updates a momentum of 0.99 would leave 74 %.
MOST_AVERAGED = 1 / 4


def optimizer_of(
    schedule: Schedule,
    num_batches: int,
    rates: Mapping[str, float] | None = None,
    clipped_apart: Iterable[str] = (),
) -> keras.optimizers.Optimizer:
    """AdamW with warm-up, cosine and averaged weights for epochs of `num_batches` updates.

    rates: factors of the learning rate by the path of a weight, 1 where none is given.
    clipped_apart: paths of weights whose gradients are clipped by themselves.
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
    momentum = min(schedule.averaging, max(1 - 1 / (MOST_AVERAGED * updates), 0.0))
    optimizer = LayerwiseAdamW(
        rate,
        rates=rates,
        clipped_apart=clipped_apart,
        weight_decay=schedule.weight_decay,
        global_clipnorm=schedule.clip_norm or None,
        use_ema=momentum > 0,
        ema_momentum=momentum or 0.99,  # refused by Keras at 0, used by it no more then
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
    checkpoint_minutes: float = math.inf,
) -> None:
    """Train a compiled model; leaves it with its averaged weights.

    After every epoch, and within one every `checkpoint_minutes`, the run folder holds the state to
    go on from; after every epoch also the learning curves. origin: what the run works on; UserError
    where the interrupted one worked on something else, and where the loss or a weight is no number.
    """
    model.optimizer.build(model.trainable_variables)
    keeper = StateKeeper(run, origin, checkpoint_minutes)
    first = keeper.restore(model)
    turn = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: batches.start_at(epoch)
    )
    callbacks = [turn, *watchers, keeper, TensorBoardLog(run.logs)]
    if first < schedule.epochs:
        callbacks += [ProgressBar(schedule.epochs, first)]
        run_epochs(model, batches, range(first, schedule.epochs), callbacks, keeper.logs)
    if model.optimizer.use_ema:  # the state of the last epoch holds both kinds of weights
        model.optimizer.finalize_variable_values(model.trainable_variables)


def run_epochs(
    model: keras.Model,
    batches: keras.utils.PyDataset,
    epochs: range,
    callbacks: Sequence[keras.callbacks.Callback],
    begun: Sequence[Mapping[str, float]] = (),
) -> None:
    """What `Model.fit` does, batch by batch in this thread.

    `fit` hands batches from thread to thread: with TensorFlow on one core a third of the time went
    by waiting. The curves hold means over an epoch's batches, which are of one size. begun: the
    figures of those batches of the first epoch that are done.
    """
    logs = list(begun)
    watching = keras.callbacks.CallbackList([*callbacks], model=model, epochs=epochs.stop)
    watching.on_train_begin()
    for epoch in epochs:
        watching.on_epoch_begin(epoch)
        for batch in range(len(logs), len(batches)):
            figures = model.train_on_batch(*local_part(batches[batch]), return_dict=True)
            logs.append({name: float(figure) for name, figure in figures.items()})
            watching.on_train_batch_end(batch, logs[-1])
        means = {name: float(np.mean([batch[name] for batch in logs])) for name in logs[0]}
        watching.on_epoch_end(epoch, means)
        logs = []
    watching.on_train_end()


def averaged_weights(
    model: keras.Model, of: Sequence[keras.Variable] | None = None
) -> list[np.ndarray]:
    """Copies of trainable weights, averaged where the model's optimizer averages them.

    of: which of the model's weights, in their order; all without it.
    """
    variables = list(of or model.trainable_variables)
    if model.optimizer.use_ema:
        averages = zip(
            model.trainable_variables, model.optimizer._model_variables_moving_average, strict=True
        )
        by_variable = {id(variable): average for variable, average in averages}
        variables = [by_variable[id(variable)] for variable in variables]
    return [np.array(keras.ops.convert_to_numpy(variable), copy=True) for variable in variables]
