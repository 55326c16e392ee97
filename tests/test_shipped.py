"""Claims about the networks that come with the package."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spobet import shipped
from spobet.recognition.evaluate import evaluate
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder
from spobet.shipped import card, find_run, is_shipped, shipped_names


@pytest.fixture
def weights(trained_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped networks with one in it, called `signs`."""
    monkeypatch.setattr(shipped, "FOLDER", tmp_path / "weights")
    shutil.copytree(trained_run, tmp_path / "weights" / "signs")
    (tmp_path / "weights" / "signs" / "card.md").write_text("# Four signs\n")
    return tmp_path / "weights"


def test_a_shipped_network_is_found_by_its_name_and_a_folder_by_its_path(
    weights: Path, trained_run: Path
) -> None:
    assert find_run("signs") == weights / "signs"
    assert find_run(trained_run) == find_run(str(trained_run)) == trained_run
    assert load("signs").vocabulary == load(trained_run).vocabulary
    assert card("signs") == "# Four signs\n"


def test_a_folder_comes_before_a_shipped_network_of_the_same_name(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "signs").mkdir()
    assert find_run("signs") == Path("signs")
    assert not is_shipped(Path("signs"))


def test_an_unknown_name_is_an_error_that_lists_the_known(weights: Path) -> None:
    with pytest.raises(
        FileNotFoundError,
        match=r"sings: no such run folder, nor a network that comes with the package \(signs\)",
    ):
        find_run("sings")
    with pytest.raises(
        FileNotFoundError, match=r"sings: no network of that name comes with the package \(signs\)"
    ):
        card("sings")


def test_scoring_a_shipped_network_writes_nothing_beside_it(weights: Path, tiny_data: Path) -> None:
    before = sorted(weights.rglob("*"))
    assert evaluate(weights / "signs", tiny_data, ["test"]).num_clips == 4
    assert sorted(weights.rglob("*")) == before


def test_every_shipped_network_is_whole_and_has_a_card() -> None:
    for name in shipped_names():
        run = RunFolder(find_run(name))
        assert run.record().clips
        assert run.onnx.is_file() or run.classifier.is_file()
        for word in ("# ", "Data", "Licence", "Use", "cannot"):
            assert word in card(name), f"{name}: the card says nothing of {word!r}"
