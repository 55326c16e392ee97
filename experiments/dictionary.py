"""A network as a dictionary: how far down its list the right gloss stands.

    python experiments/dictionary.py runs/wlasl2000-hands data/wlasl2000-hands-val

Clips of glosses that the network does not know are left out and counted. Recall at 1, 5, 10, 20 and
50 with Wilson's 95 % intervals, per-class recall, mean reciprocal rank and discounted cumulative
gain.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from spobet.dataset.manifest import Manifest
from spobet.dataset.store import Dataset
from spobet.evaluation.intervals import wilson_interval
from spobet.evaluation.metrics import METRICS
from spobet.evaluation.ranks import labels_of, rank_true_glosses
from spobet.evaluation.text import percent
from spobet.recognition.evaluate import score_clips
from spobet.runs import RunFolder

TOPS = (1, 5, 10, 20, 50)


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--split", default="val", show_default=True)
def main(run: Path, data: Path, split: str) -> None:
    """Rank every gloss of RUN for the clips of a split of DATA."""
    folder, dataset = RunFolder(run), Dataset.open(data)
    vocabulary, clips = folder.glosses(), dataset.manifest.of_splits(split).clips
    known = Manifest(tuple(clip for clip in clips if clip.gloss in vocabulary))
    scores = score_clips(folder, dataset, known, split)
    labels = labels_of(known, scores.vocabulary)
    click.echo(f"{len(known)} of {len(clips)} clips, {len(np.unique(labels))} glosses, {split}")
    click.echo(table(rank_true_glosses(scores.logits, labels), labels))


def table(ranks: np.ndarray, labels: np.ndarray) -> str:
    """The figures as text.

    ranks: (clips,) rank of each clip's gloss, 1 = first. labels: (clips,).
    """
    lines = []
    for top in TOPS:
        hit = ranks <= top
        low, high = (percent(end) for end in wilson_interval(int(hit.sum()), len(hit)))
        per_class = np.mean([hit[labels == label].mean() for label in np.unique(labels)])
        of_clips = f"{percent(hit.mean())} % ({hit.sum()}/{len(hit)}, {low}-{high})"
        lines.append(f"recall at {top:<2}  {of_clips}, per class {percent(per_class)} %")
    gains = [
        f"{name.replace('_', ' ')}  {gain(ranks).mean():.3f}" for name, gain in METRICS.items()
    ]
    return "\n".join([*lines, *gains])


if __name__ == "__main__":
    main()
