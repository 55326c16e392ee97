"""Claims about the head that tells how a sign is made."""

from __future__ import annotations

import numpy as np
from keras import ops

from spobet.model.phonology import FeatureCrossEntropy, PhonologyHead


def loss_of(targets: list[float], logits: list[float], smoothing: float = 0.0) -> float:
    values = [np.array([row], np.float32) for row in (targets, logits)]
    return float(FeatureCrossEntropy((2, 3), smoothing)(*values))


def test_even_logits_cost_the_mean_of_the_logarithms_of_the_counts() -> None:
    expected = (np.log(2) + np.log(3)) / 2
    np.testing.assert_allclose(loss_of([1, 0, 0, 1, 0], [0] * 5), expected, rtol=1e-6)


def test_a_feature_that_is_not_known_costs_nothing_whatever_is_answered() -> None:
    for logits in ([0, 0, 9, 0, 0], [0, 0, 0, 0, 9]):
        np.testing.assert_allclose(
            loss_of([1, 0, 0, 0, 0], logits, smoothing=0.1), np.log(2) / 2, rtol=1e-6
        )


def test_features_do_not_compete_with_each_other() -> None:
    sure = loss_of([1, 0, 0, 1, 0], [50, 0, 0, 50, 0])
    np.testing.assert_allclose(sure, 0, atol=1e-6)
    assert loss_of([1, 0, 0, 1, 0], [0, 50, 0, 50, 0]) > 20


def test_smoothing_asks_for_some_of_every_value() -> None:
    assert loss_of([1, 0, 0, 1, 0], [50, 0, 0, 50, 0], smoothing=0.1) > 1


def test_the_head_has_one_logit_a_value() -> None:
    head = PhonologyHead((2, 3))
    assert ops.shape(head(np.zeros((4, 7), np.float32))) == (4, 5)
    assert PhonologyHead.from_config(head.get_config()).num_values == (2, 3)
