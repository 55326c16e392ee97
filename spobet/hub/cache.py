"""Networks that were fetched from a hub: whole, checked at every use, never half of one.

<cache>/spobet/hub/<owner>--<name>/<commit>/ holds the files of a network and `files.json`, their
sizes and hashes; refs/ beside it, which commit a branch or tag was last time.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from spobet.files import new_folder, sha256_of, write_whole
from spobet.hub.address import HubAddress

LISTING = "files.json"


def cache_folder() -> Path:
    """Where fetched networks are: below SPOBET_CACHE, or the user's cache folder."""
    if chosen := os.environ.get("SPOBET_CACHE"):
        return Path(chosen) / "hub"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "spobet" / "hub"


def is_cached(run: Path) -> bool:
    """Whether a run folder is a fetched network, where nothing is written."""
    return cache_folder().resolve() in run.resolve().parents


def repository_folder(address: HubAddress) -> Path:
    """Where every fetched commit of a repository is."""
    return cache_folder() / address.repository.replace("/", "--")


def find(address: HubAddress, commit: str) -> Path | None:
    """The network of a commit, if it is there and every file is as it was when it was fetched.

    What is damaged is removed.
    """
    folder = repository_folder(address) / commit
    if not folder.is_dir():
        return None
    try:
        listing = json.loads((folder / LISTING).read_text(encoding="utf-8"))
        whole = all(sha256_of(folder / name) == sha256 for name, sha256 in listing.items())
    except (OSError, ValueError, AttributeError):
        whole = False
    if not whole:
        shutil.rmtree(folder)
        return None
    return folder


def store(address: HubAddress, commit: str, fill: Callable[[Path], None]) -> Path:
    """Have `fill` make the folder of a commit; nothing is there where it fails."""
    folder = repository_folder(address) / commit
    with new_folder(folder) as partial:
        fill(partial)
        files = sorted(path for path in partial.iterdir() if path.is_file())
        listing = {path.name: sha256_of(path) for path in files}
        (partial / LISTING).write_text(json.dumps(listing, indent=1) + "\n", encoding="utf-8")
    return folder


def last_commit(address: HubAddress) -> str:
    """Which commit the address was when it was last asked for, "" where it never was."""
    try:
        return _ref(address).read_text(encoding="utf-8")
    except OSError:
        return ""


def keep_commit(address: HubAddress, commit: str) -> None:
    """Remember which commit the address is, for when the hub cannot be reached."""
    _ref(address).parent.mkdir(parents=True, exist_ok=True)
    write_whole(_ref(address), commit)


def _ref(address: HubAddress) -> Path:
    name = quote(address.revision or "main", safe="")
    return repository_folder(address) / "refs" / name
