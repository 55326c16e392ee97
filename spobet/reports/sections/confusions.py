"""The glosses most often confused with each other, with a clip of each drawn."""

from __future__ import annotations

from dataclasses import dataclass

from spobet.evaluation.breakdown import ConfusedPair
from spobet.poses.sequence import PoseSequence
from spobet.reports.sections.context import Context, Values

NUM_DRAWN, NUM_LISTED = 6, 40


@dataclass(frozen=True, eq=False)
class DrawnClip:
    """A clip and what stands above its frames."""

    clip_id: str
    pose: PoseSequence
    caption: str


def confusions(context: Context) -> Values | None:
    """The first NUM_DRAWN pairs drawn, the first NUM_LISTED in a table; None without mistakes."""
    confused = context.shown.confused
    if not confused:
        return None
    drawn = []
    for pair in confused[:NUM_DRAWN]:
        ways = zip(pair.glosses, pair.glosses[::-1], pair.times, strict=True)
        counts = [f"{gloss} mistaken for {other} {times}×" for gloss, other, times in ways if times]
        drawn.append((pair, "; ".join(counts), _clips(context, pair)))
    return {
        "drawn": drawn,
        "listed": confused[:NUM_LISTED],
        "num_pairs": len(confused),
        "summed": context.summed,
    }


def _clips(context: Context, pair: ConfusedPair) -> list[DrawnClip]:
    """A clip with a wrong answer, and one of the gloss that was answered, if there is any."""
    report = context.shown
    run, position = pair.missed[0]
    clip, answer = report.clips.clips[position], report.answers[run][position]
    caption = f"clip {clip.id}: {clip.gloss}, mistaken for {answer}"
    drawn = [DrawnClip(clip.id, context.pose(clip.id), caption)]
    for other, rank in zip(report.clips, report.ranks[0], strict=True):
        if rank == 1 and other.gloss == answer:
            caption = f"clip {other.id}: {answer}, recognised"
            return [*drawn, DrawnClip(other.id, context.pose(other.id), caption)]
    found = context.find_clip(answer)
    if found is None:
        return drawn
    caption = f"clip {found}: {answer}, from training"
    return [*drawn, DrawnClip(found, context.pose(found), caption)]
