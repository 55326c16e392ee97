"""Claims about uploaded files: answered, refused in words, and never left on disk."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clients import CLIP, refused
from formats.clips import made_clip

from spobet.formats import packed, write
from spobet.poses.skeleton import HANDS_42, HOLISTIC_75


@pytest.mark.parametrize("suffix", [".npz", ".pose", ".json", ".jsonl"])
def test_a_file_is_answered_and_given_back_as_landmarks(
    suffix: str, client: Any, tmp_path: Path
) -> None:
    file, clip = tmp_path / f"clip{suffix}", made_clip(HOLISTIC_75, num_frames=12, size=(640, 480))
    if suffix in (".json", ".jsonl"):
        hand = [{"x": 0.1 + 0.01 * point, "y": 0.5} for point in range(21)]
        frames = [{"left_hand_landmarks": hand}] * 5
        lines = "\n".join(map(json.dumps, frames))
        file.write_text(json.dumps(frames) if suffix == ".json" else lines)
    else:
        pytest.importorskip("pose_format", reason="the extra pose is not installed")
        write(clip, file)
    reply = client.post("/api/predict-file", files={"file": (file.name, file.read_bytes())}).json()
    assert len(reply["answers"]) == 5
    assert reply["frames"] == len(reply["landmarks"])
    again = client.post(
        "/api/predict", json={"landmarks": reply["landmarks"], "unit": reply["unit"]}
    ).json()
    assert again["answers"][0]["gloss"] == reply["answers"][0]["gloss"]


def malformed(num: int, folder: Path) -> list[tuple[str, bytes]]:
    """Files of every kind: cut, with bytes exchanged, noise after a true head, deeply nested."""
    rng, good = np.random.default_rng(0), {}
    for name, suffix in (("clip.npz", ".npz"), ("array.npy", ".npy")):
        packed.write(CLIP, folder / name) if suffix == ".npz" else np.save(folder / name, CLIP.xy)
        good[suffix] = (folder / name).read_bytes()
    good[".json"] = json.dumps([{"left_hand_landmarks": [{"x": 0.1, "y": 0.5}] * 21}] * 5).encode()
    good[".csv"] = b"labels,wrist_X_right\n1,[0.5]\n" * 3
    good[".zip"] = good[".npz"]
    good |= {suffix: b"\x1a\x45\xdf\xa3" + rng.bytes(400) for suffix in (".webm", ".mkv")}
    good |= {
        ".mp4": b"\x00\x00\x00\x18ftypmp42" + rng.bytes(400),
        ".pose": rng.bytes(300),
        ".parquet": b"PAR1" + rng.bytes(300),
    }
    files = []
    for number in range(num):
        suffix = sorted(good)[number % len(good)]
        content = bytearray(good[suffix][: rng.integers(1, len(good[suffix]))])
        for position in rng.integers(0, len(content), 3):
            content[position] = rng.integers(256)
        files.append(
            (f"../../clip{suffix}", b"[" * 100_000 if number == num - 1 else bytes(content))
        )
    return files


@pytest.mark.parametrize("num", [11, pytest.param(200, marks=pytest.mark.slow)])
def test_malformed_uploads_are_refused_in_words_and_leave_nothing(
    num: int, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"  # the usual one holds the uploads of tests beside this one
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    def send(file: tuple[str, bytes]) -> Any:
        return client.post("/api/predict-file", files={"file": file})

    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(send, malformed(num, tmp_path)))
    # a cut file may still be whole enough to be read
    assert {reply.status_code for reply in replies} <= {200, 400}
    errors = [reply.json()["error"] for reply in replies if reply.status_code == 400]
    assert len(errors) > 0.9 * num
    assert all(errors)
    assert not [error for error in errors if str(tmp_path) in error or "Traceback" in error]
    assert "expected one of" in refused(send(("clip.exe", b"MZ")))
    assert not list(temporary.iterdir())
    assert client.get("/api/health").json()["status"] == "ok"


def test_a_file_of_too_many_frames_is_refused(client: Any, tmp_path: Path) -> None:
    packed.write(made_clip(HANDS_42, num_frames=20_001), tmp_path / "long.npz")
    file = ("long.npz", (tmp_path / "long.npz").read_bytes())
    error = refused(client.post("/api/predict-file", files={"file": file}))
    assert "20001 frames, expected at most 20,000" in error
