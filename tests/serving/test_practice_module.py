"""Claims about the page's comparison of takes and references: it is Python's."""

from __future__ import annotations

import numpy as np
import pytest
from node_kit import NODE_TESTS, run_js
from wandering_hands import wandering

from spobet.dataset.references import References, in_frame
from spobet.poses.align import at_steps
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.recognition.aspects import LIMITS, differences, lined_up
from spobet.recognition.practice import sentence_of
from spobet.serving.landmarks import landmarks_of
from spobet.shipped import find_run

COMPARE = """
  const {clipOf} = await load('poses.js');
  const {compare} = await load('practice.js');
  const {facts, clips} = values;
  return clips.map(([take, other]) => {
    const found = compare(clipOf(take, facts), facts, clipOf(other, facts), facts);
    return { aspects: found.aspects, sentence: found.sentence, frames: found.clip.numFrames };
  });
"""


def in_python(take: PoseSequence, other: PoseSequence) -> dict[str, float]:
    take_xy, other_xy = (at_steps(in_frame(pose, "hands")) for pose in (take, other))
    found = differences(*lined_up(take_xy, other_xy, HANDS_42), HANDS_42)
    return {name: found[name] / limit for name, limit in LIMITS.items() if name in found}


@NODE_TESTS
def test_takes_are_compared_as_in_python() -> None:
    references = References.read(find_run("wlasl100-hands") / "references.npz")
    drawings = [references.pose(gloss) for gloss in ("drink", "book", "computer", "who")]
    poses = [*drawings, wandering(30, 0), wandering(47, 3)]
    poses = [PoseSequence(p.xy, p.confidence, HANDS_42, unit="pixels") for p in poses]
    pairs = [(one, other) for one in poses for other in poses[:3]]
    facts = {
        "landmarks": list(HANDS_42.landmarks),
        "hands": {side: HANDS_42.hand(side).tolist() for side in ("right", "left")},
    }
    sent = [[landmarks_of(one), landmarks_of(other)] for one, other in pairs]
    for here, pair in zip(run_js(COMPARE, {"facts": facts, "clips": sent}), pairs, strict=True):
        ours = in_python(*pair)
        named = {aspect["name"]: aspect["difference"] for aspect in here["aspects"]}
        assert named == pytest.approx(ours, abs=1e-3)
        alike = [(name, bool(value <= 1)) for name, value in ours.items()]
        assert here["sentence"] == sentence_of(alike)
    assert np.ptp([value for pair in pairs for value in in_python(*pair).values()]) > 1
