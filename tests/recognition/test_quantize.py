"""Claims about lighter files of a network."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from recognition.test_recognizer import random_clip

from spobet.recognition.network import open_network
from spobet.recognition.quantize import PRECISIONS, export
from spobet.recognition.recognizer import load
from spobet.shipped import find_run


def test_the_files_and_what_an_app_must_know_are_written(
    trained_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    written = export(trained_run, tmp_path / "out", tiny_data)
    facts = json.loads((tmp_path / "out" / f"{trained_run.name}.json").read_text())
    precisions = [*PRECISIONS, "float32, raw landmarks in"]
    assert [entry["precision"] for entry in facts["files"]] == precisions
    assert facts["glosses"] == list(load(trained_run).vocabulary.glosses)
    assert facts["files"][0]["largest_difference"] == 0
    for entry in written[: len(PRECISIONS)]:
        metadata = open_network(tmp_path / "out" / entry.file).get_modelmeta().custom_metadata_map
        in_file = {name: json.loads(text) for name, text in metadata.items()}
        assert in_file == {name: value for name, value in facts.items() if name != "files"}
        assert entry.clips > 0


def test_light_weights_cost_little_and_weigh_a_half_and_a_quarter(tmp_path: Path) -> None:
    run = find_run("wlasl100-hands")
    full, half, eighth, _ = export(run, tmp_path / "out")
    num_weights = full.size / 4
    assert half.size < 2.1 * num_weights
    assert eighth.size < 1.15 * num_weights + 200_000
    recognizer = load(run)
    clips = [
        replace(random_clip(seed, skeleton=recognizer.skeleton), size=(640, 480))
        for seed in range(8)
    ]
    reference = recognizer.logits(clips)
    for entry, allowed in ((half, 0.02), (eighth, 0.5)):
        network = open_network(tmp_path / "out" / entry.file)
        light = recognizer.with_network(network).logits(clips)
        np.testing.assert_allclose(light, reference, atol=allowed)
        assert np.abs(light - reference).max() > 0


def test_clips_that_were_trained_on_are_not_measured(
    trained_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="were trained or pretrained on"):
        export(trained_run, tmp_path / "out", tiny_data, ["train"])
