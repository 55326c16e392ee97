"""Hostile inputs by seed: files, lists, folders, videos, requests, and what is done with each."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from formats.clips import made_clip
from formats.scenes import WRITERS, alone
from formats.spoilt import BAD_NUMBERS, spoilt
from ingest.bombs import BOMBS
from ingest.importers import ENTRIES, IMPORTERS
from ingest.test_hostile import LISTS, spoilt_bytes, spoilt_json, write_all
from video_kit import Blocks, waving, write_video

from spobet.annotations import Annotation, annotations_text, read_annotations
from spobet.errors import UserError
from spobet.formats import read
from spobet.ingest.custom import import_clips
from spobet.ingest.extract import extract
from spobet.ingest.packed import import_packed
from spobet.ingest.videos import videos_in
from spobet.poses.skeleton import HANDS_42
from spobet.shipped import find_run

SUBTITLES = {".eaf": "elan", ".vtt": "webvtt", ".srt": "srt", ".csv": "csv"}
ODD_NAMES = ("\udce9", "a" * 250, "two\nlines", "-1", " ", "con", "a,b", "café", "=1+1")
PATHS = ("/api/predict", "/api/spot", "/api/signs", "/api/predict-file", "/api/networks/x")


@dataclass(frozen=True)
class Trial:
    """A hostile input: its kind, what reads it, and the work, which returns or raises UserError."""

    kind: str
    reader: str
    work: Callable[[], object]


def trial_of(seed: int, folder: Path) -> Trial:
    """The hostile input of a seed, made below `folder`; a data set may come at folder/out."""
    rng, number = random.Random(seed), seed // len(_KINDS)
    return _KINDS[seed % len(_KINDS)](seed, number, folder, rng)


def bomb(seed: int, number: int, folder: Path, rng: random.Random) -> Trial:
    path, out = bomb_file(number % len(BOMBS), folder), folder / "out"
    table = listing(path)
    works: dict[str, Callable[[], object]] = {
        "any reader": lambda: read(path),
        "table of clips": lambda: import_clips(path, out),
        "clip of a table": lambda: import_clips(table, out),
        "npz": lambda: import_packed(path, out),
        "server": lambda: upload(folder, path),
    }
    name = list(works)[number // len(BOMBS) % len(works)]
    return Trial("bomb", f"{name}: {BOMBS[number % len(BOMBS)].__name__}", works[name])


def damaged_list(seed: int, number: int, folder: Path, rng: random.Random) -> Trial:
    lists = [name for name in LISTS if name not in ("dataset.json", "manifest.csv")]
    name = lists[number % len(lists)]
    file, content, list_of = LISTS[name]
    write_all(folder)
    spoil = spoilt_bytes if isinstance(content, bytes) else spoilt_json
    (folder / file).write_bytes(spoil(content, rng))
    return Trial("list", name, lambda: list_of(folder))


def damaged_set(seed: int, number: int, folder: Path, rng: random.Random) -> Trial:
    """A published data set, or one's own, with a damaged file or one of an odd name in it."""
    name = list(IMPORTERS)[seed % len(IMPORTERS)]
    write, run = IMPORTERS[name]
    write(folder, ENTRIES)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    full = [path for path in files if path.stat().st_size]
    if full and rng.random() < 0.8:
        damaged = rng.choice(full)
        damaged.write_bytes(spoilt(damaged.read_bytes(), seed))
    else:
        chosen = rng.choice(files)
        chosen.rename(chosen.with_name(rng.choice(ODD_NAMES) + chosen.suffix))
    return Trial("importer", name, lambda: run(folder, folder / "out"))


def damaged_clip(seed: int, number: int, folder: Path, rng: random.Random) -> Trial:
    reader = list(WRITERS)[number % len(WRITERS)]
    path = spoil_scene(reader, seed, folder)
    if rng.random() < 0.7:
        return Trial("reader", reader, lambda: read(path))
    table = listing(path)
    return Trial("importer", reader, lambda: import_clips(table, folder / "out"))


def damaged_video(seed: int, number: int, folder: Path, rng: random.Random) -> Trial:
    name = rng.choice(ODD_NAMES) if rng.random() < 0.3 else "1"
    suffix = (".mp4", ".webm", ".avi")[number % 3]
    path = folder / "videos" / "go" / f"{name}{suffix}"
    path.parent.mkdir(parents=True)
    content = video_bytes(suffix)
    path.write_bytes(spoilt(content, seed) if rng.random() < 0.9 else content)
    videos = path.parent.parent
    work = lambda: extract(videos_in(videos), folder / "out", Blocks())  # noqa: E731
    return Trial("video", suffix, work)


