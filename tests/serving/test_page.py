"""Claims about the page in a real browser: it answers, teaches and forgets, by itself or by the server, and asks no other host."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from formats.clips import made_clip
from browsing import BROWSER_TESTS, CAMERA, Watched, chromium, served
from drawn_hands import picture, places, write_y4m

from spobet.formats import openpose, packed, write
from spobet.poses.skeleton import HANDS_42, HOLISTIC_75, OPENPOSE_54
from spobet.recognition.enrolment import Enrolled
from spobet.recognition.recognizer import load
from spobet.shipped import find_run

pytestmark = BROWSER_TESTS
CLIP = made_clip(HANDS_42, num_frames=30)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(
        find_run("wlasl100-hands-open"), tmp_path_factory.mktemp("signs") / "enrolled.json"
    ) as there:
        yield there


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    file = tmp_path_factory.mktemp("camera") / "hand.y4m"
    write_y4m(file)
    with chromium(*CAMERA, f"--use-file-for-fake-video-capture={file}") as opened:
        yield opened


def no_serious_violation(page: Any) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    found = axe.Axe().run(page).response["violations"]
    assert [
        (one["id"], one["impact"]) for one in found if one["impact"] in ("serious", "critical")
    ] == []


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(("fragment", "ready"), [("", "here"), ("#server", "server")])
def test_a_clip_is_answered_taught_and_forgotten(
    fragment: str, ready: str, width: int, address: str, browser: Any, tmp_path: Path
) -> None:
    packed.write(CLIP, tmp_path / "clip.npz")
    watched = Watched(browser, width)
    page = watched.open(address, fragment, ready)
    chosen = page.locator("#gallery button").nth(1)
    chosen.click()
    page.locator("#verdict", has_text="sure").wait_for()
    assert page.inner_text("#verdict").startswith(chosen.inner_text())
    assert page.locator("#answers li").count() == 5
    assert page.locator("#strip g").count() == 12
    no_serious_violation(page)
    page.set_input_files("#file", tmp_path / "clip.npz")
    page.locator("#teach:not([hidden])").wait_for()
    page.fill("#gloss", "tea")
    page.press("#gloss", "Enter")
    page.locator("#signs", has_text="tea (1 clip)").wait_for()
    page.set_input_files("#file", [])
    page.set_input_files("#file", tmp_path / "clip.npz")
    page.locator("#verdict", has_text="tea").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    no_serious_violation(page)
    page.click("#signs button")
    page.locator("#signs", has_text="None yet").wait_for()
    assert watched.errors == [] and watched.strangers(address) == []
    page.close()


def test_what_goes_wrong_is_said_in_words(address: str, browser: Any, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    packed.write(made_clip(HANDS_42, num_frames=1), tmp_path / "empty.npz")
    page = Watched(browser).open(address)
    for name, words in [
        ("broken.json", "no format recognised"),
        ("broken.mp4", "cannot read"),
        ("empty.npz", "no hand seen"),
    ]:
        page.set_input_files("#file", tmp_path / name)
        page.locator("#error", has_text=words).wait_for()
    page.close()


@pytest.mark.parametrize("kind", ["npz", "pose", "zip", "json"])
def test_a_file_of_each_kind_is_answered(
    kind: str, address: str, browser: Any, tmp_path: Path
) -> None:
    file, clip = tmp_path / f"clip.{kind}", made_clip(HOLISTIC_75, num_frames=20, size=(640, 480))
    if kind == "zip":
        openpose.write(made_clip(OPENPOSE_54, num_frames=12, unit="pixels"), tmp_path / "clip")
        with zipfile.ZipFile(file, "w") as archive:
            for frame in sorted((tmp_path / "clip").iterdir()):
                archive.write(frame, f"clip/{frame.name}")
    elif kind == "json":
        hand = [{"x": 0.1 + 0.01 * point, "y": 0.5} for point in range(21)]
        file.write_text(json.dumps([{"left_hand_landmarks": hand}] * 5))
    else:
        if kind == "pose":
            pytest.importorskip("pose_format", reason="the extra pose is not installed")
        write(clip, file)
    page = Watched(browser).open(address)
    page.set_input_files("#file", file)
    page.locator("#verdict", has_text="sure").or_(
        page.locator("#verdict", has_text="Not sure")
    ).wait_for()
    assert page.locator("#answers li").count() == 5
    page.close()


@pytest.mark.parametrize(("kind", "codec"), [("mp4", "h264"), ("webm", "libvpx")])
def test_a_video_is_answered_and_stays_in_the_browser(
    kind: str, codec: str, address: str, browser: Any, tmp_path: Path
) -> None:
    av = pytest.importorskip("av", reason="PyAV is not installed")
    file = tmp_path / f"hand.{kind}"
    with av.open(str(file), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width, stream.pix_fmt = (*picture(places(1)[0]).shape[:2], "yuv420p")
        for place in places(1.0)[25:60]:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(place), format="rgb24")))
        container.mux(stream.encode(None))
    watched = Watched(browser)
    page = watched.open(address)
    page.set_input_files("#file", file)
    page.locator("#answers li").first.wait_for(timeout=60_000)
    assert not [url for url in watched.asked if "predict" in url]
    assert watched.errors == [] and watched.strangers(address) == []
    page.close()


def test_a_sign_is_found_taught_and_named_at_the_camera(
    address: str, browser: Any, tmp_path: Path
) -> None:
    watched = Watched(browser)
    page = watched.open(address)
    page.click("#camera")
    page.locator("#answers li").first.wait_for(
        timeout=60_000
    )  # the made video repeats one sign every five seconds
    page.fill("#new-gloss", "circle")
    page.press("#new-gloss", "Enter")
    page.locator("#signs", has_text="circle (3 clips)").wait_for(timeout=90_000)
    page.locator("#verdict", has_text="circle").wait_for(timeout=60_000)
    no_serious_violation(page)
    page.click("#camera")
    assert page.is_hidden("#stage")
    with page.expect_download() as saved:
        page.click("#download")
    saved.value.save_as(tmp_path / "enrolled.json")
    recognizer = load("wlasl100-hands-open", enrolled=tmp_path / "enrolled.json")
    assert {gloss: len(clips) for gloss, clips in recognizer.enrolled.clips.items()} == {
        "circle": 3
    }
    page.reload()
    page.locator("#signs", has_text="circle (3 clips)").wait_for()
    page.click("#signs button")
    assert not page.evaluate("Object.values(localStorage).some((kept) => kept.includes('circle'))")
    assert watched.errors == [] and watched.strangers(address) == []
    page.close()


def test_signs_that_the_server_knows_are_named_in_the_browser(browser: Any, tmp_path: Path) -> None:
    recognizer = load("wlasl100-hands-open")
    signs = Enrolled(recognizer.enrolled.network).with_sign("tea", recognizer.embed([CLIP]))
    signs.write(tmp_path / "signs.json")
    packed.write(CLIP, tmp_path / "clip.npz")
    with served(find_run("wlasl100-hands-open"), tmp_path / "signs.json") as there:
        page = Watched(browser).open(there)
        assert "tea (1 clip, kept by the server)" in page.inner_text("#signs")
        page.set_input_files("#file", tmp_path / "clip.npz")
        page.locator("#verdict", has_text="tea").wait_for()
        page.close()


def test_a_camera_that_is_refused_is_said(address: str, browser: Any) -> None:
    watched = Watched(browser)
    refusal = "() => Promise.reject(new DOMException('refused', 'NotAllowedError'))"
    watched.page.add_init_script(f"navigator.mediaDevices.getUserMedia = {refusal}")
    page = watched.open(address)
    page.click("#camera")
    page.locator("#error", has_text="the camera was not allowed").wait_for()
    assert page.is_hidden("#stage")
    page.close()


def test_a_browser_that_cannot_run_the_network_is_answered_by_the_server(
    address: str, browser: Any
) -> None:
    watched = Watched(browser)
    watched.page.route("**/*.wasm", lambda route: route.abort())
    page = watched.open(address, ready="server")
    assert "cannot run the network" in page.inner_text("#about")
    page.locator("#gallery button").first.click()
    page.locator("#verdict", has_text="sure").wait_for()
    page.close()


def test_every_part_can_be_reached_and_used_by_keyboard(address: str, browser: Any) -> None:
    page = Watched(browser).open(address)
    reached = []
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.textContent")
        )
    assert {"camera", "file", "new-gloss"} <= set(reached)
    page.locator("#gallery button").nth(2).focus()
    page.keyboard.press("Enter")
    page.locator("#verdict", has_text="sure").wait_for()
    page.close()
