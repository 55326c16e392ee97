"""Cut a finished run down to a network that comes with the package.

    python experiments/ship.py runs/headline-0 wlasl100-hands --onnx
    python experiments/ship.py runs/wlasl2000-hands wlasl2000-hands --keras

Writes the network anew for recognition (--onnx) or for further training (--keras), with what says
how it came about (config, vocabulary, run.json), to spobet/weights/NAME; card.md is written by
hand. Recorded paths lose their folders.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

import spobet.training  # noqa: F401  chooses the backend

import keras  # isort: skip

from spobet.dataset.reserve import Source
from spobet.dataset.store import Dataset
from spobet.files import sha256_of
from spobet.model.export import write_onnx
from spobet.runs import RunFolder, RunRecord
from spobet.shipped import FOLDER
from spobet.training.precision import backbone_in_float32, classifier_in_float32
from spobet.training.run import frame_rate_of


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("name")
@click.option("--onnx", is_flag=True, help="For recognition.")
@click.option("--keras", "trainable", is_flag=True, help="For further training.")
@click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    help="Its clips, for what its record does not say.",
)
def main(run: Path, name: str, onnx: bool, trainable: bool, data: Path | None) -> None:
    """Ship RUN as NAME."""
    source, target = RunFolder(run), RunFolder(FOLDER / name)
    record = source.record()
    target.path.mkdir(parents=True, exist_ok=True)
    for file in (
        source.config,
        source.vocabulary,
        source.auxiliary_glosses,
        source.rejection,
        source.phonology,
    ):
        if file.is_file():
            shutil.copyfile(file, target.path / file.name)
    trained = keras.saving.load_model(source.classifier)
    classifier = classifier_in_float32(trained, backbone_in_float32(trained.backbone))
    if onnx:
        write_onnx(classifier, target.onnx)
    if trainable:
        classifier.save(target.classifier)
    words = {
        "command": _without_folders(record.command),
        "head_from": _without_folders(record.head_from),
        "network": sha256_of(target.onnx) if onnx else "",
    }
    replace(record, **words, **_missing(record, data)).write(target.record_file)
    size = sum(file.stat().st_size for file in target.path.iterdir()) / 1e6
    click.echo(f"{target.path}: {size:.1f} MB")


def _missing(record: RunRecord, data: Path | None) -> dict[str, Any]:
    """What the record does not say of its clips, from their data set."""
    if data is None:
        return {}
    dataset = Dataset.open(data)
    facts = {
        "unit": dataset.info.unit,
        "frame_rate": frame_rate_of(Source(dataset, dataset.manifest.of_splits("train"))),
        "licence": dataset.info.licence,
    }
    return {fact: getattr(record, fact) or value for fact, value in facts.items()}


def _without_folders(text: str) -> str:
    return " ".join(Path(word).name if word.startswith("/") else word for word in text.split(" "))


if __name__ == "__main__":
    main()
