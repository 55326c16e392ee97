"""Reading a data set from an object store, beside reading it from a disk.

    python benchmarks/remote.py [--shards 4] [--rounds 3]

A data set of full shards (1,366 clips of 48 frames and 42 landmarks each) is made, served by an
S3-compatible server on this machine (extra `dev`) and read in turn from the disk and from the
server, clip after clip: alone, and as training does, each clip normalised and stored. Prints the
clips a second of both and their ratio, and the ratio of the reader's processor seconds, medians
over rounds. The server works on the same cores and a loopback has no latency: the first makes the
ratio worse than a real store, the second better.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from memory import NUM_FRAMES, make

from spobet.dataset.shards import location
from spobet.dataset.store import MAX_SHARD_FRAMES, Dataset


def main() -> None:
    """Print a row for each way of reading."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "set", asked.shards * -(-MAX_SHARD_FRAMES // NUM_FRAMES))
        port = _free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-p", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = _upload(folder / "set", port)
            for what, read in (("read", _read), ("read, normalised, stored", _stored)):
                rounds = [
                    [_seconds(read, place, folder) for place in (folder / "set", address)]
                    for _ in range(asked.rounds)
                ]
                local, remote = np.median(rounds, axis=0)  # wall, processor
                share, of_processor = np.median([here / there for here, there in rounds], axis=0)
                num_clips = len(Dataset.open(folder / "set"))
                print(
                    f"{what:26}{num_clips / local[0]:8,.0f}{num_clips / remote[0]:8,.0f} clips/s"
                    f"{share:7.2f}{of_processor:7.2f}",
                    flush=True,
                )
        finally:
            server.terminate()
            server.wait()


def _seconds(read: Callable, place: Path | str, folder: Path) -> np.ndarray:
    """Wall's and processor's, to open a data set and read it."""
    began = np.array([time.perf_counter(), time.process_time()])
    read(Dataset.open(place), folder)
    return np.array([time.perf_counter(), time.process_time()]) - began


def _read(dataset: Dataset, _: Path) -> None:
    for _clip, pose in dataset.poses():
        pose.xy.sum()


def _stored(dataset: Dataset, folder: Path) -> None:
    from spobet.config import InputConfig
    from spobet.poses.preprocess import Preprocessor
    from spobet.training.stored_clips import StoredClips

    preprocessor = Preprocessor(dataset.skeleton, dataset.info.unit, InputConfig())
    StoredClips((pose for _, pose in dataset.poses()), preprocessor, folder)


def _upload(data: Path, port: int) -> str:
    """The address of a copy of the data set in the store, once that answers."""
    endpoint = f"http://127.0.0.1:{port}"
    os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    os.environ |= {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.1)
    files = location("s3://sets").fs
    files.mkdir("sets")
    files.put(str(data), "sets/one", recursive=True)
    return "s3://sets/one"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
