"""Files gone wrong, for the tests of readers and importers."""

from __future__ import annotations

import numpy as np

BAD_NUMBERS = (
    b"NaN",
    b"1e999",
    b"-1e308",
    b"null",
    b'"x"',
    b"[]",
    b"{}",
    b"99999999999999999999999",
    b"true",
)


def spoilt(content: bytes, seed: int) -> bytes:
    """One of the ways in which a file goes wrong.

    Cut, emptied, bytes changed, repeated, a number replaced, nested deeply.
    """
    rng = np.random.default_rng(seed)
    place, kind = int(rng.integers(len(content))), seed % 8
    if kind == 0:
        return content[:place]
    if kind == 1:
        return rng.bytes(int(rng.integers(200)))
    if kind == 2:
        return content[:place] + rng.bytes(int(rng.integers(1, 30))) + content[place:]
    if kind == 3:
        changed = bytearray(content)
        for spot in rng.integers(len(content), size=int(rng.integers(1, 20))):
            changed[spot] = int(rng.integers(256))
        return bytes(changed)
    if kind == 4:
        numbers = [
            spot for spot in range(place, len(content)) if content[spot : spot + 1].isdigit()
        ][:1]
        return (
            content[: numbers[0]] + BAD_NUMBERS[seed % len(BAD_NUMBERS)] + content[numbers[0] + 1 :]
            if numbers
            else b""
        )
    if kind == 5:
        return (
            content[:place] + (b"[" if rng.random() < 0.5 else b'{"a":') * 100_000 + content[place:]
        )
    if kind == 6:
        return content[:place] + content[: int(rng.integers(len(content)))] + content[place:]
    return content[: place // 2] + b"\xff" * 8 + content[place // 2 + 8 :]
