"""Claims about run folders and the record of a run."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.config import Experiment, write_experiment
from spobet.dataset.manifest import Vocabulary
from spobet.poses.skeleton import OPENPOSE_54, SKELETONS
from spobet.runs import RunFolder, RunRecord, commit_of, installed_versions

names = st.lists(st.text(st.characters(codec="utf-8"), max_size=6), max_size=5).map(tuple)


def record(**changes: Any) -> RunRecord:
    facts: dict[str, Any] = {
        "command": "spobet train demo.toml",
        "seed": 0,
        "commit": "c368eb5",
        "backend": "jax",
        "minutes": 1.5,
        "epochs": 3,
        "chosen": "last epoch",
        "fold": "",
        "skeleton": OPENPOSE_54,
        "data": {"made": "abc"},
        "clips": ("1", "2"),
        "glosses": ("go",),
        "signers": ("",),
        "versions": {"python": "3.11"},
        "machine": "x86_64, 1 cores",
    }
    return RunRecord(**facts | changes)


@settings(max_examples=40, deadline=None)
@given(
    clips=names,
    glosses=names,
    signers=names,
    skeleton=st.sampled_from(list(SKELETONS.values())),
    seed=st.integers(0),
)
def test_a_record_reads_back_as_written(
    clips: tuple[str, ...],
    glosses: tuple[str, ...],
    signers: tuple[str, ...],
    skeleton: Any,
    seed: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    written = record(clips=clips, glosses=glosses, signers=signers, skeleton=skeleton, seed=seed)
    path = tmp_path_factory.mktemp("run") / "run.json"
    written.write(path)
    assert RunRecord.read(path) == written


def test_a_finished_run_tells_everything_about_itself(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    write_experiment(Experiment(seed=4), run.config)
    Vocabulary(("go", "thin")).write(run.vocabulary)
    record().write(run.record_file)
    assert run.record() == record()
    assert run.experiment() == Experiment(seed=4)
    assert run.glosses() == Vocabulary(("go", "thin"))
    assert run.metrics("val+test") == tmp_path / "metrics-val+test.json"
    assert run.predictions("test") == tmp_path / "predictions-test.csv"


def test_the_files_of_a_run_are_where_the_docs_say(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    files = [
        run.config,
        run.vocabulary,
        run.backbone,
        run.classifier,
        run.onnx,
        run.record_file,
        run.history,
        run.logs,
    ]
    names = "config.toml vocabulary.txt backbone.keras classifier.keras classifier.onnx"
    names += " run.json history.csv logs"
    assert [file.relative_to(tmp_path).as_posix() for file in files] == names.split()


def test_learning_curves_read_back_by_column(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.write_history([{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}])
    assert run.history.read_text() == "epoch,loss\n1,0.5\n2,0.25\n"
    assert run.read_history() == {"epoch": [1, 2], "loss": [0.5, 0.25]}
    run.write_history([])
    assert run.read_history() == {}


def test_a_run_that_is_not_whole_says_what_to_do(tmp_path: Path) -> None:
    """Once weights that could not be loaded silently started fifty epochs of pretraining."""
    with pytest.raises(FileNotFoundError, match="nowhere: no such run folder"):
        RunFolder(tmp_path / "nowhere").record()
    with pytest.raises(FileNotFoundError, match=r"not a run folder \(no run\.json\)"):
        RunFolder(tmp_path).record()
    RunFolder(tmp_path).state.touch()
    with pytest.raises(
        FileNotFoundError,
        match=r"unfinished: give the same command again to go on \(no run\.json\)",
    ):
        RunFolder(tmp_path).record()


@pytest.mark.parametrize("absent", ["seed", "skeleton", "clips"])
def test_a_record_without_a_fact_is_refused(tmp_path: Path, absent: str) -> None:
    facts = asdict(record())
    del facts[absent]
    (tmp_path / "run.json").write_text(json.dumps(facts))
    with pytest.raises(ValueError, match=rf"run\.json: not the record of a run \(.*{absent}"):
        RunRecord.read(tmp_path / "run.json")


def test_a_fact_of_the_wrong_kind_is_named_with_its_value(tmp_path: Path) -> None:
    facts = asdict(record()) | {"epochs": "three"}
    (tmp_path / "run.json").write_text(json.dumps(facts))
    with pytest.raises(ValueError, match="epochs is 'three', expected a whole number"):
        RunRecord.read(tmp_path / "run.json")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "3", '{"skeleton": {}}', '{"skeleton": {"bones": [1]}}']
)
def test_what_is_no_record_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(ValueError, match=r"run\.json: not the record of a run"):
        RunRecord.read(tmp_path / "run.json")


def test_the_commit_tells_whether_files_differ_from_it(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        identity = (
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.org",
            "-c",
            "commit.gpgsign=false",
        )
        return subprocess.run(
            ["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    assert commit_of(tmp_path / "nowhere") == ""
    git("init")
    assert commit_of(tmp_path) == ""
    (tmp_path / "code.py").write_text("1")
    git("add", "code.py")
    git("commit", "-m", "Begin")
    commit = git("rev-parse", "--short=12", "HEAD")
    (tmp_path / "notes.txt").write_text("untracked")
    assert commit_of(tmp_path) == commit
    (tmp_path / "code.py").write_text("2")
    assert commit_of(tmp_path) == f"{commit}+changes"


def test_only_installed_packages_have_a_version() -> None:
    versions = installed_versions(["numpy", "no-such-package"])
    assert list(versions) == ["python", "numpy"]
    assert all(versions.values())
