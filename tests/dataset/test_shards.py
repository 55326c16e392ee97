"""Claims about data sets at an address: the same clips, each shard fetched once and compared."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from http.client import HTTPException, IncompleteRead
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from spobet.commands.arguments import DATA_SET
from spobet.dataset import store
from spobet.dataset.manifest import Clip
from spobet.dataset.shards import _received, array_of, fetch, location, write_array
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.errors import NotFound, UserError
from spobet.extras import ExtraNeeded
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42

fsspec = pytest.importorskip("fsspec")
upath = pytest.importorskip("upath")

NUM_CLIPS, NUM_FRAMES = 6, 3


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """A data set of three shards of two clips."""
    monkeypatch.setattr(store, "MAX_SHARD_FRAMES", 2 * NUM_FRAMES)
    rng = np.random.default_rng(0)
    with DatasetWriter(tmp_path / "set", HANDS_42, "image", "made", "none") as writer:
        for number in range(NUM_CLIPS):
            xy = rng.random((NUM_FRAMES, len(HANDS_42), 2))
            pose = PoseSequence(xy, np.ones(xy.shape[:2]), HANDS_42, unit="image")
            writer.add(Clip(str(number), f"gloss{number % 2}", split="train"), pose)
    return Dataset.open(tmp_path / "set")


@pytest.fixture
def remote(local: Dataset) -> Iterator[Any]:
    """Its copy at the address memory://sets/one, as fsspec sees it."""
    files = fsspec.filesystem("memory")
    files.put(str(local.path), "/sets/one", recursive=True)
    yield files
    files.rm("/sets", recursive=True)


def assert_same_clips(one: Dataset, other: Dataset) -> None:
    assert one.manifest == other.manifest
    for clip in one.manifest:
        np.testing.assert_array_equal(one.pose(clip.id).xy, other.pose(clip.id).xy)


@pytest.mark.parametrize("shape", [(0, 3), (2, 3), (5, 2, 2)])
def test_an_array_is_written_as_numpy_writes_it(shape: tuple[int, ...], tmp_path: Path) -> None:
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    write_array(tmp_path / "one.npy", values)
    np.save(tmp_path / "other.npy", values)
    assert (tmp_path / "one.npy").read_bytes() == (tmp_path / "other.npy").read_bytes()


@pytest.mark.parametrize("lying", [np.ascontiguousarray, np.asfortranarray])
def test_an_array_is_read_from_its_bytes_and_damaged_ones_are_refused(
    lying: Callable[[np.ndarray], np.ndarray],
) -> None:
    values, content = lying(np.arange(24.0).reshape(2, 3, 4)), BytesIO()
    np.save(content, values)
    np.testing.assert_array_equal(array_of(content.getvalue()), values)
    for damaged in (content.getvalue()[:-1], content.getvalue() + b"x" * 8, b"not an array"):
        with pytest.raises(ValueError, match=r"."):
            array_of(damaged)


def test_what_a_signed_address_does_not_give_is_asked_of_the_stores_client(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"signed")
    files = SimpleNamespace(protocol=("s3", "s3a"), sign=lambda name: (tmp_path / name).as_uri())
    for name, content in (("there", b"signed"), ("missing", b"client")):
        fetched = fetch(SimpleNamespace(fs=files, path=name, read_bytes=lambda: b"client"))
        assert fetched == (content, zlib.crc32(content))
    other = SimpleNamespace(protocol="memory")  # cannot sign
    fetched = fetch(SimpleNamespace(fs=other, path="there", read_bytes=lambda: b"client"))
    assert fetched == (b"client", zlib.crc32(b"client"))


def test_what_ends_early_or_comes_in_small_parts_is_told_apart() -> None:
    """A store that hangs up half-way, one that sends ten bytes at a time, one without a length."""
    content = bytes(range(250)) * 3000

    class Reply(BytesIO):
        headers: ClassVar = {"Content-Length": str(len(content))}

        def readinto(self, part: memoryview) -> int:  # type: ignore[override]
            return super().readinto(part[:100_000])

    assert _received(Reply(content)) == (content, zlib.crc32(content))
    with pytest.raises(IncompleteRead):
        _received(Reply(content[:-1]))
    endless = Reply(content)
    endless.headers = {"Content-Length": None}  # type: ignore[misc]
    with pytest.raises(HTTPException, match="how long"):
        _received(endless)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_in_the_systems_words() -> None:
    """NumPy tells of bytes requested and written, which was taken for a fault of ours."""
    with pytest.raises(OSError, match="No space left"):
        write_array(Path("/dev/full"), np.zeros(100_000))


