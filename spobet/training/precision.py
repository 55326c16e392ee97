"""What layers compute in while they are trained; what is kept is always float32."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from spobet.model.backbone import SignBackbone
from spobet.model.classifier import GlossHead, SignClassifier


@contextmanager
def precision(policy: str) -> Iterator[None]:
    """Layers made within compute as `policy` says ("float32" or "mixed_bfloat16")."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def in_float32(
    backbone: SignBackbone, classifier: SignClassifier | None = None
) -> tuple[SignBackbone, SignClassifier | None]:
    """The same networks, with the same weights, computing in float32."""
    with precision("float32"):
        plain = SignBackbone.from_config(backbone.get_config())
        plain.set_weights(backbone.get_weights())
        if classifier is None:
            return plain, None
        values = {
            key: value for key, value in classifier.head.get_config().items() if key != "dtype"
        }
        copy = SignClassifier(plain, GlossHead(**values), name=classifier.name)
        copy.set_weights(classifier.get_weights())
        return plain, copy
