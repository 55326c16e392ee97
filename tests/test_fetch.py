"""Claims about downloads: servers may fail, stall and truncate; only the right file is taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_kit import STALL, Site, serving

from spobet.fetch import FetchError, Patience, fetch

CONTENT = bytes(range(256)) * 4000
SUM = hashlib.sha256(CONTENT).hexdigest()
QUICK = Patience(timeout=STALL / 3, tries=3, rest=0.01)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site({"file": CONTENT})) as site:
        yield site


def brought(site: Site, folder: Path, **facts: str) -> bytes:
    assert fetch(f"{site.address}/file", folder / "new" / "file", patience=QUICK, **facts) == SUM
    assert [path.name for path in (folder / "new").iterdir()] == ["file"]
    return (folder / "new" / "file").read_bytes()


@pytest.mark.parametrize(
    "faults", [[], ["500", "503"], ["429"], ["500", "truncate", "500", "500", "truncate"]]
)
def test_a_server_that_fails_for_a_while_is_asked_again(
    faults: list[str], site: Site, tmp_path: Path
) -> None:
    site.faults["file"] = faults
    number = len(faults) + 1
    assert brought(site, tmp_path, sha256=SUM) == CONTENT
    assert len(site.asked) == number


@pytest.mark.parametrize("fault", ["truncate", "stall"])
def test_what_broke_off_is_gone_on_with_not_begun_again(
    fault: str, site: Site, tmp_path: Path
) -> None:
    site.faults["file"] = [fault]
    assert brought(site, tmp_path) == CONTENT
    assert site.asked == [("file", None), ("file", f"bytes={len(CONTENT) // 2}-")]


def test_a_later_call_goes_on_with_what_an_earlier_one_left(site: Site, tmp_path: Path) -> None:
    site.faults["file"] = ["truncate", "500", "500", "500"]
    with pytest.raises(
        FetchError, match=r"/file: gave up after 3 tries without progress \(HTTP Error 500"
    ):
        fetch(f"{site.address}/file", tmp_path / "file", patience=QUICK)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.part", "file.part.tag"]
    fetch(f"{site.address}/file", tmp_path / "file", patience=QUICK)
    assert site.asked[-1] == ("file", f"bytes={len(CONTENT) // 2}-")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_begun_again(site: Site, tmp_path: Path) -> None:
    site.faults["file"] = ["truncate", "404"]
    with pytest.raises(FetchError, match="404 Not Found"):
        fetch(f"{site.address}/file", tmp_path / "file", patience=QUICK)
    site.files["file"], site.version = b"another", 2
    fetch(f"{site.address}/file", tmp_path / "file", patience=QUICK)
    assert (tmp_path / "file").read_bytes() == b"another"


def test_a_server_without_ranges_is_begun_again(site: Site, tmp_path: Path) -> None:
    site.faults["file"] = ["truncate", "no range"]
    assert brought(site, tmp_path) == CONTENT


def test_the_wrong_file_is_never_taken(site: Site, tmp_path: Path) -> None:
    with pytest.raises(
        FetchError, match=f"SHA-256 {SUM}, expected 00: not the file that was asked for"
    ):
        fetch(f"{site.address}/file", tmp_path / "file", "00", QUICK)
    site.faults["file"] = ["page"]
    with pytest.raises(FetchError, match="a web page came in place of the file"):
        fetch(f"{site.address}/file", tmp_path / "file", patience=QUICK)
    assert not (tmp_path / "file").exists()


def test_a_dead_link_is_not_tried_again(site: Site, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="/gone: 404 Not Found"):
        fetch(f"{site.address}/gone", tmp_path / "file", patience=QUICK)
    assert len(site.asked) == 1


def test_progress_counts_bytes(site: Site, tmp_path: Path) -> None:
    calls: list[tuple[int, int | None]] = []
    fetch(
        f"{site.address}/file",
        tmp_path / "file",
        patience=QUICK,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert calls[-1] == (len(CONTENT), len(CONTENT))
