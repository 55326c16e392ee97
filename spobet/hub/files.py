"""The files of a network on a hub: which are taken, and that each is what was announced."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from spobet.errors import UserError
from spobet.files import sha256_of

CARD = "README.md"
REQUIRED = ("config.toml", "vocabulary.txt", "run.json", "classifier.onnx")
# Text, ONNX, arrays without pickled objects, and Keras's archive, which Keras opens in its safe
# mode: nothing of these is run as code. Whatever else a repository holds is left there.
OPTIONAL = (
    CARD,
    "auxiliary-glosses.txt",
    "classifier.keras",
    "phonology.npz",
    "references.npz",
    "rejection.json",
)
MAX_BYTES = 2 << 30  # of one network; the largest of ours has 20 MB


class HubError(UserError, OSError):
    """A network could not be fetched from a hub or pushed to it; the text says why."""


@dataclass(frozen=True)
class HubFile:
    """One file as the hub announces it.

    size: bytes. sha256: of its content, "" where the hub gives git's SHA-1 of it (`blob`) instead.
    """

    name: str
    size: int
    sha256: str = ""
    blob: str = ""

    def check(self, path: Path, where: str) -> None:
        """HubError where the file at `path` has another size or another content."""
        size = path.stat().st_size
        if size != self.size:
            raise HubError(f"{where}: {self.name} has {size:,} bytes, expected {self.size:,}")
        found = sha256_of(path) if self.sha256 else git_blob(path)
        if found != (self.sha256 or self.blob):
            raise HubError(
                f"{where}: {self.name} has hash {found}, expected {self.sha256 or self.blob}: "
                "not the file that the hub announces"
            )


def git_blob(path: Path) -> str:
    """The SHA-1 by which git, and so the hub, names a small file's content."""
    content = path.read_bytes()
    head = f"blob {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()
