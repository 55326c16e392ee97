"""Claims about LiteRT files: they answer as the ONNX file of the same run does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spobet.model.litert import write_litert
from spobet.runs import RunFolder
from spobet.shipped import find_run

EXPORT = """
import sys
from pathlib import Path
from spobet.model.litert import write_litert
from spobet.recognition.quantize import export
run, out, data = map(Path, sys.argv[1:])
for written in export(run, out, data, litert=write_litert):
    print(written.file, written.largest_difference, written.clips)
"""


@pytest.mark.slow
def test_a_litert_file_answers_as_the_onnx_file(
    trained_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    words = [sys.executable, "-c", EXPORT, str(trained_run), str(tmp_path / "out"), str(tiny_data)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.strip().splitlines()]
    plain = ("-float32.onnx", "-float16.onnx", "-int8.onnx", ".tflite")
    files = [f"trained{ending}" for ending in (*plain, "-landmarks.onnx")]
    assert [file for file, _, _ in rows] == files
    _, difference, clips = rows[plain.index(".tflite")]
    assert float(difference) < 1e-4
    assert int(clips) == 4
    assert (tmp_path / "out" / "trained.tflite").stat().st_size > 0
    assert not list((tmp_path / "out").glob(".*"))
    listed = json.loads((tmp_path / "out" / "trained.json").read_text())["files"]
    assert [entry["file"] for entry in listed] == files


def test_what_is_missing_is_said(trained_run: Path, tmp_path: Path) -> None:
    import keras

    with pytest.raises(FileNotFoundError, match="made from the network as Keras keeps it"):
        write_litert(RunFolder(find_run("wlasl100-hands")), tmp_path / "x.tflite")
    if keras.backend.backend() != "tensorflow":
        with pytest.raises(
            ValueError, match=r"LiteRT files are written on tensorflow: set KERAS_BACKEND"
        ):
            write_litert(RunFolder(trained_run), tmp_path / "x.tflite")
