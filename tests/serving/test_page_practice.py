"""Claims about signing a sign again on the page, beside its drawing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import BROWSER_TESTS, Watched
from test_page_camera import show_sign

from spobet.dataset.references import References
from spobet.formats import packed
from spobet.poses.sequence import PoseSequence
from spobet.shipped import find_run

pytestmark = [BROWSER_TESTS, pytest.mark.slow]


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """The drawing of "book" as a file of landmarks."""
    pose = References.read(find_run("wlasl100-hands-open") / "references.npz").pose("book")
    xy = pose.xy / 4 + np.float32(0.5)
    file = tmp_path / "take.npz"
    clip = PoseSequence(xy, pose.confidence, pose.skeleton, pose.times, "image", (600, 600))
    packed.write(clip, file)
    return file


def test_a_sign_is_signed_again_beside_its_drawing(browser: Any, address: str, take: Path) -> None:
    page = Watched(browser).open(address)
    page.set_input_files("#file", take)
    page.locator("#practice:not([hidden])").wait_for()
    assert page.inner_text("#sign-again") == "Sign “book” again"
    words = page.inner_text("#practice-words")
    assert words.startswith("Same handshape, orientation, movement") and "other" not in words
    page.locator("#answers button").nth(1).click()
    assert "ther " in page.inner_text("#practice-words")  # other, or Other
    page.locator("#answers button").first.click()
    page.click("#sign-again")
    page.locator("body[data-watching=camera]").wait_for()
    page.locator("#notice:not([hidden])").wait_for()
    page.evaluate("import('/state.js').then(({state}) => { state.camera.look = () => {}; })")
    assert "Make “book”" in page.inner_text("#notice")
    page.evaluate("document.getElementById('practice-words').textContent = ''")
    show_sign(page)
    page.wait_for_function("document.getElementById('practice-words').textContent")
    assert page.inner_text("#sign-again") == "Sign “book” again"  # whatever it was named
    assert page.inner_text("#practice-words") != words
