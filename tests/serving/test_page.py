"""Claims about the page in a real browser: it answers, teaches and forgets, and asks no other host."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from formats.clips import made_clip

from spobet.formats import packed
from spobet.poses.skeleton import HANDS_42
from spobet.shipped import find_run

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
uvicorn = pytest.importorskip("uvicorn", reason="the extra serve is not installed")
pytest.importorskip("fastapi", reason="the extra serve is not installed")
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # the server's own
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from spobet.serving.app import create_app

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(find_run("wlasl100-hands"), tmp_path_factory.mktemp("signs") / "enrolled.json")
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_clip_is_answered_taught_and_forgotten(width: int, address: str, browser: Any, tmp_path: Path) -> None:
    packed.write(made_clip(HANDS_42, num_frames=30), tmp_path / "clip.npz")
    (tmp_path / "broken.json").write_text("{")
    page, said, asked = browser.new_page(viewport={"width": width, "height": 900}), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.locator("body[data-ready]").wait_for()
    chosen = page.locator("#gallery button").nth(1)
    chosen.click()
    page.locator("#verdict", has_text="sure").wait_for()
    assert page.inner_text("#verdict").startswith(chosen.inner_text())
    assert page.locator("#answers li").count() == 5
    page.set_input_files("#file", tmp_path / "clip.npz")
    page.locator("#teach:not([hidden])").wait_for()
    page.fill("#gloss", "tea")
    page.press("#gloss", "Enter")
    page.locator("#signs", has_text="tea (1 clip)").wait_for()
    page.set_input_files("#file", [])
    page.set_input_files("#file", tmp_path / "clip.npz")
    page.locator("#verdict", has_text="tea").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("#signs button")
    page.locator("#signs", has_text="None yet").wait_for()
    assert said == []
    page.set_input_files("#file", tmp_path / "broken.json")
    page.locator("#error:not([hidden])").wait_for()
    assert "no format recognised" in page.inner_text("#error")
    assert all(url.startswith((address, "data:")) for url in asked)
    page.close()
