"""The file of signs enrolled with a network, shared by everything that answers with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock

from spobet.recognition.enrolment import Enrolled
from spobet.runs import RunFolder
from spobet.shipped import is_shipped


@dataclass(frozen=True)
class EnrolledFile:
    """A file of enrolled signs and its lock: threads and processes change it one at a time.

    network: hash of the network that the signs are of. `version` changes with every change.
    """

    path: Path
    network: str

    def read(self) -> Enrolled:
        """The signs in it now; none where there is no such file."""
        return Enrolled.read(self.path, self.network)

    def change(self, change: Callable[[Enrolled], Enrolled]) -> Enrolled:
        """Write what `change` makes of the signs in it; on disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{self.path}.lock"):  # falls with its process, so it is never stale
            enrolled = change(self.read())
            enrolled.write(self.path)
        return enrolled

    def add(self, gloss: str, embeddings: np.ndarray) -> tuple[Enrolled, int]:
        """Add clips' embeddings (clips, width) to a gloss's.

        Returns the signs then, and how many of the clips the gloss had already.
        """
        counts: list[int] = []

        def added(signs: Enrolled) -> Enrolled:
            after = signs.with_sign(gloss, embeddings)
            counts.extend(len(one.clips.get(gloss, ())) for one in (signs, after))
            return after

        enrolled = self.change(added)
        before, after = counts
        return enrolled, len(embeddings) - (after - before)

    @property
    def version(self) -> tuple[int, int, int] | None:
        """What differs after every change by anyone; None where there is no such file."""
        try:
            facts = self.path.stat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_mtime_ns, facts.st_size


def enrolled_path(run: RunFolder) -> Path:
    """Where the signs enrolled with a run are: beside it.

    For a network of the package, whose folder may be read-only, in the user's data folder.
    """
    if not is_shipped(run.path):
        return run.enrolled
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "spobet" / f"{run.path.name}.enrolled.json"
