"""One gloss, one spelling: what differs in case, blanks or Unicode form alone is one label."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from spobet.dataset.manifest import Clip
from spobet.formats.names import folded
from spobet.ingest.tables import whole


def spelt(gloss: str) -> str:
    """A gloss in composed letters, without blanks at its ends or several in a row; 3.0 is 3."""
    return whole(" ".join(unicodedata.normalize("NFC", gloss).split()))


def gloss_key(gloss: str) -> str:
    """What two spellings of one gloss have in common."""
    return folded(spelt(gloss))


def one_spelling(clips: Sequence[Clip]) -> tuple[tuple[Clip, ...], tuple[str, ...]]:
    """The clips with one spelling of each gloss, and a note on each that had several.

    The commonest spelling is used, of equally common ones the first, as `spelt` has it.
    """
    spellings = Counter(clip.gloss for clip in clips)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for spelling in spellings:
        groups[gloss_key(spelling)].append(spelling)
    chosen, notes = {}, []
    for group in groups.values():
        commonest = max(group, key=lambda spelling: spellings[spelling])  # the first of them
        gloss = spelt(commonest)
        chosen.update(dict.fromkeys(group, gloss))
        others = [f"{other!a} ({spellings[other]:,} clips)" for other in group if other != gloss]
        if others:
            notes.append(f"gloss {gloss!r} is also spelt {', '.join(others)}: taken for one gloss")
    return tuple(replace(clip, gloss=chosen[clip.gloss]) for clip in clips), tuple(notes)
