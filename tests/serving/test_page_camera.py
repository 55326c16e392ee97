"""Claims about the page at a camera and with videos: a drawn hand that MediaPipe finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browsing import BROWSER_TESTS, Watched
from drawn_hands import HAND, HEIGHT, POINTS, WIDTH, picture, wrists
from test_page import inside_window, no_serious_violation

from spobet.recognition.recognizer import load

pytestmark = BROWSER_TESTS
# after a second without a picture, as the camera gives after a pause
SHOW = """async (hands) => {
  const {state: {camera}} = await import('/state.js');
  const begin = (camera.signs.even.last?.seconds ?? 0) + 1;
  hands.forEach((points, number) => {
    camera.take({hands: [{points, side: 0.9}], body: null}, begin + number / 25);
  });
}"""


@pytest.mark.parametrize(
    ("kind", "codec", "decoder"),
    [
        pytest.param("mp4", "h264", True, id="decoded"),
        pytest.param("webm", "libvpx", False, id="played", marks=pytest.mark.slow),
    ],
)
def test_a_video_is_answered_and_stays_in_the_browser(
    kind: str,
    codec: str,
    decoder: bool,
    address: str,
    opened: Any,
    network_page: Any,
    browser: Any,
    tmp_path: Path,
) -> None:
    av = pytest.importorskip("av", reason="PyAV is not installed")
    file, num_pictures = tmp_path / f"hand.{kind}", 16 if decoder else 35
    with av.open(str(file), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width, stream.pix_fmt = (*picture(wrists(1)[0]).shape[:2], "yuv420p")
        for wrist in wrists(1.0)[25 : 25 + num_pictures]:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(wrist), format="rgb24")))
        container.mux(stream.encode(None))
    watched, page = opened, network_page
    if not decoder:
        watched = Watched(browser)
        watched.page.add_init_script("delete globalThis.VideoDecoder")
        page = watched.open(address)
    watched.asked.clear()
    page.evaluate("document.getElementById('answers').replaceChildren()")
    page.set_input_files("#file", file)
    page.locator("#answers li").first.wait_for()
    assert page.is_hidden("#work") and page.is_hidden("#stage")
    times = page.evaluate("import('/state.js').then(({state}) => state.shown.clip.times)")
    if decoder:
        since = [time - times[0] for time in times]
        assert since == pytest.approx([number / 25 for number in range(num_pictures)], abs=1e-3)
    else:  # a busy machine may not show every picture
        assert times == sorted(set(times)) and len(times) > 5
    assert not [url for url in watched.asked if "predict" in url]
    assert watched.errors == [] and watched.strangers(address) == []
    if not decoder:
        page.close()


def start_camera(page: Any) -> None:
    """Start the camera and let it see nothing but what `show_sign` shows."""
    page.click("#camera")
    page.locator("#stage:not([hidden])").wait_for(timeout=60_000)
    page.evaluate("import('/state.js').then(({state}) => { state.camera.look = () => {}; })")


def show_sign(page: Any) -> None:
    """Show the camera's hand tracker a hand that rests, rises, circles, and rests again."""
    hands = (wrists(1.6)[:, None] + HAND * POINTS) / [WIDTH, HEIGHT]
    page.evaluate(SHOW, hands.round(5).tolist())


def test_a_sign_is_found_at_the_camera(address: str, opened: Any, network_page: Any) -> None:
    page = network_page
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate("document.getElementById('answers').replaceChildren()")
    start_camera(page)
    show_sign(page)
    page.locator("#answers li").first.wait_for()
    inside_window(page, "#video", "#camera", "#verdict", "#new-gloss")
    no_serious_violation(page)
    page.click("#camera")
    assert page.is_hidden("#stage")
    page.evaluate("import('/state.js').then(({state}) => { delete state.camera.look; })")
    assert opened.errors == [] and opened.strangers(address) == []


@pytest.mark.slow
def test_a_sign_is_found_taught_and_named_at_the_camera(
    address: str, browser: Any, tmp_path: Path
) -> None:
    watched = Watched(browser, 360)
    page = watched.open(address)
    page.set_viewport_size({"width": 360, "height": 740})
    start_camera(page)
    show_sign(page)
    page.locator("#answers li").first.wait_for()
    for width in (1280, 768, 360):
        page.set_viewport_size({"width": width, "height": 740})
        inside_window(page, "#video", "#camera", "#verdict", "#new-gloss")
    page.fill("#new-gloss", "circle")
    page.press("#new-gloss", "Enter")
    for number in (1, 2, 3):
        page.locator("#lesson", has_text=f"xample {number} of 3").wait_for()
        inside_window(page, "#video", "#lesson")
        show_sign(page)
    page.locator("#signs", has_text="circle (3 examples)").wait_for()
    show_sign(page)
    page.locator("#word", has_text="circle").wait_for()
    no_serious_violation(page)
    page.click("#camera")
    assert page.is_hidden("#stage")
    with page.expect_download() as saved:
        page.click("#download")
    saved.value.save_as(tmp_path / "enrolled.json")
    enrolled = load("wlasl100-hands-open", enrolled=tmp_path / "enrolled.json").enrolled
    assert {gloss: len(clips) for gloss, clips in enrolled.clips.items()} == {"circle": 3}
    page.reload()
    page.locator("#signs", has_text="circle (3 examples)").wait_for()
    page.click("#signs button")
    page.locator("#signs", has_text="None yet").wait_for()
    assert not page.evaluate("Object.values(localStorage).some((text) => text.includes('circle'))")
    page.set_input_files("#load", tmp_path / "enrolled.json")
    page.locator("#signs", has_text="circle (3 examples)").wait_for()
    page.click("#signs button")
    assert watched.errors == [] and watched.strangers(address) == []
    page.close()


@pytest.mark.slow
def test_a_lesson_can_be_stopped_and_signs_are_answered_again(address: str, browser: Any) -> None:
    page = Watched(browser).open(address)
    start_camera(page)
    page.fill("#new-gloss", "circle")
    page.press("#new-gloss", "Enter")
    page.click("#end-lesson")
    assert page.is_hidden("#lesson-line")
    show_sign(page)
    page.locator("#answers li").first.wait_for()
    assert "circle" not in page.inner_text("#signs")
    page.close()


@pytest.mark.slow  # a picture takes a tenth of a second to look at, on a core of its own
def test_a_hand_before_the_camera_is_found(address: str, browser: Any) -> None:
    page = Watched(browser).open(address)
    page.click("#camera")
    # the made video repeats one sign every five seconds
    page.locator("#answers li").first.wait_for(timeout=60_000)
    page.close()


def test_a_camera_that_is_refused_is_said(network_page: Any) -> None:
    page = network_page
    refusal = "() => Promise.reject(new DOMException('refused', 'NotAllowedError'))"
    page.evaluate(f"void (navigator.mediaDevices.getUserMedia = {refusal})")
    page.click("#camera")
    page.locator("#error", has_text="The camera was not allowed").wait_for()
    assert page.is_hidden("#stage")
    page.evaluate("delete navigator.mediaDevices.getUserMedia")
