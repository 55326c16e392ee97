"""Commands killed, and files damaged, at moments drawn from a seed: what is lost, and what differs.

    python benchmarks/faults.py WORK [--drills 200] [--first 0] [--only import --only train]

WORK is a folder for what it makes. Each drill draws what it does from its seed: a command is killed
(SIGKILL or SIGTERM) at a random share of the time that it takes undisturbed, may have left nothing
half-written at its place, and is given again; what it then leaves is held against the undisturbed
result, byte for byte. Or a byte of a file is flipped, or the disk is full (a limit on the size of
files): the command must refuse in one line, or answer as before. Prints the seed of every drill
that failed.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import click
import numpy as np
from fault_commands import (
    COMMANDS,
    CONFIG,
    Command,
    contents,
    different,
    flip_byte,
    half_written,
    spobet,
)

DISK = 20_000  # bytes of a file where the disk is full


class Drills:
    """What undisturbed commands leave and take, made once, and drills against it."""

    def __init__(self, work: Path) -> None:
        self.work = work.resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.seconds: dict[str, float] = {}
        self.expected: dict[str, dict[str, str]] = {}
        (self.work / "tiny.toml").write_text(CONFIG)
        if not (self.work / "set").exists():
            self._prepare()

    def _prepare(self) -> None:
        """Clips, and a data set of them."""
        from spobet.dataset.store import Dataset
        from spobet.formats import packed
        from spobet.ingest.synthetic import synthesize

        synthesize(self.work / "set", num_glosses=4, num_signers=6, takes=1)
        for clip, pose in Dataset.open(self.work / "set").poses():
            path = self.work / "landmarks" / clip.gloss / f"{clip.id.replace('/', '-')}.npz"
            path.parent.mkdir(parents=True, exist_ok=True)
            packed.write(pose, path)
        shutil.copyfile(path, self.work / "clip.npz")

    def trained(self) -> Path:
        """A finished run, made when it is first needed."""
        if not (self.work / "run" / "run.json").exists():
            words = next(one.words for one in COMMANDS if one.name == "train")
            status, said = self._run(words, self.work)
            if status:
                raise click.ClickException(said)
        return self.work / "run"

    def _run(self, words: Iterable[str], out: Path, **options: object) -> tuple[int, str]:
        """Exit status and the last line of what the command says."""
        done = subprocess.run(
            spobet(words, out),
            cwd=self.work,
            capture_output=True,
            text=True,
            errors="replace",
            **options,  # type: ignore[call-overload]
        )
        return done.returncode, (done.stderr.strip().splitlines() or [""])[-1]

    def reference(self, command: Command) -> None:
        """Run a command undisturbed, once."""
        if command.name not in self.expected:
            out = self._fresh(command, "whole")
            began = time.perf_counter()
            status, said = self._run(command.words, out)
            if status:
                raise click.ClickException(f"{command.name}: {said}")
            self.seconds[command.name] = time.perf_counter() - began
            self.expected[command.name] = contents(out / command.result)

    def _fresh(self, command: Command, name: str) -> Path:
        """An empty folder for results, with the run that some commands work on."""
        out = self.work / f"{name}-{command.name}"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        if {"OUT/run", "run"} & set(command.words) and command.name not in ("train", "pretrain"):
            shutil.copytree(self.trained(), out / "run")
        return out

    def kill(self, rng: np.random.Generator) -> str:
        """A command killed and given again; returns what is wrong, "" for nothing."""
        command = COMMANDS[rng.integers(len(COMMANDS))]
        return self.killed(command, rng)

    def killed(self, command: Command, rng: np.random.Generator) -> str:
        """This command killed up to twice."""
        self.reference(command)
        out, expected = self._fresh(command, "killed"), self.expected[command.name]
        for _ in range(rng.integers(1, 3)):
            process = subprocess.Popen(
                spobet(command.words, out),
                cwd=self.work,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                process.wait(self.seconds[command.name] * rng.random())
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL if rng.random() < 0.7 else signal.SIGTERM)
                process.wait()
            if wrong := half_written(command, expected, contents(out / command.result)):
                return wrong
        if not command.goes_on and contents(out / command.result) == expected:
            return ""  # it was over before; enrolled again, a sign would have another clip
        status, said = self._run(command.words, out)
        if status and "already" not in said:
            return f"{command.name}: does not go on: {said}"
        differ = different(expected, contents(out / command.result))
        return f"{command.name}: differs in {differ}" if differ else ""

    def flip(self, rng: np.random.Generator) -> str:
        """A byte flipped in a network, a shard or a state: refused, or of no consequence."""
        kind = ("network", "shard", "state")[rng.integers(3)]
        return {"network": self._flip_network, "shard": self._flip_shard}.get(
            kind, self._flip_state
        )(rng)

    def _flip_network(self, rng: np.random.Generator) -> str:
        run, words = self.work / "flipped-run", ("predict", "OUT/flipped-run", "clip.npz", "--json")
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(self.trained(), run)
        before = self._answer(words)
        flip_byte(run / "classifier.onnx", rng)
        status, said = self._run(words, self.work)
        if status == 0:
            same = self._answer(words) == before
            return "" if same else "network: a flipped byte changes the answer unnoticed"
        return "" if status == 2 else f"network: no refusal in one line: {said}"

    def _answer(self, words: Iterable[str]) -> str:
        command = spobet(words, self.work)
        return subprocess.run(command, cwd=self.work, capture_output=True, text=True).stdout

    def _flip_shard(self, rng: np.random.Generator) -> str:
        data, run = self.work / "flipped-set", self.work / "flipped-out"
        for folder in (data, run):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.work / "set", data)
        shards = sorted(data.glob("*.npz"))
        if not shards:
            return "shard: none found"
        flip_byte(shards[rng.integers(len(shards))], rng)
        words = ("evaluate", "OUT/run", "--data", str(data), "--split", "val")
        out = self.work / "flipped-evaluated"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(self.trained(), out / "run")
        status, said = self._run(words, out)
        if status not in (0, 2):
            return f"shard: no refusal in one line: {said}"
        return ""

    def _flip_state(self, rng: np.random.Generator) -> str:
        train = next(one for one in COMMANDS if one.name == "train")
        self.reference(train)
        out = self._fresh(train, "flipped")
        process = subprocess.Popen(
            spobet(train.words, out),
            cwd=self.work,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        state = out / "run" / "training-state.npz"
        while process.poll() is None and not state.exists():
            time.sleep(0.01)
        process.kill()
        process.wait()
        if not state.exists():
            return ""  # it was over before
        flip_byte(state, rng)
        status, said = self._run(train.words, out)
        if status == 2 and "damaged" in said:
            return ""
        same = not different(self.expected["train"], contents(out / "run"))
        return "" if status == 0 and same else f"state: {said or 'another network'}"

    def full_disk(self, rng: np.random.Generator) -> str:
        """No file may grow past DISK bytes: one line, nothing half-written, then all as before."""
        command = COMMANDS[rng.integers(len(COMMANDS))]
        self.reference(command)
        out = self._fresh(command, "full")

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))

        self._run(command.words, out, preexec_fn=limit)
        there = contents(out / command.result)
        if wrong := half_written(command, self.expected[command.name], there):
            return f"full disk: {wrong}"
        status, said = self._run(command.words, out)
        if status and "already" not in said:
            return f"{command.name}: does not go on after a full disk: {said}"
        differ = different(self.expected[command.name], contents(out / command.result))
        return f"{command.name}: differs after a full disk in {differ}" if differ else ""


@click.command()
@click.argument("work", type=click.Path(file_okay=False, path_type=Path))
@click.option("--drills", default=200, show_default=True)
@click.option("--first", default=0, show_default=True, help="Seed of the first drill.")
@click.option("--only", multiple=True, help="Kill this command alone; repeat for several.")
def main(work: Path, drills: int, first: int, only: tuple[str, ...]) -> None:
    """Run drills and print what failed."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    made, counts = Drills(work), Counter[str]()
    failed: dict[int, str] = {}
    chosen = [command for command in COMMANDS if command.name in only]
    for seed in range(first, first + drills):
        rng = np.random.default_rng(seed)
        drill: Callable[[np.random.Generator], str]
        if chosen:
            wrong = made.killed(chosen[rng.integers(len(chosen))], rng)
            name = "killed"
        else:
            drill = (made.kill, made.kill, made.kill, made.flip, made.full_disk)[rng.integers(5)]
            wrong, name = drill(rng), drill.__name__
        counts[name] += 1
        if wrong:
            failed[seed] = wrong
            click.echo(f"seed {seed}: {wrong}")
    click.echo(json.dumps({"drills": drills, "kinds": counts, "failed": len(failed)}))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
