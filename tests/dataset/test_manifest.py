"""Claims about clips, manifests and vocabularies."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spobet.dataset.manifest import SPLITS, Clip, Manifest, Vocabulary

HEADER = "id,gloss,signer,split,frame_start,frame_end,url,variation\n"
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
words = texts.filter(bool)
frame_ranges = st.one_of(
    st.tuples(st.integers(1, 99), st.just(-1)),
    st.tuples(st.integers(1, 99), st.integers(100, 200)),
)


@st.composite
def clips(draw: st.DrawFn) -> Clip:
    start, end = draw(frame_ranges)
    split = draw(st.sampled_from(("", *SPLITS)))
    return Clip(draw(words), draw(words), draw(texts), split, start, end, draw(texts), draw(texts))


manifests = st.lists(clips(), max_size=6, unique_by=lambda clip: clip.id).map(
    lambda drawn: Manifest(tuple(drawn))
)
glosses = texts.filter(lambda gloss: gloss.splitlines() == [gloss])


@settings(max_examples=50, deadline=None)
@given(manifest=manifests)
def test_a_manifest_reads_back_as_written(
    manifest: Manifest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("manifest") / "manifest.csv"
    manifest.write(path)
    assert Manifest.read(path) == manifest


@settings(max_examples=50, deadline=None)
@given(names=st.lists(glosses, unique=True))
def test_a_vocabulary_reads_back_as_written(
    names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("vocabulary") / "vocabulary.txt"
    Vocabulary(tuple(names)).write(path)
    assert Vocabulary.read(path) == Vocabulary(tuple(names))


@settings(max_examples=50)
@given(manifest=manifests)
def test_a_clip_is_found_by_its_id_at_its_position(manifest: Manifest) -> None:
    for position, clip in enumerate(manifest):
        assert manifest[clip.id] is clip
        assert manifest.position(clip.id) == position


@settings(max_examples=50)
@given(manifest=manifests)
def test_every_clip_is_in_its_own_split_and_in_no_other(manifest: Manifest) -> None:
    splits = list(dict.fromkeys(clip.split for clip in manifest))
    parts = [manifest.of_splits(split) for split in splits]
    assert sorted(clip.id for part in parts for clip in part) == sorted(
        clip.id for clip in manifest
    )
    assert all(
        clip.split == split for split, part in zip(splits, parts, strict=True) for clip in part
    )


def test_a_manifest_of_three_clips() -> None:
    clips = (
        Clip("3", "go", split="val"),
        Clip("1", "thin", split="train"),
        Clip("2", "go", split="train"),
    )
    manifest = Manifest(clips)
    assert len(manifest) == 3
    assert manifest.vocabulary.glosses == ("go", "thin")
    assert manifest.vocabulary.index("thin") == 1
    assert manifest.of_splits("val", "train") == manifest
    assert manifest.of_splits("train").clips == clips[1:]


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"id": ""}, "clip '' with gloss 'go': neither may be empty"),
        ({"gloss": ""}, "clip '1' with gloss '': neither may be empty"),
        ({"split": "dev"}, "clip 1: split 'dev', expected one of: train, val, test"),
        ({"frame_start": 0}, r"clip 1: frames 0\.\.-1, expected 1 <= start <= end \(or end -1\)"),
        ({"frame_start": 5, "frame_end": 4}, r"clip 1: frames 5\.\.4"),
        ({"frame_end": -2}, r"clip 1: frames 1\.\.-2"),
    ],
)
def test_what_is_no_clip_is_refused(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Clip(**{"id": "1", "gloss": "go", **facts})


def test_a_clip_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Clip("1", "go").gloss = "thin"  # type: ignore[misc]


def test_ids_that_stand_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="1 clip ids stand twice: 1"):
        Manifest((Clip("1", "go"), Clip("2", "go"), Clip("1", "thin")))


def test_unknown_clips_glosses_and_splits_are_errors() -> None:
    manifest = Manifest(
        (Clip("1", "go", split="train"), Clip("2", "go", split="train"), Clip("3", "go"))
    )
    with pytest.raises(KeyError, match="no clip '4' among 3 clips"):
        manifest["4"]
    with pytest.raises(KeyError, match="gloss 'thin' is not among the 1 of the vocabulary"):
        manifest.vocabulary.index("thin")
    with pytest.raises(
        ValueError, match=r"no clip in split val \+ test; there are 2 train, 1 \(none\)"
    ):
        manifest.of_splits("val", "test")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"manifest\.csv: columns None, expected \['id', 'gloss'"),
        ("id,gloss\n1,go\n", r"manifest\.csv: columns \['id', 'gloss'\], expected"),
        (HEADER + "1,go,,,1,-1,,\n2,go,,,one,-1,,\n", r"manifest\.csv:3: invalid literal for int"),
        (HEADER + "1,,,,1,-1,,\n", r"manifest\.csv:2: clip '1' with gloss ''"),
        (HEADER + "1,go,,,1,-1\n", r"manifest\.csv:2: expected 8 values"),
        (HEADER + "1,go,,,1,-1,,,,\n", r"manifest\.csv:2: expected 8 values"),
        (HEADER + "1,go\n", r"manifest\.csv:2: expected 8 values"),
    ],
)
def test_a_damaged_manifest_is_an_error_that_names_the_line(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        Manifest.read(path)


def test_a_vocabulary_holds_each_gloss_once() -> None:
    with pytest.raises(ValueError, match="a gloss stands twice in the vocabulary"):
        Vocabulary(("go", "thin", "go"))


@pytest.mark.parametrize("gloss", ["", "go\n", "go\nthin", "go\u2028thin", "go\x0c"])
def test_a_gloss_is_one_line_of_text(gloss: str) -> None:
    """A line break in a gloss would give every later gloss the wrong output."""
    with pytest.raises(ValueError, match="expected one line of text, as vocabulary files have it"):
        Vocabulary(("thin", gloss))