def test_clips_at_an_address_are_those_of_the_folder(local: Dataset, remote: Any) -> None:
    assert_same_clips(Dataset.open("memory://sets/one"), local)
    named = DATA_SET.convert("memory://sets/one", None, None)  # as on the command line
    assert_same_clips(Dataset.open(named), local)
    assert DATA_SET.convert(str(local.path), None, None) == local.path


def test_each_shard_is_fetched_once_and_no_more_than_four_are_kept(
    local: Dataset, remote: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    read = upath.UPath.read_bytes
    kind = type(location("memory://sets/one"))
    monkeypatch.setattr(kind, "read_bytes", lambda path: fetched.append(path.name) or read(path))
    dataset = Dataset.open("memory://sets/one")
    assert fetched == []
    for clip in dataset.manifest:
        dataset.pose(clip.id)
    assert sorted(fetched) == sorted(path.name for path in local.path.glob("*.npy"))
    assert len(fetched) == 9


@pytest.mark.parametrize("name", ["xy-00001.npy", "times-00002.npy"])
def test_a_shard_that_was_damaged_on_the_way_is_named(
    name: str, local: Dataset, remote: Any
) -> None:
    content = bytearray(remote.cat(f"/sets/one/{name}"))
    content[-1] ^= 1
    remote.pipe(f"/sets/one/{name}", bytes(content))
    dataset = Dataset.open("memory://sets/one")
    dataset.pose("0")
    with pytest.raises(
        UserError,
        match=rf"^memory://sets/one/{name}: damaged, its checksum is \w+, dataset.json says",
    ):
        [dataset.pose(clip.id) for clip in dataset.manifest]


def test_what_is_not_at_the_address_is_named(local: Dataset, remote: Any) -> None:
    with pytest.raises(NotFound, match=r"memory://sets/two: not a data set, manifest\.csv"):
        Dataset.open("memory://sets/two")
    remote.rm("/sets/one/xy-00001.npy")
    with pytest.raises(
        NotFound, match=r"^memory://sets/one/xy-00001\.npy: not there, expected a shard"
    ):
        Dataset.open("memory://sets/one").pose("2")


def test_an_address_of_an_unknown_kind_or_without_the_extra_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UserError, match=re.escape("nosuch://sets/one: ")):
        Dataset.open("nosuch://sets/one")
    monkeypatch.setitem(sys.modules, "upath", None)
    with pytest.raises(ExtraNeeded, match=r"reading from an address needs .*spobet\[remote\]"):
        Dataset.open("memory://sets/one")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty bucket of an S3-compatible server on this machine."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto.server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secrets = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for name, value in {**secrets, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}.items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ) as server:
        for _ in range(600):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        fsspec.filesystem("s3", skip_instance_cache=True).mkdir("clips")
        yield "s3://clips"
        server.kill()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of the packages that speak to the server
def test_clips_in_a_bucket_are_those_of_the_folder(local: Dataset, bucket: str) -> None:
    files = fsspec.filesystem("s3", skip_instance_cache=True)
    files.put(f"{local.path}/", f"{bucket}/one/", recursive=True)
    assert_same_clips(Dataset.open(f"{bucket}/one"), local)
    with pytest.raises(NotFound, match="two: not a data set"):
        Dataset.open(f"{bucket}/two")


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_arrays_read_back_however_they_lie_in_memory(tmp_path: Path, kind: type) -> None:
    values = np.arange(24).reshape(2, 3, 4).astype(kind)
    for lying in (values, np.asfortranarray(values), values.transpose(2, 0, 1), values[:, ::2]):
        write_array(tmp_path / "values.npy", lying)
        read = np.load(tmp_path / "values.npy")
        assert read.dtype == kind
        np.testing.assert_array_equal(read, lying)
