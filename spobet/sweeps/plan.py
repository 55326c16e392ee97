"""Which runs a sweep is made of: settings, seeds and folds."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

from spobet.config import Experiment
from spobet.errors import UserError
from spobet.runs import RunFolder
from spobet.schema import build


@dataclass(frozen=True)
class Setting:
    """One choice of the values that are compared. name: they, as they were given."""

    name: str
    experiment: Experiment


@dataclass(frozen=True)
class Task:
    """One run: what is trained, on what, and what it is scored on.

    experiment: a TOML file. fold: which of the training clips are held out and scored; None where
    the clips of `splits` are.
    """

    setting: str
    experiment: str
    data: str
    run: str
    seed: int
    fold: int | None = None
    splits: tuple[str, ...] = ("val",)
    backbone: str | None = None
    auxiliary: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    command: str = ""

    @property
    def name(self) -> str:
        """What the scored clips are called in the run folder."""
        return "+".join(self.splits) if self.fold is None else f"fold{self.fold}"

    @property
    def finished(self) -> bool:
        """Whether its run is trained and scored; scores are what is written last."""
        run = RunFolder(Path(self.run))
        return run.record_file.is_file() and run.scores(self.name).is_file()

    def to_json(self) -> str:
        """As text, for the process that runs it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Task:
        """What `to_json` wrote."""
        values = json.loads(text)
        lists = {name: tuple(values[name]) for name in ("splits", "auxiliary", "views")}
        return cls(**{**values, **lists})


def settings_of(
    experiment: Experiment, changes: Sequence[str], each: bool = False
) -> list[Setting]:
    """Every combination of the values that are given as `train.schedule.learning_rate=1e-3,5e-4`.

    each: the experiment as it is, then each value alone in it, as an ablation has them. UserError
    names the key that an experiment does not have, or the value that it refuses.
    """
    choices = []
    for change in changes:
        key, equals, values = change.partition("=")
        if not equals or not values:
            raise UserError(f"--set {change}: expected KEY=VALUE,VALUE")
        choices.append([(key, value.strip()) for value in values.split(",")])
    alone = [(), *((one,) for values in choices for one in values)]
    settings = [
        _changed(experiment, combination) for combination in (alone if each else product(*choices))
    ]
    names = [setting.name for setting in settings]
    if len(set(names)) < len(names):
        raise UserError(f"--set names the same setting twice: {', '.join(names)}")
    return settings


def _changed(experiment: Experiment, combination: Sequence[tuple[str, str]]) -> Setting:
    values = json.loads(json.dumps(asdict(experiment)))
    for key, value in combination:
        *sections, last = key.split(".")
        section = values
        for name in sections:
            section = section.get(name) if isinstance(section, dict) else None
        if not isinstance(section, dict) or last not in section:
            raise UserError(f"--set {key}: an experiment has no such key")
        section[last] = _parsed(value)
    name = " ".join(f"{key.rpartition('.')[2]}={value}" for key, value in combination)
    return Setting(name or "as it is", build(Experiment, values))


def _parsed(value: str) -> Any:
    """A value as TOML has it; what is none is a text."""
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value
