"""ASL-LEX 2.0: how signs are made. Fetched for training, never part of the package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from spobet.dataset.phonology import read_lexicon
from spobet.errors import AlreadyThere, UserError
from spobet.fetch import fetch

ADDRESS = (
    "https://raw.githubusercontent.com/ASL-LEX/asl-lex/30d69dcc6cde959fb8b7da184096fa10bd5b903c"
    "/data-analysis/scripts/data/signdata-2020-10-28.csv"
)
TERMS = (
    "ASL-LEX 2.0 (Sehyr, Caselli, Cohen-Goldberg and Emmorey 2021) is under CC BY-NC 4.0:\n"
    "name its authors, and make no commercial use of it or of networks trained with it."
)


def fetch_lexicon(
    path: Path,
    address: str = ADDRESS,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> tuple[int, str]:
    """Bring the table to `path`; returns the number of its signs and its SHA-256.

    Whoever calls this has accepted the terms. AlreadyThere where a file is at `path`; UserError
    where what comes is another table, which is then deleted.
    """
    if path.exists():
        raise AlreadyThere(f"{path}: is there already")
    digest = fetch(address, path, progress=progress)
    try:
        return len(read_lexicon(path)), digest
    except UserError:
        path.unlink()
        raise
