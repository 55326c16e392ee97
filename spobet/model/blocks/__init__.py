"""Kinds of block a backbone is built of: one file each, named as in `[backbone] blocks`.

A file defines one subclass of `spobet.model.block.Block` and names it `BLOCK`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from spobet.model.block import Block
from spobet.sizes import BLOCKS

KINDS: Mapping[str, type[Block]] = {
    kind: import_module(f"{__name__}.{kind}").BLOCK for kind in BLOCKS
}
