"""Claims about the page in a real browser: it answers, teaches, forgets, and asks no other host."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import BROWSER_TESTS, Watched, served
from formats.clips import made_clip

from spobet.formats import openpose, packed, write
from spobet.poses.skeleton import HANDS_42, HOLISTIC_75, OPENPOSE_54
from spobet.recognition.recognizer import load
from spobet.shipped import find_run

pytestmark = [
    BROWSER_TESTS,
    pytest.mark.filterwarnings("ignore::spobet.poses.preprocess.UnknownPictureSize"),
]
CLIP = made_clip(HANDS_42, num_frames=30)
TRY = "#gallery button:has-text('Name it')"


def no_serious_violation(page: Any) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    violations = axe.Axe().run(page).response["violations"]
    serious = [one for one in violations if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == []


def inside_window(page: Any, *selectors: str) -> None:
    """Check that all of these elements stand in the window."""
    for selector in selectors:
        box = page.locator(selector).bounding_box()
        window = page.viewport_size
        assert box and box["y"] >= 0 and box["x"] >= 0, selector
        assert box["y"] + box["height"] <= window["height"] + 1, selector
        assert box["x"] + box["width"] <= window["width"] + 1, selector


def drawn(page: Any, canvas: str) -> bool:
    """Whether a canvas shows anything."""
    look = """(canvas) => {
      const { width, height } = canvas;
      const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
      return pixels.some((value) => value > 0);
    }"""
    return page.locator(canvas).evaluate(look)


@pytest.mark.parametrize(
    ("fragment", "ready", "width"),
    [("", "here", 1280), pytest.param("#server", "server", 360, marks=pytest.mark.slow)],
)
def test_a_clip_is_answered_taught_and_forgotten(
    fragment: str, ready: str, width: int, address: str, browser: Any, tmp_path: Path
) -> None:
    packed.write(CLIP, tmp_path / "clip.npz")
    watched = Watched(browser, width)
    page = watched.open(address, fragment, ready)
    page.locator(TRY).first.click()
    page.locator("#word", has_text="thumb at the chest, move inward").wait_for()
    assert "likely" in page.inner_text("#probability")
    assert page.locator("#answers li").count() == 5
    assert page.locator("#strip button").count() == 12
    assert page.locator("#strip canvas").first.bounding_box()["width"] >= 96
    no_serious_violation(page)
    page.set_input_files("#file", tmp_path / "clip.npz")
    page.locator("#teach:not([hidden])").wait_for()
    page.click("#answers li:nth-child(2) button")
    second = page.inner_text("#answers li:nth-child(2) .name")
    assert page.inner_text("#compared-gloss").startswith(f"“{second}”")
    page.fill("#gloss", "tea")
    page.press("#gloss", "Enter")
    page.locator("#signs", has_text="tea (1 example)").wait_for()
    page.set_input_files("#file", tmp_path / "clip.npz")
    page.locator("#word", has_text="tea").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    no_serious_violation(page)
    page.click("#signs button")
    page.locator("#signs", has_text="None yet").wait_for()
    assert watched.errors == [] and watched.strangers(address) == []
    page.close()


def test_the_first_screen_says_what_it_is_and_what_to_do(network_page: Any) -> None:
    page = network_page
    assert "Signs of American Sign Language, one at a time." in page.inner_text("header")
    assert "Nothing you show leaves this device" in page.inner_text("header")
    assert "two in three" in page.inner_text("header")
    assert page.locator("button.primary:visible").count() == 1
    page.locator("#example:not([hidden])").wait_for()
    assert drawn(page, "#example canvas")
    for width in (1280, 768, 360):
        page.set_viewport_size({"width": width, "height": 740})
        inside_window(page, "h1", "#where", "#camera")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    words = page.inner_text("main").lower()
    assert not [word for word in ("gloss", "landmark", "logit") if word in words]


def test_the_sign_of_the_first_screen_stops_by_itself_and_plays_when_asked(
    network_page: Any,
) -> None:
    play = network_page.locator("#example-play button")
    play.filter(has_text="Play").wait_for(timeout=30_000)  # three times through is ten seconds
    for told in ("Pause", "Play"):
        play.click()
        assert play.inner_text() == told


def test_the_vocabulary_is_sorted_and_searched_and_the_card_is_no_markdown(
    network_page: Any,
) -> None:
    page = network_page
    page.fill("#search", "")
    glosses = page.locator("#glosses li").all_inner_texts()
    assert len(glosses) == 100
    assert glosses == sorted(glosses)
    page.fill("#search", "comp")
    assert page.locator("#glosses li").all_inner_texts() == ["computer"]
    assert page.inner_text("#found") == "1 found"
    page.click("#glosses button")
    assert page.inner_text("#watch-title") == "“computer”"
    assert "the mean of" in page.inner_text("#watch-words")
    assert drawn(page, "#watch canvas")
    no_serious_violation(page)
    page.click("#watch-close")
    assert page.is_hidden("#watch")
    page.click("#card-details summary")
    assert page.locator("#card table").count() == 1
    assert not [mark for mark in ("## ", "|--", "**") if mark in page.inner_text("#card")]
    page.click("#card-details summary")


@pytest.mark.slow  # another network of 9 MB is opened
def test_a_sign_is_looked_up_in_the_dictionary(address: str, browser: Any, tmp_path: Path) -> None:
    packed.write(CLIP, tmp_path / "clip.npz")
    watched = Watched(browser)
    page = watched.open(address)
    page.set_input_files("#file", tmp_path / "clip.npz")
    page.click("#look-up")
    page.locator("#answer", has_text="The ten likeliest of 1,996 words").wait_for()
    assert page.locator("#answers li").count() == 10
    assert page.locator("#answers canvas").count() >= 5
    assert page.is_hidden("#teach") and page.is_hidden("#look-up")
    page.locator("#answers button").last.click()
    assert drawn(page, "#compared canvas")
    no_serious_violation(page)
    assert watched.errors == []
    page.close()


@pytest.mark.slow
def test_what_goes_wrong_is_said_in_words(address: str, browser: Any, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    packed.write(made_clip(HANDS_42, num_frames=1), tmp_path / "empty.npz")
    page = Watched(browser).open(address)
    for name, words in [("broken.json", "no format recognised"), ("empty.npz", "no hand seen")]:
        page.set_input_files("#file", tmp_path / name)
        page.locator("#error", has_text=words).wait_for()
    xy = np.repeat(CLIP.xy[1:2], len(CLIP), axis=0)
    still = replace(CLIP, xy=xy, confidence=np.isfinite(xy[..., 0]))
    packed.write(still, tmp_path / "still.npz")
    page.set_input_files("#file", tmp_path / "still.npz")
    page.locator("#advice", has_text="Your hands hardly moved: show the sign").wait_for()
    page.close()


@pytest.mark.slow
def test_a_video_that_the_browser_cannot_read_is_sent_to_the_server_only_if_asked(
    address: str, browser: Any, tmp_path: Path
) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    watched = Watched(browser)
    page = watched.open(address)
    page.set_input_files("#file", tmp_path / "broken.mp4")
    page.locator("#error", has_text="This browser cannot read broken.mp4").wait_for()
    assert not [url for url in watched.asked if "predict" in url]
    page.click("#remedy")
    page.locator("#error", has_text=re.compile("this server|could not|not a video")).wait_for()
    assert [url for url in watched.asked if "predict-file" in url]
    page.close()


@pytest.mark.slow
def test_a_server_that_is_gone_is_said_with_a_way_on(browser: Any, tmp_path: Path) -> None:
    packed.write(CLIP, tmp_path / "clip.npz")
    watched = Watched(browser)
    with served(find_run("wlasl100-hands-open"), tmp_path / "signs.json") as there:
        page = watched.open(there)
        page.route("**/api/predict-file", lambda route: route.abort())
        page.set_input_files("#file", tmp_path / "clip.npz")
        page.locator("#error", has_text="The server does not answer").wait_for()
        page.route("**/api/health", lambda route: route.abort())
        page.reload()
        page.locator("#error", has_text="The server does not answer").wait_for()
        page.unroute("**/api/health")
        page.click("#remedy")
        page.locator("body[data-ready=here]").wait_for()
        assert page.is_hidden("#error")
        page.close()


@pytest.mark.slow
def test_a_file_of_each_kind_is_answered(address: str, browser: Any, tmp_path: Path) -> None:
    pytest.importorskip("pose_format", reason="the extra pose is not installed")
    clip = made_clip(HOLISTIC_75, num_frames=20, size=(640, 480))
    write(clip, tmp_path / "clip.npz")
    write(clip, tmp_path / "clip.pose")
    hand = [{"x": 0.1 + 0.01 * point, "y": 0.5} for point in range(21)]
    (tmp_path / "clip.json").write_text(json.dumps([{"left_hand_landmarks": hand}] * 5))
    openpose.write(made_clip(OPENPOSE_54, num_frames=12, unit="pixels"), tmp_path / "clip")
    with zipfile.ZipFile(tmp_path / "clip.zip", "w") as archive:
        for frame in sorted((tmp_path / "clip").iterdir()):
            archive.write(frame, f"clip/{frame.name}")
    page = Watched(browser).open(address)
    for kind in ("npz", "pose", "json", "zip"):
        page.evaluate("document.getElementById('answers').replaceChildren()")
        page.set_input_files("#file", tmp_path / f"clip.{kind}")
        page.locator("#answers li").nth(4).wait_for()
        assert page.inner_text("#word")
    assert "proportions are lost" in page.inner_text("#notice")  # OpenPose tells no picture's size
    page.close()


@pytest.mark.slow
def test_signs_that_the_server_knows_are_named_in_the_browser(browser: Any, tmp_path: Path) -> None:
    recognizer = load("wlasl100-hands-open").with_sign("tea", [CLIP])
    recognizer.enrolled.write(tmp_path / "signs.json")
    packed.write(CLIP, tmp_path / "clip.npz")
    with served(find_run("wlasl100-hands-open"), tmp_path / "signs.json") as there:
        page = Watched(browser).open(there)
        assert "tea (1 example, kept by the server)" in page.inner_text("#signs")
        page.set_input_files("#file", tmp_path / "clip.npz")
        page.locator("#word", has_text="tea").wait_for()
        page.close()


@pytest.mark.slow
def test_a_browser_that_cannot_run_the_network_is_answered_by_the_server(
    address: str, browser: Any
) -> None:
    watched = Watched(browser)
    watched.page.route("**/*.wasm", lambda route: route.abort())
    page = watched.open(address, ready="server")
    assert "cannot run the recogniser" in page.inner_text("#notice")
    assert "is sent to the server" in page.inner_text("#where")
    page.locator(TRY).first.click()
    page.locator("#word", has_text="thumb at the chest").wait_for()
    page.close()


def test_every_part_can_be_reached_and_used_by_keyboard(network_page: Any) -> None:
    page = network_page
    page.fill("#search", "")
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.textContent")
        )
    assert {"camera", "file", "new-gloss", "search", "glosses", "Play"} <= set(reached)
    page.locator(TRY).nth(2).focus()
    page.keyboard.press("Enter")
    page.locator("#answered:not([hidden])").wait_for()


@pytest.mark.slow
def test_the_page_works_without_a_network_after_one_visit(address: str, browser: Any) -> None:
    watched = Watched(browser, offline=True)
    page = watched.open(address)
    page.locator("#offline:not([hidden])").wait_for(timeout=60_000)
    finder = "caches.match('/vendor/hand_landmarker.task').then((kept) => Boolean(kept))"
    assert page.evaluate(finder)
    page.context.set_offline(True)
    page.reload()
    page.locator("body[data-ready=here]").wait_for()
    page.locator(TRY).first.click()
    page.locator("#word", has_text="thumb at the chest").wait_for()
    assert page.is_hidden("#error")
    page.click("#glosses button")
    assert drawn(page, "#watch canvas")
    page.context.close()
