"""An uploaded file read under limits: python -m spobet.serving.decode FILE OUT.npz BYTES SECONDS"""

from __future__ import annotations

import ctypes
import sys
from importlib.util import find_spec
from pathlib import Path

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET of Linux


def main(file: Path, out: Path, num_bytes: int, seconds: int) -> None:
    """Read FILE and write its pose to OUT; one line on stderr and exit status 2 where it fails."""
    leave_network()
    limit(num_bytes, seconds)
    from spobet.formats import packed, read, recognise

    try:
        if recognise(file).format == "video":
            _require_detector()
        packed.write(read(file), out)
    except (ValueError, KeyError, OSError, ImportError, MemoryError) as error:
        reason = error.args[0] if isinstance(error, KeyError) else error
        print("spobet: " + (" ".join(str(reason).split()) or "too large"), file=sys.stderr)
        sys.exit(2)


def leave_network() -> bool:
    """Move this process where it reaches no other host, where Linux allows it; whether it did.

    Neither a crafted file nor MediaPipe, which reports its use to its maker, then gets out.
    Must run before any thread is started.
    """
    if sys.platform != "linux":
        return False
    return ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK) == 0


def limit(num_bytes: int, seconds: int) -> None:
    """Bound this process's memory and processor time, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (num_bytes, num_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _require_detector() -> None:
    """UserError where MediaPipe or its networks are lacking here: a server fetches nothing."""
    from spobet.errors import NotFound
    from spobet.extras import ExtraNeeded
    from spobet.video.models import MODELS, cache_folder

    folder = cache_folder()
    if not all((folder / model.name).is_file() for model in MODELS):
        raise NotFound(
            "this server cannot read videos: MediaPipe's networks are not installed on it. "
            "Whoever runs it installs them by extracting any video once: "
            "spobet extract VIDEO OUT.npz --fetch-models"
        )
    if find_spec("mediapipe") is None:
        raise ExtraNeeded(
            "this server cannot read videos: MediaPipe is not installed on it. "
            "Whoever runs it installs it by: pip install 'spobet[video]'"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
