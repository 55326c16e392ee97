"""README and docs say what is so: every command runs, help texts are current."""

import json
import re
import runpy
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import spobet
from spobet.cli import main
from spobet.formats import openpose
from spobet.synthetic.clips import make_signer, make_vocabulary, perform

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCED = "\n".join(re.findall(r"^```\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL))
COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for line in re.findall(r"^spobet .*$", FENCED, flags=re.MULTILINE)
]
TINY = """
[input]
num_frames = 16
skeleton = "OPENPOSE_54"
[backbone]
width = 16
blocks = ["convolution", "attention"]
feed_forward = 16
[pretrain.schedule]
epochs = 1
[train]
head_width = 16
[train.schedule]
epochs = 1
"""


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the README's commands name, made of synthetic signs."""
    folder = tmp_path_factory.mktemp("readme")
    rng = np.random.default_rng(0)
    signs, signer = make_vocabulary(2, rng), make_signer(rng)
    splits = {"69241": "train", "69242": "train", "00335": "test"}
    glosses = dict(zip(splits, ("book", "drink", "book"), strict=True))
    poses = {clip: perform(signs[glosses[clip] == "drink"], signer, rng) for clip in splits}
    for clip, pose in poses.items():
        openpose.write(pose, folder / "poses" / clip)
    whole = {"frame_start": 1, "frame_end": -1, "signer_id": 1}
    entries = [
        {"gloss": glosses[clip], "instances": [{"video_id": clip, "split": split, **whole}]}
        for clip, split in splits.items()
    ]
    (folder / "asl100.json").write_text(json.dumps(entries))
    xy = np.concatenate([pose.xy for pose in poses.values()])
    offsets = np.cumsum([0, *(len(pose) for pose in poses.values())])
    np.savez(
        folder / "clips.npz",
        coords=xy,
        offsets=offsets,
        skeleton="OPENPOSE_54",
        unit="pixels",
        label=list(glosses.values()),
        split=list(splits.values()),
    )
    rows = (f"poses/{clip},{glosses[clip]},{split}\n" for clip, split in splits.items())
    (folder / "clips.csv").write_text("path,gloss,split\n" + "".join(rows))
    (folder / "experiments").mkdir()
    (folder / "experiments" / "asl100.toml").write_text(TINY)
    return folder


def test_every_command_of_the_readme_runs(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("keras", reason="training is not installed")
    pytest.importorskip("pose_format", reason="the extra pose is not installed")
    monkeypatch.chdir(workplace)
    assert len(COMMANDS) >= 8
    for command in COMMANDS:
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0, (
            f"spobet {shlex.join(command)}: {result.output} {result.exception!r}"
        )
    answers = spobet.load("runs/asl100").predict(spobet.read("poses/69241"), top=5)
    assert sorted(answer.gloss for answer in answers) == ["book", "drink", "tea"]


def test_the_help_texts_in_the_docs_are_current() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "commands.py"))["page"]
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == page()


def test_every_file_the_readme_points_to_is_there() -> None:
    missing = [
        name for name in re.findall(r"\]\(([^)#:]+)\)", README) if not (ROOT / name).exists()
    ]
    assert missing == []


def test_every_fault_of_the_original_has_its_test() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "faults.md").read_text(encoding="utf-8"))
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    assert [name for name in named if f"def {name}(" not in tests] == []
    assert len(named) > 20
