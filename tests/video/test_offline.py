"""Claims about code that is kept from the network."""

from __future__ import annotations

import platform
import socket
import sys
import threading

import pytest

from spobet.video.offline import ReportsToMaker, offline_thread

FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)  # a name server may be a local one


def refused() -> list[bool]:
    """Whether this thread, and one that it starts, may not open a socket of each family."""
    found: list[bool] = []

    def open_each() -> None:
        for family in FAMILIES:
            try:
                socket.socket(family).close()
                found.append(False)
            except PermissionError:
                found.append(True)

    open_each()
    another = threading.Thread(target=open_each)
    another.start()
    another.join()
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a thread from the network")
def test_a_thread_and_those_it_starts_open_no_socket_and_others_do() -> None:
    with offline_thread("a library", "its maker") as offline:
        assert offline.submit(refused).result() == [True] * 2 * len(FAMILIES)
        assert not any(refused())


def test_where_it_cannot_be_prevented_library_and_host_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "another")
    with (
        pytest.warns(ReportsToMaker, match=r"^MediaPipe reports its use to play\.example, "),
        offline_thread("MediaPipe", "play.example") as offline,
    ):
        assert not any(offline.submit(refused).result())
