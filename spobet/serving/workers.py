"""One process that answers, or several, which read from the environment what to serve."""

from __future__ import annotations

import gc
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from spobet.serving.app import create_app
from spobet.serving.guard import LOCAL_HOSTS

_VARIABLE = "SPOBET_SERVE"


@dataclass(frozen=True)
class Served:
    """What is served, and to whom: the arguments of `create_app`, as values that JSON holds."""

    run: str
    enrolled: str = ""
    token: str = ""
    hosts: tuple[str, ...] = LOCAL_HOSTS
    origins: tuple[str, ...] = ()

    def app(self) -> FastAPI:
        """The application."""
        enrolled = Path(self.enrolled) if self.enrolled else None
        return create_app(
            Path(self.run), enrolled, self.token, tuple(self.hosts), tuple(self.origins)
        )


def start(served: Served, workers: int, **options: Any) -> None:
    """Serve until interrupted.

    options: of uvicorn, such as host and port. UserError where the run cannot be served.
    """
    app = served.app()  # also where others will answer: what is wrong is said once, and here
    if workers == 1:
        _freeze()
        uvicorn.run(app, **options)
        return
    del app
    os.environ[_VARIABLE] = json.dumps(asdict(served))
    uvicorn.run(f"{__name__}:worker_app", factory=True, workers=workers, **options)


def worker_app() -> FastAPI:
    """The application of one of several processes."""
    app = Served(**json.loads(os.environ[_VARIABLE])).app()
    _freeze()
    return app


def _freeze() -> None:
    """Take what is loaded out of the search for garbage.

    Landmarks come as thousands of lists; every few requests Python would go through everything
    that is loaded, which cost a third of the answers.
    """
    gc.collect()
    gc.freeze()
