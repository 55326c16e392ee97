"""Optional dependencies, and one line that says how to install them."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from spobet.errors import UserError

# How loaders name a shared library they cannot use: `libGL.so.1: cannot open shared object file`.
_LIBRARY = re.compile(r"(?:^|[ /])(lib[\w.+-]+\.so[\w.]*): ")
_PACKAGES = {"libGL": "libgl1", "libGLESv2": "libgles2", "libEGL": "libegl1"}
_PACKAGES |= {"libgthread-2": "libglib2.0-0", "libglib-2": "libglib2.0-0"}


class ExtraNeeded(UserError, ImportError):
    """What was asked for needs an optional dependency that is not installed."""


class LibraryNeeded(UserError, ImportError):
    """What was asked for needs a library of the operating system that is not there."""


def extra_module(module: str, extra: str, purpose: str) -> ModuleType:
    """The module that an extra installs; ExtraNeeded says how where it is not there.

    LibraryNeeded where a library of the system that it needs is not there. purpose: what needs it,
    as the beginning of a sentence: "reading video".
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ExtraNeeded(_advice(str(error.name), extra, purpose)) from error
    except ImportError as error:
        if not (library := _LIBRARY.search(str(error))):
            raise  # a fault of the module, which keeps its traceback
        package = _PACKAGES.get(library[1].partition(".")[0])
        install = f"on Debian: apt-get install {package}" if package else "install it"
        raise LibraryNeeded(
            f"{purpose} needs {module}, which needs {library[1]} of the system, and that is not "
            f"there or broken; {install}"
        ) from error


def require(module: str, extra: str, purpose: str) -> None:
    """ExtraNeeded where a module is not installed; it is not imported."""
    if find_spec(module) is None:
        raise ExtraNeeded(_advice(module, extra, purpose))


def _advice(module: str, extra: str, purpose: str) -> str:
    return f"{purpose} needs {module}: pip install 'spobet[{extra}]'"
