"""One uploaded file read under limits: python -m spobet.serving.decode FILE OUT.npz BYTES SECONDS"""

from __future__ import annotations

import sys
from pathlib import Path


def main(file: Path, out: Path, num_bytes: int, seconds: int) -> None:
    """Read FILE and leave its pose at OUT; one line on stderr and exit status 2 where it cannot be read."""
    _limit(num_bytes, seconds)
    from spobet.formats import packed, read

    try:
        packed.write(read(file), out)
    except (ValueError, KeyError, OSError, ImportError, MemoryError) as error:
        told = error.args[0] if isinstance(error, KeyError) else error
        print("spobet: " + (" ".join(str(told).split()) or "too large"), file=sys.stderr)
        sys.exit(2)


def _limit(num_bytes: int, seconds: int) -> None:
    """Bound this process's memory and processor time, where the system can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (num_bytes, num_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