def damaged_annotations(seed: int, number: int, folder: Path, rng: random.Random) -> Trial:
    signs = (Annotation(0.5, 1.25, "book & <tea>", 0.8), Annotation(2.0, 2.5, "Hände", 0.2))
    suffix = list(SUBTITLES)[number % len(SUBTITLES)]
    path = folder / f"signs{suffix}"
    content = annotations_text(signs, SUBTITLES[suffix], path, folder / "a.mp4").encode()
    path.write_bytes(spoilt(content, seed))
    return Trial("annotations", suffix, lambda: read_annotations(path))


def request(seed: int, number: int, folder: Path, rng: random.Random) -> Trial:
    """A body of damaged JSON or bytes, or a damaged file that is uploaded."""
    path = PATHS[number % len(PATHS)]
    if path == "/api/predict-file":
        reader = rng.choice(list(WRITERS))
        file = spoil_scene(reader, seed, folder)
        file = sorted(file.iterdir())[0] if file.is_dir() else file
        return Trial("server", f"upload of {reader}", lambda: upload(folder, file))
    landmarks = made_clip(HANDS_42, num_frames=4).xy.tolist()
    clip: dict[str, Any] = {"landmarks": landmarks, "size": [640, 480], "frame_rate": 25, "top": 5}
    content = {"gloss": "tea", "clips": [clip]} if path == "/api/signs" else clip
    text = json.dumps(content).encode()
    body = spoilt(text, seed) if rng.random() < 0.5 else spoilt_json(content, rng)
    kinds = (*["application/json"] * 4, "application/octet-stream", "text/plain; x=\xe9")
    kind = rng.choice(kinds)
    query = f"?top={rng.choice(BAD_NUMBERS).decode()}" if rng.random() < 0.2 else ""
    headers = {"content-type": kind.encode("latin-1")}
    return Trial("server", path, lambda: ask(folder, path + query, content=body, headers=headers))


_KINDS = (
    *(bomb, damaged_list, damaged_set, damaged_set, damaged_clip, damaged_clip, damaged_clip),
    *(damaged_video, damaged_annotations, request),
)


@cache
def bombs_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="spobet-bombs-"))


def bomb_file(number: int, folder: Path) -> Path:
    """A link to a bomb, which is made once."""
    made = bombs_folder() / str(number)
    if not made.is_dir():
        made.mkdir()
        BOMBS[number](made)
    (path,) = made.iterdir()
    os.link(path, folder / path.name)
    return folder / path.name


@cache
def video_bytes(suffix: str) -> bytes:
    codec = {".mp4": "libx264", ".webm": "libvpx", ".avi": "mpeg4"}[suffix]
    with tempfile.TemporaryDirectory() as folder:
        return write_video(Path(folder) / f"a{suffix}", waving(12), codec).read_bytes()


def listing(path: Path) -> Path:
    """A table of clips that lists this file."""
    table = path.parent / "clips.csv"
    table.write_text(f"path,gloss\n{path.name},go\n")
    return table


def spoil_scene(reader: str, seed: int, folder: Path) -> Path:
    path = WRITERS[reader](alone(), folder)
    file = sorted(path.iterdir())[seed % 3] if path.is_dir() else path
    file.write_bytes(spoilt(file.read_bytes(), seed))
    return path


def upload(folder: Path, path: Path) -> object:
    with path.open("rb") as file:
        return ask(folder, "/api/predict-file", files={"file": (path.name, file)})


def ask(folder: Path, path: str, **request: Any) -> object:
    """The answer of a server; UserError where it refuses in words, as itself where it fails."""
    from starlette.testclient import TestClient

    from spobet.serving.app import create_app

    app = create_app(find_run("wlasl100-hands"), folder / "enrolled.json")
    reply = TestClient(app, base_url="http://127.0.0.1").post(path, **request)
    if reply.status_code >= 500:
        raise RuntimeError(f"status {reply.status_code}: {reply.text[:200]}")
    if reply.status_code >= 400:
        raise UserError(reply.json().get("error") or str(reply.json()["detail"]))
    return reply.json()
