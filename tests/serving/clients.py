"""Clients of the API for tests, and the requests they send."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from formats.clips import made_clip

from spobet.poses.skeleton import HANDS_42
from spobet.shipped import find_run

pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytest.importorskip("python_multipart", reason="the extra serve is not installed")
pytest.importorskip("httpx2", reason="httpx2, which the test client needs, is not installed")
from starlette.testclient import TestClient

from spobet.serving.app import create_app
from spobet.serving.landmarks import landmarks_of

CLIP = made_clip(HANDS_42, num_frames=30)


def client_of(signs: Path, run: str = "wlasl100-hands", **options: Any) -> TestClient:
    """A client of a server of its own."""
    app = create_app(find_run(run), signs, **options)
    return TestClient(app, base_url="http://127.0.0.1")


def described(clip: Any = CLIP, **more: Any) -> dict[str, Any]:
    return {"landmarks": landmarks_of(clip), **more}


def refused(reply: Any, status: int = 400) -> str:
    assert reply.status_code == status, reply.text
    return reply.json()["error"]


def post_bytes(client: TestClient, path: str, body: bytes) -> Any:
    return client.post(path, content=body, headers={"content-type": "application/octet-stream"})
