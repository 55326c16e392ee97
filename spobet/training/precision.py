"""What layers compute in while they are trained; what is kept is always float32."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from spobet.model.arms import ArmsStream
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


def backbone_in_float32(backbone: SignBackbone) -> SignBackbone:
    """The same network, with the same weights, computing in float32."""
    with precision("float32"):
        copy = SignBackbone.from_config(backbone.get_config())
    copy.set_weights(backbone.get_weights())
    return copy


def classifier_in_float32(classifier: SignClassifier, backbone: SignBackbone) -> SignClassifier:
    """The same network, not compiled, on this copy of its backbone."""
    config = classifier.head.get_config()
    with precision("float32"):
        head = GlossHead(**{key: value for key, value in config.items() if key != "dtype"})
        arms = classifier.arms and ArmsStream.from_config(classifier.arms.get_config())
        copy = SignClassifier(backbone, head, arms, name=classifier.name)
    copy.set_weights(classifier.get_weights())
    return copy
