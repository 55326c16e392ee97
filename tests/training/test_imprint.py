"""Claims about the prototypes that new glosses start from."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from spobet.config import Experiment
from spobet.dataset.manifest import Vocabulary
from spobet.dataset.store import Dataset
from spobet.evaluation.ranks import labels_of
from spobet.poses.preprocess import Preprocessor
from spobet.recognition.enrolment import directions_of
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder

keras = pytest.importorskip("keras", reason="the extra train is not installed")

from spobet.training import train  # noqa: E402
from spobet.training.imprint import imprint  # noqa: E402
from spobet.training.networks import build_classifier  # noqa: E402


def prototypes_of(classifier: object) -> np.ndarray:
    return np.array(keras.ops.convert_to_numpy(classifier.head.glosses.prototypes))  # type: ignore[attr-defined]


def test_a_new_gloss_starts_from_the_mean_direction_of_its_clips_and_no_other_moves(
    tiny_experiment: Experiment, tiny_data: Path, trained_run: Path
) -> None:
    """The directions are those that the run's ONNX file gives."""
    dataset = Dataset.open(tiny_data)
    clips = dataset.manifest.of_splits("train")
    known, *rest = RunFolder(trained_run).glosses().glosses
    vocabulary = Vocabulary((rest[0], "without clips", known))
    some = replace(clips, clips=tuple(clip for clip in clips if clip.gloss in vocabulary))
    classifier, _ = build_classifier(tiny_experiment, dataset, vocabulary, trained_run)
    before = prototypes_of(classifier)
    poses = [dataset.pose(clip.id) for clip in some]
    preprocessor = Preprocessor(dataset.skeleton, dataset.info.unit, tiny_experiment.input)
    labels = labels_of(some, vocabulary)
    imprint(classifier, preprocessor.bank(poses), labels, (0, 1), tiny_experiment.input)
    after = prototypes_of(classifier)
    for none in ((), (1,)):  # nothing to look at
        imprint(classifier, preprocessor.bank(poses), labels, none, tiny_experiment.input)
        np.testing.assert_array_equal(prototypes_of(classifier), after)
    np.testing.assert_array_equal(after[:, 1:], before[:, 1:])
    outputs = load(trained_run).outputs(
        pose for pose, label in zip(poses, labels, strict=True) if not label
    )
    mean = directions_of(outputs.embedding).mean(axis=0)
    length = np.linalg.norm(before, axis=0).mean()
    np.testing.assert_allclose(after[:, 0], length * mean / np.linalg.norm(mean), atol=1e-5)


@pytest.mark.parametrize("wanted", [True, False])
def test_training_imprints_glosses_that_its_pretrained_head_does_not_know(
    tiny_experiment: Experiment,
    tiny_data: Path,
    trained_run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wanted: bool,
) -> None:
    asked = []
    monkeypatch.setattr(
        import_module("spobet.training.train"), "imprint", lambda *given: asked.append(given[3])
    )
    monkeypatch.setattr(
        import_module("spobet.training.train"), "write_onnx", lambda _, path: path.touch()
    )
    vocabulary = RunFolder(trained_run).glosses()
    monkeypatch.setattr(
        RunFolder, "all_glosses", lambda run: Vocabulary(("other", *vocabulary.glosses[1:]))
    )
    choices = replace(tiny_experiment.train, imprint=wanted)
    experiment = replace(tiny_experiment, train=choices)
    train(experiment, tiny_data, tmp_path / "run", trained_run)
    assert asked == [(0,) if wanted else ()]
