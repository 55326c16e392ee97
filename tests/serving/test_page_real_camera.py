"""Claims about the page before real signers: what Python names in a video, it names at a camera.

Needs real videos, and the networks that find landmarks in Python.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browsing import BROWSER_TESTS, CAMERA, Watched, chromium, served
from real_signs import VIDEOS, pictures, write_camera, write_video

from spobet.errors import UserError
from spobet.recognition.recognizer import load
from spobet.recognition.spotting import spot
from spobet.shipped import find_run

pytestmark = [BROWSER_TESTS, pytest.mark.slow]
NAME = "wlasl100-hands-open"
RATE = 15  # pictures a second of a slow camera
NUM_SIGNS = 10  # shown to it
LATEST = 1.5  # seconds from a sign's end to the picture with which it is found
LOOK = """async () => {
  const {DecodedVideo} = await import('/decodedvideo.js');
  const {openLandmarker} = await import('/landmarker.js');
  const {SignStream} = await import('/stream.js');
  const {cutsOf} = await import('/spotter.js');
  const {state: {facts, network}} = await import('/state.js');
  const video = await DecodedVideo.open(document.getElementById('probe').files[0]);
  const landmarker = await openLandmarker();
  const stream = new SignStream(facts, video.size);
  const found = [];
  for await (const {seconds, bitmap} of video.pictures()) {
    const {hands} = await landmarker.find(bitmap);
    const clip = stream.push(hands, seconds);
    if (!clip) continue;
    const {answers} = await network.answer(cutsOf(clip, facts));
    found.push({gloss: answers[0].gloss, late: seconds - clip.times.at(-1)});
  }
  return found;
}"""
WATCH = """async () => {
  const {state: {camera}} = await import('/state.js');
  const answered = camera.onSign;
  window.found = [];
  camera.onSign = async (clip) => {
    const late = camera.signs.pictures.at(-1).seconds - clip.times.at(-1);
    await answered(clip);
    const gloss = document.querySelector('#answers li span').textContent;
    found.push({gloss, late, shown: performance.now() / 1000 - clip.times.at(-1)});
  };
}"""


@pytest.fixture(scope="module")
def named(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What Python spots in the video at its own 30 pictures a second."""
    from spobet import video

    file = tmp_path_factory.mktemp("signs") / "signs.mp4"
    write_video(file, pictures(shared, 30), 30)
    try:
        pose = video.read(file)
    except UserError as error:
        pytest.skip(str(error))
    glosses = [sign.gloss for sign in spot(load(NAME), pose)]
    assert len(glosses) == len(VIDEOS)
    return glosses


def test_fifteen_pictures_a_second_are_enough(
    shared: Path, named: list[str], network_page: Any, tmp_path: Path
) -> None:
    write_video(tmp_path / "slow.mp4", pictures(shared, RATE), RATE)
    network_page.evaluate(
        "document.body.append(Object.assign(document.createElement('input'), "
        "{type: 'file', id: 'probe'}))"
    )
    network_page.set_input_files("#probe", tmp_path / "slow.mp4")
    found = network_page.evaluate(LOOK)
    print(found)
    assert [sign["gloss"] for sign in found] == named
    assert max(sign["late"] for sign in found) <= LATEST


def test_a_real_camera_s_signs_are_named_soon_after_their_end(
    shared: Path, named: list[str], driver: Any, tmp_path: Path
) -> None:
    shown = pictures(shared, RATE)
    write_camera(tmp_path / "signs.y4m", shown, RATE)
    camera = f"--use-file-for-fake-video-capture={tmp_path / 'signs.y4m'}"
    with (
        served(find_run(NAME), tmp_path / "signs.json") as address,
        chromium(driver, *CAMERA, camera) as browser,
    ):
        page = Watched(browser).open(address)
        page.click("#camera")
        page.locator("#stage:not([hidden])").wait_for()
        page.evaluate(WATCH)
        page.wait_for_timeout(1000 * len(shown) / RATE * NUM_SIGNS / len(VIDEOS))
        found = page.evaluate("found")
    print(found)
    right = [sign for sign in found if sign["gloss"] in named and sign["late"] <= LATEST]
    assert len(right) >= 0.8 * NUM_SIGNS
