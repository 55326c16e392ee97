"""Commands killed, and files damaged, at moments drawn from a seed: what is lost, and what differs.

    python benchmarks/faults.py WORK [--drills 200] [--first 0] [--only "kill train"]

WORK is a folder for what it makes. Each drill draws what it does from its seed: a command is killed
(SIGKILL or SIGTERM) at a random share of the time that it takes undisturbed, may have left nothing
half-written at its place, and is given again, at times with the clock set back; what it then leaves
is held against the undisturbed result, byte for byte. Or a byte of a file is flipped, the disk is
full (a limit on the size of files) or the folder read-only: the command must refuse in one line.
Or a server is killed while signs are enrolled over HTTP: none that it confirmed may be lost.
Prints the seed of every drill that failed, and how many there were of each kind.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import click
import numpy as np
from fault_commands import COMMANDS, CONFIG, Command, contents, different, half_written, named
from fault_process import NONE, Trouble, preload, start, write_videos

Drill = Callable[[np.random.Generator], str]  # what is wrong, "" for nothing
WEIGHTS = {"kill": 4, "flip": 3, "serve": 4}  # how often a kind comes, against one of the others
PRELOADED = ("spobet.cli", "spobet.training", "spobet.recognition.recognizer", "spobet.demo")


class Drills:
    """What undisturbed commands leave and take, made once, and drills against it."""

    def __init__(self, work: Path, preloaded: Iterable[str] = ()) -> None:
        preload(preloaded)
        self.work = work.resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.seconds: dict[str, float] = {}
        self.expected: dict[str, dict[str, str]] = {}
        (self.work / "tiny.toml").write_text(CONFIG)
        if not (self.work / "clip.npz").exists():
            self._prepare()
        has_videos = (self.work / "videos").is_dir() or write_videos(self.work / "videos")
        self.commands = [one for one in COMMANDS if has_videos or one.name != "extract"]

    def _prepare(self) -> None:
        """Clips, and a data set of them."""
        from spobet.dataset.store import Dataset
        from spobet.formats import packed
        from spobet.ingest.synthetic import synthesize

        for name in ("set", "landmarks"):
            shutil.rmtree(self.work / name, ignore_errors=True)
        synthesize(self.work / "set", num_glosses=4, num_signers=6, takes=1)
        for clip, pose in Dataset.open(self.work / "set").poses():
            path = self.work / "landmarks" / clip.gloss / f"{clip.id.replace('/', '-')}.npz"
            path.parent.mkdir(parents=True, exist_ok=True)
            packed.write(pose, path)
        shutil.copyfile(path, self.work / "clip.npz")

    def trained(self) -> Path:
        """A finished run, made when it is first needed."""
        if not (self.work / "run" / "run.json").exists():
            status, said = self.run(named("train").words, self.work)
            if status:
                raise click.ClickException(said)
        return self.work / "run"

    def run(self, words: Iterable[str], out: Path, trouble: Trouble = NONE) -> tuple[int, str]:
        """Exit status and the last line of what the command says."""
        process = self.start(words, out, trouble)
        process.join()
        lines = (out / "said.log").read_text(errors="replace").strip().splitlines()
        return process.exitcode or 0, (lines or [""])[-1]

    def start(self, words: Iterable[str], out: Path, trouble: Trouble = NONE):
        """The command on its way, its results below `out`."""
        words = [word.replace("OUT", str(out)) for word in words]
        return start(words, self.work, out / "said.log", trouble)

    def reference(self, command: Command) -> dict[str, str]:
        """What a command leaves undisturbed; it is run once."""
        if command.name not in self.expected:
            out = self.fresh(command, "whole")
            began = time.perf_counter()
            status, said = self.run(command.words, out)
            if status:
                raise click.ClickException(f"{command.name}: {said}")
            self.seconds[command.name] = time.perf_counter() - began
            self.expected[command.name] = contents(out / command.result)
        return self.expected[command.name]

    def fresh(self, command: Command, name: str) -> Path:
        """An empty folder for results, with the run that some commands work on."""
        out = self.work / f"{name}-{command.name}"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        if "OUT/run" in command.words and command.name not in ("train", "pretrain"):
            shutil.copytree(self.trained(), out / "run")
        return out

    def killed(self, command: Command, rng: np.random.Generator) -> str:
        """This command killed up to twice and given again; what is wrong then, "" for nothing."""
        expected, out = self.reference(command), self.fresh(command, "killed")
        for _ in range(rng.integers(1, 3)):
            process = self.start(command.words, out)
            process.join(self.seconds[command.name] * rng.random())
            if process.is_alive():
                os.kill(process.pid, signal.SIGKILL if rng.random() < 0.7 else signal.SIGTERM)
                process.join()
            if wrong := half_written(command, expected, contents(out / command.result)):
                return wrong
        return self.goes_on(command, out, Trouble(clock_back=bool(rng.random() < 0.2)))

    def goes_on(self, command: Command, out: Path, trouble: Trouble = NONE) -> str:
        """Give a command again; "" where it then leaves what it does undisturbed."""
        status, said = self.run(command.words, out, trouble)
        if status and "already" not in said:
            return f"{command.name}: does not go on: {said}"
        differ = different(self.expected[command.name], contents(out / command.result))
        return f"{command.name}: differs in {differ}" if differ else ""

    def full(self, command: Command) -> str:
        """No file may grow past DISK bytes: nothing half-written, and then all as before."""
        expected, out = self.reference(command), self.fresh(command, "full")
        status, said = self.run(command.words, out, Trouble(full_disk=True))
        if status not in (0, 2):
            return f"{command.name}: on a full disk no refusal in one line: {said}"
        if wrong := half_written(command, expected, contents(out / command.result)):
            return f"on a full disk, {wrong}"
        return self.goes_on(command, out)

    def read_only(self, command: Command) -> str:
        """Nothing may be written there: a refusal in one line, and then all as before."""
        self.reference(command)
        out = self.fresh(command, "read-only")
        (out / "said.log").touch()
        before = contents(out)
        folders = [out, *(path for path in out.rglob("*") if path.is_dir())]
        for folder in folders:
            folder.chmod(0o555)
        status, said = self.run(command.words, out, Trouble(no_rights=True))
        for folder in folders:
            folder.chmod(0o755)
        if status != 2:
            return f"{command.name}: in a read-only folder exit status {status}: {said}"
        if contents(out) != before:
            return f"{command.name}: leaves something in a read-only folder"
        return self.goes_on(command, out)

    def kinds(self) -> dict[str, Drill]:
        """Every kind of drill by its name."""
        from fault_files import FILES, served

        kinds: dict[str, Drill] = {"serve": partial(served, self)}
        for name, flipped in FILES.items():
            kinds[f"flip {name}"] = partial(flipped, self)
        for command in self.commands:
            kinds[f"kill {command.name}"] = partial(self.killed, command)
            kinds[f"full disk {command.name}"] = lambda _, command=command: self.full(command)
            kinds[f"read-only {command.name}"] = lambda _, command=command: self.read_only(command)
        return kinds


@click.command()
@click.argument("work", type=click.Path(file_okay=False, path_type=Path))
@click.option("--drills", default=200, show_default=True)
@click.option("--first", default=0, show_default=True, help="Seed of the first drill.")
@click.option("--only", default="", help="Kinds of drill whose names begin so, such as kill.")
def main(work: Path, drills: int, first: int, only: str) -> None:
    """Run drills and print what failed."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(work.resolve() / "compiled"))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    counts, failed = Counter[str](), 0
    kinds = Drills(work, PRELOADED).kinds()
    chosen = [name for name in kinds for _ in range(WEIGHTS.get(name.split()[0], 1))]
    chosen = [name for name in chosen if name.startswith(only)]
    for seed in range(first, first + drills):
        rng = np.random.default_rng(seed)
        kind = chosen[rng.integers(len(chosen))]
        wrong = kinds[kind](rng)
        counts[kind] += 1
        if wrong:
            failed += 1
            click.echo(f"seed {seed}: {wrong}")
        click.echo(f"{seed} {kind}", err=True)
    found = {"drills": drills, "failed": failed, "kinds": dict(sorted(counts.items()))}
    click.echo(json.dumps(found))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
