"""A run pushed to a hub: its card, network, vocabulary and record."""

from __future__ import annotations

from pathlib import Path

from spobet.errors import NotFound
from spobet.files import sha256_of
from spobet.hub.address import HubAddress
from spobet.hub.card import card_of
from spobet.hub.client import announced, hub_api, hub_errors, hub_module
from spobet.hub.files import CARD, OPTIONAL, REQUIRED, HubError, git_blob
from spobet.runs import RunFolder


def push_run(run: Path, address: HubAddress, private: bool = False) -> str:
    """Push a finished run to a repository, which is made where there is none; returns its address.

    The address names the commit. What the hub then announces is compared with the files here.
    NotFound where the run lacks a file that recognition needs, HubError where the hub refuses.
    """
    folder = RunFolder(run)
    folder.record()
    missing = [name for name in REQUIRED if not (run / name).is_file()]
    if missing:
        raise NotFound(f"{run}: lacks {', '.join(missing)}; is it a run of `spobet train`?")
    names = [name for name in (*REQUIRED, *OPTIONAL) if (run / name).is_file() and name != CARD]
    card = card_of(folder, address).encode("utf-8")
    add, api = hub_module().CommitOperationAdd, hub_api()
    operations = [add(CARD, card), *(add(name, str(run / name)) for name in names)]
    with hub_errors(address, "pushing"):
        api.create_repo(address.repository, private=private, exist_ok=True)
        if address.revision:
            api.create_branch(address.repository, branch=address.revision, exist_ok=True)
        commit = api.create_commit(
            address.repository,
            operations,
            commit_message=f"Push {run.name} with spobet",
            revision=address.revision or None,
        )
        info = api.model_info(address.repository, revision=commit.oid, files_metadata=True)
    pushed = HubAddress(address.repository, commit.oid)
    _, files = announced(info, pushed)
    for name in names:
        file = files.get(name)
        found = sha256_of(run / name) if file and file.sha256 else git_blob(run / name)
        if file is None or found != (file.sha256 or file.blob):
            raise HubError(f"{pushed}: {name} is not on the hub as it is here; push again")
    return str(pushed)
