"""Claims about one probability everywhere: what is reported is what a user is shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from held_out import FEW, NUM_CLIPS, held_out_clips

from spobet.cli import main
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.evaluation.predictions import read_predictions_csv
from spobet.formats import packed
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.recognition.evaluate import evaluate
from spobet.recognition.recognizer import load
from spobet.recognition.rejection import Rejection
from spobet.runs import RunFolder
from spobet.shipped import find_run

NUM_MADE = 12


def wandering(seed: int) -> PoseSequence:
    """Hands of a shape of their own that go somewhere, the right one further."""
    rng = np.random.default_rng(seed)
    shape = np.repeat([[0.35, 0.5], [0.65, 0.5]], 21, axis=0) + rng.normal(0, 0.03, (42, 2))
    steps = rng.normal(0, 0.02, (20 + seed, 2)).cumsum(axis=0)
    distances = np.repeat([1.0, 0.5], 21)[:, None]
    xy = (shape + steps[:, None] * distances).astype(np.float32)
    return PoseSequence(xy, np.ones(xy.shape[:2]), HANDS_42, unit="image")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The network with auxiliary glosses that comes with the package, as a run of one's own."""
    path = tmp_path_factory.mktemp("runs") / "open"
    return RunFolder(shutil.copytree(find_run("wlasl100-hands-open"), path))


@pytest.fixture(
    scope="module",
    params=[
        "made",
        FEW,
        pytest.param(NUM_CLIPS, marks=pytest.mark.slow),
    ],
    ids=["made", "a few of WLASL", "all of WLASL"],
)
def data(
    request: pytest.FixtureRequest, run: RunFolder, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Made clips, one of them of an unknown sign, or clips of real signers."""
    if request.param == "made":
        glosses = ["an unknown sign", *run.glosses().glosses[1:NUM_MADE]]
        clips = [
            (Clip(f"clip-{number}", gloss, split="test"), wandering(number))
            for number, gloss in enumerate(glosses)
        ]
    else:
        clips = held_out_clips(request.getfixturevalue("shared"), request.param)
    path = tmp_path_factory.mktemp("data") / "clips"
    with DatasetWriter(path, HANDS_42, "image", "made", "") as writer:
        for clip, pose in clips:
            writer.add(clip, pose)
    return path


@pytest.fixture(scope="module")
def shown(run: RunFolder, data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What `spobet predict --json` prints for each clip."""
    folder, dataset = tmp_path_factory.mktemp("clips"), Dataset.open(data)
    paths = [folder / f"{clip.id}.npz" for clip in dataset.manifest]
    for path, clip in zip(paths, dataset.manifest, strict=True):
        packed.write(dataset.pose(clip.id), path)
    words = ["predict", str(run.path), *map(str, paths), "--json", "--top", "10"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def agree(answers: list[dict[str, Any]], ranked: list[tuple[str, float]]) -> None:
    assert [answer["gloss"] for answer in answers] == [gloss for gloss, _ in ranked]
    for answer, (_, probability) in zip(answers, ranked, strict=True):
        assert answer["probability"] == pytest.approx(probability, abs=1e-6)


def test_the_csv_of_predictions_holds_the_probabilities_that_predict_shows(
    run: RunFolder, data: Path, shown: list[Any]
) -> None:
    evaluate(run.path, data, ["test"])
    for line, row in zip(shown, read_predictions_csv(run.predictions("test")), strict=True):
        agree(line["answers"], list(row.answers))


def test_the_report_holds_the_answers_and_the_threshold_that_predict_applies(
    run: RunFolder, data: Path, shown: list[Any], tmp_path: Path
) -> None:
    from spobet.reports.evaluation import report

    report([run.path], data, ["test"], tmp_path / "report")
    [values] = json.loads((tmp_path / "report" / "report.json").read_text())["runs"]
    rejection = Rejection.read(run.rejection)
    assert values["threshold"]["value"] == rejection.threshold
    assert values["temperature"]["value"] == rejection.temperature
    assert values["threshold"]["on_other_clips"]["accepted"] == sum(
        line["accepted"] for line in shown
    )
    for line, clip in zip(shown, values["clips"], strict=True):
        agree(line["answers"][:1], [(clip["answer"], clip["probability"])])
        assert clip["accepted"] == line["accepted"]


def test_the_api_answers_what_predict_shows(
    run: RunFolder, data: Path, shown: list[Any], tmp_path: Path
) -> None:
    pytest.importorskip("fastapi", reason="the extra serve is not installed")
    pytest.importorskip("httpx2", reason="httpx2, which the test client needs, is not installed")
    from starlette.testclient import TestClient

    from spobet.serving.app import create_app
    from spobet.serving.landmarks import landmarks_of

    app = create_app(run.path, tmp_path / "signs.json")
    client, dataset = TestClient(app, base_url="http://127.0.0.1"), Dataset.open(data)
    for line, clip in zip(shown, dataset.manifest, strict=True):
        pose = dataset.pose(clip.id)
        body = {"landmarks": landmarks_of(pose), "unit": "image", "top": 10}
        body |= {} if pose.times is None else {"times": pose.times.tolist()}
        reply = client.post("/api/predict", json=body).json()
        agree(line["answers"], [(one["gloss"], one["probability"]) for one in reply["answers"]])
        assert reply["accepted"] == line["accepted"]
        assert reply["confidence"] == pytest.approx(line["confidence"], abs=1e-6)


def test_auxiliary_glosses_lower_the_confidence_and_not_the_probability(shown: list[Any]) -> None:
    probabilities = [line["answers"][0]["probability"] for line in shown]
    assert all(
        line["confidence"] < probability
        for line, probability in zip(shown, probabilities, strict=True)
    )


def test_a_spotted_sign_holds_what_its_clip_is_answered_with(run: RunFolder) -> None:
    from spobet.recognition.hand_motion import SpotConfig
    from spobet.recognition.spotting import Spotter

    recognizer, pose = load(run.path), wandering(7)
    spotter = Spotter(recognizer, 25.0, SpotConfig(fast=0.1, slow=0.01, shortest=0.1, cuts=(0.0,)))
    for frame in pose.xy:
        assert spotter.push(frame) is None
    spotted = spotter.finish()
    assert spotted is not None
    expected = recognizer.predict(pose.frames(spotted.start, spotted.stop))
    agree(expected.to_json()["answers"], [(one.gloss, one.probability) for one in spotted.answers])
    assert spotted.accepted == expected.accepted
