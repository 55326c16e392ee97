"""A made video of a drawn hand that MediaPipe finds: it rests, rises, circles, and rests again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from spobet.synthetic.hand import HANDSHAPES, hand_points

WIDTH, HEIGHT, RATE = 320, 240, 25
HAND = 72.0  # pixels
_BACKGROUND, _RIM, _SKIN = (
    np.array([200, 205, 210.0]),
    np.array([150, 100, 75.0]),
    np.array([224, 172, 138.0]),
)
POINTS = hand_points(HANDSHAPES["spread"].values[None])[0, :, :2] * [1, -1]
_PALM = [
    (0, 1),
    (0, 5),
    (0, 9),
    (0, 13),
    (0, 17),
    (5, 9),
    (9, 13),
    (13, 17),
    (1, 5),
    (1, 2),
    (1, 9),
    (0, 2),
]


def picture(wrist: np.ndarray) -> np.ndarray:
    """The hand with its wrist at (x, y) in pixels: (HEIGHT, WIDTH, 3) uint8."""
    points, image = wrist + HAND * POINTS, np.broadcast_to(_BACKGROUND, (HEIGHT, WIDTH, 3)).copy()
    arm = np.stack([points[0], points[0] + [0.1 * HAND, HAND]])
    _part(image, [arm], 0.17)
    _part(image, [points[[start, end]] for start, end in _PALM], 0.1)
    for root in (17, 13, 9, 5, 1):
        _part(image, [points[[joint, joint + 1]] for joint in range(root, root + 3)], 0.06)
        for joint in (root + 1, root + 2):  # creases, without which a hand is not taken for one
            along = points[joint + 1] - points[joint]
            across = 0.035 * HAND * np.array([along[1], -along[0]]) / np.linalg.norm(along)
            _limb(image, points[joint] - across, points[joint] + across, 0.6, _RIM)
    return image.round().astype(np.uint8)


def _part(image: np.ndarray, bones: list[np.ndarray], radius: float) -> None:
    """Some bones as one piece of skin with a rim; radius in hand lengths."""
    for colour, grown in ((_RIM, 1.5), (_SKIN, 0.0)):
        for start, end in bones:
            _limb(image, start, end, radius * HAND + grown, colour)


def _limb(
    image: np.ndarray, start: np.ndarray, end: np.ndarray, radius: float, colour: np.ndarray
) -> None:
    """Colour what is within a radius of the line between two points, with a soft edge."""
    low = np.floor(np.minimum(start, end) - radius - 2).astype(int).clip(0)
    high = np.ceil(np.maximum(start, end) + radius + 2).astype(int).clip(0)
    part = image[low[1] : high[1], low[0] : high[0]]
    y, x = np.mgrid[low[1] : low[1] + part.shape[0], low[0] : low[0] + part.shape[1]]
    there, along = np.stack([x, y], axis=-1) - start, end - start
    share = np.clip(there @ along / max(along @ along, 1e-9), 0, 1)
    distance = np.linalg.norm(there - share[..., None] * along, axis=-1)
    cover = np.clip(radius + 0.5 - distance, 0, 1)[..., None]
    part[:] = cover * colour + (1 - cover) * part


def wrists(seconds: float) -> np.ndarray:
    """The wrist in each frame (frames, 2): a rest, up, circles, down, a rest."""
    rest, up = np.array([0.5 * WIDTH, 0.86 * HEIGHT]), np.array([0.42 * WIDTH, 0.66 * HEIGHT])
    still = np.repeat(rest[None], round(1.2 * RATE), axis=0)
    turn = np.linspace(0, 4 * np.pi, round(seconds * RATE))[:, None]
    circle = up + 0.11 * HEIGHT * np.concatenate([1 - np.cos(turn), np.sin(turn)], axis=1)
    share = np.linspace(0, 1, round(0.25 * RATE))[:, None]
    rising, falling = rest + share * (up - rest), up + share * (rest - up)
    return np.concatenate([still, rising, circle, falling, still])


def write_y4m(file: Path, seconds: float = 1.6) -> None:
    """The video as Chromium's fake camera takes it."""
    with file.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for wrist in wrists(seconds):
            out.write(b"FRAME\n" + b"".join(plane.tobytes() for plane in _planes(picture(wrist))))


def _planes(image: np.ndarray) -> list[np.ndarray]:
    """Brightness, and blue and red differences at half the size (BT.601, full range)."""
    red, green, blue = np.moveaxis(image.astype(float), -1, 0)
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    small = [
        plane.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).mean(axis=(1, 3))
        for plane in (blue - light, red - light)
    ]
    planes = [light, 128 + small[0] / 1.772, 128 + small[1] / 1.402]
    return [plane.round().clip(0, 255).astype(np.uint8) for plane in planes]
