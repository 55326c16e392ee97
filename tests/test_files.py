"""Claims about files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from spobet.errors import UserError
from spobet.files import (
    check_file,
    check_new_file,
    check_new_folder,
    new_folder,
    write_csv,
    write_whole,
)


def test_a_new_folder_appears_when_its_block_ends(tmp_path: Path) -> None:
    with new_folder(tmp_path / "deep" / "set") as folder:
        (folder / "clip").write_text("1")
        assert not (tmp_path / "deep" / "set").exists()
    assert (tmp_path / "deep" / "set" / "clip").read_text() == "1"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["set"]


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_block_that_fails_leaves_nothing(tmp_path: Path, failure: BaseException) -> None:
    with pytest.raises(type(failure)), new_folder(tmp_path / "set") as folder:
        (folder / "clip").write_text("1")
        raise failure
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_or_a_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("1")
    for taken in (tmp_path, tmp_path / "file"):
        with (
            pytest.raises(
                FileExistsError, match="is there already; name a new folder or remove it first"
            ),
            new_folder(taken),
        ):
            pass
    assert (tmp_path / "file").read_text() == "1"


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with new_folder(tmp_path / "set") as folder:
        (folder / "clip").write_text("1")
    assert [path.name for path in (tmp_path / "set").iterdir()] == ["clip"]


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_whole(path, "größer\n")
    assert path.read_bytes() == "größer\n".encode()
    write_whole(path, b"\x00")
    assert path.read_bytes() == b"\x00"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_keeps_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, content: bytes) -> Any:
        with path.open("wb") as file:
            file.write(content[:1])
        raise OSError(28, "No space left on device")

    path = tmp_path / "run.json"
    write_whole(path, "old")
    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def fill(path: Path) -> None:
    with new_folder(path) as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "clip").write_text("1")


def test_a_link_to_an_empty_folder_stays_a_link_and_its_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "disk" / "empty").mkdir(parents=True)
    for name, target in (("link", "empty"), ("dangling", "new")):
        (tmp_path / name).symlink_to(tmp_path / "disk" / target)
        fill(tmp_path / name)
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "disk" / target / "deep" / "clip").read_text() == "1"
    assert sorted(path.name for path in (tmp_path / "disk").iterdir()) == ["empty", "new"]


@pytest.mark.parametrize("known", [True, False])
def test_a_mount_point_is_filled_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    def busy(path: Path, target: Path) -> Path:
        raise OSError(errno.EBUSY, "Device or resource busy")

    (tmp_path / "mount").mkdir()
    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(os.path, "ismount", lambda path: known)
    fill(tmp_path / "mount")
    assert (tmp_path / "mount" / "deep" / "clip").read_text() == "1"
    assert [path.name for path in tmp_path.rglob("*")] == ["mount", "deep", "clip"]


def test_a_folder_that_cannot_be_made_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    for check in (check_new_folder, check_new_file):
        with pytest.raises(UserError, match=r"cannot be made, .*file is a file, expected a folder"):
            check(tmp_path / "file" / "set")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    for check in (check_new_folder, check_new_file):
        with pytest.raises(UserError, match="is read-only"):
            check(tmp_path / "new" / "set")
    with pytest.raises(UserError, match="is read-only"):
        fill(tmp_path / "set")


def test_a_link_that_leads_back_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for check in (check_new_folder, check_new_file, check_file):
        with pytest.raises(UserError, match="loop: a link that leads back to itself"):
            check(tmp_path / "loop")


def test_a_file_to_write_may_be_there_but_be_no_folder(tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    check_file(tmp_path / "old")
    check_file(tmp_path / "new" / "file")
    with pytest.raises(UserError, match="is a folder, expected a file"):
        check_file(tmp_path)


def test_folders_above_a_file_are_made(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "folder" / "file", "1")
    assert (tmp_path / "new" / "folder" / "file").read_text() == "1"


def test_a_mounted_file_and_a_link_keep_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"

    def busy(path: Path, target: Path) -> Path:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(Path, "replace", busy)
    write_whole(tmp_path / "target", "newer")
    assert (tmp_path / "target").read_text() == "newer"


def test_content_is_on_the_disk_before_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    replace = Path.replace
    monkeypatch.setattr(os, "fsync", lambda number: done.append("on disk"))
    monkeypatch.setattr(
        Path, "replace", lambda path, target: (done.append("named"), replace(path, target))[1]
    )
    write_whole(tmp_path / "run.json", "1")
    fill(tmp_path / "set")
    assert done == ["on disk", "named", "on disk", "named"]


def test_a_table_is_utf8_with_a_header_and_unix_lines(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ("clip", "gloss"), [("1", "caf\u00e9, hot"), (2, "")])
    assert (tmp_path / "t.csv").read_bytes() == 'clip,gloss\n1,"café, hot"\n2,\n'.encode()
