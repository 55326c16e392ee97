"""Claims about networks that read a body: the page looks for one, as Python does, or not if told.

Needs a real video, and the networks that find landmarks in Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import BROWSER_TESTS, Watched, served

from spobet.errors import UserError
from spobet.poses.sequence import PoseSequence
from spobet.runs import RunFolder

pytestmark = [BROWSER_TESTS, pytest.mark.slow]
VIDEO = "wlasl-05732.mp4"
NEAR = 0.02  # shares of the picture, at the median: MediaPipe differs a little in a browser
SHOWN = """async () => {
  const {state: {last: {clips: [{xy, numFrames}]}}} = await import('/state.js');
  return [...xy].map((value) => (Number.isNaN(value) ? null : value));
}"""


@pytest.fixture(scope="module")
def body_page(trained_run: Path, browser: Any, tmp_path_factory: Any) -> Iterator[Any]:
    """The page of a network whose skeleton has a body."""
    with served(trained_run, tmp_path_factory.mktemp("body") / "signs.json") as address:
        watched = Watched(browser)
        watched.open(address)
        yield watched
        watched.page.close()


@pytest.fixture(scope="module")
def expected(trained_run: Path, shared: Path) -> PoseSequence:
    """What Python finds in the video and gives the network."""
    from spobet import video
    from spobet.poses.adapt import on_skeleton

    try:
        pose = video.read(shared / "videos" / VIDEO)
    except UserError as error:
        pytest.skip(str(error))
    run = RunFolder(trained_run)
    pose = on_skeleton(pose.in_unit(run.record().unit), run.record().skeleton)
    return pose.without_guesses(run.experiment().input.min_confidence)


def answered(watched: Any, file: Path) -> np.ndarray:
    """The landmarks (frames, landmarks, 2) that the page's answer is of."""
    watched.page.set_input_files("#file", file)
    watched.page.locator("#work").wait_for(state="visible")
    watched.page.locator("#work").wait_for(state="hidden")
    watched.page.locator("#answered:not([hidden])").wait_for()
    return np.array(watched.page.evaluate(SHOWN), float)


@pytest.mark.parametrize("looked_for", [True, False])
def test_a_video_gives_a_network_the_body_that_python_finds_unless_told_otherwise(
    body_page: Any, expected: PoseSequence, shared: Path, looked_for: bool
) -> None:
    body_page.page.set_checked("#look-at-body", looked_for)
    skeleton = expected.skeleton
    given = answered(body_page, shared / "videos" / VIDEO).reshape(-1, len(skeleton), 2)
    assert len(given) == len(expected)
    hands = np.concatenate(skeleton.hands)
    for part, wanted in ((hands, True), (skeleton.body, looked_for)):
        here, there = (np.isfinite(xy[:, part, 0]) for xy in (given, expected.xy))
        assert there.any()
        if not wanted:
            assert not here.any()
            continue
        assert (here == there).mean() > 0.95
        apart = np.linalg.norm(given[:, part] - expected.xy[:, part], axis=-1)[here & there]
        unit = 1 if expected.unit == "image" else max(expected.size or (1, 1))
        assert np.median(apart) / unit < NEAR
    assert body_page.errors == []


def test_networks_of_hands_alone_are_not_asked_for_a_body(network_page: Any) -> None:
    assert network_page.locator("#body-row").is_hidden()
    assert network_page.locator("#hands-only").is_visible()


def test_networks_that_read_a_body_say_so(body_page: Any) -> None:
    assert body_page.page.locator("#body-row").is_visible()
    assert body_page.page.locator("#hands-only").is_hidden()
    assert body_page.page.locator("#camera-section").is_visible()
