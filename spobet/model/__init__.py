"""Networks on Keras 3.

Importing this chooses JAX where the user has chosen no backend (docs/decisions/backend.md).
"""

import os

from spobet.extras import require

os.environ.setdefault("KERAS_BACKEND", "jax")
require("keras", "train", "a network as Keras keeps it")
