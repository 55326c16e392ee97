"""Drills of `faults.py` on single files: a flipped byte in each kind, and signs that are served."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
from fault_commands import contents, different, flip_byte, named

if TYPE_CHECKING:
    from faults import Drills

NUM_SIGNS = 60  # more than a server enrols before it is killed


def flipped_network(drills: Drills, rng: np.random.Generator) -> str:
    """A byte of a run's ONNX file is flipped: it is refused by name."""
    out = drills.fresh(named("evaluate"), "flipped")
    flip_byte(out / "run" / "classifier.onnx", rng)
    status, said = drills.run(("predict", "OUT/run", "clip.npz"), out)
    return _refused(status, said, "classifier.onnx")


def flipped_shard(drills: Drills, rng: np.random.Generator) -> str:
    """A byte of a data set's shard is flipped: it is refused by name."""
    out = drills.fresh(named("evaluate"), "flipped")
    shutil.copytree(drills.work / "set", out / "set")
    shards = sorted((out / "set").glob("*.npy"))
    shard = shards[rng.integers(len(shards))]
    flip_byte(shard, rng)
    status, said = drills.run(("evaluate", "OUT/run", "--data", "OUT/set", "--split", "val"), out)
    return _refused(status, said, shard.name)


def flipped_state(drills: Drills, rng: np.random.Generator) -> str:
    """A byte of the state that a killed run left is flipped: refused, or of no consequence."""
    train = named("train")
    expected, out = drills.reference(train), drills.fresh(train, "flipped")
    process, state = drills.start(train.words, out), out / "run" / "training-state.npz"
    while process.is_alive() and not state.exists():
        time.sleep(0.005)
    process.kill()
    process.join()
    if not state.exists():
        return ""  # it was over before
    flip_byte(state, rng)
    status, said = drills.run(train.words, out)
    if status == 0 and not different(expected, contents(out / "run")):
        return ""  # a field of the archive that nobody reads
    return _refused(status, said, state.name)


FILES: dict[str, Callable[[Drills, np.random.Generator], str]] = {
    "network": flipped_network,
    "shard": flipped_shard,
    "state": flipped_state,
}


def served(drills: Drills, rng: np.random.Generator) -> str:
    """A server is killed while signs are enrolled over HTTP: all that it confirmed are there."""
    from spobet.formats import read
    from spobet.recognition.enrolled_file import EnrolledFile
    from spobet.recognition.network import network_hash
    from spobet.runs import RunFolder
    from spobet.serving.landmarks import landmarks_of

    out = drills.fresh(named("evaluate"), "served")
    signs, port = out / "signs.json", _free_port()
    words = ("serve", "OUT/run", "--port", str(port), "--enrolled", str(signs))
    server, clip = drills.start(words, out), landmarks_of(read(drills.work / "clip.npz"))
    if not _answers(port, server.is_alive):
        return f"serve: does not start: {(out / 'said.log').read_text().strip()[-200:]}"
    kind = signal.SIGKILL if rng.random() < 0.7 else signal.SIGTERM
    threading.Timer(rng.random(), os.kill, (server.pid, kind)).start()
    confirmed: list[str] = []
    for number in range(NUM_SIGNS):
        body = {"gloss": f"sign {number}", "clips": [{"landmarks": clip}]}
        try:
            if _ask(port, "POST", "/api/signs", body) == 200:
                confirmed.append(body["gloss"])
        except (OSError, http.client.HTTPException):
            break
    server.join()
    file = EnrolledFile(signs, network_hash(RunFolder(out / "run")))
    lost = set(confirmed) - set(file.read().glosses)  # a half-written file is refused
    return f"serve: lost {sorted(lost)}" if lost else ""


def _refused(status: int, said: str, name: str) -> str:
    """What is wrong with an answer to a damaged file; "" where it is named in one line."""
    if status == 2 and name in said and "damaged" in said:
        return ""
    return f"{name}: a flipped byte, exit status {status}: {said}"


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ask(port: int, method: str, path: str, content: object = None) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, None if content is None else json.dumps(content))
        with connection.getresponse() as reply:
            reply.read()
            return reply.status


def _answers(port: int, is_alive: Callable[[], bool]) -> bool:
    """Wait for a server; False where it ends before it answers."""
    while is_alive():
        try:
            return _ask(port, "GET", "/api/health") == 200
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
    return False
