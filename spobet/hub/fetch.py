"""A network fetched from a hub once, and then used from the cache."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

from filelock import FileLock

from spobet.hub import cache
from spobet.hub.address import HubAddress
from spobet.hub.client import HubUnreachable, announced, hub_api, hub_errors
from spobet.hub.files import MAX_BYTES, OPTIONAL, REQUIRED, HubError, HubFile

TIMEOUT = 10.0  # seconds to wait for what the hub knows of a repository
_COMMIT_DIGITS = 40


class FromCache(UserWarning):
    """The hub could not be reached, so what was fetched before is used."""


def fetch_run(address: HubAddress) -> Path:
    """The run folder of a network on the hub; fetched where it is not in the cache.

    A commit in the cache is used without asking the hub. Where the hub cannot be reached, the
    commit that the address was last time is used, with the warning FromCache. Size and hash of
    every file are checked; HubError says what is wrong, and then nothing is kept.
    """
    if len(address.revision) == _COMMIT_DIGITS and (run := cache.find(address, address.revision)):
        return run
    folder = cache.repository_folder(address)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        api = hub_api()
        try:
            with hub_errors(address, "asked for"):
                info = api.model_info(
                    address.repository,
                    revision=address.revision or None,
                    timeout=TIMEOUT,
                    files_metadata=True,
                )
                commit, files = announced(info, address)
        except HubUnreachable as error:
            if run := cache.find(address, cache.last_commit(address) or "none"):
                warnings.warn(f"{error}; the copy in {run} is used", FromCache, stacklevel=2)
                return run
            raise
        run = cache.find(address, commit)
        if run is None:
            wanted = _wanted(address, files)
            run = cache.store(
                address, commit, lambda partial: _download(api, address, commit, wanted, partial)
            )
        cache.keep_commit(address, commit)
        return run


def _wanted(address: HubAddress, files: dict[str, HubFile]) -> list[HubFile]:
    missing = [name for name in REQUIRED if name not in files]
    if missing:
        raise HubError(f"{address}: no network of spobet, it lacks {', '.join(missing)}")
    wanted = [files[name] for name in (*REQUIRED, *OPTIONAL) if name in files]
    total = sum(file.size for file in wanted)
    if total > MAX_BYTES:
        raise HubError(f"{address}: {total:,} bytes, expected at most {MAX_BYTES:,}")
    return wanted


def _download(
    api: Any, address: HubAddress, commit: str, wanted: list[HubFile], folder: Path
) -> None:
    for file in wanted:
        with hub_errors(address, f"fetching {file.name}"):
            api.hf_hub_download(
                address.repository, file.name, revision=commit, local_dir=str(folder)
            )
        path = folder / file.name
        if path.is_symlink() or not path.is_file():
            raise HubError(f"{address}: {file.name} did not come")
        file.check(path, str(address))
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # what huggingface_hub notes of its own
