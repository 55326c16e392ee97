"""Claims about experiments: what is written reads back, and what is not understood is refused."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spobet
from spobet.config import (
    Experiment,
    InputConfig,
    PretrainConfig,
    Schedule,
    TrainConfig,
    read_experiment,
    write_experiment,
)
from spobet.poses.augment import AugmentConfig
from spobet.sizes import BLOCKS, FEATURES, BackboneConfig

PACKAGE = Path(spobet.__file__).parent
shares = st.floats(0, 0.99)
positive = st.floats(1e-9, 1e9)
whole = st.integers(1, 1000)
schedules = st.builds(
    Schedule,
    whole,
    whole,
    positive,
    shares,
    shares,
    shares,
    st.one_of(positive, st.just(float("inf"))),
    shares,
)
experiments = st.builds(
    Experiment,
    seed=st.integers(0, 2**32),
    input=st.builds(
        InputConfig,
        num_frames=st.integers(2, 500),
        stretch=st.booleans(),
        min_confidence=shares,
        skeleton=st.text("abÄ𝄞\"'\\\n#", max_size=5),
    ),
    augment=st.builds(AugmentConfig, mirror=shares, rotate=positive, cut=st.floats(0, 0.5)),
    backbone=st.builds(
        BackboneConfig,
        width=st.sampled_from([4, 64]),
        blocks=st.lists(st.sampled_from(BLOCKS), min_size=1).map(tuple),
        features=st.lists(st.sampled_from(FEATURES), min_size=1, unique=True).map(tuple),
        motion_steps=st.lists(whole).map(tuple),
        clip_token=st.booleans(),
    ),
    pretrain=st.builds(
        PretrainConfig,
        gloss_weight=shares,
        mask_ratio=st.floats(0.01, 0.99),
        span=whole,
        hand_share=shares,
        schedule=schedules,
    ),
    train=st.builds(TrainConfig, shares, shares, schedule=schedules),
)


def write(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def sections(kind: Any = Experiment) -> Iterator[Any]:
    """Every dataclass of an experiment."""
    yield kind
    for entry in dataclasses.fields(kind):
        value = getattr(kind(), entry.name)
        if dataclasses.is_dataclass(value):
            yield from sections(type(value))


@settings(max_examples=40, deadline=None)
@given(experiment=experiments)
def test_an_experiment_reads_back_as_written(
    experiment: Experiment, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    write_experiment(experiment, path)
    assert read_experiment(path) == experiment
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]


def test_what_is_not_given_is_the_default(tmp_path: Path) -> None:
    text = 'seed = 3\n[backbone]\nblocks = ["attention"]\n[train.schedule]\nlearning_rate = 1\n'
    schedule = Schedule(learning_rate=1.0)
    expected = Experiment(
        seed=3, backbone=BackboneConfig(blocks=("attention",)), train=TrainConfig(schedule=schedule)
    )
    assert read_experiment(write(tmp_path, text)) == expected
    assert read_experiment(write(tmp_path, "")) == Experiment()


def test_every_value_is_written_defaults_included(tmp_path: Path) -> None:
    write_experiment(Experiment(), tmp_path / "config.toml")
    text = (tmp_path / "config.toml").read_text()
    assert text.startswith("seed = 0\n\n[input]\nnum_frames = 48\nstretch = true\n")
    assert "\n[train.schedule]\nepochs = 100\n" in text
    assert all(
        f"\n{entry.name} = " in f"\n{text}"
        for kind in sections()
        for entry in dataclasses.fields(kind)
        if is_plain(kind, entry)
    )


def is_plain(kind: Any, entry: dataclasses.Field[Any]) -> bool:
    return not dataclasses.is_dataclass(getattr(kind(), entry.name))


def test_every_recipe_of_the_project_can_be_read() -> None:
    recipes = [*PACKAGE.rglob("*.toml"), *(PACKAGE.parent / "experiments").rglob("*.toml")]
    assert recipes
    for recipe in recipes:
        read_experiment(recipe)


def reads(node: ast.AST) -> Iterator[str]:
    """Names of the attributes that are read under a node, but not to check what was given."""
    if isinstance(node, ast.FunctionDef) and node.name == "__post_init__":
        return
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        yield node.attr
    for child in ast.iter_child_nodes(node):
        yield from reads(child)


def test_a_key_that_nobody_reads_is_none() -> None:
    """Once the pretraining learning rate was read from the file and never used."""
    sources = [path for path in PACKAGE.rglob("*.py") if path.name != "config.py"]
    read = {name for path in sources for name in reads(ast.parse(path.read_text("utf-8")))}
    keys = {entry.name for kind in sections() for entry in dataclasses.fields(kind)}
    assert keys - read == set()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "epochs = 3",
            "unknown key 'epochs', expected one of: seed, input, augment, backbone, arms, mix, ",
        ),
        (
            "[input]\nframes = 3",
            "unknown key 'input.frames', expected one of: num_frames, stretch, min_confidence",
        ),
        (
            "[pretrain.schedule]\nrate = 3",
            "unknown key 'pretrain.schedule.rate', expected one of: epochs",
        ),
        ("[schedule]\nepochs = 3", "unknown key 'schedule'"),
    ],
)
def test_an_unknown_key_fails_and_names_file_and_key(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=rf"recipe\.toml: {message}"):
        read_experiment(write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = 1.0", "seed is 1.0, expected a whole number"),
        ("seed = true", "seed is True, expected a whole number"),
        ("input = 3", "input is 3, expected keys and values"),
        ('[input]\nstretch = "yes"', "input.stretch is 'yes', expected true or false"),
        ("[input]\nmin_confidence = true", "input.min_confidence is True, expected a number"),
        ('[backbone]\nblocks = "attention"', "backbone.blocks is 'attention', expected a list"),
        (
            "[backbone]\nmotion_steps = [1, 2.5]",
            "backbone.motion_steps is 2.5, expected a whole number",
        ),
        ("seed = ", "Invalid value"),
    ],
)
def test_a_value_of_the_wrong_kind_fails_and_names_file_and_key(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=rf"recipe\.toml: {message}"):
        read_experiment(write(tmp_path, text))


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        (Experiment(), "seed", -1),
        (InputConfig(), "num_frames", 1),
        (InputConfig(), "min_confidence", 1.5),
        (BackboneConfig(), "width", 0),
        (BackboneConfig(), "width", 130),
        (BackboneConfig(), "num_heads", 0),
        (BackboneConfig(), "blocks", ()),
        (BackboneConfig(), "blocks", ("recurrent",)),
        (BackboneConfig(), "features", ("colour",)),
        (BackboneConfig(), "kernel_size", 4),
        (BackboneConfig(), "kernel_size", -1),
        (BackboneConfig(), "feed_forward", 0),
        (BackboneConfig(), "expansion", 0),
        (BackboneConfig(), "dropout", 1.0),
        (BackboneConfig(), "motion_steps", (0,)),
        (Schedule(), "epochs", 0),
        (Schedule(), "batch_size", 0),
        (Schedule(), "learning_rate", float("nan")),
        (Schedule(), "warmup_share", 1.0),
        (Schedule(), "final_share", 1.5),
        (Schedule(), "weight_decay", -0.1),
        (Schedule(), "clip_norm", -1.0),
        (Schedule(), "averaging", 1.0),
        (PretrainConfig(), "mask_ratio", 0.0),
        (PretrainConfig(), "span", 0),
        (PretrainConfig(), "hand_share", 1.1),
        (PretrainConfig(), "coordinates_weight", -1.0),
        (PretrainConfig(), "motion_step", 0),
        (PretrainConfig(), "follow_motion", -0.5),
        (TrainConfig(), "clips_a_gloss", -1),
        (TrainConfig(), "label_smoothing", 1.0),
        (TrainConfig(), "late_dropout", -0.1),
        (AugmentConfig(), "mirror", 2.0),
    ],
)
def test_a_value_out_of_range_is_refused(section: Any, key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"\b{key} is "):
        replace(section, **{key: value})


def test_a_value_out_of_range_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError,
        match=r"recipe\.toml: seed is -1, expected at least 0",
    ):
        read_experiment(write(tmp_path, "seed = -1"))


def test_pretraining_for_nothing_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"pretrain\.gloss_weight is 0\.0, expected above 0, or coordinates_weight"
    ):
        PretrainConfig(coordinates_weight=0.0)


def test_an_experiment_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "e.toml").write_text("seed = 7\n", encoding="utf-8-sig")
    assert read_experiment(tmp_path / "e.toml").seed == 7
