"""Many clients at once, beside the recogniser called in this process, in one run.

    python benchmarks/serving.py [CLIENTS [REQUESTS [MINUTES]]]

Starts `spobet serve` with one process per core at a free port of this machine, sends landmarks of
64 frames from many clients, as bytes and as JSON, and prints for each the errors, the time
within which 95 % are answered, answers per second, and their share of what this process answers
alone from two threads, measured before and after; then the memory of the server's processes, and
for MINUTES that of both at full load.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from spobet.recognition.recognizer import load

NETWORK, FRAMES = "wlasl100-hands-open", 64


def main() -> None:
    """Measure once."""
    clients, requests, minutes = (
        int(word) for word in [*sys.argv[1:], *("50", "2000", "0")[len(sys.argv) - 1 :]]
    )
    recognizer, rng = load(NETWORK), np.random.default_rng(0)
    shape = (FRAMES, len(recognizer.skeleton), 2)
    clip = (0.5 + 0.01 * rng.normal(size=shape).cumsum(axis=0)).round(4)
    bodies = {
        "application/octet-stream": clip.astype("<f4").tobytes(),
        "application/json": json.dumps({"landmarks": clip.tolist()}).encode(),
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", NETWORK, "--port", str(port), "--workers", str(os.cpu_count() or 1)]
    server = subprocess.Popen(
        [sys.executable, "-c", "from spobet.cli import main; main()", *words],
        stdout=subprocess.DEVNULL,
    )
    try:
        began = time.perf_counter()
        _wait(port)
        print(f"answers {time.perf_counter() - began:.1f} s after its start")
        for kind, body in bodies.items():
            _load(port, kind, body, clients, 200)
        before, alone = _memory(server.pid), _alone(lambda: recognizer.predict(clip), requests)
        measured = {
            kind: _load(port, kind, body, clients, requests) for kind, body in bodies.items()
        }
        alone = (alone + _alone(lambda: recognizer.predict(clip), requests)) / 2
        print(f"the recogniser in this process on two threads: {alone:.0f} answers per second")
        for kind, (took, errors, seconds) in measured.items():
            within, rate = 1e3 * np.quantile(took, 0.95), requests / seconds
            print(f"{kind}: {requests} predictions by {clients} clients, {errors} errors")
            print(f"    95 % within {within:.0f} ms")
            print(f"    {rate:.0f} answers per second, {rate / alone:.0%}")
        print(f"memory of the server: {before:.0f} MB before, {_memory(server.pid):.0f} MB after")
        for minute in range(1, minutes + 1):
            done, failed, end = 0, 0, time.monotonic() + 60
            while time.monotonic() < end:
                for kind, body in bodies.items():
                    took, errors, _ = _load(port, kind, body, clients, requests)
                    done, failed = done + len(took), failed + errors
            memory = _memory(server.pid)
            print(f"minute {minute}: {done} predictions, {failed} errors, {memory:.0f} MB")
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


def _load(
    port: int, kind: str, body: bytes, clients: int, requests: int
) -> tuple[list[float], int, float]:
    """Seconds of every request, how many failed, and seconds of all.

    Every client asks again as soon as it is answered.
    """
    head = f"POST /api/predict HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {kind}\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    took, errors, asked, began = [], 0, clients, time.perf_counter()
    with selectors.DefaultSelector() as waiting:
        for _ in range(clients):
            client = socket.create_connection(("127.0.0.1", port))
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting.register(client, selectors.EVENT_READ, time.perf_counter())
            client.sendall(request)
        while len(took) < requests:
            for key, _ in waiting.select():
                client: socket.socket = key.fileobj  # type: ignore[assignment]
                errors += not _answer(client).startswith(b"HTTP/1.1 200")
                took.append(time.perf_counter() - key.data)
                if asked < requests:
                    waiting.modify(client, selectors.EVENT_READ, time.perf_counter())
                    client.sendall(request)
                    asked += 1
                else:
                    waiting.unregister(client)
                    client.close()
    return took, errors, time.perf_counter() - began


def _answer(client: socket.socket) -> bytes:
    """One whole answer."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += client.recv(65536)
    head, body = answer.split(b"\r\n\r\n", 1)
    [length] = re.findall(rb"content-length: (\d+)", head, re.IGNORECASE)
    while len(body) < int(length):
        body += client.recv(65536)
    return answer


def _alone(answer: Callable[[], object], requests: int) -> float:
    """Answers per second of this process on two threads."""
    with ThreadPoolExecutor(2) as pool:
        began = time.perf_counter()
        list(pool.map(lambda _: answer(), range(requests)))
    return requests / (time.perf_counter() - began)


def _memory(pid: int) -> float:
    """MB of a process and those it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    resident = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
    return resident + sum(_memory(int(child)) for child in children)


if __name__ == "__main__":
    main()
