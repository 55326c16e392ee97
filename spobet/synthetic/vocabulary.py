"""Vocabularies of parametric signs: well apart, but for minimal pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations

import numpy as np

from spobet.errors import UserError
from spobet.synthetic.hand import HANDSHAPES
from spobet.synthetic.sign import HANDS, OPPOSITES, ORIENTATIONS, PATHS, Sign

_TRIES = 3000  # draws before a vocabulary counts as full: some seconds
_DIFFERENT_ENOUGH = 2  # parameters: one alone makes a minimal pair


@dataclass(frozen=True)
class MinimalPair:
    """Two glosses whose signs differ in one parameter, and its name."""

    parameter: str
    glosses: tuple[str, str]


def minimal_pairs(signs: Sequence[Sign]) -> tuple[MinimalPair, ...]:
    """All pairs of signs that differ in exactly one parameter."""
    found = ((different_parameters(*pair), pair) for pair in combinations(signs, 2))
    return tuple(
        MinimalPair(names[0], (first.gloss, second.gloss))
        for names, (first, second) in found
        if len(names) == 1
    )


def different_parameters(first: Sign, second: Sign) -> tuple[str, ...]:
    """Names of the parameters in which two signs differ."""
    names = [field.name for field in fields(Sign)]
    return tuple(name for name in names if getattr(first, name) != getattr(second, name))


def make_vocabulary(num_glosses: int, rng: np.random.Generator) -> tuple[Sign, ...]:
    """Draw signs that are well apart, but for three minimal pairs.

    The first six signs are the pairs: of direction (the same way in opposite order), of handshape,
    of location. Any other two differ in two or more of handshape, location, movement and hands. A
    smaller vocabulary from the same chance is the beginning of a larger one.

    Raises ValueError for fewer than 2 glosses, or more than stay well apart.
    """
    if num_glosses < 2:
        raise UserError(f"{num_glosses} glosses, expected at least 2: the first minimal pair")
    signs: list[Sign] = []
    for draw_pair in (_direction_pair, _handshape_pair, _location_pair):
        signs += _draw_apart(draw_pair, signs, rng)
    while len(signs) < num_glosses:
        signs += _draw_apart(_any_sign, signs, rng)
    return tuple(signs[:num_glosses])


def _draw_apart(
    draw: Callable[[np.random.Generator], list[Sign]], signs: list[Sign], rng: np.random.Generator
) -> list[Sign]:
    """The first draw that is well apart from all `signs`."""
    for _ in range(_TRIES):
        drawn = draw(rng)
        if all(_difference(new, old) >= _DIFFERENT_ENOUGH for new in drawn for old in signs):
            return drawn
    raise UserError(f"no room for more than {len(signs)} glosses that are well apart")


def _difference(first: Sign, second: Sign) -> int:
    """In how many of the four obvious parameters two signs differ; path and direction are one."""
    different = set(different_parameters(first, second))
    return len(different & {"handshapes", "location", "hands"}) + bool(
        different & {"path", "direction"}
    )


def _any_sign(rng: np.random.Generator) -> list[Sign]:
    hands = _choose(rng, tuple(HANDS), (0.5, 0.2, 0.1, 0.2))
    path = _choose(rng, tuple(PATHS) if hands != "parallel" else ("move", "arc", "circle"))
    start = _choose(rng, tuple(HANDSHAPES))
    changes = path == "hold" or rng.random() < 0.25
    end = _choose(rng, tuple(name for name in HANDSHAPES if name != start)) if changes else start
    sideways = ("inward", "outward")
    return [
        Sign(
            handshapes=(start, end),
            location=_choose(rng, HANDS[hands]),
            path=path,
            direction=_choose(rng, sideways if hands == "parallel" else PATHS[path]),
            orientation=_choose(rng, tuple(ORIENTATIONS)),
            hands=hands,
        )
    ]


def _direction_pair(rng: np.random.Generator) -> list[Sign]:
    handshape = _choose(rng, tuple(HANDSHAPES))
    location = _choose(rng, ("chin", "chest", "neutral"))
    direction = _choose(rng, tuple(OPPOSITES))
    sign = Sign(
        (handshape, handshape), location, "move", direction, _choose(rng, ("out", "in")), "one"
    )
    return [sign, replace(sign, direction=OPPOSITES[direction])]


def _handshape_pair(rng: np.random.Generator) -> list[Sign]:
    pairs = (
        ("flat", "fist"),
        ("spread", "point"),
        ("v", "flat"),
        ("spread", "thumb"),
        ("y", "fist"),
    )
    one, other = pairs[rng.integers(len(pairs))]
    circle = replace(_any_sign(rng)[0], path="circle", direction=_choose(rng, PATHS["circle"]))
    sign = replace(circle, orientation=_choose(rng, ("out", "in")))  # which show the fingers best
    return [replace(sign, handshapes=(handshape, handshape)) for handshape in (one, other)]


def _location_pair(rng: np.random.Generator) -> list[Sign]:
    pairs = (("forehead", "chin"), ("chin", "chest"), ("side", "shoulder"), ("forehead", "chest"))
    one, other = pairs[rng.integers(len(pairs))]
    handshape = _choose(rng, tuple(HANDSHAPES))
    sign = Sign(
        (handshape, handshape), one, "tap", "inward", _choose(rng, tuple(ORIENTATIONS)), "one"
    )
    return [sign, replace(sign, location=other)]


def _choose(
    rng: np.random.Generator, names: Sequence[str], shares: Sequence[float] | None = None
) -> str:
    return names[int(rng.choice(len(names), p=shares))]
