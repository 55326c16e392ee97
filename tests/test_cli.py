"""The command: what it prints, and one line with exit status 2 for what a user can mend."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import spobet as spobet_package
from spobet.cli import main
from spobet.commands import SECTIONS
from spobet.config import Experiment, write_experiment
from spobet.dataset.store import Dataset
from spobet.formats import openpose
from spobet.runs import RunFolder


def spobet(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def refusal(*words: object) -> str:
    """The one line on stderr with which a command is refused."""
    result = spobet(*words)
    assert result.exit_code == 2, result.output
    assert not result.stdout
    line = result.stderr.splitlines()[-1]
    assert line.startswith(("spobet: ", "Error: ")), result.stderr
    return line


@pytest.fixture
def experiment(tiny_experiment: Experiment, tmp_path: Path) -> Path:
    write_experiment(tiny_experiment, tmp_path / "tiny.toml")
    return tmp_path / "tiny.toml"


@pytest.fixture
def clips(tiny_data: Path, tmp_path: Path) -> Path:
    """Two clips as OpenPose folders, 1 and 2."""
    for name, (_, pose) in zip(("1", "2"), Dataset.open(tiny_data).poses(), strict=False):
        openpose.write(pose, tmp_path / "clips" / name)
    return tmp_path / "clips"


def split_file(folder: Path, *clip_ids: str, **facts: object) -> Path:
    instances = [{"video_id": clip_id, "split": "train", **facts} for clip_id in clip_ids]
    (folder / "split.json").write_text(json.dumps([{"gloss": "any", "instances": instances}]))
    return folder / "split.json"


def left_behind(folder: Path) -> list[str]:
    """Names in a folder that look like something half-written."""
    return [path.name for path in folder.rglob("*") if "partial" in path.name]


def in_new_process(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize(
    "line",
    ["import spobet", "from spobet.cli import main; main(['--help'], standalone_mode=False)"],
)
def test_neither_import_nor_help_loads_anything_heavy(line: str) -> None:
    heavy = (
        "{'keras', 'numpy', 'onnxruntime', 'jax', 'torch', 'tensorflow', 'av', 'mediapipe', 'ray'}"
    )
    assert in_new_process(
        f"import sys; {line}; print('heavy:', sorted({heavy} & set(sys.modules)))"
    ).endswith("heavy: []")


def test_recognition_needs_no_training_framework(trained_run: Path, clips: Path) -> None:
    code = (
        "import sys, spobet\n"
        f"answers = spobet.load({str(trained_run)!r}).predict({str(clips / '1')!r})\n"
        "print(len(answers), sorted({'keras', 'jax', 'torch', 'tensorflow'} & set(sys.modules)))"
    )
    assert in_new_process(code) == "4 []"


def test_every_command_has_help_with_an_example() -> None:
    for name, command in main.commands.items():
        assert spobet(name, "--help").exit_code == 0
        if name not in ("import", "demo"):
            assert f"spobet {name} " in str(command.help)


def test_a_fault_of_ours_keeps_its_traceback(
    tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*words: object) -> str:
        raise ValueError("operands could not be broadcast together")

    monkeypatch.setattr("spobet.reports.data_set.describe", broken)
    result = spobet("info", tiny_data)
    assert isinstance(result.exception, ValueError)
    assert "spobet: " not in result.stderr


def test_a_missing_module_of_ours_is_not_taken_for_a_missing_extra(
    tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spobet.reports.data_set", None)
    result = spobet("info", tiny_data)
    assert isinstance(result.exception, ImportError)
    assert "pip install" not in result.stderr


def test_the_module_is_the_command() -> None:
    words = [sys.executable, "-m", "spobet", "--version"]
    shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert shown.endswith(f"version {spobet_package.__version__}\n")


def test_every_public_name_is_listed_and_there() -> None:
    pytest.importorskip("keras", reason="training is not installed")
    assert set(spobet_package.__all__) <= set(dir(spobet_package))
    for name in spobet_package.__all__:
        assert getattr(spobet_package, name).__name__ == name


def test_help_lists_every_command_in_its_section() -> None:
    listed = {command.name for section in SECTIONS.values() for command in section}
    shown = spobet("--help").stdout
    assert listed == set(main.commands)
    assert all(f"\n{title}:" in shown for title in SECTIONS)


def test_commands_answer_to_their_former_names_and_do_not_list_them() -> None:
    for former, name in (("check", "audit"), ("restore", "reconstruct")):
        assert f"{name} [OPTIONS]" in spobet(former, "--help").stdout.replace(former, name)
        assert f"  {former} " not in spobet("--help").stdout


def test_the_clip_that_comes_with_the_package_is_recognised() -> None:
    answered = spobet("predict", "synthetic-20", "--sample", "--json")
    line = json.loads(answered.stdout)
    assert line["answers"][0]["gloss"] == "thumb-chest-move-inward-palm-out"
    assert line["accepted"]
    assert "name the clips" in refusal("predict", "synthetic-20")


def test_synthesize_makes_a_data_set_and_says_so(tmp_path: Path) -> None:
    result = spobet("synthesize", tmp_path / "set", "--glosses", 2, "--signers", 3, "--takes", 1)
    assert result.stdout == f"{tmp_path / 'set'}: 6 clips of 2 glosses\n"
    assert len(Dataset.open(tmp_path / "set")) == 6


def test_train_evaluate_and_predict_work_together(
    experiment: Path, tiny_data: Path, tmp_path: Path, clips: Path
) -> None:
    run = tmp_path / "run"
    trained = spobet("train", experiment, "--data", tiny_data, "--run", run, "--seed", 7)
    assert trained.exit_code == 0, trained.stderr
    assert trained.stdout.startswith(f"{run}: trained on 16 clips, 2 epochs, ")
    assert RunFolder(run).record().seed == RunFolder(run).experiment().seed == 7
    scored = spobet("evaluate", run, "--data", tiny_data, "--split", "val", "--split", "test")
    assert scored.stdout.startswith("val+test: 8 clips, 4 glosses")
    assert "top-1 " in scored.stdout
    answered = spobet("predict", run, clips / "1", clips / "2", "--top", 2, "--json")
    lines = [json.loads(line) for line in answered.stdout.splitlines()]
    assert [line["clip"] for line in lines] == [str(clips / "1"), str(clips / "2")]
    assert all(len(line["answers"]) == 2 for line in lines)


def test_a_split_that_names_absent_clips_is_imported_with_a_list_of_them(
    clips: Path, tmp_path: Path
) -> None:
    result = spobet(
        "import", "wlasl", clips, split_file(tmp_path, "1", "2", "8", "9"), tmp_path / "set"
    )
    assert result.stdout == f"{tmp_path / 'set'}: read 2 of 4 clips; 2 listed in problems.csv\n"
    rows = (tmp_path / "set" / "problems.csv").read_text().splitlines()
    assert [row.split(",")[:2] for row in rows[1:]] == [["8", "missing"], ["9", "missing"]]


def test_a_split_that_names_only_absent_clips_is_refused(clips: Path, tmp_path: Path) -> None:
    line = refusal("import", "wlasl", clips, split_file(tmp_path, "8", "9"), tmp_path / "set")
    assert f"{clips}: none of 2 clips could be read: 2 missing" in line
    assert not (tmp_path / "set").exists()
    assert not left_behind(tmp_path)


def test_a_corrupt_frame_is_refused_by_name(trained_run: Path, clips: Path) -> None:
    (clips / "1" / "image_00002_keypoints.json").write_text('{"people": [')
    assert "image_00002_keypoints.json: not JSON: " in refusal("predict", trained_run, clips / "1")


def test_a_wrong_number_of_values_is_refused_with_both_numbers(
    trained_run: Path, clips: Path
) -> None:
    person = {
        "pose_keypoints_2d": [1, 2, 3],
        "hand_left_keypoints_2d": [],
        "hand_right_keypoints_2d": [],
    }
    (clips / "1" / "image_00001_keypoints.json").write_text(json.dumps({"people": [person]}))
    line = refusal("predict", trained_run, clips / "1")
    assert (
        "image_00001_keypoints.json: 3 body values, expected 75 (BODY_25) or 54 (18-point model)"
        in line
    )


def test_an_empty_clip_folder_is_refused_with_the_formats(
    trained_run: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert "empty: no format recognised, expected one of: OpenPose" in refusal(
        "predict", trained_run, tmp_path / "empty"
    )


def test_a_range_that_ends_before_it_starts_is_refused(
    trained_run: Path, clips: Path, tmp_path: Path
) -> None:
    split = split_file(tmp_path, "1", frame_start=9, frame_end=3)
    expected = "split.json: clip 1: frames 9..3, expected 1 <= start <= end (or end -1)"
    assert expected in refusal("predict", trained_run, clips, "--split-file", split)
    assert expected in refusal("import", "wlasl", clips, split, tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_a_clip_on_another_skeleton_is_refused_with_what_it_lacks(
    trained_run: Path, tmp_path: Path
) -> None:
    landmarks = np.array(["nose", "left_wrist", "right_wrist"])
    np.savez(
        tmp_path / "clip.npz",
        coords=np.zeros((4, 3, 2)),
        offsets=np.array([0, 4]),
        landmark=landmarks,
    )
    line = refusal("predict", trained_run, tmp_path / "clip.npz")
    assert "skeleton packed (3 landmarks) lacks 51 of 54: neck, " in line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("batch = 3\n", "tiny.toml: unknown key 'batch', expected one of: seed, input, "),
        (
            "[train.schedule]\nepoch = 3\n",
            "tiny.toml: unknown key 'train.schedule.epoch', expected one of: epochs, ",
        ),
        ("seed = 'one'\n", "tiny.toml: seed is 'one', expected a whole number"),
        ("[train\n", "tiny.toml: "),
    ],
)
def test_a_mistaken_experiment_is_refused(
    text: str, message: str, experiment: Path, tiny_data: Path, tmp_path: Path
) -> None:
    experiment.write_text(text)
    assert message in refusal("train", experiment, "--data", tiny_data, "--run", tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_what_is_no_data_set_is_refused(
    experiment: Path, trained_run: Path, tmp_path: Path
) -> None:
    expected = "not a data set, manifest.csv is not there (make one with `spobet import`)"
    (tmp_path / "set").mkdir()
    for words in (
        ("train", experiment, "--run", tmp_path / "run"),
        ("pretrain", experiment, "--run", tmp_path / "run"),
    ):
        assert expected in refusal(*words, "--data", tmp_path / "set")
    assert expected in refusal("evaluate", trained_run, "--data", tmp_path / "set")
    assert expected in refusal("info", tmp_path / "set")
    assert not (tmp_path / "run").exists()


def test_what_is_no_run_is_refused(
    experiment: Path, tiny_data: Path, clips: Path, tmp_path: Path
) -> None:
    expected = f"{clips}: not a run folder (no run.json)"
    assert expected in refusal("evaluate", clips, "--data", tiny_data)
    assert expected in refusal("predict", clips, clips / "1")
    words = (
        "train",
        experiment,
        "--data",
        tiny_data,
        "--run",
        tmp_path / "run",
        "--backbone",
        clips,
    )
    assert expected in refusal(*words)
    assert not (tmp_path / "run").exists()


def test_weights_of_another_vocabulary_are_refused(
    trained_run: Path, tiny_data: Path, tmp_path: Path
) -> None:
    run = RunFolder(shutil.copytree(trained_run, tmp_path / "run"))
    run.vocabulary.write_text("only\n")
    assert (
        "classifier.onnx: names 4 glosses, vocabulary.txt lists 1: of another vocabulary"
        in refusal("evaluate", run.path, "--data", tiny_data)
    )


def test_training_clips_are_not_scored(trained_run: Path, tiny_data: Path) -> None:
    line = refusal("evaluate", trained_run, "--data", tiny_data, "--split", "train")
    assert (
        "train: 16 of 16 clips were trained or pretrained on and cannot be scored: synthetic-"
        in line
    )


def test_anyones_predictions_are_scored_without_a_run(tiny_data: Path, tmp_path: Path) -> None:
    clips = Dataset.open(tiny_data).manifest.of_splits("test")
    file = tmp_path / "theirs.csv"
    file.write_text("clip,gloss_1\n" + "".join(f"{clip.id},{clip.gloss}\n" for clip in clips))
    result = spobet("evaluate", "--predictions", file, "--data", tiny_data)
    assert result.stdout.splitlines()[1].startswith("top-1 100.0 % (4/4, ")
    assert "have no row" in refusal(
        "evaluate", "--predictions", file, "--data", tiny_data, "--split", "val"
    )
    assert "name either a run or a file" in refusal("evaluate", "--data", tiny_data)


def test_a_gloss_that_a_packed_file_does_not_name_is_refused(tmp_path: Path) -> None:
    fields = {
        "coords": np.zeros((4, 3, 2)),
        "offsets": np.array([0, 4]),
        "landmark": np.array(["nose", "left_eye", "right_eye"]),
    }
    np.savez(
        tmp_path / "clips.npz",
        label=np.array([7]),
        gloss=np.array(["one", "two"]),
        split=np.array(["train"]),
        **fields,
    )
    line = refusal("import", "npz", tmp_path / "clips.npz", tmp_path / "set")
    assert "clips.npz: label numbers run 7..7, but 2 names are given" in line
    assert not (tmp_path / "set").exists()


def test_a_place_that_is_taken_is_refused_and_left_as_it_is(
    tiny_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "mine.txt").write_text("keep me")
    assert "set: is there already; name a new folder or remove it first" in refusal(
        "synthesize", tmp_path / "set"
    )
    assert [file.name for file in (tmp_path / "set").iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_written_is_refused(
    experiment: Path, tiny_data: Path, tmp_path: Path
) -> None:
    inside_a_file = experiment / "out"
    for words in (
        ("synthesize", inside_a_file, "--glosses", 2),
        ("train", experiment, "--data", tiny_data, "--run", inside_a_file),
    ):
        assert "tiny.toml" in refusal(*words)


def test_a_full_disk_leaves_no_data_set_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("spobet.dataset.store.write_array", full)
    line = refusal("synthesize", tmp_path / "set", "--glosses", 2, "--signers", 3, "--takes", 1)
    assert "No space left on device" in line
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_no_run_that_looks_whole(
    experiment: Path, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(import_module("spobet.training.train"), "write_onnx", full)
    words = ("--data", tiny_data, "--run", tmp_path / "run")
    assert "No space left on device" in refusal("train", experiment, *words)
    assert "unfinished: give the same command again to go on" in refusal(
        "evaluate", tmp_path / "run", "--data", tiny_data
    )


def test_control_c_ends_with_status_130_and_a_line(
    tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("spobet.reports.data_set.describe", stop)
    stopped = spobet("info", tiny_data)
    assert stopped.exit_code == 130
    assert stopped.stderr.splitlines()[-1].startswith("stopped; the same command goes on")


@pytest.mark.slow  # trains to its end what is trained to its end in training/test_train.py too
def test_control_c_leaves_a_run_that_goes_on(
    experiment: Path, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spobet.training.progress import TensorBoardLog

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    words = ("train", experiment, "--data", tiny_data, "--run", tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(TensorBoardLog, "on_epoch_end", stop)  # after the state of the epoch is kept
        stopped = spobet(*words)
    assert stopped.exit_code == 130
    assert stopped.stderr.endswith(
        "stopped; the same command goes on from the last whole epoch or clip\n"
    )
    assert "unfinished" in refusal("evaluate", tmp_path / "run", "--data", tiny_data)
    assert spobet(*words).exit_code == 0
    assert RunFolder(tmp_path / "run").read_history()["epoch"] == [1, 2]


def test_the_installed_command_refuses_in_one_line_without_a_traceback(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "from spobet.cli import main; main()", "info", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    reason = "not a data set, manifest.csv is not there (make one with `spobet import`)"
    assert done.stderr == f"spobet: {tmp_path}: {reason}\n"


def test_a_clip_is_rewritten_and_says_how_it_was_known(clips: Path, tmp_path: Path) -> None:
    result = spobet("convert", clips / "1", tmp_path / "clip.npz")
    assert result.exit_code == 0, result.output
    assert "OpenPose clip folder, known by a folder with image_" in result.stderr
    assert "not kept: faces, legs and feet" in result.stderr
    assert "no form to write" in refusal("convert", clips / "1", tmp_path / "clip.txt").replace(
        "\n", " "
    )
    assert "is there already" in spobet("convert", clips / "1", tmp_path / "clip.npz").stderr


def test_a_clip_is_drawn_still_and_moving(clips: Path, tmp_path: Path) -> None:
    for words, tag in (((), 'class="strip"'), (("--frames", 0), "<animate ")):
        assert spobet("show", clips / "1", tmp_path / "clip.svg", *words).exit_code == 0
        assert tag in (tmp_path / "clip.svg").read_text()


def test_ones_own_clips_become_a_data_set(clips: Path, tmp_path: Path) -> None:
    (clips / "list.csv").write_text("path,gloss,split\n1,go,train\n2,thin,test\n3,thin,test\n")
    result = spobet("import", "clips", clips / "list.csv", tmp_path / "own")
    assert "read 2 of 3 clips; 1 listed in problems.csv" in result.stdout
    assert "known by" in result.stderr
    assert spobet("info", tmp_path / "own", "--html", tmp_path / "info.html").exit_code == 0
    assert "Missing hands" in (tmp_path / "info.html").read_text()


def test_spoters_tables_become_a_data_set(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("leftEar_X,leftEar_Y\n")
    assert "106 of 108 columns" not in refusal("import", "spoter", tmp_path / "own")
    assert "columns are not there" in refusal(
        "import", "spoter", tmp_path / "own", "--train", tmp_path / "bad.csv"
    )
