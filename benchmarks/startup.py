"""How long the command and the package take to start, beside the bare interpreter.

python benchmarks/startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

NUM_RUNS = 15
COMMANDS = {
    "spobet --help": ["-c", "from spobet.cli import main; main(['--help'])"],
    "import spobet": ["-c", "import spobet"],
}


def main() -> None:
    """Print the median time of each command and its ratio to `python -c pass`."""
    bare = _median(["-c", "pass"])
    print(f"{'python -c pass':16} {bare * 1e3:7.1f} ms")
    for name, arguments in COMMANDS.items():
        took = _median(arguments)
        print(f"{name:16} {took * 1e3:7.1f} ms  {took / bare:5.1f} starts of the bare interpreter")


def _median(arguments: list[str]) -> float:
    times = []
    for _ in range(NUM_RUNS):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main()
