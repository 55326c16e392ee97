"""The state from which an interrupted training run goes on."""

from __future__ import annotations

import json
import time
import zipfile
import zlib
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
    """Stores weights, optimizer and learning curves after every epoch, and restores them.

    origin: what the run works on, in words. A loss or weight that is no number ends the fit with a
    UserError: the state on disk stays that of the last good epoch.
    """

    def __init__(self, run: RunFolder, origin: str = "") -> None:
        super().__init__()
        self._run, self._origin, self._began = run, origin, time.monotonic()
        self._rows: list[dict[str, float]] = []

    def restore(self, model: keras.Model) -> int:
        """Put the stored state, if any, into the model; returns the epoch to go on with."""
        path = self._run.state
        if not path.is_file():
            return 0
        state = read_arrays(path)
        try:
            self._rows, origin = json.loads(str(state.pop("rows"))), str(state.pop("origin"))
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
        return len(self._rows)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Store the state."""
        scores = {name: float(value) for name, value in (logs or {}).items()}
        values = [keras.ops.convert_to_numpy(variable) for variable in _all_variables(self.model)]
        self._check_finite(epoch, scores.get("loss", 0.0), values)
        seconds = round(time.monotonic() - self._began, 3)
        self._rows.append({"epoch": epoch + 1, **scores, "seconds": seconds})
        self._run.write_history(self._rows)
        arrays: dict[str, Any] = {f"v{number}": value for number, value in enumerate(values)}
        with new_file(self._run.state) as partial:
            rows, origin = np.array(json.dumps(self._rows)), np.array(self._origin)
            np.savez(partial, rows=rows, origin=origin, **arrays)

    def _check_finite(self, epoch: int, loss: float, values: list[np.ndarray]) -> None:
        if np.isfinite(loss) and all(np.isfinite(value).all() for value in values):
            return
        what = f"the loss is {loss:g}" if not np.isfinite(loss) else "a weight is no number"
        last = f"{self._run.state} holds epoch {epoch}" if epoch else "there is no good epoch"
        raise UserError(
            f"{self._run.path}: {what} after epoch {epoch + 1}, expected a finite number; {last}. "
            "Lower learning_rate or set clip_norm in the schedule, and name a new folder"
        )


def _damaged(path: Path, reason: str) -> UserError:
    return UserError(f"{path}: damaged ({reason}); remove {path.parent} to begin the run anew")


def _all_variables(model: keras.Model) -> list[keras.Variable]:
    return [*model.variables, *model.optimizer.variables]
