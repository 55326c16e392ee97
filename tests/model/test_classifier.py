"""Claims about naming glosses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from cells import cells
from kit import FRAMES, POOLED, TINY, TINY_SKELETON, assert_conforms, call, network_input, stir

from spobet.model.backbone import PRESETS, SignBackbone
from spobet.model.classifier import GlossHead, SignClassifier
from spobet.poses.skeleton import OPENPOSE_54
from spobet.sizes import BackboneConfig


def clip_input(**choices: object) -> dict[str, np.ndarray]:
    inputs = network_input(**choices)  # type: ignore[arg-type]
    del inputs["hidden"]
    return inputs


HEADS = {
    "every frame, plain": (TINY, (7,)),
    "every frame": (TINY, (7, 5, 0.2, 8.0)),
    "pooled, plain": (POOLED, (7,)),
    "pooled": (POOLED, (7, 5, 0.2, 8.0)),
}


@pytest.mark.parametrize("case", cells(HEADS, ("every frame, plain", "pooled")))
def test_classifiers_conform(case: tuple[BackboneConfig, tuple], tmp_path: Path) -> None:
    config, head = case
    classifier = SignClassifier(SignBackbone(config, OPENPOSE_54, FRAMES), GlossHead(*head))
    assert_conforms(classifier, clip_input(), (2, 7), tmp_path)


def test_the_preset_of_2022_has_as_many_parameters_as_the_seed() -> None:
    classifier = SignClassifier(
        SignBackbone(PRESETS["spobet-2022"], OPENPOSE_54, FRAMES), GlossHead(100)
    )
    assert classifier.count_params() == 515_108


def test_a_classifier_holds_the_backbone_it_was_given() -> None:
    backbone = SignBackbone(TINY, TINY_SKELETON, FRAMES)
    classifier = SignClassifier(backbone, GlossHead(3))
    assert classifier.backbone is backbone
    ours = {id(variable) for variable in backbone.variables}
    assert ours <= {id(variable) for variable in classifier.variables}


def test_clips_of_one_batch_do_not_see_each_other() -> None:
    classifier = stir(SignClassifier(SignBackbone(TINY, TINY_SKELETON, FRAMES), GlossHead(3)))
    both = clip_input(skeleton=TINY_SKELETON)
    alone = {name: values[:1] for name, values in both.items()}
    np.testing.assert_allclose(call(classifier, both)[:1], call(classifier, alone), atol=1e-5)


def test_dropout_is_off_outside_training() -> None:
    classifier = SignClassifier(
        SignBackbone(replace(TINY, dropout=0.5), TINY_SKELETON, FRAMES), GlossHead(3, 4, 0.5)
    )
    inputs = clip_input(skeleton=TINY_SKELETON)
    np.testing.assert_array_equal(call(classifier, inputs), call(classifier, inputs))
    assert (np.asarray(classifier(inputs, training=True)) != call(classifier, inputs)).any()


def test_a_saved_classifier_says_nothing_of_how_it_was_trained(tmp_path: Path) -> None:
    classifier = SignClassifier(SignBackbone(TINY, TINY_SKELETON, FRAMES), GlossHead(3))
    classifier.compile(
        "adam", "categorical_crossentropy", jit_compile=True
    )  # PyTorch would spend minutes on it
    classifier.save(tmp_path / "saved.keras")
    assert not keras.saving.load_model(tmp_path / "saved.keras").compiled


def test_what_stands_for_a_clip_does_not_depend_on_its_padding() -> None:
    head, rng = GlossHead(3, 4), np.random.default_rng(0)
    sequence, mask = rng.normal(size=(1, 4, 5)).astype(np.float32), np.array([[True, True, False]])
    other = sequence.copy()
    other[:, 3] = 9
    head.build(sequence.shape, mask.shape)
    np.testing.assert_array_equal(
        *(keras.ops.convert_to_numpy(head.embed(x, mask)) for x in (sequence, other))
    )
