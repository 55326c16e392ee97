"""What every test of the API can ask for."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def signs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of enrolled signs of `client`."""
    return tmp_path_factory.mktemp("signs") / "enrolled.json"


@pytest.fixture(scope="session")
def client(signs: Path) -> Any:
    """A client of a server of wlasl100-hands."""
    from clients import client_of

    return client_of(signs)
