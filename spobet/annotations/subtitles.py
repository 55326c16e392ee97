"""Subtitles: WebVTT (W3C) and SubRip, one cue a sign.

The gloss of an answer that is not accepted is followed by (?). Confidence is not kept.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path

from spobet.annotations.annotation import Annotation, Annotations
from spobet.errors import UserError
from spobet.formats import traits
from spobet.formats.text import read_bounded

NOT_SURE = " (?)"
# [hours:]minutes:seconds and milliseconds after a point (WebVTT) or a comma (SubRip)
_TIME = r"(?:(\d+):)?(\d{2}):(\d{2})[.,](\d{3})"
_CUE = re.compile(rf"^{_TIME}[ \t]+-->[ \t]+{_TIME}.*\n((?:.+\n?)*)", re.MULTILINE)


def webvtt(annotations: Iterable[Annotation]) -> str:
    """A WebVTT file."""
    return "WEBVTT\n\n" + _cues(annotations, ".", html_escaped=True)


def subrip(annotations: Iterable[Annotation]) -> str:
    """A SubRip (.srt) file."""
    return _cues(annotations, ",", html_escaped=False)


def read(path: Path) -> Annotations:
    """The cues of a WebVTT or SubRip file, tags taken off; UserError where it has none."""
    content = traits.decode(read_bounded(path)).replace("\r\n", "\n")
    is_webvtt = content.startswith("WEBVTT")
    cues = list(_CUE.finditer(content))
    if not cues and not is_webvtt:
        raise UserError(f"{path}: no cue in it, expected WebVTT or SubRip subtitles")
    found = []
    for cue in cues:
        *numbers, payload = cue.groups()
        gloss = " ".join(payload.split())
        if is_webvtt:
            gloss = html.unescape(re.sub(r"<[^>]*>", "", gloss))
        accepted = not gloss.endswith(NOT_SURE)
        gloss = gloss.removesuffix(NOT_SURE)
        if gloss:
            found.append(
                Annotation(_seconds(numbers[:4]), _seconds(numbers[4:]), gloss, accepted=accepted)
            )
    return Annotations(tuple(found), left_out=len(cues) - len(found))


def _cues(annotations: Iterable[Annotation], point: str, html_escaped: bool) -> str:
    blocks = []
    for number, one in enumerate(annotations, 1):
        gloss = " ".join(one.gloss.split())  # a line of its own
        gloss = html.escape(gloss, quote=False) if html_escaped else gloss
        gloss += "" if one.accepted else NOT_SURE
        begin, end = _clock(one.start, point), _clock(one.stop, point)
        blocks.append(f"{number}\n{begin} --> {end}\n{gloss}\n")
    return "\n".join(blocks)


def _clock(seconds: float, point: str) -> str:
    minutes, milliseconds = divmod(round(1000 * seconds), 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds_shown, milliseconds = divmod(milliseconds, 1000)
    return f"{hours:02}:{minutes:02}:{seconds_shown:02}{point}{milliseconds:03}"


def _seconds(parts: list[str]) -> float:
    hours, minutes, seconds, milliseconds = (int(part or 0) for part in parts)
    return 3600 * hours + 60 * minutes + seconds + milliseconds / 1000
