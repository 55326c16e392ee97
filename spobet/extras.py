"""Optional parts of the package, and one line for whoever lacks them."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from spobet.errors import UserError


class ExtraNeeded(UserError, ImportError):
    """Something was asked for that needs an extra of the package."""


def extra_module(module: str, extra: str, purpose: str) -> ModuleType:
    """The module that an extra brings; ExtraNeeded says how to install it.

    purpose: what needs it, as the beginning of the sentence: "reading video".
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ExtraNeeded(_advice(str(error.name), extra, purpose)) from error


def require(module: str, extra: str, purpose: str) -> None:
    """ExtraNeeded where a module is not installed; it is not imported."""
    if find_spec(module) is None:
        raise ExtraNeeded(_advice(module, extra, purpose))


def _advice(module: str, extra: str, purpose: str) -> str:
    return f"{purpose} needs {module}: pip install 'spobet[{extra}]'"
