"""Claims about other hosts: no command asks for one, in a namespace whose name server listens."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from video_kit import waving, write_video
from web_kit import free_port

import spobet
from spobet.video.models import MODELS, cache_folder

NAME_SERVER = """
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
while True:
    question, asker = server.recvfrom(2048)
    with open(sys.argv[1], "ab") as log:
        log.write(question[12:] + b"\\n")
    server.sendto(question[:2] + b"\\x81\\x83" + question[4:6] + bytes(6) + question[12:], asker)
"""
# Each lasts long enough for what reports from a thread of its own.
ANSWER = """
import time
import numpy as np
import spobet
spobet.load("wlasl100-hands").predict(np.load("clip.npy"))
time.sleep(15)
"""
READ_VIDEO = """
import time
from pathlib import Path
from spobet.video.mediapipe_tasks import MediaPipe
from spobet.video.pose import read_video
detector = MediaPipe(Path({models!r}))
read_video(Path("sign.mp4"), detector)
time.sleep(15)
"""
CONFIG = """
[input]
num_frames = 8
[backbone]
width = 8
blocks = ["convolution"]
feed_forward = 8
[train.schedule]
epochs = 1
batch_size = 8
"""
SCRIPT = """
{python} answer.py
{spobet} train tiny.toml --data {data} --run run
{spobet} evaluate run --data {data} --split val
{spobet} serve --port {port} --enrolled signs.json & server=$!
until curl -sf http://127.0.0.1:{port}/api/health; do sleep 0.2; done
curl -sf --data-binary @clip.f4 -H "Content-Type: application/octet-stream" \\
    http://127.0.0.1:{port}/api/predict
sleep 15; kill $server
"""
SPOBET = f"{sys.executable} -m spobet"


def names_asked(script: str, folder: Path) -> bytes:
    """What commands, run in `folder`, ask a name server; fails where one of them does.

    Skips where no network namespace can be made.
    """
    if not all(map(shutil.which, ("unshare", "ip", "curl"))):
        pytest.skip("no unshare, ip or curl here")
    (folder / "resolv").write_text("nameserver 127.0.0.1\n")
    (folder / "server.py").write_text(NAME_SERVER)
    own_network = ["unshare", "-rmn", "bash", "-ec"]
    prepare = f"ip link set lo up; mount --bind {folder}/resolv /etc/resolv.conf\n"
    if subprocess.run([*own_network, prepare], capture_output=True).returncode:
        pytest.skip("no network namespace may be made here")
    listen = f"{sys.executable} server.py asked & trap 'kill %1' EXIT; sleep 1\n"
    ours = ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment["HOME"] = str(folder)  # what was cached before must not hide a question
    environment["PYTHONPATH"] = str(Path(spobet.__file__).parents[1])
    subprocess.run(
        [*own_network, prepare + listen + script],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    asked = folder / "asked"
    return asked.read_bytes() if asked.exists() else b""


@pytest.mark.slow
def test_the_name_server_writes_down_what_is_asked(tmp_path: Path) -> None:
    ask = f"{sys.executable} -c 'import socket; socket.gethostbyname(\"a.example\")' || true\n"
    assert b"example" in names_asked(ask, tmp_path)


@pytest.mark.slow
def test_answering_training_scoring_and_serving_ask_for_no_host(
    tiny_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "tiny.toml").write_text(CONFIG)
    (tmp_path / "answer.py").write_text(ANSWER)
    clip = np.random.default_rng(0).random((20, 42, 2), np.float32)
    np.save(tmp_path / "clip.npy", clip)
    (tmp_path / "clip.f4").write_bytes(clip.tobytes())
    script = SCRIPT.format(python=sys.executable, spobet=SPOBET, data=tiny_data, port=free_port())
    assert names_asked(script, tmp_path) == b""


@pytest.mark.slow
def test_reading_video_asks_for_no_host(tmp_path: Path) -> None:
    for module in ("av", "mediapipe"):
        pytest.importorskip(module, reason="the extra video is not installed")
    models = Path(os.environ.get("SPOBET_MODELS") or cache_folder())
    if not all((models / model.name).is_file() for model in MODELS):
        pytest.skip("MediaPipe's networks are not here: SPOBET_MODELS names their folder")
    write_video(tmp_path / "sign.mp4", waving(30))
    (tmp_path / "read.py").write_text(READ_VIDEO.format(models=str(models)))
    assert names_asked(f"{sys.executable} read.py\n", tmp_path) == b""
