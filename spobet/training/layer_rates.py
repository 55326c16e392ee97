"""Layer-wise learning rates: the nearer a layer is to the landmarks, the less it is tuned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import keras

from spobet.model.backbone import SignBackbone

Tensor = Any  # a tensor of whichever backend runs


def layer_rates(backbone: SignBackbone, decay: float) -> dict[str, float]:
    """The factor of the learning rate of every weight of a backbone, by the weight's path.

    decay: factor from each block to the one before it; the last block and the final norm learn at
    `decay`, the embedding slowest. Empty where decay is 1. Weights that are not named here, a
    head's, learn at the full rate.
    """
    blocks = [f"{kind}_{number}" for number, kind in enumerate(backbone.config.blocks)]
    depth = {name: len(blocks) - number for number, name in enumerate(blocks)}
    depth["final_norm"] = 1
    if decay == 1:
        return {}
    return {
        variable.path: decay ** depth.get(layer.name, len(blocks) + 1)
        for layer in backbone.layers
        for variable in layer.trainable_variables
    }


class LayerwiseAdamW(keras.optimizers.AdamW):
    """AdamW whose steps, weight decay apart, are multiplied by a factor of each weight's own.

    rates: factors by the path of a weight; 1 where none is given. clipped_apart: paths of weights
    whose gradients have a norm of their own, apart from all others', where norms are clipped.
    """

    def __init__(
        self,
        *args: Any,
        rates: Mapping[str, float] | None = None,
        clipped_apart: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rates, self.clipped_apart = dict(rates or {}), sorted(clipped_apart)

    def _clip_gradients(self, grads: Sequence[Tensor]) -> Sequence[Tensor]:
        known, apart = self._trainable_variables, set(self.clipped_apart)
        if not apart or len(grads) != len(known):
            return list(super()._clip_gradients(grads))
        clipped = list(grads)
        for chosen in (True, False):
            numbers = [at for at, one in enumerate(known) if (one.path in apart) == chosen]
            part = super()._clip_gradients([grads[at] for at in numbers])
            for at, gradient in zip(numbers, part, strict=True):
                clipped[at] = gradient
        return clipped

    def update_step(
        self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor
    ) -> None:
        path = self._trainable_variables[self._get_variable_index(variable)].path
        super().update_step(gradient, variable, learning_rate * self.rates.get(path, 1.0))

    def get_config(self) -> dict:
        choices = {"rates": self.rates, "clipped_apart": self.clipped_apart}
        return {**super().get_config(), **choices}
