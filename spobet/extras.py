"""Optional parts of the package, and one line for whoever lacks them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


class ExtraNeeded(ImportError):
    """Something was asked for that needs an extra of the package."""


def extra_module(module: str, extra: str, purpose: str) -> ModuleType:
    """The module that an extra brings; ExtraNeeded says how to install it.

    purpose: what needs it, as the beginning of the sentence: "reading video".
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ExtraNeeded(f"{purpose} needs {error.name}: pip install 'spobet[{extra}]'") from error
