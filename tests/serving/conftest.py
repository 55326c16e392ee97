"""What every test of the API or the page can ask for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spobet.shipped import find_run


@pytest.fixture(scope="session")
def signs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of enrolled signs of `client`."""
    return tmp_path_factory.mktemp("signs") / "enrolled.json"


@pytest.fixture(scope="session")
def client(signs: Path) -> Any:
    """A client of a server of wlasl100-hands."""
    from clients import client_of

    return client_of(signs)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of wlasl100-hands-open, with signs of its own."""
    from browsing import served

    with served(
        find_run("wlasl100-hands-open"), tmp_path_factory.mktemp("signs") / "enrolled.json"
    ) as there:
        yield there


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """What starts browsers."""
    from browsing import playwright

    with playwright.sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(driver: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium with a drawn hand at its camera."""
    from browsing import CAMERA, chromium
    from drawn_hands import write_y4m

    file = tmp_path_factory.mktemp("camera") / "hand.y4m"
    write_y4m(file)
    with chromium(driver, *CAMERA, f"--use-file-for-fake-video-capture={file}") as opened:
        yield opened


@pytest.fixture(scope="session")
def opened(address: str, browser: Any) -> Any:
    """The page, opened once for all tests that teach nothing: opening it takes seconds."""
    from browsing import Watched

    watched = Watched(browser)
    watched.open(address)
    return watched


@pytest.fixture
def network_page(opened: Any) -> Any:
    """The page that was opened, in the first screen's size and without errors."""
    opened.errors.clear()
    opened.page.set_viewport_size({"width": 1280, "height": 900})
    opened.page.evaluate("scrollTo(0, 0)")
    return opened.page
