"""One process that answers, or several; these are told by the environment what to serve."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from spobet.serving.app import create_app

_RUN, _ENROLLED, _TOKEN = "SPOBET_SERVED_RUN", "SPOBET_SERVED_SIGNS", "SPOBET_SERVED_TOKEN"


def start(run: Path, enrolled: Path | None, token: str, workers: int, **choices: Any) -> None:
    """Serve until interrupted. choices: of uvicorn, such as host and port. ValueError or OSError where the run cannot be served."""
    app = create_app(
        run, enrolled, token
    )  # also where others will answer: what is wrong is said once, and here
    if workers == 1:
        _settle()
        uvicorn.run(app, **choices)
        return
    del app
    os.environ |= {_RUN: str(run), _ENROLLED: str(enrolled or ""), _TOKEN: token}
    uvicorn.run(f"{__name__}:worker_app", factory=True, workers=workers, **choices)


def worker_app() -> FastAPI:
    """The application of one of several processes."""
    signs = os.environ[_ENROLLED]
    app = create_app(Path(os.environ[_RUN]), Path(signs) if signs else None, os.environ[_TOKEN])
    _settle()
    return app


def _settle() -> None:
    """Take what is loaded out of the search for garbage: landmarks come as thousands of lists, and every few requests would bring
    Python to go through all of it, which cost a third of the answers."""
    gc.collect()
    gc.freeze()
