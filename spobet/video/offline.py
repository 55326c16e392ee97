"""Code that is kept from the network: MediaPipe reports its use to its maker and has no switch."""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

# The kernel's name of the processor and its number of the call `socket` (Linux headers).
_PROCESSORS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_NO_NEW_PRIVILEGES, _SECCOMP, _SECCOMP_FILTER = 38, 22, 2  # of prctl
_LOAD, _EQUAL, _RETURN = 0x20, 0x05 | 0x10, 0x06  # BPF: load a word, jump if equal, return
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13  # 13: permission denied
_NUMBER_AT, _PROCESSOR_AT = 0, 4  # bytes into what a filter is shown of a call


class ReportsToMaker(UserWarning):
    """A library that asks another host runs where it cannot be kept from it."""


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


@contextmanager
def offline_thread(library: str, host: str) -> Iterator[ThreadPoolExecutor]:
    """A thread that can open no socket, nor can any thread that is started from it.

    Everything else of the process keeps its network. On Linux (x86-64 and 64-bit ARM) the kernel
    sees to it; elsewhere there is a warning that names the library and the host it asks.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="offline") as thread:
        if not thread.submit(forbid_sockets).result():
            warnings.warn(
                f"{library} reports its use to {host}, which cannot be prevented on this system; "
                "where that matters, run it on a machine without a network",
                ReportsToMaker,
                stacklevel=3,
            )
        yield thread


def forbid_sockets() -> bool:
    """Forbid this thread, for good, to open sockets; False where the system cannot do it."""
    if sys.platform != "linux" or platform.machine() not in _PROCESSORS:
        return False
    processor, socket_call = _PROCESSORS[platform.machine()]
    instructions = b"".join(
        struct.pack("HBBI", *instruction)
        for instruction in (
            (_LOAD, 0, 0, _PROCESSOR_AT),
            (_EQUAL, 0, 3, processor),
            (_LOAD, 0, 0, _NUMBER_AT),
            (_EQUAL, 0, 1, socket_call),
            (_RETURN, 0, 0, _REFUSE),
            (_RETURN, 0, 0, _ALLOW),
        )
    )
    length = len(instructions) // 8
    program = _Program(length, instructions)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    word = ctypes.c_ulong
    if prctl(_NO_NEW_PRIVILEGES, word(1), word(0), word(0), word(0)) != 0:
        return False
    filtered: int = prctl(_SECCOMP, word(_SECCOMP_FILTER), ctypes.byref(program), word(0), word(0))
    return filtered == 0
