"""The network that a run trains: fresh, or with weights of a finished run."""

from __future__ import annotations

import zipfile
from pathlib import Path

import keras
import numpy as np

from spobet.config import Experiment
from spobet.dataset.manifest import Vocabulary
from spobet.dataset.store import Dataset
from spobet.errors import NotFound, UserError
from spobet.files import new_file
from spobet.model.arms import ArmsStream
from spobet.model.backbone import SignBackbone
from spobet.model.classifier import GlossHead, SignClassifier
from spobet.poses.skeleton import HANDS_42, Skeleton, skeleton_named
from spobet.runs import RunFolder


def skeleton_of(experiment: Experiment, dataset: Dataset) -> Skeleton:
    """The landmarks a run works on."""
    name = experiment.input.skeleton
    return skeleton_named(name) if name else dataset.skeleton


def new_backbone(experiment: Experiment, dataset: Dataset, pretrained: Path | None) -> SignBackbone:
    """A backbone drawn by the experiment's seed, or one with the weights of a finished run."""
    keras.utils.set_random_seed(experiment.seed)
    skeleton = HANDS_42 if experiment.arms.width else skeleton_of(experiment, dataset)
    backbone = SignBackbone(
        experiment.backbone, skeleton, experiment.input.num_frames, name="backbone"
    )
    if pretrained is not None:
        load_backbone(backbone, RunFolder(pretrained))
    return backbone


def new_head(experiment: Experiment, num_glosses: int, num_auxiliary: int = 0) -> GlossHead:
    """A fresh head as [train] describes it."""
    train = experiment.train
    return GlossHead(
        num_glosses,
        train.head_width,
        train.late_dropout,
        train.prototype_scale,
        num_auxiliary,
        name="head",
    )


def new_arms(experiment: Experiment, dataset: Dataset) -> ArmsStream | None:
    """A fresh stream of the arms where [arms] has a width; UserError without their landmarks."""
    if not experiment.arms.width:
        return None
    skeleton = skeleton_of(experiment, dataset)
    return ArmsStream(experiment.arms, skeleton, experiment.input.num_frames, name="arms")


def build_classifier(
    experiment: Experiment,
    dataset: Dataset,
    vocabulary: Vocabulary,
    pretrained: Path | None,
    auxiliary: Vocabulary | None = None,
) -> tuple[SignClassifier, str]:
    """A classifier on a fresh or pretrained backbone, and what of its head came from that run."""
    backbone = new_backbone(experiment, dataset, pretrained)
    backbone.trainable = not experiment.train.freeze_backbone
    auxiliary_glosses = auxiliary.glosses if auxiliary else ()
    head = new_head(experiment, len(vocabulary), len(auxiliary_glosses))
    classifier = SignClassifier(backbone, head, new_arms(experiment, dataset), name="classifier")
    glosses = Vocabulary(vocabulary.glosses + auxiliary_glosses)
    return classifier, kept_head(head, experiment, glosses, pretrained)


def kept_head(
    head: GlossHead, experiment: Experiment, vocabulary: Vocabulary, pretrained: Path | None
) -> str:
    """`load_head` where [train] keeps heads and there is a run that has one; "" otherwise."""
    if pretrained is None or not experiment.train.keep_head:
        return ""
    run = RunFolder(pretrained)
    return load_head(head, vocabulary, run) if run.classifier.is_file() else ""


def save_network(network: keras.Model, path: Path) -> None:
    """Write a network as Keras saves it, whole or not at all."""
    with new_file(path) as partial:
        network.save(partial)


def load_network(path: Path) -> keras.Model:
    """The network of a .keras file; UserError where it is absent, cut off or something else."""
    if not path.is_file():
        raise NotFound(f"{path}: not there, expected a network as Keras saves it")
    if not zipfile.is_zipfile(path):
        raise UserError(f"{path}: damaged, expected a network as Keras saves it")
    return keras.saving.load_model(path)


def load_backbone(backbone: SignBackbone, run: RunFolder) -> None:
    """Give `backbone` the weights of a finished run's; UserError says where the two differ."""
    run.record()
    trained = load_network(run.weights)
    trained = trained if isinstance(trained, SignBackbone) else trained.backbone
    if trained.skeleton != backbone.skeleton:
        found = f"{trained.skeleton.name} ({len(trained.skeleton)} landmarks)"
        wanted = f"{backbone.skeleton.name} ({len(backbone.skeleton)} landmarks)"
        raise UserError(
            f"{run.weights}: skeleton is {found}, the experiment has {wanted}; "
            f'skeleton = "{trained.skeleton.name}" in its [input] picks the landmarks by name'
        )
    if trained.num_frames != backbone.num_frames:
        raise UserError(
            f"{run.weights}: num_frames is {trained.num_frames}, "
            f"the experiment has {backbone.num_frames}"
        )
    differences = [
        f"{name} {getattr(trained.config, name)} (experiment: {value})"
        for name, value in vars(backbone.config).items()
        if name != "dropout" and getattr(trained.config, name) != value
    ]
    if differences:
        differing = "; ".join(differences)
        raise UserError(f"{run.weights}: another backbone than the experiment's: {differing}")
    for variable, source in zip(
        backbone.trainable_variables, trained.trainable_variables, strict=True
    ):
        variable.assign(source)


def load_head(head: GlossHead, vocabulary: Vocabulary, run: RunFolder) -> str:
    """Give `head` the dense layer of a finished run's, and the weights of each gloss in both.

    Returns what was taken, in words; UserError where the two heads differ in kind.
    """
    trained = load_network(run.classifier).head
    for what in ("head_width", "prototype_scale"):
        if getattr(trained, what) != getattr(head, what):
            raise UserError(
                f"{run.classifier}: {what} is {getattr(trained, what)}, "
                f"the experiment has {getattr(head, what)}"
            )
    if head.head_width:
        head.widen.set_weights(trained.widen.get_weights())
    there = run.all_glosses()
    shared = [gloss for gloss in vocabulary.glosses if gloss in there]
    columns, sources = ([names.index(gloss) for gloss in shared] for names in (vocabulary, there))
    for variable, source in zip(
        head.glosses.trainable_variables, trained.glosses.trainable_variables, strict=True
    ):
        values = np.array(keras.ops.convert_to_numpy(variable))
        values[..., columns] = keras.ops.convert_to_numpy(source)[..., sources]
        variable.assign(values)
    return f"{len(shared)} of {len(vocabulary)} glosses from {run.path.name}"
