"""Training on Keras: `pretrain` a backbone, `train` a classifier."""

import spobet.model  # noqa: F401  chooses Keras's backend before Keras is imported
from spobet.training.pretrain import pretrain
from spobet.training.train import train

__all__ = ["pretrain", "train"]
