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

from spobet.formats import packed
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
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            ask(port, "GET", "/api/health")
        except OSError:
            time.sleep(0.05)
        else:
            return server
    raise TimeoutError("the server did not answer within two minutes")


def test_no_enrolment_that_was_confirmed_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    clip, port = landmarks_of(made_clip(HANDS_42, num_frames=20)), free_port()
    signs, confirmed = tmp_path / "enrolled.json", []
    for round_ in range(2):
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


ENROL = """
import sys
from click.testing import CliRunner
from spobet.cli import main
clip, signs, *numbers = sys.argv[1:]
for number in numbers:
    words = ["enrol", "wlasl100-hands-open", f"line {number}", clip, "--file", signs]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    print(number, flush=True)
"""


@pytest.mark.slow
def test_200_signs_enrolled_at_once_by_command_and_server_survive_kills(tmp_path: Path) -> None:
    signs, port, confirmed = tmp_path / "enrolled.json", free_port(), set()
    clip = made_clip(HANDS_42, num_frames=20)
    packed.write(clip, tmp_path / "clip.npz")
    lock = threading.Lock()

    def enrol_by_server(number: int) -> None:
        body = {"gloss": f"http {number}", "clips": [{"landmarks": landmarks_of(clip)}]}
        while True:  # until it is confirmed, as a client does whose server is gone for a while
            try:
                if ask(port, "POST", "/api/signs", body)["status"] == 200:
                    break
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        with lock:
            confirmed.add(f"http {number}")

    def enrol_by_command(numbers: list[int]) -> None:
        while numbers:
            command = [sys.executable, "-c", ENROL, str(tmp_path / "clip.npz"), str(signs)]
            command += map(str, numbers)
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout
                done = []
                for line in process.stdout:
                    done.append(int(line))
                    if len(done) == 25:
                        process.kill()
            with lock:
                confirmed.update(f"line {number}" for number in done)
            numbers = [number for number in numbers if number not in done]

    server = started(port, signs)
    threads = [
        threading.Thread(target=lambda first=first: [*map(enrol_by_server, range(first, 100, 4))])
        for first in range(4)
    ]
    threads += [
        threading.Thread(target=enrol_by_command, args=(list(range(first, 100, 2)),))
        for first in range(2)
    ]
    for thread in threads:
        thread.start()
    kills = 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.5)
        with lock:
            soon = len(confirmed) >= 40 * (kills + 1)
        if soon and kills < 4:
            server.kill()
            server.wait()
            kills += 1
            server = started(port, signs)
    server.terminate()
    server.wait(20)
    network = network_hash(RunFolder(find_run("wlasl100-hands-open")))
    expected = {f"{way} {number}" for way in ("http", "line") for number in range(100)}
    assert confirmed == expected == set(Enrolled.read(signs, network).glosses)
    assert kills == 4
