"""The whole pipeline on synthetic signs: make, pretrain, train, evaluate, predict, one page."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from spobet.config import read_experiment
from spobet.dataset.store import Dataset
from spobet.evaluation.predictions import Prediction, read_predictions_csv
from spobet.evaluation.scoring import Metrics
from spobet.files import write_whole
from spobet.ingest.synthetic import MINIMAL_PAIRS, synthesize
from spobet.recognition.evaluate import evaluate
from spobet.recognition.recognizer import load
from spobet.reports.demo import Chart, MinimalPair, Page, demo_page
from spobet.reports.page import Example
from spobet.runs import RunFolder

NUM_EXAMPLES = 3
PAGE = "report.html"
_CAVEATS = (
    "Synthetic signers perform synthetic signs: this shows that the pipeline works, "
    "not how well real signs are recognised.",
    "Every clip shows one sign.",
)


def run_demo(out: Path, say: Callable[[str], None]) -> Path:
    """Run everything in the folder `out` and return the page it ends in; `say` gets a line a step.

    Steps whose result is there already are not done again, so a demo that was stopped goes on.
    """
    from spobet.training import pretrain, train  # Keras only once it is needed

    began = time.monotonic()
    data, pretrained, trained = out / "data", RunFolder(out / "pretrained"), RunFolder(out / "run")
    with resources.as_file(resources.files("spobet") / "demo.toml") as file:
        experiment = read_experiment(file)
    if not data.exists():
        say(f"1/4 making synthetic signs: {data}")
        synthesize(data, seed=experiment.seed)
    if not pretrained.record_file.exists():
        say(f"2/4 pretraining on hidden frames: {pretrained.path}")
        pretrain(experiment, [data], pretrained.path, command="spobet demo")
    if not trained.record_file.exists():
        say(f"3/4 learning to name the signs: {trained.path}")
        train(experiment, data, trained.path, pretrained.path, command="spobet demo")
    say("4/4 scoring on signers that were not trained on")
    metrics = evaluate(trained.path, data, ["test"])
    say(metrics.table())
    page = _page(metrics, Dataset.open(data), pretrained, trained, (time.monotonic() - began) / 60)
    write_whole(out / PAGE, demo_page(page))
    return out / PAGE


def _page(
    metrics: Metrics, dataset: Dataset, pretrained: RunFolder, trained: RunFolder, minutes: float
) -> Page:
    predictions = read_predictions_csv(trained.predictions("test"))
    record = trained.record()
    return Page(
        title="spobet on synthetic signs",
        metrics=metrics,
        charts=_charts(pretrained, trained),
        examples=_examples(dataset, trained, predictions),
        minutes=minutes,
        commands=("spobet demo",),
        versions=record.versions,
        minimal_pairs=_minimal_pairs(dataset.path / MINIMAL_PAIRS, predictions),
        caveats=_CAVEATS,
        machine=f"{record.machine}, {record.backend}",
    )


def _charts(pretrained: RunFolder, trained: RunFolder) -> tuple[Chart, ...]:
    reconstruction, recognition = pretrained.read_history(), trained.read_history()
    error, accuracy = "squared error of hidden landmarks", "accuracy on augmented training clips"
    return (
        Chart("Pretraining", error, {"reconstruction": reconstruction["loss"]}),
        Chart("Training", "cross-entropy", {"loss": recognition["loss"]}),
        Chart("Training", accuracy, {"accuracy": recognition["accuracy"]}),
    )


def _examples(
    dataset: Dataset, trained: RunFolder, predictions: tuple[Prediction, ...]
) -> tuple[Example, ...]:
    """A clip of the wrong answer if there is one, then right ones, each of another gloss."""
    recognizer = load(trained.path)
    first_of_gloss: dict[str, Prediction] = {}
    for prediction in sorted(predictions, key=lambda prediction: prediction.rank == 1):
        first_of_gloss.setdefault(prediction.gloss, prediction)
    worst, *rest = first_of_gloss.values()
    chosen = [worst, *(prediction for prediction in rest if prediction.rank == 1)]
    examples = []
    for prediction in chosen[:NUM_EXAMPLES]:
        pose = dataset.pose(prediction.clip_id)
        answers = tuple((answer.gloss, answer.probability) for answer in recognizer.predict(pose))
        examples.append(Example(prediction.clip_id, pose, prediction.gloss, answers))
    return tuple(examples)


def _minimal_pairs(path: Path, predictions: tuple[Prediction, ...]) -> tuple[MinimalPair, ...]:
    """How often the glosses of each pair were recognised, and how often taken for each other."""
    pairs = []
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            pair = {row["first"], row["second"]}
            of_pair = [prediction for prediction in predictions if prediction.gloss in pair]
            hits = [prediction.rank == 1 for prediction in of_pair]
            confused = [
                prediction.rank > 1 and prediction.answers[0][0] in pair for prediction in of_pair
            ]
            first, second = sorted(pair)
            counts = sum(hits), sum(confused), len(of_pair)
            pairs.append(MinimalPair(first, second, row["parameter"], *counts))
    return tuple(pairs)
