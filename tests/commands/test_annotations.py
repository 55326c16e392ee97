"""Claims about the commands that write and score annotations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from recognition.test_spotting import long_clip

from spobet.annotations import Annotation, annotations_text, read_annotations
from spobet.cli import main
from spobet.evaluation.spotted import Detection
from spobet.formats import packed
from spobet.recognition.evaluate_spotting import evaluate_spotted_file

pytest.importorskip("pympi", reason="the extra elan is not installed")

NETWORK = "wlasl100-hands"


def spobet(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_spotted_signs_go_out_in_every_format_and_are_scored_as_counted_by_hand(
    tmp_path: Path,
) -> None:
    packed.write(long_clip(num_signs=3)[0], tmp_path / "long.npz")
    (tmp_path / "long.mp4").touch()
    lines = spobet("spot", NETWORK, tmp_path / "long.npz", "--format", "json", "--top", 1)
    signs = [json.loads(line) for line in lines.splitlines()]
    assert len(signs) == 3
    (tmp_path / "signs.json").write_text(lines)
    eaf = tmp_path / "spotted.eaf"
    spobet("spot", NETWORK, tmp_path / "long.npz", "--format", "elan", "--out", eaf)
    read = read_annotations(eaf)
    assert read.media[0].relative == "./long.mp4"
    others = read_annotations(tmp_path / "signs.json").annotations
    for one, other, sign in zip(read.annotations, others, signs, strict=True):
        assert one.gloss == other.gloss == sign["answers"][0]["gloss"]
        assert (one.start, one.stop) == pytest.approx(tuple(sign["seconds"]), abs=1e-3)
        assert (other.start, other.stop) == tuple(sign["seconds"])
        assert one.confidence == pytest.approx(sign["confidence"], abs=1e-3)
        assert one.accepted == other.accepted == sign["accepted"]
    first, second, third = read.annotations
    annotated = [
        first,
        Annotation(second.start, second.stop, "another gloss"),
        Annotation(third.start + 0.2, third.stop, third.gloss),
        Annotation(100, 101, second.gloss),
    ]  # all 3 spotted signs lie right, 2 of them are named right; 4 are annotated
    truth = tmp_path / "long.eaf"
    truth.write_text(annotations_text(annotated, "elan", truth))
    text = spobet("evaluate", NETWORK, "--spotting", truth)
    assert "3 signs spotted, 4 annotated (1 outside the vocabulary)" in text
    assert "boundaries            precision 1.000 (3/3" in text
    assert "boundaries and gloss  precision 0.667 (2/3" in text
    assert "recall 0.500 (2/4" in text
    score = evaluate_spotted_file(tmp_path / "signs.json", truth)
    assert score.boundaries == Detection(3, 3, 4)
    assert score.signs == Detection(2, 3, 4)


def test_evaluate_needs_one_thing_to_score_on(tmp_path: Path) -> None:
    for words in (["evaluate", NETWORK], ["evaluate", NETWORK, "--data", ".", "--spotting", "."]):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 2
        assert "--data, or --spotting" in result.output
