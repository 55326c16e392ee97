"""Synthetic data sets: parametric signs by many synthetic signers, nothing to download."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path

import numpy as np

from spobet.dataset.manifest import Clip, Manifest
from spobet.dataset.store import DatasetWriter
from spobet.errors import UserError
from spobet.files import check_new_folder, write_csv
from spobet.poses.skeleton import OPENPOSE_54
from spobet.synthetic.clips import Sign, make_signer, make_vocabulary, minimal_pairs, perform

SOURCE = "synthetic"
LICENCE = "CC0-1.0"
MINIMAL_PAIRS = "minimal-pairs.csv"
# and again for the next six: each split has one of the first three
_SPLIT_OF_SIGNERS = ("train", "val", "test", "train", "train", "train")


def synthesize(
    path: Path,
    num_glosses: int = 20,
    num_signers: int = 24,
    takes: int = 2,
    seed: int = 0,
    progress: Callable[[Iterable[Clip]], Iterable[Clip]] = iter,
) -> Manifest:
    """Write a data set in which every signer performs every gloss `takes` times.

    Returns its manifest. Splits share no signer: of six signers four are for training, one for
    validation, one for testing. minimal-pairs.csv in the folder lists the glosses that differ in
    one parameter only. The same arguments write the same bytes, and the clips of a small data set
    are in every larger one of the same seed. progress: wraps the clips on their way through, to
    show how far it is.

    Raises UserError for fewer than 3 signers, 2 glosses or 1 take, or more glosses than there are
    different signs; AlreadyThere where `path` is taken.
    """
    check_new_folder(Path(path))
    if num_signers < 3 or takes < 1:
        raise UserError(
            f"{num_signers} signers and {takes} takes, expected at least 3 (one a split) and 1"
        )
    signs = make_vocabulary(num_glosses, np.random.default_rng([seed]))
    signers = [
        make_signer(np.random.default_rng([seed, 1 + number])) for number in range(num_signers)
    ]
    numbers = list(product(range(num_signers), range(num_glosses), range(takes)))
    manifest = Manifest(tuple(_clip(signs[gloss], signer, take) for signer, gloss, take in numbers))
    with DatasetWriter(Path(path), OPENPOSE_54, "pixels", SOURCE, LICENCE) as writer:
        for clip, (signer, gloss, take) in zip(progress(manifest.clips), numbers, strict=True):
            # from 1: a seed ignores zeros at its end
            rng = np.random.default_rng([seed, 1 + signer, 1 + gloss, take])
            writer.add(clip, perform(signs[gloss], signers[signer], rng))
        pairs = [(pair.parameter, *pair.glosses) for pair in minimal_pairs(signs)]
        write_csv(writer.folder / MINIMAL_PAIRS, ("parameter", "first", "second"), pairs)
    return manifest


def _clip(sign: Sign, signer: int, take: int) -> Clip:
    return Clip(
        id=f"{SOURCE}-{sign.gloss}-{signer:03d}-{take}",
        gloss=sign.gloss,
        signer=f"{SOURCE}-{signer:03d}",
        split=_SPLIT_OF_SIGNERS[signer % len(_SPLIT_OF_SIGNERS)],
    )
