"""Claims about files and folders that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spobet.files import new_folder, write_whole


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
