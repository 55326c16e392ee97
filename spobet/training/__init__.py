"""Training on Keras: `pretrain` a backbone, `train` a classifier.

Importing this chooses JAX where the user has chosen no backend (docs/decisions/backend.md).
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

from spobet.training.pretrain import pretrain
from spobet.training.train import train

__all__ = ["pretrain", "train"]
