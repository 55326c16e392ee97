"""The hub as huggingface_hub speaks to it; what it raises, said in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from spobet.extras import extra_module
from spobet.hub.address import HubAddress
from spobet.hub.files import HubError, HubFile

_TOKEN = "`hf auth login`, or HF_TOKEN, gives one"


class HubUnreachable(HubError):
    """The hub does not answer, or answers that it cannot now."""


def hub_module() -> ModuleType:
    """huggingface_hub, told to report nothing of its use."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    return extra_module("huggingface_hub", "hub", "hf:// addresses")


def hub_api() -> Any:
    """The hub at HF_ENDPOINT, or huggingface.co, with the token of the user's login."""
    return hub_module().HfApi(endpoint=os.environ.get("HF_ENDPOINT"), library_name="spobet")


@contextmanager
def hub_errors(address: HubAddress, doing: str) -> Iterator[None]:
    """What goes wrong within is a HubError, or HubUnreachable, that names the address."""
    errors = hub_module().errors
    where = f"{address}: {doing}"
    try:
        yield
    except HubError:
        raise
    except errors.GatedRepoError as error:
        raise HubError(
            f"{where}: its owner gives access on request, to a token ({_TOKEN})"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise HubError(f"{where}: no such revision") from error
    except errors.RepositoryNotFoundError as error:
        raise HubError(
            f"{where}: no such repository, or a private one that needs a token ({_TOKEN})"
        ) from error
    except errors.RemoteEntryNotFoundError as error:
        raise HubError(f"{where}: the file is announced but not there") from error
    except errors.HfHubHTTPError as error:
        raise _http_error(where, error) from error
    except errors.LocalEntryNotFoundError as error:  # what came before it says why
        if isinstance(error.__cause__, errors.HfHubHTTPError):
            raise _http_error(where, error.__cause__) from error
        raise HubUnreachable(f"{where}: the hub does not answer ({error.__cause__})") from error
    except (errors.OfflineModeIsEnabled, errors.HTTPError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise HubUnreachable(f"{where}: the hub does not answer ({reason})") from error
    except (OSError, RuntimeError, errors.FileMetadataError) as error:
        raise HubError(f"{where}: {' '.join(str(error).split())}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise HubError(f"{where}: the hub answers with what is no answer ({error!r})") from error


def announced(info: Any, address: HubAddress) -> tuple[str, dict[str, HubFile]]:
    """Commit and files, by name, of what the hub says of a repository.

    HubError where it gives no commit, or a file has neither size nor hash.
    """
    commit = info.sha or ""
    if len(commit) != 40 or set(commit) - set("0123456789abcdef"):
        raise HubError(f"{address}: the hub names commit {commit!r}, expected 40 hex digits")
    files = {}
    for one in info.siblings or ():
        sha256 = one.lfs.sha256 if one.lfs else ""
        if one.size is None or not (sha256 or one.blob_id):
            raise HubError(f"{address}: the hub gives no size or no hash of {one.rfilename}")
        files[one.rfilename] = HubFile(one.rfilename, one.size, sha256, one.blob_id or "")
    return commit, files


def _http_error(where: str, error: Any) -> HubError:
    status = error.response.status_code if error.response is not None else 0
    said = " ".join(str(error.server_message or f"status {status}").split())
    if status in (401, 403):
        return HubError(f"{where}: {status}, needs a token that may do this ({_TOKEN}): {said}")
    if status in (408, 429) or status >= 500:
        return HubUnreachable(f"{where}: the hub cannot answer now ({status}: {said})")
    return HubError(f"{where}: {status}: {said}")
