"""Training speed of wlasl100-hands.toml, beside stock layers and the processor's peak.

    python benchmarks/training.py

Made clips, the same in each measurement; all in one run on whatever Keras backend is chosen. Prints
clips a second of training as it is and of the same network built of stock layers and fed by a plain
loop over clips, the floating-point operations a second beside those of one large matrix product,
where a step's time goes, and the peak memory.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import spobet.training  # noqa: F401  chooses the backend

import keras  # isort: skip

from spobet.config import Experiment, read_experiment
from spobet.model import layers
from spobet.model.backbone import SignBackbone
from spobet.model.blocks import attention, convolution, pool
from spobet.model.classifier import SignClassifier
from spobet.poses.arrays import PoseBank, network_input
from spobet.poses.augment import augment, random_frame_times
from spobet.poses.skeleton import HANDS_42
from spobet.training.batches import Batches, LabelledBatches, smoothed_one_hot
from spobet.training.fit import optimizer_of
from spobet.training.networks import new_head

EXPERIMENT = Path(__file__).parents[1] / "experiments" / "wlasl100-hands.toml"
NUM_CLIPS, NUM_GLOSSES, NUM_STEPS, MATRIX = 320, 100, 10, 2048
BYTES_PER_MEGABYTE = 1024 * (
    1 if sys.platform == "linux" else 1024
)  # ru_maxrss is in kilobytes on Linux, bytes on macOS


class StockTimeConvolution(convolution.TimeConvolution):
    """The same depthwise convolution as Keras's own layer computes it."""

    def build(self, shape: tuple) -> None:
        self.stock = keras.layers.DepthwiseConv1D(self.kernel_size, padding="same", use_bias=False)
        self.stock.build(shape)

    def call(self, x: object) -> object:
        return self.stock(x)


class ClipByClip(LabelledBatches):
    """The same batches, each clip read and varied on its own in a plain loop."""

    def __getitem__(self, batch: int) -> tuple:
        choices, bank, rng = self._experiment, self._bank, self._rng(batch)
        clips = rng.integers(len(bank), size=self._batch_size)
        inputs = []
        for clip in clips:
            one = np.array([clip])
            frame_times, mask = random_frame_times(
                bank.lengths[one],
                choices.input.num_frames,
                choices.input.stretch,
                choices.augment,
                rng,
            )
            inputs.append(
                network_input(
                    augment(bank.read(one, frame_times), bank.skeleton, choices.augment, rng), mask
                )
            )
        targets = smoothed_one_hot(
            self._labels[clips], self._num_glosses, choices.train.label_smoothing
        )
        return {
            name: np.concatenate([each[name] for each in inputs]) for name in inputs[0]
        }, targets


def main() -> None:
    """Print every figure, ratios last."""
    experiment = read_experiment(EXPERIMENT)
    ours = _model(experiment)
    batches = _batches(LabelledBatches, experiment)
    size = experiment.train.schedule.batch_size
    feed, step = _times(ours, batches)
    plain = convolution.TimeConvolution
    convolution.TimeConvolution = StockTimeConvolution  # type: ignore[misc]
    stock = _model(experiment)
    convolution.TimeConvolution = plain  # type: ignore[misc]
    stock_feed, stock_step = _times(stock, _batches(ClipByClip, experiment))
    inputs = batches[0][0]
    forward = _median(lambda: ours.predict_on_batch(inputs))
    operations, peak = 3 * size * _operations(ours), _matrix_peak()
    print(
        f"{keras.backend.backend()}, batches of {size} clips, "
        f"{ours.count_params():,} parameters, medians of {NUM_STEPS}"
    )
    print(f"{'':34}{'ours':>12}{'stock':>12}")
    print(f"{'making a batch':34}{1e3 * feed:9.0f} ms{1e3 * stock_feed:9.0f} ms")
    print(f"{'a training step':34}{1e3 * step:9.0f} ms{1e3 * stock_step:9.0f} ms")
    print(
        f"{'clips a second':34}{size / (feed + step):12.0f}{size / (stock_feed + stock_step):12.0f}"
    )
    print(f"{'of a step: forward pass':34}{1e3 * forward:9.0f} ms")
    print(f"{'of a step: backward pass, update':34}{1e3 * (step - forward):9.0f} ms")
    print(
        f"{'operations of a step':34}{operations / 1e9:9.2f} G   {operations / step / 1e9:.0f} G/s"
    )
    print(f"{'one product of two ' + str(MATRIX) + ' square':34}{'':12}   {peak / 1e9:.0f} G/s")
    ratio = (stock_feed + stock_step) / (feed + step)
    print(
        f"share of the peak {operations / step / peak:.2f}; stock takes {ratio:.1f} times as long"
    )
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory {peak_bytes // BYTES_PER_MEGABYTE:,} MB")


def _model(experiment: Experiment) -> SignClassifier:
    backbone = SignBackbone(experiment.backbone, HANDS_42, experiment.input.num_frames)
    model = SignClassifier(backbone, new_head(experiment, NUM_GLOSSES))
    model.compile(
        optimizer_of(experiment.train.schedule, NUM_STEPS),
        keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    return model


def _batches(kind: type[LabelledBatches], experiment: Experiment) -> Batches:
    rng, lengths = np.random.default_rng(0), np.full(NUM_CLIPS, 45)
    xy = rng.normal(size=(lengths.sum(), len(HANDS_42), 2)).astype(np.float32)
    bank = PoseBank(xy, np.cumsum(lengths) - lengths, lengths, HANDS_42)
    return kind(bank, np.arange(NUM_CLIPS) % NUM_GLOSSES, NUM_GLOSSES, experiment)


def _times(model: SignClassifier, batches: Batches) -> tuple[float, float]:
    """Seconds to make a batch and to take a step."""
    inputs, targets = batches[0]
    return _median(lambda: batches[0]), _median(lambda: model.train_on_batch(inputs, targets))


def _operations(model: SignClassifier) -> int:
    """Floating-point operations of one clip's forward pass, without its norms and activations."""
    total, positions = 0, model.backbone.num_frames
    for layer in model.backbone.layers:
        positions = -(-positions // 2) if isinstance(layer, pool.FramePool) else positions
        total += positions * _operations_a_position(layer, positions)
    return total


def _operations_a_position(block: keras.Layer, positions: int) -> int:
    if isinstance(block, layers.FrameEmbedding):
        return 2 * block.dense.kernel.shape[0] * block.width
    if isinstance(block, convolution.ConvolutionBlock):
        wide = block.widen.units
        return 2 * (2 * wide * block.narrow.units + block.kernel_size * wide)
    if isinstance(block, attention.AttentionBlock):
        width = block.narrow.units
        return 2 * (4 * width**2 + 2 * width * block.feed_forward + 2 * positions * width)
    return 0


def _matrix_peak() -> float:
    """Operations a second of one large matrix product on the same backend."""
    matrix = keras.ops.convert_to_tensor(
        np.random.default_rng(0).normal(size=(MATRIX, MATRIX)).astype(np.float32)
    )
    return (
        2
        * MATRIX**3
        / _median(lambda: keras.ops.convert_to_numpy(keras.ops.matmul(matrix, matrix)))
    )


def _median(step: Callable[[], object]) -> float:
    times = []
    for _ in range(NUM_STEPS + 2):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    return statistics.median(times[2:])  # the first two compile and warm up


if __name__ == "__main__":
    main()
