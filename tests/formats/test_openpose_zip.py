"""Claims about OpenPose folders inside an archive."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from formats.clips import assert_same, made_clip

from spobet.formats import openpose, read, recognise
from spobet.formats.openpose_zip import ClipArchive, ClipNotThere
from spobet.poses.skeleton import OPENPOSE_54


def archive(path: Path, folders: dict[str, Path]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for home, folder in folders.items():
            for file in sorted(folder.iterdir()):
                out.write(file, f"{home}/{file.name}")
    return path


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    for number in range(2):
        openpose.write(
            made_clip(OPENPOSE_54, unit="pixels", seed=number), tmp_path / f"clip{number}"
        )
    return {f"poses/69{number}": tmp_path / f"clip{number}" for number in range(2)}


def test_a_clip_reads_from_an_archive_as_from_its_folder(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    clips = ClipArchive(archive(tmp_path / "poses.zip", folders))
    assert sorted(clips.clips) == ["690", "691"]
    for number in range(2):
        assert_same(clips.read(f"69{number}"), openpose.read(tmp_path / f"clip{number}"))
    assert_same(clips.read("690", 2, 3), openpose.read(tmp_path / "clip0", 2, 3))


def test_an_archive_of_one_clip_reads_by_itself(folders: dict[str, Path], tmp_path: Path) -> None:
    path = archive(tmp_path / "clip.zip", {"clip": tmp_path / "clip0"})
    assert recognise(path).format == "OpenPose archive"
    assert_same(read(path), openpose.read(tmp_path / "clip0"))
    with pytest.raises(ValueError, match="holds 2 clips, expected one"):
        read(archive(tmp_path / "both.zip", folders))


def test_files_outside_any_folder_are_a_clip_of_the_archives_name(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "69241.zip", "w") as out:
        for file in (tmp_path / "clip0").iterdir():
            out.write(file, file.name)
    assert list(ClipArchive(tmp_path / "69241.zip").clips) == ["69241"]
    assert_same(read(tmp_path / "69241.zip"), openpose.read(tmp_path / "clip0"))


def test_a_clip_that_is_not_there_is_named(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ClipNotThere, match="no clip '7' among the 2 of the archive"):
        ClipArchive(archive(tmp_path / "poses.zip", folders)).read("7")


@pytest.mark.parametrize(
    "name",
    [
        "../evil/image_00001_keypoints.json",
        "/etc/clip/image_00001_keypoints.json",
        "..\\evil\\image_00001_keypoints.json",
    ],
)
def test_a_name_that_leads_out_of_the_archive_is_refused(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "poses.zip", "w") as out:
        out.writestr(name, "{}")
    with pytest.raises(ValueError, match="expected files in clip folders inside the archive"):
        read(tmp_path / "poses.zip")


def test_two_clips_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "poses.zip", "w") as out:
        for home in ("a", "b"):
            out.writestr(f"{home}/69241/image_00001_keypoints.json", "{}")
    with pytest.raises(ValueError, match="clip 69241 lies in a/69241 and in b/69241"):
        read(tmp_path / "poses.zip")


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "poses.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("69241/image_00001_keypoints.json", b" " * 50_000_000)
    with pytest.raises(
        ValueError, match="50,000,000 bytes, expected at most 4,000,000 for one frame"
    ):
        read(tmp_path / "poses.zip")
