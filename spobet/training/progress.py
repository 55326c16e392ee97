"""What a person sees of a training run: a progress bar and TensorBoard's curves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np

from spobet.progress import ProgressLines


class TensorBoardLog(keras.callbacks.Callback):
    """Writes the learning curves for TensorBoard on any backend."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        from tensorboardX import SummaryWriter  # which imports PyTorch where that is installed

        self._writer = SummaryWriter(str(self._folder))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        rate = float(self.model.optimizer.learning_rate)
        for name, value in {**(logs or {}), "learning_rate": rate}.items():
            self._writer.add_scalar(name, float(value), epoch + 1)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._writer.close()


class ProgressBar(keras.callbacks.Callback):
    """One bar over all epochs on stderr, with the time left and the last loss.

    Where that is no terminal, a line at times.
    """

    def __init__(self, epochs: int, done: int) -> None:
        super().__init__()
        self._last, self._done = "", done
        self._lines = ProgressLines("epochs", epochs)
        self._is_terminal = sys.stderr.isatty()
        self._bar: Any = click.progressbar(
            length=epochs,
            label="epochs",
            file=sys.stderr,
            show_pos=True,
            item_show_func=lambda item: self._last,
        )
        if self._is_terminal:
            self._bar.update(done)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._last = f"loss {float((logs or {}).get('loss', np.nan)):.3f}"
        self._done += 1
        if self._is_terminal:
            self._bar.update(1, self._last)
        else:
            self._lines.update(self._done, self._last)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self._is_terminal:
            self._bar.render_finish()
