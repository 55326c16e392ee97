"""The figures of a sweep: accuracy of each setting over seeds, and against the first setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spobet.evaluation.intervals import (
    NUM_RESAMPLES,
    SEED,
    Spread,
    draw_clips,
    percentile_interval,
    resampled_means,
    spread,
)
from spobet.evaluation.predictions import read_predictions_csv
from spobet.evaluation.text import percent
from spobet.runs import RunFolder
from spobet.sweeps.plan import Task

TOPS = (1, 5)
METHOD = (
    "Mean ± standard deviation over seeds; folds are pooled for each seed. Differences from the "
    "first setting are paired by seed; their 95 % intervals are of a bootstrap over clips "
    f"({NUM_RESAMPLES:,} resamples, seed {SEED})."
)


@dataclass(frozen=True)
class SettingFigures:
    """What the finished runs of a setting say; shares of 1.

    accuracy: top-k accuracy for each k of TOPS. difference, interval: of top-1 accuracy from the
    first setting, over the seeds that both have; None for the first, or without such seeds.
    """

    name: str
    seeds: tuple[int, ...]
    num_clips: int
    accuracy: dict[int, Spread]
    difference: Spread | None = None
    interval: tuple[float, float] | None = None


def figures_of(tasks: Sequence[Task]) -> list[SettingFigures]:
    """The figures of every setting that has a seed whose runs are all finished, in their order."""
    figures: list[SettingFigures] = []
    first: dict[int, dict[str, int]] = {}
    for name in dict.fromkeys(task.setting for task in tasks):
        by_seed = _ranks_by_seed([task for task in tasks if task.setting == name])
        if not by_seed:
            continue
        accuracy = {
            k: spread([float(np.mean(_hits(ranks, k))) for ranks in by_seed.values()]) for k in TOPS
        }
        shared = [seed for seed in by_seed if seed in first]
        difference = interval = None
        if shared:
            gains = np.array(
                [_hits(by_seed[s]) - _hits(first[s], order=list(by_seed[s])) for s in shared]
            )
            difference = spread(gains.mean(axis=1).tolist())
            clips = gains.mean(axis=0)
            drawn = draw_clips(np.arange(len(clips)), np.random.default_rng(SEED))
            interval = percentile_interval(resampled_means(clips, drawn))
        num_clips = len(next(iter(by_seed.values())))
        seeds = tuple(by_seed)
        figures.append(SettingFigures(name, seeds, num_clips, accuracy, difference, interval))
        first = first or by_seed
    return figures


def cells(figures: SettingFigures) -> list[str]:
    """The row of a table: seeds, clips, top-1, top-5, difference in points and its interval."""
    shares = [
        f"{percent(one.mean)}{'' if one.deviation is None else f' ± {percent(one.deviation)}'}"
        for one in figures.accuracy.values()
    ]
    row = [str(len(figures.seeds)), f"{figures.num_clips:,}", *shares]
    if figures.difference is None or figures.interval is None:
        return [*row, "", ""]
    low, high = (f"{100 * end:+.1f}" for end in figures.interval)
    deviation = figures.difference.deviation
    spread_over_seeds = "" if deviation is None else f" ± {100 * deviation:.1f}"
    return [*row, f"{100 * figures.difference.mean:+.1f}{spread_over_seeds}", f"{low} to {high}"]


HEAD = ("setting", "seeds", "clips", "top-1, %", "top-5, %", "difference, points", "95 % interval")


def table(figures: Sequence[SettingFigures]) -> str:
    """The table as Markdown, and how to read it."""
    lines = [HEAD, ["---"] * len(HEAD), *([one.name, *cells(one)] for one in figures)]
    return "\n".join([*(f"| {' | '.join(line)} |" for line in lines), METHOD])


def _ranks_by_seed(tasks: Sequence[Task]) -> dict[int, dict[str, int]]:
    """Clip id -> rank of its gloss, for every seed of which no run is missing."""
    ranks: dict[int, dict[str, int]] = {}
    missing = {task.seed for task in tasks if not task.finished}
    for task in tasks:
        if task.seed not in missing:
            rows = read_predictions_csv(RunFolder(Path(task.run)).predictions(task.name))
            ranks.setdefault(task.seed, {}).update({row.clip_id: row.rank for row in rows})
    return ranks


def _hits(ranks: dict[str, int], k: int = 1, order: Sequence[str] = ()) -> np.ndarray:
    return np.array([float(ranks[clip_id] <= k) for clip_id in order or ranks])
