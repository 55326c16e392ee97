"""Parametric signs: handshape, location, movement, palm orientation and hands."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from spobet.synthetic.hand import HANDSHAPES

# In head lengths from the neck: x to the acting hand's side, y down, z to the camera.
LOCATIONS = {
    "forehead": (0.35, -1.50, 0.55),
    "chin": (0.15, -0.55, 0.60),
    "chest": (0.15, 0.45, 0.60),
    "shoulder": (-0.80, 0.10, 0.55),  # the other side's
    "side": (1.45, -0.10, 0.45),
    "neutral": (0.55, 1.25, 0.90),
}
DIRECTIONS = {
    "up": (0.0, -1.0, 0.0),
    "down": (0.0, 1.0, 0.0),
    "inward": (-1.0, 0.0, 0.0),
    "outward": (1.0, 0.0, 0.0),
}
OPPOSITES = {"up": "down", "down": "up", "inward": "outward", "outward": "inward"}
ORIENTATIONS = {  # where the straight fingers point, where the palm looks
    "out": ((-0.10, -1.00, 0.15), (0.0, 0.0, 1.0)),
    "in": ((-0.75, -0.65, 0.10), (0.0, 0.0, -1.0)),
    "side": ((-0.10, -0.90, 0.40), (-0.80, 0.0, 0.60)),
    "down": ((-0.80, -0.20, 0.50), (0.0, 0.75, 0.65)),
}
PATHS = {  # which directions each path may take
    "move": tuple(DIRECTIONS),
    "arc": ("inward", "outward"),
    "circle": ("inward", "outward"),
    "zigzag": ("down", "outward"),
    "tap": ("up", "inward"),
    "twist": ("",),
    "hold": ("",),
}
HANDS = {  # which locations each arrangement of the hands may take
    "one": tuple(LOCATIONS),
    "mirrored": ("forehead", "chest", "side", "neutral"),  # both hands, each other's mirror image
    "parallel": ("chest", "side", "neutral"),  # both hands, the same way
    "base": ("chest", "neutral"),  # the other hand lies still
}


@dataclass(frozen=True)
class Sign:
    """What a sign is, whoever performs it.

    handshapes: at the start and at the end of the movement, keys of HANDSHAPES.
    location, orientation, hands: keys of LOCATIONS, ORIENTATIONS, HANDS.
    path, direction: a key of PATHS and one of its directions, "" where the path has none.
    The movement is centred on the location, so the opposite direction takes the same way.

    Raises ValueError for an unknown value, a combination the tables exclude, or a sign in which
    nothing moves.
    """

    handshapes: tuple[str, str]
    location: str
    path: str
    direction: str
    orientation: str
    hands: str

    def __post_init__(self) -> None:
        for handshape in self.handshapes:
            _check("handshape", handshape, HANDSHAPES)
        _check("hands", self.hands, HANDS)
        _check(f"location for hands {self.hands!r}", self.location, HANDS[self.hands])
        _check("path", self.path, PATHS)
        _check(f"direction for path {self.path!r}", self.direction, PATHS[self.path])
        _check("orientation", self.orientation, ORIENTATIONS)
        if self.path == "hold" and self.handshapes[0] == self.handshapes[1]:
            raise ValueError("a held hand needs two handshapes, else nothing moves")
        if self.hands == "parallel" and self.direction not in ("inward", "outward"):
            raise ValueError(
                f"parallel hands with direction {self.direction!r}, expected inward or outward"
            )

    @property
    def gloss(self) -> str:
        """The sign's name, made of its parameters: different signs have different names."""
        start, end = self.handshapes
        handshape = start if start == end else f"{start}-to-{end}"
        movement = f"{self.path}-{self.direction}".rstrip("-")
        hands = "" if self.hands == "one" else f"-{self.hands}"
        return f"{handshape}-{self.location}-{movement}-palm-{self.orientation}{hands}"

    def offsets(self, progress: np.ndarray) -> np.ndarray:
        """How far from its location the hand is (frames, 3), in head lengths.

        progress: (frames,) from -1 at the start of the movement to 1 at its end.
        """
        along, across = _PATHS[self.path](progress)
        direction = np.array(DIRECTIONS.get(self.direction, (0.0, 0.0, 0.0)))
        sideways = np.array(DIRECTIONS["outward" if direction[1] else "up"])
        return along[:, None] * direction + across[:, None] * sideways

    def twist(self, progress: np.ndarray) -> np.ndarray:
        """By how much the wrist turns the palm (frames,), radians."""
        swing = np.radians(75.0) * np.cos(3 * np.pi * progress)
        return swing if self.path == "twist" else np.zeros_like(progress)


def _check(what: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise ValueError(
            f"{what} {value!r}, expected one of: {', '.join(name or '(none)' for name in known)}"
        )


# Along the direction every path but the tap is odd in progress, across it even: so the opposite
# direction is the same movement backwards in time.
_Path = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
_PATHS: dict[str, _Path] = {
    "move": lambda progress: (0.48 * progress, np.zeros_like(progress)),
    "arc": lambda progress: (0.60 * progress, 0.55 * (0.5 - progress**2)),
    "circle": lambda progress: (
        0.32 * np.sin(2 * np.pi * progress),
        0.32 * np.cos(2 * np.pi * progress),
    ),
    "zigzag": lambda progress: (0.55 * progress, 0.20 * np.cos(3 * np.pi * progress)),
    "tap": lambda progress: (-0.22 * (1 + np.cos(2 * np.pi * progress)), np.zeros_like(progress)),
    "twist": lambda progress: (np.zeros_like(progress), np.zeros_like(progress)),
    "hold": lambda progress: (np.zeros_like(progress), np.zeros_like(progress)),
}
