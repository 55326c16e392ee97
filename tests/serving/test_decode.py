"""Claims about the process that reads an upload: it reaches no other host and fetches nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from video_kit import waving, write_video
from web_kit import Site, serving

LEAVE = """
import socket, sys
from spobet.serving.decode import leave_network
left = leave_network()
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5).close()
    print(left, "reached")
except OSError:
    print(left, "not reached")
"""


def test_the_process_that_reads_uploads_reaches_no_host() -> None:
    with serving(Site({"file": b"content"})) as site:
        command = [sys.executable, "-c", LEAVE, site.address.rpartition(":")[2]]
        words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    if words == ["False", "reached"]:
        pytest.skip("this system gives no process a network namespace of its own")
    assert words == ["True", "not", "reached"]


def test_a_video_without_mediapipes_networks_is_refused_and_fetches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("av", reason="PyAV is not installed")
    from spobet.serving.schemas import BadRequest
    from spobet.serving.uploads import read_upload

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_video(tmp_path / "hand.mp4", waving(8))
    with pytest.raises(BadRequest, match="MediaPipe's networks are not installed on it"):
        read_upload("hand.mp4", (tmp_path / "hand.mp4").read_bytes())
    assert not (tmp_path / "cache").exists()


def test_a_server_without_mediapipe_says_so_for_whoever_runs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spobet.extras import ExtraNeeded
    from spobet.serving import decode
    from spobet.video.models import MODELS, cache_folder

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache_folder().mkdir(parents=True)
    for model in MODELS:
        (cache_folder() / model.name).touch()
    monkeypatch.setattr(decode, "find_spec", lambda name: None)
    with pytest.raises(ExtraNeeded, match="this server cannot read videos: MediaPipe is not"):
        decode._require_detector()
