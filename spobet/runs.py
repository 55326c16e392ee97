"""RunFolder: where one run keeps its files, and the record of how it came about."""

from __future__ import annotations

import csv
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path

from spobet.config import Experiment, read_experiment
from spobet.dataset.manifest import Vocabulary
from spobet.errors import NotFound, UserError
from spobet.files import write_csv, write_whole
from spobet.poses.preprocess import Preprocessor
from spobet.poses.skeleton import Skeleton
from spobet.schema import build

PACKAGES = (
    "spobet",
    "keras",
    "jax",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "numpy",
    "onnxruntime",
)


@dataclass(frozen=True)
class RunRecord:
    """How a run came about.

    clips, glosses, signers: of every clip that trained or pretrained its weights ("" = a signer
    who is not known). chosen: how the epoch of its weights was chosen. fold: "" or which fold of
    the training clips was held out. data: content hashes of the data sets by their source.
    left_out: how many of their training clips were left out and why, "" where all were used.
    head_from: what of the head came from another run, "" where nothing did. unit: that of the
    clips it was trained on, "" where unknown; frame_rate: their median, frames a second, 0 where
    unknown. licence: the terms of all of them, those of its backbone's included. network: SHA-256
    of classifier.onnx, "" where there is none or the run is of an older version.
    """

    command: str
    seed: int
    commit: str
    backend: str
    minutes: float
    epochs: int
    chosen: str
    fold: str
    skeleton: Skeleton
    data: dict[str, str]
    clips: tuple[str, ...]
    glosses: tuple[str, ...]
    signers: tuple[str, ...]
    versions: dict[str, str] = field(default_factory=dict)
    machine: str = ""
    left_out: str = ""
    head_from: str = ""
    unit: str = ""
    frame_rate: float = 0.0
    licence: str = ""
    network: str = ""

    def write(self, path: Path) -> None:
        """Write as JSON."""
        write_whole(path, json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> RunRecord:
        """Read what `write` wrote; UserError where it is something else."""
        try:
            return build(cls, json.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise UserError(f"{path}: not the record of a run ({error})") from error


@dataclass(frozen=True)
class RunFolder:
    """The files of one run. `run.json` is written last: without it a run is unfinished."""

    path: Path

    @property
    def config(self) -> Path:
        """The resolved experiment."""
        return self.path / "config.toml"

    @property
    def vocabulary(self) -> Path:
        """The glosses in the order of the logits."""
        return self.path / "vocabulary.txt"

    @property
    def auxiliary_glosses(self) -> Path:
        """Glosses trained beside the vocabulary and never answered; absent where there are none."""
        former = self.path / "other-glosses.txt"  # its name in version 0.1
        return former if former.is_file() else self.path / "auxiliary-glosses.txt"

    @property
    def phonology(self) -> Path:
        """The head that describes how a sign is made, as arrays; absent where none was trained."""
        return self.path / "phonology.npz"

    @property
    def backbone(self) -> Path:
        """The encoder alone, as Keras saves it."""
        return self.path / "backbone.keras"

    @property
    def weights(self) -> Path:
        """Where the encoder's weights are: alone, or, in shipped networks, in the classifier."""
        if not self.backbone.is_file() and self.classifier.is_file():
            return self.classifier
        return self.backbone

    @property
    def masked_frames(self) -> Path:
        """The pretrained encoder with its reconstruction head, as Keras saves it."""
        return self.path / "masked_frames.keras"

    @property
    def left_out(self) -> Path:
        """Training clips that were not used, each with the reason; absent where all were."""
        return self.path / "left-out.csv"

    @property
    def classifier(self) -> Path:
        """The whole network, as Keras saves it."""
        return self.path / "classifier.keras"

    @property
    def onnx(self) -> Path:
        """The whole network for ONNX Runtime: what recognition runs on."""
        return self.path / "classifier.onnx"

    @property
    def rejection(self) -> Path:
        """Its temperature and the probability from which an answer is accepted; may be absent."""
        return self.path / "rejection.json"

    @property
    def enrolled(self) -> Path:
        """Signs added to it without training; absent where there are none."""
        return self.path / "enrolled.json"

    @property
    def references(self) -> Path:
        """A moving drawing for each sign; absent where none were made."""
        return self.path / "references.npz"

    @property
    def history(self) -> Path:
        """One row an epoch."""
        return self.path / "history.csv"

    @property
    def logs(self) -> Path:
        """TensorBoard's folder."""
        return self.path / "logs"

    @property
    def state(self) -> Path:
        """Weights and optimizer after the last whole epoch, for an interrupted run to go on."""
        return self.path / "training-state.npz"

    @property
    def best(self) -> Path:
        """The weights that score best on the split `val` so far, while a run chooses there."""
        return self.path / "best-on-val.npz"

    @property
    def record_file(self) -> Path:
        """How the run came about."""
        return self.path / "run.json"

    def metrics(self, split: str) -> Path:
        """Figures of a split, or of several joined by +."""
        return self.path / f"metrics-{split}.json"

    def predictions(self, split: str) -> Path:
        """Ranked glosses of every clip of a split."""
        return self.path / f"predictions-{split}.csv"

    def scores(self, split: str) -> Path:
        """The scores of every gloss for every clip of a split."""
        return self.path / f"scores-{split}.npz"

    def rollout(self, split: str) -> Path:
        """How much the attention rollout says of the run's answers on a split."""
        return self.path / f"rollout-{split}.json"

    def record(self) -> RunRecord:
        """The record of a finished run; NotFound says what to do about any other."""
        if not self.path.is_dir():
            raise NotFound(f"{self.path}: no such run folder")
        if not self.record_file.is_file():
            hint = "not a run folder"
            if self.state.is_file():
                hint = "unfinished: give the same command again to go on"
            raise NotFound(f"{self.path}: {hint} (no {self.record_file.name})")
        return RunRecord.read(self.record_file)

    def experiment(self) -> Experiment:
        """The resolved experiment of the run."""
        return read_experiment(self.config)

    def preprocessor(self) -> Preprocessor:
        """Makes input of clips for the run's network, in the unit it was trained on."""
        record = self.record()
        return Preprocessor(record.skeleton, record.unit, self.experiment().input)

    def glosses(self) -> Vocabulary:
        """What the logits name."""
        return Vocabulary.read(self.vocabulary)

    def all_glosses(self) -> Vocabulary:
        """The vocabulary, then the auxiliary glosses."""
        glosses = self.glosses().glosses
        if self.auxiliary_glosses.is_file():
            glosses += Vocabulary.read(self.auxiliary_glosses).glosses
        return Vocabulary(glosses)

    def write_history(self, rows: Sequence[Mapping[str, float]]) -> None:
        """Write the learning curves, one row an epoch."""
        header = list(rows[0]) if rows else ["epoch"]
        write_csv(self.history, header, [[row[name] for name in header] for row in rows])

    def read_history(self) -> dict[str, list[float]]:
        """The learning curves by column."""
        with self.history.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else {})}


def commit_of(folder: Path) -> str:
    """The git commit of a folder, marked "+changes" where files differ; "" outside a repository."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        changes = git("status", "--porcelain", "--untracked-files=no", "--", ".")
        return f"{commit}+changes" if changes else commit
    except (subprocess.CalledProcessError, FileNotFoundError):
        return ""


def installed_versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Versions of Python and of those packages that are installed."""
    versions = {"python": platform.python_version()}
    for package in packages:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue  # an optional extra that is not here
    return versions
