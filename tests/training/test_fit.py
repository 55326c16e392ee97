"""Claims about fitting: rates, averaged weights, and going on after an interruption."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np
import pytest

from spobet.config import Schedule
from spobet.errors import UserError
from spobet.runs import RunFolder
from spobet.training.fit import averaged_weights, fit, optimizer_of
from spobet.training.state import StateKeeper


class Pairs(keras.utils.PyDataset):
    """Two batches an epoch of x and 3 x, other ones in every epoch."""

    def __init__(self) -> None:
        super().__init__()
        self._epoch, self.given = 0, []  # type: ignore[var-annotated]

    def __len__(self) -> int:
        return 2

    def __getitem__(self, batch: int) -> tuple[np.ndarray, np.ndarray]:
        self.given.append((self._epoch, batch))
        x = np.random.default_rng([self._epoch, batch]).normal(size=(4, 2)).astype(np.float32)
        return x, 3 * x

    def start_at(self, epoch: int) -> None:
        self._epoch = epoch


class Stop(keras.callbacks.Callback):
    """Somebody presses control-C in the middle of an epoch, before a batch is kept."""

    def __init__(self, epoch: int, batch: int = 0) -> None:
        super().__init__()
        self._epoch, self._batch = epoch, batch

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._now = epoch

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        if (self._now, batch) == (self._epoch, self._batch):
            raise KeyboardInterrupt


def model_of(schedule: Schedule, width: int = 2) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dropout(0.3), keras.layers.Dense(width)]
    )
    model.compile(optimizer_of(schedule, len(Pairs())), loss="mse")
    return model


def run_folder(path: Path) -> RunFolder:
    path.mkdir()
    return RunFolder(path)


def rates(schedule: Schedule, num_batches: int) -> list[float]:
    optimizer = optimizer_of(schedule, num_batches)
    return [
        float(optimizer._learning_rate(step)) for step in range(schedule.epochs * num_batches + 1)
    ]


def test_the_rate_warms_up_and_then_falls_to_its_final_share() -> None:
    schedule = Schedule(epochs=10, learning_rate=0.1, warmup_share=0.2, final_share=0.01)
    curve = rates(schedule, num_batches=1)
    np.testing.assert_allclose(curve[:3], [0, 0.05, 0.1], rtol=1e-6)
    assert curve[2:] == sorted(curve[2:], reverse=True)
    assert curve[-1] == pytest.approx(0.001, rel=1e-4)


def test_without_warm_up_the_first_rate_is_the_highest() -> None:
    assert rates(Schedule(epochs=2, learning_rate=0.1, warmup_share=0), 3)[0] == pytest.approx(0.1)


def test_decay_leaves_biases_norms_and_tokens_alone() -> None:
    names = ("kernel", "bias", "gamma", "beta", "token", "mask_tokens")
    variables = [keras.Variable(np.ones(2, np.float32), name=name) for name in names]
    optimizer = optimizer_of(Schedule(), 1)
    optimizer.build(variables)
    assert [variable.name for variable in variables if optimizer._use_weight_decay(variable)] == [
        "kernel"
    ]


def test_a_fitted_model_holds_its_averaged_weights(tmp_path: Path) -> None:
    schedule = Schedule(epochs=3, averaging=0.9)
    model = model_of(schedule)
    fit(model, Pairs(), schedule, run_folder(tmp_path / "run"))
    for weight, average in zip(model.trainable_variables, averaged_weights(model), strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(weight), average)


def test_without_averaging_the_last_weights_stay(tmp_path: Path) -> None:
    schedule = Schedule(epochs=1, averaging=0)
    model = model_of(schedule)
    fit(model, Pairs(), schedule, run_folder(tmp_path / "run"))
    assert not model.optimizer.use_ema
    np.testing.assert_array_equal(
        averaged_weights(model)[0], keras.ops.convert_to_numpy(model.trainable_variables[0])
    )


def test_over_few_updates_little_of_the_weights_at_the_start_is_left_in_the_average() -> None:
    for epochs, batches, momentum in ((30, 1, 1 - 4 / 30), (30, 24, 0.99), (1, 2, 0)):
        optimizer = optimizer_of(Schedule(epochs=epochs), batches)
        assert optimizer.use_ema == (momentum > 0)
        if momentum:
            assert optimizer.ema_momentum == pytest.approx(momentum)


def test_learning_curves_have_one_row_an_epoch(tmp_path: Path) -> None:
    schedule = Schedule(epochs=3)
    run = run_folder(tmp_path / "run")
    fit(model_of(schedule), Pairs(), schedule, run)
    rows = list(csv.DictReader(run.history.read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert {"loss", "seconds"} <= set(rows[0])
    assert list(run.logs.glob("events.out.tfevents.*"))


def test_batches_come_in_their_own_order_in_the_epoch_they_belong_to(tmp_path: Path) -> None:
    schedule, batches = Schedule(epochs=3), Pairs()
    fit(model_of(schedule), batches, schedule, run_folder(tmp_path / "run"))
    assert batches.given[-6:] == [(epoch, batch) for epoch in range(3) for batch in range(2)]


def test_an_interrupted_fit_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    schedule = Schedule(epochs=4, averaging=0.9, learning_rate=0.1)
    straight = model_of(schedule)
    fit(straight, Pairs(), schedule, run_folder(tmp_path / "straight"))
    run = run_folder(tmp_path / "stopped")
    with pytest.raises(KeyboardInterrupt):
        fit(model_of(schedule), Pairs(), schedule, run, [Stop(2)])
    assert len(run.read_history()["epoch"]) == 2
    resumed = model_of(schedule)
    fit(resumed, Pairs(), schedule, run)
    assert run.read_history()["epoch"] == [1, 2, 3, 4]
    for one, other in zip(straight.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-6)


def test_a_fit_interrupted_within_an_epoch_goes_on_bit_for_bit(tmp_path: Path) -> None:
    schedule = Schedule(epochs=3, averaging=0.9, learning_rate=0.1)
    straight, batches = model_of(schedule), Pairs()
    whole, run = run_folder(tmp_path / "straight"), run_folder(tmp_path / "stopped")
    fit(straight, Pairs(), schedule, whole)
    with pytest.raises(KeyboardInterrupt):
        fit(model_of(schedule), Pairs(), schedule, run, [Stop(1, batch=1)], checkpoint_minutes=0)
    resumed = model_of(schedule)
    fit(resumed, batches, schedule, run)
    assert batches.given == [(1, 1), (2, 0), (2, 1)]
    assert run.read_history()["loss"] == whole.read_history()["loss"]
    for one, other in zip(straight.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(other, one)


def test_a_run_that_stopped_after_its_last_epoch_ends_with_its_averaged_weights(
    tmp_path: Path,
) -> None:
    """It was killed while the network was written: nothing is left to train."""
    schedule, run = Schedule(epochs=3, averaging=0.9), run_folder(tmp_path / "run")
    straight, again = model_of(schedule), model_of(schedule)
    fit(straight, Pairs(), schedule, run)
    fit(again, Pairs(), schedule, run)
    assert run.read_history()["epoch"] == [1, 2, 3]
    for one, other in zip(straight.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(other, one)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["torch", "tensorflow"])
def test_other_backends_go_on_bit_for_bit_too(backend: str) -> None:
    """PyTorch draws dropout of a generator of its own, which is no variable of the model."""
    if find_spec(backend) is None:
        pytest.skip(f"not installed: {backend}")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*words, __file__, "-k", "interrupted"],
        env={**os.environ, "KERAS_BACKEND": backend},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.parametrize(("minutes", "batches"), [(0, 4), (60, 0)])
def test_within_an_epoch_the_state_is_kept_as_often_as_asked(
    minutes: int, batches: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = []
    write = StateKeeper._write

    def counting(keeper: StateKeeper, *arguments: object) -> None:
        kept.append(len(keeper.logs))
        write(keeper, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(StateKeeper, "_write", counting)
    schedule = Schedule(epochs=2)
    run = run_folder(tmp_path / "run")
    fit(model_of(schedule), Pairs(), schedule, run, checkpoint_minutes=minutes)
    assert np.count_nonzero(kept) == batches


def test_a_state_of_other_data_is_refused(tmp_path: Path) -> None:
    schedule = Schedule(epochs=1)
    run = run_folder(tmp_path / "run")
    fit(model_of(schedule), Pairs(), schedule, run, origin="data one")
    with pytest.raises(
        ValueError,
        match="run: begun on data one, now asked for data two; name a new folder or remove",
    ):
        fit(model_of(schedule), Pairs(), schedule, run, origin="data two")


def test_a_state_of_another_network_is_refused(tmp_path: Path) -> None:
    schedule = Schedule(epochs=1)
    run = run_folder(tmp_path / "run")
    fit(model_of(schedule), Pairs(), schedule, run)
    with pytest.raises(
        ValueError,
        match=r"training-state\.npz: is of another network than config\.toml says; remove ",
    ):
        StateKeeper(run).restore(model_of(schedule, width=3))


@pytest.mark.parametrize("key", ["loss", "weight"])
def test_a_loss_or_weight_that_is_no_number_ends_the_fit_and_the_last_good_state_stays(
    key: str, tmp_path: Path
) -> None:
    """Once a run whose loss was nan went on to the end and was called finished."""

    class Break(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            if epoch == 2 and key == "loss" and logs is not None:
                logs["loss"] = float("nan")
            if epoch == 2 and key == "weight":
                self.model.trainable_variables[0].assign(np.full((2, 2), np.inf, np.float32))

    schedule, run = Schedule(epochs=5), run_folder(tmp_path / "run")
    message = {"loss": "the loss is nan", "weight": "a weight is no number"}[key]
    with pytest.raises(
        UserError, match=rf"run: {message} after epoch 3, expected a finite number; .*holds epoch 2"
    ):
        fit(model_of(schedule), Pairs(), schedule, run, [Break()])
    assert run.read_history()["epoch"] == [1, 2]
    fit(model_of(schedule), Pairs(), schedule, run)
    assert run.read_history()["epoch"] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("size", [0, 100, 2000], ids=["empty", "cut", "cut late"])
def test_a_damaged_state_is_named_with_the_way_out(size: int, tmp_path: Path) -> None:
    schedule, run = Schedule(epochs=1), run_folder(tmp_path / "run")
    fit(model_of(schedule), Pairs(), schedule, run)
    run.state.write_bytes(run.state.read_bytes()[:size])
    with pytest.raises(
        UserError, match=r"training-state\.npz: damaged \(.*\); remove .*run to begin the run anew"
    ):
        fit(model_of(schedule), Pairs(), schedule, run)


def steps(schedule: Schedule, gradients: list[tuple[float, float]]) -> np.ndarray:
    """The (averaged) weights after one update by each gradient."""
    kernel = keras.Variable(np.array([1.0, -2.0], np.float32), name="kernel")
    optimizer = optimizer_of(schedule, len(gradients))
    optimizer.build([kernel])
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(np.array(gradient, np.float32))], [kernel])
    optimizer.finalize_variable_values([kernel])
    return keras.ops.convert_to_numpy(kernel)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("learning_rate", 2e-3),
        ("warmup_share", 0.5),
        ("final_share", 0.5),
        ("weight_decay", 0.5),
        ("clip_norm", 0.0),
        ("averaging", 0.0),
    ],
)
def test_every_key_of_the_schedule_changes_how_weights_move(key: str, value: float) -> None:
    gradients = [(0.3, 0.4), (30.0, -40.0), (0.1, 2.0), (3.0, 0.2)] * 2
    schedule = Schedule(epochs=1, learning_rate=1e-2)
    usual, changed = steps(schedule, gradients), steps(replace(schedule, **{key: value}), gradients)
    assert np.abs(changed - usual).max() > 1e-5


def test_gradients_are_clipped_to_the_norm_of_the_schedule() -> None:
    clipped = steps(Schedule(epochs=1, clip_norm=0.5), [(0.3, 0.4), (30.0, -40.0)])
    expected = steps(Schedule(epochs=1, clip_norm=0.0), [(0.3, 0.4), (0.3, -0.4)])
    np.testing.assert_allclose(clipped, expected, rtol=1e-6)
