"""The state from which an interrupted training run goes on."""

from __future__ import annotations

import json
import math
import time
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from spobet.errors import UserError
from spobet.files import new_file
from spobet.runs import RunFolder


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file that an unfinished run keeps; UserError for a damaged one."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError) as error:
        raise _damaged(path, str(error)) from error


class StateKeeper(keras.callbacks.Callback):
    """Stores weights, optimizer and learning curves, and restores them.

    It does so after every epoch and, within one, after the first batch that ends `minutes` after
    the last time. origin: what the run works on, in words. logs: the figures of every batch of the
    epoch that has begun. A loss or weight that is no number ends the fit with a UserError: the
    state on disk stays the last good one.
    """

    def __init__(self, run: RunFolder, origin: str = "", minutes: float = math.inf) -> None:
        super().__init__()
        self._run, self._origin, self._minutes = run, origin, minutes
        self._began = self._written = time.monotonic()
        self._rows: list[dict[str, float]] = []
        self._seconds = 0.0  # that the epoch took before the run was interrupted
        self.logs: list[dict[str, float]] = []

    def restore(self, model: keras.Model) -> int:
        """Put the stored state, if any, into the model; returns the epoch to go on with.

        `logs` tells how many of its batches are done.
        """
        path = self._run.state
        if not path.is_file():
            return 0
        state = read_arrays(path)
        try:
            self._rows, origin = json.loads(str(state.pop("rows"))), str(state.pop("origin"))
            if "begun" in state:  # states of version 0.1 are of whole epochs
                begun = json.loads(str(state.pop("begun")))
                self.logs, self._seconds = begun["logs"], begun["seconds"]
            generators = {name: state.pop(name) for name in list(state) if name.startswith("torch")}
            values = [state[f"v{number}"] for number in range(len(state))]
        except (KeyError, ValueError) as error:
            raise _damaged(path, str(error)) from error
        if origin != self._origin:
            raise UserError(
                f"{self._run.path}: begun on {origin}, now asked for {self._origin}; "
                "name a new folder or remove this one"
            )
        variables = _all_variables(model)
        if [value.shape for value in values] != [tuple(variable.shape) for variable in variables]:
            raise UserError(
                f"{path}: is of another network than config.toml says; "
                f"remove {self._run.path} to begin anew"
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        restore_torch_generators(generators)
        return len(self._rows)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._began = time.monotonic() - self._seconds
        self._seconds = 0.0

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Store the state where it is time to."""
        scores = {name: float(value) for name, value in (logs or {}).items()}
        self.logs.append(scores)
        if time.monotonic() - self._written >= 60 * self._minutes:
            self._write(len(self._rows), scores.get("loss", 0.0))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Store the state and the learning curves."""
        scores = {name: float(value) for name, value in (logs or {}).items()}
        seconds = round(time.monotonic() - self._began, 3)
        self.logs = []
        row = {"epoch": epoch + 1, **scores, "seconds": seconds}
        self._write(epoch, scores.get("loss", 0.0), [row])

    def _write(self, epoch: int, loss: float, rows: Sequence[dict[str, float]] = ()) -> None:
        """Store the state within an epoch or, with its row of the learning curves, at its end."""
        values = [keras.ops.convert_to_numpy(variable) for variable in _all_variables(self.model)]
        self._check_finite(epoch, loss, values)
        self._rows.extend(rows)
        if rows:
            self._run.write_history(self._rows)
        seconds = time.monotonic() - self._began
        texts = {
            "rows": json.dumps(self._rows),
            "origin": self._origin,
            "begun": json.dumps({"logs": self.logs, "seconds": seconds if self.logs else 0.0}),
        }
        arrays: dict[str, Any] = {name: np.array(text) for name, text in texts.items()}
        arrays |= {f"v{number}": value for number, value in enumerate(values)}
        arrays |= torch_generators()
        with new_file(self._run.state) as partial:
            np.savez(partial, **arrays)
        self._written = time.monotonic()

    def _check_finite(self, epoch: int, loss: float, values: list[np.ndarray]) -> None:
        if np.isfinite(loss) and all(np.isfinite(value).all() for value in values):
            return
        what = f"the loss is {loss:g}" if not np.isfinite(loss) else "a weight is no number"
        last = f"{self._run.state} holds epoch {epoch}" if epoch else "there is no good epoch"
        raise UserError(
            f"{self._run.path}: {what} after epoch {epoch + 1}, expected a finite number; {last}. "
            "Lower learning_rate or set clip_norm in the schedule, and name a new folder"
        )


def torch_generators() -> dict[str, np.ndarray]:
    """The states of PyTorch's own generators, of which Keras draws dropout there.

    On other backends it draws of variables of the model: there are none then.
    """
    if keras.backend.backend() != "torch":
        return {}
    import torch

    states = [torch.get_rng_state(), *torch.cuda.get_rng_state_all()]
    return {f"torch{number}": state.numpy() for number, state in enumerate(states)}


def restore_torch_generators(states: Mapping[str, np.ndarray]) -> None:
    """Go on drawing where `torch_generators` was asked for; nothing where it gave nothing."""
    if not states or keras.backend.backend() != "torch":
        return
    import torch

    processor, *cards = (torch.from_numpy(state) for state in states.values())
    torch.set_rng_state(processor)
    if len(cards) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(cards)


def _damaged(path: Path, reason: str) -> UserError:
    return UserError(f"{path}: damaged ({reason}); remove {path.parent} to begin the run anew")


def _all_variables(model: keras.Model) -> list[keras.Variable]:
    return [*model.variables, *model.optimizer.variables]
