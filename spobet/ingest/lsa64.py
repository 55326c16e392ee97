"""LSA64: 3,200 videos named `sign_signer_repetition.mp4`, such as 001_004_002.mp4."""

from __future__ import annotations

import re
from pathlib import Path

from spobet.dataset.manifest import Clip
from spobet.errors import NotFound
from spobet.ingest.published_set import PublishedSet, videos_by_name
from spobet.ingest.videos import Job, VideoList

# In the order of the makers' page: the first is sign 001.
GLOSSES = tuple(
    """Opaque, Red, Green, Yellow, Bright, Light-blue, Colors, Pink, Women, Enemy, Son, Man, Away,
    Drawer, Born, Learn, Call, Skimmer, Bitter, Sweet milk, Milk, Water, Food, Argentina, Uruguay,
    Country, Last name, Where, Mock, Birthday, Breakfast, Photo, Hungry, Map, Coin, Music, Ship,
    None, Name, Patience, Perfume, Deaf, Trap, Rice, Barbecue, Candy, Chewing-gum, Spaghetti,
    Yogurt, Accept, Thanks, Shut down, Appear, To land, Catch, Help, Dance, Bathe, Buy, Copy, Run,
    Realize, Give, Find""".replace("\n    ", " ").split(", ")
)
_NAME = re.compile(r"(\d{3})_(\d{3})_\d{3}\Z")


def videos_in(folder: Path) -> VideoList:
    """Every video of the raw or the cut version, with its signer; the makers publish no splits."""
    jobs, others = [], 0
    for name, path in sorted(videos_by_name(folder).items()):
        match = _NAME.match(name)
        if match and 1 <= int(match[1]) <= len(GLOSSES):
            jobs.append(Job(Clip(name, GLOSSES[int(match[1]) - 1], match[2]), path))
        else:
            others += 1
    if not jobs:
        raise NotFound(f"{folder}: no video named like 001_004_002.mp4 in it")
    notes = (f"{others:,} videos are named otherwise: left out",) if others else ()
    return VideoList(tuple(jobs), notes=notes)


LSA64 = PublishedSet(
    "lsa64",
    "LSA64",
    "CC BY-NC-SA 4.0",
    "https://facundoq.github.io/datasets/lsa64/",
    "001_001_001.mp4 and so on: sign, signer, repetition",
    videos=videos_in,
)
