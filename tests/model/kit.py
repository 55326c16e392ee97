"""What must hold for every Keras object of ours, and the small inputs to hold it against."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np

from spobet.poses.skeleton import OPENPOSE_54, Skeleton
from spobet.sizes import BackboneConfig

FRAMES = 6
TINY = BackboneConfig(
    width=8,
    blocks=("convolution", "attention"),
    num_heads=2,
    feed_forward=8,
    kernel_size=3,
    motion_steps=(1,),
)
POOLED = replace(TINY, blocks=("convolution", "pool", "convolution", "attention"))
TINY_SKELETON = Skeleton("TINY", ("nose", "left_wrist", "right_wrist"))


def assert_conforms(made: keras.Layer, inputs: Any, shapes: Any, folder: Path) -> None:
    """Assert that what `made` computes has `shapes`, and that it can be rebuilt and saved.

    shapes: of the outputs, in the outputs' own structure.
    """
    outputs = call(made, inputs)
    assert keras.tree.map_structure(np.shape, outputs) == shapes
    assert_describes_itself(made)
    assert_same(outputs, call(_saved_and_loaded(made, inputs, folder), inputs), atol=0)
    if isinstance(made, keras.Model):
        assert_same(outputs, made.predict_on_batch(inputs), atol=1e-5)  # compiled


def assert_describes_itself(made: keras.Layer) -> None:
    """Assert that the config is plain JSON, names each constructor argument and rebuilds it."""
    kind, config = type(made), made.get_config()
    arguments = inspect.signature(kind.__init__).parameters
    assert {name for name in arguments if name not in ("self", "kwargs", "args")} <= set(config)
    assert keras.saving.get_registered_name(kind) == f"spobet>{kind.__name__}"
    assert keras.saving.get_registered_object(f"spobet>{kind.__name__}") is kind
    again = kind.from_config(json.loads(json.dumps(config)))
    assert again.get_config() == config


def assert_same(one: Any, other: Any, atol: float = 1e-6) -> None:
    """Assert that two structures of arrays hold the same values."""
    keras.tree.map_structure(
        lambda x, y: np.testing.assert_allclose(np.asarray(x), np.asarray(y), atol=atol), one, other
    )


def call(made: keras.Layer, inputs: Any) -> Any:
    """Outputs as NumPy arrays; a tuple of inputs is several arguments.

    On JAX compiled as a whole and once a network: a tenth of the time of compiling each operator.
    """
    arguments = inputs if isinstance(inputs, tuple) else (inputs,)
    arguments = keras.tree.map_structure(keras.ops.convert_to_tensor, arguments)
    if not made.built:  # by shapes alone
        made(*keras.tree.map_structure(_symbolic, arguments))
    return keras.tree.map_structure(keras.ops.convert_to_numpy, _compiled(made)(*arguments))


def _symbolic(values: Any) -> keras.KerasTensor:
    return keras.KerasTensor(values.shape, keras.backend.standardize_dtype(values.dtype))


@lru_cache(maxsize=32)
def _compiled(made: keras.Layer) -> Any:
    if keras.backend.backend() != "jax":
        return made
    import jax

    compiled = jax.jit(lambda *values: made.stateless_call(*values)[0])

    def compute(*arguments: Any) -> Any:
        weights = ([one.value for one in made.trainable_variables],)
        weights += ([one.value for one in made.non_trainable_variables],)
        return compiled(*weights, *arguments)

    return compute


def network_input(
    skeleton: Skeleton = OPENPOSE_54,
    lengths: tuple[int, ...] = (FRAMES, 4),
    num_frames: int = FRAMES,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Random clips of `lengths` frames; every landmark is seen, nothing hidden, padding zero."""
    frame_mask = np.arange(num_frames)[None, :] < np.array(lengths)[:, None]
    xy = np.random.default_rng(seed).normal(size=(*frame_mask.shape, len(skeleton), 2))
    landmarks = (
        np.concatenate([xy, np.ones_like(xy[..., :1])], axis=-1) * frame_mask[..., None, None]
    )
    hidden = np.zeros(landmarks.shape[:-1], dtype=bool)
    return {"landmarks": landmarks.astype(np.float32), "frame_mask": frame_mask, "hidden": hidden}


def stir(model: keras.Model) -> keras.Model:
    """Give every weight a random value: before training many are equal or zero."""
    rng = np.random.default_rng(1)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(scale=0.3, size=variable.shape))
    return model


def _saved_and_loaded(made: keras.Layer, inputs: Any, folder: Path) -> keras.Layer:
    model = made
    if not isinstance(made, keras.Model):
        symbols = keras.tree.map_structure(
            lambda x: keras.Input(x.shape[1:], dtype=x.dtype), inputs
        )
        model = keras.Model(
            symbols, made(*symbols) if isinstance(symbols, tuple) else made(symbols)
        )
    model.save(folder / "saved.keras")
    loaded = keras.saving.load_model(folder / "saved.keras")
    return loaded if isinstance(made, keras.Model) else loaded.get_layer(made.name)
