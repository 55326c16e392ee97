"""A server of the page, and Chromium with a drawn hand at its camera, for the tests of the page."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from must_run import skip_without
from web_kit import free_port

from spobet.shipped import find_run

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
uvicorn = pytest.importorskip("uvicorn", reason="the extra serve is not installed")
pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytest.importorskip("python_multipart", reason="the extra serve is not installed")
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


def browser_path() -> str | None:
    """A browser on the PATH, otherwise playwright's where it is installed; None without any."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    with playwright.sync_playwright() as running:
        installed = Path(running.chromium.executable_path)
    return str(installed) if installed.is_file() else None


CHROMIUM = browser_path()
BROWSER_TESTS = skip_without(
    "browser", CHROMIUM is not None, f"no browser: none of playwright's, {', '.join(NAMES)}"
)


@contextmanager
def served(run: Path, signs: Path) -> Iterator[str]:
    """The address of a server of this network."""
    from spobet.serving.app import create_app

    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(create_app(run, signs), host="127.0.0.1", port=port, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@contextmanager
def chromium(driver: Any, *flags: str) -> Iterator[Any]:
    """A headless browser of the fixture `driver`, which no thread may have twice."""
    opened = driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
    yield opened
    opened.close()


@contextmanager
def page_of(name: str) -> Iterator[Any]:
    """The page of a server of a shipped network, opened in a browser of its own."""
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        served(find_run(name), Path(folder) / "signs.json") as address,
        sync_playwright() as driver,
        chromium(driver) as browser,
    ):
        page = browser.new_page()
        page.goto(address)
        page.locator("body[data-ready=here]").wait_for()
        yield page


PATIENCE = 120_000  # milliseconds: other work may run beside the tests


class Watched:
    """A page whose console errors and requests are recorded.

    offline: with the service worker, whose requests cannot be seen nor answered by a test.
    """

    def __init__(self, browser: Any, width: int = 1280, offline: bool = False) -> None:
        self.page = browser.new_page(
            viewport={"width": width, "height": 900},
            service_workers="allow" if offline else "block",
        )
        self.page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, address: str, fragment: str = "", ready: str = "here") -> Any:
        """The page, once it can answer: in the browser ("here") or by the server ("server")."""
        self.page.goto(f"{address}/{fragment}")
        self.page.locator(f"body[data-ready={ready}]").wait_for()
        return self.page

    def strangers(self, address: str) -> list[str]:
        """The requests that went to other hosts."""
        return [
            url
            for url in self.asked
            if not url.startswith((f"{address}/", "data:", f"blob:{address}/"))
        ]
