"""Recognise single signs from body landmarks: pose in, gloss out.

    pose = spobet.read("clips/69241")                       # a PoseSequence
    answers = spobet.load("wlasl100-hands").predict(pose)   # ranked glosses
    data = spobet.Dataset.open("data/asl100")

These names are meant to last; whatever else the package holds may move. Each is imported when it
is first asked for, so `import spobet` loads neither NumPy nor a training framework.

read: landmarks of one clip, of any format. write: the reverse.
PoseSequence, Skeleton: landmarks of one clip, and what they are called.
Dataset, Clip, Manifest: clips on disk, and what is known of them.
load, Recognizer, Answers, Answer: a finished run made usable.
Spotter, spot: the signs in a stream or in a long clip.
pretrain, train, read_experiment: from clips to a network (needs the extra `train`).
evaluate, Metrics: a run scored on a split that it was not trained on.
UserError: input that a user can mend.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spobet.config import read_experiment as read_experiment
    from spobet.dataset.manifest import Clip as Clip
    from spobet.dataset.manifest import Manifest as Manifest
    from spobet.dataset.store import Dataset as Dataset
    from spobet.errors import UserError as UserError
    from spobet.evaluation.scoring import Metrics as Metrics
    from spobet.formats import read as read
    from spobet.formats import write as write
    from spobet.poses.sequence import PoseSequence as PoseSequence
    from spobet.poses.skeleton import Skeleton as Skeleton
    from spobet.recognition.answers import Answer as Answer
    from spobet.recognition.answers import Answers as Answers
    from spobet.recognition.evaluate import evaluate as evaluate
    from spobet.recognition.recognizer import Recognizer as Recognizer
    from spobet.recognition.recognizer import load as load
    from spobet.recognition.spotting import Spotter as Spotter
    from spobet.recognition.spotting import spot as spot
    from spobet.training.pretrain import pretrain as pretrain
    from spobet.training.train import train as train

__version__ = "0.1.0"

_MODULES = {
    "Answer": "recognition.answers",
    "Answers": "recognition.answers",
    "Clip": "dataset.manifest",
    "Dataset": "dataset.store",
    "Manifest": "dataset.manifest",
    "Metrics": "evaluation.scoring",
    "PoseSequence": "poses.sequence",
    "Recognizer": "recognition.recognizer",
    "Skeleton": "poses.skeleton",
    "Spotter": "recognition.spotting",
    "UserError": "errors",
    "evaluate": "recognition.evaluate",
    "load": "recognition.recognizer",
    "pretrain": "training.pretrain",
    "read": "formats",
    "read_experiment": "config",
    "spot": "recognition.spotting",
    "train": "training.train",
    "write": "formats",
}
__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    """Import what is asked for only when it is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module 'spobet' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"spobet.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
