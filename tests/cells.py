"""The cases of a parametrised test, of which the default run takes a few."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest


def cells(cases: Mapping[str, Any], default: Collection[str]) -> list[Any]:
    """A parameter a case, with its name as id; all but the default ones are marked slow."""
    unknown = set(default) - set(cases)
    assert not unknown, f"no such cases: {sorted(unknown)}"
    return [
        pytest.param(case, id=name, marks=[] if name in default else [pytest.mark.slow])
        for name, case in cases.items()
    ]
