"""Claims about optional dependencies that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from spobet.extras import ExtraNeeded, LibraryNeeded, extra_module


def test_a_module_that_is_not_installed_is_named_with_its_extra() -> None:
    with pytest.raises(ExtraNeeded, match=r"^reading it needs no_such: pip install 'spobet\[x\]'$"):
        extra_module("no_such", "x", "reading it")


@pytest.mark.parametrize(
    "message",
    [
        "libGL.so.1: cannot open shared object file: No such file or directory",
        "/usr/lib/x86_64-linux-gnu/libGL.so.1: file too short",
    ],
)
def test_a_missing_library_of_the_system_is_no_missing_extra(
    message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "needs_library.py").write_text(f"raise ImportError({message!r})")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(LibraryNeeded) as raised:
        extra_module("needs_library", "video", "reading video")
    assert "needs libGL.so.1 of the system" in str(raised.value)
    assert "apt-get install libgl1" in str(raised.value)
    assert "pip" not in str(raised.value)


def test_a_broken_module_keeps_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_module.py").write_text("from json import no_such_name")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ImportError, match="no_such_name") as raised:
        extra_module("broken_module", "video", "reading video")
    assert raised.type is ImportError
