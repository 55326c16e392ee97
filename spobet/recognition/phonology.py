"""How the sign of a clip is made, read from the clip's embedding."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.errors import UserError
from spobet.evaluation.probabilities import softmax


@dataclass(frozen=True, eq=False)
class PhonologyReader:
    """A linear head for every phonological feature.

    names: the features; values: of each, what it may be. kernel (width, all values), bias (all
    values,).
    """

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    kernel: np.ndarray
    bias: np.ndarray

    @classmethod
    def read(cls, path: Path) -> PhonologyReader:
        """The head of a run's phonology.npz; UserError where it is something else."""
        try:
            with np.load(path, allow_pickle=False) as file:
                facts = json.loads(str(file["facts"]))
                names, values = tuple(facts["names"]), tuple(map(tuple, facts["values"]))
                kernel, bias = file["kernel"], file["bias"]
        except (KeyError, TypeError, ValueError, EOFError) as error:
            raise UserError(f"{path}: not the phonology head of a run ({error})") from error
        if kernel.shape[1:] != bias.shape or len(bias) != sum(map(len, values)):
            raise UserError(f"{path}: {kernel.shape} weights, {len(bias)} biases: not of one head")
        return cls(names, values, kernel, bias)

    def probabilities(self, embedding: np.ndarray) -> dict[str, np.ndarray]:
        """Of every feature the probability of each of its values; embedding: (width,)."""
        logits, found, first = embedding @ self.kernel + self.bias, {}, 0
        for name, values in zip(self.names, self.values, strict=True):
            (found[name],) = softmax(logits[None, first : first + len(values)])
            first += len(values)
        return found

    def describe(self, embedding: np.ndarray) -> dict[str, tuple[str, float]]:
        """The likeliest value of every feature and its probability.

        embedding: (width,), of one clip.
        """
        described = {}
        for (name, found), values in zip(
            self.probabilities(embedding).items(), self.values, strict=True
        ):
            best = int(found.argmax())
            described[name] = values[best], float(found[best])
        return described
