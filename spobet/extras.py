"""Optional dependencies, and one line that says how to install them."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from spobet.errors import UserError


class ExtraNeeded(UserError, ImportError):
    """What was asked for needs an optional dependency that is not installed."""


def extra_module(module: str, extra: str, purpose: str) -> ModuleType:
    """The module that an extra installs; ExtraNeeded says how where it is not there.

    purpose: what needs it, as the beginning of a sentence: "reading video".
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
