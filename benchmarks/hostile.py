"""Hostile inputs to every reader, every importer and the server: what each costs, and what breaks.

    python benchmarks/hostile.py [--inputs 1000] [--first 0]

A seed draws an input: a damaged or misleading file, list, folder, video, file of annotations or
request, or a small file that unpacks to gigabytes (tests/ingest/hostile_inputs.py). Each is worked
on in a child of its own. It must be read, or refused in a line; within 2 s of the processor and
500 MB beyond what the process held; with a whole data set or nothing at its place, and nothing
beside it. Prints a table by kind, and the seed of each failure.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from ingest.hostile_inputs import bombs_folder, trial_of, video_bytes

from spobet.dataset.store import Dataset
from spobet.errors import UserError

MAX_SECONDS = 2  # of the processor, which no other work on the machine lengthens
MAX_MEGABYTES = 500
MAX_WAIT = 120  # seconds of the clock, on a busy machine


@dataclass(frozen=True)
class Result:
    """What came of an input. line: of the refusal, "" where it was read. wrong: "" if nothing."""

    kind: str
    reader: str
    line: str = ""
    wrong: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0


def attempt(seed: int, folder: Path) -> Result:
    """Work on the input of a seed, here; anything that is not refused in a line is raised."""
    trial = trial_of(seed, folder)
    (folder / "temporary").mkdir()
    usual, tempfile.tempdir = tempfile.tempdir, str(folder / "temporary")
    before, seconds, held = names_in(folder), processor_seconds(), megabytes_from_now()
    line = ""
    try:
        trial.work()
    except (UserError, FileNotFoundError) as error:
        line = str(error)
    finally:
        tempfile.tempdir = usual
    seconds, held = processor_seconds() - seconds, most_megabytes() - held
    wrong = left_behind(folder, names_in(folder) - before, line)
    return Result(trial.kind, trial.reader, line, wrong, seconds, held)


def beyond_limits(result: Result) -> str:
    """What an input cost too much of, in words; "" for nothing."""
    if result.seconds > MAX_SECONDS:
        return f"{result.seconds:.1f} s of the processor"
    return f"{result.megabytes:.0f} MB" if result.megabytes > MAX_MEGABYTES else ""


def left_behind(folder: Path, made: set[str], line: str) -> str:
    """What was made that may not lie there, in words; "" for nothing.

    line: of the refusal, "" where the input was read.
    """
    made = made - {"enrolled.json", "enrolled.json.lock"}
    if line and made:
        return f"refused, but left {sorted(made)}"
    if made - {"out"}:
        return f"left {sorted(made)}"
    if made and not len(Dataset.open(folder / "out")):
        return "a data set without clips"
    return "temporary files are left" if any((folder / "temporary").iterdir()) else ""


def names_in(folder: Path) -> set[str]:
    """What lies in a folder."""
    return {path.name for path in folder.iterdir()}


def processor_seconds() -> float:
    """Of this process and its children that have ended."""
    return sum(os.times()[:4])


def megabytes_from_now() -> float:
    """The memory of this process, from which the most is counted anew (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")
    return most_megabytes()


def most_megabytes() -> float:
    """The most memory of this process, or of a child of it if that is more."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (most,) = (int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return max(most, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1000


def in_child(seed: int, folder: Path) -> Result:
    """What `attempt` returns, of a child of this process; its end is a result too."""
    answer = folder.parent / f"{seed}.json"
    child = os.fork()
    if not child:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        try:
            result = attempt(seed, folder)
            result = replace(result, wrong=result.wrong or beyond_limits(result))
        except Exception as error:  # anything is a finding
            result = Result("crash", "", wrong=f"{type(error).__name__}: {error}")
        answer.write_text(json.dumps(asdict(result)))
        os._exit(0)
    deadline = time.monotonic() + MAX_WAIT
    while not os.waitpid(child, os.WNOHANG)[0]:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.005)
    if not answer.is_file():
        return Result("crash", "", wrong=f"the process ended, after {MAX_WAIT} s at most")
    return Result(**json.loads(answer.read_text()))


def print_table(results: dict[int, Result]) -> None:
    """A line a kind: inputs, read, refused, failed, most seconds and memory."""
    by_kind: dict[str, list[Result]] = defaultdict(list)
    for result in results.values():
        by_kind[result.kind].append(result)
        by_kind["all"].append(result)
    print("kind         inputs  readers  read  refused  failed  most s  most MB")
    for kind, found in by_kind.items():
        read = sum(not result.line and not result.wrong for result in found)
        failed = sum(bool(result.wrong) for result in found)
        numbers = (len(found), len({result.reader for result in found}), read)
        refused, most = len(found) - read - failed, max(result.seconds for result in found)
        megabytes = max(result.megabytes for result in found)
        print(f"{kind:12} {numbers[0]:6} {numbers[1]:8} {numbers[2]:5}", end=" ")
        print(f"{refused:8} {failed:7} {most:7.2f} {megabytes:8.0f}")


@click.command()
@click.option("--inputs", default=1000, show_default=True)
@click.option("--first", default=0, show_default=True, help="The first seed.")
def main(inputs: int, first: int) -> None:
    """Work on the inputs of so many seeds."""
    from spobet.serving import app  # loaded once, before any child

    assert app
    bombs = bombs_folder()
    for suffix in (".mp4", ".webm", ".avi"):
        video_bytes(suffix)
    results = {}
    with tempfile.TemporaryDirectory(prefix="spobet-hostile-") as work:
        for seed in range(first, first + inputs):
            folder = Path(work) / "input" / str(seed)
            folder.mkdir(parents=True)
            result = results[seed] = in_child(seed, folder)
            if result.wrong:
                click.echo(f"seed {seed}, {result.kind}, {result.reader}: {result.wrong}")
            shutil.rmtree(folder)
            if seed % 100 == 99:
                click.echo(f"{seed + 1 - first} of {inputs}", err=True)
    shutil.rmtree(bombs)
    print_table(results)
    sys.exit(any(result.wrong for result in results.values()))


if __name__ == "__main__":
    main()
