"""Names of files and clips as lists spell them: other capitals or letters, zeros that were lost."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

_ZEROS = re.compile(r"0+(?=\d+(?:\.|\Z))")


def folded(name: str) -> str:
    """A name without what capitals and composed or decomposed letters tell apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _without_zeros(name: str) -> str:
    return _ZEROS.sub("", folded(name), count=1) if _ZEROS.match(name) else folded(name)


_KEYS = (folded, _without_zeros)


class Names:
    """The names that are there, of which `find` gives the one that is meant."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self._alike: list[defaultdict[str, list[str]]] = []
        for key in _KEYS:
            self._alike.append(defaultdict(list))
            for name in self._names:
                self._alike[-1][key(name)].append(name)

    def find(self, name: str) -> str | None:
        """The name that is spelt so, or else the only one that is spelt alike; None without one.

        Alike are names that differ in capitals or decomposed letters alone, or else whole numbers
        that differ in their leading zeros, which spreadsheets drop.
        """
        if name in self._names:
            return name
        for key, names in zip(_KEYS, self._alike, strict=True):
            alike = names.get(key(name), ())
            if alike:
                return alike[0] if len(alike) == 1 else None
        return None
