"""Claims about downloading WLASL: links fail, mirrors and files at hand help; gaps are listed."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from web_kit import STALL, Site, serving

from spobet.cli import main
from spobet.dataset.store import Dataset
from spobet.fetch import Patience
from spobet.formats import openpose
from spobet.ingest import wlasl_download
from spobet.ingest.wlasl import ImportReport
from spobet.ingest.wlasl_download import (
    POSES,
    PUBLISHED,
    SPLITS,
    START_KIT,
    Sources,
    download_wlasl,
)
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import OPENPOSE_54

QUICK = Patience(timeout=STALL / 3, tries=2, rest=0.01)


def zipped(files: dict[str, bytes]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Small files of the form that WLASL's authors publish.

    Four clips of two glosses, one of them without poses, and the poses of another clip.
    """
    folder = tmp_path_factory.mktemp("published")
    rng = np.random.default_rng(0)
    for clip in ("00001", "00002", "00003", "09999"):
        xy = rng.uniform(1, 200, (3, len(OPENPOSE_54), 2))
        pose = PoseSequence(xy, np.ones(xy.shape[:2]), OPENPOSE_54)
        openpose.write(pose, folder / "pose_per_individual_videos" / clip)
    keypoints = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*.json"))
    }
    clips = (("book", ["00001", "00002"]), ("drink", ["00003", "00004"]))
    kit = [
        {
            "gloss": gloss,
            "instances": [
                {
                    "video_id": clip,
                    "split": "train",
                    "signer_id": 1,
                    "frame_start": 1,
                    "frame_end": -1,
                }
                for clip in ids
            ],
        }
        for gloss, ids in clips
    ]
    split = json.dumps(kit).encode()
    return {
        "C-UDA-1.0.pdf": b"%PDF licence",
        START_KIT.name: split,
        SPLITS.name: zipped({"splits/asl100.json": split, "splits/asl300.json": split}),
        POSES.name: zipped(keypoints),
    }


@pytest.fixture
def site(published: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The authors' links lead to a server of our own."""
    with serving(Site(dict(published))) as site:
        ours = [replace(file, address=f"{site.address}/{file.name}") for file in PUBLISHED]
        monkeypatch.setattr(wlasl_download, "PUBLISHED", ours)
        yield site


def have(
    folder: Path, say: Callable[[str], None] = lambda line: None, **facts: object
) -> ImportReport:
    return download_wlasl(folder, "asl100", say=say, patience=QUICK, **facts)  # type: ignore[arg-type]


def test_it_ends_in_a_data_set_although_every_link_fails_stalls_or_truncates(
    site: Site, tmp_path: Path
) -> None:
    site.faults |= {
        START_KIT.name: ["500"],
        SPLITS.name: ["truncate"],
        POSES.name: ["stall", "truncate"],
    }
    said: list[str] = []
    report = have(tmp_path, said.append)
    assert report.summary().startswith("read 3 of 4 clips; 1 listed in problems.csv\nleft over: 1")
    assert [(clip.id, clip.gloss) for clip in Dataset.open(tmp_path / "asl100").manifest] == [
        ("00001", "book"),
        ("00002", "book"),
        ("00003", "drink"),
    ]
    assert [line.split(":")[0] for line in said] == [file.name for file in PUBLISHED]
    assert set(json.loads((tmp_path / "checksums.json").read_text())) == set(site.files)
    assert site.asked[-1][1] is not None  # the poses were gone on with


def test_a_dead_link_is_made_up_for_by_a_mirror_or_a_folder(
    site: Site, published: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / SPLITS.name).write_bytes(published[SPLITS.name])
    for name in (POSES.name, SPLITS.name):
        site.files[f"mirror/{name}"] = site.files.pop(name)
    sources = Sources((f"{site.address}/mirror/",), tmp_path / "mine")
    said: list[str] = []
    assert have(tmp_path / "wlasl", said.append, sources=sources).read == 3
    assert f"{POSES.name}: from {site.address}/mirror/{POSES.name}" in said[-1]
    assert (f"mirror/{SPLITS.name}", None) not in site.asked


def test_what_is_missing_is_said_and_the_rest_is_kept(site: Site, tmp_path: Path) -> None:
    del site.files[POSES.name]
    said: list[str] = []
    with pytest.raises(
        ValueError,
        match=f"missing {POSES.name}; put them there by hand, or give --mirror or --files",
    ):
        have(tmp_path, said.append)
    assert said[-1].startswith(f"missing: {POSES.name}: ")
    assert said[-1].endswith("404 Not Found")
    asked = len(site.asked)
    with pytest.raises(ValueError, match="missing"):
        have(tmp_path)
    assert [path for path, _ in site.asked[asked:]] == [POSES.name]


def test_without_the_splits_the_start_kit_defines_the_subset(site: Site, tmp_path: Path) -> None:
    del site.files[SPLITS.name]
    said: list[str] = []
    assert have(tmp_path, said.append).read == 3
    assert f"asl100.json: the first 100 glosses of {START_KIT.name}" in said


def test_a_file_that_is_not_the_one_of_the_first_download_is_refused(
    site: Site, tmp_path: Path
) -> None:
    have(tmp_path)
    shutil.rmtree(tmp_path / "asl100")
    (tmp_path / START_KIT.name).write_bytes(b"[]")
    with pytest.raises(
        ValueError, match=rf"{START_KIT.name}: SHA-256 \w+, \w+ at first; remove one of file"
    ):
        have(tmp_path)


def test_what_is_no_archive_is_set_aside(site: Site, tmp_path: Path) -> None:
    site.files[POSES.name] = site.files[POSES.name][:-50]
    said: list[str] = []
    with pytest.raises(ValueError, match="missing"):
        have(tmp_path, said.append)
    assert "no whole zip archive; set aside as" in said[-1]
    assert not (tmp_path / POSES.name).exists()


def test_a_data_set_that_is_there_is_left_alone(site: Site, tmp_path: Path) -> None:
    have(tmp_path)
    asked = len(site.asked)
    with pytest.raises(FileExistsError, match="asl100: is there already"):
        have(tmp_path)
    assert len(site.asked) == asked


def test_the_command_shows_links_and_asks_for_the_licence(site: Site, tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["wlasl"])
    assert "https://drive.google.com/file/d/1k5mfrc2g4ZEzzNjW6CEVjLvNTZcmPanB/view" in shown.stdout
    assert "no commercial usage" in shown.stdout
    refused = CliRunner().invoke(main, ["wlasl", str(tmp_path / "set")], input="n\n")
    assert refused.exit_code == 2
    assert "nothing is downloaded unless the licence is accepted" in refused.stderr
    assert not site.asked
    done = CliRunner().invoke(main, ["wlasl", str(tmp_path / "set"), "--accept-licence"])
    assert done.stdout.splitlines() == [
        f"{tmp_path / 'set' / 'asl100'}: read 3 of 4 clips; 1 listed in problems.csv",
        "left over: 1 clips that no split file names: 09999; listed in left_over.csv",
    ]
