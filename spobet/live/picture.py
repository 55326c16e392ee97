"""A picture with landmarks and the ranked glosses of the last sign drawn over it (Pillow)."""

from __future__ import annotations

from typing import Any

import numpy as np

from spobet.extras import extra_module
from spobet.live.recognition import Seen
from spobet.recognition.answers import Answers

# Dark rim, amber bones, light letters: apart in brightness, so also for the colour-blind.
_RIM, _BONE, _PAPER = (16, 20, 24), (255, 209, 102), (251, 251, 247)
_PURPOSE = "drawing over pictures"


def drawn(seen: Seen, answers: Answers | None) -> np.ndarray:
    """The picture (height, width, 3) uint8 with bones, and bars of answers in its lower left."""
    image, draw = (
        extra_module(f"PIL.{module}", "video", _PURPOSE) for module in ("Image", "ImageDraw")
    )
    canvas = image.fromarray(np.ascontiguousarray(seen.picture))
    pen = draw.Draw(canvas, "RGBA")
    _bones(pen, seen, canvas.size)
    _answers(pen, answers, seen.signing, canvas.size)
    return np.asarray(canvas)


def _bones(pen: Any, seen: Seen, size: tuple[int, int]) -> None:
    pixels = seen.pose.xy[0] * np.array(size, np.float32)
    width = max(2, size[1] // 160)
    lines = [pixels[bone] for bone in seen.pose.skeleton.bone_indices]
    for colour, thick in ((_RIM, 2 * width), (_BONE, width)):  # the rim shows on any background
        for line in lines:
            if np.isfinite(line).all():
                pen.line([tuple(end) for end in line.tolist()], fill=colour, width=thick)


def _answers(pen: Any, answers: Answers | None, signing: bool, size: tuple[int, int]) -> None:
    letters = max(10, size[1] // 24)
    font = extra_module("PIL.ImageFont", "video", _PURPOSE).load_default(letters)
    rows = [("signing ...", 0.0)] if signing else []
    if answers and not answers.accepted and not signing:
        rows = [(answers.answer, 0.0)]
    for answer in answers or ():
        rows.append((f"{answer.gloss} {100 * answer.probability:.0f} %", answer.probability))
    row, wide = round(1.4 * letters), min(size[0], 14 * letters)
    for number, (words, share) in enumerate(rows):
        y = size[1] - row * (len(rows) - number)
        pen.rectangle([0, y, wide, y + row], fill=(*_RIM, 170))
        pen.rectangle([0, y, round(wide * share), y + row], fill=(*_BONE, 90))
        pen.text((letters // 2, y + letters // 6), words, fill=_PAPER, font=font)
