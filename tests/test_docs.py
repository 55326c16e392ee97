"""README and docs say what is so: commands and examples run, help texts are current."""

import contextlib
import doctest
import io
import json
import re
import runpy
import shlex
from dataclasses import replace
from functools import cached_property
from inspect import getattr_static
from pathlib import Path
from types import FunctionType

import click
import numpy as np
import pytest
from click.testing import CliRunner

import spobet
from spobet.cli import main
from spobet.config import Experiment, read_experiment, write_experiment
from spobet.formats import openpose
from spobet.poses.skeleton import SKELETONS
from spobet.runs import RunFolder
from spobet.serving.page import WEB
from spobet.shipped import find_run
from spobet.synthetic.clips import make_signer, make_vocabulary, perform

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = ROOT / "docs"
# Pages whose bare fences and Python blocks run here; what needs a camera or hours is marked "sh".
PAGES = [
    DOCS / "index.md",
    *sorted(DOCS.glob("tutorials/*.md")),
    *sorted(DOCS.glob("coming*/*.md")),
]
REFERENCE = DOCS / "reference.md"


def fenced(text: str, language: str = "") -> list[str]:
    """What stands in the fences of a page that are marked with the language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def commands(blocks: list[str]) -> list[list[str]]:
    """The words after `spobet` of every line that begins with it."""
    lines = re.findall(r"^spobet .*$", "\n".join(blocks), flags=re.MULTILINE)
    return [shlex.split(line, comments=True)[1:] for line in lines]


COMMANDS = commands(fenced(README))
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


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with the files that the README's commands name, made of synthetic signs."""
    folder = tmp_path
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


@pytest.fixture
def after_readme(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workplace, being the current folder, when every command of the README has run there."""
    pytest.importorskip("keras", reason="training is not installed")
    pytest.importorskip("pose_format", reason="the extra pose is not installed")
    monkeypatch.chdir(workplace)
    assert len(COMMANDS) >= 8
    for command in COMMANDS:
        run(command, "README.md")
    return workplace


@pytest.mark.usefixtures("after_readme")
def test_every_command_of_the_readme_runs() -> None:
    answers = spobet.load("runs/asl100").predict(spobet.read("poses/69241"), top=5)
    assert sorted(answer.gloss for answer in answers) == ["book", "drink", "tea"]


@pytest.mark.slow  # trains again
@pytest.mark.usefixtures("after_readme")
def test_every_command_and_every_example_runs() -> None:
    """The docs go on where the README's commands end."""
    done = list(COMMANDS)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for command in commands(fenced(text)):
            if command not in done:
                run(command, page.name)
                done.append(command)
        program = "\n".join(fenced(text, "python"))
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(program, page.name, "exec"), {})
    examples = doctest.DocTestParser().get_doctest(
        "".join(fenced(REFERENCE.read_text(encoding="utf-8"), "pycon")), {}, "reference", None, None
    )
    told = io.StringIO()
    failed = doctest.DocTestRunner(verbose=False).run(examples, out=told.write).failed
    assert not failed, told.getvalue()


def test_the_experiment_of_the_tutorial_fits_the_dictionary_it_starts_from(tmp_path: Path) -> None:
    text = (DOCS / "tutorials" / "own-clips.md").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text("".join(fenced(text, "toml")))
    mine, theirs = read_experiment(tmp_path / "mine.toml"), RunFolder(find_run("wlasl2000-hands"))
    dictionary, skeleton = theirs.experiment(), theirs.record().skeleton.name
    # tuned on clips with their rests, as `wlasl100-hands` (EXPERIMENTS.md)
    assert mine.input == replace(dictionary.input, skeleton=skeleton, cut_rests=False)
    assert mine.backbone == dictionary.backbone
    assert mine.train.head_width == dictionary.train.head_width


def run(command: list[str], where: str) -> None:
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, (
        f"{where}: spobet {shlex.join(command)}: {result.output} {result.exception!r}"
    )


def test_every_command_of_the_docs_is_one_of_ours_with_options_that_it_has() -> None:
    pages = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    num_commands = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for words in commands([*fenced(text), *fenced(text, "sh")]):
            num_commands += 1
            command: click.Command = main
            context = click.Context(main, **main.context_settings)
            remaining = [word for word in words if word not in ("RUN", "OUT")]
            while isinstance(command, click.Group):
                name, *remaining = remaining
                found = command.get_command(context, name)
                assert found, f"{page.name}: spobet {shlex.join(words)}: no command {name}"
                command = found
                context = click.Context(command, parent=context)
            try:
                command.make_parser(context).parse_args(args=remaining)
            except click.UsageError as error:
                pytest.fail(f"{page.name}: spobet {shlex.join(words)}: {error}")
    assert num_commands > 60


def test_every_public_name_is_in_the_reference_with_an_example() -> None:
    parts = re.split(r"^::: spobet\.", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    shown = {part.split()[0] for part in parts[1:] if "\n>>> " in part}
    assert shown == set(dir(spobet)) - {"__version__"}
    used = set(re.findall(r"\w+", "\n".join(fenced(REFERENCE.read_text("utf-8"), "pycon"))))
    kinds = (FunctionType, property, classmethod, cached_property)
    for part in parts[1:]:
        name, listed = part.split()[0], re.search(r"members: \[(.*)\]", part)
        found = getattr(spobet, name)
        members = listed[1].split(", ") if listed else vars(found)
        public = {
            member
            for member in members
            if not member.startswith("_") and isinstance(getattr_static(found, member), kinds)
        }
        assert public <= used, f"{name}: no example of {sorted(public - used)}"


def test_pages_made_from_the_package_name_every_landmark_and_every_key(tmp_path: Path) -> None:
    pages = runpy.run_path(str(DOCS / "generated.py"))["PAGES"]
    landmarks = pages["landmarks.md"]()
    for skeleton in SKELETONS.values():
        part = landmarks.split(f"## {skeleton.name}\n")[1].split("\n## ")[0]
        assert re.findall(r"\| \d+ \| `(\w+)` \|", part) == list(skeleton.landmarks)
    write_experiment(Experiment(), tmp_path / "all.toml")
    page = pages["experiment-file.md"]()
    for line in (tmp_path / "all.toml").read_text(encoding="utf-8").splitlines():
        named = f"## `{line}`" if line.startswith("[") else f"| `{line.partition(' ')[0]}` |"
        assert not line or named in page
    assert "](docs/" not in pages["changelog.md"]()


def test_the_help_texts_in_the_docs_are_current() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "commands.py"))["page"]
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == page()


def test_the_bill_of_materials_names_every_file_of_others_with_its_hash() -> None:
    vendored = json.loads((WEB / "vendor" / "vendor.json").read_text("utf-8"))
    components = runpy.run_path(str(ROOT / "web" / "sbom.py"))["bill"](WEB)["components"]
    named = {
        file["name"]: file["hashes"][0]["content"]
        for component in components
        for file in component["components"]
    }
    assert named == {name: file["sha256"] for name, file in vendored.items()}
    assert all(component["version"] for component in components)


def test_every_file_the_readme_points_to_is_there() -> None:
    installed = Path(spobet.__file__).parents[1]  # not the tree, where a wheel is tested
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).exists() or (installed / name).exists(), name


def test_every_fault_of_the_original_has_its_test() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "faults.md").read_text(encoding="utf-8"))
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    assert [name for name in named if f"def {name}(" not in tests] == []
    assert len(named) > 20
