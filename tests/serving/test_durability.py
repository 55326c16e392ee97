"""Claims about what is enrolled when the server dies."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from formats.clips import made_clip
from web_kit import free_port

from spobet.poses.skeleton import HANDS_42
from spobet.recognition.enrolment import Enrolled
from spobet.recognition.network import network_hash
from spobet.runs import RunFolder
from spobet.serving.landmarks import landmarks_of
from spobet.shipped import find_run

pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytest.importorskip("uvicorn", reason="the extra serve is not installed")


def ask(port: int, method: str, path: str, content: object = None) -> dict:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, None if content is None else json.dumps(content))
        with connection.getresponse() as reply:
            return {"status": reply.status, **json.loads(reply.read())}


def started(port: int, signs: Path, *words: str) -> subprocess.Popen:
    command = [
        sys.executable,
        "-c",
        "from spobet.cli import main; main()",
        "serve",
        "--port",
        str(port),
        "--enrolled",
        str(signs),
    ]
    server = subprocess.Popen([*command, *words], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            ask(port, "GET", "/api/health")
        except OSError:
            time.sleep(0.05)
        else:
            return server
    raise TimeoutError("the server did not answer within 30 seconds")


def test_no_enrolment_that_was_confirmed_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    clip, port = landmarks_of(made_clip(HANDS_42, num_frames=20)), free_port()
    signs, confirmed = tmp_path / "enrolled.json", []
    for round_ in range(3):
        server = started(port, signs)

        def enrol(round_: int = round_) -> None:
            for number in range(1000):
                try:
                    reply = ask(
                        port,
                        "POST",
                        "/api/signs",
                        {"gloss": f"sign-{round_}-{number}", "clips": [{"landmarks": clip}]},
                    )
                except (OSError, http.client.HTTPException):
                    return
                confirmed.extend(sign["gloss"] for sign in reply["signs"])

        asking = threading.Thread(target=enrol)
        asking.start()
        time.sleep(0.8 + 0.13 * round_)
        server.send_signal(signal.SIGKILL)
        server.wait()
        asking.join()
        on_disk = Enrolled.read(
            signs, network_hash(RunFolder(find_run("wlasl100-hands-open")))
        ).glosses  # refuses a half-written file
        assert set(confirmed) <= set(on_disk)
    assert len(set(confirmed)) > 3


def test_two_processes_serve_the_same_signs(tmp_path: Path) -> None:
    clip, port = landmarks_of(made_clip(HANDS_42, num_frames=20)), free_port()
    server = started(port, tmp_path / "enrolled.json", "--workers", "2")
    try:
        for number in range(4):
            assert (
                ask(
                    port,
                    "POST",
                    "/api/signs",
                    {"gloss": f"sign-{number}", "clips": [{"landmarks": clip}]},
                )["status"]
                == 200
            )
        for _ in range(8):  # whichever process is asked
            assert [sign["gloss"] for sign in ask(port, "GET", "/api/signs")["signs"]] == [
                f"sign-{number}" for number in range(4)
            ]
    finally:
        server.terminate()
        server.wait(20)
