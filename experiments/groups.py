"""Unknown signs: how well a network rejects them, and how well it names them once enrolled.

    python experiments/groups.py --backbone runs/wlasl2000-hands-without100 \\
        --auxiliary data/wlasl2000-hands-train --views data/wlasl50-holistic --full runs/headline-0

The 100 glosses of wlasl100-hands are dealt into five groups of 20 (seed 0). For each a network is
trained on the training clips of the other 80, from a backbone that has seen none of the hundred in
training; with --auxiliary beside the clips of that data set that show none of the hundred, with
--views on what another extractor saw of their clips too. Scored
on validation and test (265 clips), over all groups: known against unknown signs by the confidence
of the answer (area under the ROC curve; coverage of known clips where 10 % of the accepted answers
to known clips are wrong); and the clips of the 20 named among all 100 once 1, 3 or 5 training clips
of each are enrolled (mean over five draws), beside what full training reaches on the same clips
(--full). What is finished is not done again.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from spobet.config import read_experiment
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.evaluation.intervals import wilson_interval
from spobet.evaluation.selective import for_error, operating_points
from spobet.recognition.enrolment import Enrolled
from spobet.recognition.recognizer import Recognizer, load
from spobet.runs import RunFolder

HERE = Path(__file__).parent
GROUPS, SHOTS, DRAWS = 5, (1, 3, 5), 5
EPOCHS, RATE = 40, 1e-3  # of a head that begins afresh


@dataclass(frozen=True, eq=False)
class Answered:
    """What one group's network answers to the scored clips.

    confidence: (clips,) of its answer. known: (clips,) whether it was trained on the clip's gloss.
    correct: (clips,) whether it names it.
    """

    confidence: np.ndarray
    known: np.ndarray
    correct: np.ndarray


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("data/wlasl100-hands"),
    show_default=True,
)
@click.option("--backbone", type=click.Path(exists=True, path_type=Path), required=True)
@click.option(
    "--auxiliary",
    type=click.Path(exists=True, path_type=Path),
    help="Data set of auxiliary glosses.",
)
@click.option(
    "--views", type=click.Path(exists=True, path_type=Path), help="As for `spobet train`."
)
@click.option(
    "--full",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Runs of full training to stand beside.",
)
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs"), show_default=True)
def main(
    data: Path,
    backbone: Path,
    auxiliary: Path | None,
    views: Path | None,
    full: tuple[Path, ...],
    runs: Path,
) -> None:
    """Train the five networks, score them, and print the figures."""
    dataset = Dataset.open(data)
    groups = deal(dataset.manifest.vocabulary.glosses)
    hundred = set(dataset.manifest.vocabulary.glosses)
    seen = set(RunFolder(backbone).record().glosses) & hundred
    if seen:
        raise click.ClickException(
            f"{backbone}: trained on {len(seen)} of the glosses, not on none"
        )
    others = []
    if auxiliary:
        others = [_without(hundred, Dataset.open(auxiliary), runs / "groups-auxiliary")]
    recognizers = [
        load(_trained(number, group, dataset, backbone, runs, others, [views] if views else []))
        for number, group in enumerate(groups)
    ]
    scored = dataset.manifest.of_splits("val", "test").clips
    print_rejection([_answered(recognizer, dataset, scored) for recognizer in recognizers])
    reached = [_answered(load(run), dataset, scored).correct for run in full]
    for shots in SHOTS:
        draws = [
            _enrolled(recognizers, groups, dataset, scored, shots, seed) for seed in range(DRAWS)
        ]
        print_enrolment(shots, draws, reached)


def deal(glosses: Sequence[str]) -> list[list[str]]:
    """The glosses in GROUPS groups of like size, by chance with seed 0."""
    order = np.random.default_rng(0).permutation(len(glosses))
    return [[glosses[index] for index in sorted(part)] for part in np.array_split(order, GROUPS)]


def _without(glosses: Set[str], dataset: Dataset, path: Path) -> Path:
    """The training clips of a data set without these glosses, as a new data set."""
    if not path.exists():
        with DatasetWriter(
            path, dataset.skeleton, dataset.info.unit, dataset.info.source, dataset.info.licence
        ) as writer:
            for clip in dataset.manifest.of_splits("train"):
                if clip.gloss not in glosses:
                    writer.add(clip, dataset.pose(clip.id))
    return path


def _trained(
    number: int,
    group: Sequence[str],
    dataset: Dataset,
    backbone: Path,
    runs: Path,
    others: Sequence[Path],
    views: Sequence[Path] = (),
) -> Path:
    """The run that was trained without a group's glosses."""
    from spobet.training import train

    run = runs / f"group-{number}{'-auxiliary' if others else ''}"
    if (run / "run.json").exists():
        return run
    data = _without(set(group), dataset, runs / f"group-{number}-data")
    experiment = read_experiment(HERE / "wlasl100-hands.toml")
    schedule = replace(experiment.train.schedule, epochs=EPOCHS, learning_rate=RATE)
    # the figures of EXPERIMENTS.md are older than imprinting
    choices = replace(experiment.train, schedule=schedule, imprint=False)
    experiment = replace(experiment, train=choices)
    train(
        experiment,
        data,
        run,
        backbone,
        command=f"python experiments/{Path(__file__).name}",
        auxiliary=others,
        views=views,
    )
    return run


