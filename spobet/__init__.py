"""Recognise single signs from body landmarks: pose in, gloss out.

pose = spobet.read("clips/69241")
spobet.load("runs/asl100").predict(pose, top=5)
data = spobet.Dataset.open("data/asl100")
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spobet.dataset.store import Dataset as Dataset
    from spobet.formats import read as read
    from spobet.recognition.recognizer import load as load

__version__ = "0.1.0"
__all__ = ["Dataset", "load", "read"]

_HOMES = {
    "Dataset": "spobet.dataset.store",
    "read": "spobet.formats",
    "load": "spobet.recognition.recognizer",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for only when it is asked for, so that `import spobet` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'spobet' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
