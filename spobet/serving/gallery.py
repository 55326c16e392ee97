"""Clips to try: synthetic signs by signers whom the small network `synthetic-20` has not seen."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from spobet.errors import UnknownName
from spobet.formats.packed import PackedClips, read_clips
from spobet.serving.service import Service
from spobet.shipped import FOLDER

NETWORK = "synthetic-20"
DIGITS = 4  # of its clips' coordinates: a ten-thousandth of a picture, and half of the bytes
DICTIONARY = "wlasl2000-hands"  # in which the page looks up what the served network does not know


class Gallery:
    """The clips that come with the package, and their network, read when first asked for."""

    @cached_property
    def _clips(self) -> PackedClips:
        return read_clips(FOLDER / NETWORK / "gallery.npz")

    @cached_property
    def service(self) -> Service:
        """The small network."""
        return Service(FOLDER / NETWORK)

    @cached_property
    def dictionary(self) -> Service:
        """The network of many signs."""
        return Service(FOLDER / DICTIONARY)

    def names(self) -> list[dict[str, str]]:
        """Every clip's name and the sign it shows."""
        facts = self._clips.facts
        return [
            {"name": str(name), "gloss": str(gloss)}
            for name, gloss in zip(facts["video_id"], facts["label"], strict=True)
        ]

    def predict(self, name: str) -> dict[str, Any]:
        """Ranked glosses of a clip, its landmarks and its network; UnknownName for no clip."""
        names = [clip["name"] for clip in self.names()]
        if name not in names:
            raise UnknownName(f"no clip {name[:40]!r} in the gallery")
        pose = self._clips.pose(names.index(name))
        answer = self.service.predict_with_landmarks(pose, DIGITS)
        return {**answer, "network": NETWORK}