def _answered(recognizer: Recognizer, dataset: Dataset, clips: Sequence[Clip]) -> Answered:
    predicted = list(_predicted(recognizer, dataset, clips))
    answers = [ranked[0] for ranked in predicted]
    known = np.array([clip.gloss in recognizer.vocabulary for clip in clips])
    correct = np.array(
        [answer.gloss == clip.gloss for answer, clip in zip(answers, clips, strict=True)]
    )
    return Answered(np.array([ranked.confidence for ranked in predicted]), known, correct)


def _predicted(recognizer: Recognizer, dataset: Dataset, clips: Sequence[Clip]) -> Iterator[list]:
    output = recognizer.outputs(dataset.pose(clip.id) for clip in clips)
    return iter(recognizer.probabilities(output).answers(1))


def _enrolled(
    recognizers: Sequence[Recognizer],
    groups: Sequence[Sequence[str]],
    dataset: Dataset,
    clips: Sequence[Clip],
    shots: int,
    seed: int,
) -> tuple[int, int, int, int]:
    """Correct and all clips of enrolled glosses, then of trained glosses, over all groups."""
    rng, train = np.random.default_rng([seed, shots]), dataset.manifest.of_splits("train").clips
    counts = np.zeros(4, int)
    for recognizer, group in zip(recognizers, groups, strict=True):
        taught = recognizer.with_enrolled(Enrolled(""))
        for gloss in group:
            candidates = [clip for clip in train if clip.gloss == gloss]
            chosen = rng.permutation(len(candidates))[:shots]
            poses = [dataset.pose(candidates[index].id) for index in chosen]
            taught = taught.with_sign(gloss, poses)
        for answers, clip in zip(_predicted(taught, dataset, clips), clips, strict=True):
            first = 0 if clip.gloss in group else 2
            counts[first : first + 2] += answers[0].gloss == clip.gloss, 1
    return tuple(counts.tolist())


def print_rejection(groups: Sequence[Answered]) -> None:
    """Print how well the confidence of the answer separates unknown signs from known ones."""
    areas = [
        area(group.confidence[group.known], group.confidence[~group.known]) for group in groups
    ]
    confidence, correct = (
        np.concatenate([getattr(group, name)[group.known] for group in groups])
        for name in ("confidence", "correct")
    )
    point = for_error(operating_points(confidence, correct), 0.1)
    each = ", ".join(f"{value:.3f}" for value in areas)
    click.echo(f"known against unknown: AUROC {statistics.mean(areas):.3f} (groups: {each})")
    click.echo(f"known clips: {correct.sum()} of {len(correct)} correct (top-1)")
    if point:
        low, high = wilson_interval(point.accepted, point.count)
        unknown = np.concatenate([group.confidence[~group.known] for group in groups])
        share = (unknown >= point.threshold).mean()
        click.echo(
            "where 10 % of the accepted answers to known clips are wrong, "
            f"{point.accepted} of {point.count} are accepted "
            f"({point.coverage:.1%}, {low:.1%}-{high:.1%}), "
            f"and {share:.1%} of the {len(unknown)} unknown ones"
        )


def area(higher: np.ndarray, lower: np.ndarray) -> float:
    """Area under the ROC curve: how often a value of `higher` is above one of `lower`."""
    above = (higher[:, None] > lower).mean() + 0.5 * (higher[:, None] == lower).mean()
    return float(above)


def print_enrolment(
    shots: int, draws: Sequence[tuple[int, int, int, int]], reached: Sequence[np.ndarray]
) -> None:
    """Print how many clips of enrolled glosses are named among all 100, beside full training."""
    shares = [draw[0] / draw[1] for draw in draws]
    others = statistics.mean(draw[2] / draw[3] for draw in draws)
    mean, spread = statistics.mean(shares), statistics.stdev(shares)
    beside = ""
    if reached:
        full = float(np.mean([right.mean() for right in reached]))
        beside = f"; {mean / full:.1%} of the {full:.1%} of full training"
    click.echo(
        f"{shots} clips a gloss: {mean:.1%} ± {spread:.1%} of {draws[0][1]} clips "
        f"(top-1 among 100){beside}; "
        f"trained glosses {others:.1%}"
    )


if __name__ == "__main__":
    main()
