"""Commands as forks of one process that has imported everything: a kill meets work, not imports."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np

DISK = 20_000  # bytes of a file where the disk is full
DAY = 86_400.0
_SERVER = get_context("forkserver")


@dataclass(frozen=True)
class Trouble:
    """What a command meets: a full disk, no right to write in read-only folders, an old clock."""

    full_disk: bool = False
    no_rights: bool = False
    clock_back: bool = False


NONE = Trouble()


def preload(modules: Iterable[str]) -> None:
    """Have these imported once, before the first command is started; later calls do nothing."""
    _SERVER.set_forkserver_preload(list(modules))


def start(words: Iterable[str], cwd: Path, log: Path, trouble: Trouble = NONE) -> BaseProcess:
    """`spobet WORDS` in a folder, what it says in a file; its exit code is the command's."""
    process = _SERVER.Process(target=_command, args=(tuple(words), cwd, log, trouble))
    process.start()
    return process


def _command(words: tuple[str, ...], cwd: Path, log: Path, trouble: Trouble) -> None:
    os.chdir(cwd)
    os.environ["GIT_DIR"] = os.devnull  # results hold the commit, which may change meanwhile
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(file, stream)
    if trouble.full_disk:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))
    if trouble.clock_back:
        now = time.time
        time.time = lambda: now() - DAY
    if trouble.no_rights:
        give_up_rights()
    if words[0] == "extract":
        from spobet.video import mediapipe_tasks

        mediapipe_tasks.open_mediapipe = lambda *choices, say: Brightest()  # type: ignore[assignment]
    from spobet.cli import main

    sys.argv = ["spobet", *words]
    main(list(words))


def give_up_rights() -> None:
    """Obey the modes of files even as root: all capabilities of this process go (Linux)."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3 of the interface, this process
    if ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "capset")


@dataclass(frozen=True)
class Brightest:
    """A detector without a network: a body in the middle, both hands at the brightest row."""

    name: str = "brightest"

    def find(self, frames: Iterable) -> Iterator:
        """What is found in each frame."""
        from spobet.video.detector import Found

        for frame in frames:
            height = float(frame.picture.mean(axis=(1, 2)).argmax() / len(frame.picture))
            body = np.full((1, 33, 3), (0.5, height / 2, 1.0), np.float32)
            body[0, :, 0] += np.linspace(-0.2, 0.2, 33)
            hands = np.full((2, 21, 2), height, np.float32)
            hands[:, :, 0] = np.linspace((0.2, 0.7), (0.3, 0.8), 21).T
            yield Found(body, hands)


def write_videos(folder: Path, number: int = 6) -> bool:
    """Short videos of a bar that sinks, in folders by gloss; False where PyAV is not installed."""
    if importlib.util.find_spec("av") is None:
        return False
    from spobet.video.writing import write_pictures

    for video in range(number):
        pictures = np.zeros((6 + video, 48, 64, 3), np.uint8)
        for row, picture in enumerate(pictures):
            picture[3 * row : 3 * row + 6] = 255
        path = folder / f"gloss-{video % 2}" / f"{video}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_pictures(path, pictures)
    return True
