"""What every test can ask for."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real landmarks, split files and fixtures, which the project does not ship."""
    places = [os.environ.get("SPOBET_DATA"), Path(__file__).parents[2] / "shared"]
    for place in places:
        if place and (Path(place) / "data").is_dir():
            return Path(place)
    pytest.skip("real landmarks are not here: set SPOBET_DATA to the folder that holds data/, splits/ and fixtures/")
