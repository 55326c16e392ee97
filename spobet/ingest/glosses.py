"""One gloss, one spelling: what differs in case, blanks or Unicode form alone is one label."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from spobet.dataset.manifest import Clip


def one_spelling(clips: Sequence[Clip]) -> tuple[tuple[Clip, ...], tuple[str, ...]]:
    """The clips with one spelling of each gloss, and a note on each that had several.

    The commonest spelling is used, of equally common ones the first, in composed letters (NFC),
    without blanks at its ends or several in a row.
    """
    spellings = Counter(clip.gloss for clip in clips)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for spelling in spellings:
        key = " ".join(unicodedata.normalize("NFC", spelling).split()).casefold()
        groups[unicodedata.normalize("NFC", key)].append(spelling)
    chosen, notes = {}, []
    for group in groups.values():
        commonest = max(group, key=lambda spelling: spellings[spelling])  # the first of them
        gloss = " ".join(unicodedata.normalize("NFC", commonest).split())
        chosen.update(dict.fromkeys(group, gloss))
        others = [f"{other!a} ({spellings[other]:,} clips)" for other in group if other != gloss]
        if others:
            notes.append(f"gloss {gloss!r} is also spelt {', '.join(others)}: taken for one gloss")
    return tuple(replace(clip, gloss=chosen[clip.gloss]) for clip in clips), tuple(notes)
