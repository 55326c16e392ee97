"""Many clients at once, beside the recogniser called in this process, in one run.

    python benchmarks/serving.py [CLIENTS [REQUESTS]]

Starts `spobet serve` at a free port of this machine, sends clips of 64 frames as JSON landmarks from so many threads, and prints
errors, the time within which 95 % are answered, answers a second, their share of what this process answers alone from two threads,
and the server's memory.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from spobet.recognition.recognizer import load

FRAMES = 64


def main() -> None:
    """Measure once."""
    clients, requests = (int(word) for word in [*sys.argv[1:], *("50", "2000")[len(sys.argv) - 1 :]])
    recognizer, rng = load("wlasl100-hands"), np.random.default_rng(0)
    shape = (FRAMES, len(recognizer.skeleton), 2)
    clip = (0.5 + 0.01 * rng.normal(size=shape).cumsum(axis=0)).round(4)
    body = json.dumps({"landmarks": clip.tolist()}).encode()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-c", "from spobet.cli import main; main()", "serve", "--port", str(port), "--workers", "2"]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    try:
        began = time.perf_counter()
        _wait(port)
        print(f"answers {time.perf_counter() - began:.1f} s after its start")
        _load(port, body, clients, 200)
        before = _memory(server.pid)
        took, errors, seconds = _load(port, body, clients, requests)
        print(f"{requests} predictions by {clients} clients: {errors} errors, 95 % within {1e3 * np.quantile(took, 0.95):.0f} ms")
        alone, rate = _alone(lambda: recognizer.predict(clip), requests), requests / seconds
        print(
            f"{rate:.0f} answers a second, {rate / alone:.0%} of the {alone:.0f} of the recogniser in this process on two threads"
        )
        print(f"memory of the server: {before:.0f} MB before, {_memory(server.pid):.0f} MB after")
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    while True:
        try:
            http.client.HTTPConnection("127.0.0.1", port).request("GET", "/api/health")
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return


def _load(port: int, body: bytes, clients: int, requests: int) -> tuple[list[float], int, float]:
    """Seconds of every request, how many failed, and seconds of all."""
    own = threading.local()

    def ask(_: int) -> tuple[float, bool]:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection("127.0.0.1", port)
        began = time.perf_counter()
        own.connection.request("POST", "/api/predict", body, {"content-type": "application/json"})
        reply = own.connection.getresponse()
        reply.read()
        return time.perf_counter() - began, reply.status == 200

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        done = list(pool.map(ask, range(requests)))
    return [took for took, _ in done], sum(not good for _, good in done), time.perf_counter() - began


def _alone(answer: Callable[[], object], requests: int) -> float:
    """Answers a second of this process on two threads."""
    with ThreadPoolExecutor(2) as pool:
        began = time.perf_counter()
        list(pool.map(lambda _: answer(), range(requests)))
    return requests / (time.perf_counter() - began)


def _memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
