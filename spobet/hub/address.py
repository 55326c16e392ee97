"""Where a network lies on a model hub."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spobet.errors import UserError

SCHEME = "hf://"
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_ADDRESS = re.compile(rf"hf://({_PART}/{_PART})(?:@([\w][\w./-]{{0,199}}))?")


@dataclass(frozen=True)
class HubAddress:
    """A repository (owner/name) and a branch, tag or commit of it, "" for its main branch."""

    repository: str
    revision: str = ""

    @classmethod
    def parse(cls, text: str) -> HubAddress:
        """What `hf://owner/name[@revision]` says; UserError where it is something else."""
        match = _ADDRESS.fullmatch(text)
        if not match or ".." in text:
            raise UserError(f"{text}: expected hf://owner/name or hf://owner/name@revision")
        return cls(match[1], match[2] or "")

    def __str__(self) -> str:
        return SCHEME + self.repository + (f"@{self.revision}" if self.revision else "")
