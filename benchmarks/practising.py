"""Is a take nearer to its own sign's drawing? python benchmarks/practising.py NETWORK CLIPS.npz

Held-out clips (val and test) of packed arrays are compared with the reference of their gloss and
with those of --others other glosses. Prints the share of pairs in which the own sign differs less,
how often each aspect is called other, and with --lexicon (ASL-LEX's table) which aspect differs
most between signs that the lexicon tells apart by one aspect alone.
"""

from __future__ import annotations

import argparse
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from spobet.dataset.phonology import read_phonology
from spobet.formats.packed import read_clips
from spobet.recognition.practice import FEATURES, Practice, Standard, practise
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder
from spobet.shipped import find_run


def main() -> None:
    """Compare, count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network")
    parser.add_argument("clips", type=Path)
    parser.add_argument("--others", type=int, default=5)
    parser.add_argument("--lexicon", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # drawings have no picture
    recognizer, standard = load(given.network), Standard.read(RunFolder(find_run(given.network)))
    clips, rng = read_clips(given.clips), np.random.default_rng(0)
    drawn = standard.references.glosses
    names = [str(gloss) for gloss in clips.facts["gloss"] if str(gloss) in drawn]
    glosses = [str(clips.facts["gloss"][label]) for label in clips.facts["label"]]
    used = [at for at in np.flatnonzero(clips.facts["split"] > 0) if glosses[at] in drawn]

    def compared(at: int, gloss: str) -> Practice:
        return practise(standard, recognizer, gloss, clips.pose(at))

    own = {at: compared(at, glosses[at]) for at in used}
    pairs = [
        (at, compared(at, str(other)))
        for at in used
        for other in rng.permutation([name for name in names if name != glosses[at]])[
            : given.others
        ]
    ]
    right = [own[at].difference < other.difference for at, other in pairs]
    print(f"{sum(right)} of {len(right)} pairs in order ({100 * np.mean(right):.1f} %)")
    mine, theirs = (
        [one.difference for one in some] for some in (own.values(), [p for _, p in pairs])
    )
    area = np.mean(np.array(mine)[:, None] < np.array(theirs))
    print(f"area under the curve of the differences {area:.3f}, {len(own)} clips")
    for name in next(iter(own.values())).aspects:
        rates = [_called_other(name.name, some) for some in (own.values(), [p for _, p in pairs])]
        print(f"{name.name} called other: own sign {rates[0]:.0f} %, another sign {rates[1]:.0f} %")
    if given.lexicon:
        _minimal_pairs(given.lexicon, names, [(at, glosses[at]) for at in used], compared)


def _called_other(name: str, practices) -> float:
    found = [aspect for one in practices for aspect in one.aspects if aspect.name == name]
    return 100 * float(np.mean([not aspect.alike for aspect in found]))


def _minimal_pairs(lexicon: Path, names: list[str], clips: list[tuple[int, str]], compared) -> None:
    """Pairs of signs of which the lexicon gives all of FEATURES, and one of them differs."""
    known = read_phonology(lexicon, names)
    edges = np.cumsum([0, *known.num_values])
    likeliest = {
        aspect: known.targets[:, edges[number] : edges[number + 1]]
        for aspect, (feature, _) in FEATURES.items()
        for number in [known.names.index(feature)]
    }
    counts: dict[str, Counter] = {}
    pairs = 0
    for one, name in enumerate(names):
        for other in range(len(names)):
            apart = [
                aspect
                for aspect, rows in likeliest.items()
                if not (rows[one] * rows[other]).sum() > 0.5
            ]
            if one == other or len(apart) != 1:
                continue
            pairs += 1
            for at in (at for at, gloss in clips if gloss == name):
                found = {a.name: a.difference for a in compared(at, names[other]).aspects}
                highest = max(FEATURES, key=lambda aspect: found.get(aspect, 0.0))
                counts.setdefault(apart[0], Counter())[highest] += 1
    print(f"{pairs} ordered pairs that the lexicon tells apart by one aspect; what differs most:")
    for aspect, counted in counts.items():
        print(f"  {aspect}: {dict(counted.most_common())}")


if __name__ == "__main__":
    main()
