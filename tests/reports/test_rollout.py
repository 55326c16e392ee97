"""Claims about the pictures of attention."""

from xml.etree import ElementTree

import numpy as np
import pytest

from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.reports.rollout import Rolled, rollout_page

POSE = PoseSequence(np.random.default_rng(0).random((4, 42, 2)), np.ones((4, 42)), HANDS_42)
CLIP = Rolled(
    "c1 <go>", POSE, np.array([0.1, 0.6, 0.05, 0.25]), (("go", 0.75), ("eat & drink", 0.2))
)


def test_the_heaviest_frames_come_first_and_count_from_one() -> None:
    assert str(CLIP) == (
        "c1 <go>: go 75.0 %, eat & drink 20.0 %; "
        "heaviest of 4 frames: 2 (60.0 %), 4 (25.0 %), 1 (10.0 %)"
    )


def test_the_page_draws_the_weight_of_every_frame_with_a_caution() -> None:
    page = rollout_page("runs/<a>", [CLIP], frames_seen=7)
    root = ElementTree.fromstring(page)
    labels = [label.text for label in root.iter("{http://www.w3.org/2000/svg}text")]
    assert labels == ["1 · 10 %", "2 · 60 %", "3 · 5 %", "4 · 25 %"]
    text = "".join(root.itertext())
    assert "a reading aid, not a proof" in text and "up to 7 frames around it" in text
    assert "around it" not in rollout_page("a", [CLIP], frames_seen=1)


def test_weights_of_another_clip_are_refused() -> None:
    with pytest.raises(ValueError, match=r"c: weights \(3,\) for 4 frames"):
        Rolled("c", POSE, np.ones(3), (("go", 1.0),))
