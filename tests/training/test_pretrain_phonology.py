"""Claims about pretraining on glosses, how they are made, mixed clips and a hidden view of each.

In half precision.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from spobet.config import Experiment, MixConfig
from spobet.dataset.phonology import FEATURES
from spobet.dataset.store import Dataset
from spobet.errors import UserError
from spobet.poses.sequence import PoseSequence
from spobet.recognition.phonology import PhonologyReader
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder
from spobet.training import pretrain


def lexicon_of(glosses: tuple[str, ...], path: Path) -> Path:
    """A made table in which every gloss has a handshape of its own and all share one movement."""
    columns = ["EntryID", "DominantTranslation", *FEATURES.values()]
    lines = []
    for number, gloss in enumerate(glosses):
        known = {"EntryID": gloss, FEATURES["handshape"]: f"shape {number}"}
        known[FEATURES["movement"]] = "Straight"
        lines.append(",".join(known.get(column, "NA") for column in columns))
    path.write_text("\n".join([",".join(columns), *lines]) + "\n", encoding="utf-8")
    return path


def weighing(experiment: Experiment, precision: str = "float32", **changes: object) -> Experiment:
    schedule = replace(experiment.pretrain.schedule, precision=precision)
    objectives = {"coordinates_weight": 0.0, "gloss_weight": 1.0, "phonology_weight": 1.0}
    config = replace(experiment.pretrain, schedule=schedule, **{**objectives, **changes})
    mix = MixConfig(exchange_hand=0.3, exchange_span=0.3, paste=0.3)
    return replace(experiment, pretrain=config, mix=mix)


@pytest.fixture(scope="module")
def run(
    tiny_experiment: Experiment, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
    folder = tmp_path_factory.mktemp("phonology")
    glosses = Dataset.open(tiny_data).manifest.of_splits("train").vocabulary.glosses
    lexicon = lexicon_of(glosses, folder / "lexicon.csv")
    experiment = weighing(tiny_experiment, "mixed_bfloat16")
    pretrain(experiment, [tiny_data], folder / "run", lexicon=lexicon)
    return RunFolder(folder / "run")


def test_the_curves_tell_of_every_objective(run: RunFolder) -> None:
    history = run.read_history()
    for name in ("loss", "logits_loss", "phonology_loss"):
        assert np.isfinite(history[name]).all()


def test_the_head_is_kept_with_its_features_and_reads_the_embedding(
    run: RunFolder, tiny_data: Path
) -> None:
    reader, recognizer = PhonologyReader.read(run.phonology), load(run.path)
    pose: PoseSequence = Dataset.open(tiny_data).pose(run.record().clips[0])
    embedding = recognizer.outputs([pose]).embedding[0]
    described = reader.describe(embedding)
    assert described["handshape"][0].startswith("shape ")
    assert described["movement"] == ("Straight", 1.0)  # the only value there is
    assert reader.kernel.shape == (run.experiment().train.head_width, len(reader.bias))


def test_half_precision_leaves_networks_that_compute_in_float32(run: RunFolder) -> None:
    classifier = keras.saving.load_model(run.classifier)
    assert keras.config.dtype_policy().name == "float32"
    assert classifier.backbone.get_layer("convolution_0").compute_dtype == "float32"
    backbone = keras.saving.load_model(run.backbone)
    for one, other in zip(classifier.backbone.get_weights(), backbone.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_phonology_without_a_lexicon_is_refused_before_any_work(
    tiny_experiment: Experiment, tiny_data: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="needs the table of `spobet lexicon`"):
        pretrain(weighing(tiny_experiment), [tiny_data], tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_phonology_without_glosses_is_refused(tiny_experiment: Experiment) -> None:
    with pytest.raises(UserError, match=r"pretrain\.phonology_weight is 1\.0"):
        weighing(tiny_experiment, coordinates_weight=1.0, gloss_weight=0.0)
